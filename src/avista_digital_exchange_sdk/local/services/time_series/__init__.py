"""The time series service, which stores its data in DuckDB."""

from .store import TimeSeriesStore

__all__ = ["TimeSeriesStore"]
