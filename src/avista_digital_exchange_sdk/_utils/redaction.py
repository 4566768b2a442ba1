"""Redacts the token and the query strings of presigned URLs in messages."""

import re
from collections.abc import Collection, Iterator
from itertools import islice
from typing import Any

from .._secrets import MASK, Secret, SecretStr

# The number of error descriptions in a message, and the length of each.
MAX_DESCRIPTIONS = 10
MAX_DESCRIPTION_LENGTH = 1000

# Keys whose values are secrets of any form.
SECRET_KEYS = frozenset({"tokenValue"})

_WORD = re.compile(r"""[^\s"'<>]+""")
_VALUE = re.compile(r"""[^\s&"'<>]*""")

# Possessive, so that there is no backtracking: servers may send names of a million characters.
_NAME = re.compile(r"(?<![\w-])[\w-]++=")


def hide_secrets(value: Any, names: Collection[str]) -> Any:
    """Replace the strings with some keys in a JSON value by strings that hide themselves."""
    if isinstance(value, list):
        return [hide_secrets(item, names) for item in value]
    if isinstance(value, dict):
        return {
            name: SecretStr(item)
            if name in names and isinstance(item, str)
            else hide_secrets(item, names)
            for name, item in value.items()
        }
    return value


def redact(value: Any, secret: Secret[str] | None = None) -> Any:
    """Replace `secret` and the query string of every URL in a string or in a JSON value."""
    if isinstance(value, str):
        redacted = value.replace(secret.reveal(), MASK) if secret else value
        redacted = _WORD.sub(_strip_query_string, redacted) if "://" in redacted else redacted
        return _strip_signatures(redacted)
    if isinstance(value, list):
        return [redact(item, secret) for item in value]
    if isinstance(value, dict):
        return {
            redact(name, secret): MASK if name in SECRET_KEYS and item else redact(item, secret)
            for name, item in value.items()
        }
    return value


def _strip_query_string(word: re.Match[str]) -> str:
    # A pattern for the whole URL would take quadratic time for very long words.
    url, _, query = word[0].partition("?")
    return f"{url}?{MASK}" if query and "://" in url else word[0]


def _strip_signatures(message: str) -> str:
    kept: list[str] = []
    end = 0
    for name in _NAME.finditer(message):
        if name.start() >= end and "x-amz-" in name[0].lower():
            kept += message[end : name.end()], MASK
            value = _VALUE.match(message, name.end())
            end = value.end() if value else name.end()
    return "".join([*kept, message[end:]])


def join_descriptions(
    descriptions: Iterator[str], count: int, secret: Secret[str] | None = None
) -> str:
    """Join descriptions of errors to a redacted message of limited length.

    Args:
        descriptions: The descriptions.
        count: The number of descriptions.
        secret: A secret to redact.
    """
    shown = [
        # Truncated last: a part of a secret would not be recognized.
        redact(description, secret)[:MAX_DESCRIPTION_LENGTH]
        for description in islice(descriptions, MAX_DESCRIPTIONS)
    ]
    more = [f"and {count - MAX_DESCRIPTIONS} more"] if count > MAX_DESCRIPTIONS else []
    return "; ".join([*shown, *more])
