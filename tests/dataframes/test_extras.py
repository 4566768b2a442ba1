"""Extras: not needed until used, and named by the error then."""

import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from avista_digital_exchange_sdk import AvistaDigitalExchange, MissingExtraError
from avista_digital_exchange_sdk.frames import (
    assetDataToArrow,
    assetDataToDataFrame,
    assetDataToPolars,
)
from avista_digital_exchange_sdk.plotting import plotTimeSeries

from ..support.proxy import Proxy
from .sample_database import WHOLE

QUERY = ("timeSeriesDbId.1", [{"assetId": "a"}], *WHOLE)
SQL = ("timeSeriesDbId.1", "SELECT 1")

CALLS: dict[str, tuple[str, str, Callable[[Any], object]]] = {
    "query to pandas": (
        "pandas",
        "pandas",
        lambda exchange: exchange.queryTimeSeriesDatabaseToDataFrame(*QUERY),
    ),
    "query to pandas, without pyarrow": (
        "pyarrow",
        "pandas",
        lambda exchange: exchange.queryTimeSeriesDatabaseToDataFrame(*QUERY),
    ),
    "query to Arrow": (
        "pyarrow",
        "arrow",
        lambda exchange: exchange.queryTimeSeriesDatabaseToArrow(*QUERY),
    ),
    "query to polars": (
        "polars",
        "polars",
        lambda exchange: exchange.queryTimeSeriesDatabaseToPolars(*QUERY),
    ),
    "query to Parquet": (
        "pyarrow",
        "arrow",
        lambda exchange: exchange.queryTimeSeriesDatabaseWithFilters(*QUERY, ".", "PARQUET"),
    ),
    "SQL to pandas": (
        "pandas",
        "pandas",
        lambda exchange: exchange.queryTimeSeriesDatabase_TimestreamFormatToDataFrame(*SQL),
    ),
    "SQL to Arrow": (
        "pyarrow",
        "arrow",
        lambda exchange: exchange.queryTimeSeriesDatabase_TimestreamFormatToArrow(*SQL),
    ),
    "SQL to polars": (
        "polars",
        "polars",
        lambda exchange: exchange.queryTimeSeriesDatabase_TimestreamFormatToPolars(*SQL),
    ),
    "publish": (
        "pyarrow",
        "arrow",
        lambda exchange: exchange.publishDataFrameToTimeSeriesDatabase("timeSeriesDbId.1", {}),
    ),
    "assets to pandas": ("pandas", "pandas", lambda _: assetDataToDataFrame([])),
    "assets to Arrow": ("pyarrow", "arrow", lambda _: assetDataToArrow([])),
    "assets to polars": ("polars", "polars", lambda _: assetDataToPolars([])),
    "plot": ("matplotlib", "plot", lambda _: plotTimeSeries([])),
    "plot, without pyarrow": ("pyarrow", "plot", lambda _: plotTimeSeries([])),
}


INSTALLED = {
    "arrow": "pyarrow",
    "pandas": "pandas pyarrow",
    "polars": "polars pyarrow",
    "plot": "matplotlib numpy pyarrow",
}


@pytest.mark.parametrize(("module", "extra", "call"), CALLS.values(), ids=CALLS.keys())
def test_missing_extra_is_reported_before_anything_is_sent(
    module: str,
    extra: str,
    call: Callable[[Any], object],
    proxy: Proxy,
    proxied_client: AvistaDigitalExchange,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    install = rf"{module}.* required: pip install {INSTALLED[extra]}$"
    with pytest.raises(MissingExtraError, match=install) as raised:
        call(proxied_client)
    assert not proxy.messages
    assert raised.value.name == module
    assert str(pickle.loads(pickle.dumps(raised.value))) == str(raised.value)


def test_extras_are_imported_only_when_used() -> None:
    code = (
        "import sys\n"
        "import avista_digital_exchange_sdk.frames, avista_digital_exchange_sdk.plotting\n"
        "with avista_digital_exchange_sdk.AvistaDigitalExchange('token'): pass\n"
        "print(*sys.modules)"
    )
    loaded = subprocess.check_output([sys.executable, "-c", code], text=True).split()
    assert not {"numpy", "pandas", "polars", "pyarrow", "matplotlib"} & set(loaded)
