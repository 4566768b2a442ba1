"""Reading of CSV with longer fields than Python's limit, which all threads share."""

import contextlib
import csv
import threading
from collections.abc import Iterator

MAX_FIELD_CHARACTERS = 2**31 - 1

_lock = threading.Lock()
_readers = 0
_limit = 0


@contextlib.contextmanager
def long_fields() -> Iterator[None]:
    """Lift the limit of the length of fields as long as anyone is in such a `with` block."""
    global _readers, _limit
    with _lock:
        if not _readers:
            _limit = csv.field_size_limit(MAX_FIELD_CHARACTERS)
        _readers += 1
    try:
        yield
    finally:
        with _lock:
            _readers -= 1
            if not _readers:
                csv.field_size_limit(_limit)
