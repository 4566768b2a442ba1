"""The data capture service: captures, and the data they record."""

from .captures import CaptureService
from .data import CaptureDataService

__all__ = ["DataCaptureService"]


class DataCaptureService(CaptureService, CaptureDataService):
    """Calls about data captures."""
