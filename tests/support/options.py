"""Times and sizes of the SDK that suit tests."""

from dataclasses import replace

import pytest

from avista_digital_exchange_sdk._client_base import BaseClient


def use_options(monkeypatch: pytest.MonkeyPatch, **changes: float) -> None:
    """Have the clients that are created from now on use other options."""
    monkeypatch.setattr(BaseClient, "_options", replace(BaseClient._options, **changes))
