"""Streams of the records of IoT endpoints, each exactly once across lost connections."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from .._graphql.event_buffer import BufferedEvent, BufferedGap
from .._graphql.event_source import StreamOptions, Subject, SubscriptionSource
from .._models.stream_gap import StreamGap
from .._utils.retry import Backoff, is_retryable
from ..errors import (
    DigitalExchangeError,
    ExchangeClosedError,
    NotFoundError,
    QueryIncompleteError,
    TransferError,
    UnauthorizedError,
)
from .live_records import DeliveredRecords, IotLiveRecord, to_live_record
from .record_history import RecordHistory, is_integer

if TYPE_CHECKING:
    from .._generated.client import Client
    from .._generated.fragments import IotDataRecord, PublishIotDataResult

# Errors of a check after which the stream can't go on.
FATAL = (ExchangeClosedError, NotFoundError, UnauthorizedError)
# Missed records that are fetched before the first one is delivered.
PAGE_SIZE = 1000
# How long a closed stream may wait at most until it notices that.
MAX_SLEEP_SECONDS = 0.1
# The last time that a datetime can represent.
MAX_MILLISECONDS = 253_402_300_799_000


class EndpointRecordSource(SubscriptionSource[IotLiveRecord]):
    """The records of endpoints, from their events, and after gaps from a range query.

    The query finds records whose timestamp is at most `lookback` before the latest one that was
    known when the records were last checked.

    Args:
        client: Runs the operations.
        subjects: The subscriptions, one for each endpoint.
        options: The options of the stream.
        lookback: The lookback in seconds.
    """

    def __init__(
        self, client: Client, subjects: Sequence[Subject], options: StreamOptions, lookback: float
    ) -> None:
        super().__init__(client, subjects, lambda result: [], options)
        self._lookback = round(lookback * 1000)
        self._delay = client.backend.options.stream_check_delay
        self._interval = client.backend.options.stream_check_seconds
        self._ids = [subject.identifier for subject in subjects]
        self._indexes = {identifier: index for index, identifier in enumerate(self._ids)}
        self._history = RecordHistory(client, self._ids)
        self._delivered = DeliveredRecords(len(subjects))
        # The latest times up to which all records are known to be delivered.
        self._complete: list[int | None] = [None] * len(subjects)
        self._check_at: float | None = None
        self._checking: AsyncGenerator[IotLiveRecord, None] | None = None
        self._backoff = Backoff(client.max_retries, client.backend.options)
        self._open_gaps: deque[BufferedGap] = deque()

    async def open(self, timeout: float | None = None) -> None:
        """Note what was published before, then subscribe."""
        await self._history.read_models()
        newest = await self._history.read_newest()
        for endpoint, milliseconds in zip(self._delivered.endpoints, newest, strict=True):
            endpoint.newest = milliseconds
        await self._note_existing()
        await super().open(timeout)
        # What was published in between, or right after the start, has no event.
        self._schedule(self._delay)

    async def _note_existing(self) -> None:
        """Remember the records that exist, which are not to be delivered."""
        complete = self._find_complete()
        starts = {}
        for identifier, endpoint, mark in zip(
            self._ids, self._delivered.endpoints, complete, strict=True
        ):
            if mark is not None:
                starts[identifier] = max(mark - self._lookback, 0)
                endpoint.floor = starts[identifier] - 1
        async with aclosing(self._history.read(starts)) as pages:
            async for identifier, records in pages:
                for _ in self._delivered.add_fetched(self._indexes[identifier], records):
                    pass
        self._complete = complete

    def _find_complete(self) -> list[int | None]:
        now = round(datetime.now(UTC).timestamp() * 1000)
        newest = [endpoint.newest for endpoint in self._delivered.endpoints]
        return [None if latest is None else min(latest, now) for latest in newest]

    async def next(self, timeout: float | None) -> IotLiveRecord:
        """Wait for a record; raise StopAsyncIteration at the end, TimeoutError after `timeout`."""
        deadline = None if timeout is None else self._clock() + timeout
        while not self._pending:
            if self._checking is not None or self._is_due():
                await self._continue_check()
                continue
            ends = [end for end in (deadline, self._check_at) if end is not None]
            remaining = max(min(ends) - self._clock(), 0) if ends else None
            try:
                item = await self._wait(remaining)
            except TimeoutError:
                if deadline is not None and self._clock() >= deadline:
                    raise
                continue
            if item is None:
                raise StopAsyncIteration
            if isinstance(item, BufferedGap):
                await self._handle_gap(item)
            else:
                self._pending.extend(await self._read(item))
        return self._pending.popleft()

    async def _wait(self, timeout: float | None) -> BufferedEvent | BufferedGap | None:
        """Wait for the next event, but not before the records missed before it are fetched."""
        if self._open_gaps and not self._feed.has_ended:
            await self._client.backend.sleep(min(timeout or 0, MAX_SLEEP_SECONDS))
            raise TimeoutError("no record was received in time")
        return await self._feed.next(timeout)

    async def _read(self, item: BufferedEvent) -> Sequence[IotLiveRecord]:
        payload = self._parse(item)
        if payload is None or not _is_complete(payload):
            # It contains only what its publisher selected, so the records are fetched.
            self._schedule(self._delay)
        if payload is None:
            return ()
        identifier = self._ids[item.subject]
        records = [
            to_live_record(record, identifier)
            for record in payload.recordsWritten
            if _is_usable(record)
        ]
        return list(self._delivered.add_live(item.subject, records))

    async def _handle_gap(self, gap: BufferedGap) -> None:
        self._open_gaps.append(gap)
        self._check_at = self._clock()

    async def close(self) -> None:
        """Unsubscribe and wait until that is done."""
        checking, self._checking = self._checking, None
        if checking is not None:
            # Another task may be waiting for its next record.
            with suppress(RuntimeError):
                await checking.aclose()
        await super().close()

    def _schedule(self, delay: float) -> None:
        """Check what was published after a delay, or earlier if that is scheduled already."""
        at = self._clock() + delay
        self._check_at = at if self._check_at is None else min(at, self._check_at)

    def _is_due(self) -> bool:
        return self._check_at is not None and self._clock() >= self._check_at

    async def _continue_check(self) -> None:
        """Fetch the next records that were missed, a page at most."""
        if self._checking is None:
            self._checking = self._check()
        try:
            async for record in self._checking:
                self._pending.append(record)
                if len(self._pending) >= PAGE_SIZE:
                    return
        except DigitalExchangeError as error:
            self._checking = None
            self._handle_failed_check(error)
        except BaseException:
            self._checking = None
            raise
        else:
            self._checking = None

    async def _check(self) -> AsyncGenerator[IotLiveRecord, None]:
        complete, gaps = self._find_complete(), list(self._open_gaps)
        starts = self._find_starts()
        await self._history.read_models()
        count = 0
        async with aclosing(self._history.read(starts)) as pages:
            async for identifier, records in pages:
                for record in self._delivered.add_fetched(self._indexes[identifier], records):
                    count += 1
                    yield record
        self._client.log.debug("checked %d endpoints: %d records were missed", len(starts), count)
        self._complete = complete
        self._backoff.reset()
        # Once more a little later, if connections were replaced: events right after the start of a
        # subscription can be lost.
        self._check_at = self._clock() + (self._delay if gaps else self._interval)
        for gap in gaps:
            self._open_gaps.remove(gap)
            self._report_recovered(gap, starts)

    def _find_starts(self) -> dict[str, int]:
        return {
            identifier: max(endpoint.floor + 1, 0 if mark is None else mark - self._lookback, 0)
            for identifier, endpoint, mark in zip(
                self._ids, self._delivered.endpoints, self._complete, strict=True
            )
        }

    def _handle_failed_check(self, error: DigitalExchangeError) -> None:
        """Repeat a check later; report the gaps unless that can be expected to help."""
        if isinstance(error, FATAL):
            raise error
        is_transient = _is_transient(error)
        delay = self._backoff.next_delay() if is_transient else None
        later = self._client.backend.options.max_retry_delay if is_transient else self._interval
        self._check_at = self._clock() + (later if delay is None else delay)
        self._client.log.info("%s; missed records will be fetched again", error)
        while self._open_gaps and delay is None:
            gap = self._open_gaps.popleft()
            reason = f"{gap.reason}; what was published could not be fetched: {error}"
            self._report(StreamGap(gap.start, gap.end, reason, self._describe(gap)))

    def _report_recovered(self, gap: BufferedGap, starts: dict[str, int]) -> None:
        identifiers = self._describe(gap)
        first = max(starts[identifier] for identifier in identifiers)
        recovered = datetime.fromtimestamp(min(first, MAX_MILLISECONDS) / 1000, UTC)
        self._report(StreamGap(gap.start, gap.end, gap.reason, identifiers, recovered))


def _is_transient(error: Exception) -> bool:
    cause = error.__cause__ if isinstance(error, QueryIncompleteError) else error
    is_retried = isinstance(cause, Exception) and is_retryable(cause, idempotent=True)
    return is_retried or isinstance(error, TransferError)


def _is_complete(payload: PublishIotDataResult) -> bool:
    """Whether an event has all records that were written."""
    if not payload.recordsWritten:
        return bool(payload.failedRecords)
    return all(map(_is_usable, payload.recordsWritten))


def _is_usable(record: IotDataRecord) -> bool:
    return is_integer(record.timestamp) and bool(record.attributes)
