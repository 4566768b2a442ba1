# Generated from src/avista_digital_exchange_sdk/_services/user.py by scripts/generate.

"""The sync variant of: The user of the token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._backends import run_sync
from .._services.base import SyncService
from .._services.user import UserService

if TYPE_CHECKING:
    from .._generated.fragments import User

__all__ = ["SyncUserService"]


class SyncUserService(SyncService):
    """Calls about users."""

    def getUserInfo(self) -> User:
        """Get the user the token belongs to.

        Returns:
            The user, with `userId`, `firstName`, `lastName` and `organization`.

        Raises:
            UnauthorizedError: The token is not valid.

        Example:
            >>> user = digitalExchange.getUserInfo()
            >>> print(user.firstName, user.organization.name)
            Ada Cascade Valley Energy
        """
        return run_sync(UserService.getUserInfo(self._calls))
