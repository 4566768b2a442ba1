"""The IoT service: hubs, models, endpoints, groups, and what endpoints publish."""

from .endpoints import EndpointService
from .frame_queries import RangeFrameService
from .groups import GroupService
from .hubs import HubService
from .live import EndpointStreamService
from .models import ModelService
from .publishing import TelemetryPublishingService
from .range_queries import RangeQueryService
from .telemetry import TelemetryService

__all__ = ["IotService"]


class IotService(
    HubService,
    ModelService,
    EndpointService,
    GroupService,
    TelemetryService,
    TelemetryPublishingService,
    RangeQueryService,
    RangeFrameService,
    EndpointStreamService,
):
    """Calls about IoT devices."""
