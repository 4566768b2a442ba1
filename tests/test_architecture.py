"""The architecture of the package: imports and public API."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import avista_digital_exchange_sdk as sdk

NAME = "avista_digital_exchange_sdk"
PACKAGE = Path(sdk.__file__).parent
ROOT = Path(__file__).parents[1]

FILES = [path for path in sorted(PACKAGE.rglob("*.py")) if "__pycache__" not in path.parts]
MODULES = {
    ".".join([NAME, *path.relative_to(PACKAGE).with_suffix("").parts]).removesuffix(
        ".__init__"
    ): path
    for path in FILES
}


def imports(module: str) -> Iterator[str]:
    """The modules of the package that a module imports, those only type checkers see included."""
    path = MODULES[module]
    package = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else []
            source = ".".join([*base, *filter(None, [node.module])])
            for alias in node.names:
                name = f"{source}.{alias.name}"
                yield name if name in MODULES else source


class TestImports:
    def test_modules_import_no_module_that_imports_them(self) -> None:
        graph = {
            module: {name for name in imports(module) if name in MODULES and name != module}
            for module in MODULES
        }
        assert list(TopologicalSorter(graph).static_order())

    def test_layers_import_only_those_below_them(self) -> None:
        command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout

    def test_package_import_loads_only_what_every_program_needs(self) -> None:
        code = f"import sys, {NAME}; print(*sys.modules)"
        loaded = subprocess.check_output([sys.executable, "-c", code], text=True).split()
        assert not set(loaded) & {
            "ariadne",
            "ariadne_codegen",
            "duckdb",
            "graphql",
            "numpy",
            "pathvalidate",
            "sqlglot",
            "starlette",
            "typer",
            "uvicorn",
            "websockets",
        }


class TestPublicApi:
    def test_every_public_name_is_listed_once(self) -> None:
        assert len(sdk.__all__) == len(set(sdk.__all__))

    def test_public_names_all_exist(self) -> None:
        assert all(hasattr(sdk, name) for name in sdk.__all__)

    def test_package_exposes_no_internal_names(self) -> None:
        code = f"import {NAME}; print(*[n for n in dir({NAME}) if n[0] != '_'])"
        shown = subprocess.check_output([sys.executable, "-c", code], text=True).split()
        assert set(shown) == {name for name in sdk.__all__ if name[0] != "_"}

    def test_package_import_loads_nothing_that_only_calls_need(self) -> None:
        code = f"import {NAME}, sys; {NAME}.AvistaDigitalExchange('token'); print(*sys.modules)"
        loaded = subprocess.check_output([sys.executable, "-c", code], text=True).split()
        assert not {"asyncio", "pydantic", "websockets", "pandas"} & {*loaded}
