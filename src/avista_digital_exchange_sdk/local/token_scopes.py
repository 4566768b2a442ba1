"""What the tokens of endpoints and captures may do: their own operations, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .caller import USER_FULL_ACCESS, Caller
from .errors import unauthorized

IOT_ENDPOINT_READ_WRITE = "IOT_ENDPOINT_READ_WRITE"
DATA_CAPTURE_READ_WRITE = "DATA_CAPTURE_READ_WRITE"

# Operations on a query instead of an endpoint are limited to queries of the same token.
OPERATIONS = {
    IOT_ENDPOINT_READ_WRITE: frozenset(
        {
            "iot_getEndpoint",
            "iot_listEndpointLastValues",
            "iot_queryByTimeRange",
            "iot_generateQueryResultExport",
            "iot_cancelQuery",
            "iot_publish",
            "iot_updateEndpointProperties",
            "onIotPublish",
            "onNotifyIotQueryExportComplete",
        }
    ),
    DATA_CAPTURE_READ_WRITE: frozenset(
        {
            "dataCapture_getCapture",
            "dataCapture_getDataModel",
            "dataCapture_getDataModelExport",
            "dataCapture_startCapture",
            "dataCapture_stopCapture",
            "dataCapture_publishData",
            "dataCapture_getDataExportDownloadUrl",
            "dataCapture_getActiveCaptureDataExportDownloadUrl",
            "onCapturePublishData",
            "onStartCapture",
            "onStopCapture",
            "onNotifyCaptureComplete",
        }
    ),
}


def check_scope(caller: Caller, operation: str, arguments: Mapping[str, Any]) -> None:
    """Reject an operation that the caller's token is not for, before anything is looked up."""
    if caller.token_type == USER_FULL_ACCESS:
        return
    if operation not in OPERATIONS[caller.token_type]:
        raise unauthorized(operation)
    for resource_id in _resource_ids(arguments):
        if resource_id != caller.scope:
            raise unauthorized(str(resource_id))


def _resource_ids(arguments: Mapping[str, Any]) -> Iterator[object]:
    """Yield the endpoints and captures that an operation is about."""
    for name in ("iotEndpointId", "captureId"):
        if name in arguments:
            yield arguments[name]
    for endpoint_filter in arguments.get("endpointQueryFilters") or ():
        if endpoint_filter is not None:
            yield endpoint_filter["iotEndpointId"]
