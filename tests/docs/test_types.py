"""The examples of the documents, and what people write, satisfy type checkers."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from ..support.documents import PAGES, ROOT, examples_of, name_of, setup_of

# The names that the examples of every page may use.
PRELUDE = """\
from avista_digital_exchange_sdk import AvistaDigitalExchange
from avista_digital_exchange_sdk.local import LocalExchange
local = LocalExchange()
digitalExchange = AvistaDigitalExchange()
"""
# Options that are too strict for examples.
RELAXED = """
check_untyped_defs = false
disallow_untyped_calls = false
disallow_untyped_decorators = false
disallow_untyped_defs = false
warn_unused_ignores = false
"""
# They have no types, or an example generates them.
UNTYPED = ["fsspec.*", "my_exchange.*"]

FILTERS = """\
from collections.abc import Mapping
from types import MappingProxyType

from avista_digital_exchange_sdk import AsyncAvistaDigitalExchange, AvistaDigitalExchange
from avista_digital_exchange_sdk.types import AssetFilter

exchange = AvistaDigitalExchange()
asyncExchange = AsyncAvistaDigitalExchange()
query = exchange.queryTimeSeriesDatabaseWithFilters
feeder = {"assetId": "feeder-7"}
battery = {"assetId": "battery-1", "attributeNamesFilter": ["A kW", "State"]}
assets = [feeder, battery]
typed: AssetFilter = {"assetId": "feeder-*"}
anything: Mapping[str, object] = MappingProxyType({"assetId": "a"})
names = ("a", "b")

query("d", [{"assetId": "a"}], "-7d", "now", "a.csv")
query("d", [{"assetId": "a", "attributeNamesFilter": ["x"]}], "-7d", "now", "a.csv")
query("d", [{"assetId": "a", "attributeNamesFilter": ("x",)}], "-7d", "now", "a.csv")
query("d", [{"assetId": "a", "attributeNamesFilter": None}], "-7d", "now", "a.csv")
query("d", [feeder], "-7d", "now", "a.csv")
query("d", [feeder, battery, typed, anything], "-7d", "now", "a.csv")
query("d", (feeder,), "-7d", "now", "a.csv")
query("d", assets, "-7d", "now", "a.csv")
query("d", [typed], "-7d", "now", "a.csv")
query("d", [{"assetId": name} for name in names], "-7d", "now", "a.csv")
query("d", [dict(assetId=name) for name in names], "-7d", "now", "a.csv")
exchange.queryTimeSeriesDatabaseToDataFrame("d", assets, "-7d", "now")


async def use() -> None:
    await asyncExchange.queryTimeSeriesDatabaseWithFilters("d", assets, "-7d", "now", "a.csv")


endpoint = {"iotEndpointId": "iotEndpointId.1"}
exchange.iot.queryByTimeRangeToDataFrame([endpoint], ["kW"], "-7d", "now")
exchange.iot.queryByTimeRangeToDataFrame(["iotEndpointId.1"], ["kW"], "-7d", "now")
"""
MISTAKES = """\
from avista_digital_exchange_sdk import AvistaDigitalExchange

query = AvistaDigitalExchange().queryTimeSeriesDatabaseWithFilters
query("d", "feeder-7", "-7d", "now", "a.csv")
query("d", {"assetId": "a"}, "-7d", "now", "a.csv")
query("d", {"a", "b"}, "-7d", "now", "a.csv")
"""
SCRIPTS = {"written_filters": FILTERS, "mistaken_filters": MISTAKES}


def write_module(page: Path, directory: Path) -> None:
    """Write the examples of a page as a module, with the position of each block."""
    blocks = examples_of(page, "python")
    source = "".join(f"# {name_of(page)}:{block.line}\n{block.code}" for block in blocks)
    name = re.sub(r"\W", "_", name_of(page))
    (directory / f"{name}.py").write_text(PRELUDE + setup_of(page) + source, "utf-8")


def write_settings(path: Path) -> None:
    """Write the project's settings of mypy, whose cache is used then, relaxed for examples."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["mypy"]
    overrides = settings.pop("overrides")
    # JSON of these values is TOML.
    lines = ["[tool.mypy]", *(f"{name} = {json.dumps(value)}" for name, value in settings.items())]
    for override in [*overrides, {"module": UNTYPED, "ignore_missing_imports": True}]:
        lines.append("[[tool.mypy.overrides]]")
        lines += [f"{name} = {json.dumps(value)}" for name, value in override.items()]
    lines += ["[[tool.mypy.overrides]]", 'module = "pages.*"', RELAXED]
    path.write_text("\n".join(lines), "utf-8")


@pytest.fixture(scope="module")
def mypy_errors(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The errors that mypy finds in the examples and scripts, one on a line."""
    directory = tmp_path_factory.mktemp("checked")
    pages = directory / "pages"
    pages.mkdir()
    (pages / "__init__.py").touch()
    for page in PAGES:
        if examples_of(page, "python"):
            write_module(page, pages)
    for name, script in SCRIPTS.items():
        (directory / f"{name}.py").write_text(script, "utf-8")
    write_settings(directory / "pyproject.toml")
    command = [sys.executable, "-m", "mypy", "--config-file", str(directory / "pyproject.toml")]
    command += ["--no-error-summary", *map(str, [pages, *sorted(directory.glob("*.py"))])]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT).stdout


def errors_of(output: str, module: str) -> list[str]:
    return [line for line in output.splitlines() if module in line and ": error: " in line]


def test_examples_of_the_documents_pass_mypy(mypy_errors: str) -> None:
    assert errors_of(mypy_errors, "/pages/") == []


def test_filters_as_people_write_them_pass_mypy_strict(mypy_errors: str) -> None:
    assert errors_of(mypy_errors, "/written_filters.py") == []


def test_filters_of_the_wrong_kind_do_not_pass_mypy(mypy_errors: str) -> None:
    errors = errors_of(mypy_errors, "/mistaken_filters.py")
    assert [line.split(":")[1] for line in errors] == ["4", "5", "6"]


def test_filters_as_people_write_them_pass_pyright_strict(tmp_path: Path) -> None:
    for name, script in SCRIPTS.items():
        (tmp_path / f"{name}.py").write_text(script, "utf-8")
    settings = {"typeCheckingMode": "strict", "pythonVersion": "3.11"}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings))
    command = [sys.executable, "-m", "basedpyright", "--outputjson", "--pythonpath", sys.executable]
    outcome = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    found = json.loads(outcome.stdout)["generalDiagnostics"]
    errors = {
        (Path(one["file"]).stem, one["range"]["start"]["line"] + 1)
        for one in found
        if one["severity"] == "error"
    }
    assert errors == {("mistaken_filters", line) for line in (4, 5, 6)}, found
