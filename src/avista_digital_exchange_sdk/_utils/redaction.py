"""Keeps secrets out of messages: presigned query strings, and the token."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from .._secrets import MASK, Secret

# Of the descriptions of errors: how many are in a message, and how much of each.
MAX_TEXTS = 10
MAX_TEXT_LENGTH = 1000

_WORD = re.compile(r"""[^\s"'<>]+""")
_VALUE = re.compile(r"""[^\s&"'<>]*""")

# Matched as a whole, without going back: servers may send names of a million characters.
_NAME = re.compile(r"(?<![\w-])[\w-]++=")


def redact(value: Any, secret: Secret[str] | None = None) -> Any:
    """Replace the query string of every URL, and `secret`, in a text or in JSON's texts."""
    if isinstance(value, str):
        text = value.replace(secret.reveal(), MASK) if secret else value
        text = _WORD.sub(_strip_query_string, text) if "://" in text else text
        return _without_signatures(text)
    if isinstance(value, list):
        return [redact(item, secret) for item in value]
    if isinstance(value, dict):
        return {redact(name, secret): redact(item, secret) for name, item in value.items()}
    return value


def _strip_query_string(word: re.Match[str]) -> str:
    # A pattern for the whole URL would take quadratic time where a word is very long.
    address, _, query = word[0].partition("?")
    return f"{address}?{MASK}" if query and "://" in address else word[0]


def _without_signatures(text: str) -> str:
    kept: list[str] = []
    end = 0
    for name in _NAME.finditer(text):
        if name.start() >= end and "x-amz-" in name[0].lower():
            kept += text[end : name.end()], MASK
            value = _VALUE.match(text, name.end())
            end = value.end() if value else name.end()
    return "".join([*kept, text[end:]])


def join_redacted(texts: Iterator[str], count: int, secret: Secret[str] | None = None) -> str:
    """Join descriptions of errors to a message of bounded length.

    Args:
        texts: The descriptions.
        count: How many there are.
        secret: What to take out of them.
    """
    # Shortened only after that: a part of a secret would not be recognized.
    shown = [redact(text, secret)[:MAX_TEXT_LENGTH] for text in islice(texts, MAX_TEXTS)]
    more = [f"and {count - MAX_TEXTS} more"] if count > MAX_TEXTS else []
    return "; ".join([*shown, *more])
