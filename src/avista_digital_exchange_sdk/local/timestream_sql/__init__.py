"""Timestream's SQL, answered by DuckDB."""

from .query import TimestreamResult, run_timestream_query
from .response_json import response

__all__ = ["TimestreamResult", "response", "run_timestream_query"]
