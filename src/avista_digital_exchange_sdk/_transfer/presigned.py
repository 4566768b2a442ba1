"""Requests to presigned URLs: opened, refused, understood.

A presigned URL carries its own authorization, so no request here has a token. What the storage
answers is described in the AWS S3 user guide ("Sharing objects with presigned URLs") and in the S3
API reference (`GetObject`, `PutObject`).
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

UrlProvider = Callable[[], Awaitable[Secret[str]]]
"""Gives a presigned URL; asked again, a fresh one."""

_MD5_ETAG = re.compile(r'"([0-9a-f]{32})"')

# An ETag as If-Match takes it: one, of one version byte for byte, which weak ones (`W/"…"`) and
# `*` are not. Some storages leave the quotes out.
_STRONG_ETAG = re.compile(r'"[!#-~]{0,1000}"|(?!\*$)[!#-+\--.0-~]{1,1000}')

# The largest object of AWS S3; a size beyond it, in a header, is not one to plan with.
MAX_OBJECT_BYTES = 5 << 40


class RetryableTransferError(TransferError):
    """A transient failure: the transfer is retried."""

    retry_after: float | None = None
    url_expired: bool = False

    def as_final(self) -> TransferError:
        """The same error for the user, when the retries are used up."""
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
    """GET a presigned URL; raise what an answer of any other status stands for."""
    with contextlib.ExitStack() as only_opening:
        only_opening.enter_context(retry_on_disconnect(f"download of {what}"))
        async with backend.get(url, headers) as download:
            only_opening.pop_all()
            if download.status not in statuses:
                raise error_from_response(f"download of {what}", await _read_refusal(download))
            yield download


async def _read_refusal(download: StreamingResponse) -> Response:
    # Its status says more than a failure to read the rest.
    with contextlib.suppress(ConnectionFailedError):
        return Response(
            download.status, download.headers, await download.read(MAX_ERROR_BODY_BYTES)
        )
    return Response(download.status, download.headers, b"")


@contextlib.contextmanager
def retry_on_disconnect(doing: str) -> Iterator[None]:
    """Turn a broken connection into a transfer that may be tried again."""
    try:
        yield
    except ConnectionFailedError as error:
        raise RetryableTransferError(f"{doing} broke off: {error}") from error


def error_from_response(doing: str, answer: Response) -> TransferError:
    """The error that an answer of the storage stands for."""
    reason = _parse_reason(answer.content)
    expired = answer.status == 403 and "expired" in reason.lower()
    if not expired and answer.status not in RETRYABLE_STATUSES:
        return TransferError(
            f"{doing} was refused: {answer.status} {reason}", statusCode=answer.status
        )
    passing = RetryableTransferError(
        f"{doing} was refused: {answer.status} {reason}", statusCode=answer.status
    )
    passing.url_expired = expired
    passing.retry_after = parse_retry_after(answer.headers)
    return passing


def _parse_reason(body: bytes) -> str:
    """What the storage says of a refusal: S3 answers XML with a code and a message."""
    text = body[:MAX_ERROR_BODY_BYTES].decode("utf-8", "replace")
    parts = (text.partition(f"<{tag}>")[2].partition(f"</{tag}>") for tag in ("Code", "Message"))
    return redact(": ".join(part for part, end, _ in parts if end)) or "(no reason given)"


def strong_etag(headers: Mapping[str, str]) -> str | None:
    """Return the ETag if it can tell whether a file is still the same, byte for byte."""
    etag = headers.get("etag", "")
    return etag if _STRONG_ETAG.fullmatch(etag) else None


def parse_size(text: str) -> int | None:
    """Return a number of bytes from a header; None if it is no size that an object can have."""
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(MAX_OBJECT_BYTES)):
        return None
    size = int(text)
    return size if size <= MAX_OBJECT_BYTES else None


def expected_md5(headers: Mapping[str, str]) -> str | None:
    """The file's MD5, where its ETag is one: not if a key of KMS or a customer's encrypts it."""
    encryption = headers.get("x-amz-server-side-encryption", "AES256")
    customer = "x-amz-server-side-encryption-customer-algorithm" in headers
    matched = _MD5_ETAG.fullmatch(headers.get("etag", ""))
    return matched[1] if matched and encryption == "AES256" and not customer else None
