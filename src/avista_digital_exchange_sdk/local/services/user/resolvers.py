"""The user operations of the schema."""

from __future__ import annotations

from ...database import Row
from ...state import Context, Resolver


async def get_user_session(context: Context) -> Row:
    """Return the session of the caller."""
    return {"user": context.exchange.accounts.user(context.caller.user_id)}


async def list_authentication_tokens(context: Context) -> list[Row]:
    """Return the caller's tokens."""
    return context.exchange.tokens.list_tokens(context.caller)


async def create_authentication_token(
    context: Context, name: str, daysBeforeExpiration: int
) -> Row:
    """Create a token for the caller."""
    return context.exchange.tokens.create(context.caller.user_id, name, daysBeforeExpiration)


async def delete_authentication_token(context: Context, tokenId: str) -> Row:
    """Delete one of the caller's tokens."""
    return context.exchange.tokens.delete(context.caller, tokenId)


QUERIES: dict[str, Resolver] = {
    "user_getUserSession": get_user_session,
    "user_listAuthenticationTokens": list_authentication_tokens,
}
MUTATIONS: dict[str, Resolver] = {
    "user_createAuthenticationToken": create_authentication_token,
    "user_deleteAuthenticationToken": delete_authentication_token,
}
