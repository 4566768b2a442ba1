"""SQL expressions that write values, times, CSV cells and JSON strings as the exports want them."""

from __future__ import annotations


def quote(text: str) -> str:
    """Write text as a SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def timestamp_text(time: str) -> str:
    """Write an instant with nine fractional digits, as Timestream does."""
    return f"strftime({time}, '%Y-%m-%d %H:%M:%S.%n')"


def iso_text(time: str) -> str:
    """Write an instant as ISO 8601: milliseconds, or nine digits where it is finer."""
    digits = f"CASE WHEN epoch_ns({time}) % 1000000 = 0 THEN 23 ELSE 29 END"
    return f"left(strftime({time}, '%Y-%m-%dT%H:%M:%S.%n'), {digits}) || 'Z'"


def csv_text(text: str, value_type: str) -> str:
    """Write a CSV cell; only text can hold what needs quotes."""
    if value_type == "VARCHAR":
        text = f"""
            CASE WHEN regexp_matches({text}, '[,"\\r\\n]')
            THEN '"' || replace({text}, '"', '""') || '"' ELSE {text} END"""
    return f"coalesce({text}, '')"


def json_string_macro() -> str:
    """Define `json_string` in SQL; DuckDB's to_json writes hexadecimal digits as capitals."""
    return r"""
        CREATE MACRO results.json_string(text) AS '"' ||
        CASE WHEN regexp_matches(text, '[\x00-\x1f]') THEN array_to_string(
            list_transform(string_split(text, ''), lambda character: CASE
                WHEN character = '"' THEN '\"'
                WHEN character = '\' THEN '\\'
                WHEN character = chr(8) THEN '\b'
                WHEN character = chr(9) THEN '\t'
                WHEN character = chr(10) THEN '\n'
                WHEN character = chr(12) THEN '\f'
                WHEN character = chr(13) THEN '\r'
                WHEN character < ' ' THEN format('\u{:04x}', unicode(character))
                ELSE character END), '')
        ELSE replace(replace(text, '\', '\\'), '"', '\"') END || '"'
        """
