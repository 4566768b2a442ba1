"""Time series: what is published, kept in DuckDB, queried, paged and exported."""

from .store import TimeSeriesStore

__all__ = ["TimeSeriesStore"]
