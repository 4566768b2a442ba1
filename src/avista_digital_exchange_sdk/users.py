"""Users: who the token belongs to."""

from ._generated.fragments import User
from ._service import Service, found


class UserCalls(Service):
    """The calls about users."""

    async def getUserInfo(self) -> User:
        """Get the user the token belongs to.

        Returns:
            The user, with `userId`, `firstName`, `lastName` and `organization`.

        Raises:
            UnauthorizedError: The token was refused.

        Example:
            >>> user = digitalExchange.getUserInfo()
            >>> print(user.firstName, user.organization.name)
            Ada Cascade Valley Energy
        """
        session = await self._client.user_get_user_session()
        return found(session.user if session else None, "user", "of this token")
