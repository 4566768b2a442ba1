"""A sample program that publishes to a capture."""

from __future__ import annotations

from ...database import Row, timestamp
from .data_models import index_attributes

FILE_NAME = "captureDataPublishSample.py"
_VALUES = {"boolean": True, "double": 12.5, "integer": 42, "string": "text"}


def write_sample(capture: Row) -> str:
    """Generate a Python program that publishes one record to a DataCapture."""
    values = "".join(
        f"        {attribute_id!r}: {_VALUES[attribute['schemaType']]!r},\n"
        for attribute_id, attribute in index_attributes(capture["dataModel"]).items()
    )
    values = f"{{\n{values}    }}" if values else "{}"
    return f"""\
# {FILE_NAME}, created {timestamp()}
# Publishes one record to a capture, which must be CAPTURING.
# Set AVISTA_DX_TOKEN to the token of the capture, or to your own.

import time

from avista_digital_exchange_sdk import AvistaDigitalExchange, DxTypes

CAPTURE_ID = {capture["captureId"]!r}

record = DxTypes.CaptureDataRecordInput(
    timestamp=str(time.time_ns() // 1_000_000),
    timeUnit="MILLISECONDS",
    attributeValues={values},
)

with AvistaDigitalExchange() as digitalExchange:
    result = digitalExchange.dataCapture.publishData(CAPTURE_ID, [record])
    print(len(result.recordsWritten), "values written")
    for failed in result.recordsFailed:
        print(failed.attributeId, failed.message)
"""
