"""HTML tables for notebooks. Strings from the platform are escaped."""

from collections.abc import Mapping, Sequence

from .._escaping import escape_controls

MAX_ROWS = 100
MAX_CELL_LENGTH = 300
MAX_ONE_LINE_LENGTH = 32

# The values of a row by column title.
Row = Mapping[str, object]


def build_table(rows: Sequence[Row], *, preformatted: str | None = None) -> str | None:
    """Build an HTML table of rows with the same columns; None without rows.

    Args:
        rows: The rows. Only the first `MAX_ROWS` are shown, followed by the number of the others.
        preformatted: The column whose whitespace is kept.
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
    # MathJax would take the text between dollar signs for a formula.
    return (
        '<div class="tex2jax_ignore mathjax_ignore">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}</div>"
    )


class _Column(list[str]):
    """The cells of a column as HTML."""

    def __init__(self, title: str, values: Sequence[object], preformatted: bool) -> None:
        cells = [_format_cell(value, preformatted) for value in values]
        is_numeric = all(value is None or _is_number(value) for value in values)
        style = f"text-align: {'right' if is_numeric else 'left'}"
        if preformatted:
            style += "; font-family: monospace; white-space: pre"
        elif max(map(len, cells)) <= MAX_ONE_LINE_LENGTH:
            style += "; white-space: nowrap"
        start, end = ("<code>", "</code>") if title.endswith(("id", "Id")) else ("", "")
        self.head = f'<th style="{style}">{_escape(title)}</th>'
        super().__init__(f'<td style="{style}">{start}{_escape(cell)}{end}</td>' for cell in cells)


def _is_number(value: object) -> bool:
    try:
        float(value)  # type: ignore[arg-type]  # raises an error for other types
    except (TypeError, ValueError):
        return False
    return not isinstance(value, bool)


def _format_cell(value: object, preformatted: bool) -> str:
    cell = "" if value is None else str(value)
    if not preformatted:
        cell = " ".join(cell.split())
    if len(cell) > MAX_CELL_LENGTH:
        cell = f"{cell[:MAX_CELL_LENGTH]}…"
    return cell


def _escape(value: str) -> str:
    # Imported here, as only notebooks need it.
    from html import escape

    return escape(escape_controls(value))
