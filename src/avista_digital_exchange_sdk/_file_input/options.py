"""The arguments that describe a file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from .._time_series.record_validation import SINGLE_TYPES
from .._time_series.zones import parse_time_zone
from .._utils import validation
from .._utils.validation import invalid_argument
from ..errors import InvalidParameterError
from .number_syntax import PARENTHESES, NumberSyntax
from .time_texts import FORMAT_NAMES

TIME_UNITS = ("s", "ms", "us", "ns", "excel", "matlab")
AMBIGUOUS = ("refuse", "infer", "earlier", "later")
NONEXISTENT = ("refuse", "shift")
DUPLICATES = ("refuse", "identical", "first", "last")
FORMATS = ("csv", "xlsx", "parquet", "json")
WHITESPACE = "whitespace"
_ROW_OPTIONS = frozenset({"skipLines", "columnNames", "unitsRow", "skipFooter"})
_TEXT_OPTIONS = frozenset({"encoding", "delimiter", "quote", "escape", "comment"})
# The options that apply to certain formats only, by format.
FORMAT_OPTIONS = {
    "csv": _ROW_OPTIONS | _TEXT_OPTIONS,
    "xlsx": _ROW_OPTIONS | {"sheet"},
    "parquet": frozenset[str](),
    "json": frozenset[str](),
}
# Delimiters that are awkward to type, by name.
DELIMITER_NAMES = {"tab": "\t", r"\t": "\t", "comma": ",", "semicolon": ";", "space": " "}

_LISTS = (
    *("timeColumn", "dimensionColumns", "measureColumns", "ignoreColumns", "nullValues"),
    *("columnNames", "strip"),
)
_STRINGS = (
    *("assetId", "assetIdColumn", "nameColumn", "timeFormat", "attributeColumn", "valueColumn"),
    *("assetsInColumns", "comment", "encoding", "sheet", "member"),
)
_DICTIONARIES = ("measureTypes", "attributeNames")


@dataclass(frozen=True)
class FileOptions:
    """The description of a file; fields that are None are detected.

    The fields have the names of the arguments of `publishFileToTimeSeriesDatabase`, which
    describes them.
    """

    assetId: str | None = None
    assetIdColumn: str | None = None
    nameColumn: str | None = None
    timeColumn: tuple[str, ...] | None = None
    timeFormat: str | None = None
    timeUnit: str | None = None
    timeZone: str | None = None
    ambiguous: str = "refuse"
    nonexistent: str = "refuse"
    dimensionColumns: tuple[str, ...] = ()
    measureColumns: tuple[str, ...] | None = None
    ignoreColumns: tuple[str, ...] = ()
    measureTypes: Mapping[str, str] | None = None
    attributeNames: Mapping[str, str] | None = None
    attributeColumn: str | None = None
    valueColumn: str | None = None
    assetsInColumns: str | None = None
    nullValues: tuple[str, ...] = ()
    duplicates: str = "refuse"
    format: str | None = None
    sheet: str | None = None
    member: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    escape: str | None = None
    decimal: str | None = None
    thousands: str | None = None
    strip: tuple[str, ...] = ()
    minus: str | None = None
    comment: str | None = None
    skipLines: int | None = None
    columnNames: tuple[str, ...] | None = None
    unitsRow: int = 0
    skipFooter: int = 0

    @property
    def numbers(self) -> NumberSyntax:
        """The format of numbers."""
        return NumberSyntax(self.decimal or ".", self.thousands, self.strip, self.minus)

    def get_explicit(self) -> dict[str, Any]:
        """The options that differ from their defaults."""
        return {
            field.name: value
            for field in fields(self)
            if (value := getattr(self, field.name)) != field.default
        }


def parse_options(arguments: Mapping[str, object]) -> FileOptions:
    """Validate options by name; None is the same as omitting an option."""
    parsed: dict[str, Any] = {}
    for name, value in arguments.items():
        if value is not None:
            parsed[name] = _parse(name, value)
    options = FileOptions(**parsed)
    _check_together(options)
    return options


def _parse(name: str, value: object) -> object:
    if name in _LISTS:
        return _parse_list(name, value)
    if name in _DICTIONARIES:
        return _parse_dictionary(name, value)
    if name in _CHOICES:
        return _parse_choice(name, value, _CHOICES[name])
    if name in ("skipLines", "skipFooter", "unitsRow"):
        return validation.parse_int(name, int(value) if value is True else value, 0, 10**6)
    if name in ("delimiter", "quote", "escape", "decimal", "thousands"):
        return _parse_character(name, value)
    if name == "timeZone":
        return parse_time_zone(name, value).key
    if name == "minus":
        return _parse_minus(value)
    if name in _STRINGS:
        return _check_encoding(value) if name == "encoding" else validation.require_str(name, value)
    raise TypeError(f"{name} is not an argument for files")


_CHOICES: Mapping[str, Sequence[str]] = {
    "timeUnit": TIME_UNITS,
    "ambiguous": AMBIGUOUS,
    "nonexistent": NONEXISTENT,
    "duplicates": DUPLICATES,
    "format": FORMATS,
}


def _parse_choice(name: str, value: object, choices: Sequence[str]) -> str:
    if value not in choices:
        raise invalid_argument(name, value, "one of " + ", ".join(choices))
    return str(value)


def _parse_list(name: str, value: object) -> tuple[str, ...]:
    items = [value] if isinstance(value, str) else value
    if isinstance(items, (bytes, Mapping)) or not isinstance(items, Iterable):
        raise invalid_argument(name, value, "a list of strings")
    texts = []
    for item in items:
        if not isinstance(item, str) and name == "nullValues" and isinstance(item, (int, float)):
            item = str(item)
        # Columns without a name are allowed: pandas writes them.
        if not isinstance(item, str) or (not item and name in ("strip", "columnNames")):
            raise invalid_argument(name, value, "a list of strings")
        texts.append(item)
    return tuple(dict.fromkeys(texts)) if name != "columnNames" else tuple(texts)


def _parse_dictionary(name: str, value: object) -> dict[str, str]:
    if not isinstance(value, Mapping) or not all(
        isinstance(key, str) and isinstance(item, str) for key, item in value.items()
    ):
        raise invalid_argument(name, value, "a dictionary of strings by column")
    if name == "attributeNames":
        return dict(value)
    return {
        column: str(validation.parse_enum(f"{name}[{column!r}]", kind, SINGLE_TYPES).value)
        for column, kind in value.items()
    }


def _parse_character(name: str, value: object) -> str:
    if name == "delimiter" and value == WHITESPACE:
        return WHITESPACE
    if name == "quote" and value in ("", "none"):
        return ""
    if name == "escape" and value in ('"', "none"):
        return '"'
    text = DELIMITER_NAMES.get(value, value) if isinstance(value, str) else value
    if not isinstance(text, str) or len(text) != 1 or text in "\r\n\0":
        raise invalid_argument(name, value, "one character")
    return text


def _parse_minus(value: object) -> str:
    if value == PARENTHESES or (
        isinstance(value, str) and len(value) == 1 and not value.isalnum() and value.isprintable()
    ):
        return str(value)
    valid = f"the character of the minus sign, or {PARENTHESES!r}"
    raise invalid_argument("minus", value, valid)


def _check_encoding(value: object) -> str:
    name = validation.require_str("encoding", value)
    try:
        b"".decode(name)
        "".encode(name)
    except (LookupError, TypeError, ValueError, AssertionError):
        valid = "the name of a text encoding, such as utf-8, utf-16 or cp1252"
        raise invalid_argument("encoding", value, valid) from None
    return name


def _check_together(options: FileOptions) -> None:
    """Reject options that contradict each other."""
    if options.timeFormat is not None and options.timeUnit is not None:
        raise invalid_argument("timeUnit", options.timeUnit, "omitted if timeFormat= is passed")
    if options.thousands is not None and options.thousands == (options.decimal or "."):
        valid = "a character other than decimal="
        raise invalid_argument("thousands", options.thousands, valid)
    if (options.attributeColumn is None) != (options.valueColumn is None):
        name = "valueColumn" if options.valueColumn is None else "attributeColumn"
        other = "attributeColumn" if name == "valueColumn" else "valueColumn"
        raise InvalidParameterError(f"{name} must be passed with {other}=")
    if options.assetsInColumns is not None:
        for name in ("assetId", "assetIdColumn", "attributeColumn"):
            if getattr(options, name) is not None:
                raise invalid_argument(
                    name, getattr(options, name), "omitted if assetsInColumns= is passed"
                )
    if both := set(options.ignoreColumns) & set(options.measureColumns or ()):
        valid = "other columns than those of measureColumns"
        raise invalid_argument("ignoreColumns", min(both), valid)
    if options.timeFormat is not None:
        _check_time_format(options.timeFormat)


def _check_time_format(text: str) -> None:
    if text in FORMAT_NAMES:
        return
    directives = {text[index + 1] for index, one in enumerate(text[:-1]) if one == "%"}
    # A month without a day is its first day.
    has_month = bool(directives & set("mbBhju"))
    if not (directives & set("cxD") or (directives & set("YyG") and has_month)):
        raise invalid_argument(
            "timeFormat", text, "a format of strptime with year and month, such as '%d/%m/%Y %H:%M'"
        )
    if "Z" in directives:
        raise invalid_argument(
            "timeFormat", text, "a format without %Z, which Python ignores; use %z or timeZone"
        )
