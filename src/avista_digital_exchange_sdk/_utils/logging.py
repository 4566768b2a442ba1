"""Debug logging of requests, redacted and truncated."""

import logging
from typing import Any

from .._escaping import EscapingFilter
from .._notebook_tracebacks import show_all_frames
from .._secrets import MASK, Secret
from .redaction import redact

MAX_STRING_LENGTH = 60
MAX_LIST_LENGTH = 3
SECRET_VARIABLES = frozenset({"nextToken", "clientToken", "token", "authorization"})

# The logger of clients; the application sets its level.
logger = logging.getLogger(__package__.partition(".")[0])

# The logger of clients in debug mode: the same name, but it logs at DEBUG regardless of the level.
_debug_logger = logging.Logger(logger.name, logging.DEBUG)
_debug_logger.parent = logger
for _logger in (logger, _debug_logger):
    _logger.addFilter(EscapingFilter())


def client_logger(debug: bool) -> logging.Logger:
    """Get the logger of a client. In debug mode it logs to stderr if logging is not configured."""
    if not debug:
        return logger
    show_all_frames()
    if not logging.getLogger().handlers and not _has_stream():
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(message)s"))
        _debug_logger.addHandler(handler)
    return _debug_logger


def _has_stream() -> bool:
    handlers = [*logger.handlers, *_debug_logger.handlers]
    return any(isinstance(handler, logging.StreamHandler) for handler in handlers)


def log_retry(log: logging.Logger, error: Exception, delay: float) -> None:
    """Log a retry and its reason, so that a slow call does not look like one that hangs."""
    log.info("%s; retrying in %.1f s", error, delay)


def log_give_up(log: logging.Logger, error: Exception, retries: int) -> None:
    """Log that a step is not retried again, unless it was not to be retried at all."""
    if retries:
        log.warning(
            "%s; giving up after %d %s", error, retries, "retry" if retries == 1 else "retries"
        )


def abbreviate(value: Any, secret: Secret[str] | None = None) -> Any:
    """Redact and truncate the variables of a request for a log message."""
    if isinstance(value, dict):
        return {
            name: MASK if name in SECRET_VARIABLES and item else abbreviate(item, secret)
            for name, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        shown = [abbreviate(item, secret) for item in value[:MAX_LIST_LENGTH]]
        more = len(value) - len(shown)
        return [*shown, f"… {more} more"] if more else shown
    if isinstance(value, str) and len(value) > MAX_STRING_LENGTH:
        return f"{redact(value, secret)[:MAX_STRING_LENGTH]}… ({len(value)} characters)"
    return redact(value, secret)
