"""The S3 endpoint for presigned URLs: uploads by PUT, downloads by GET, and S3's errors."""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from io import FileIO
from pathlib import Path
from typing import IO, NoReturn, Protocol
from xml.sax.saxutils import escape

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..conditions import Conditions
from ..connections import disconnect
from ..fault_names import DOWNLOAD, UPLOAD
from ..faults import Fault
from ..limits import LIMITS
from ..private_files import open_new, remove_file
from .presigned import REQUEST_EXPIRED, S3Error
from .storage import OBJECTS_PATH, ObjectStore

MAX_UPLOAD_BYTES = 5 * 1024**3
BLOCK_BYTES = 1024 * 1024
# The status, code and message of a transfer that fails because of a fault.
FAILURES = {
    "throttle": (503, "SlowDown", "Please reduce your request rate."),
    "serverError": (500, "InternalError", "We encountered an internal error. Please try again."),
    "expired": (403, "AccessDenied", REQUEST_EXPIRED),
}

# Limits the number of digits: Python rejects numbers with thousands of digits.
RANGE = re.compile(r"bytes=(\d{1,20}-\d{0,20}|-\d{1,20})")


class Uploads(Protocol):
    """The service that uploads belong to."""

    def awaits(self, key: str) -> bool:
        """Return whether there is a file or attachment for this key."""

    def confirm_upload(self, key: str, size: int) -> None:
        """Record that the upload is complete."""


class ObjectEndpoint:
    """An ASGI application that handles requests to presigned URLs."""

    def __init__(
        self, objects: ObjectStore, uploads: Sequence[Uploads], conditions: Conditions
    ) -> None:
        self._objects = objects
        self._uploads = uploads
        self._conditions = conditions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        try:
            response = await self._handle(Request(scope, receive))
        except S3Error as error:
            response = _error_response(error)
        await response(scope, receive, send)

    async def _handle(self, request: Request) -> ASGIApp:
        """Execute a request with a presigned URL."""
        allowed = self._authorize(request)
        transfer = UPLOAD if request.method == "PUT" else DOWNLOAD
        faults = self._conditions.faults
        await asyncio.sleep(self._conditions.latency + faults.find_delay(transfer))
        fault = faults.take([transfer])
        if fault is not None and fault.kind != "lostResponse":
            await _fail(request, fault)
        response = await self._transfer(request, allowed)
        return response if fault is None else InterruptedResponse(response)

    async def _transfer(self, request: Request, allowed: dict[str, str]) -> ASGIApp:
        """Store or return an object."""
        key = request.scope["path"].removeprefix(OBJECTS_PATH)
        if request.method == "PUT":
            return await self._put(request, key)
        try:
            await self._objects.materialize(key)
        except FileNotFoundError:
            raise S3Error(404, "NoSuchKey", "A part of this was deleted in the meantime.") from None
        return self._get(request, key, allowed["response-content-type"])

    def _authorize(self, request: Request) -> dict[str, str]:
        """Verify a request's URL before reading its body; return the URL's parameters."""
        if "authorization" in request.headers:
            raise S3Error(400, "InvalidArgument", "Only one auth mechanism allowed")
        allowed = self._objects.urls.check(
            request.method, request.scope["path"], request.scope["query_string"].decode("latin-1")
        )
        if request.method == "PUT":
            _check_size(request)
        return allowed

    async def _put(self, request: Request, key: str) -> Response:
        """Store an object atomically."""
        incoming = self._objects.incoming_path()
        try:
            md5 = await _receive(request.stream(), incoming)
            # No await from here on, so that the file cannot be deleted in between.
            awaiting = next((one for one in self._uploads if one.awaits(key)), None)
            if awaiting is None:
                raise S3Error(404, "NoSuchKey", "The specified key does not exist.")
            size = incoming.stat().st_size
            self._objects.store(key, incoming, md5)
            awaiting.confirm_upload(key, size)
        finally:
            remove_file(incoming)
        return Response(headers={"etag": self._objects.etag(key)})

    def _get(self, request: Request, key: str, content_type: str) -> ASGIApp:
        """Return an object, or a range of it."""
        path = self._objects.path(key)
        try:
            status = path.stat()
            file = path.open("rb", buffering=0)
        except FileNotFoundError:
            raise S3Error(404, "NoSuchKey", "The specified key does not exist.") from None
        etag = self._objects.etag(key)
        try:
            if request.headers.get("if-match", "*") not in ("*", etag):
                raise S3Error(412, "PreconditionFailed", "The If-Match condition did not hold")
            requested = _parse_range(request.headers.get("range", ""), status.st_size)
        except S3Error:
            file.close()
            raise
        modified = datetime.fromtimestamp(status.st_mtime, UTC)
        headers = {
            "etag": etag,
            "last-modified": format_datetime(modified, usegmt=True),
            "accept-ranges": "bytes",
            "content-type": content_type,
        }
        return FileSlice(file, status.st_size, requested, headers)


class FileSlice:
    """An ASGI application that responds with a file, or a range of it, and closes it."""

    def __init__(
        self, file: FileIO, size: int, requested: range | None, headers: dict[str, str]
    ) -> None:
        self._file = file
        self._range = range(size) if requested is None else requested
        self._status = 200 if requested is None else 206
        self._headers = headers | {"content-length": str(len(self._range))}
        if requested is not None:
            self._headers["content-range"] = f"bytes {requested[0]}-{requested[-1]}/{size}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the contents in large blocks, with one block in memory at a time."""
        headers = [(name.encode(), value.encode()) for name, value in self._headers.items()]
        with self._file as file:
            await send({"type": "http.response.start", "status": self._status, "headers": headers})
            file.seek(self._range.start)
            left = len(self._range)
            while left:
                block = await asyncio.to_thread(file.read, min(left, BLOCK_BYTES))
                if not block:
                    # The file was truncated: an incomplete response is better than a wrong one.
                    return
                left -= len(block)
                await send({"type": "http.response.body", "body": block, "more_body": True})
            await send({"type": "http.response.body"})


class InterruptedResponse:
    """An ASGI application that sends half of another one's response, then disconnects.

    Of a response without a body, such as that of an upload, it sends nothing.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send half of the body."""
        left = 0

        async def send_half(message: Message) -> None:
            nonlocal left
            if message["type"] == "http.response.start":
                left = int(dict(message["headers"])[b"content-length"]) // 2
                if left:
                    await send(message)
                return
            body = message.get("body", b"")[:left]
            left -= len(body)
            if body:
                await send({"type": "http.response.body", "body": body, "more_body": True})
            if not left:
                await disconnect(scope)

        await self._app(scope, receive, send_half)


async def _fail(request: Request, fault: Fault) -> NoReturn:
    """Fail as a fault demands.

    Raises:
        S3Error: The response.
        ClientDisconnect: There is no response.
    """
    if fault.kind in FAILURES:
        status, code, message = FAILURES[fault.kind]
        retry_after = fault.retry_after
        headers = {} if retry_after is None else {"retry-after": str(retry_after)}
        raise S3Error(status, code, message, headers)
    if fault.kind == "timeout":
        await fault.hold(request.receive)
    await disconnect(request.scope)


def _check_size(request: Request) -> None:
    """Reject an upload that S3 would not accept."""
    if "transfer-encoding" in request.headers:
        raise S3Error(
            501,
            "NotImplemented",
            "A header you provided implies functionality that is not implemented",
        )
    size = request.headers.get("content-length")
    if size is None:
        raise S3Error(
            411, "MissingContentLength", "You must provide the Content-Length HTTP header."
        )
    if int(size) > MAX_UPLOAD_BYTES:
        raise S3Error(
            400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size"
        )


async def _receive(chunks: AsyncIterator[bytes], incoming: Path) -> str:
    """Write a body to a file and return its MD5, receiving one block while the last is written."""
    digest = hashlib.md5(usedforsecurity=False)
    with open_new(incoming) as file:
        written = asyncio.create_task(asyncio.sleep(0))
        try:
            async for block in _to_blocks(chunks):
                await written
                written = asyncio.create_task(asyncio.to_thread(_write_block, block, file, digest))
        finally:
            await written
    return digest.hexdigest()


async def _to_blocks(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytearray]:
    """Gather small chunks into large blocks."""
    block = bytearray()
    while (chunk := await _next_chunk(chunks)) is not None:
        block += chunk
        if len(block) >= BLOCK_BYTES:
            yield block
            block = bytearray()
    yield block


async def _next_chunk(chunks: AsyncIterator[bytes]) -> bytes | None:
    """Wait for the next chunk, but with a timeout; None after the last one."""
    try:
        async with asyncio.timeout(LIMITS.max_idle_seconds):
            return await anext(chunks, None)
    except TimeoutError:
        raise S3Error(
            400,
            "RequestTimeout",
            "Your socket connection to the server was not read from or written to within the "
            "timeout period. Idle connections will be closed.",
        ) from None


def _write_block(block: bytearray, file: IO[bytes], digest: hashlib._Hash) -> None:
    """Write a block and update the MD5."""
    file.write(block)
    digest.update(block)


def _parse_range(header: str, size: int) -> range | None:
    """Parse a single range; return None, the whole object, for none or several ranges."""
    match = RANGE.fullmatch(header)
    if match is None:
        return None
    first, _, last = match[1].partition("-")
    if first:
        requested = range(int(first), min(int(last) + 1 if last else size, size))
    else:
        requested = range(max(size - int(last), 0), size)
    if not requested:
        raise S3Error(
            416,
            "InvalidRange",
            "The requested range is not satisfiable",
            {"content-range": f"bytes */{size}"},
        )
    return requested


def _error_response(error: S3Error) -> Response:
    """Build an S3 error response."""
    request_id = secrets.token_hex(8).upper()
    content = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{error.code}</Code><Message>{escape(error.message)}</Message>"
        f"<RequestId>{request_id}</RequestId></Error>"
    )
    headers = error.headers | {"x-amz-request-id": request_id}
    return Response(content, error.status, headers, "application/xml")
