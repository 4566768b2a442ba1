"""What debug mode tells of each call, through `logging`; nothing secret, nothing long."""

import logging
from typing import Any

from .._secrets import MASK, Secret
from .redaction import redact

LONGEST_TEXT = 60
LONGEST_LIST = 3
SECRET_VARIABLES = frozenset({"nextToken", "clientToken", "token", "authorization"})

logger = logging.getLogger(__package__.partition(".")[0])
"""What clients tell; a program that wants to hear it sets its level."""

_debug_logger = logging.Logger(logger.name, logging.DEBUG)
"""The same to whoever listens, but heard whatever that level: clients in debug mode have it."""
_debug_logger.parent = logger


def logger_of(debug: bool) -> logging.Logger:
    """The logger of one client; in debug mode on stderr, unless the program has set up logging."""
    if not debug:
        return logger
    if not logging.getLogger().handlers and not _has_stream():
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(message)s"))
        _debug_logger.addHandler(handler)
    return _debug_logger


def _has_stream() -> bool:
    handlers = [*logger.handlers, *_debug_logger.handlers]
    return any(isinstance(handler, logging.StreamHandler) for handler in handlers)


def shortened(value: Any, secret: Secret[str] | None = None) -> Any:
    """A request's variables as a log line shows them, without `secret`."""
    if isinstance(value, dict):
        return {
            name: MASK if name in SECRET_VARIABLES and item else shortened(item, secret)
            for name, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        shown = [shortened(item, secret) for item in value[:LONGEST_LIST]]
        more = len(value) - len(shown)
        return [*shown, f"… {more} more"] if more else shown
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        return f"{redact(value, secret)[:LONGEST_TEXT]}… ({len(value)} characters)"
    return redact(value, secret)
