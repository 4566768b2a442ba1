"""Validation of asset IDs and names, and of the length of values."""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from .._time_series.record_planner import MAX_RECORD_BYTES
from .._utils import validation
from ..errors import InvalidParameterError
from .observations import Observations
from .problems import Problems

# The dimension that contains the name of an asset.
_NAME = "name"


class RowChecker:
    """Checks all rows of a file.

    Args:
        problems: Receives invalid rows.

    Attributes:
        assets: The assets of the rows.
        asset_names: Their names, if the file contains them.
    """

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self.assets: dict[str, None] = {}
        self.asset_names: dict[str, str] = {}

    def check(self, rows: Observations) -> None:
        """Check the IDs, names and lengths of rows."""
        if rows.assets.null_count:
            line = rows.lines.filter(rows.assets.is_null())[0].as_py()
            self._problems.add("has no asset ID", line=line, key="asset")
        for entry in rows.values:
            if not entry.attribute and len(rows.lines):
                self._problems.add("has no attribute", line=rows.lines[0].as_py(), key="attribute")
        for asset in rows.assets.unique().to_pylist():
            if asset is not None and asset not in self.assets:
                self._check_asset(asset, rows)
            if asset:
                self.assets[asset] = None
        self._note_names(rows)
        names = pc.binary_length(rows.assets).fill_null(0)
        for dimension, column in rows.dimensions.items():
            names = pc.add(names, pc.binary_length(column).fill_null(-len(dimension)))
            names = pc.add(names, len(dimension.encode()))
        for entry in rows.values:
            length = pc.binary_length(entry.cells).fill_null(-MAX_RECORD_BYTES)
            used = pc.add(pc.add(names, len(entry.attribute.encode())), length)
            self._check_length(pc.greater(used, MAX_RECORD_BYTES), rows, entry.column)

    def _check_asset(self, asset: str, rows: Observations) -> None:
        try:
            validation.require_id("asset", asset)
        except InvalidParameterError as error:
            line = rows.lines.filter(pc.equal(rows.assets, asset))[0].as_py()
            self._problems.add(str(error), line=line, key="asset id")

    def _check_length(self, is_longer: Any, rows: Observations, column: str) -> None:
        place = pc.index(is_longer, True).as_py()
        if place >= 0:
            self._problems.add(
                f"is too long: a value with its asset, attribute and metadata may have at most "
                f"{MAX_RECORD_BYTES} bytes",
                line=rows.lines[place].as_py(),
                column=column,
                key=("long", column),
            )

    def _note_names(self, rows: Observations) -> None:
        """Store the names of assets; each asset must have one name."""
        if _NAME not in rows.dimensions:
            return
        pairs = pa.table({"asset": rows.assets, "name": rows.dimensions[_NAME], "line": rows.lines})
        firsts = pairs.group_by(["asset", "name"], use_threads=False).aggregate([("line", "min")])
        for entry in firsts.to_pylist():
            asset, name = entry["asset"], entry["name"]
            if asset is None or name is None:
                continue
            known = self.asset_names.setdefault(asset, name)
            if known != name:
                self._problems.add(
                    f"asset {asset!r} has the name {name!r} here and {known!r} before; use one "
                    "name per asset",
                    line=entry["line_min"],
                    key=("name", asset),
                )
