"""Presigned URLs as the platform gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._secrets import Secret
from ...errors import InvalidResponseError

if TYPE_CHECKING:
    from ..._generated.fragments import PresignedUrl


def require_url(presigned: PresignedUrl | None, purpose: str) -> Secret[str]:
    """Return the URL, which the platform must give."""
    if presigned is None or not presigned.url:
        raise InvalidResponseError(f"the response holds no URL for the {purpose}")
    return Secret(presigned.url)
