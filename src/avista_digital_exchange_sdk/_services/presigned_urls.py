"""Presigned URLs in responses of the platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._secrets import Secret
from ..errors import InvalidResponseError

if TYPE_CHECKING:
    from .._generated.fragments import PresignedUrl


def require_url(presigned: PresignedUrl | None, purpose: str) -> Secret[str]:
    """Return the URL of a response, which must contain one."""
    if presigned is None or not presigned.url:
        raise InvalidResponseError(f"the response contains no URL for the {purpose}")
    return Secret(presigned.url)
