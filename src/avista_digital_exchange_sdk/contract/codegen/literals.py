"""Formats strings as readable multi-line Python literals."""

from textwrap import indent

STEP = "    "


def format_multiline_string(text: str, indentation: str) -> str:
    """Format a string as an indented multi-line literal."""
    return f'"""\n{indent(_escape_text(text), indentation + STEP)}\n{indentation + STEP}"""'


def format_docstring(text: str, indentation: str) -> str:
    """Format a docstring."""
    escaped = _escape_text(text.strip())
    if "\n" in escaped:
        return f'"""{indent(escaped, indentation).strip()}\n{indentation}"""'
    if escaped.endswith('"'):
        escaped = escaped.removesuffix('"') + r"\""
    return f'"""{escaped}"""'


def _escape_text(text: str) -> str:
    text = text.replace("\\", "\\\\").replace('"""', r"\"\"\"")
    return "".join(
        character if character.isprintable() or character == "\n" else _escape(character)
        for character in text
    )


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
