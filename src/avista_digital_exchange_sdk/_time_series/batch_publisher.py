"""Publishes records in batches and tracks the outcome of each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from .._models.lists import HtmlList
from .._utils.progress import ProgressCallback, ProgressReporter
from ..errors import ApiError, DigitalExchangeError
from .publish_outcomes import REJECTED, PublishOutcomes, run_publish, summarize_outcomes
from .timestamps import parse_timestamp_ns

if TYPE_CHECKING:
    from .._generated.client import Client
    from .._generated.fragments import TimeSeriesAssetAttribute, TimeSeriesAssetData
    from .._generated.input_types import TimeSeriesInputRecord


class Batch(NamedTuple):
    """Records that are written in one request.

    Attributes:
        asset_id: The ID of the asset.
        indexes: The index of each record, or of its row, in the input.
    """

    asset_id: str
    indexes: Sequence[int]
    records: Sequence[TimeSeriesInputRecord]


def split_into_batches(
    asset_id: str, records: Sequence[TimeSeriesInputRecord], size: int
) -> Iterator[Batch]:
    """Split the records of one asset into batches."""
    for start in range(0, len(records), size):
        batch = records[start : start + size]
        yield Batch(asset_id, range(start, start + len(batch)), batch)


class BatchPublisher:
    """Writes records and tracks the outcomes of records or of their rows.

    Args:
        client: Sends the batches.
        database_id: The database.
        outcomes: Records the outcomes.
        progress: Reports the number of sent rows.
        what: The name of a row for messages.
        keep_responses: Whether to return what the platform says was written; it grows with
            every record.
    """

    def __init__(
        self,
        client: Client,
        database_id: str,
        outcomes: PublishOutcomes,
        progress: ProgressReporter,
        what: str = "record",
        *,
        keep_responses: bool = True,
    ) -> None:
        self._client = client
        self._database_id = database_id
        self._outcomes = outcomes
        self._progress = progress
        self._what = what
        self._keep_responses = keep_responses
        self._responses: list[TimeSeriesAssetData] = []

    async def publish(self, batches: Iterable[Batch]) -> list[TimeSeriesAssetData]:
        """Write all records; raise PublishIncompleteError when only some could be written."""
        return await self._account_for(lambda report: self._write_all(batches, report))

    async def _account_for(
        self, write: Callable[[ProgressCallback | None], Awaitable[DigitalExchangeError | None]]
    ) -> list[TimeSeriesAssetData]:
        """Run what writes, which returns what went wrong last; raise if something did."""
        await run_publish(
            self._outcomes,
            self._progress,
            write,
            what=self._what,
            summarize=self._summary,
            failed_state=REJECTED,
        )
        return merge_asset_data(self._responses)

    async def _write_all(
        self, batches: Iterable[Batch], report: ProgressCallback | None
    ) -> DigitalExchangeError | None:
        """Write the batches; return the last error.

        Rejected records do not keep the following ones from being written; any other failure ends
        the publishing, because it would most likely meet the following batches too.
        """
        failure: DigitalExchangeError | None = None
        for batch in batches:
            try:
                await self._write(batch.asset_id, batch.records)
                self._outcomes.mark_written(batch.indexes)
            except DigitalExchangeError as error:
                failure = error
                if not self._record_failure(error, batch):
                    break
            except BaseException:
                self._outcomes.mark_unknown(batch.indexes)
                raise
            if report:
                report(self._outcomes.finished, self._outcomes.total)
        return failure

    async def _write(self, asset_id: str, records: Sequence[TimeSeriesInputRecord]) -> None:
        from .._generated.input_types import TimeSeriesDbDataInput

        data = TimeSeriesDbDataInput.model_construct(records=records)
        response = await self._client.time_series_db_publish_to_database(
            self._database_id, asset_id, data
        )
        if self._keep_responses:
            self._responses += response

    def _record_failure(self, error: DigitalExchangeError, batch: Batch) -> bool:
        """Record the outcome of a failed batch; return whether to continue."""
        rejections = parse_rejections(error)
        if rejections:
            for index, rejection in rejections.items():
                self._outcomes.mark_rejected(batch.indexes[index], rejection.reason)
            self._outcomes.mark_written(batch.indexes)
            return True
        if error.mayHaveSucceeded:
            self._outcomes.mark_unknown(batch.indexes)
        return False

    def _summary(self) -> str:
        return summarize_outcomes(self._outcomes, self._what)


class Rejection(NamedTuple):
    """The rejection of a record.

    Attributes:
        reason: The platform's reason.
        existing_version: The version of the stored record, if known.
    """

    reason: str
    existing_version: int | None


def parse_rejections(error: DigitalExchangeError) -> dict[int, Rejection]:
    """Parse the rejections that AWS Timestream lists in an error, by index."""
    if not isinstance(error, ApiError):
        return {}
    rejected: dict[int, Rejection] = {}
    for entry in error.errors:
        info = entry.get("errorInfo") if isinstance(entry, dict) else None
        for record in _listed_rejections(info):
            index, version = record.get("RecordIndex"), record.get("ExistingVersion")
            if isinstance(index, int):
                rejected[index] = Rejection(
                    str(record.get("Reason") or "no reason given"),
                    version if isinstance(version, int) else None,
                )
    return rejected


def _listed_rejections(info: Any) -> Iterable[dict[str, Any]]:
    listed = info.get("RejectedRecords") if isinstance(info, dict) else None
    return (record for record in listed or () if isinstance(record, dict))


def merge_asset_data(assets: Iterable[TimeSeriesAssetData]) -> list[TimeSeriesAssetData]:
    """Merge the assets and attributes of several responses, in order."""
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
