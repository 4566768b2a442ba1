"""Internal timeouts and sizes, which tests change."""

from dataclasses import dataclass

# Maximum number of concurrent requests of a client, unless its argument specifies another.
DEFAULT_CONCURRENCY = 8

# Maximum value of that argument.
MAX_CONCURRENCY = 64


@dataclass(frozen=True)
class Options:
    """Timeouts and sizes of requests and transfers.

    Attributes:
        initial_retry_delay: Maximum delay in seconds before the first retry; it doubles with each.
        max_retry_delay: Maximum delay in seconds before any retry.
        max_retry_after: Maximum `Retry-After` in seconds. If it is longer there is no retry.
        connect_timeout: Maximum time in seconds of one attempt to connect.
        min_connect_timeout: Minimum timeout in seconds for each address of a host.
        max_streams: Maximum number of concurrent requests with file contents.
        max_transfers: Maximum number of concurrent transfers, each with an open file.
        max_response_bytes: Maximum size of a response; AWS AppSync sends at most 5 MB.
        max_error_bytes: Maximum size of a response that is searched for errors.
        cleanup_timeout: Timeout in seconds of requests that clean up after an interruption.
        subscription_start_timeout: Timeout in seconds of each step of starting a subscription.
        max_subscriptions: Maximum number of subscriptions of a connection, that of AWS AppSync.
        max_connection_seconds: Time in seconds after which a connection with subscriptions is
            replaced at the latest; AWS AppSync closes it after a day.
        connection_overlap_seconds: Time in seconds for which events may still arrive over a
            connection that was replaced.
        stream_check_delay: Time in seconds after connecting, and after an event without data, when
            a stream of records checks what was published. Events right after the start of a
            subscription can be lost.
        stream_check_seconds: Time in seconds between these checks otherwise, as the platform does
            not deliver events over 240 KB.
        max_buffered_bytes: Maximum size of the events that wait for a consumer.
        max_chunk_bytes: Maximum size of a result chunk, which is held in memory.
        part_bytes: Size of the parts of a download over several connections.
        max_part_connections: Maximum number of connections of one download.
        speed_sample_seconds: Time for which the speed of a download is measured.
        fast_bytes_per_second: Speed above which a single connection is used.
        max_md5_bytes_over_tls: Maximum size of a download over TLS whose MD5 is verified, although
            it comes in one response.
        min_remaining_seconds: Minimum remaining time for which more connections are opened.
        min_split_seconds: Minimum time of the first page of a query that is split. Merging the
            parts costs more than it saves if the platform is near.
        max_batch_records: Maximum number of records of one write; AWS Timestream accepts 100.
        spool_bytes: Maximum size of parts of a result that are buffered in memory.
        max_json_check_bytes: Size up to which a JSON result is searched for missing series.
        parquet_block_bytes: Size of the blocks of a CSV file that is converted to Parquet. Arrow
            reads about 32 blocks ahead.
        parquet_group_bytes: Size of a Parquet row group in memory.
    """

    initial_retry_delay: float = 0.5
    max_retry_delay: float = 20.0
    max_retry_after: float = 120.0
    connect_timeout: float = 10.0
    min_connect_timeout: float = 3.0
    max_streams: int = 64
    max_transfers: int = 32
    max_response_bytes: int = 16 << 20
    max_error_bytes: int = 8 << 20
    cleanup_timeout: float = 5.0
    subscription_start_timeout: float = 15.0
    max_subscriptions: int = 100
    max_connection_seconds: float = 23.5 * 3600
    connection_overlap_seconds: float = 2.0
    stream_check_delay: float = 5.0
    stream_check_seconds: float = 600.0
    max_buffered_bytes: int = 64 << 20
    max_chunk_bytes: int = 64 << 20
    part_bytes: int = 8 << 20
    max_part_connections: int = 8
    speed_sample_seconds: float = 0.5
    fast_bytes_per_second: float = 100e6
    max_md5_bytes_over_tls: int = 64 << 20
    min_remaining_seconds: float = 2.0
    min_split_seconds: float = 0.25
    max_batch_records: int = 100
    spool_bytes: int = 1 << 18
    max_json_check_bytes: int = 16 << 20
    parquet_block_bytes: int = 2 << 20
    parquet_group_bytes: int = 16 << 20
