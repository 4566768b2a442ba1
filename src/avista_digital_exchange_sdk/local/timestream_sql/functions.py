"""The functions of Timestream that are handled, as a table: name, signature, DuckDB's SQL.

What needs more than a template is in `date_functions`, `casts` and `expression_translator`. In a
template, `{0}`, `{1}` are the arguments and `{all}` is all of them. An aggregate's holds `{over}`
where FILTER and OVER go, and `{distinct}`, `{order}` and `{nulls}` where those are allowed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from .budget import bind_payments
from .expressions import Expression
from .signatures import Signature, parse_signature
from .types import Type

# Java's limits and NaN, where DuckDB raises an error.
_NAN = "'NaN'::DOUBLE"
_MAX_SEQUENCE_LENGTH = 10_000
_DAY = 86_400_000_000_000


@dataclass(frozen=True)
class Overload:
    """One way to call a function."""

    signature: Signature
    template: str


def _table(rows: Iterable[tuple[str, str, str]]) -> Mapping[str, list[Overload]]:
    """Build a table from rows of names (separated by spaces), signatures and templates."""
    table: dict[str, list[Overload]] = {}
    for names, signature, template in rows:
        for name in names.split():
            table.setdefault(name, []).append(Overload(parse_signature(signature), template))
    return table


def _list_numbers(first: str, last: str, step: str) -> str:
    """Return the SQL of a list of numbers, which fails if the list would be too long."""
    return (
        f"generate_series({first}, CASE WHEN ({step}) = 0 "
        "THEN results.fail('step must not be zero') "
        f"WHEN (({last})::DOUBLE - ({first})) / ({step})::DOUBLE >= {_MAX_SEQUENCE_LENGTH} THEN "
        f"results.fail('result of sequence function must not have more than "
        f"{_MAX_SEQUENCE_LENGTH} entries') ELSE {last} END, {step})"
    )


def _list_times(first: str, last: str, step: str) -> str:
    """Return the SQL of a list of times."""
    numbers = _list_numbers(f"epoch_ns({first})", f"epoch_ns({last})", step)
    return f"list_transform({numbers}, lambda n: make_timestamp_ns(n))"


def _bound(sql: str, *arguments: str) -> str:
    """Return a template that evaluates its arguments once, as `b.b0`, `b.b1` in its SQL."""
    fields = ", ".join(f"'b{i}': {argument}" for i, argument in enumerate(arguments))
    return f"list_transform([{{{{{fields}}}}}], lambda b: {sql})[1]"


def _null_if_any(sql: str) -> str:
    """Return a template that is NULL if any argument is NULL."""
    return f"CASE WHEN list_contains([{{all_null}}], true) THEN NULL ELSE {sql} END"


_MATH = [
    ("abs", "bigint -> bigint", "abs({0})"),
    ("abs", "double -> double", "abs({0})"),
    ("acos", "double -> double", f"CASE WHEN abs({{0}}) > 1 THEN {_NAN} ELSE acos({{0}}) END"),
    ("asin", "double -> double", f"CASE WHEN abs({{0}}) > 1 THEN {_NAN} ELSE asin({{0}}) END"),
    ("atan", "double -> double", "atan({0})"),
    ("atan2", "double, double -> double", "atan2({0}, {1})"),
    ("ceil ceiling", "bigint -> bigint", "{0}"),
    ("ceil ceiling", "double -> double", "ceil({0})"),
    ("cos", "double -> double", "cos({0})"),
    ("degrees", "double -> double", "degrees({0})"),
    ("e", "-> double", "exp(1.0::DOUBLE)"),
    ("exp", "double -> double", "exp({0})"),
    ("floor", "bigint -> bigint", "{0}"),
    ("floor", "double -> double", "floor({0})"),
    ("infinity", "-> double", "'Infinity'::DOUBLE"),
    ("is_finite", "double -> boolean", "isfinite({0})"),
    ("is_infinite", "double -> boolean", "isinf({0})"),
    ("is_nan", "double -> boolean", "isnan({0})"),
    ("ln", "double -> double", "results.java_ln({0})"),
    ("log", "double, double -> double", "results.java_ln({1}) / results.java_ln({0})"),
    ("log10", "double -> double", "results.java_log10({0})"),
    ("log2", "double -> double", "results.java_log2({0})"),
    ("mod", "bigint, bigint -> bigint", "({0} % {1})"),
    ("mod", "double, double -> double", "({0} % {1})"),
    ("nan", "-> double", _NAN),
    ("pi", "-> double", "pi()"),
    ("pow power", "double, double -> double", "pow({0}, {1})"),
    ("radians", "double -> double", "radians({0})"),
    ("rand random", "-> double", "random()"),
    ("round", "bigint -> bigint", "{0}"),
    ("round", "double -> double", "round({0})"),
    ("round", "double, integer -> double", "round({0}, {1})"),
    ("sign", "bigint -> bigint", "sign({0})::BIGINT"),
    ("sign", "double -> double", "sign({0})::DOUBLE"),
    ("sin", "double -> double", "sin({0})"),
    ("sqrt", "double -> double", f"CASE WHEN {{0}} < 0 THEN {_NAN} ELSE sqrt({{0}}) END"),
    ("tan", "double -> double", "tan({0})"),
    ("truncate", "double -> double", "trunc({0})"),
    ("bitwise_and", "bigint, bigint -> bigint", "({0} & {1})"),
    ("bitwise_or", "bigint, bigint -> bigint", "({0} | {1})"),
    ("bitwise_xor", "bigint, bigint -> bigint", "xor({0}, {1})"),
    ("bitwise_not", "bigint -> bigint", "(~{0})"),
]
_COMPARISON = [
    ("greatest", "O... -> O", _null_if_any("greatest({all})")),
    ("least", "O... -> O", _null_if_any("least({all})")),
    ("coalesce", "T... -> T", "coalesce({all})"),
    ("nullif", "T, T -> T", "nullif({0}, {1})"),
]
_SUBSTRING_IS_EMPTY = "{1} = 0 OR -({1}) > length({0})"
_SPACES = r"chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || ' '"
_TEXT = [
    ("chr", "bigint -> varchar", "chr({0}::INTEGER)"),
    ("codepoint", "varchar -> integer", "unicode({0})"),
    ("concat", "varchar, varchar... -> varchar", "({concatenated})"),
    ("hamming_distance", "varchar, varchar -> bigint", "hamming({0}, {1})"),
    ("length", "varchar -> bigint", "length({0})"),
    ("levenshtein_distance", "varchar, varchar -> bigint", "levenshtein({0}, {1})"),
    ("lower", "varchar -> varchar", "lower({0})"),
    ("lpad", "varchar, bigint, varchar -> varchar", "lpad({0}, ({1})::INTEGER, {2})"),
    ("ltrim", "varchar -> varchar", f"ltrim({{0}}, {_SPACES})"),
    ("replace", "varchar, varchar -> varchar", "replace({0}, {1}, '')"),
    ("replace", "varchar, varchar, varchar -> varchar", "replace({0}, {1}, {2})"),
    ("reverse", "varchar -> varchar", "reverse({0})"),
    ("rpad", "varchar, bigint, varchar -> varchar", "rpad({0}, ({1})::INTEGER, {2})"),
    ("rtrim", "varchar -> varchar", f"rtrim({{0}}, {_SPACES})"),
    ("split", "varchar, varchar -> array(varchar)", "string_split({0}, {1})"),
    (
        "split_part",
        "varchar, varchar, bigint -> varchar",
        "CASE WHEN {2} < 1 THEN results.fail('Index must be greater than zero') "
        "ELSE list_extract(string_split({0}, {1}), {2}) END",
    ),
    ("strpos", "varchar, varchar -> bigint", "strpos({0}, {1})"),
    (
        "substr substring",
        "varchar, bigint -> varchar",
        f"CASE WHEN {_SUBSTRING_IS_EMPTY} THEN '' ELSE substr({{0}}, {{1}}) END",
    ),
    (
        "substr substring",
        "varchar, bigint, bigint -> varchar",
        f"CASE WHEN {_SUBSTRING_IS_EMPTY} OR {{2}} <= 0 THEN '' "
        "ELSE substr({0}, {1}, {2}) END",
    ),
    ("trim", "varchar -> varchar", f"trim({{0}}, {_SPACES})"),
    ("upper", "varchar -> varchar", "upper({0})"),
    (
        "regexp_extract",
        "varchar, varchar -> varchar",
        "CASE WHEN regexp_matches({0}, {1}) THEN regexp_extract({0}, {1}) END",
    ),
    (
        "regexp_extract",
        "varchar, varchar, integer -> varchar",
        "CASE WHEN regexp_matches({0}, {1}) THEN regexp_extract({0}, {1}, {2}) END",
    ),
    ("regexp_extract_all", "varchar, varchar -> array(varchar)", "regexp_extract_all({0}, {1})"),
    ("regexp_like", "varchar, varchar -> boolean", "regexp_matches({0}, {1})"),
    ("regexp_replace", "varchar, varchar -> varchar", "regexp_replace({0}, {1}, '', 'g')"),
    (
        "regexp_replace",
        "varchar, varchar, varchar -> varchar",
        # Groups are $1 in Timestream and \1 in DuckDB.
        r"regexp_replace({0}, {1}, regexp_replace(replace({2}, '\', '\\'), "
        r"'\$(\d)', '\\\1', 'g'), 'g')",
    ),
    ("regexp_split", "varchar, varchar -> array(varchar)", "string_split_regex({0}, {1})"),
]
_ARRAYS = [
    (
        "array_distinct",
        "array(T) -> array(T)",
        _bound("results.distinct_in_order(b.b0)", "{0}"),
    ),
    (
        "array_except",
        "array(T), array(T) -> array(T)",
        _bound(
            "list_filter(results.distinct_in_order(b.b0), lambda x: NOT list_contains(b.b1, x))",
            "{0}",
            "{1}",
        ),
    ),
    (
        "array_intersect",
        "array(T), array(T) -> array(T)",
        _bound(
            "list_filter(results.distinct_in_order(b.b0), lambda x: list_contains(b.b1, x))",
            "{0}",
            "{1}",
        ),
    ),
    (
        "array_join",
        "array(varchar), varchar -> varchar",
        _bound("array_to_string(b.b0, {1})", "{0}"),
    ),
    (
        "array_join",
        "array(varchar), varchar, varchar -> varchar",
        _bound("array_to_string(list_transform(b.b0, lambda x: coalesce(x, {2})), {1})", "{0}"),
    ),
    ("array_max", "array(O) -> O", "results.null_if_null_inside({0}, list_max({0}))"),
    ("array_min", "array(O) -> O", "results.null_if_null_inside({0}, list_min({0}))"),
    ("array_position", "array(T), T -> bigint", "coalesce(list_position({0}, {1}), 0)"),
    ("array_remove", "array(T), T -> array(T)", "list_filter({0}, lambda x: x <> {1})"),
    ("array_sort", "array(O) -> array(O)", "list_sort({0}, 'ASC', 'NULLS LAST')"),
    (
        "array_union",
        "array(T), array(T) -> array(T)",
        _bound("results.distinct_in_order(b.b0)", "list_concat({0}, {1})"),
    ),
    ("arrays_overlap", "array(T), array(T) -> boolean", "list_has_any({0}, {1})"),
    ("cardinality", "array(T) -> bigint", "len({0})"),
    ("cardinality", "timeseries(T) -> bigint", "len({0})"),
    ("concat", "array(T), array(T)... -> array(T)", "list_concat({all})"),
    ("contains", "array(T), T -> boolean", "list_contains({0}, {1})"),
    (
        "element_at",
        "array(T), bigint -> T",
        "CASE WHEN {1} = 0 THEN results.fail('SQL array indices start at 1') "
        "ELSE list_extract({0}, {1}) END",
    ),
    ("flatten", "array(array(T)) -> array(T)", "flatten({0})"),
    (
        "repeat",
        "T, bigint -> array(T)",
        # DuckDB evaluates the body of a lambda for each entry.
        f"list_transform([{{0}}], lambda item: "
        f"list_transform({_list_numbers('1', '{1}', '1')}, lambda n: item))[1]",
    ),
    ("reverse", "array(T) -> array(T)", "list_reverse({0})"),
    ("sequence", "bigint, bigint, bigint -> array(bigint)", _list_numbers("{0}", "{1}", "{2}")),
    (
        "sequence",
        "bigint, bigint -> array(bigint)",
        _list_numbers("{0}", "{1}", "CASE WHEN {0} <= {1} THEN 1 ELSE -1 END"),
    ),
    (
        "sequence",
        "timestamp, timestamp, interval -> array(timestamp)",
        _list_times("{0}", "{1}", "{2}"),
    ),
    ("sequence", "timestamp, timestamp -> array(timestamp)", _list_times("{0}", "{1}", str(_DAY))),
    (
        "slice",
        "array(T), bigint, bigint -> array(T)",
        "CASE WHEN {1} = 0 THEN results.fail('SQL array indices start at 1') WHEN {1} > 0 "
        "THEN list_slice({0}, {1}, {1} + {2} - 1) ELSE "
        "list_slice({0}, len({0}) + {1} + 1, len({0}) + {1} + {2}) END",
    ),
]
# Before the first and after the last point of a series, the result is NULL.
# Lists with one entry bind the arguments, as an aggregate would be evaluated for every time.
_INTERPOLATIONS = [
    row
    for name, filler, last in (
        ("linear", "", ""),
        ("spline_cubic", "", ""),
        ("locf", "", ""),
        ("fill", ", double", ", {2}"),
    )
    for row in (
        (
            f"interpolate_{name}",
            f"timeseries(double), array(timestamp){filler} -> timeseries(double)",
            f"list_transform([{{0}}], lambda points: list_transform([{{1}}], lambda times: "
            f"results.with_times(times, results.interpolate_{name}(points, times{last})))[1])[1]",
        ),
        (
            f"interpolate_{name}",
            f"timeseries(double), timestamp{filler} -> double",
            f"list_transform([{{0}}], lambda points: results.interpolate_{name}("
            f"points, [{{1}}]{last}))[1][1]",
        ),
    )
]

SCALARS = _table([*_MATH, *_COMPARISON, *_TEXT, *_ARRAYS, *_INTERPOLATIONS])

_PERCENTILES = [
    ("approx_percentile", f"{kind}, {rank} -> {result}", "quantile_disc({0}, {1}){over}")
    for kind in ("bigint", "double")
    for rank, result in (("double", kind), ("array(double)", f"array({kind})"))
]
AGGREGATES = _table(
    [
        ("count", "-> bigint", "count(*){over}"),
        ("count", "T -> bigint", "count({distinct}{0}){over}"),
        ("count_if", "boolean -> bigint", "count(CASE WHEN {0} THEN 1 END){over}"),
        ("sum", "bigint -> bigint", "CAST(sum({distinct}{0}){over} AS BIGINT)"),
        ("sum", "double -> double", "sum({distinct}{0}){over}"),
        ("sum", "interval -> interval", "CAST(sum({distinct}{0}){over} AS BIGINT)"),
        ("avg", "double -> double", "avg({distinct}{0}){over}"),
        ("min", "O -> O", "min({0}){over}"),
        ("max", "O -> O", "max({0}){over}"),
        ("min_by", "T, O -> T", "arg_min_null({0}, {1}){over}"),
        ("max_by", "T, O -> T", "arg_max_null({0}, {1}){over}"),
        ("arbitrary any_value", "T -> T", "any_value({0}){over}"),
        ("bool_and every", "boolean -> boolean", "bool_and({0}){over}"),
        ("bool_or", "boolean -> boolean", "bool_or({0}){over}"),
        ("approx_distinct", "T -> bigint", "count(DISTINCT {0}){over}"),
        ("approx_distinct", "T, double -> bigint", "count(DISTINCT {0}){over}"),
        *_PERCENTILES,
        ("stddev stddev_samp", "double -> double", "stddev_samp({distinct}{0}){over}"),
        ("stddev_pop", "double -> double", "stddev_pop({distinct}{0}){over}"),
        ("variance var_samp", "double -> double", "var_samp({distinct}{0}){over}"),
        ("var_pop", "double -> double", "var_pop({distinct}{0}){over}"),
        ("geometric_mean", "double -> double", "geomean({0}){over}"),
        ("corr", "double, double -> double", "corr({0}, {1}){over}"),
        ("covar_pop", "double, double -> double", "covar_pop({0}, {1}){over}"),
        ("covar_samp", "double, double -> double", "covar_samp({0}, {1}){over}"),
        ("regr_slope", "double, double -> double", "regr_slope({0}, {1}){over}"),
        ("regr_intercept", "double, double -> double", "regr_intercept({0}, {1}){over}"),
        ("bitwise_and_agg", "bigint -> bigint", "bit_and({0}){over}"),
        ("bitwise_or_agg", "bigint -> bigint", "bit_or({0}){over}"),
        ("array_agg", "T -> array(T)", "list({distinct}{0}{order}){over}"),
        (
            "create_time_series",
            "timestamp, T -> timeseries(T)",
            "results.checked_series(list({{'f0': {0}, 'f1': {1}}} ORDER BY {0}){over})",
        ),
    ]
)
WINDOW_FUNCTIONS = _table(
    [
        ("row_number", "-> bigint", "row_number(){over}"),
        ("rank", "-> bigint", "rank(){over}"),
        ("dense_rank", "-> bigint", "dense_rank(){over}"),
        ("percent_rank", "-> double", "percent_rank(){over}"),
        ("cume_dist", "-> double", "cume_dist(){over}"),
        ("ntile", "bigint -> bigint", "ntile({0}){over}"),
        ("lag", "T -> T", "lag({0}{nulls}){over}"),
        ("lag", "T, bigint -> T", "lag({0}, {1}{nulls}){over}"),
        ("lag", "T, bigint, T -> T", "lag({0}, {1}, {2}{nulls}){over}"),
        ("lead", "T -> T", "lead({0}{nulls}){over}"),
        ("lead", "T, bigint -> T", "lead({0}, {1}{nulls}){over}"),
        ("lead", "T, bigint, T -> T", "lead({0}, {1}, {2}{nulls}){over}"),
        ("first_value", "T -> T", "first_value({0}{nulls}){over}"),
        ("last_value", "T -> T", "last_value({0}{nulls}){over}"),
        ("nth_value", "T, bigint -> T", "nth_value({0}, {1}{nulls}){over}"),
    ]
)


def find_overload(
    overloads: list[Overload], arguments: list[Expression]
) -> tuple[str, list[Expression], Type] | None:
    """Find the matching overload: its template, the arguments, the type of the result.

    An overload without conversions of the arguments is preferred.
    """
    fitting = [
        (overload.template, *matched)
        for overload in overloads
        if (matched := overload.signature.match(arguments)) is not None
    ]
    argument_sql = [argument.sql for argument in arguments]
    exact = [found for found in fitting if [argument.sql for argument in found[1]] == argument_sql]
    return next(iter([*exact, *fitting]), None)


def fill_template(
    template: str, arguments: list[Expression], guard: Callable[[str], str], **parts: str
) -> str:
    """Write a call's SQL.

    Args:
        template: The SQL template of the overload.
        arguments: The arguments of the call.
        guard: Wraps an expression so that its evaluation counts against the memory budget.
        parts: Further placeholders of the template.
    """
    sql = [argument.sql for argument in arguments]
    repeated = [i for i in range(len(sql)) if template.count(f"{{{i}}}") > 1]
    names, bind = bind_payments(sql, range(len(sql)) if "results." in template else repeated)
    sql = [names.get(i, text) for i, text in enumerate(sql)]
    guarded = [guard(text) if i == 0 else text for i, text in enumerate(sql)]
    first = guarded[0] if guarded else ""
    filled = template.replace("{0}", "{first}", 1).format(
        *sql,
        first=first,
        all=", ".join(guarded),
        all_null=", ".join(f"({text}) IS NULL" for text in sql),
        concatenated=" || ".join(guarded),
        **parts,
    )
    return bind(filled)
