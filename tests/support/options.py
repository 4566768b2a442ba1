"""Timeouts and sizes of the SDK for tests."""

from dataclasses import replace

import pytest

from avista_digital_exchange_sdk._client_base import BaseClient


def use_options(monkeypatch: pytest.MonkeyPatch, **changes: float) -> None:
    """Change the options of clients created from now on."""
    monkeypatch.setattr(BaseClient, "_options", replace(BaseClient._options, **changes))
