"""Presigned URLs: each allows one operation on one object for a limited time."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote, urlencode

ALGORITHM = "AWS4-HMAC-SHA256"
DATE_FORMAT = "%Y%m%dT%H%M%SZ"
SIGNATURE = "X-Amz-Signature"
REQUEST_EXPIRED = "Request has expired"


class S3Error(Exception):
    """An error that is returned as S3's XML response."""

    def __init__(
        self, status: int, code: str, message: str, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers: dict[str, str] = headers or {}


class PresignedUrls:
    """Signs and verifies URLs with a secret."""

    def __init__(self, base_url: str, secret: bytes) -> None:
        self._base_url = base_url
        self._secret = secret

    def sign(self, method: str, path: str, lifetime: timedelta, **parameters: str) -> str:
        """Return a URL that allows a method on a path until it expires."""
        now = datetime.now(UTC)
        signed = {
            "X-Amz-Algorithm": ALGORITHM,
            "X-Amz-Credential": f"LOCALEXCHANGE/{now:%Y%m%d}/local/s3/aws4_request",
            "X-Amz-Date": now.strftime(DATE_FORMAT),
            "X-Amz-Expires": str(int(lifetime.total_seconds())),
            **parameters,
        }
        query = urlencode(signed | {SIGNATURE: self._signature(method, path, signed)})
        return f"{self._base_url}{quote(path)}?{query}"

    def check(self, method: str, path: str, query: str) -> dict[str, str]:
        """Verify the signature and expiration of a URL; return its parameters."""
        parameters = dict(parse_qsl(query, keep_blank_values=True))
        signature = parameters.pop(SIGNATURE, None)
        if signature is None:
            raise S3Error(403, "AccessDenied", "Access Denied")
        if not hmac.compare_digest(
            self._signature(method, path, parameters).encode(), signature.encode()
        ):
            raise S3Error(
                403,
                "SignatureDoesNotMatch",
                "The request signature we calculated does not match the signature you provided.",
            )
        signed_at = datetime.strptime(parameters["X-Amz-Date"], DATE_FORMAT).replace(tzinfo=UTC)
        if datetime.now(UTC) >= signed_at + timedelta(seconds=int(parameters["X-Amz-Expires"])):
            raise S3Error(403, "AccessDenied", REQUEST_EXPIRED)
        return parameters

    def _signature(self, method: str, path: str, parameters: dict[str, str]) -> str:
        """Compute the signature of a URL."""
        text = "\n".join([ALGORITHM, method, path, urlencode(sorted(parameters.items()))])
        return hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()
