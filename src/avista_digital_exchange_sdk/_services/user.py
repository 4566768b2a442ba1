"""The user of the token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._graphql.client import require_found
from .base import BaseService

if TYPE_CHECKING:
    from .._generated.fragments import User


class UserService(BaseService):
    """Calls about users."""

    async def getUserInfo(self) -> User:
        """Get the user the token belongs to.

        Returns:
            The user, with `userId`, `firstName`, `lastName` and `organization`.

        Raises:
            UnauthorizedError: The token is not valid.

        Example:
            >>> user = await digitalExchange.getUserInfo()
            >>> print(user.firstName, user.organization.name)
            Ada Cascade Valley Energy
        """
        session = await self._client.user_get_user_session()
        return require_found(session.user if session else None, "user", "of this token")
