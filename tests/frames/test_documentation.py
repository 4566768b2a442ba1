"""The functions beside the calls: what help() says of them, and that their examples run."""

import doctest
import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from avista_digital_exchange_sdk import AvistaDigitalExchange, frames, plotting

from ..support.measurements import multi
from ..test_public_surface import example_of, parameters_of, sections_of

FUNCTIONS = [
    frames.assetDataToArrow,
    frames.assetDataToDataFrame,
    frames.assetDataToPolars,
    plotting.plotTimeSeries,
]

each_function = pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)


@each_function
def test_arguments_results_and_errors_are_told(function: Callable[..., Any]) -> None:
    sections = sections_of(inspect.getdoc(function) or "")
    told = re.findall(r"^    (\w+): \S", sections["Args"], re.M)
    assert told == [parameter.name for parameter in parameters_of(function)]
    assert {"Returns", "Raises", "Example"} < sections.keys()


@each_function
def test_examples_run(
    function: Callable[..., Any],
    exchange: AvistaDigitalExchange,
    database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    measures = {"DNI (W/m^2)": 0.0, "Dry-bulb (C)": 18.8}
    records = [multi(exchange, 362793600, measures, name="Greensboro roof")]
    exchange.publishToTimeSeriesDatabase(database, "roof", records)
    names = {function.__name__: function, "digitalExchange": exchange, "timeSeriesDbId": database}
    report: list[str] = []
    doctest.DocTestRunner().run(example_of(function, names), out=report.append)
    assert not report, "".join(report)
