"""The shape of the package: who may import whom, and what it offers."""

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import avista_digital_exchange_sdk as sdk

NAME = "avista_digital_exchange_sdk"
PACKAGE = Path(sdk.__file__).parent

DOORS = {"_client_base", "client_runtime", "client"}
"""What users open, and how it is made of the calls of the services."""

OUTSIDE = {"cli", "contract", "demo", "file_system", "local"}
"""What stands beside the SDK proper, which never needs it."""

WAITING = {"asyncio", "concurrent", "httpx", "threading", "time", "websockets"}

PUBLIC = {
    "the doors": ["AsyncAvistaDigitalExchange", "AvistaDigitalExchange"],
    "types of users": ["Organization", "User"],
    "types of data stores": [
        "AsyncDataStore",
        "DataStore",
        "DataStoreDirectory",
        "DataStoreFile",
        "DataStoreObject",
        "DataStoreObjectType",
    ],
    "types of time series": [
        "AssetFilter",
        "DimensionValueType",
        "MeasureValueType",
        "QueryResult_TimestreamVariables",
        "TimeSeriesAssetAttribute",
        "TimeSeriesAssetAttributeData",
        "TimeSeriesAssetData",
        "TimeSeriesDb",
        "TimeSeriesDimension",
        "TimeSeriesInputRecord",
        "TimeSeriesMeasureValue",
        "TimeUnit",
    ],
    "types of collaboratives": [
        "Collaborative",
        "CollaborativeMemberOrganization",
        "CollaborativeMemberOrganizationState",
        "CollaborativeMemberPermission",
        "CollaborativeMemberUser",
        "Service",
        "ServiceType",
    ],
    "errors": [
        "ApiError",
        "ConnectionFailedError",
        "DigitalExchangeError",
        "ExchangeClosedError",
        "ExportTimeoutError",
        "InvalidParameterError",
        "InvalidRequestError",
        "InvalidResponseError",
        "MissingExtraError",
        "NotFoundError",
        "PathIsDirectoryError",
        "PathNotFoundError",
        "PublishIncompleteError",
        "QueryIncompleteError",
        "RateLimitError",
        "RequestTimeoutError",
        "ServerError",
        "SubscriptionError",
        "TransferError",
        "TransferIncompleteError",
        "UnauthorizedError",
    ],
    "the version": ["__version__"],
}


def part_of(path: Path) -> str:
    """The part of the package that a file belongs to: a module, or a folder as a whole."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    """Absolute names of everything that a file imports when it runs."""
    module = [NAME, *path.relative_to(PACKAGE).with_suffix("").parts]
    found: set[str] = set()
    for node in running(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = module[: len(module) - node.level] if node.level else []
            whole = ".".join([*base, *filter(None, [node.module])])
            found |= {f"{whole}.{alias.name}" for alias in node.names}
    return found


def running(tree: ast.AST) -> list[ast.AST]:
    """All nodes but those that only type checkers see."""
    nodes: list[ast.AST] = []
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            continue
        nodes += [child, *running(child)]
    return nodes


def inner(names: set[str]) -> set[str]:
    """The parts of the package among imported names."""
    return {name.split(".")[1] for name in names if name.startswith(f"{NAME}.")}


FILES = [path for path in sorted(PACKAGE.rglob("*.py")) if "__pycache__" not in path.parts]
PARTS: dict[str, set[str]] = {}
for _file in FILES:
    PARTS.setdefault(part_of(_file), set()).update(inner(imports(_file)) - {part_of(_file)})


def module_of(name: str) -> str:
    """The module that an imported name is, or is defined in."""
    return name if name in MODULES else name.rpartition(".")[0]


MODULES = {
    ".".join([NAME, *path.relative_to(PACKAGE).with_suffix("").parts]): path for path in FILES
}


class TestImports:
    def test_never_go_in_circles(self) -> None:
        parts = {part: needed & PARTS.keys() for part, needed in PARTS.items()}
        modules = {
            name: {module_of(needed) for needed in imports(path)} for name, path in MODULES.items()
        }
        assert list(TopologicalSorter(parts).static_order())
        assert list(TopologicalSorter(modules).static_order())

    def test_of_generated_code_reach_only_what_it_is_made_for(self) -> None:
        assert PARTS["_generated"] <= {
            "_models",
            "_graphql",
            "_utils",
            "_backends",
        }

    @pytest.mark.parametrize("part", sorted(PARTS.keys() - DOORS - OUTSIDE - {"__init__"}))
    def test_point_away_from_the_doors(self, part: str) -> None:
        assert not PARTS[part] & DOORS
        assert not PARTS[part] & OUTSIDE

    @pytest.mark.parametrize(
        "part", sorted(part for part in PARTS.keys() - DOORS - {"__init__"} if part[0] == "_")
    )
    def test_of_what_services_are_made_of_point_away_from_them(self, part: str) -> None:
        assert {name for name in PARTS[part] if name[0] != "_"} <= {"errors", "types"}

    @pytest.mark.parametrize("part", sorted(DOORS | {"__init__"}))
    def test_of_the_doors_need_nothing_from_outside(self, part: str) -> None:
        assert not PARTS[part] & OUTSIDE

    def test_of_the_local_exchange_are_for_programs_alone(self) -> None:
        assert {part for part, needed in PARTS.items() if "local" in needed} == {"cli", "demo"}

    def test_into_the_local_exchange_bring_nothing_of_the_sdk(self) -> None:
        """It reads the schema as text, and is a server in its own right."""
        assert PARTS["local"] == {"_text"}

    @pytest.mark.parametrize("part", sorted(PARTS.keys() - OUTSIDE))
    def test_of_clocks_threads_and_the_network_are_for_io_alone(self, part: str) -> None:
        needed = {
            name.partition(".")[0]
            for path in FILES
            if part_of(path) == part
            for name in imports(path)
        }
        assert part == "_backends" or not needed & WAITING

    def test_of_the_package_itself_bring_only_what_every_program_needs(self) -> None:
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


class TestTheSurface:
    def test_is_this(self) -> None:
        assert sorted(sdk.__all__) == sorted(name for names in PUBLIC.values() for name in names)

    def test_is_all_there(self) -> None:
        assert all(hasattr(sdk, name) for name in sdk.__all__)

    def test_keeps_what_is_inside_to_itself(self) -> None:
        code = f"import {NAME}; print(*[n for n in dir({NAME}) if n[0] != '_'])"
        shown = subprocess.check_output([sys.executable, "-c", code], text=True).split()
        assert set(shown) == {name for name in sdk.__all__ if name[0] != "_"}

    def test_opens_without_what_only_calls_need(self) -> None:
        code = f"import {NAME}, sys; {NAME}.AvistaDigitalExchange('token'); print(*sys.modules)"
        loaded = subprocess.check_output([sys.executable, "-c", code], text=True).split()
        assert not {"asyncio", "pydantic", "websockets", "pandas"} & {*loaded}
