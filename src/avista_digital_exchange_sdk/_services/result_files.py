"""JSON files that calls write their results to as well."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from pydantic_core import to_json

from .._backends import Backend
from .._transfer.output_file import open_output
from .._utils import validation


def resolve_result_file(location: str | os.PathLike[str] | None) -> Path | None:
    """Resolve the argument `resultFileWriteLocation`; None if it is omitted."""
    if location is None:
        return None
    return validation.resolve_output_path("resultFileWriteLocation", location, "result.json")


async def write_result_file(
    backend: Backend, target: Path | None, result: Sequence[object]
) -> None:
    """Write a result as JSON, if there is a file for it."""
    if target is not None:
        async with open_output(backend, target) as file:
            file.write(to_json(result, indent=2) + b"\n")
