# Generated from src/avista_digital_exchange_sdk/_services/data_capture/__init__.py by scripts/generate.

"""The sync variant of: The data capture service: captures, the data they record, and files attached to them."""

from __future__ import annotations

from ..._services.data_capture import __all__
from .attachments import SyncAttachmentService
from .captures import SyncCaptureService
from .data import SyncCaptureDataService
from .live import SyncCaptureStreamService

__all__ = ["SyncDataCaptureService"]


class SyncDataCaptureService(
    SyncCaptureService, SyncCaptureDataService, SyncCaptureStreamService, SyncAttachmentService
):
    """Calls about data captures."""
