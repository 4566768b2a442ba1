"""Translate the SQL of Timestream to that of DuckDB and run it."""

from .query import TimestreamResult, run_timestream_query
from .response_json import response

__all__ = ["TimestreamResult", "response", "run_timestream_query"]
