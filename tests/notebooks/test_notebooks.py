"""Notebooks, executed in a kernel, and one displayed in a browser."""

import base64
import shutil
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from playwright.sync_api import Page, sync_playwright

from avista_digital_exchange_sdk import AvistaDigitalExchange
from avista_digital_exchange_sdk.local import LocalExchange

from ..support.documents import ROOT
from ..support.sample_records import START, multi_record

NOTEBOOKS = Path(__file__).parent
WIDGET = "application/vnd.jupyter.widget-view+json"
TIMEOUT_SECONDS = 300
"""Timeout in seconds; kernels start slowly on a busy machine."""

WITHOUT_WIDGETS = "import sys; sys.modules['ipywidgets'] = None"
HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script> $x$ & co"
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
BROWSER = next(filter(None, map(shutil.which, BROWSERS)), None)

Execute = Callable[..., Any]


@pytest.fixture
def fresh() -> Iterator[LocalExchange]:
    with LocalExchange() as local:
        yield local


@pytest.fixture
def execute(fresh: LocalExchange, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Execute:
    """Executes a notebook in an empty directory; failing cells raise."""
    monkeypatch.setenv("AVISTA_DX_TOKEN", fresh.token)
    monkeypatch.setenv("AVISTA_DX_ENDPOINT", fresh.endpoint)
    for name in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))

    def run(name: str, first: str = "") -> Any:
        notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
        notebook.cells.insert(0, nbformat.v4.new_code_cell(first))
        client = NotebookClient(
            notebook,
            timeout=TIMEOUT_SECONDS,
            startup_timeout=TIMEOUT_SECONDS,
            resources={"metadata": {"path": str(tmp_path)}},
        )
        return client.execute()

    return run


def outputs(notebook: Any) -> list[Any]:
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


@pytest.mark.parametrize(
    "path",
    [*NOTEBOOKS.glob("*.ipynb"), *ROOT.glob("docs/notebooks/*.ipynb")],
    ids=lambda path: path.stem,
)
def test_notebooks_contain_no_outputs(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert outputs(notebook) == []


def test_clients_both_work_in_a_notebook(execute: Execute) -> None:
    assert outputs(execute("running_loop")) == []


class TestProgressBars:
    def test_progress_bar_is_a_widget(self, execute: Execute) -> None:
        notebook = execute("progress")
        drawn = outputs(notebook)
        assert len(drawn) == 4
        assert all(WIDGET in output.data for output in drawn)
        widgets = notebook.metadata["widgets"]["application/vnd.jupyter.widget-state+json"]
        styles = [
            widget["state"]["bar_style"]
            for widget in widgets["state"].values()
            if widget["model_name"] == "FloatProgressModel"
        ]
        assert styles == ["success"] * 4

    def test_progress_bar_without_widgets_is_text(self, execute: Execute) -> None:
        drawn = outputs(execute("progress", WITHOUT_WIDGETS))
        assert {output.name for output in drawn} == {"stderr"}
        text = "".join(output.text for output in drawn)
        for bar in ("load.bin: 100%|", "publish: 100%|", "query: 4 pages [", "query: 100%|"):
            assert bar in text
        assert "Warning" not in text
        assert "IProgress" not in text


class TestPlots:
    PNG, SVG = "image/png", "image/svg+xml"

    @pytest.mark.parametrize(
        "first",
        [
            "",
            "import matplotlib.pyplot as plt",
            "%matplotlib inline",
            "%config InlineBackend.figure_formats = ['retina']",
        ],
    )
    def test_figure_is_shown_with_twice_the_pixels(self, execute: Execute, first: str) -> None:
        (output,) = outputs(execute("plots", first))
        assert set(output.data) == {"text/plain", self.PNG}
        png = base64.b64decode(output.data[self.PNG])
        assert struct.unpack(">II", png[16:24]) == (1600, 800)
        assert output.metadata[self.PNG] == {"width": 800, "height": 400}

    @pytest.mark.parametrize("first", ["", "import matplotlib.pyplot as plt\n"])
    def test_figure_is_shown_as_svg_on_request(self, execute: Execute, first: str) -> None:
        svg = f"{first}%config InlineBackend.figure_formats = ['svg']"
        (output,) = outputs(execute("plots", svg))
        assert set(output.data) == {"text/plain", self.SVG}
        assert "<svg" in output.data[self.SVG]


def fill(local: LocalExchange, folder: Path) -> None:
    """Create objects with hostile and harmless names."""
    source = folder / "load.csv"
    source.write_text("12.5")
    with AvistaDigitalExchange(local.token, endpoint=local.endpoint) as exchange:
        exchange.createDataStore("Wind site", HOSTILE)
        store = exchange.getDataStore(local.dataStoreId)
        exchange.createDataStoreDirectory(local.dataStoreId, local.homeDirectoryId, HOSTILE)
        store.uploadFile(source, "may.csv")
        exchange.uploadFileToDataStore(
            local.dataStoreId, local.homeDirectoryId, source, f"{HOSTILE}.csv"
        )
        measures = {"GHI (W/m^2)": 812.5, "closed": True, HOSTILE: HOSTILE}
        for assetId, name in (("roof", "Greensboro roof"), ("odd", HOSTILE)):
            record = multi_record(exchange, START, measures, name=name)
            exchange.publishToTimeSeriesDatabase(local.timeSeriesDbId, assetId, [record])


@pytest.fixture
def page() -> Iterator[Page]:
    """A page of a real browser that can load only local files."""
    if BROWSER is None:
        pytest.skip(f"needs a browser, one of {', '.join(BROWSERS)}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1400, "height": 1600})
        page.route(lambda url: not url.startswith("file:"), lambda route: route.abort())
        yield page
        browser.close()


def test_browser_shows_tables_and_runs_none_of_their_contents(
    execute: Execute, fresh: LocalExchange, tmp_path: Path, page: Page
) -> None:
    fill(fresh, tmp_path)
    html, _ = HTMLExporter().from_notebook_node(execute("tables"))
    (tmp_path / "tables.html").write_text(html, "utf-8")
    alerts: list[str] = []
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    page.goto(
        (tmp_path / "tables.html").as_uri(), wait_until="load", timeout=TIMEOUT_SECONDS * 1000
    )

    stores, tree, databases, values, collaboratives = page.locator("table").all()
    assert all(table.is_visible() for table in (stores, tree, databases, values, collaboratives))
    assert stores.locator("tbody tr").count() == 2
    assert fresh.dataStoreId in stores.inner_html()
    assert tree.locator("td:first-child").all_inner_texts() == [
        "Solar site/",
        f"├── {HOSTILE}/ …",
        f"├── {HOSTILE}.csv",
        "└── may.csv",
    ]
    assert "Solar measurements" in databases.inner_text()
    assert "Greensboro roof" in values.inner_text()
    assert values.inner_text().count(HOSTILE[:20]) >= 2
    assert "Ada Lindqvist (READ_WRITE)" in collaboratives.inner_text()

    tables = page.locator(".jp-OutputArea-output table")
    assert tables.count() == 5
    assert tables.locator("img, script").count() == 0
    assert alerts == []
    # Nothing is cut off at the right.
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 1400
