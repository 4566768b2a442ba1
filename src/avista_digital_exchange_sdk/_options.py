"""Internal timeouts and sizes, which tests change."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """Timeouts and sizes of requests and transfers.

    Attributes:
        initial_retry_delay: Maximum delay in seconds before the first retry; it doubles with each.
        max_retry_delay: Maximum delay in seconds before any retry.
        max_retry_after: Maximum `Retry-After` in seconds. If it is longer there is no retry.
        cleanup_timeout: Timeout in seconds of requests that clean up after an interruption.
        subscription_start_timeout: Timeout in seconds of each step of starting a subscription.
        max_chunk_bytes: Maximum size of a result chunk, which is held in memory.
        part_bytes: Size of the parts of a download over several connections.
        max_part_connections: Maximum number of connections of one download.
        speed_sample_seconds: Time for which the speed of a download is measured.
        fast_bytes_per_second: Speed above which a single connection is used.
        min_remaining_seconds: Minimum remaining time for which more connections are opened.
    """

    initial_retry_delay: float = 0.5
    max_retry_delay: float = 20.0
    max_retry_after: float = 120.0
    cleanup_timeout: float = 5.0
    subscription_start_timeout: float = 15.0
    max_chunk_bytes: int = 64 << 20
    part_bytes: int = 8 << 20
    max_part_connections: int = 8
    speed_sample_seconds: float = 0.5
    fast_bytes_per_second: float = 100e6
    min_remaining_seconds: float = 2.0
