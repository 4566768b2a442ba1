"""Timeouts and sizes of the Local Exchange, which tests change."""

import sys
from dataclasses import dataclass

if sys.platform == "win32":
    _OPEN_FILES = 2048
else:
    import resource

    _OPEN_FILES = resource.getrlimit(resource.RLIMIT_NOFILE)[0]


@dataclass
class Limits:
    """Limits of every Local Exchange in this process.

    Attributes:
        max_connections: Maximum number of connections. By default half of the files that the
            process may open are left to files and databases.
        max_head_seconds: Timeout in seconds for the head of a request.
        max_body_seconds: Timeout in seconds for the body of a GraphQL request.
        max_discard_seconds: Time in seconds for which the rest of a rejected request is read.
        max_idle_seconds: Time in seconds after which S3 gives up on a client that sends nothing.
        max_connect_seconds: Timeout in seconds for connection_init.
        keep_alive_seconds: Time in seconds between keep-alive messages of real-time connections.
        max_user_connections: Maximum number of real-time connections of a user, that of AppSync.
        max_execution_seconds: Timeout in seconds of a GraphQL request, that of AppSync.
        max_resolved_fields: Maximum number of fields of a response. A directory of 50,000 files has
            a million, more than can be executed in that time.
        max_int: The largest Int of GraphQL. AppSync returns null for the size of a larger file.
        query_seconds: Timeout in seconds of a query.
        first_page_seconds: Time in seconds after which the first page of a running query is empty.
        next_page_seconds: The same for every other page.
        max_unfinished_queries: Maximum number of queries of a user that wait or run.
        max_kept_queries: Maximum number of results of a user; further ones replace the oldest.
        max_kept_query_bytes: Maximum size of these results.
        max_query_bytes: Maximum size of the result of a query.
        page_rows: Maximum number of rows on a page of a query. By default as many as fit: a row has
            at least ten bytes of the page's million.
        page_items: Maximum number of assets on a page of latest values.
        max_exports: Maximum number of concurrent exports of a query.
        max_export_bytes: Maximum size of an export.
        max_stored_result_bytes: Maximum size of the result files of a user; further ones replace
            the oldest.
        max_zip_bytes: Maximum size of the files in a zip archive.
        max_zip_entries: Maximum number of files and directories in a zip archive.
    """

    max_connections: int = max(16, min(1000, _OPEN_FILES // 2))
    max_head_seconds: float = 20.0
    max_body_seconds: float = 30.0
    max_discard_seconds: float = 10.0
    max_idle_seconds: float = 20.0
    max_connect_seconds: float = 15.0
    keep_alive_seconds: float = 60.0
    max_user_connections: int = 128
    max_execution_seconds: float = 30.0
    max_resolved_fields: int = 1_000_000
    max_int: int = 2**31 - 1
    query_seconds: float = 60
    first_page_seconds: float = 2
    next_page_seconds: float = 15
    max_unfinished_queries: int = 256
    max_kept_queries: int = 256
    max_kept_query_bytes: int = 2 * 1024**3
    max_query_bytes: int = 2 * 1024**3
    page_rows: int = 100_000
    page_items: int = 1000
    max_exports: int = 16
    max_export_bytes: int = 5 * 1024**3
    max_stored_result_bytes: int = 10 * 1024**3
    max_zip_bytes: int = 5 * 1024**3
    max_zip_entries: int = 100_000


LIMITS = Limits()
