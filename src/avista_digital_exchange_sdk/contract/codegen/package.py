"""A generated package: written, compared with what is there, and put in its place."""

import contextlib
import filecmp
import io
import shutil
import tempfile
import warnings
from pathlib import Path

from ariadne_codegen.exceptions import CodeGenException
from ariadne_codegen.main import client

from ..errors import ContractError
from .settings import BASE_CLIENT, SETTINGS_KEY, Settings


def write(schema: str, queries: str, into: Path, settings: Settings) -> None:
    """Write the package as the folder `into`, from the SDL and operations at two paths."""
    into.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        base_client = Path(folder) / "base_client.py"
        base_client.write_text(_base_client(settings), "utf-8")
        ariadne = settings.for_ariadne(
            schema_path=schema,
            queries_path=queries,
            base_client_file_path=str(base_client),
            target_package_path=str(into.parent),
            target_package_name=into.name,
        )
        try:
            with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
                # Deprecations are told by the comparison of contracts, with what they touch.
                warnings.simplefilter("ignore", DeprecationWarning)
                client({"tool": {"ariadne-codegen": ariadne, SETTINGS_KEY: settings}})  # type: ignore[no-untyped-call]  # ariadne-codegen has no annotation here
        except CodeGenException as error:
            raise ContractError(f"no client could be generated: {error}") from error


def _base_client(settings: Settings) -> str:
    # ariadne-codegen copies a file into the package, and wants the class's name in it.
    (module, level), name = settings.base
    return (
        f"# class {BASE_CLIENT} is written by hand, outside the generated package.\n"
        f"from {'.' * level}{module} import {name} as {BASE_CLIENT}\n\n"
        f'__all__ = ["{BASE_CLIENT}"]\n'
    )


def stale_files(fresh: Path, present: Path) -> list[str]:
    """Names of files that differ, are missing, or are left over in `present`."""
    names = {path.name for folder in (fresh, present) for path in folder.glob("*.*")}
    return sorted(
        name
        for name in names
        if not (fresh / name).is_file()
        or not (present / name).is_file()
        or not filecmp.cmp(fresh / name, present / name, shallow=False)
    )


def replace(fresh: Path, present: Path) -> list[str]:
    """Bring `present` to what `fresh` holds, file by file, so that readers never find it gone."""
    present.mkdir(parents=True, exist_ok=True)
    stale = stale_files(fresh, present)
    for name in stale:
        if (fresh / name).is_file():
            shutil.copyfile(fresh / name, present / name)
        else:
            (present / name).unlink()
    return stale
