"""Text from outside, as people see it: no character of it acts on a terminal, log or page."""

import logging
import traceback
import unicodedata

# Control and format characters (bidirectional and zero-width ones among them), lone surrogates, and
# the separators of lines and paragraphs.
ESCAPED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# They join letters and emoji, and are part of how words are written.
JOINERS = frozenset("\u200c\u200d")


def escape_controls(text: str) -> str:
    r"""Write the characters of a text that can't be seen as escapes, such as `\n` and `\x1b`."""
    if text.isprintable():
        return text
    return "".join(map(_escape, text))


def _escape(character: str) -> str:
    if character.isprintable() or character in JOINERS:
        return character
    if unicodedata.category(character) not in ESCAPED_CATEGORIES:
        return character
    return character.encode("unicode_escape").decode("ascii")


class EscapingFilter(logging.Filter):
    """Keeps messages, and those of logged exceptions, within their lines of the log."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Escape a record's message, and let it pass."""
        record.msg, record.args = escape_controls(record.getMessage()), None
        if record.exc_info and record.exc_info[1] and not record.exc_text:
            record.exc_text = _format_exception(record.exc_info[1])
        return True


def _format_exception(error: BaseException) -> str:
    """Format an exception as Python does, but for line ends and controls in messages."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    frames = "".join(traceback.format_tb(error.__traceback__))
    kind = type(error)
    message = f"{kind.__module__}.{kind.__qualname__}: {escape_controls(str(error))}"
    shown = f"Traceback (most recent call last):\n{frames}{message}"
    return shown if cause is None else f"{_format_exception(cause)}\n\nwhich led to\n\n{shown}"
