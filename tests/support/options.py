"""Timeouts and sizes of the SDK for tests."""

from dataclasses import replace

import pytest

from avista_digital_exchange_sdk._client_base import BaseClient
from avista_digital_exchange_sdk.local.limits import LIMITS


def use_options(monkeypatch: pytest.MonkeyPatch, **changes: float) -> None:
    """Change the options of clients created from now on."""
    monkeypatch.setattr(BaseClient, "_options", replace(BaseClient._options, **changes))


def use_limits(monkeypatch: pytest.MonkeyPatch, **changes: float) -> None:
    """Change the limits of all Local Exchanges in this process."""
    for name, value in changes.items():
        monkeypatch.setattr(LIMITS, name, value)
