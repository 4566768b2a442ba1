"""What debug mode tells of each call, through `logging`; nothing secret, nothing long."""

import logging
from typing import Any

from .._secrets import MASK, Secret
from .._text import EscapingFilter
from .redaction import redact

MAX_TEXT_LENGTH = 60
MAX_LIST_LENGTH = 3
SECRET_VARIABLES = frozenset({"nextToken", "clientToken", "token", "authorization"})

logger = logging.getLogger(__package__.partition(".")[0])
"""What clients tell; a program that wants to hear it sets its level."""

_debug_logger = logging.Logger(logger.name, logging.DEBUG)
"""The same to whoever listens, but heard whatever that level: clients in debug mode have it."""
_debug_logger.parent = logger
for _logger in (logger, _debug_logger):
    _logger.addFilter(EscapingFilter())


def client_logger(debug: bool) -> logging.Logger:
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


def log_retry(log: logging.Logger, error: Exception, delay: float) -> None:
    """Log that a step is tried again, and why: a call that takes long is not one that hangs."""
    log.info("%s; trying again in %.1f s", error, delay)


def abbreviate(value: Any, secret: Secret[str] | None = None) -> Any:
    """A request's variables as a log line shows them, without `secret`."""
    if isinstance(value, dict):
        return {
            name: MASK if name in SECRET_VARIABLES and item else abbreviate(item, secret)
            for name, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        shown = [abbreviate(item, secret) for item in value[:MAX_LIST_LENGTH]]
        more = len(value) - len(shown)
        return [*shown, f"… {more} more"] if more else shown
    if isinstance(value, str) and len(value) > MAX_TEXT_LENGTH:
        return f"{redact(value, secret)[:MAX_TEXT_LENGTH]}… ({len(value)} characters)"
    return redact(value, secret)
