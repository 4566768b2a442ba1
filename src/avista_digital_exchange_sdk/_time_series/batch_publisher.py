"""Publishing any number of records: batch by batch, and an exact account when one fails."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from .._models.lists import HtmlList
from .._utils.progress import ProgressCallback, ProgressReporter
from ..errors import ApiError, DigitalExchangeError, PublishIncompleteError
from .timestamps import parse_timestamp_ns

if TYPE_CHECKING:
    from .._generated.client import Client
    from .._generated.fragments import TimeSeriesAssetAttribute, TimeSeriesAssetData
    from .._generated.input_types import TimeSeriesInputRecord

BATCH_SIZE = 100
"""The most records one write of AWS Timestream takes."""


class Batch(NamedTuple):
    """Records that are written at once.

    Attributes:
        assetId: The asset they are about.
        indexes: For each record, the index of what it was made of in what was given.
    """

    assetId: str
    indexes: Sequence[int]
    records: Sequence[TimeSeriesInputRecord]


def split_into_batches(assetId: str, records: Sequence[TimeSeriesInputRecord]) -> Iterator[Batch]:
    """Any number of records of one asset, batch by batch."""
    for start in range(0, len(records), BATCH_SIZE):
        batch = records[start : start + BATCH_SIZE]
        yield Batch(assetId, range(start, start + len(batch)), batch)


class BatchPublisher:
    """Writes records and keeps account of each, or of the rows that they were made of."""

    def __init__(
        self,
        client: Client,
        timeSeriesDbId: str,
        indexes: Sequence[int],
        watch: ProgressReporter,
        what: str = "record",
    ) -> None:
        self._client = client
        self._timeSeriesDbId = timeSeriesDbId
        self._indexes = indexes
        self._watch = watch
        self._what = what
        self._done: set[int] = set()
        self.written: list[int] = []
        self.rejected: dict[int, str] = {}
        self.unknown: list[int] = []
        self.answers: list[TimeSeriesAssetData] = []

    async def publish(self, batches: Iterable[Batch]) -> list[TimeSeriesAssetData]:
        """Write all records; raise PublishIncompleteError when only some could be written."""
        try:
            with self._watch.track("publish", f"{self._what}s") as tell:
                failure = await self._write_all(batches, tell)
        except BaseException as interruption:
            interruption.add_note(self._summary())
            raise
        if failure is not None:
            report = self._build_error(failure)
            if report is failure:
                raise failure
            raise report from failure
        return merge_asset_data(self.answers)

    async def _write_all(
        self, batches: Iterable[Batch], tell: ProgressCallback | None
    ) -> DigitalExchangeError | None:
        """Write batch by batch; return what went wrong last.

        Rejected records do not keep the following ones from being written; any other failure ends
        the publishing, because it would most likely meet the following batches too.
        """
        failure: DigitalExchangeError | None = None
        for batch in batches:
            try:
                await self._write(batch)
            except DigitalExchangeError as error:
                failure = error
                if not self._record_outcome(error, batch):
                    break
            except BaseException:
                self.unknown += dict.fromkeys(batch.indexes)
                raise
            self._done.update(batch.indexes)
            if tell:
                tell(len(self._done), len(self._indexes))
        return failure

    async def _write(self, batch: Batch) -> None:
        from .._generated.input_types import TimeSeriesDbDataInput

        data = TimeSeriesDbDataInput.model_construct(records=batch.records)
        self.answers += await self._client.time_series_db_publish_to_database(
            self._timeSeriesDbId, batch.assetId, data
        )
        self.written += dict.fromkeys(batch.indexes)

    def _record_outcome(self, error: DigitalExchangeError, batch: Batch) -> bool:
        """Note what became of a failed batch; say whether to go on with the next."""
        rejected = _rejected_records(error)
        if rejected:
            for index, reason in rejected.items():
                self.rejected.setdefault(batch.indexes[index], reason)
            self.written += (i for i in dict.fromkeys(batch.indexes) if i not in self.rejected)
            return True
        if error.mayHaveSucceeded:
            self.unknown += dict.fromkeys(batch.indexes)
        return False

    def _build_error(self, failure: DigitalExchangeError) -> DigitalExchangeError:
        if not (self.written or self.rejected):
            if self.unknown:
                failure.add_note(self._summary())
            return failure
        return PublishIncompleteError(
            f"{self._summary()}. Cause: {failure}",
            written=self.written,
            rejected=self.rejected,
            unknown=self.unknown,
            notSent=self._unsent_indexes(),
        )

    def _unsent_indexes(self) -> list[int]:
        accounted = {*self.written, *self.rejected, *self.unknown}
        return [index for index in self._indexes if index not in accounted]

    def _summary(self) -> str:
        total = f"{len(self._indexes)} {self._what}s"
        parts = [f"{len(self.written)} of {total} were written{_format_ranges(self.written)}"]
        if self.rejected:
            first, reason = next(iter(self.rejected.items()))
            parts.append(f"{len(self.rejected)} were rejected{_format_ranges(list(self.rejected))}")
            parts.append(f"{self._what} {first}: {reason.rstrip('.')}")
        if self.unknown:
            parts.append(f"{len(self.unknown)} may have been written{_format_ranges(self.unknown)}")
        if not_sent := self._unsent_indexes():
            parts.append(f"{len(not_sent)} were not sent{_format_ranges(not_sent)}")
        return "; ".join(parts)


def _format_ranges(indexes: Sequence[int]) -> str:
    """Indexes as ranges, such as ` (0-99, 200)`."""
    if not indexes:
        return ""
    ranges: list[list[int]] = []
    for index in sorted(indexes):
        if ranges and index == ranges[-1][1] + 1:
            ranges[-1][1] = index
        else:
            ranges.append([index, index])
    texts = [str(first) if first == last else f"{first}-{last}" for first, last in ranges]
    return f" ({', '.join(texts)})"


def _rejected_records(error: DigitalExchangeError) -> dict[int, str]:
    """Reasons by index, read off the rejections that AWS Timestream lists in its error."""
    if not isinstance(error, ApiError):
        return {}
    rejected: dict[int, str] = {}
    for entry in error.errors:
        info = entry.get("errorInfo") if isinstance(entry, dict) else None
        for record in _parse_rejections(info):
            index = record.get("RecordIndex")
            if isinstance(index, int):
                rejected[index] = str(record.get("Reason") or "no reason given")
    return rejected


def _parse_rejections(info: Any) -> Iterable[dict[str, Any]]:
    listed = info.get("RejectedRecords") if isinstance(info, dict) else None
    return (record for record in listed or () if isinstance(record, dict))


def merge_asset_data(assets: Iterable[TimeSeriesAssetData]) -> list[TimeSeriesAssetData]:
    """Join what several answers say of the same asset and attribute, in the order they came."""
    joined: dict[str, TimeSeriesAssetData] = {}
    attributes: dict[str, dict[str, TimeSeriesAssetAttribute]] = {}
    for asset in assets:
        known = joined.setdefault(asset.assetId, asset)
        if known is not asset:
            if asset.assetId not in attributes:
                attributes[asset.assetId] = {entry.name: entry for entry in known.attributes}
            _join(known, attributes[asset.assetId], asset)
    return HtmlList(joined.values())


def _join(
    known: TimeSeriesAssetData,
    attributes: dict[str, TimeSeriesAssetAttribute],
    asset: TimeSeriesAssetData,
) -> None:
    known.name = known.name if asset.name is None else asset.name
    for attribute in asset.attributes:
        earlier = attributes.setdefault(attribute.name, attribute)
        if earlier is attribute:
            known.attributes.append(attribute)
            continue
        earlier.data.extend(attribute.data)
        if _record_timestamp(attribute) >= _record_timestamp(earlier):
            earlier.lastValue = attribute.lastValue
            earlier.lastValueTime = attribute.lastValueTime


def _record_timestamp(attribute: TimeSeriesAssetAttribute) -> int:
    return parse_timestamp_ns("lastValueTime", attribute.lastValueTime)
