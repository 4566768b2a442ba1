"""Read published records, check the limits of the platform, and parse the values."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from ...errors import invalid_request
from ...values import NANOSECONDS, Value, parse_time, parse_value

MAX_RECORDS = 100
MAX_DIMENSIONS = 128
MAX_MEASURES = 256
MAX_RECORD_BYTES = 2048
MAX_NAME_BYTES = 256
MAX_VALUE_BYTES = 2048

ASSET_ID = "assetId"
_RESERVED_NAMES = {"time", "measure_name", ASSET_ID}
_RESERVED_PREFIXES = ("ts_", "measure_value")


class Measure(NamedTuple):
    """One value of a record: as stored, and as the string that queries return."""

    name: str
    type: str
    value: Value
    text: str


@dataclass(frozen=True, slots=True)
class Record:
    """A valid record. A plain record has a single measure with the name of the record."""

    index: int
    dimensions: tuple[tuple[str, str], ...]
    measure_name: str
    multi: bool
    measures: tuple[Measure, ...]
    time: int
    version: int
    fingerprint: int = field(init=False)
    """A digest of the measures, by which two records with the same key are compared."""

    def __post_init__(self) -> None:
        # Name, type and value.
        content = repr(sorted([measure[:3] for measure in self.measures])).encode()
        digest = hashlib.blake2b(content, digest_size=8).digest()
        object.__setattr__(self, "fingerprint", int.from_bytes(digest, signed=True))

    @property
    def type(self) -> str:
        """The MeasureValueType the record was published with."""
        return "MULTI" if self.multi else self.measures[0].type


@dataclass(frozen=True, slots=True)
class Rejection:
    """The reason why a record was not written."""

    index: int
    reason: str
    existing_version: int | None = None

    def to_error_info(self) -> dict[str, object]:
        """Convert it to an entry of `RejectedRecords`."""
        info: dict[str, object] = {"RecordIndex": self.index, "Reason": self.reason}
        if self.existing_version is not None:
            info["ExistingVersion"] = self.existing_version
        return info


class RejectedError(Exception):
    """A record can't be written, but the rest of its batch can."""

    def __init__(self, reason: str, existing_version: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.existing_version = existing_version


def read_records(
    inputs: Sequence[Mapping[str, Any] | None],
) -> tuple[list[Record], list[Rejection]]:
    """Read a batch; return the valid and the rejected records.

    Raises:
        PlatformError: If the request as a whole is rejected.
    """
    if not 1 <= len(inputs) <= MAX_RECORDS:
        raise invalid_request(
            f"1 to {MAX_RECORDS} records can be written in one request, not {len(inputs)}."
        )
    for index, record in enumerate(inputs):
        _check_request(f"records[{index}]", record)
    records, rejections = [], []
    for index, record in enumerate(inputs):
        assert record is not None  # _check_request rejected it
        try:
            records.append(_read_record(index, record))
        except RejectedError as rejected:
            rejections.append(Rejection(index, rejected.reason))
    return records, rejections


def check_length(where: str, text: object, limit: int) -> None:
    """Raise unless a string is present and 1 to `limit` bytes long."""
    if not isinstance(text, str):
        raise invalid_request(f"{where} is missing.")
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise invalid_request(f"{where} is not valid Unicode text.") from None
    if not 1 <= size <= limit:
        raise invalid_request(f"{where} must be 1 to {limit} bytes long, not {size}.")


def _check_request(where: str, record: Mapping[str, Any] | None) -> None:
    """Perform the checks that reject the whole request."""
    if record is None:
        raise invalid_request(f"{where} is missing.")
    _check_member(where, record, "Time", MAX_NAME_BYTES)
    _check_member(where, record, "MeasureName", MAX_NAME_BYTES)
    version = record.get("Version")
    if version is not None and version < 1:
        raise invalid_request(f"{where}.Version must be 1 or higher, not {version}.")
    dimensions = record.get("Dimensions") or []
    if len(dimensions) > MAX_DIMENSIONS:
        raise invalid_request(f"{where} has more than {MAX_DIMENSIONS} dimensions.")
    _check_pairs(f"{where}.Dimensions", dimensions)
    _check_measure_form(where, record)


def _check_measure_form(where: str, record: Mapping[str, Any]) -> None:
    """Check that a MULTI record has MeasureValues only, any other a MeasureValue only."""
    value, values = record.get("MeasureValue"), record.get("MeasureValues")
    if record.get("MeasureValueType") != "MULTI":
        if values:
            raise invalid_request(f"{where}.MeasureValues is only for records of type MULTI.")
        _check_member(where, record, "MeasureValue", MAX_VALUE_BYTES)
        return
    if value is not None:
        raise invalid_request(f"{where}.MeasureValue is not for records of type MULTI.")
    if not values:
        raise invalid_request(f"{where}.MeasureValues is missing.")
    _check_pairs(f"{where}.MeasureValues", values)
    if any(measure["Type"] == "MULTI" for measure in values):
        raise invalid_request(f"{where}.MeasureValues can't be of type MULTI themselves.")


def _check_pairs(where: str, pairs: Iterable[Mapping[str, Any] | None]) -> None:
    """Check the names and values of dimensions or measures."""
    for index, pair in enumerate(pairs):
        if pair is None:
            raise invalid_request(f"{where}[{index}] is missing.")
        if not _is_short(pair.get("Name"), MAX_NAME_BYTES):
            check_length(f"{where}[{index}].Name", pair.get("Name"), MAX_NAME_BYTES)
        if not _is_short(pair.get("Value"), MAX_VALUE_BYTES):
            check_length(f"{where}[{index}].Value", pair.get("Value"), MAX_VALUE_BYTES)


def _check_member(where: str, record: Mapping[str, Any], name: str, limit: int) -> None:
    """Check the length of a member of a record."""
    if not _is_short(record.get(name), limit):
        check_length(f"{where}.{name}", record.get(name), limit)


def _is_short(text: object, limit: int) -> bool:
    """Return whether a string is certainly valid, so that no message need be built."""
    return type(text) is str and text.isascii() and 0 < len(text) <= limit


def _read_record(index: int, record: Mapping[str, Any]) -> Record:
    """Read one record whose structure is already checked."""
    dimensions = [(pair["Name"], pair["Value"]) for pair in record.get("Dimensions") or []]
    multi = record.get("MeasureValueType") == "MULTI"
    measures = _list_measures(record)
    _check_limits(record, dimensions, measures, multi)
    unit = record.get("TimeUnit") or "MILLISECONDS"
    assert unit in NANOSECONDS
    try:
        time = parse_time(record["Time"], unit)
    except ValueError as error:
        raise RejectedError(f"The time {record['Time']!r} {error}.") from None
    return Record(
        index=index,
        dimensions=tuple(sorted(dimensions)),
        measure_name=record["MeasureName"],
        multi=multi,
        measures=tuple(_read_measure(*measure, unit) for measure in measures),
        time=time,
        version=record.get("Version") or 1,
    )


def _list_measures(record: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """List the measures of a plain or MULTI record as name, type and string."""
    if record.get("MeasureValueType") == "MULTI":
        return [(m["Name"], m["Type"], m["Value"]) for m in record["MeasureValues"]]
    measure_type = record.get("MeasureValueType") or "DOUBLE"
    return [(record["MeasureName"], measure_type, record["MeasureValue"])]


def _read_measure(name: str, measure_type: str, text: str, unit: str) -> Measure:
    try:
        return Measure(name, measure_type, *parse_value(measure_type, text, unit))
    except ValueError as error:
        shown = text if len(text) <= 60 else text[:57] + "…"
        raise RejectedError(f"The value {shown!r} of measure {name!r} {error}.") from None


@lru_cache(10_000)
def _check_reserved(name: str) -> None:
    """Reject a name that is reserved."""
    if name in _RESERVED_NAMES or name.startswith(_RESERVED_PREFIXES):
        raise RejectedError(f"The name {name!r} is reserved.")


def _check_limits(
    record: Mapping[str, Any],
    dimensions: list[tuple[str, str]],
    measures: list[tuple[str, str, str]],
    multi: bool,
) -> None:
    """Reject a record that is too large, or whose names are reserved or not distinct."""
    if len(measures) > MAX_MEASURES:
        raise RejectedError(f"A record can have at most {MAX_MEASURES} measures.")
    dimension_names = [name for name, _ in dimensions]
    measure_names = [name for name, _, _ in measures]
    columns = dimension_names + (measure_names if multi else [])
    for name in [record["MeasureName"], *columns]:
        _check_reserved(name)
    if len(set(columns)) < len(columns):
        raise RejectedError("The dimensions and measures of a record must have distinct names.")
    strings = [*dimension_names, *(value for _, value in dimensions)]
    strings += [record["MeasureName"], *(text for _, _, text in measures)]
    size = len("".join(strings + measure_names if multi else strings).encode())
    if size > MAX_RECORD_BYTES:
        raise RejectedError(
            f"The record is {size} bytes large, more than the limit of {MAX_RECORD_BYTES}."
        )
