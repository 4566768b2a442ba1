"""`scripts/schema` and `scripts/generate`, in a copy of the checkout."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from avista_digital_exchange_sdk.contract.codegen import package
from avista_digital_exchange_sdk.contract.codegen.settings import SDK_PACKAGE
from avista_digital_exchange_sdk.contract.documents import Documents
from avista_digital_exchange_sdk.contract.loader import from_sdl
from avista_digital_exchange_sdk.local import LocalExchange

from .appsync import exported
from .conftest import ROOT, in_one_piece
from .test_changes import CASES

PACKAGE = Path("src") / "avista_digital_exchange_sdk"
GENERATED = PACKAGE / "_generated"
HARMLESS = [name for name, case in CASES.items() if not case.breaks]
# Tests that together run every kind of generated code.
TESTS = [
    "tests/services/user/test_user.py",
    "tests/services/time_series/test_publishing.py",
    "tests/services/collaborative/test_collaboratives.py",
]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the parts of the checkout that the tools and the tests need."""
    copy = tmp_path_factory.mktemp("checkout")
    without_caches = shutil.ignore_patterns("__pycache__")
    for name in ("schema", "queries", "scripts", "src", "tests"):
        shutil.copytree(ROOT / name, copy / name, ignore=without_caches)
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


@pytest.fixture
def checkout(original: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(original, tmp_path / "checkout", symlinks=True))


def run(checkout: Path, *command: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a Python module with the copy instead of the checkout."""
    return subprocess.run(
        [sys.executable, "-m", *map(str, command)],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(checkout / "src"), **environment},
        capture_output=True,
        text=True,
    )


def generate(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(checkout, "scripts.codegen.generate", *arguments)


def import_schema(checkout: Path, sdl: str) -> subprocess.CompletedProcess[str]:
    export = checkout / "export.graphql"
    export.write_text(exported(sdl), "utf-8")
    return run(checkout, "scripts.codegen.schema", "import", export)


def texts(folder: Path, pattern: str) -> dict[str, str]:
    return {file.name: file.read_text("utf-8") for file in folder.glob(pattern)}


class TestSchema:
    def test_schema_script_without_changes_changes_nothing(
        self, checkout: Path, local: LocalExchange
    ) -> None:
        fetch = ("scripts.codegen.schema", "fetch", "--endpoint", local.endpoint)
        fetched = run(checkout, *fetch, "--token-env", "MY_TOKEN", MY_TOKEN=local.token)
        assert (fetched.returncode, fetched.stdout) == (0, "schema/ is up to date.\n")
        assert texts(checkout / "schema", "*") == texts(ROOT / "schema", "*")

    def test_schema_script_names_the_changed_files(
        self, checkout: Path, contract: dict[str, str]
    ) -> None:
        sdl = in_one_piece(contract).replace("  email: String\n", "  mail: String\n", 1)
        imported = import_schema(checkout, sdl)
        assert imported.returncode == 0
        assert imported.stdout == "written: schema/user.graphql\nNow run scripts/generate.\n"

    @pytest.mark.parametrize(
        ("way", "reason"),
        [
            (["import", "nowhere.graphql"], "nowhere.graphql: No such file or directory"),
            (["fetch", "--token-env", "NO_TOKEN"], "NO_TOKEN must contain a token"),
        ],
    )
    def test_schema_script_without_a_schema_writes_nothing(
        self, way: list[str], reason: str, checkout: Path
    ) -> None:
        refused = run(checkout, "scripts.codegen.schema", *way)
        assert refused.returncode == 2
        assert reason in refused.stderr
        assert "Traceback" not in refused.stderr


class TestGenerate:
    def test_generate_script_creates_a_missing_package(self, checkout: Path) -> None:
        shutil.rmtree(checkout / GENERATED)
        assert generate(checkout).returncode == 0
        assert texts(checkout / GENERATED, "*.*") == texts(ROOT / GENERATED, "*.*")

    def test_generate_script_fixes_broken_generated_code(self, checkout: Path) -> None:
        (checkout / GENERATED / "fragments.py").write_text("this is not Python")
        stale = generate(checkout, "--check")
        assert stale.returncode == 1
        assert stale.stdout == f"stale: {GENERATED / 'fragments.py'}\n"
        assert generate(checkout).returncode == 0
        assert generate(checkout, "--check").returncode == 0

    def test_generate_script_reports_an_operation_that_no_longer_matches_the_schema(
        self, checkout: Path, contract: dict[str, str]
    ) -> None:
        import_schema(checkout, in_one_piece(contract).replace("  homeDirectoryId: String\n", ""))
        refused = generate(checkout)
        assert refused.returncode == 2
        assert "queries/storage.graphql:" in refused.stderr
        assert "Cannot query field 'homeDirectoryId'" in refused.stderr
        assert "Traceback" not in refused.stderr


class TestCompatibleChanges:
    @pytest.mark.parametrize("name", HARMLESS)
    def test_sdk_regenerated_for_a_compatible_change_works(
        self,
        name: str,
        contract: dict[str, str],
        tmp_path: Path,
        request: pytest.FixtureRequest,
    ) -> None:
        for edit in CASES[name].edits:
            edit.apply(contract)
        made = regenerated(contract, tmp_path)
        # Unchanged code is covered by all other tests.
        if texts(made, "*.py") != texts(ROOT / GENERATED, "*.py"):
            checkout: Path = request.getfixturevalue("checkout")
            shutil.copytree(made, checkout / GENERATED, dirs_exist_ok=True)
            assert_green(checkout, ["tests/services/user/test_user.py"])

    def test_sdk_regenerated_for_all_compatible_changes_passes_the_tests(
        self, checkout: Path, contract: dict[str, str]
    ) -> None:
        applied = 0
        for name in HARMLESS:
            for edit in CASES[name].edits:
                # Some change the same line differently; the first one is used.
                if contract[edit.service].count(edit.old) == 1:
                    edit.apply(contract)
                    applied += 1
        assert applied > len(HARMLESS) / 2
        assert import_schema(checkout, in_one_piece(contract)).returncode == 0
        assert generate(checkout).returncode == 0
        assert generate(checkout, "--check").returncode == 0
        assert_green(checkout, TESTS)


def regenerated(contract: dict[str, str], folder: Path) -> Path:
    """The package generated from a changed schema."""
    schema = from_sdl(in_one_piece(contract), "the schema").schema
    document = Documents(ROOT / "queries").document
    package.write(schema, document, folder / GENERATED.name, SDK_PACKAGE)
    return folder / GENERATED.name


def assert_green(checkout: Path, tests: list[str]) -> None:
    outcome = run(checkout, "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests)
    assert outcome.returncode == 0, (outcome.stdout + outcome.stderr)[-4000:]
