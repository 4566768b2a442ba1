"""The log of requests: what was requested, by whom, and how it was responded to.

Tokens, the signatures of presigned URLs and the values of variables are never logged.
"""

from __future__ import annotations

import logging
import sys
import time
from urllib.parse import quote

from starlette.types import Scope

from .._escaping import EscapingFilter
from .errors import shorten

logger: logging.Logger = logging.getLogger(__name__)
logger.addFilter(EscapingFilter())

MAX_PATH_CHARACTERS = 200

_DETAILS = "local_exchange.details"
_TIME_FORMAT = "%Y-%m-%dT%H:%M:%S"


def log_to_stderr() -> None:
    """Write the log of requests to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    formatter = logging.Formatter("%(asctime)s.%(msecs)03dZ %(message)s", _TIME_FORMAT)
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False


def add_details(scope: Scope, **details: str | None) -> None:
    """Add the user, the operation and the like to the log of a request."""
    scope.setdefault(_DETAILS, {}).update(details)


class LoggedRequest:
    """A request whose end is logged."""

    def __init__(self, scope: Scope, request_id: str) -> None:
        self._scope = scope
        self._request_id = request_id
        self._started = time.monotonic()

    def log(self, status: int | None) -> None:
        """Log the request with its status; None if there is no response."""
        if not logger.isEnabledFor(logging.INFO):
            return
        details = self._scope.get(_DETAILS, {}) | {"request": self._request_id}
        logger.info(
            "%s %s %s %.0f ms%s",
            self._scope.get("method", "WEBSOCKET"),
            quote(self._scope["path"][:MAX_PATH_CHARACTERS]),
            "no response" if status is None else status,
            (time.monotonic() - self._started) * 1000,
            "".join(f" {name}={_show(value)}" for name, value in details.items() if value),
        )


def _show(value: str) -> str:
    """Return a value that is one word; others are quoted."""
    shown = shorten(value)
    return value if shown == f"'{value}'" and " " not in value else shown
