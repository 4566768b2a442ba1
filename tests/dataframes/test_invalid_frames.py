"""DataFrames that can't be published completely are refused or reported."""

import datetime
import json
import math
from decimal import Decimal
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    InvalidParameterError,
    PublishIncompleteError,
    UnauthorizedError,
)
from avista_digital_exchange_sdk.local import LocalExchange

from ..conftest import Connect
from ..support.fake_platform import FakeResponse
from ..support.proxy import Proxy
from .sample_database import NOON, frame, instants

PUBLISH = "timeSeriesDb_publishToDatabase"
NAIVE = pd.Timestamp("2024-05-01 06:00")
AWARE = pd.Timestamp("2024-05-01", tz="UTC")

REFUSED = [
    (frame(x=[math.inf]), {}, "row 0 of column 'x' must be a finite number, got infinity"),
    (frame(x=["ok", ""]), {}, "row 1 of column 'x' must be a non-empty string or null, got ''"),
    (frame(x=["ok", "é" * 1025]), {}, "row 1 of column 'x' must have at most 2048 bytes"),
    (frame(x=[[1]]), {}, "strings or timestamps, got list.* in column 'x'"),
    (frame(x=[b"1"]), {}, "strings or timestamps, got binary in column 'x'"),
    (frame(x=pa.array([2**63], pa.uint64())), {}, "'x' can't be published as BIGINT"),
    (
        frame(x=[datetime.datetime(2024, 5, 1)]),
        {},
        "'x' must have timestamps with a time zone",
    ),
    (frame(x=[1.5]), {"measureTypes": {"x": "BIGINT"}}, "'x' can't be published as BIGINT"),
    (frame(x=[2**53 + 1]), {"measureTypes": {"x": "DOUBLE"}}, "as DOUBLE"),
    (
        frame(x=[1]),
        {"measureTypes": {"x": "BOOLEAN"}},
        "type boolean or string .* as BOOLEAN, got int64",
    ),
    (frame(x=[1]), {"measureTypes": {"x": "MULTI"}}, "measureTypes"),
    (frame(x=[1]), {"measureTypes": {"x": "FLOAT"}}, "measureTypes"),
    (frame(x=[1]), {"measureTypes": {"y": "BIGINT"}}, "measureTypes"),
    (frame(x=[1]), {"measureTypes": "BIGINT"}, "measureTypes"),
    (
        frame(x=[1]),
        {"measureColumns": ["y"]},
        "measureColumns must be .*'assetId', 'timestamp'.*got 'y'",
    ),
    (frame(x=[1]), {"measureColumns": "x"}, "measureColumns"),
    (frame(x=[1]), {"dimensionColumns": ["y"]}, "dimensionColumns"),
    (frame(x=[1]), {"nameColumn": "y"}, "nameColumn"),
    (frame(x=[1]), {"timeColumn": "when"}, "timeColumn must be .*got 'when'"),
    (
        frame(x=[1]),
        {"timeColumn": "x"},
        "string or timestamp .* as TIMESTAMP, got int64",
    ),
    (frame(x=[1]), {"assetIdColumn": "meter"}, "assetIdColumn"),
    (frame(x=[1]), {"assetId": ""}, "assetId"),
    (frame(x=[1]), {"measureName": "time"}, "measureName"),
    (frame(x=[1]), {"version": 0}, "version"),
    (frame(x=[1]), {"timeZone": "Mars/Olympus"}, "timeZone.*America/Los_Angeles"),
    (frame(x=[1]), {"timeZone": 1}, "timeZone"),
    (frame(time=[1]), {}, "'time'"),
    (frame(**{"x" * 257: [1]}), {}, "256 bytes"),
    (pa.table({"assetId": ["a", None], "timestamp": instants(1, 2)}), {}, "row 1 .*'assetId'"),
    (pa.table({"assetId": ["a", "a\n"], "timestamp": instants(1, 2)}), {}, "'assetId'"),
    (pa.table({"assetId": ["a"], "timestamp": instants(None)}), {}, "row 0 .*'timestamp'"),
    (
        pa.table({"assetId": ["a"], "timestamp": pa.array([0], pa.timestamp("ns"))}),
        {},
        "got naive ones; pass timeZone=",
    ),
    (
        pa.table({"assetId": ["a"], "timestamp": ["2024-10-27T02:30:00"]}),
        {"timeZone": "Europe/Oslo"},
        "row 0 of column 'timestamp' must .* in Europe/Oslo, got '2024-10-27 02:30:00', .*ambig",
    ),
    (
        pa.table({"assetId": ["a"], "timestamp": ["2024-03-31T02:30:00"]}),
        {"timeZone": "Europe/Oslo"},
        "got '2024-03-31 02:30:00', which doesn't exist",
    ),
    (pa.table({"assetId": ["a"], "timestamp": ["noon"]}), {}, "'timestamp'"),
    (
        pa.table({"assetId": ["a"], "timestamp": pa.array([0], pa.timestamp("s", "UTC"))}),
        {"timeColumn": "assetId"},
        "'assetId'",
    ),
    (
        pa.table({"assetId": ["a"], "timestamp": pa.array([2**40], pa.timestamp("s", "UTC"))}),
        {},
        "'timestamp' can't be published as TIMESTAMP",
    ),
    (pd.DataFrame({"x": [1, "a"]}), {}, "frame must be .*its columns can't be read"),
    (
        pd.DataFrame({"x": ["\ud800"]}, dtype=object),
        {},
        "frame must be .*its columns can't be read",
    ),
    (
        pd.DataFrame({"x": pd.arrays.SparseArray([1.0])}),
        {},
        r"can't be read: Sparse pandas data \(column x\)",
    ),
    (pd.DataFrame({"x": [2**70]}), {}, "can't be read: integers must fit in 64 bits"),
    ({"x": [-(2**70)]}, {}, "can't be read: integers must fit in 64 bits"),
    (pd.DataFrame([[1, 2]], columns=["x", "x"]), {}, "different names, got 2 columns 'x'"),
    (
        pd.DataFrame({"x": pd.Series([AWARE, NAIVE], dtype=object)}),
        {},
        "row 1 of column 'x' must be a timestamp with a time zone like those before, got Timest",
    ),
    (
        pd.DataFrame({"x": pd.Series([None, NAIVE, pd.NaT, AWARE], dtype=object)}),
        {"timeZone": "UTC"},
        "row 3 of column 'x' must be a timestamp without a time zone like those before",
    ),
    (
        pd.DataFrame({"x": pd.Series([NAIVE.date(), NAIVE], dtype=object)}),
        {"timeZone": "UTC"},
        "row 1 of column 'x' must be a date like those before",
    ),
    (
        pd.DataFrame({"x": [1, 2]}, index=pd.Index([NAIVE, AWARE], dtype=object, name="timestamp")),
        {"timeZone": "UTC"},
        "row 1 of column 'timestamp' must be a timestamp without",
    ),
    (
        pd.DataFrame({"x": [Decimal(1), Decimal("Infinity")]}),
        {},
        "row 1 of column 'x' must be a finite number, got Infinity",
    ),
    (pd.DataFrame([[1, 2]], columns=[1, "1"]), {}, "different names, got 2 columns '1'"),
    (pd.DataFrame({None: [1]}), {}, "frame must have a name for each column, got None"),
    (
        pa.Table.from_arrays(
            [pa.array(["a"]), instants(1), pa.array([1]), pa.array([2])],
            names=["assetId", "timestamp", "x", "x"],
        ),
        {},
        "frame must have columns of different names, got 2 columns 'x'",
    ),
    (pd.DataFrame({"": [1]}), {}, "frame must have a name for each column, got ''"),
    (
        pd.DataFrame({"x": [1]}, index=["north"]),
        {},
        "frame has an index without a name, of type string; name it",
    ),
    (
        pd.DataFrame({"x": [1], "timestamp": [NAIVE]}, index=[AWARE]),
        {},
        "frame has an index without a name, of type timestamp",
    ),
    (
        pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([("a", "kW", "mean")])),
        {"assetId": "a"},
        "of one level, or of two levels of strings, .* got .'a', 'kW', 'mean'",
    ),
    (
        pd.DataFrame(
            [[1]], columns=pd.MultiIndex.from_tuples([("kW", "a")], names=[None, "meter"])
        ),
        {},
        "two levels of columns, one of which is called 'meter', must be called 'assetId' and 'attr",
    ),
    (
        frame(x=[Decimal("12345678901234567890.5")]),
        {},
        "row 0 of column 'x' can't be published as DOUBLE without rounding, got 12345678901234567",
    ),
    (
        pa.table({"assetId": ["a", "b"], "timestamp": instants(1, 2), "x": [1, 2]}),
        {"assetId": "a"},
        "column 'assetId' has assets 'a', 'b' and so on, but assetId='a' is passed; omit it",
    ),
    (
        pa.table({"assetId": ["a"] * 2, "timestamp": ["2024-05-01T00:00:00Z", "reset"]}),
        {},
        "row 1 of column 'timestamp' must be .* with a time zone, like those before, got 'reset'",
    ),
    (pd.Series([1.5], name="kW"), {}, "frame must be a pandas or polars DataFrame"),
    (pl.DataFrame({"x": [1]}).lazy(), {}, "frame must be .*PyCapsule"),
    ("a.csv", {}, "frame must be a pandas or polars DataFrame.*got 'a.csv'"),
    (None, {}, "frame"),
    ([{"x": 1}], {}, "frame"),
]


class TestRefusedFrames:
    @pytest.mark.parametrize(("rows", "options", "message"), REFUSED)
    def test_invalid_frame_is_refused_before_anything_is_sent(
        self,
        rows: Any,
        options: dict[str, Any],
        message: str,
        proxy: Proxy,
        proxied_client: AvistaDigitalExchange,
    ) -> None:
        with pytest.raises(InvalidParameterError, match=message):
            proxied_client.publishDataFrameToTimeSeriesDatabase("timeSeriesDbId.1", rows, **options)
        assert not proxy.messages

    def test_frame_of_a_user_without_write_access_is_refused(
        self, connect: Connect, local: LocalExchange, database: str
    ) -> None:
        outsider = connect(local.tokens["outsider"], endpoint=local.endpoint)
        with pytest.raises(UnauthorizedError):
            outsider.publishDataFrameToTimeSeriesDatabase(database, frame(kW=[1.0]))


class TestErrors:
    """Errors when only some rows were written."""

    def test_publish_error_names_the_rejected_rows(
        self, exchange: AvistaDigitalExchange, database: str
    ) -> None:
        """Rows are sorted by asset before sending, and rows without values are not sent."""
        exchange.publishDataFrameToTimeSeriesDatabase(database, frame(kW=[0.0]))
        rows = pa.table(
            {
                "assetId": ["b", "a", "b", "a"],
                "timestamp": instants(NOON, NOON, NOON + 1, NOON + 1),
                "kW": [1.0, 2.0, None, 4.0],
            }
        )
        with pytest.raises(PublishIncompleteError, match="of 3 rows were written") as raised:
            exchange.publishDataFrameToTimeSeriesDatabase(database, rows)
        assert sorted(raised.value.written) == [0, 3]
        assert list(raised.value.rejected) == [1]
        assert raised.value.unknown == raised.value.notSent == []

    def test_publish_error_names_the_rows_that_were_not_sent(
        self, connect: Connect, local: LocalExchange, proxy: Proxy, database: str
    ) -> None:
        client = connect(local.token, endpoint=proxy.endpoint, maxRetries=0, maxConcurrency=1)
        refused = {"data": None, "errors": [{"errorType": "Unauthorized", "message": "no"}]}
        proxy.responses[PUBLISH] = [None, FakeResponse(200, json.dumps(refused).encode())]
        rows = pa.table(
            {
                "assetId": ["a", "b"] * 2,
                "timestamp": instants(*(NOON + n for n in range(4))),
                "kW": [1.0] * 4,
            }
        )
        with pytest.raises(PublishIncompleteError) as raised:
            client.publishDataFrameToTimeSeriesDatabase(database, rows)
        assert raised.value.written == [0, 2]
        assert raised.value.notSent == [1, 3]

    def test_publish_error_counts_rows_that_are_never_split_over_batches(
        self, proxy: Proxy, proxied_client: AvistaDigitalExchange, database: str
    ) -> None:
        columns = {f"{n:02} {'x' * 40}": [float(n)] * 70 for n in range(40)}
        proxied_client.publishDataFrameToTimeSeriesDatabase(database, frame(**columns))
        batches = [
            [record["Time"] for record in request.operation["variables"]["data"]["records"]]
            for request in proxy.messages_named(PUBLISH)
        ]
        assert sum(map(len, batches)) == 140
        assert all(len(batch) <= 100 for batch in batches)
        assert not set(batches[0]) & set(batches[1])
