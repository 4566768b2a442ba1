"""Timestream's SQL, answered by DuckDB."""

from .result_json import response
from .timestream_query import TimestreamResult, run_timestream_query

__all__ = ["TimestreamResult", "response", "run_timestream_query"]
