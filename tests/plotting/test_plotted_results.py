"""Results of all kinds are plotted alike."""

import importlib.resources
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
)
from avista_digital_exchange_sdk.plotting import plotTimeSeries

from ..dataframes.sample_database import WHOLE
from ..support.sample_records import START, multi_record
from .figures import NOON, drawn, legends, lines, panels, rows

SOLAR_SITE = importlib.resources.files("avista_digital_exchange_sdk.demo") / "solar_site.csv"


def shape_of(figure: Figure) -> dict[str, list[tuple[str, list[float]]]]:
    """The assets and values of each subplot's lines."""
    names = {
        handle.get_color(): text.get_text()
        for each in legends(figure)
        for handle, text in zip(each.legend_handles, each.get_texts(), strict=True)
    }
    return {
        title: [
            (
                names.get(line.get_color(), figure.get_suptitle()),
                [value for value in line.get_ydata() if not np.isnan(value)],
            )
            for line in axes.lines
            if line.get_linestyle() != "None"
        ]
        for title, axes in panels(figure).items()
    }


class TestResults:
    """All plottable results give the same plots."""

    QUERY = ([{"assetId": "types"}, {"assetId": "meter"}], *WHOLE)

    @pytest.fixture
    def expected(self, exchange: AvistaDigitalExchange, measured: str) -> Any:
        return shape_of(plotTimeSeries(exchange.queryTimeSeriesDatabaseToArrow(*self.of(measured))))

    def of(self, database: str) -> Any:
        return database, *self.QUERY

    @pytest.mark.parametrize("shape", ["wide", "long"])
    @pytest.mark.parametrize("library", ["Arrow", "DataFrame", "Polars"])
    def test_frame_is_plotted_like_the_arrow_table(
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
    def test_result_file_is_plotted_like_the_arrow_table(
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

    def test_sql_rows_are_plotted_by_asset(
        self, exchange: AvistaDigitalExchange, measured: str
    ) -> None:
        names = exchange.getTimeSeriesDatabase(measured)
        result = exchange.queryTimeSeriesDatabase_TimestreamFormatToDataFrame(
            measured,
            "SELECT time, assetId, measure_value::double AS kW "
            f'FROM "{names.databaseName}"."{names.tableName}" WHERE assetId = \'meter\'',
        )
        assert shape_of(plotTimeSeries(result)) == {"kW": [("meter", [0, 1, 2, 3, 4])]}

    def test_lists_of_assets_are_plotted_with_their_latest_values(
        self, exchange: AvistaDigitalExchange, database: str
    ) -> None:
        records = [
            multi_record(exchange, START + n, {"kW": float(n), "on": True}) for n in range(3)
        ]
        written = exchange.publishToTimeSeriesDatabase(database, "meter", records)
        assert shape_of(plotTimeSeries(written))["kW"] == [("meter", [0, 1, 2])]
        latest = exchange.listTimeSeriesAssetsAndLatestValues(database)
        assert shape_of(plotTimeSeries(latest))["kW"] == [("meter", [2])]
        assert shape_of(plotTimeSeries(latest[0]))["kW"] == [("meter", [2])]

    def test_measurements_of_two_weeks_are_plotted_by_unit(self) -> None:
        with SOLAR_SITE.open() as file:
            frame = pd.read_csv(file).rename(columns={"time": "timestamp"})
        frame = frame.assign(timestamp=pd.to_datetime(frame["timestamp"]), assetId="roof")
        figure = plotTimeSeries(frame, timeZone="America/New_York")
        drawn(figure)
        assert list(panels(figure)) == ["GHI, DNI, DHI", "Dry-bulb", "Wspd"]
        assert max(lines(figure.axes[1])[0]) == frame["Dry-bulb (C)"].max()

    @pytest.mark.parametrize("empty", [rows(0, kW=[]), [], rows(3, kW=None), rows(3)])
    def test_result_without_values_raises_an_error(self, empty: Any) -> None:
        figure = plotTimeSeries(empty)
        drawn(figure)
        assert [text.get_text() for text in figure.axes[0].texts] == ["There are no values to plot"]


def test_polars_categories_and_arrow_views_are_plotted() -> None:
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
