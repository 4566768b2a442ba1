"""Tables for notebooks. What comes from the platform is text in them, whatever it looks like."""

from collections.abc import Mapping, Sequence

from .._escaping import escape_controls

MAX_ROWS = 100
MAX_TEXT_LENGTH = 300
MAX_ONE_LINE_LENGTH = 32

Row = Mapping[str, object]
"""Values by the titles of their columns."""


def table(rows: Sequence[Row], *, preformatted: str | None = None) -> str | None:
    """A table of rows that have the same columns; None where there are no rows.

    Args:
        rows: The rows. Of very many, only the first are shown, and the others counted.
        preformatted: The column in which blanks count.
    """
    if not rows:
        return None
    columns = [
        _Column(title, [row[title] for row in rows[:MAX_ROWS]], title == preformatted)
        for title in rows[0]
    ]
    head = "".join(column.head for column in columns)
    body = "".join(f"<tr>{''.join(cells)}</tr>" for cells in zip(*columns, strict=True))
    rest = len(rows) - MAX_ROWS
    more = f"<p>… and {rest:,} more rows</p>" if rest > 0 else ""
    # Names may hold dollar signs, between which MathJax would see formulas.
    return (
        '<div class="tex2jax_ignore mathjax_ignore">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}</div>"
    )


class _Column(list[str]):
    """The cells of a column, in HTML."""

    def __init__(self, title: str, values: Sequence[object], preformatted: bool) -> None:
        texts = [_text(value, preformatted) for value in values]
        is_numeric = all(value is None or _is_number(value) for value in values)
        style = f"text-align: {'right' if is_numeric else 'left'}"
        if preformatted:
            style += "; font-family: monospace; white-space: pre"
        elif max(map(len, texts)) <= MAX_ONE_LINE_LENGTH:
            style += "; white-space: nowrap"
        start, end = ("<code>", "</code>") if title.endswith(("id", "Id")) else ("", "")
        self.head = f'<th style="{style}">{_escaped(title)}</th>'
        super().__init__(f'<td style="{style}">{start}{_escaped(text)}{end}</td>' for text in texts)


def _is_number(value: object) -> bool:
    try:
        float(value)  # type: ignore[arg-type]  # what is no number raises
    except (TypeError, ValueError):
        return False
    return not isinstance(value, bool)


def _text(value: object, preformatted: bool) -> str:
    text = "" if value is None else str(value)
    if not preformatted:
        text = " ".join(text.split())
    if len(text) > MAX_TEXT_LENGTH:
        text = f"{text[:MAX_TEXT_LENGTH]}…"
    return text


def _escaped(text: str) -> str:
    # Only notebooks come here, and everybody imports this module.
    from html import escape

    return escape(escape_controls(text))
