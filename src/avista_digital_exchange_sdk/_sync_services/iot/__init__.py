# Generated from src/avista_digital_exchange_sdk/_services/iot/__init__.py by scripts/generate.

"""The sync variant of: The IoT service: hubs, models, endpoints, groups, and what endpoints publish."""

from __future__ import annotations

from ..._services.iot import __all__
from .endpoints import SyncEndpointService
from .frame_queries import SyncRangeFrameService
from .groups import SyncGroupService
from .hubs import SyncHubService
from .live import SyncEndpointStreamService
from .models import SyncModelService
from .publishing import SyncTelemetryPublishingService
from .range_queries import SyncRangeQueryService
from .telemetry import SyncTelemetryService

__all__ = ["SyncIotService"]


class SyncIotService(
    SyncHubService,
    SyncModelService,
    SyncEndpointService,
    SyncGroupService,
    SyncTelemetryService,
    SyncTelemetryPublishingService,
    SyncRangeQueryService,
    SyncRangeFrameService,
    SyncEndpointStreamService,
):
    """Calls about IoT devices."""
