"""Time series databases: metadata, publishing and queries."""

from .dask_queries import DaskQueryService
from .databases import DatabaseService
from .file_publishing import FilePublishingService
from .filter_queries import FilterQueryService
from .frame_queries import FrameQueryService
from .live import AssetStreamService
from .mirroring import MirrorService
from .publishing import PublishingService
from .records import RecordService
from .sql_queries import SqlQueryService

__all__ = ["TimeSeriesService"]


class TimeSeriesService(
    DatabaseService,
    RecordService,
    PublishingService,
    FilePublishingService,
    FilterQueryService,
    FrameQueryService,
    DaskQueryService,
    SqlQueryService,
    MirrorService,
    AssetStreamService,
):
    """Calls about time series databases."""
