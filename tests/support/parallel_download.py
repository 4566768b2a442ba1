"""Downloads over several connections, however fast and short they are."""

import pytest

from avista_digital_exchange_sdk._transfer import resumable


def use_parts(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Have every resumable fetched in parts of this many bytes, from its beginning."""
    monkeypatch.setattr(resumable, "SPEED_SAMPLE_SECONDS", -1.0)
    monkeypatch.setattr(resumable, "FAST_BYTES_PER_SECOND", float("inf"))
    monkeypatch.setattr(resumable, "MIN_REMAINING_SECONDS", 0)
    monkeypatch.setattr(resumable, "PART_SIZE", size)
