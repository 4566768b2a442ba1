"""Notebooks, executed against a Local Exchange and converted to Markdown."""

import os
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbconvert import MarkdownExporter

from avista_digital_exchange_sdk.local import LocalExchange

# In seconds; kernels start slowly on a busy machine.
TIMEOUT_SECONDS = 300


def execute_notebook(path: Path) -> nbformat.NotebookNode:
    """Execute a notebook in an empty directory; a cell that fails raises."""
    notebook = nbformat.reads(path.read_text("utf-8"), as_version=4)
    with tempfile.TemporaryDirectory() as folder, LocalExchange() as local:
        client = NotebookClient(
            notebook,
            timeout=TIMEOUT_SECONDS,
            startup_timeout=TIMEOUT_SECONDS,
            resources={"metadata": {"path": folder}},
        )
        access = {"AVISTA_DX_TOKEN": local.token, "AVISTA_DX_ENDPOINT": local.endpoint}
        return client.execute(env=os.environ | access)


def convert_notebook(path: Path, target: Path) -> None:
    """Write an executed notebook as a page, with its figures beside it."""
    resources = {"output_files_dir": f"{path.stem}_files"}
    exporter = MarkdownExporter()
    body, converted = exporter.from_notebook_node(execute_notebook(path), resources)
    for name, content in converted["outputs"].items():
        figure = target.parent / name
        figure.parent.mkdir(parents=True, exist_ok=True)
        figure.write_bytes(content)
    target.write_text(body, "utf-8")
