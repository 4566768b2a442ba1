# Generated from src/avista_digital_exchange_sdk/_services/time_series/__init__.py by scripts/generate.

"""The sync variant of: Time series databases: metadata, publishing and queries."""

from __future__ import annotations

from ..._services.time_series import __all__
from .dask_queries import SyncDaskQueryService
from .databases import SyncDatabaseService
from .file_publishing import SyncFilePublishingService
from .filter_queries import SyncFilterQueryService
from .frame_queries import SyncFrameQueryService
from .live import SyncAssetStreamService
from .mirroring import SyncMirrorService
from .publishing import SyncPublishingService
from .records import SyncRecordService
from .sql_queries import SyncSqlQueryService

__all__ = ["SyncTimeSeriesService"]


class SyncTimeSeriesService(
    SyncDatabaseService,
    SyncRecordService,
    SyncPublishingService,
    SyncFilePublishingService,
    SyncFilterQueryService,
    SyncFrameQueryService,
    SyncDaskQueryService,
    SyncSqlQueryService,
    SyncMirrorService,
    SyncAssetStreamService,
):
    """Calls about time series databases."""
