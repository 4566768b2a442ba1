"""Live records of IoT endpoints, and which of them were delivered already."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from .._generated.fragments import IotDataRecord

# Records that a stream remembers: of each endpoint, and at least in total.
REMEMBERED_PER_ENDPOINT = 1_000
MIN_REMEMBERED_RECORDS = 20_000


class IotLiveRecord(IotDataRecord):
    """A record of an endpoint in a stream."""

    isLate: bool = False
    "Whether a record of the same endpoint with a later timestamp was delivered before."
    isRecovered: bool = False
    "Whether the record was fetched, as its event was not received."

    @property
    def milliseconds(self) -> int:
        """The timestamp as an integer, in milliseconds since 1970."""
        return int(self.timestamp or 0)


def to_live_record(record: IotDataRecord, endpoint_id: str) -> IotLiveRecord:
    """Convert a record of an event."""
    return IotLiveRecord.model_construct(
        iotEndpointId=endpoint_id, timestamp=record.timestamp, attributes=record.attributes
    )


class _Millisecond:
    """The records of an endpoint at one millisecond.

    There is only one, unless the publisher uses microseconds or nanoseconds.

    Attributes:
        delivered: The hashes of the values of the records that were delivered, or existed before.
        received: The hashes of the values of the records whose events were received.
        unmatched: The number of records that were fetched, and whose events may still be received.
    """

    __slots__ = ("delivered", "received", "unmatched")

    def __init__(self) -> None:
        self.delivered: tuple[int, ...] = ()
        self.received: tuple[int, ...] = ()
        self.unmatched = 0


@dataclass
class EndpointRecords:
    """The state of the records of an endpoint in a stream.

    Attributes:
        newest: The latest timestamp, in milliseconds; None before the first record.
        floor: Records at this time and before are not fetched, as the stream does not remember
            whether it has delivered them.
    """

    newest: int | None = None
    floor: int = -1


class DeliveredRecords:
    """Finds the records that were not delivered yet.

    Records are identified by their endpoint and time, as an endpoint has at most one at a time.
    Several within a millisecond are distinguished by their values; those of fetched records may be
    formatted differently, so that they are counted.

    Args:
        size: The number of endpoints.
        capacity: Maximum number of records that are remembered, if it is not the default.
    """

    def __init__(self, size: int, capacity: int | None = None) -> None:
        self.endpoints = [EndpointRecords() for _ in range(size)]
        self._capacity = capacity or max(size * REMEMBERED_PER_ENDPOINT, MIN_REMEMBERED_RECORDS)
        self._known: OrderedDict[tuple[int, int], _Millisecond] = OrderedDict()

    def add_live(self, endpoint: int, records: Iterable[IotLiveRecord]) -> Iterator[IotLiveRecord]:
        """Remember the records of one event; return those that are new, with their lateness."""
        in_event: Counter[tuple[int, int]] = Counter()
        for record in records:
            known = self._remember(endpoint, record.milliseconds)
            fingerprint = _fingerprint(record)
            in_event[record.milliseconds, fingerprint] += 1
            if in_event[record.milliseconds, fingerprint] <= known.received.count(fingerprint):
                continue
            known.received += (fingerprint,)
            if known.unmatched:
                # Fetched before its event was received.
                known.unmatched -= 1
            else:
                known.delivered += (fingerprint,)
                yield self._deliver(endpoint, record)

    def add_fetched(
        self, endpoint: int, records: Sequence[IotLiveRecord]
    ) -> Iterator[IotLiveRecord]:
        """Remember fetched records, ordered by time; return those that are new.

        All records of a millisecond must be fetched at once.
        """
        for milliseconds, same in groupby(records, lambda record: record.milliseconds):
            if milliseconds <= self.endpoints[endpoint].floor:
                continue
            known = self._remember(endpoint, milliseconds)
            fetched = list(same)
            missing = len(fetched) - len(known.delivered)
            if missing <= 0:
                continue
            counts = Counter(known.delivered)
            for record in sorted(fetched, key=lambda each: counts[_fingerprint(each)])[:missing]:
                known.delivered += (_fingerprint(record),)
                known.unmatched += 1
                record.isRecovered = True
                yield self._deliver(endpoint, record)

    def _deliver(self, endpoint: int, record: IotLiveRecord) -> IotLiveRecord:
        known = self.endpoints[endpoint]
        record.isLate = known.newest is not None and record.milliseconds < known.newest
        known.newest = max(known.newest or record.milliseconds, record.milliseconds)
        return record

    def _remember(self, endpoint: int, milliseconds: int) -> _Millisecond:
        key = (endpoint, milliseconds)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = _Millisecond()
            while len(self._known) > self._capacity:
                (oldest, forgotten), _ = self._known.popitem(last=False)
                self.endpoints[oldest].floor = max(self.endpoints[oldest].floor, forgotten)
        return known


def _fingerprint(record: IotDataRecord) -> int:
    return hash(tuple((value.name, value.value) for value in record.attributes))
