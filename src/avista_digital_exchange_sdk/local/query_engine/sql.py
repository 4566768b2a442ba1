"""SQL expressions that format values, timestamps, CSV cells and JSON strings for exports."""

from __future__ import annotations


def quote(text: str) -> str:
    """Quote a string as a SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def timestamp_text(time: str) -> str:
    """Format a timestamp with nine fractional digits, as Timestream does."""
    return f"strftime({time}, '%Y-%m-%d %H:%M:%S.%n')"


def iso_text(time: str) -> str:
    """Format a timestamp as ISO 8601, with milliseconds, or nanoseconds if necessary."""
    digits = f"CASE WHEN epoch_ns({time}) % 1000000 = 0 THEN 23 ELSE 29 END"
    return f"left(strftime({time}, '%Y-%m-%dT%H:%M:%S.%n'), {digits}) || 'Z'"


def csv_text(text: str, value_type: str) -> str:
    """Format a CSV cell. Only strings may need quotes."""
    if value_type == "VARCHAR":
        text = f"""
            CASE WHEN regexp_matches({text}, '[,"\\r\\n]')
            THEN '"' || replace({text}, '"', '""') || '"' ELSE {text} END"""
    return f"coalesce({text}, '')"


def json_string_macro() -> str:
    """Define the SQL macro `json_string`. The to_json of DuckDB writes upper-case hex digits."""
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
