"""Publishing any number of records, batch by batch, with the outcome of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from .._time_series.publish_outcomes import (
    PublishOutcomes,
    run_publish,
    summarize_outcomes,
)
from .._utils.progress import ProgressCallback, ProgressReporter
from ..errors import DigitalExchangeError

if TYPE_CHECKING:
    from .._generated.client import Client

# AWS AppSync delivers no event of more than 240 KB, and the event of a publish is its response.
MAX_RESPONSE_BYTES = 200_000


class TelemetryPublisher:
    """The base class of publishers, which send one batch.

    Args:
        client: Sends the batches.
        sizes: The approximate size of each record in a response, in bytes.
        keys: What identifies each record in a response, if its index does not.
    """

    def __init__(
        self, client: Client, sizes: Sequence[int], keys: Sequence[str] | None = None
    ) -> None:
        self._keys = keys
        self._client = client
        self._sizes = sizes
        self._outcomes = PublishOutcomes(range(len(sizes)))

    async def _publish_batch(self, indexes: range, client: Client) -> None:
        """Publish one batch and note what was written and rejected."""
        raise NotImplementedError

    def _note_failure(self, index: int, reason: str, *, is_unknown: bool) -> None:
        """Note that a record was not written, or that it may have been by an earlier attempt."""
        if is_unknown and self._is_retried:
            self._outcomes.mark_unknown([index])
        else:
            self._outcomes.mark_rejected(index, reason)

    async def _publish_all(self, reporter: ProgressReporter) -> None:
        """Publish all records; rejected ones do not keep the others from being written.

        Raises:
            PublishIncompleteError: The outcome of some records is unknown, or some were not sent.
        """
        await run_publish(
            self._outcomes,
            reporter,
            self._publish_batches,
            what="record",
            summarize=lambda: summarize_outcomes(self._outcomes, "record"),
            rejections_fail=False,
        )

    async def _publish_batches(
        self, report: ProgressCallback | None
    ) -> DigitalExchangeError | None:
        """Publish batch by batch; return the error that ended the publish, if any."""
        # Values that are stored already are rejected, so a batch can be sent again.
        client = self._client.with_options(
            idempotent=True, on_unknown_outcome=self._note_unknown_outcome
        )
        max_records = client.backend.options.max_batch_records
        for indexes in split_by_size(self._sizes, max_records, self._keys):
            self._is_retried = False
            try:
                await self._publish_batch(indexes, client)
            except DigitalExchangeError as error:
                if error.mayHaveSucceeded:
                    self._outcomes.mark_unknown(indexes)
                return error
            except BaseException:
                self._outcomes.mark_unknown(indexes)
                raise
            self._outcomes.mark_written(indexes)
            if report:
                report(self._outcomes.finished, self._outcomes.total)
        return None

    def _note_unknown_outcome(self) -> None:
        self._is_retried = True


def split_by_size(
    sizes: Sequence[int], max_records: int, keys: Sequence[str] | None = None
) -> Iterator[range]:
    """Split records into batches whose responses are small enough for subscribers.

    Records with the same key are in different batches.
    """
    start = total = 0
    seen: set[str] = set()
    for index, size in enumerate(sizes):
        is_full = index - start == max_records or total + size > MAX_RESPONSE_BYTES
        if index > start and (is_full or (keys is not None and keys[index] in seen)):
            yield range(start, index)
            start, total = index, 0
            seen.clear()
        total += size
        if keys is not None:
            seen.add(keys[index])
    yield range(start, len(sizes))
