"""Text from outside, as people see it: no character of it acts on a terminal, log or page."""

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
