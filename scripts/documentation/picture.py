"""Makes the picture of README.md: a notebook with a plot, and a terminal, with real output."""

import html
import io
import os
import pty
import shutil
import subprocess
import sys
import tempfile
from importlib.resources import as_file, files
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.text import Text

from avista_digital_exchange_sdk import AvistaDigitalExchange
from avista_digital_exchange_sdk.local import LocalExchange
from avista_digital_exchange_sdk.plotting import plotTimeSeries

TARGET = Path(__file__).parents[2] / "docs" / "images" / "overview.png"
BROWSERS = ("chromium-headless-shell", "chromium", "google-chrome")
COLUMNS = 74
# Fewer colors make the file a fifth of its size.
COLORS = 96

DATABASE = '"Solar measurements"'
COMMANDS = (
    "avista-dx put solar_site.csv 'dx://Solar site/1981/'",
    "avista-dx tree 'dx://Solar site'",
    f"avista-dx publish {DATABASE} solar_site.csv --asset roof",
    f"avista-dx assets {DATABASE}",
    f"avista-dx query {DATABASE} --asset roof --attribute 'GHI*' --from 1981-07-01 "
    "--to 1981-07-04T23:59Z --every 1d --how max",
)
CODE = """\
frame = digitalExchange.queryTimeSeriesDatabaseToDataFrame(
    database.timeSeriesDbId, [{"assetId": "roof"}],
    "1981-07-01", "1981-07-15", index="timestamp")
plotTimeSeries(frame, title="Solar site")
"""
PAGE = """\
<!doctype html><meta charset="utf-8"><style>
body { margin: 0; padding: 24px; background: #eef1f5; font: 15px/1.5 sans-serif; }
main { display: flex; gap: 24px; align-items: stretch; width: 1552px; }
section { border-radius: 10px; overflow: hidden; background: white; flex: 1;
          border: 1px solid #cfd6df; }
h2 { font-size: 13px; margin: 0; padding: 8px 16px; background: #dfe5ec; color: #47505c;
     font-weight: 600; }
pre { font: 13.5px/1.45 "DejaVu Sans Mono", monospace; margin: 0; padding: 14px 16px; }
.terminal { background: #1b2129; color: #e4e8ee; }
.terminal h2 { background: #2b333e; color: #b9c2ce; }
.code { background: #f5f6f8; margin: 14px 16px 4px; border-radius: 6px; }
svg, img { width: 100%; height: auto; padding: 0 6px; box-sizing: border-box; }
</style><main>
<section><h2>Notebook</h2><pre class="code">__CODE__</pre>__PLOT__</section>
<section class="terminal"><h2>Terminal</h2><pre>__TERMINAL__</pre></section></main>
"""


def run_in_terminal(command: str, folder: Path) -> str:
    """Run a command on a terminal of its own, and return what it shows, as HTML."""
    master, slave = pty.openpty()
    function = (
        f'avista-dx() {{ "{sys.executable}" -m avista_digital_exchange_sdk.cli --quiet "$@"; }}'
    )
    environment = os.environ | {"COLUMNS": str(COLUMNS), "TERM": "xterm-256color"}
    process = subprocess.Popen(
        ["bash", "-c", f"{function}; {command}"],
        cwd=folder,
        stdout=slave,
        stderr=slave,
        env=environment,
    )
    os.close(slave)
    shown = b""
    try:
        while part := os.read(master, 65536):
            shown += part
    except OSError:  # Linux reports the end of a terminal as an error.
        pass
    os.close(master)
    if process.wait() != 0:
        raise RuntimeError(shown.decode())
    return _to_html(shown.decode())


def _to_html(shown: str) -> str:
    console = Console(record=True, width=COLUMNS, file=io.StringIO())
    console.print(Text.from_ansi(shown.replace("\r\n", "\n").rstrip("\n")))
    return console.export_html(inline_styles=True, code_format="{code}")


def make_terminal(folder: Path) -> str:
    """Run the commands, and return their session as HTML."""
    session = ""
    for command in COMMANDS:
        prompt = html.escape(command).replace(" --from", " \\\n    --from")
        shown = run_in_terminal(command, folder).strip("\n")
        session += f"<b>$ {prompt}</b>\n{shown}\n\n" if shown else f"<b>$ {prompt}</b>\n"
    return session


def make_plot(local: LocalExchange) -> str:
    """Plot what the terminal has published, as SVG."""
    with AvistaDigitalExchange(local.token, endpoint=local.endpoint) as exchange:
        frame = exchange.queryTimeSeriesDatabaseToDataFrame(
            local.timeSeriesDbId,
            [{"assetId": "roof"}],
            "1981-07-01",
            "1981-07-15",
            index="timestamp",
        )
    text = io.StringIO()
    plotTimeSeries(frame, title="Solar site", figsize=(9, 5.6)).savefig(text, format="svg")
    return "<svg" + text.getvalue().partition("<svg")[2]


def take_picture(page: str) -> Image.Image:
    """Render a page in a browser."""
    browser_path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser_path is None:
        raise SystemExit(f"scripts/picture needs a browser, one of {', '.join(BROWSERS)}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1600, "height": 700})
        tab.set_content(page)
        content = tab.screenshot(full_page=True)
        browser.close()
    return Image.open(io.BytesIO(content))


def main() -> None:
    """Make the picture."""
    with tempfile.TemporaryDirectory() as name, LocalExchange() as local:
        folder = Path(name)
        os.environ |= {"AVISTA_DX_TOKEN": local.token, "AVISTA_DX_ENDPOINT": local.endpoint}
        with as_file(files("avista_digital_exchange_sdk.demo") / "solar_site.csv") as sample:
            shutil.copy(sample, folder)
        terminal = make_terminal(folder)
        page = PAGE.replace("__CODE__", html.escape(CODE)).replace("__TERMINAL__", terminal)
        picture = take_picture(page.replace("__PLOT__", make_plot(local)))
    TARGET.parent.mkdir(exist_ok=True)
    picture.convert("RGB").quantize(COLORS).save(TARGET, optimize=True)
    print(f"{TARGET}: {TARGET.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
