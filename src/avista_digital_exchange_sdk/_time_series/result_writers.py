"""Merges the result chunks of a query to the file that the platform would export.

A chunk is a JSON array of TimeSeriesAssetData with the rows of one page; a row is the values of an
asset at one time. Rows are ordered by asset (as requested), then time. The data of an asset, and
even one row, can be split over adjacent chunks. Memory use is constant: what can't be written yet,
because the header or JSON's nesting depends on later chunks, is spooled to disk.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import IO, TYPE_CHECKING, Any, NamedTuple, Protocol

from pydantic_core import from_json, to_json

from .._utils.gc import gc_paused
from .._utils.temporary_files import explain_full_disk
from ..errors import InvalidParameterError, InvalidResponseError
from .query_operations import ReadRows
from .timestamps import format_timestamp, parse_timestamp_ns

if TYPE_CHECKING:
    from .._generated.input_types import TimeSeriesQueryAssetInput

_ISO_MILLISECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)


class ResultWriter(Protocol):
    """Writes a result file."""

    def prepare(self, chunk: bytes) -> bytes:
        """Convert a chunk to what takes less time to add. Several threads may do it."""

    def add(self, prepared: bytes) -> None:
        """Add the prepared chunk of the next page."""

    def finish(self) -> None:
        """Write what was held back, which completes the file."""

    def close(self) -> None:
        """Delete what was spooled, whether or not the file is complete."""


class _ChunkAttribute(NamedTuple):
    name: str
    type: str
    # By time, in order.
    values: dict[str, str]


class ChunkAsset(NamedTuple):
    """What a chunk has of one asset."""

    position: int
    asset_id: str
    name: str | None
    attributes: list[_ChunkAttribute]


class RequestedSeries:
    """The requested assets and attributes, as both formats need them."""

    def __init__(self, assets: Iterable[TimeSeriesQueryAssetInput]) -> None:
        self.position: dict[str, int] = {}
        self.attributes: dict[str, dict[str, int]] = {}
        for asset in assets:
            self.position[asset.assetId] = len(self.position)
            names = asset.attributeNamesFilter or []
            self.attributes[asset.assetId] = {name: index for index, name in enumerate(names)}

    def is_requested(self, asset_id: str, attribute: str) -> bool:
        """Whether an attribute was requested; a request without names is for all."""
        names = self.attributes[asset_id]
        return not names or attribute in names

    def assets_for(self, chunk: bytes) -> Iterator[ChunkAsset]:
        """Parse the assets of a chunk, without attributes that were not requested."""
        times = _Times()
        try:
            with gc_paused():
                assets = from_json(chunk)
            for asset in assets:
                asset_id = asset["assetId"]
                attributes = [
                    _attribute(entry, times)
                    for entry in asset["attributes"] or ()
                    if entry and self.is_requested(asset_id, entry["name"])
                ]
                yield ChunkAsset(self.position[asset_id], asset_id, asset["name"], attributes)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            # The cause would expose data values.
            kind = type(error).__name__
            message = f"a result chunk is not a JSON array of the requested assets ({kind})"
            raise InvalidResponseError(message) from None

    def find_last_rows(self, chunk: bytes, page: int, before: ReadRows | None) -> ReadRows | None:
        """Return the rows that were read of the last asset in a chunk, if there are any.

        Args:
            chunk: The chunk.
            page: The number of its page.
            before: The rows of the last asset in an earlier chunk.
        """
        rows = before
        for asset in self.assets_for(chunk):
            times = [time for entry in asset.attributes for time in _get_ends(entry.values)]
            if times:
                first, last = map(_parse_csv_time, (min(times), max(times)))
                if rows is None or rows.asset_id != asset.asset_id:
                    rows = ReadRows(asset.asset_id, first, last, page, page)
                else:
                    rows = rows._replace(last_time=last, last_page=page)
        return rows


def _get_ends(values: dict[str, str]) -> tuple[str, ...]:
    return (next(iter(values)), next(reversed(values))) if values else ()


def _parse_csv_time(time: str) -> int:
    return parse_timestamp_ns("timestamp", to_iso_timestamp(time))


class _Times(dict[str, str]):
    """Sort keys by the timestamps of a chunk, most of which occur once per attribute."""

    def __missing__(self, text: str) -> str:
        time = self[text] = _sort_key(text)
        return time


def _attribute(entry: dict[str, Any], times: _Times) -> _ChunkAttribute:
    data = entry["data"] or ()
    # Avoid one Python object per point: there are millions.
    timestamps = map(itemgetter("timestamp"), data)
    values = dict(
        zip(map(times.__getitem__, timestamps), map(itemgetter("value"), data), strict=True)
    )
    if (ordered := sorted(values)) != list(values):
        values = {time: values[time] for time in ordered}
    return _ChunkAttribute(entry["name"], entry["attributeType"], values)


def _sort_key(text: str) -> str:
    """Format a timestamp as in CSV files, where strings sort like the times."""
    if _ISO_MILLISECONDS.fullmatch(text):
        return f"{text[:10]} {text[11:23]}000000"
    try:
        exact = format_timestamp(parse_timestamp_ns("timestamp", text))
    except InvalidParameterError:
        # Timestream omits the time zone, which is UTC.
        exact = format_timestamp(parse_timestamp_ns("timestamp", f"{text}Z"))
    return exact[:-1].replace("T", " ").ljust(29, "0")


def to_iso_timestamp(time: str) -> str:
    """Convert a timestamp of a CSV file to ISO 8601."""
    end = 23 if time.endswith("000000") else 29
    return f"{time[:10]}T{time[11:end]}Z"


class _Series:
    """The points of one attribute as JSON, spooled until the asset is complete."""

    def __init__(self, attribute_type: str, spool_bytes: int) -> None:
        self.type = attribute_type
        self.spool = tempfile.SpooledTemporaryFile(spool_bytes)  # noqa: SIM115  # its writer closes it
        self.last_time = self.last_value = ""

    def add(self, values: dict[str, str]) -> None:
        if next(iter(values)) < self.last_time:
            raise InvalidResponseError("the result chunks are not ordered by asset and time")
        # The chunks of adjacent time ranges may both have the point at their common boundary.
        entries = [
            {"timestamp": to_iso_timestamp(time), "value": value}
            for time, value in values.items()
            if time != self.last_time
        ]
        if not entries:
            return
        with explain_full_disk():
            if self.last_time:
                self.spool.write(b",")
            self.spool.write(to_json(entries)[1:-1])
        self.last_time, self.last_value = next(reversed(values.items()))


class JsonResultWriter:
    """Writes JSON: an array of TimeSeriesAssetData, one asset per line."""

    def __init__(self, request: RequestedSeries, file: IO[bytes], spool_bytes: int) -> None:
        self._request = request
        self._file = file
        self._spool_bytes = spool_bytes
        self._asset: ChunkAsset | None = None
        self._series: dict[str, _Series] = {}
        self._separator = b"["

    def prepare(self, chunk: bytes) -> bytes:
        return chunk

    def add(self, prepared: bytes) -> None:
        for asset in self._request.assets_for(prepared):
            if self._asset is not None and asset.position < self._asset.position:
                raise InvalidResponseError("the result chunks are not ordered by asset and time")
            if self._asset is not None and asset.position > self._asset.position:
                self._write_asset(self._asset)
            self._asset = asset
            for attribute in asset.attributes:
                if attribute.values:
                    self._get_series(attribute).add(attribute.values)

    def _get_series(self, attribute: _ChunkAttribute) -> _Series:
        series = self._series.get(attribute.name)
        if series is None:
            series = self._series[attribute.name] = _Series(attribute.type, self._spool_bytes)
        return series

    def _write_asset(self, asset: ChunkAsset) -> None:
        positions = self._request.attributes[asset.asset_id]
        names = sorted(self._series, key=lambda name: (positions.get(name, 0), name))
        if names:
            head = to_json({"assetId": asset.asset_id, "name": asset.name})[:-1]
            self._file.write(self._separator + head + b',"attributes":[')
            for index, name in enumerate(names):
                self._write_series(name, self._series[name], b"," if index else b"")
            self._file.write(b"]}")
            self._separator = b",\n"
        self._series = {}

    def _write_series(self, name: str, series: _Series, separator: bytes) -> None:
        head = {
            "attributeType": series.type,
            "lastValue": series.last_value,
            "lastValueTime": to_iso_timestamp(series.last_time),
            "name": name,
        }
        self._file.write(separator + to_json(head)[:-1] + b',"data":[')
        with series.spool as spool:
            with explain_full_disk():
                spool.seek(0)
            while block := spool.read(self._spool_bytes):
                self._file.write(block)
        self._file.write(b"]}")

    def finish(self) -> None:
        if self._asset is not None:
            self._write_asset(self._asset)
        self._file.write(b"]\n" if self._separator != b"[" else b"[]\n")

    def close(self) -> None:
        for series in self._series.values():
            series.spool.close()
