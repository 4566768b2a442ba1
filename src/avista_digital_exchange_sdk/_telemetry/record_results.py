"""The records in the results of range queries."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby, islice
from operator import itemgetter
from typing import IO, Any

from pydantic_core import from_json

from .._generated.fragments import IotAttributeValue
from .._utils.temporary_files import reopen
from ..errors import InvalidResponseError
from .live_records import IotLiveRecord

BATCH_SIZE = 1000
KEY_COLUMNS = 3
# The length of a timestamp with milliseconds. The digits after them are cut.
TIMESTAMP_LENGTH = len("2024-03-19 10:39:31.942")

_EPOCH = datetime(1970, 1, 1)
_MILLISECOND = timedelta(milliseconds=1)


def parse_chunk(chunk: bytes) -> list[tuple[str, list[IotLiveRecord]]]:
    """Parse a JSON array of IotEndpointData."""
    try:
        return [
            (endpoint["iotEndpointId"], list(map(_to_record(endpoint), endpoint["records"] or ())))
            for endpoint in from_json(chunk)
        ]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        # The cause would expose data values.
        kind = type(error).__name__
    raise InvalidResponseError(f"a result chunk is not a JSON array of endpoints ({kind})")


def _to_record(endpoint: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], IotLiveRecord]:
    endpoint_id = endpoint["iotEndpointId"]

    def convert(record: Mapping[str, Any]) -> IotLiveRecord:
        return IotLiveRecord.model_construct(
            iotEndpointId=endpoint_id,
            timestamp=str(int(record["timestamp"])),
            attributes=[
                IotAttributeValue.model_construct(name=entry["name"], value=entry["value"])
                for entry in record["attributes"] or ()
            ],
        )

    return convert


def read_csv(file: IO[bytes]) -> Iterator[tuple[str, list[IotLiveRecord]]]:
    """Read the records of an exported CSV file, ordered by endpoint, then time."""
    try:
        with io.TextIOWrapper(reopen(file), "utf-8", newline="") as text:
            rows = csv.reader(text)
            names = next(rows, [])[KEY_COLUMNS:]
            while batch := list(islice(rows, BATCH_SIZE)):
                for endpoint_id, same in groupby(batch, itemgetter(0)):
                    yield endpoint_id, [_parse_row(row, names) for row in same]
    except (ValueError, IndexError, csv.Error) as error:
        kind = type(error).__name__
    else:
        return
    raise InvalidResponseError(f"the exported result is not a CSV file of records ({kind})")


def _parse_row(row: Sequence[str], names: Sequence[str]) -> IotLiveRecord:
    time = datetime.fromisoformat(row[2][:TIMESTAMP_LENGTH])
    return IotLiveRecord.model_construct(
        iotEndpointId=row[0],
        timestamp=str((time - _EPOCH) // _MILLISECOND),
        attributes=[
            IotAttributeValue.model_construct(name=name, value=value)
            for name, value in zip(names, row[KEY_COLUMNS:], strict=True)
            if value
        ],
    )
