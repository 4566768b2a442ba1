"""The site of the documentation: built without broken links, and used in a real browser."""

import html
import http.server
import os
import re
import shutil
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from avista_digital_exchange_sdk import errors
from scripts.documentation.commands import write_command_reference

from ..notebooks.test_notebooks import BROWSER
from ..support.documents import ROOT, links_of

DOCS = ROOT / "docs"
CONFIGURATION = tomllib.loads((ROOT / "zensical.toml").read_text("utf-8"))["project"]
NARROW = {"width": 360, "height": 780}


def build(folder: Path) -> "subprocess.CompletedProcess[str]":
    """Build the site of a copy of the documentation."""
    for name in ("scripts", "src"):
        (folder / name).symlink_to(ROOT / name)
    shutil.copy(ROOT / "zensical.toml", folder)
    shutil.copytree(DOCS, folder / "docs", dirs_exist_ok=True)
    return subprocess.run(
        [sys.executable, "-m", "scripts.documentation"],
        cwd=folder,
        env=os.environ | {"NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def pages_in(navigation: list[Any]) -> Iterator[str]:
    for entry in navigation:
        for value in entry.values():
            yield from [value] if isinstance(value, str) else pages_in(value)


def test_navigation_contains_every_page_once() -> None:
    pages = [path for path in DOCS.rglob("*") if path.suffix in {".md", ".ipynb"}]
    expected = {path.relative_to(DOCS).with_suffix(".md").as_posix() for path in pages}
    listed = list(pages_in(CONFIGURATION["nav"]))
    assert len(listed) == len(set(listed))
    assert expected == set(listed), "nav in zensical.toml must list the pages of docs/"


def test_home_page_links_every_page_so_that_calls_are_two_clicks_away() -> None:
    pages = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")} - {"index.md"}
    linked = {link.partition("#")[0] for link in links_of(DOCS / "index.md")}
    assert pages <= linked, f"docs/index.md must link {sorted(pages - linked)}"


def test_command_reference_describes_every_command_and_option() -> None:
    text = write_command_reference()
    sections = dict(zip(*[iter(re.split(r"^## (.+)\n", text, flags=re.M)[1:])] * 2, strict=True))
    assert "avista-dx publish" in sections
    for section in sections.values():
        assert "**Usage**" in section
        assert "**Examples**\n\n```sh\navista-dx" in section
    assert "`--every PERIOD`: Query aggregates" in sections["avista-dx query"]
    assert "* `publish`: Publish telemetry of an endpoint: one record" in sections["avista-dx iot"]
    assert "...\n" not in sections["avista-dx iot"].partition("**Commands**")[2].partition("#")[0]
    assert "\b" not in text


def test_command_reference_describes_common_options_once_and_arguments_by_name() -> None:
    text = write_command_reference()
    for option in ("`--json`: Print data as JSON.", "`--profile NAME`:", "`--help`:"):
        assert text.count(option) == 1, option
    assert text.index("`--json`:") < text.index("## avista-dx login")
    assert "$ avista-dx iot publish [OPTIONS] ENDPOINT [ATTRIBUTE=VALUE]...\n" in text
    assert "* `ATTRIBUTE=VALUE`: The values of one record.\n" in text
    assert "$ avista-dx publish [OPTIONS] DATABASE FILE...\n" in text
    assert "$ avista-dx iot groups [OPTIONS] [HUB]\n" in text


def test_broken_links_and_anchors_fail_the_build(tmp_path: Path) -> None:
    process = build_with(tmp_path, "[a](missing.md) [b](errors.md#missing)\n")
    assert process.returncode != 0
    assert "page does not exist" in process.stdout
    assert "anchor does not exist" in process.stdout


def build_with(folder: Path, text: str) -> "subprocess.CompletedProcess[str]":
    """Build a small site with the configuration of the whole one."""
    pages = folder / "build" / "docs"
    pages.mkdir(parents=True)
    (pages / "errors.md").write_text("# Errors\n", "utf-8")
    (pages / "index.md").write_text(f"# Home\n\n{text}", "utf-8")
    configuration = (ROOT / "zensical.toml").read_text("utf-8")
    navigation = re.compile(r"^nav = \[.*?^\]\n", re.M | re.S)
    (folder / "zensical.toml").write_text(navigation.sub("", configuration), "utf-8")
    for name in ("scripts", "src"):
        (folder / name).symlink_to(ROOT / name)
    code = "import sys; from scripts.documentation.__main__ import build; sys.exit(build())"
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves files without writing to standard error."""

    def log_message(self, *_: object) -> None:
        pass


def open_page(browser: Browser, url: str, requests: list[str], **viewport: int) -> Page:
    page = browser.new_page(viewport=viewport or None)  # type: ignore[arg-type]  # a TypedDict
    page.on("request", lambda request: requests.append(request.url))
    page.goto(url, wait_until="networkidle")
    return page


def test_site_is_built_offline_with_search_and_narrow_pages(tmp_path: Path) -> None:
    process = build(tmp_path)
    assert process.returncode == 0, process.stdout
    site = tmp_path / "build" / "site"
    check_reference(site / "reference")
    if BROWSER is None:
        pytest.skip("needs a browser to search")
    handler = partial(Handler, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            look_at(f"http://127.0.0.1:{server.server_port}/")
        finally:
            server.shutdown()


def check_reference(pages: Path) -> None:
    """Check what is generated from docstrings."""
    contents = {name: read_text(pages / name) for name in ("data-stores", "types", "errors")}
    # A description of several lines is one paragraph.
    assert (
        "without the contents of subdirectories. printContents() prints them."
        in (contents["data-stores"])
    )
    assert "storageSizeBytes (int | None) \N{EN DASH} Size in bytes." in contents["types"]
    assert "Values: BIGINT \N{EN DASH} 64-bit integer." in contents["types"]
    for name in errors.__all__:
        assert f" {name} ¶" in contents["errors"]


def read_text(folder: Path) -> str:
    """Read the text of a page, without its markup."""
    page = (folder / "index.html").read_text("utf-8")
    text = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())
    return text.replace("( ", "(").replace(" )", ")")


def look_at(url: str) -> None:
    requests: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        page = open_page(browser, url, requests)
        page.keyboard.press("Control+k")
        page.get_by_placeholder("Search").fill("mirrorTimeSeriesDatabase")
        page.locator("a[href*=mirrortimeseriesdatabase]").click()
        page.locator("h2:target", has_text="mirrorTimeSeriesDatabase").wait_for()
        for path in ("", "reference/data-frames/", "reference/types/", "tutorial/"):
            narrow = open_page(browser, url + path, requests, **NARROW)
            assert narrow.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
            assert narrow.locator("h1").is_visible()
        browser.close()
    assert [request for request in requests if not request.startswith(url)] == []
