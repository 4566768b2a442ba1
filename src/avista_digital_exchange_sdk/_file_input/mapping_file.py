"""Arguments that describe files, saved in a TOML file by the names of the command's options."""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from .._utils import validation
from .._utils.atomic_files import atomic_write
from ..errors import InvalidParameterError
from .options import FileOptions

VERSION = 1
_HEADER = f"""\
# How to read files of time series: `avista-dx publish DATABASE FILE --mapping THIS_FILE`.
version = {VERSION}
"""
# The keys that are not the argument's name in lower case.
_KEYS = {
    "assetId": "asset",
    "assetIdColumn": "asset-column",
    "dimensionColumns": "dimension",
    "measureColumns": "measure",
    "ignoreColumns": "ignore",
    "measureTypes": "type",
    "attributeNames": "rename",
    "nullValues": "null-value",
    "columnNames": "column-name",
}
OPTION_NAMES = {
    field.name: _KEYS.get(field.name, re.sub(r"([A-Z])", r"-\1", field.name).lower())
    for field in fields(FileOptions)
}


def read_mapping(argument: str, value: object) -> dict[str, Any]:
    """Read a mapping file as arguments by name.

    Raises:
        InvalidParameterError: It is not a mapping file, or has another version.
    """
    path = validation.require_file(argument, value)
    try:
        content = tomllib.loads(path.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidParameterError(f"{path.name}: is not a TOML file: {error}") from None
    version = content.pop("version", None)
    if version != VERSION:
        raise InvalidParameterError(
            f"{path.name}: version must be {VERSION}, got {version!r}; save it again with "
            "saveMapping="
        )
    names = {key: name for name, key in OPTION_NAMES.items()}
    for key in content:
        if key not in names:
            raise InvalidParameterError(
                f"{path.name}: {key!r} must be one of {', '.join(sorted(names))}"
            )
    return {names[key]: item for key, item in content.items()}


def write_mapping(path: Path, options: FileOptions) -> None:
    """Write options to a mapping file."""
    lines = [
        f"{OPTION_NAMES[name]} = {_format(item)}\n" for name, item in options.get_explicit().items()
    ]
    with atomic_write(path) as file:
        file.write((_HEADER + "".join(lines)).encode())


def _format(value: object) -> str:
    if isinstance(value, Mapping):
        pairs = (f"{_format(key)} = {_format(item)}" for key, item in value.items())
        return "{ " + ", ".join(pairs) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_format, value)) + "]"
    # TOML's strings have JSON's escapes, except that of DEL, which JSON leaves as it is.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
