# Generated from src/avista_digital_exchange_sdk/_services/exchange.py by scripts/generate.

"""The sync variant of: All calls in one class."""

from __future__ import annotations

from .collaborative import SyncCollaborativeService
from .graphql import SyncGraphQLService
from .storage import SyncStorageService
from .time_series import SyncTimeSeriesService
from .user import SyncUserService

__all__ = ["SyncExchangeService"]


class SyncExchangeService(
    SyncUserService,
    SyncStorageService,
    SyncTimeSeriesService,
    SyncCollaborativeService,
    SyncGraphQLService,
):
    """All calls."""
