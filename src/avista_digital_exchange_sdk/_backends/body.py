"""The body of a response, decoded as it arrives and bounded on the way."""

import zlib
from collections.abc import Mapping

from ..errors import InvalidResponseError

# Asked for; more than one encoding at a time, or another one, is never decoded.
ACCEPTED_ENCODING = "gzip"
_ENCODINGS = frozenset({"gzip", "x-gzip", "deflate"})
_ANY_HEADER = zlib.MAX_WBITS | 32  # zlib tells gzip and zlib apart by itself.


class ResponseBody:
    """Collects the bytes of a response; what they decode to never takes more memory than allowed.

    Args:
        headers: Those of the response.
        max_bytes: Maximum size; what is larger is no response of the platform.

    Raises:
        InvalidResponseError: The response is encoded in a way that was not asked for.
    """

    def __init__(self, headers: Mapping[str, str], max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._inflater = _create_inflater(headers.get("content-encoding", ""))
        self._content = bytearray()
        self._is_empty = True

    def add(self, block: bytes) -> None:
        """Take the next bytes as they came over the network.

        Raises:
            InvalidResponseError: The body is too large, or not encoded as the headers say.
        """
        if self._inflater is None:
            self._append(block)
            return
        self._is_empty = False
        while block:
            room = self._max_bytes + 1 - len(self._content)
            try:
                self._append(self._inflater.decompress(block, room))
            except zlib.error:
                raise _invalid_encoding() from None
            block = self._inflater.unconsumed_tail
        if self._inflater.unused_data:
            raise _invalid_encoding()

    def finish(self) -> bytes:
        """Return the whole body."""
        if self._inflater is not None and not (self._is_empty or self._inflater.eof):
            raise _invalid_encoding()
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


def _invalid_encoding() -> InvalidResponseError:
    return InvalidResponseError("the response is not encoded as its Content-Encoding says")
