"""The body of a response, decoded while it is received and limited in size."""

import zlib
from collections.abc import Mapping

from ..errors import InvalidResponseError

# The requested encoding. Combinations of encodings are not supported.
ACCEPTED_ENCODING = "gzip"
_ENCODINGS = frozenset({"gzip", "x-gzip", "deflate"})
_ANY_HEADER = zlib.MAX_WBITS | 32  # zlib detects the format.


class ResponseBody:
    """Collects and decodes the bytes of a response, up to a maximum size.

    Args:
        headers: The headers of the response.
        max_bytes: Maximum size; what is larger is no response of the platform.

    Raises:
        InvalidResponseError: The encoding of the response is not supported.
    """

    def __init__(self, headers: Mapping[str, str], max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._inflater = _create_inflater(headers.get("content-encoding", ""))
        self._content = bytearray()
        self._is_empty = True

    def add(self, block: bytes) -> None:
        """Add received bytes.

        Raises:
            InvalidResponseError: The body is too large, or its encoding is invalid.
        """
        if self._inflater is None:
            self._append(block)
            return
        self._is_empty = False
        while block:
            limit = self._max_bytes + 1 - len(self._content)
            try:
                self._append(self._inflater.decompress(block, limit))
            except zlib.error:
                raise _build_encoding_error() from None
            block = self._inflater.unconsumed_tail
        if self._inflater.unused_data:
            raise _build_encoding_error()

    def finish(self) -> bytes:
        """Return the decoded body."""
        if self._inflater is not None and not (self._is_empty or self._inflater.eof):
            raise _build_encoding_error()
        return bytes(self._content)

    def _append(self, block: bytes) -> None:
        self._content += block
        if len(self._content) > self._max_bytes:
            raise InvalidResponseError(f"the response is larger than {self._max_bytes} bytes")


def _create_inflater(header: str) -> "zlib._Decompress | None":
    encodings = [name for part in header.lower().split(",") if (name := part.strip())]
    encodings = [name for name in encodings if name != "identity"]
    if not encodings:
        return None
    if len(encodings) > 1 or encodings[0] not in _ENCODINGS:
        raise InvalidResponseError(
            f"Content-Encoding must be {ACCEPTED_ENCODING} or none, got {header[:80]!r}"
        )
    return zlib.decompressobj(_ANY_HEADER)


def _build_encoding_error() -> InvalidResponseError:
    return InvalidResponseError("the response has an invalid Content-Encoding")
