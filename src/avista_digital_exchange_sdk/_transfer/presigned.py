"""Requests to presigned URLs, and the errors that the storage returns.

A presigned URL contains its own authorization, so these requests have no token. The responses are
described in the AWS S3 user guide ("Sharing objects with presigned URLs") and in the S3 API
reference (`GetObject`, `PutObject`).
"""

import contextlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping

from .._backends import Backend, Response, StreamingResponse
from .._secrets import Secret
from .._utils.redaction import redact
from .._utils.retry import RETRYABLE_STATUSES, parse_retry_after
from ..errors import ConnectionFailedError, TransferError

MAX_ERROR_BODY_BYTES = 4096

# Returns a presigned URL, a new one with every call.
UrlProvider = Callable[[], Awaitable[Secret[str]]]

_MD5_ETAG = re.compile(r'"([0-9a-f]{32})"')

# An ETag that If-Match can compare: a strong one, so neither a weak one (`W/"…"`) nor `*`. Some
# storages omit the quotes.
_STRONG_ETAG = re.compile(r'"[!#-~]{0,1000}"|(?!\*$)[!#-+\--.0-~]{1,1000}')

# The maximum size of an object in AWS S3. Headers with larger sizes are invalid.
MAX_OBJECT_BYTES = 5 << 40


class RetryableTransferError(TransferError):
    """A transient failure: the transfer is retried."""

    retry_after: float | None = None
    url_expired: bool = False

    def as_final(self) -> TransferError:
        """Return the error to raise when no retries are left."""
        final = TransferError(str(self), statusCode=self.statusCode, path=self.path)
        for note in getattr(self, "__notes__", ()):
            final.add_note(note)
        return final


@contextlib.asynccontextmanager
async def open_download(
    backend: Backend,
    url: Secret[str],
    headers: dict[str, str],
    what: str,
    statuses: tuple[int, ...] = (200,),
) -> AsyncIterator[StreamingResponse]:
    """GET a presigned URL; raise an error if the status is not one of `statuses`."""
    with contextlib.ExitStack() as only_opening:
        only_opening.enter_context(retry_on_disconnect(f"download of {what}"))
        async with backend.get(url, headers) as download:
            only_opening.pop_all()
            if download.status not in statuses:
                raise error_from_response(f"download of {what}", await _read_error(download))
            yield download


async def _read_error(download: StreamingResponse) -> Response:
    # The status is more useful than an error while reading the body.
    with contextlib.suppress(ConnectionFailedError):
        return Response(
            download.status, download.headers, await download.read(MAX_ERROR_BODY_BYTES)
        )
    return Response(download.status, download.headers, b"")


@contextlib.contextmanager
def retry_on_disconnect(action: str) -> Iterator[None]:
    """Convert connection errors to retryable errors.

    Args:
        action: The transfer, for messages.
    """
    try:
        yield
    except ConnectionFailedError as error:
        raise RetryableTransferError(f"{action} was interrupted: {error}") from error


def error_from_response(action: str, response: Response) -> TransferError:
    """Build the error for an unsuccessful response of the storage."""
    reason = _parse_reason(response.content)
    message = f"{action} was refused: {response.status} {reason}"
    is_expired = response.status == 403 and "expired" in reason.lower()
    if not is_expired and response.status not in RETRYABLE_STATUSES:
        return TransferError(message, statusCode=response.status)
    error = RetryableTransferError(message, statusCode=response.status)
    error.url_expired = is_expired
    error.retry_after = parse_retry_after(response.headers)
    return error


def _parse_reason(body: bytes) -> str:
    """Parse the reason of an error: S3 returns XML with a code and a message."""
    xml = body[:MAX_ERROR_BODY_BYTES].decode("utf-8", "replace")
    parts = (xml.partition(f"<{tag}>")[2].partition(f"</{tag}>") for tag in ("Code", "Message"))
    return redact(": ".join(part for part, end, _ in parts if end)) or "(no reason given)"


def parse_strong_etag(headers: Mapping[str, str]) -> str | None:
    """Return the ETag if it is a strong one, which identifies a version byte for byte."""
    etag = headers.get("etag", "")
    return etag if _STRONG_ETAG.fullmatch(etag) else None


def parse_size(value: str) -> int | None:
    """Parse a header with a number of bytes; None if it is not a valid size of an object."""
    if not (value.isascii() and value.isdigit()) or len(value) > len(str(MAX_OBJECT_BYTES)):
        return None
    size = int(value)
    return size if size <= MAX_OBJECT_BYTES else None


def parse_md5_etag(headers: Mapping[str, str]) -> str | None:
    """Return the MD5 of a file from its ETag; None if the ETag is no MD5, as with KMS keys."""
    encryption = headers.get("x-amz-server-side-encryption", "AES256")
    customer = "x-amz-server-side-encryption-customer-algorithm" in headers
    matched = _MD5_ETAG.fullmatch(headers.get("etag", ""))
    return matched[1] if matched and encryption == "AES256" and not customer else None
