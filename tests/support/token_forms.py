"""Forms in which a token can appear."""

import base64


def token_forms(token: str) -> list[str]:
    """A token in plain text and in base64 at three offsets, as in the real-time handshake."""
    encoded = [base64.b64encode(b" " * shift + token.encode()).decode() for shift in range(3)]
    return [token, *(text[4:-4] for text in encoded)]
