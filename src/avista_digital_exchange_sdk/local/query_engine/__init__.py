"""Run queries on DuckDB in threads, return their results in pages, and export them to files."""
