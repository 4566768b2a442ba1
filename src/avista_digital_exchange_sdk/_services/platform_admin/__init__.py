"""The platform administration service: collaboratives, organizations and users."""

from .collaboratives import AdminCollaborativeService
from .organizations import AdminOrganizationService
from .users import AdminUserService

__all__ = ["PlatformAdminService"]


class PlatformAdminService(AdminCollaborativeService, AdminOrganizationService, AdminUserService):
    """Calls for administrators of the platform."""
