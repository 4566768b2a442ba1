"""Frames and files of users, plotted unchanged or refused with a suggestion."""

import datetime as dt
import decimal
import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from avista_digital_exchange_sdk import (
    DigitalExchangeError,
    InvalidParameterError,
    InvalidResponseError,
    PathNotFoundError,
)
from avista_digital_exchange_sdk.errors import PathIsDirectoryError
from avista_digital_exchange_sdk.plotting import plotTimeSeries

from .figures import indexed, legend, lines, notes, panels, rows

DAYS = [dt.datetime(2024, 5, day, tzinfo=dt.UTC) for day in (1, 2, 3, 4)]
FRAME = pd.DataFrame({"kW": [1.0, 2, 3, 4], "V": 230.0}, index=pd.DatetimeIndex(DAYS))
ISO = [day.isoformat() for day in DAYS]
LINES = {"kW": [[1, 2, 3, 4]], "V": [[230] * 4]}
KW = {"kW": [[1, 2, 3, 4]]}


def plotted(result: object, **options: Any) -> dict[str, list[list[float]]]:
    """The lines of each subplot."""
    figure = plotTimeSeries(result, **options)
    return {title: lines(axes) for title, axes in panels(figure).items()}


def two_feeders() -> pd.DataFrame:
    parts = [FRAME.assign(feeder=name, kW=value) for name, value in (("a", 1.0), ("b", 2.0))]
    return pd.concat(parts)


TAKEN: dict[str, tuple[Callable[[], object], dict[str, list[list[float]]]]] = {
    "unnamed index": (lambda: FRAME, LINES),
    "index of any name": (lambda: FRAME.rename_axis("Datetime"), LINES),
    "index called as a column": (lambda: FRAME.rename_axis("kW"), LINES),
    "index of strings": (lambda: FRAME.set_axis(ISO), LINES),
    "named index of strings": (lambda: FRAME.set_axis(ISO).rename_axis("when"), LINES),
    "several index levels": (
        lambda: FRAME.assign(assetId="m").set_index("assetId", append=True),
        LINES,
    ),
    "periods": (lambda: FRAME.set_axis(pd.period_range("2024-05", periods=4, freq="M")), LINES),
    "naive index": (lambda: FRAME.tz_localize(None), LINES),
    "series": (lambda: FRAME["kW"], KW),
    "unnamed series": (
        lambda: pd.Series([1.0, 2, 3, 4], index=FRAME.index),
        {"value": [[1, 2, 3, 4]]},
    ),
    "numbered columns": (
        lambda: FRAME.set_axis([0, 1], axis=1),
        {"0": LINES["kW"], "1": LINES["V"]},
    ),
    "levels of columns": (
        lambda: FRAME.set_axis(pd.MultiIndex.from_product([["a"], ["kW", "V"]]), axis=1),
        {"a · kW": LINES["kW"], "a · V": LINES["V"]},
    ),
    "only column of times": (lambda: FRAME.rename_axis("measured at").reset_index(), LINES),
    "column of times in capitals": (
        lambda: FRAME.assign(Timestamp=ISO).reset_index(drop=True),
        LINES,
    ),
    "column of dates": (
        lambda: pd.DataFrame({"day": [day.date() for day in DAYS], "kW": [1, 2, 3, 4]}),
        KW,
    ),
    "melted": (lambda: FRAME.rename_axis("time").reset_index().melt(id_vars="time"), LINES),
    "long": (
        lambda: (
            FRAME.rename_axis("timestamp")
            .reset_index()
            .melt(id_vars="timestamp", var_name="attribute")
            .assign(assetId="m")
        ),
        LINES,
    ),
    "decimals among floats": (
        lambda: FRAME[["V"]].assign(kW=[decimal.Decimal(1), 2.0, 3, decimal.Decimal("4.0")])[
            ["kW"]
        ],
        KW,
    ),
    "numbers as strings": (lambda: FRAME[[]].assign(kW=["1", " 2.0", "3", "4"]), KW),
    "empty strings": (lambda: FRAME[[]].assign(kW=["1", "", "3", None]), {"kW": [[1, 3]]}),
    "nullable integers": (
        lambda: FRAME[[]].assign(kW=pd.array([1, 2, 3, 4], dtype="UInt64")),
        KW,
    ),
    "dictionary": (lambda: {"timestamp": DAYS, "kW": [1, 2, 3, 4]}, KW),
    "records": (lambda: [{"time": day, "kW": n} for n, day in enumerate(DAYS, 1)], KW),
    "polars": (lambda: pl.DataFrame({"when": DAYS, "kW": [1, 2, 3, 4]}), KW),
    "Arrow table": (lambda: pa.table(FRAME), LINES),
    "Arrow batch": (lambda: pa.record_batch({"time": DAYS, "kW": [1, 2, 3, 4]}), KW),
    "Arrow reader": (lambda: pa.table({"time": DAYS, "kW": [1, 2, 3, 4]}).to_reader(), KW),
}


class TestFrames:
    @pytest.mark.parametrize(("make", "expected"), TAKEN.values(), ids=TAKEN.keys())
    def test_frame_is_plotted_unchanged(
        self, make: Callable[[], object], expected: dict[str, list[list[float]]]
    ) -> None:
        assert plotted(make()) == expected

    def test_time_column_is_selected_by_name(self) -> None:
        result = pd.DataFrame({"start": DAYS, "end": reversed(DAYS), "kW": [1, 2, 3, 4]})
        assert plotted(result, timeColumn="start") == KW
        assert plotted(result, timeColumn="end") == {"kW": [[4, 3, 2, 1]]}

    def test_asset_column_is_selected_by_name(self) -> None:
        figure = plotTimeSeries(two_feeders(), assetIdColumn="feeder")
        assert legend(figure) == ["a", "b"]
        assert lines(panels(figure)["kW"]) == [[1] * 4, [2] * 4]

    @pytest.mark.parametrize("name", ["assetId", "asset_id", "name"])
    def test_asset_column_is_found_by_common_names(self, name: str) -> None:
        figure = plotTimeSeries(two_feeders().rename(columns={"feeder": name}))
        assert legend(figure) == ["a", "b"]


REFUSED: dict[str, tuple[Callable[[], object], dict[str, Any], str]] = {
    "number": (lambda: 5, {}, "result must be .*got 5"),
    "nothing": (lambda: None, {}, "result must be .*got None"),
    "list of numbers": (lambda: [1, 2], {}, "result must be a DataFrame .*of type list"),
    "array": (lambda: np.ones((4, 2)), {}, "result must be a DataFrame .*of type ndarray"),
    "polars series": (lambda: pl.Series([1]), {}, "result must be a DataFrame .*of type Series"),
    "Arrow column": (lambda: pa.chunked_array([[1]]), {}, "of type ChunkedArray"),
    "lazy frame": (
        lambda: pl.LazyFrame({"time": DAYS}),
        {},
        r"LazyFrame; pass the result of its collect\(\)",
    ),
    "no times": (
        lambda: pd.DataFrame({"x": [1]}),
        {},
        r"column or an index of times.*timeColumn=.*columns 'x'; .*pandas.to_datetime",
    ),
    "two columns of times": (
        lambda: pd.DataFrame({"start": DAYS, "end": DAYS, "x": 1}),
        {},
        "one column of times, got 'start', 'end'; .*timeColumn=",
    ),
    "no such column": (
        lambda: FRAME,
        {"timeColumn": "when"},
        "timeColumn must be .*'kW', 'V'.*got 'when'",
    ),
    "no times in the column": (
        lambda: pd.DataFrame({"timestamp": ["2024-05-01", "noon"], "x": 1}),
        {},
        r"'timestamp', got 'noon' in row 1; .*pandas.to_datetime\(frame\['timestamp'\]",
    ),
    "American dates": (
        lambda: pd.DataFrame({"time": ["05/01/2024 13:00"], "x": 1}),
        {},
        "'time', got '05/01/2024 13:00' in row 0",
    ),
    "times with and without offset": (
        lambda: pd.DataFrame({"time": ["2024-05-01T00:00Z", "2024-05-01T01:00"], "x": 1}),
        {},
        "got '2024-05-01T01:00' in row 1",
    ),
    "seconds since 1970": (
        lambda: pd.DataFrame({"time": [1714521600], "x": 1}),
        {},
        r"'time', got int64; .*unit='s', utc=True",
    ),
    "milliseconds since 1970": (
        lambda: pd.DataFrame({"time": [1714521600000.0], "x": 1}),
        {},
        r"'time', got double; .*unit='ms', utc=True",
    ),
    "times out of range": (
        lambda: pl.DataFrame({"time": [dt.datetime(9999, 1, 1)]}),
        {},
        "1678 to 2261",
    ),
    "naive times and a zone": (
        lambda: FRAME.tz_localize(None),
        {"timeZone": "America/Los_Angeles"},
        r'timeZone must be omitted .*frame.index.tz_localize\("UTC"\)',
    ),
    "naive column and a zone": (
        lambda: pd.DataFrame({"when": pd.to_datetime(["2024-05-01"]), "x": 1}),
        {"timeZone": "America/Los_Angeles"},
        r"frame\['when'\].dt.tz_localize\(\"America/Los_Angeles\"\)",
    ),
    "columns of one name": (
        lambda: FRAME.set_axis(["kW", "kW"], axis=1),
        {},
        "distinct names, got two named 'kW'",
    ),
    "status texts": (
        lambda: FRAME[[]].assign(kW=["1.5", "2.5", "Bad Input", "3.5"]),
        {},
        "'kW' is text, with numbers and others such as 'Bad Input'; .*pandas.to_numeric",
    ),
    "numbers and texts": (
        lambda: FRAME[[]].assign(kW=[1.5, 2.5, "Bad Input", 3.5]),
        {},
        "'kW' is text, with numbers and others such as 'Bad Input'",
    ),
    "decimal commas": (
        lambda: FRAME[[]].assign(kW=["1,5", "2,5", "3,5", "4,5"]),
        {},
        "'kW' is text with numbers such as '1,5'; .*decimal=\",\"",
    ),
    "texts": (
        lambda: indexed(30, "h", Note=[f"note {n}" for n in range(30)]),
        {},
        "'Note' is text with 30 different values",
    ),
    "texts among others": (
        lambda: indexed(30, "h", kW=1.0, Note=[f"note {n}" for n in range(30)]),
        {"attributes": ["kW", "Note"]},
        "'Note' is text with 30 different values",
    ),
    "durations": (lambda: FRAME[[]].assign(d=pd.Timedelta("1h")), {}, "'d' is of type duration"),
    "several assets": (
        two_feeders,
        {},
        "one value of 'kW' per asset and time.*assetIdColumn='feeder'",
    ),
    "no such zone": (lambda: FRAME, {"timeZone": "Mars"}, "timeZone"),
    "no such attribute": (
        lambda: FRAME,
        {"attributes": ["A"]},
        "attributes must be .*'kW', 'V'.*got 'A'",
    ),
    "attributes in a string": (lambda: FRAME, {"attributes": "kW"}, "attributes"),
    "no attributes": (lambda: FRAME, {"attributes": []}, "attributes"),
    "no such steps": (lambda: FRAME, {"steps": ["A"]}, "steps must be .*'kW', 'V'.*got 'A'"),
    "steps in a string": (lambda: FRAME, {"steps": "kW"}, "steps must be .*True.*got 'kW'"),
    "no such asset": (
        lambda: rows(kW=1.0),
        {"assets": ["x"]},
        "assets must be .*'meter-1'.*got 'x'",
    ),
    "no assets": (lambda: FRAME, {"assets": ["x"]}, "assets must be None .*assetIdColumn="),
    "number as title": (lambda: FRAME, {"title": 5}, "title"),
    "no such style": (lambda: FRAME, {"style": "Dark"}, "style must be .*\"dark\".*got 'Dark'"),
    "no style": (lambda: FRAME, {"style": 5}, "style"),
    "no size": (lambda: FRAME, {"figsize": (0, 4)}, "figsize must be .*inches"),
    "size of one number": (
        lambda: FRAME,
        {"figsize": 4},
        "figsize must be .*got \\(4|figsize must be .*got 4",
    ),
    "size without limit": (lambda: FRAME, {"figsize": (11, 1e6)}, "figsize"),
}


class TestInvalidFrames:
    @pytest.mark.parametrize(("make", "options", "message"), REFUSED.values(), ids=REFUSED.keys())
    def test_message_about_an_invalid_frame_says_what_to_do(
        self, make: Callable[[], object], options: dict[str, Any], message: str
    ) -> None:
        with pytest.raises(InvalidParameterError, match=f"(?s){message}"):
            plotTimeSeries(make(), **options)


CSV = "".join(f"{time},{n}\n" for n, time in enumerate(ISO, 1))
TAKEN_FILES = {
    "a.csv": f"time,kW\n{CSV}".encode(),
    "named.csv": f"Datetime,kW\n{CSV}".encode(),
    "pandas.csv": FRAME[["kW"]].to_csv().encode(),
    "semicolons.csv": f"time,kW\n{CSV}".replace(",", ";").encode(),
    "tabs.tsv": f"time,kW\n{CSV}".replace(",", "\t").encode(),
    "text.txt": f"time,kW\n{CSV}".encode(),
    "mark.csv": f"time,kW\n{CSV}".encode("utf-8-sig"),
    "utf16.csv": f"time,kW\n{CSV}".encode("utf-16"),
    "windows.csv": f"time,kW\n{CSV}".replace("\n", "\r\n").encode(),
    "quoted.csv": f'"time","kW"\n{CSV}'.encode(),
    "CAPITALS.CSV": f"time,kW\n{CSV}".encode(),
    "packed.csv.gz": gzip.compress(f"time,kW\n{CSV}".encode()),
    "result.csv": "".join(
        ["assetId,name,timestamp,kW\n"]
        + [f"m,M,2024-05-0{n} 00:00:00.000000000,{n}\n" for n in range(1, 5)]
    ).encode(),
}
REFUSED_FILES = {
    "latin.csv": ("time,T (°C)\n2024-05-01,1\n".encode("cp1252"), "UTF-8; .*encoding="),
    "latin_cells.csv": ("time,T\n2024-05-01,1 °C\n".encode("cp1252"), "UTF-8; .*encoding="),
    "ragged.csv": (
        b"time,kW\n2024-05-01,1\n2024-05-02,1,5\n",
        "'2024-05-02,1,5' must have 2 cells",
    ),
    "twice.csv": (b"time,kW,kW\n2024-05-01,1,2\n", "two named 'kW'"),
    "empty.csv": (b"", "must begin with the names of its columns"),
    "one.csv": (b'"no result"', "must begin with the names of its columns, .*got '\"no result\"'"),
    "dates.csv": (
        b"time,kW\n05/01/2024,1\n",
        "'05/01/2024' in row 1 of dates.csv; .*pandas.read_csv",
    ),
    "epochs.csv": (b"time,kW\n1714521600000,1\n", "unit='ms'"),
    "none.csv": (b"a,b\n1,2\n", "column or an index of times.*'a', 'b'"),
    "commas.csv": (b"time;kW\n2024-05-01;1,5\n2024-05-02;2,5\n", "'1,5'; .*decimal="),
    "a.json": (b'"no result"', "a.json: .*pandas.read_json"),
    "rows.json": (b'[{"time": "2024-05-01", "kW": 1}]', "rows.json: .*pandas.read_json"),
    "a.parquet": (b"no result", "a.parquet is not a Parquet file"),
    "a.xlsx": (b"x", r"\.csv, \.json or \.parquet, got 'a.xlsx'; read it with pandas.read_excel"),
    "a.dat": (b"x", r"\.csv, \.json or \.parquet, got 'a.dat'; read it with pandas.read_csv"),
}


class TestFiles:
    @pytest.mark.parametrize("name", TAKEN_FILES)
    def test_csv_file_is_plotted(self, name: str, tmp_path: Path) -> None:
        (tmp_path / name).write_bytes(TAKEN_FILES[name])
        assert plotted(tmp_path / name) == KW

    @pytest.mark.parametrize("index", [None, "when"])
    def test_parquet_file_is_plotted(self, index: str | None, tmp_path: Path) -> None:
        FRAME.rename_axis(index).to_parquet(tmp_path / "a.parquet")
        assert plotted(tmp_path / "a.parquet") == LINES

    def test_result_file_times_are_in_utc(self, tmp_path: Path) -> None:
        (tmp_path / "result.csv").write_bytes(TAKEN_FILES["result.csv"])
        figure = plotTimeSeries(tmp_path / "result.csv", timeZone="America/Los_Angeles")
        assert notes(figure) == ["2024-04-30 17:00 to 2024-05-03 17:00 (America/Los_Angeles)"]

    def test_result_file_read_with_pandas_is_in_utc(self, tmp_path: Path) -> None:
        (tmp_path / "result.csv").write_bytes(TAKEN_FILES["result.csv"])
        result = pd.read_csv(tmp_path / "result.csv")
        figure = plotTimeSeries(result, timeZone="America/Los_Angeles")
        assert notes(figure) == ["2024-04-30 17:00 to 2024-05-03 17:00 (America/Los_Angeles)"]

    @pytest.mark.parametrize(
        ("time", "zone", "expected"),
        [
            ("2024-05-01T00:00:00Z", "America/Los_Angeles", "2024-04-30 17:00:00 (America/Los_A"),
            ("2024-05-01T00:00:00+02:00", "UTC", "2024-04-30 22:00:00 (UTC)"),
            ("2024-05-01 00:00", None, "2024-05-01 00:00:00 (no time zone)"),
        ],
    )
    def test_file_with_the_columns_of_results_keeps_its_times(
        self, time: str, zone: str | None, expected: str, tmp_path: Path
    ) -> None:
        path = tmp_path / "to_publish.csv"
        path.write_text(f"assetId,name,timestamp,kW\nm,M,{time},1\n")
        assert notes(plotTimeSeries(path, timeZone=zone))[0].startswith(expected)

    def test_local_times_of_a_file_are_not_taken_for_utc(self, tmp_path: Path) -> None:
        path = tmp_path / "to_publish.csv"
        path.write_text("assetId,name,timestamp,kW\nm,M,2024-05-01 00:00,1\n")
        with pytest.raises(InvalidParameterError, match="timeZone must be omitted"):
            plotTimeSeries(path, timeZone="America/Los_Angeles")

    def test_columns_of_a_file_are_selected_by_name(self, tmp_path: Path) -> None:
        path = tmp_path / "a.csv"
        path.write_text("read,sent,feeder,kW\n" + "".join(f"{t},{ISO[0]},a,1\n" for t in ISO))
        figure = plotTimeSeries(path, timeColumn="read", assetIdColumn="feeder")
        assert lines(panels(figure)["kW"]) == [[1] * 4]
        assert figure.get_suptitle() == "a"

    @pytest.mark.parametrize("name", REFUSED_FILES)
    def test_message_about_an_invalid_file_says_what_to_do(self, name: str, tmp_path: Path) -> None:
        content, message = REFUSED_FILES[name]
        (tmp_path / name).write_bytes(content)
        with pytest.raises((InvalidParameterError, InvalidResponseError), match=message) as refusal:
            plotTimeSeries(tmp_path / name)
        assert isinstance(refusal.value, DigitalExchangeError)

    def test_missing_file_and_directory_are_refused(self, tmp_path: Path) -> None:
        with pytest.raises(PathNotFoundError):
            plotTimeSeries(tmp_path / "nothing.csv")
        with pytest.raises(PathIsDirectoryError):
            plotTimeSeries(tmp_path)
