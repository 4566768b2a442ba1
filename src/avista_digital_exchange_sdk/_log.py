"""What debug mode tells of each call, through `logging`; nothing secret, nothing long."""

import logging
from typing import Any

from ._redact import redact

LONGEST_TEXT = 60
LONGEST_LIST = 3
SECRET_VARIABLES = frozenset({"nextToken", "clientToken", "token", "authorization"})

logger = logging.getLogger(__package__)


def turn_on() -> None:
    """Show what calls do: on stderr, unless the program has set up logging in its own way."""
    logger.setLevel(logging.DEBUG)
    if not logging.getLogger().handlers and not _has_stream():
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(message)s"))
        logger.addHandler(handler)


def _has_stream() -> bool:
    return any(isinstance(handler, logging.StreamHandler) for handler in logger.handlers)


def shortened(value: Any, secret: str = "") -> Any:
    """A request's variables as a log line shows them, without `secret`."""
    if isinstance(value, dict):
        return {
            name: "<secret>" if name in SECRET_VARIABLES and item else shortened(item, secret)
            for name, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        shown = [shortened(item, secret) for item in value[:LONGEST_LIST]]
        more = len(value) - len(shown)
        return [*shown, f"… {more} more"] if more else shown
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        return f"{redact(value, secret)[:LONGEST_TEXT]}… ({len(value)} characters)"
    return redact(value, secret)
