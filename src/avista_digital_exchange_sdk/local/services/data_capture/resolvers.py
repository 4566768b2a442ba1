"""The data capture operations of the schema."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ...authorization import Access
from ...database import Row
from ...state import Context, Resolver
from .data_models import to_input
from .publishing import Input, publish
from .sample import write_sample

DATA_MODEL_FILE = "data-model.json"
# Each has a flag, such as `updateDisplayName`, that enables it.
UPDATABLE = (
    "displayName",
    "description",
    "startTimeType",
    "stopTimeType",
    "scheduledStartTime",
    "scheduledStopTime",
)

# Captures


async def list_captures(
    context: Context,
    includeDataModels: bool | None = None,
    limit: int | None = None,
    nextToken: str | None = None,
) -> Row:
    """Return a page of the caller's captures."""
    return context.exchange.captures.list_page(
        context.caller, limit, nextToken, include_data_models=bool(includeDataModels)
    )


async def get_capture(
    context: Context, captureId: str, includeDataModel: bool | None = None
) -> Row:
    """Return a capture."""
    return context.exchange.captures.get(
        context.caller, captureId, include_data_model=bool(includeDataModel)
    )


async def create_capture(
    context: Context, captureType: str, displayName: str, description: str | None = None
) -> Row:
    """Add a capture."""
    return context.exchange.captures.create(context.caller, captureType, displayName, description)


async def update_capture(context: Context, captureId: str, **arguments: Any) -> Row:
    """Update the settings selected by the flags. Null clears a setting."""
    changes = {
        name: arguments.get(name)
        for name in UPDATABLE
        if arguments[f"update{name[0].upper()}{name[1:]}"]
    }
    capture = context.exchange.captures.update(context.caller, captureId, changes)
    context.exchange.lifecycle.schedule(captureId)
    return capture


async def delete_capture(context: Context, captureId: str) -> Row:
    """Delete a capture and its data."""
    return await context.exchange.lifecycle.delete(context.caller, captureId)


async def start_capture(context: Context, captureId: str) -> Row:
    """Start a capture."""
    return context.exchange.lifecycle.start(context.caller, captureId)


async def stop_capture(context: Context, captureId: str) -> Row:
    """Stop a capture."""
    return context.exchange.lifecycle.stop(context.caller, captureId)


# Data models


async def get_data_model(context: Context, captureId: str) -> Row:
    """Return a capture's data model."""
    model: Row = context.exchange.captures.get(context.caller, captureId)["dataModel"]
    return model


async def get_data_model_export(context: Context, captureId: str) -> Row:
    """Return a capture's data model as a file."""
    model = context.exchange.captures.get(context.caller, captureId)["dataModel"]
    contents = json.dumps(to_input(model), indent=2, ensure_ascii=False) + "\n"
    return {"captureId": captureId, "contents": contents, "fileName": DATA_MODEL_FILE}


async def update_data_model(context: Context, captureId: str, dataModel: Mapping[str, Any]) -> Row:
    """Replace a capture's data model."""
    model = context.exchange.captures.update_data_model(
        context.caller, captureId, dataModel["assets"]
    )
    context.exchange.lifecycle.schedule(captureId)
    return model


async def get_python_sdk_sample(context: Context, captureId: str) -> str:
    """Return a program that publishes to a capture."""
    return write_sample(context.exchange.captures.get(context.caller, captureId))


# Data


async def publish_data(context: Context, captureId: str, data: Sequence[Input | None]) -> Row:
    """Publish records to a capture."""
    capture = context.exchange.captures.find(context.caller, captureId, Access.WRITE)
    return await publish(context.exchange.capture_samples, capture, data)


async def get_data_export_download_url(context: Context, captureId: str) -> Row:
    """Return the export of a capture that has ended."""
    capture = context.exchange.captures.find(context.caller, captureId, Access.READ)
    return context.exchange.capture_exports.get_full(capture)


async def get_active_data_export_download_url(context: Context, captureId: str) -> Row:
    """Return the export of a capture that is still recording."""
    capture = context.exchange.captures.find(context.caller, captureId, Access.READ)
    return await context.exchange.capture_exports.get_active(capture)


# Tokens


async def get_token(context: Context, captureId: str) -> Row:
    """Return a capture's token."""
    return context.exchange.captures.get_token(context.caller, captureId)


async def regenerate_token(context: Context, captureId: str) -> Row:
    """Replace a capture's token."""
    return context.exchange.captures.regenerate_token(context.caller, captureId)


# Attachments


async def list_attachments(
    context: Context, captureId: str, limit: int | None = None, nextToken: str | None = None
) -> list[Row]:
    """Return the attachments of a capture. Page tokens are never returned, so none is valid."""
    return context.exchange.attachments.list_attachments(context.caller, captureId, limit)


async def attach_file(
    context: Context, captureId: str, fileName: str, description: str | None = None
) -> Row:
    """Add an attachment and return the URL for its upload."""
    return context.exchange.attachments.attach(context.caller, captureId, fileName, description)


async def get_attachment_download_url(context: Context, captureId: str, attachmentId: str) -> Row:
    """Return the URL for the download of an attachment."""
    return context.exchange.attachments.download_url(context.caller, captureId, attachmentId)


async def delete_attachment(context: Context, captureId: str, attachmentId: str) -> Row:
    """Delete an attachment."""
    return context.exchange.attachments.delete(context.caller, captureId, attachmentId)


QUERIES: dict[str, Resolver] = {
    "dataCapture_listCaptures": list_captures,
    "dataCapture_getCapture": get_capture,
    "dataCapture_getCaptureAuthenticationToken": get_token,
    "dataCapture_getDataModel": get_data_model,
    "dataCapture_getDataModelExport": get_data_model_export,
    "dataCapture_getPythonSDKSample": get_python_sdk_sample,
    "dataCapture_getDataExportDownloadUrl": get_data_export_download_url,
    "dataCapture_getActiveCaptureDataExportDownloadUrl": get_active_data_export_download_url,
    "dataCapture_listAttachments": list_attachments,
    "dataCapture_getFileAttachmentDownloadUrl": get_attachment_download_url,
}
MUTATIONS: dict[str, Resolver] = {
    "dataCapture_createCapture": create_capture,
    "dataCapture_updateCapture": update_capture,
    "dataCapture_deleteCapture": delete_capture,
    "dataCapture_startCapture": start_capture,
    "dataCapture_stopCapture": stop_capture,
    "dataCapture_updateDataModel": update_data_model,
    "dataCapture_publishData": publish_data,
    "dataCapture_regenerateAuthenticationToken": regenerate_token,
    "dataCapture_attachFile": attach_file,
    "dataCapture_deleteAttachment": delete_attachment,
}
