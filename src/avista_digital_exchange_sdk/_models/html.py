"""HTML tables for notebooks. Strings from the platform are escaped."""

from collections.abc import Mapping, Sequence

from .._escaping import escape_controls

MAX_ROWS = 100
# Cells are not wrapped. What is longer is shown in full while the pointer is on it.
MAX_CELL_LENGTH = 60
MAX_TITLE_LENGTH = 300
MAX_ID_LENGTH = 8

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
        is_numeric = all(value is None or _is_number(value) for value in values)
        style = f"text-align: {'right' if is_numeric else 'left'}"
        style += (
            "; font-family: monospace; white-space: pre"
            if preformatted
            else "; white-space: nowrap"
        )
        shorten = _keep
        if title.endswith(("id", "Id")):
            shorten = _shorten_id
        elif is_numeric and title.endswith(("size", "Bytes")):
            shorten = _format_size
        elif not preformatted:
            shorten = _shorten_text
        self.head = f'<th style="{style}">{_escape(title)}</th>'
        start, end = ("<code>", "</code>") if shorten is _shorten_id else ("", "")
        for value in values:
            cell = _format_cell(value, preformatted)
            shown = shorten(cell)
            hover = "" if shown == cell else f' title="{_escape(cell)}"'
            self.append(f'<td style="{style}"{hover}>{start}{_escape(shown)}{end}</td>')


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
    return _truncate(cell, MAX_TITLE_LENGTH)


def _truncate(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[:length]}…"


def _keep(cell: str) -> str:
    return cell


def _shorten_text(cell: str) -> str:
    return _truncate(cell, MAX_CELL_LENGTH)


def _shorten_id(cell: str) -> str:
    """Shorten the IDs of the platform, such as `dataStoreId.` and a UUID; keep those of users."""
    kind, _, value = cell.partition(".")
    is_generated = kind.endswith("Id") and len(value) > MAX_ID_LENGTH
    return _truncate(value, MAX_ID_LENGTH) if is_generated else _shorten_text(cell)


def _format_size(cell: str) -> str:
    """Format a number of bytes with three digits."""
    if not cell:
        return cell
    size, units = float(cell), ["B", "kB", "MB", "GB", "TB"]
    while size >= 999.5 and len(units) > 1:
        size /= 1000
        del units[0]
    return f"{size:.3g} {units[0]}" if size < 999.5 else f"{size:.0f} {units[0]}"


def _escape(value: str) -> str:
    # Imported here, as only notebooks need it.
    from html import escape

    return escape(escape_controls(value))
