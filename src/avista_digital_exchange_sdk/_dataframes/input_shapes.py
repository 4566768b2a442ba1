"""The shapes of DataFrames to publish: columns of two levels, and one value per row."""

import ast
from collections.abc import Iterable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

ATTRIBUTE, VALUE = "attribute", "value"


def parse_pair(name: str) -> tuple[str, str] | None:
    """Parse the name of a column of two levels: an asset and an attribute."""
    # Arrow calls a column of two levels of pandas what `str` makes of the pair.
    if not name.startswith(("('", '("')):
        return None
    try:
        pair = ast.literal_eval(name)
    except (ValueError, SyntaxError):
        return None
    match pair:
        case (str(asset), str(attribute)):
            return asset, attribute
    return None


def has_levels(table: pa.Table) -> bool:
    """Whether columns have two levels."""
    return any(parse_pair(name) for name in table.column_names)


def stack_levels(table: pa.Table, asset_column: str) -> pa.Table:
    """Turn columns of two levels into one column per attribute, and a column of assets.

    Args:
        table: A column per asset and attribute, and columns that all of them share.
        asset_column: What to call the column of assets.
    """
    shared = [name for name in table.column_names if parse_pair(name) is None]
    by_asset: dict[str, dict[str, str]] = {}
    for name in table.column_names:
        if pair := parse_pair(name):
            by_asset.setdefault(pair[0], {})[pair[1]] = name
    parts = []
    for asset, columns in by_asset.items():
        part = table.select([*shared, *columns.values()])
        part = part.rename_columns([*shared, *columns])
        parts.append(part.append_column(asset_column, pa.repeat(asset, len(table))))
    return _concatenate(parts)


def is_long(table: pa.Table, keys: Iterable[str]) -> bool:
    """Whether each row is one value, as in the long shape of results."""
    return {*keys, ATTRIBUTE, VALUE} <= set(table.column_names)


def spread_values(table: pa.Table) -> pa.Table:
    """Turn one value per row into one column per attribute."""
    names = [name for name in table[ATTRIBUTE].unique().to_pylist() if name is not None]
    others = [name for name in table.column_names if name not in (ATTRIBUTE, VALUE)]
    parts = []
    for name in names:
        own = table.filter(pc.equal(table[ATTRIBUTE], name))
        parts.append(own.select([*others, VALUE]).rename_columns([*others, str(name)]))
    return _concatenate(parts) if parts else table.select(others)


def _concatenate(parts: Sequence[pa.Table]) -> pa.Table:
    return pa.concat_tables(parts, promote_options="permissive").combine_chunks()
