"""The data capture service: captures, the data they record, and files attached to them."""

from .attachments import AttachmentService
from .captures import CaptureService
from .data import CaptureDataService
from .live import CaptureStreamService

__all__ = ["DataCaptureService"]


class DataCaptureService(
    CaptureService, CaptureDataService, CaptureStreamService, AttachmentService
):
    """Calls about data captures."""
