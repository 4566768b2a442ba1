"""Strings as Python source that is good to read: text of any characters over several lines."""

from textwrap import indent

STEP = "    "


def multiline_string(text: str, indentation: str) -> str:
    """Write a string whose lines are indented; the lines' own text starts behind that."""
    return f'"""\n{indent(_escaped(text), indentation + STEP)}\n{indentation + STEP}"""'


def docstring(text: str, indentation: str) -> str:
    """Write a docstring."""
    escaped = _escaped(text.strip())
    if "\n" in escaped:
        return f'"""{indent(escaped, indentation).strip()}\n{indentation}"""'
    if escaped.endswith('"'):
        escaped = escaped.removesuffix('"') + r"\""
    return f'"""{escaped}"""'


def _escaped(text: str) -> str:
    text = text.replace("\\", "\\\\").replace('"""', r"\"\"\"")
    return "".join(
        character if character.isprintable() or character == "\n" else _escape(character)
        for character in text
    )


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
