"""Keeps secrets out of messages: presigned query strings, and the token."""

import re
from typing import Any

_WORD = re.compile(r"""[^\s"'<>]+""")
_SIGNED = re.compile(r"""(X-Amz-[\w-]+=)[^\s&"'<>]+""", re.IGNORECASE)


def redact(value: Any, secret: str = "") -> Any:
    """Replace the query string of every URL, and `secret`, in a text or in JSON's texts."""
    if isinstance(value, str):
        text = value.replace(secret, "<secret>") if secret else value
        text = _WORD.sub(_without_query_string, text) if "://" in text else text
        return _SIGNED.sub(r"\1<secret>", text)
    if isinstance(value, list):
        return [redact(item, secret) for item in value]
    if isinstance(value, dict):
        return {redact(name, secret): redact(item, secret) for name, item in value.items()}
    return value


def _without_query_string(word: re.Match[str]) -> str:
    # A pattern for the whole URL would take quadratic time where a word is very long.
    address, _, query = word[0].partition("?")
    return f"{address}?<secret>" if query and "://" in address else word[0]
