# Generated from src/avista_digital_exchange_sdk/_services/platform_admin/__init__.py by scripts/generate.

"""The sync variant of: The platform administration service: collaboratives, organizations and users."""

from __future__ import annotations

from ..._services.platform_admin import __all__
from .collaboratives import SyncAdminCollaborativeService
from .organizations import SyncAdminOrganizationService
from .users import SyncAdminUserService

__all__ = ["SyncPlatformAdminService"]


class SyncPlatformAdminService(
    SyncAdminCollaborativeService, SyncAdminOrganizationService, SyncAdminUserService
):
    """Calls for administrators of the platform."""
