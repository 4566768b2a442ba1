"""Parallel downloads, regardless of speed and size."""

import pytest

from .options import use_options


def use_parts(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Make clients download files in parallel parts of this many bytes."""
    use_options(
        monkeypatch,
        speed_sample_seconds=-1.0,
        fast_bytes_per_second=float("inf"),
        min_remaining_seconds=0,
        part_bytes=size,
    )
