"""The bytes of a file: from a path, an archive with one file, or standard input."""

import bz2
import glob
import gzip
import io
import lzma
import os
import shutil
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from .._utils import validation
from .._utils.local_paths import expand_source
from .._utils.temporary_files import explain_full_disk
from .._utils.validation import invalid_argument
from ..errors import InvalidParameterError, PathNotFoundError
from .options import FileOptions
from .problems import fail, suggest

STANDARD_INPUT = "-"
HEAD_BYTES = 4096
BLOCK_BYTES = 1 << 20

_ZIP = b"PK\x03\x04"
_COMPRESSED: dict[bytes, tuple[str, Any]] = {
    b"\x1f\x8b": (".gz", gzip.open),
    b"BZh": (".bz2", bz2.open),
    b"\xfd7zXZ\x00": (".xz", lzma.open),
}
# The first bytes of formats that are not supported, with advice.
_REFUSED = {
    b"\xd0\xcf\x11\xe0": "is an Excel file from before 2007; save it as .xlsx or .csv",
    b"%PDF": "is a PDF document; export the data as CSV",
    b"SQLite format 3": "is an SQLite database; export the table as CSV",
    b"ARROW1": "is an Arrow file; read it with pandas.read_feather and publish the DataFrame",
    b"\x89HDF": "is an HDF5 file; read it with pandas.read_hdf and publish the DataFrame",
    b"MATLAB": "is a MATLAB file; save the table with writetable as CSV",
    b"Rar!": "is a RAR archive; extract it first",
    b"\x04\x22\x4d\x18": "is compressed with LZ4; extract it first",
    b"PK\x05\x06": "is an empty zip archive",
    b"Obj\x01": "is an Avro file; convert it to Parquet or CSV",
    b"\x93NUMPY": "is a NumPy file; publish a DataFrame of its array",
    b"7z\xbc\xaf": "is a 7-Zip archive; extract it first",
    b"\x28\xb5\x2f\xfd": "is compressed with Zstandard; extract it first",
}
# How tar archives say so, behind the name of their first file.
_TAR, _TAR_POSITION = b"ustar", 257
_XML = (b"<?xml", b"<html", b"<!doctype", b"<table")
_READ_ERRORS = (EOFError, zlib.error, gzip.BadGzipFile, lzma.LZMAError, zipfile.BadZipFile)


class Source:
    """A file that can be read several times.

    Args:
        path: The path of its bytes.
        label: Its name in messages.
        options: The arguments that describe it.
    """

    def __init__(self, path: Path, label: str, options: FileOptions) -> None:
        self.path = path
        self.label = label
        self._options = options
        self._member: str | None = None
        head = self._read_head(path)
        if head.startswith(_ZIP) and not _is_workbook(path):
            self._member = self._choose_member()
        self.head = self._read_own_head()
        self.format = options.format or self._detect_format()
        self.identity = _identity(path)

    @property
    def is_member(self) -> bool:
        """Whether the file is in a zip archive."""
        return self._member is not None

    @property
    def is_plain(self) -> bool:
        """Whether the file is neither compressed nor in an archive."""
        return self._member is None and _compression(self._read_head(self.path))[1] is open

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """Open the file, decompressed."""
        try:
            with self._open() as file:
                yield file
        except _READ_ERRORS as error:
            kind = type(error).__name__
            raise fail(self.label, f"is damaged or truncated ({kind}); obtain it again") from None

    def open_seekable(self) -> IO[bytes]:
        """Open the file with random access; files in archives are read into memory."""
        if self.is_plain:
            return self.path.open("rb")
        with self.open() as file:
            return io.BytesIO(file.read())

    def check_unchanged(self) -> None:
        """Raise InvalidParameterError if the file has changed since it was first read."""
        if _identity(self.path) != self.identity:
            raise fail(self.label, "was changed while it was read; publish it again")

    @contextmanager
    def _open(self) -> Iterator[IO[bytes]]:
        if self._member is not None:
            with zipfile.ZipFile(self.path) as archive, archive.open(self._member) as member:
                yield member
            return
        _, opener = _compression(self._read_head(self.path))
        with opener(self.path, "rb") as file:
            yield file

    @staticmethod
    def _read_head(path: Path) -> bytes:
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)

    def _read_own_head(self) -> bytes:
        with self.open() as file:
            return file.read(HEAD_BYTES)

    def _choose_member(self) -> str:
        """Find the file in a zip archive, which must be the only one unless it is named."""
        try:
            with zipfile.ZipFile(self.path) as archive:
                entries = [entry for entry in archive.infolist() if not _is_noise(entry)]
        except zipfile.BadZipFile:
            raise fail(self.label, "is damaged or truncated; obtain it again") from None
        names = [entry.filename for entry in entries]
        if "mimetype" in names and "content.xml" in names:
            raise fail(self.label, "is an OpenDocument spreadsheet; save it as .xlsx or .csv")
        wanted = self._options.member
        if wanted is not None and wanted not in names:
            raise invalid_argument("member", wanted, "one of the archive's files: " + _list(names))
        if wanted is None and len(names) != 1:
            advice = f"; pass one with {suggest(member=names[0])}" if names else ""
            raise fail(
                self.label,
                f"must contain one file, got {len(names)}: {_list(names) or 'none'}{advice}",
            )
        chosen = wanted or names[0]
        if next(entry for entry in entries if entry.filename == chosen).flag_bits & 1:
            raise fail(self.label, "is encrypted; extract it first")
        self.label = f"{self.label}/{chosen}"
        return chosen

    def _detect_format(self) -> str:
        head = self.head
        if not head:
            raise fail(self.label, "is empty")
        if head.startswith(_ZIP):
            return "xlsx"
        if head.startswith(tuple(_COMPRESSED)):
            raise fail(self.label, "is compressed twice; extract it first")
        if head[_TAR_POSITION:].startswith(_TAR):
            raise fail(self.label, "is a tar archive; extract it first")
        if head.startswith(b"PAR1"):
            return "parquet"
        for magic, advice in _REFUSED.items():
            if head.startswith(magic):
                raise fail(self.label, advice)
        text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
        if text[:9].lower().startswith(_XML):
            raise fail(self.label, "is XML or HTML, despite its name; export it as CSV")
        return "json" if text[:1] in (b"{", b"[") and _is_json(text) else "csv"


def expand_paths(argument: str, value: object) -> list[Path | str]:
    """Resolve a path, a pattern, or a list of them to files; `-` is standard input."""
    if isinstance(value, (str, os.PathLike)):
        value = [value]
    if isinstance(value, (bytes, dict)) or not isinstance(value, Iterable):
        raise invalid_argument(argument, value, "a path, a pattern of paths, or a list of them")
    found: list[Path | str] = []
    for item in value:
        found += _expand(argument, item)
    if not found:
        raise invalid_argument(argument, value, "at least one path")
    return list(dict.fromkeys(found))


def _expand(argument: str, item: object) -> list[Path | str]:
    if item == STANDARD_INPUT or (isinstance(item, Path) and str(item) == STANDARD_INPUT):
        return [STANDARD_INPUT]
    text = os.fsdecode(item) if isinstance(item, (str, os.PathLike)) else ""
    if glob.has_magic(text) and not os.path.lexists(expand_source(text)):
        matches = sorted(glob.glob(str(expand_source(text)), recursive=True))
        files = [Path(match) for match in matches if Path(match).is_file()]
        if not files:
            raise PathNotFoundError(f"{argument} must match at least one file, got {text!r}")
        return [*files]
    path = validation.parse_source_path(argument, item)
    if path.is_dir() or not path.exists():
        # This raises the error for a missing file.
        validation.require_file(argument, item)
    return [path]


@contextmanager
def open_source(path: Path | str, options: FileOptions) -> Iterator[Source]:
    """Open a path as a source; pipes are copied to a temporary file."""
    if isinstance(path, Path) and path.is_file():
        yield Source(path, path.name, options)
        return
    label = "standard input" if path == STANDARD_INPUT else str(path)
    with explain_full_disk(), tempfile.TemporaryDirectory(prefix="avista-dx-") as folder:
        copy = Path(folder) / "input"
        with copy.open("wb") as file, _open_stream(path) as stream:
            shutil.copyfileobj(stream, file, BLOCK_BYTES)
        yield Source(copy, label, options)


@contextmanager
def _open_stream(path: Path | str) -> Iterator[IO[bytes]]:
    if isinstance(path, Path):
        with path.open("rb") as file:
            yield file
    elif sys.stdin is None:
        raise InvalidParameterError("path must not be '-' where there is no standard input")
    else:
        yield sys.stdin.buffer


def _compression(head: bytes) -> tuple[str, Any]:
    for magic, found in _COMPRESSED.items():
        if head.startswith(magic):
            return found
    return "", open


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return "[Content_Types].xml" in archive.namelist()
    except zipfile.BadZipFile:
        return False


def _is_noise(entry: zipfile.ZipInfo) -> bool:
    """Whether an entry of an archive is a folder or was added by macOS."""
    name = entry.filename
    return entry.is_dir() or name.startswith("__MACOSX/") or name.rpartition("/")[2] == ".DS_Store"


def _is_json(text: bytes) -> bool:
    """Whether a string that begins with a bracket continues like JSON."""
    return text[1:].lstrip()[:1] in (b"{", b"[", b"]", b"}", b'"')


def _identity(path: Path) -> tuple[int, int]:
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns


def _list(names: list[str]) -> str:
    shown = ", ".join(map(repr, names[:10]))
    return shown + (f" and {len(names) - 10} more" if len(names) > 10 else "")


def decode_lines(file: IO[bytes], encoding: str) -> io.TextIOWrapper:
    """Open a file as lines of text, with their line endings."""
    return io.TextIOWrapper(file, encoding, newline="")
