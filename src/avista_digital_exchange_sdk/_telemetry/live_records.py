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
    """A record of an endpoint, as a stream of records delivers it."""

    isLate: bool = False
    "Whether a record of the same endpoint with a later timestamp was delivered before."
    isRecovered: bool = False
    "Whether it was fetched, as its event was not received."

    @property
    def milliseconds(self) -> int:
        """The timestamp as a number."""
        return int(self.timestamp or 0)


def to_live_record(record: IotDataRecord, endpoint_id: str) -> IotLiveRecord:
    """Convert a record of an event."""
    return IotLiveRecord.model_construct(
        iotEndpointId=endpoint_id, timestamp=record.timestamp, attributes=record.attributes
    )


class _Moment:
    """The records of an endpoint at one millisecond.

    There is only one, unless the publisher uses microseconds or nanoseconds.

    Attributes:
        values: The hashes of the values of the records whose events were received.
        fetched: The number of records that were fetched, and whose events may still be received.
    """

    __slots__ = ("fetched", "values")

    def __init__(self) -> None:
        self.values: tuple[int, ...] = ()
        self.fetched = 0


@dataclass
class EndpointRecords:
    """What a stream knows of the records of an endpoint.

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
    Several within a millisecond are told apart by their values; those of fetched records may be
    formatted differently, so that they are counted.

    Args:
        size: The number of endpoints.
        capacity: Maximum number of records that are remembered, if it is not the default.
    """

    def __init__(self, size: int, capacity: int | None = None) -> None:
        self.endpoints = [EndpointRecords() for _ in range(size)]
        self._capacity = capacity or max(size * REMEMBERED_PER_ENDPOINT, MIN_REMEMBERED_RECORDS)
        self._moments: OrderedDict[tuple[int, int], _Moment] = OrderedDict()

    def add_live(self, endpoint: int, records: Iterable[IotLiveRecord]) -> Iterator[IotLiveRecord]:
        """Remember the records of one event; return those that are new, with their lateness."""
        in_event: Counter[tuple[int, int]] = Counter()
        for record in records:
            moment = self._remember(endpoint, record.milliseconds)
            fingerprint = _fingerprint(record)
            in_event[record.milliseconds, fingerprint] += 1
            received = moment.values.count(fingerprint)
            if moment.fetched and not received:
                # Fetched before its event was received.
                moment.fetched -= 1
                moment.values += (fingerprint,)
            elif in_event[record.milliseconds, fingerprint] > received:
                moment.values += (fingerprint,)
                yield self._deliver(endpoint, record)

    def add_fetched(
        self, endpoint: int, records: Sequence[IotLiveRecord]
    ) -> Iterator[IotLiveRecord]:
        """Remember fetched records, ordered by time; return those that are new."""
        for milliseconds, same in groupby(records, lambda record: record.milliseconds):
            if milliseconds <= self.endpoints[endpoint].floor:
                continue
            moment = self._remember(endpoint, milliseconds)
            fetched = list(same)
            missing = len(fetched) - len(moment.values) - moment.fetched
            if missing <= 0:
                continue
            known = Counter(moment.values)
            for record in sorted(fetched, key=lambda record: known[_fingerprint(record)])[:missing]:
                moment.fetched += 1
                record.isRecovered = True
                yield self._deliver(endpoint, record)

    def _deliver(self, endpoint: int, record: IotLiveRecord) -> IotLiveRecord:
        known = self.endpoints[endpoint]
        record.isLate = known.newest is not None and record.milliseconds < known.newest
        known.newest = max(known.newest or record.milliseconds, record.milliseconds)
        return record

    def _remember(self, endpoint: int, milliseconds: int) -> _Moment:
        key = (endpoint, milliseconds)
        moment = self._moments.get(key)
        if moment is None:
            moment = self._moments[key] = _Moment()
            while len(self._moments) > self._capacity:
                (oldest, forgotten), _ = self._moments.popitem(last=False)
                self.endpoints[oldest].floor = max(self.endpoints[oldest].floor, forgotten)
        return moment


def _fingerprint(record: IotDataRecord) -> int:
    return hash(tuple((value.name, value.value) for value in record.attributes))
