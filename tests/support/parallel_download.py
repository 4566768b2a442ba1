"""Downloads over several connections, however fast and short they are."""

import pytest

from .options import use_options


def use_parts(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Have clients fetch files in parts of this many bytes, from their beginning."""
    use_options(
        monkeypatch,
        speed_sample_seconds=-1.0,
        fast_bytes_per_second=float("inf"),
        min_remaining_seconds=0,
        part_bytes=size,
    )
