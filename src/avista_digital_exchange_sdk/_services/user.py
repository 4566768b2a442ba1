"""The user of the token, and the user's tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._graphql.client import require_found
from .._models.html_list import HtmlList
from .._utils import validation
from ..errors import InvalidRequestError, NotFoundError
from .base import BaseService

if TYPE_CHECKING:
    from .._generated.fragments import AuthenticationToken, User

# The largest Int of GraphQL.
MAX_DAYS = 2**31 - 1


class UserService(BaseService):
    """Calls about users and their tokens."""

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

    async def listAuthenticationTokens(self) -> list[AuthenticationToken]:
        """List your authentication tokens.

        Returns:
            The tokens, one `AuthenticationToken` each. Their `tokenValue` is None, as the
            platform returns it only when a token is created.

        Raises:
            UnauthorizedError: The token is not valid, or is not that of a user.

        Example:
            >>> for token in await digitalExchange.listAuthenticationTokens():
            ...     print(token.tokenType, token.tokenValue)
            USER_FULL_ACCESS None
        """
        return HtmlList(await self._client.user_list_authentication_tokens())

    async def createAuthenticationToken(
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
            >>> created = await digitalExchange.createAuthenticationToken("CI", 30)
            >>> print(created.name, created.dateExpires > created.dateCreated)
            CI True
        """
        validation.require_str("name", name)
        days = validation.parse_int("daysBeforeExpiration", daysBeforeExpiration, 1, MAX_DAYS)
        response = await self._client.user_create_authentication_token(name, days)
        return require_found(response, "authentication token", name)

    async def deleteAuthenticationToken(self, tokenId: str) -> AuthenticationToken:
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
            >>> created = await digitalExchange.createAuthenticationToken("Scratch", 1)
            >>> (await digitalExchange.deleteAuthenticationToken(created.tokenId)).name
            'Scratch'
        """
        validation.require_id("tokenId", tokenId)
        try:
            response = await self._client.user_delete_authentication_token(tokenId)
        except (NotFoundError, InvalidRequestError):
            response = None
        if response is None:
            # Neither the platform's message nor this one may show it: it may be the token itself.
            raise NotFoundError(
                "you have no authentication token with this ID, which is not shown, as it may be "
                "the value of a token; list your tokens to get their IDs"
            )
        return response
