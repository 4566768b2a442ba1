"""Keeps secrets out of messages: presigned query strings, and the token."""

import re
from typing import Any

_QUERY_STRING = re.compile(r"""(\w+://[^\s"'<>?]*)\?[^\s"'<>]+""")


def redact(value: Any, secret: str = "") -> Any:
    """Replace the query string of every URL, and `secret`, in a text or in JSON's texts."""
    if isinstance(value, str):
        text = value.replace(secret, "<secret>") if secret else value
        return _QUERY_STRING.sub(r"\1?<secret>", text)
    if isinstance(value, list):
        return [redact(item, secret) for item in value]
    if isinstance(value, dict):
        return {name: redact(item, secret) for name, item in value.items()}
    return value
