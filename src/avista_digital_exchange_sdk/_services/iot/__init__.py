"""The IoT service: hubs, models, endpoints, groups, and what endpoints publish."""

from .endpoints import EndpointService
from .groups import GroupService
from .hubs import HubService
from .models import ModelService
from .telemetry import TelemetryService

__all__ = ["IotService"]


class IotService(HubService, ModelService, EndpointService, GroupService, TelemetryService):
    """Calls about IoT devices."""
