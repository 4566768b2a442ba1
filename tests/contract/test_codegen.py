"""The generated client: up to date, and as documented where stock output is not."""

import importlib
import inspect
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from graphql import build_schema, parse

from avista_digital_exchange_sdk.contract.codegen import package
from avista_digital_exchange_sdk.contract.codegen.settings import Module, Settings

from ..support.importing import importing_from

ROOT = Path(__file__).parents[2]
GENERATED = "src/avista_digital_exchange_sdk/_generated"
SDK = "avista_digital_exchange_sdk"

SCHEMA = """
"How long."
enum Unit { "A sixtieth of a minute." SECONDS MINUTES }
input ReadingInput { Unit: Unit, Values: [String], Name: String! }
input BatchInput { readings: [ReadingInput]! }
type Organization { id: ID!, name: String! }
"Somebody who works\\nfor an organization."
type Person {
  id: ID!
  "What \\"time\\" is counted in."
  unit: Unit
  organization: Organization
  friends: [Organization]
}
type Entry { folder: Folder, file: String }
type Folder { id: ID!, name: String!, contents: [Entry] }
type Query { people: [Person], folder: Folder }
type Mutation { write(batch: BatchInput!, names: [String], note: String): Person }
type Subscription { changed(id: ID!): Person }
"""

QUERIES = """
query people { people { ...Person } }
query folder { folder { ...Folder } }
mutation write($batch: BatchInput!, $names: [String], $note: String) {
  write(batch: $batch, names: $names, note: $note) { ...Person }
}
subscription changed($id: ID!) { changed(id: $id) { ...Person } }

fragment Organization on Organization { id, name }
fragment Person on Person {
  id
  unit
  organization { ...Organization }
  friends { ...Organization }
}
fragment Folder on Folder { id, name, contents { ...Entry } }
fragment Entry on Entry { folder { id, name }, file }
"""


class Greeting:
    """Behavior mixed into a generated class."""

    def greet(self) -> str:
        return f"Hello, {self.name}"  # type: ignore[attr-defined]  # the class it joins has it


SETTINGS = Settings(
    client="Client",
    models=Module(f"{SDK}._models.base", 0),
    values=Module(f"{SDK}._utils.values", 0),
    base=(Module(f"{SDK}._graphql.client", 0), "GraphQLClient"),
    subscription=("subscription", "Subscription"),
    exports='"""Generated."""\n',
    header="# Generated.\n\n",
    sender="self",
    renamed_inputs={"ReadingInput": "Reading"},
    type_aliases={"EntryFolder": "Folder"},
    mixins={"Folder": (Module(__name__, 0), "Greeting")},
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package generated from a small schema with all known edge cases."""
    folder = tmp_path_factory.mktemp("generated")
    package.write(build_schema(SCHEMA), parse(QUERIES), folder / "made_for_tests", SETTINGS)
    return folder


@pytest.fixture(scope="module")
def module(folder: Path) -> Iterator[Callable[[str], ModuleType]]:
    """Imports a module of the package."""
    with importing_from(folder):
        yield lambda name: importlib.import_module(f"made_for_tests.{name}")


@pytest.fixture(scope="module")
def fragments(module: Callable[[str], ModuleType]) -> Any:
    return module("fragments")


class TestGeneratedPackage:
    def test_importing_the_generated_package_imports_none_of_its_modules(
        self, folder: Path, module: Callable[[str], ModuleType]
    ) -> None:
        code = "import made_for_tests, sys; print([m for m in sys.modules if 'made_for' in m])"
        shown = subprocess.check_output([sys.executable, "-c", code], cwd=folder, text=True)
        assert shown == "['made_for_tests']\n"

    def test_generated_input_with_a_member_named_like_its_type_takes_its_values(
        self, module: Callable[[str], ModuleType]
    ) -> None:
        Unit, Reading = module("enums").Unit, module("input_types").Reading
        reading = Reading(unit=Unit.SECONDS, name="kW", values=["1"])
        assert reading.model_dump(mode="json", by_alias=True, exclude_none=True) == {
            "Unit": "SECONDS",
            "Name": "kW",
            "Values": ["1"],
        }

    def test_generated_input_has_its_documented_name_wherever_it_is_used(
        self, module: Callable[[str], ModuleType]
    ) -> None:
        inputs = module("input_types")
        assert not hasattr(inputs, "ReadingInput")
        batch = inputs.BatchInput(readings=[inputs.Reading(name="kW")])
        assert type(batch.readings[0]) is inputs.Reading

    def test_generated_input_lists_contain_no_nulls(
        self, module: Callable[[str], ModuleType], folder: Path
    ) -> None:
        readings = module("input_types").BatchInput.model_fields["readings"]
        assert "Optional" not in str(readings.annotation)
        client = (folder / "made_for_tests" / "client.py").read_text()
        assert "list[Optional" not in client

    def test_generated_nested_fragment_is_the_class_of_that_fragment(self, fragments: Any) -> None:
        organization = {"id": "o", "name": "Utility"}
        person = fragments.Person.model_validate(
            {"id": "p", "organization": organization, "friends": [organization]}
        )
        assert type(person.organization) is fragments.Organization is type(person.friends[0])
        classes = {name for name in vars(fragments) if name[0].isupper()}
        assert not {name for name in classes if name.startswith("Person") and name != "Person"}

    def test_generated_recursive_selection_is_the_class_of_the_fragment(
        self, fragments: Any
    ) -> None:
        inner = {"folder": {"id": "2", "name": "inner"}, "file": None}
        folder = fragments.Folder.model_validate({"id": "1", "name": "f", "contents": [inner]})
        assert type(folder.contents[0].folder) is fragments.Folder
        assert folder.contents[0].folder.contents == []

    def test_generated_class_inherits_behavior_that_is_not_sent(
        self, fragments: Any, folder: Path
    ) -> None:
        assert fragments.Folder(id="1", name="home").greet() == "Hello, home"
        assert "@" not in (folder / "made_for_tests" / "client.py").read_text()
        assert "mixin" not in (folder / "made_for_tests" / "client.py").read_text()

    @pytest.mark.parametrize("friends", [None, [], [None]])
    def test_generated_result_lists_contain_no_nulls(self, friends: Any, fragments: Any) -> None:
        assert fragments.Person.model_validate({"id": "p", "friends": friends}).friends == []

    def test_generated_enums_keep_unknown_values(self, fragments: Any) -> None:
        assert fragments.Person.model_validate({"id": "p", "unit": "DAYS"}).unit == "DAYS"

    def test_generated_classes_have_the_descriptions_of_the_schema(
        self, fragments: Any, module: Callable[[str], ModuleType]
    ) -> None:
        assert inspect.getdoc(fragments.Person) == "Somebody who works\nfor an organization."
        assert vars(fragments.Organization).get("__doc__") is None
        assert inspect.getdoc(module("enums").Unit) == "How long."

    @pytest.mark.parametrize(
        ("name", "member", "message"),
        [
            ("fragments", "unit: Optional[Unit]", """'What "time" is counted in.'"""),
            ("enums", 'SECONDS = "SECONDS"', '"A sixtieth of a minute."'),
        ],
    )
    def test_generated_members_have_the_descriptions_of_the_schema(
        self, name: str, member: str, message: str, folder: Path
    ) -> None:
        lines = (folder / "made_for_tests" / f"{name}.py").read_text().splitlines()
        (path,) = (i for i, line in enumerate(lines) if line.strip().startswith(member))
        assert lines[path + 1].strip() == message
        assert lines[path + 2].strip() not in (message, "")

    def test_generated_call_returns_the_single_field_of_its_operation(
        self, module: Callable[[str], ModuleType]
    ) -> None:
        client = module("client").Client
        assert client.people.__annotations__["return"] == "NonNullList[Person]"
        assert client.folder.__annotations__["return"] == "Optional[Folder]"

    def test_generated_subscription_is_described_but_not_started(
        self, module: Callable[[str], ModuleType]
    ) -> None:
        changed = module("client").Client.changed
        assert changed.__annotations__["return"] == "Subscription[Changed]"

    def test_generated_code_is_reproducible(self, folder: Path, tmp_path: Path) -> None:
        package.write(build_schema(SCHEMA), parse(QUERIES), tmp_path / "made_for_tests", SETTINGS)
        assert package.stale_files(tmp_path / "made_for_tests", folder / "made_for_tests") == []


def generate(root: Path, *arguments: str) -> tuple[int, list[str]]:
    """Run scripts/generate of a checkout; return its exit code and output."""
    done = subprocess.run(
        [sys.executable, "-m", "scripts.codegen.generate", *arguments],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root / "src"), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


class TestFreshness:
    @pytest.fixture
    def checkout(self, tmp_path: Path) -> Path:
        """A copy of the sources of the generated package."""
        for name in ("schema", "queries", "scripts", "src"):
            ignored = shutil.ignore_patterns("__pycache__", "local", "demo")
            shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
        shutil.copy(ROOT / "pyproject.toml", tmp_path)
        return tmp_path

    def test_committed_code_matches_its_sources(self) -> None:
        assert generate(ROOT, "--check") == (0, [])

    def test_changed_schema_is_detected_and_stale_files_are_named(self, checkout: Path) -> None:
        service = checkout / "schema" / "user.graphql"
        changed = service.read_text("utf-8").replace("firstName: String", "firstName: String!")
        service.write_text(changed, "utf-8")
        before = sorted((checkout / GENERATED).iterdir())
        code, said = generate(checkout, "--check")
        assert code == 1
        assert f"stale: {GENERATED}/fragments.py" in said
        assert f"stale: {GENERATED}/schema.graphql" in said
        assert sorted((checkout / GENERATED).iterdir()) == before

    def test_changed_query_edited_file_and_leftover_file_are_detected(self, checkout: Path) -> None:
        queries = checkout / "queries" / "user.graphql"
        queries.write_text(queries.read_text("utf-8").replace("  lastName\n", ""), "utf-8")
        edited = checkout / GENERATED / "enums.py"
        edited.write_text(edited.read_text("utf-8") + "\n# by hand\n", "utf-8")
        (checkout / GENERATED / "left_over.py").touch()
        (checkout / GENERATED / "user_get_user_session.py").unlink()
        code, said = generate(checkout, "--check")
        assert code == 1
        names = ("client", "enums", "fragments", "left_over", "user_get_user_session")
        assert {f"stale: {GENERATED}/{name}.py" for name in names} <= set(said)

        code, written = generate(checkout)
        assert code == 0
        assert [line.replace("written", "stale") for line in written] == said
        assert not (checkout / GENERATED / "left_over.py").exists()
        assert generate(checkout, "--check") == (0, [])
