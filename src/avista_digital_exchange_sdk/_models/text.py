"""Text as it is shown to people."""


def printable(text: str) -> str:
    """A text without control characters, which could play tricks on whoever reads it."""
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text
    )
