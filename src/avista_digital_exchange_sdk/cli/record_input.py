"""Records to publish, from arguments or from a file of JSON."""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .._time_series.timestamps import parse_timestamp_ns
from .._utils import validation
from .._utils.local_paths import expand_source
from ..errors import InvalidParameterError, PathNotFoundError
from .standard_streams import STANDARD_STREAM, read_bytes

_INTEGER = re.compile(r"[+-]?\d+")
VALID_INPUT = "JSON: an array of records, or one record per line"


def read_records(
    values: list[str] | None, time: str | None, file: str | None, key: str
) -> list[dict[str, Any]]:
    """Read records from a file, or build one from values of the form ATTRIBUTE=VALUE.

    Args:
        values: The values.
        time: Their time, as an ISO 8601 string. Defaults to now.
        file: The file; `-` is standard input.
        key: The key of the values in a record.
    """
    if bool(values) == (file is not None) or (file is not None and time is not None):
        raise InvalidParameterError(
            "either ATTRIBUTE=VALUE, with --time or not, or --file must be used"
        )
    if file is None:
        record: dict[str, Any] = {key: _parse_pairs(values or [])}
        if time is not None:
            parse_timestamp_ns("--time", time)
            record |= {"timestamp": time, "timeUnit": "ISO8601"}
        return [record]
    records = [_with_unit(record) for record in _parse_records(_read(file))]
    if not records:
        raise InvalidParameterError(f"--file must be JSON with at least one record, got {file!r}")
    return records


def _with_unit(record: Any) -> Any:
    """Add the unit of a timestamp that is no number: it needs none to be recognized."""
    timestamp = record.get("timestamp") if isinstance(record, dict) else None
    if (
        isinstance(timestamp, str)
        and "timeUnit" not in record
        and not _INTEGER.fullmatch(timestamp)
    ):
        return record | {"timeUnit": "ISO8601"}
    return record


def _parse_pairs(texts: list[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not (name and sign):
            valid = "of the form ATTRIBUTE=VALUE"
            raise validation.invalid_argument("values", text, valid)
        if name in pairs:
            raise InvalidParameterError(
                f"values must be given once for each attribute, got {name!r} again"
            )
        pairs[name] = value
    return pairs


def _read(file: str) -> str:
    if file == STANDARD_STREAM:
        content = sys.stdin.buffer.read()
    else:
        try:
            content = expand_source(file).read_bytes()
        except FileNotFoundError:
            raise PathNotFoundError(f"--file must be an existing file, got {file!r}") from None
        except OSError as error:
            # Windows cannot open directories.
            reason = "it is a directory" if expand_source(file).is_dir() else error.strerror
            message = f"--file must be a readable file, got {file!r}: {reason}"
            raise InvalidParameterError(message) from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidParameterError(f"--file must be UTF-8, got {file!r}: {error}") from None


def _parse_records(text: str) -> Iterator[Any]:
    if text.lstrip().startswith("["):
        yield from _parse_json(text, "")
        return
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield _parse_json(line, f" on line {number}")


def _parse_json(text: str, location: str) -> Any:
    try:
        # Numbers stay as they are written: a float may have fewer digits.
        return json.loads(text, parse_float=str, parse_constant=_refuse_constant)
    except ValueError as error:
        raise InvalidParameterError(f"--file must be {VALID_INPUT}{location}: {error}") from None


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


def read_json(option: str, file: Path) -> Any:
    """Read a file of JSON, the value of an option."""
    try:
        return json.loads(read_bytes(file))
    except OSError as error:
        raise InvalidParameterError(f"{option}: {file} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise InvalidParameterError(f"{option}: {file} is not JSON: {error}") from error
