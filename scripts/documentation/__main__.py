"""Builds the site, and shows it."""

import argparse
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from .commands import write_command_reference
from .notebooks import convert_notebook

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs"
# What zensical.toml refers to: the pages with their generated parts, and the site.
SOURCE = ROOT / "build" / "docs"
SITE = ROOT / "build" / "site"
COMMANDS = "<!-- generated: commands -->"
POLL_SECONDS = 1


def prepare(page: Path) -> None:
    """Write a page, or another file of docs/, as the site needs it."""
    target = SOURCE / page.relative_to(PAGES)
    target.parent.mkdir(parents=True, exist_ok=True)
    if page.suffix == ".ipynb":
        convert_notebook(page, target.with_suffix(".md"))
    elif page.suffix == ".md":
        text = re.sub(r"(\]\([^)\s:]+)\.ipynb\)", r"\1.md)", page.read_text("utf-8"))
        if COMMANDS in text:
            text = text.replace(COMMANDS, write_command_reference())
        target.write_text(text, "utf-8")
    else:
        shutil.copyfile(page, target)


def prepare_changed(prepared: dict[Path, float]) -> None:
    """Write the pages that have changed, and remove deleted ones."""
    current = {path: path.stat().st_mtime for path in PAGES.rglob("*") if path.is_file()}
    for page in prepared.keys() - current.keys():
        suffix = ".md" if page.suffix == ".ipynb" else page.suffix
        (SOURCE / page.relative_to(PAGES)).with_suffix(suffix).unlink(missing_ok=True)
    for page, modified in current.items():
        if prepared.get(page) != modified:
            prepare(page)
    prepared.clear()
    prepared.update(current)


def build() -> int:
    """Build the site; broken links and anchors fail."""
    shutil.rmtree(SITE, ignore_errors=True)
    return _start("build", "--strict", "--clean").wait()


def serve(address: str, prepared: dict[Path, float]) -> int:
    """Show the site until Ctrl-C, and rebuild it when a page changes."""
    server = _start("serve", "--dev-addr", address)
    try:
        while server.poll() is None:
            time.sleep(POLL_SECONDS)
            prepare_changed(prepared)
    except KeyboardInterrupt:
        server.terminate()
    return server.wait()


def _start(*arguments: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-m", "zensical", *arguments], cwd=ROOT)


def main() -> int:
    """Run scripts/docs."""
    parser = argparse.ArgumentParser(prog="scripts/docs", description=__doc__)
    parser.add_argument("--serve", action="store_true", help="Show the site on this machine.")
    parser.add_argument("--address", default="127.0.0.1:8000", help="Default: %(default)s.")
    options = parser.parse_args()
    shutil.rmtree(SOURCE, ignore_errors=True)
    prepared: dict[Path, float] = {}
    prepare_changed(prepared)
    if options.serve:
        return serve(options.address, prepared)
    status = build()
    if status == 0:
        print(f"The site is in {SITE.relative_to(ROOT)}; show it with scripts/docs --serve.")
    return status


if __name__ == "__main__":
    sys.exit(main())
