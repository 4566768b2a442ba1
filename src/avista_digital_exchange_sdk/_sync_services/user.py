# Generated from src/avista_digital_exchange_sdk/_services/user.py by scripts/generate.

"""The sync variant of: The user of the token, and the user's tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._backends import run_sync
from .._services.base import SyncService
from .._services.user import UserService

if TYPE_CHECKING:
    from .._generated.fragments import AuthenticationToken, User


__all__ = ["SyncUserService"]


class SyncUserService(SyncService):
    """Calls about users and their tokens."""

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

    def listAuthenticationTokens(self) -> list[AuthenticationToken]:
        """List your authentication tokens.

        Returns:
            The tokens, one `AuthenticationToken` each. Their `tokenValue` is None, as the
            platform returns it only when a token is created.

        Raises:
            UnauthorizedError: The token is not valid, or is not that of a user.

        Example:
            >>> for token in digitalExchange.listAuthenticationTokens():
            ...     print(token.tokenType, token.tokenValue)
            USER_FULL_ACCESS None
        """
        return run_sync(UserService.listAuthenticationTokens(self._calls))

    def createAuthenticationToken(
        self, name: str, daysBeforeExpiration: int
    ) -> AuthenticationToken:
        """Create an authentication token with all your permissions.

        Args:
            name: A name to recognize the token by. It need not be unique.
            daysBeforeExpiration: The number of days that the token is valid.

        Returns:
            The new token. Its `tokenValue` is the secret that clients are created with; store it
            now, as the platform does not return it again. Representations do not show it.

        Raises:
            InvalidParameterError: An argument is invalid.
            InvalidRequestError: The platform does not allow so many days.
            UnauthorizedError: The token is not valid, or is not that of a user.

        Example:
            >>> created = digitalExchange.createAuthenticationToken("CI", 30)
            >>> print(created.name, created.dateExpires > created.dateCreated)
            CI True
        """
        return run_sync(
            UserService.createAuthenticationToken(self._calls, name, daysBeforeExpiration)
        )

    def deleteAuthenticationToken(self, tokenId: str) -> AuthenticationToken:
        """Delete one of your authentication tokens. It stops working at once.

        Args:
            tokenId: The ID of the token, which is not its value.

        Returns:
            The deleted token.

        Raises:
            InvalidParameterError: The ID is not a non-empty string.
            NotFoundError: You have no token with this ID.
            UnauthorizedError: The token is not valid, or is not that of a user.

        Example:
            >>> created = digitalExchange.createAuthenticationToken("Scratch", 1)
            >>> digitalExchange.deleteAuthenticationToken(created.tokenId).name
            'Scratch'
        """
        return run_sync(UserService.deleteAuthenticationToken(self._calls, tokenId))
