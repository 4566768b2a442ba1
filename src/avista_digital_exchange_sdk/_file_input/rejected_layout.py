"""The layout of files of rejected rows, which does not depend on that of the original file.

A corrected file can be published with the arguments of the original one: arguments that describe
the layout of the original are replaced by those of this layout.
"""

import codecs
import csv
import io
from dataclasses import replace

from .options import FileOptions
from .sources import BLOCK_BYTES, Source
from .tables import REASON_COLUMN

# The delimiters with which programs save such a file again.
_DELIMITERS = ",;\t"


def adapt_options(source: Source, options: FileOptions) -> FileOptions:
    """Replace the options for the layout if the file contains rejected rows."""
    encoding = options.encoding
    header = _read_names(source, "utf-8-sig")
    if header is not None:
        encoding = None
    elif encoding is not None:
        header = _read_names(source, encoding)
    if header is None:
        return options
    delimiter, names, line_count = header
    source.format = "csv"
    return replace(
        options,
        format=None,
        sheet=None,
        member=None,
        encoding=encoding,
        delimiter=delimiter,
        quote='"',
        escape='"',
        comment=None,
        skipLines=0 if names is None else line_count,
        columnNames=names,
        unitsRow=0,
        skipFooter=0,
        # It is inferred from the neighboring rows, which are missing.
        ambiguous="refuse" if options.ambiguous == "infer" else options.ambiguous,
    )


def _read_names(source: Source, encoding: str) -> tuple[str, tuple[str, ...] | None, int] | None:
    """Read the delimiter, the names of columns and the number of their lines.

    Returns:
        None if it is not a file of rejected rows. The names are None if they have two levels.
    """
    with source.open() as file:
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(file.read(BLOCK_BYTES))
        except (UnicodeError, LookupError):
            return None
    if REASON_COLUMN not in text:
        return None
    for delimiter in _DELIMITERS:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        try:
            names = tuple(next(reader))
            line_count = reader.line_num
            has_levels = next(reader, [])[-1:] == [REASON_COLUMN]
        except (csv.Error, StopIteration):
            continue
        if names[-1] == REASON_COLUMN:
            return delimiter, None if has_levels else names, line_count
    return None
