"""Escapes untrusted strings, so that they do not act on a terminal, log or web page."""

import logging
import traceback
import unicodedata

# Control and format characters, including bidirectional and zero-width ones, lone surrogates, and
# line and paragraph separators.
ESCAPED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# They join letters and emoji, so words and names may contain them.
JOINERS = frozenset("\u200c\u200d")


def escape_controls(value: str) -> str:
    r"""Escape the invisible characters of a string, as in `\n` and `\x1b`."""
    if value.isprintable():
        return value
    return "".join(map(_escape, value))


def _escape(character: str) -> str:
    if character.isprintable() or character in JOINERS:
        return character
    if unicodedata.category(character) not in ESCAPED_CATEGORIES:
        return character
    return character.encode("unicode_escape").decode("ascii")


class EscapingFilter(logging.Filter):
    """Escapes log messages and the messages of logged exceptions."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Escape the message of a record. All records pass the filter."""
        record.msg, record.args = escape_controls(record.getMessage()), None
        if record.exc_info and record.exc_info[1] and not record.exc_text:
            record.exc_text = _format_exception(record.exc_info[1])
        return True


def _format_exception(error: BaseException) -> str:
    """Format an exception as Python does, but escape its message."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    frames = "".join(traceback.format_tb(error.__traceback__))
    kind = type(error)
    message = f"{kind.__module__}.{kind.__qualname__}: {escape_controls(str(error))}"
    formatted = f"Traceback (most recent call last):\n{frames}{message}"
    if cause is None:
        return formatted
    return f"{_format_exception(cause)}\n\nwhich caused\n\n{formatted}"
