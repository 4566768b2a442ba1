"""The shapes of DataFrames to publish: columns of two levels, and one value per row."""

import ast
from collections.abc import Iterable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from ..errors import InvalidParameterError
from .arrow_types import ID_COLUMN

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


def check_levels(table: pa.Table) -> None:
    """Refuse columns of several levels that are not an asset and an attribute."""
    if len(level_names(table.schema)) < 2:
        return
    for name in table.column_names:
        if name.startswith("(") and parse_pair(name) is None:
            raise InvalidParameterError(
                "frame must have columns of one level, or of two levels of strings, the asset and "
                f"the attribute, got {name}"
            )


def level_names(schema: pa.Schema) -> list[str | None]:
    """The names of the levels of a pandas DataFrame's columns."""
    levels = (schema.pandas_metadata or {}).get("column_indexes") or []
    return [level["name"] for level in levels]


def is_attribute_first(
    names: Sequence[str | None], asset_column: str | None, source: str = "frame"
) -> bool:
    """Whether the first of two levels of columns is the attribute, and the second one the asset.

    Args:
        names: The names of the levels.
        asset_column: What a level of assets is called, if not as in results.
        source: What messages call the DataFrame or file.

    Raises:
        InvalidParameterError: The names do not say which is which.
    """
    asset_names = {asset_column, ID_COLUMN} - {None}
    if len(names) != 2 or names[0] in asset_names or names[1] == ATTRIBUTE:
        return False
    if names[1] in asset_names or names[0] == ATTRIBUTE:
        return True
    if names[1] and not names[0]:
        # So does DataFrame.pivot name levels, which puts attributes first.
        raise InvalidParameterError(
            f"{source}: the two levels of columns, one of which is called {names[1]!r}, must be "
            f"called {asset_column or ID_COLUMN!r} and {ATTRIBUTE!r}; if {names[1]!r} are the "
            f"assets, pass assetIdColumn={names[1]!r}"
        )
    return False


def stack_levels(table: pa.Table, asset_column: str) -> pa.Table:
    """Turn columns of two levels into one column per attribute, and a column of assets.

    Args:
        table: A column per asset and attribute, and columns that all of them share.
        asset_column: What to call the column of assets.
    """
    shared = [name for name in table.column_names if parse_pair(name) is None]
    names = level_names(table.schema)
    is_swapped = is_attribute_first(names, asset_column)
    by_asset: dict[str, dict[str, str]] = {}
    for name in table.column_names:
        if pair := parse_pair(name):
            asset, attribute = reversed(pair) if is_swapped else pair
            by_asset.setdefault(asset, {})[attribute] = name
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
