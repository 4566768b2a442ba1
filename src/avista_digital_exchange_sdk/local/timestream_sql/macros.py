"""DuckDB macros in the results database that the functions of Timestream need."""

from __future__ import annotations

_DAY = 86_400_000_000_000
MAX_INTERPOLATION_LENGTH = 25_000_000
"""The most points of a series times the most times they are requested for."""
MAX_SPLINE_LENGTH = 5_000
"""The most points of a series that a spline is laid through."""

# 1.0E10 the way Java writes it, from 10000000000.0 or 1e10 the way DuckDB does.
_DOUBLE_TEXT = r"""
CASE
    WHEN isnan(x) THEN 'NaN'
    WHEN isinf(x) THEN CASE WHEN x > 0 THEN 'Infinity' ELSE '-Infinity' END
    WHEN x = 0 OR (abs(x) >= 1e-3 AND abs(x) < 1e7) THEN x::VARCHAR
    ELSE CASE WHEN x < 0 THEN '-' ELSE '' END || results.scientific(abs(x)::VARCHAR)
END
"""
_SCIENTIFIC = r"""
CASE
    WHEN contains(text, 'e') THEN
        split_part(text, 'e', 1)
        || CASE WHEN contains(split_part(text, 'e', 1), '.') THEN '' ELSE '.0' END
        || 'E' || split_part(text, 'e', 2)::INTEGER
    WHEN starts_with(text, '0.') THEN
        results.mantissa(ltrim(substr(text, 3), '0'))
        || 'E-' || (length(text) - 1 - length(ltrim(substr(text, 3), '0')))
    ELSE
        results.mantissa(rtrim(replace(text, '.', ''), '0'))
        || 'E' || (strpos(text, '.') - 2)
END
"""
# A date, optionally with a time, which may have a zone.
_ISO_TIME = r"^\d{4}-\d\d-\d\d(?:[Tt]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)?"
_ISO_ZONE = r"(?:Z|z|[+-]\d\d(?::?\d\d)?)"

FAILURE_MARK = "\1"
"""Prefix of messages for the user of a query, as opposed to messages of DuckDB."""

_MACROS = {
    "fail(message)": f"error(chr({ord(FAILURE_MARK)}) || message)",
    "floor_mod(a, b)": "((a % b) + b) % b",
    "date_of(t)": "CAST(make_timestamp_ns(epoch_ns(t) - results.time_of_day(t)) AS DATE)",
    "time_of_day(t)": f"results.floor_mod(epoch_ns(t), {_DAY})",
    "bin_time(t, width)": (
        "make_timestamp_ns(epoch_ns(t) - results.floor_mod(epoch_ns(t), width))"
    ),
    "checked_bin_time(t, width)": """
        CASE WHEN width <= 0 THEN results.fail('The interval of bin must be greater than zero')
        ELSE results.bin_time(t, width) END""",
    "timestamp_of(d)": "CAST(d AS TIMESTAMP_NS)",
    "add_months(t, n)": """
        make_timestamp_ns(results.time_of_day(t) + epoch_ns(
            CAST(results.date_of(t) + to_months(n::INTEGER) AS TIMESTAMP_NS)))""",
    "add_months_to_date(d, n)": "CAST(d + to_months(n::INTEGER) AS DATE)",
    "add_to_date(d, i)": f"""
        CASE WHEN i % {_DAY} <> 0
        THEN results.fail('Cannot add hour, minutes or seconds to a date')
        ELSE d + CAST(i // {_DAY} AS INTEGER) END""",
    # Whole months end at full microseconds, so subtract the nanoseconds from both ends.
    "months_between(a, b)": """
        date_sub('month',
            make_timestamp((epoch_ns(a) - results.floor_mod(epoch_ns(a), 1000)) // 1000),
            make_timestamp((epoch_ns(b) - results.floor_mod(epoch_ns(a), 1000)
                - results.floor_mod(epoch_ns(b) - results.floor_mod(epoch_ns(a), 1000), 1000)
                ) // 1000))""",
    "from_iso_parts(local, zone)": """
        make_timestamp_ns(epoch_ns(CAST(regexp_replace(local, '[Tt]', ' ') AS TIMESTAMP_NS))
            - CASE WHEN starts_with(zone, '-') THEN -60000000000 ELSE 60000000000 END
            * (60 * coalesce(TRY_CAST(substr(zone, 2, 2) AS BIGINT), 0)
                + coalesce(TRY_CAST(right(substr(zone, 4), 2) AS BIGINT), 0)))""",
    "from_iso(text)": f"""
        CASE WHEN regexp_matches(text, '{_ISO_TIME}$')
            OR (regexp_matches(text, '{_ISO_TIME}{_ISO_ZONE}$') AND length(text) > 11)
        THEN results.from_iso_parts(
            regexp_extract(text, '{_ISO_TIME}'), regexp_replace(text, '{_ISO_TIME}', ''))
        ELSE results.fail('Invalid format: ' || text) END""",
    "java_ln(x)": "CASE WHEN x = 0 THEN '-Infinity'::DOUBLE WHEN x < 0 THEN 'NaN' ELSE ln(x) END",
    "java_log2(x)": (
        "CASE WHEN x = 0 THEN '-Infinity'::DOUBLE WHEN x < 0 THEN 'NaN' ELSE log2(x) END"
    ),
    "java_log10(x)": (
        "CASE WHEN x = 0 THEN '-Infinity'::DOUBLE WHEN x < 0 THEN 'NaN' ELSE log10(x) END"
    ),
    "mantissa(digits)": (
        "left(digits, 1) || '.' || CASE WHEN length(digits) > 1 THEN substr(digits, 2) ELSE '0' END"
    ),
    "scientific(text)": _SCIENTIFIC,
    "double_text(x)": _DOUBLE_TEXT,
    "interval_text(i)": f"""
        format('{{}}{{}} {{:02d}}:{{:02d}}:{{:02d}}.{{:09d}}', CASE WHEN i < 0 THEN '-' ELSE '' END,
            abs(i) // {_DAY}, abs(i) // 3600000000000 % 24, abs(i) // 60000000000 % 60,
            abs(i) // 1000000000 % 60, abs(i) % 1000000000)""",
    "months_text(n)": (
        "format('{}{}-{}', CASE WHEN n < 0 THEN '-' ELSE '' END, abs(n) // 12, abs(n) % 12)"
    ),
    "null_if_null_inside(items, x)": "CASE WHEN len(items) = list_count(items) THEN x END",
    "distinct_in_order(items)": "list_filter(items, lambda x, i: list_position(items, x) = i)",
    "checked_series(points)": """
        CASE WHEN list_bool_or(list_transform(points, lambda p: p.f0 IS NULL OR p.f1 IS NULL))
        THEN results.fail('The time and the value of a time series must not be NULL')
        WHEN len(list_distinct(list_transform(points, lambda p: p.f0))) < len(points)
        THEN results.fail('The times of a time series must be distinct')
        ELSE points END""",
    # Find the last point up to each time; without an index, this scans all points.
    "last_points(points, times)": f"""
        CASE WHEN len(points) * len(times) > {MAX_INTERPOLATION_LENGTH}
        THEN results.fail(
            'Interpolation takes at most {MAX_INTERPOLATION_LENGTH} points times times')
        WHEN list_count(times) < len(times)
        THEN results.fail('The times to interpolate at must not be NULL')
        ELSE list_transform(times, lambda t:
            {{'t': t, 'k': len(list_filter(points, lambda p: p.f0 <= t))}}) END""",
    "interpolate_locf(points, times)": (
        "list_transform(results.last_points(points, times), lambda x: points[x.k].f1)"
    ),
    "interpolate_fill(points, times, filler)": """
        list_transform(results.last_points(points, times), lambda x:
            CASE WHEN points[x.k].f0 = x.t THEN points[x.k].f1 ELSE filler END)""",
    "between(t, a, b)": """
        CASE WHEN a.f0 < t AND t < b.f0 THEN a.f1 + (b.f1 - a.f1)
            * ((epoch_ns(t) - epoch_ns(a.f0)) / (epoch_ns(b.f0) - epoch_ns(a.f0))) END""",
    "interpolate_linear(points, times)": """
        list_transform(results.last_points(points, times), lambda x:
            CASE WHEN points[x.k].f0 = x.t THEN points[x.k].f1
            ELSE results.between(x.t, points[x.k], points[x.k + 1]) END)""",
    # A natural spline: it has no bend at its ends. Its bends, the second derivatives at the points,
    # solve a tridiagonal system, by one sweep forth and one back (Thomas's algorithm).
    "seconds_between(a, b)": "(epoch_ns(b.f0) - epoch_ns(a.f0)) / 1e9",
    "slope(a, b)": "(b.f1 - a.f1) / results.seconds_between(a, b)",
    "spline_row(a, b, c)": """
        {'before': results.seconds_between(a, b), 'after': results.seconds_between(b, c),
            'right': 6 * (results.slope(b, c) - results.slope(a, b)),
            'factor': 0e0, 'rest': 0e0}""",
    "spline_pivot(done, row)": "2 * (row.before + row.after) - row.before * done.factor",
    "spline_swept(done, row)": """
        {'before': row.before, 'after': row.after, 'right': row.right,
            'factor': row.after / results.spline_pivot(done, row),
            'rest': (row.right - row.before * done.rest) / results.spline_pivot(done, row)}""",
    "spline_forth(points)": """
        list_reduce(list_transform(range(2, len(points)), lambda i:
                [results.spline_row(points[i - 1], points[i], points[i + 1])]),
            lambda done, row: list_append(done, results.spline_swept(done[-1], row[1])),
            [{'before': 0e0, 'after': 0e0, 'right': 0e0, 'factor': 0e0, 'rest': 0e0}])""",
    "spline_bends(points)": f"""
        CASE WHEN len(points) > {MAX_SPLINE_LENGTH}
        THEN results.fail('A spline takes at most {MAX_SPLINE_LENGTH} points')
        ELSE list_reduce(list_transform(list_reverse(results.spline_forth(points)), lambda row:
                [{{'bend': row.rest, 'factor': row.factor}}]),
            lambda done, row: list_prepend(
                {{'bend': row[1].bend - row[1].factor * done[1].bend, 'factor': 0e0}}, done),
            [{{'bend': 0e0, 'factor': 0e0}}]) END""",
    "between_on_spline(t, a, b, bend_a, bend_b)": """
        CASE WHEN a.f0 < t AND t < b.f0 THEN list_transform(
            [(epoch_ns(t) - epoch_ns(a.f0)) / (epoch_ns(b.f0) - epoch_ns(a.f0))], lambda u:
                (1 - u) * a.f1 + u * b.f1 + results.seconds_between(a, b) ** 2 / 6
                * (((1 - u) ** 3 - (1 - u)) * bend_a + (u ** 3 - u) * bend_b))[1] END""",
    # The list with one list evaluates the bends once, not for each time.
    "interpolate_spline_cubic(points, times)": """
        list_transform([results.spline_bends(points)], lambda bends:
            list_transform(results.last_points(points, times), lambda x:
                CASE WHEN points[x.k].f0 = x.t THEN points[x.k].f1
                ELSE results.between_on_spline(x.t, points[x.k], points[x.k + 1],
                    bends[x.k].bend, bends[x.k + 1].bend) END))[1]""",
    "with_times(times, items)": ("list_transform(items, lambda v, i: {'f0': times[i], 'f1': v})"),
}


def macro_statements() -> list[str]:
    """Return the statements that create the macros, in order of their dependencies."""
    return [f"CREATE MACRO results.{head} AS {body}" for head, body in _MACROS.items()]
