"""Queries on DuckDB: run in threads, read page by page, exported to files."""
