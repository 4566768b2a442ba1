"""Everything that may be drawn, and what comes of it."""

import importlib.resources
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from matplotlib.figure import Figure

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    InvalidParameterError,
    InvalidResponseError,
    PathNotFoundError,
)
from avista_digital_exchange_sdk.plotting import plotTimeSeries

from ..support.measurements import START, multi
from .figures import NOON, drawn, legend, lines, panels, rows
from .measured import WHOLE

SOLAR_SITE = importlib.resources.files("avista_digital_exchange_sdk.demo") / "solar_site.csv"


def shape_of(figure: Figure) -> dict[str, list[tuple[str, list[float]]]]:
    """Each panel's lines: whose they are, and their values."""
    return {
        title: [
            (name, [value for value in values if not np.isnan(value)])
            for name, values in zip(
                legend(axes) or [figure.get_suptitle()], lines(axes), strict=True
            )
        ]
        for title, axes in panels(figure).items()
    }


class TestResults:
    """Everything that may be drawn, drawn alike."""

    QUERY = ([{"assetId": "types"}, {"assetId": "meter"}], *WHOLE)

    @pytest.fixture
    def expected(self, exchange: AvistaDigitalExchange, measured: str) -> Any:
        return shape_of(plotTimeSeries(exchange.queryTimeSeriesDatabaseToArrow(*self.of(measured))))

    def of(self, database: str) -> Any:
        return database, *self.QUERY

    @pytest.mark.parametrize("shape", ["wide", "long"])
    @pytest.mark.parametrize("library", ["Arrow", "DataFrame", "Polars"])
    def test_frames(
        self,
        library: str,
        shape: str,
        expected: Any,
        exchange: AvistaDigitalExchange,
        measured: str,
    ) -> None:
        query = getattr(exchange, f"queryTimeSeriesDatabaseTo{library}")
        result = shape_of(plotTimeSeries(query(*self.of(measured), shape=shape)))
        assert result == expected

    @pytest.mark.parametrize("fileFormat", ["CSV", "JSON", "PARQUET"])
    def test_files(
        self,
        fileFormat: Any,
        expected: Any,
        exchange: AvistaDigitalExchange,
        measured: str,
        tmp_path: Path,
    ) -> None:
        exchange.queryTimeSeriesDatabaseWithFilters(*self.of(measured), tmp_path, fileFormat)
        path = tmp_path / f"result.{fileFormat.lower()}"
        assert shape_of(plotTimeSeries(path)) == shape_of(plotTimeSeries(str(path))) == expected

    def test_rows_of_sql(self, exchange: AvistaDigitalExchange, measured: str) -> None:
        names = exchange.getTimeSeriesDatabase(measured)
        result = exchange.queryTimeSeriesDatabase_TimestreamFormatToDataFrame(
            measured,
            "SELECT time, assetId, measure_value::double AS kW "
            f'FROM "{names.databaseName}"."{names.tableName}" WHERE assetId = \'meter\'',
        )
        assert shape_of(plotTimeSeries(result)) == {"kW": [("meter", [0, 1, 2, 3, 4])]}

    def test_lists_of_assets(self, exchange: AvistaDigitalExchange, database: str) -> None:
        records = [multi(exchange, START + n, {"kW": float(n), "on": True}) for n in range(3)]
        written = exchange.publishToTimeSeriesDatabase(database, "meter", records)
        assert shape_of(plotTimeSeries(written))["kW"] == [("meter", [0, 1, 2])]
        latest = exchange.listTimeSeriesAssetsAndLatestValues(database)
        assert shape_of(plotTimeSeries(latest))["kW"] == [("meter", [2])]

    def test_measurements_of_a_fortnight(self) -> None:
        with SOLAR_SITE.open() as file:
            frame = pd.read_csv(file).rename(columns={"time": "timestamp"})
        frame = frame.assign(timestamp=pd.to_datetime(frame["timestamp"]), assetId="roof")
        figure = plotTimeSeries(frame, timeZone="America/New_York")
        drawn(figure)
        assert list(panels(figure)) == ["GHI, DNI, DHI", "Dry-bulb", "Wspd"]
        assert max(lines(figure.axes[1])[0]) == frame["Dry-bulb (C)"].max()

    @pytest.mark.parametrize("empty", [rows(0, kW=[]), [], rows(3, kW=None), rows(3)])
    def test_without_values_say_so(self, empty: Any) -> None:
        figure = plotTimeSeries(empty)
        drawn(figure)
        assert [text.get_text() for text in figure.axes[0].texts] == ["There are no values to draw"]


class TestFigures:
    def test_are_files_without_a_display(self, tmp_path: Path) -> None:
        plotTimeSeries(rows(kW=1.0)).savefig(tmp_path / "kW.png")
        assert (tmp_path / "kW.png").read_bytes().startswith(b"\x89PNG")

    def test_show_in_notebooks(self) -> None:
        figure: Any = plotTimeSeries(rows(kW=1.0))
        assert figure._repr_png_().startswith(b"\x89PNG")

    def test_leave_pyplot_alone(self) -> None:
        code = (
            "import sys, pandas as pd\n"
            "from avista_digital_exchange_sdk.plotting import plotTimeSeries\n"
            "rows = {'timestamp': pd.to_datetime(['2024-05-01T00:00:00Z']), 'kW': [1.0]}\n"
            "plotTimeSeries(pd.DataFrame(rows))._repr_png_()\n"
            "print('matplotlib.pyplot' in sys.modules)"
        )
        assert subprocess.check_output([sys.executable, "-c", code], text=True) == "False\n"


class TestArguments:
    @pytest.mark.parametrize(
        ("result", "options", "told"),
        [
            (5, {}, "result: got 5"),
            (None, {}, "result"),
            ([1, 2], {}, "result"),
            (pd.DataFrame({"x": [1]}), {}, "column `timestamp`"),
            (pd.DataFrame({"timestamp": ["noon"], "x": [1]}), {}, "timestamp"),
            (rows(1, kW=1.0), {"timeZone": "Mars"}, "timeZone"),
            (rows(1, kW=1.0), {"attributes": ["V"]}, "attributes: got 'V'.*'kW'"),
            (rows(1, kW=1.0), {"attributes": "kW"}, "attributes"),
            (rows(1, kW=1.0), {"attributes": []}, "attributes"),
            (rows(1, kW=1.0), {"title": 5}, "title"),
            (".", {}, "result.*folder"),
        ],
    )
    def test_that_can_not_be_used_are_refused(self, result: Any, options: Any, told: str) -> None:
        with pytest.raises(InvalidParameterError, match=told):
            plotTimeSeries(result, **options)

    def test_files_that_are_no_results_are_told(self, tmp_path: Path) -> None:
        with pytest.raises(PathNotFoundError):
            plotTimeSeries(tmp_path / "nothing.csv")
        for name in ("a.csv", "a.json", "a.parquet"):
            (tmp_path / name).write_text(json.dumps("no result"))
            with pytest.raises(InvalidResponseError):
                plotTimeSeries(tmp_path / name)
        (tmp_path / "a.txt").write_text("x")
        with pytest.raises(InvalidParameterError, match=r"\.csv, \.json or \.parquet"):
            plotTimeSeries(tmp_path / "a.txt")


def test_polars_categories_and_arrow_views_are_read_too() -> None:
    frame = pl.DataFrame(
        {
            "assetId": pl.Series(["a", "b"], dtype=pl.Categorical),
            "timestamp": pl.Series([NOON, NOON]).cast(pl.Datetime("ms", "UTC")),
            "State": pl.Series(["on", "off"], dtype=pl.Categorical),
            "count": pl.Series([1, 2], dtype=pl.Int16),
        }
    )
    assert shape_of(plotTimeSeries(frame))["count"] == [("a", [1]), ("b", [2])]
    views = pa.table({"assetId": pa.array(["a", "b"], pa.string_view()), "x": [1, 2]})
    timed = views.append_column("timestamp", pa.array([NOON, NOON]))
    assert shape_of(plotTimeSeries(timed))["x"] == [("a", [1]), ("b", [2])]
