"""Downloads over several connections, however fast and short they are."""

import pytest

from avista_digital_exchange_sdk._transfer import resumable as download


def use_parts(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Have every download fetched in parts of this many bytes, from its beginning."""
    monkeypatch.setattr(download, "LOOK_AFTER", -1.0)
    monkeypatch.setattr(download, "FAST", float("inf"))
    monkeypatch.setattr(download, "LONG", 0)
    monkeypatch.setattr(download, "PART_SIZE", size)
