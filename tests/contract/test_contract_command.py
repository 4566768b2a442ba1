"""`avista-dx contract`: its output in each format and its exit codes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from avista_digital_exchange_sdk.local import LocalExchange

from .conftest import Command, Edit, in_one_piece

WITHOUT_FIRST_NAME = Edit("user", "  firstName: String\n", "")
WITHOUT_EMAIL = Edit("user", "  email: String\n", "")
# No operation of the SDK selects it.
UNUSED = '  """Whether the bytes are confirmed to be in S3."""\n  s3ConfirmedUpload: Boolean\n'


@pytest.fixture
def changed(contract: dict[str, str], tmp_path: Path) -> Path:
    """A schema that lacks a field the SDK uses and one that it does not use."""
    for edit in (WITHOUT_FIRST_NAME, Edit("storage", UNUSED, "")):
        edit.apply(contract)
    return write_schema(contract, tmp_path)


@pytest.fixture
def without_email(contract: dict[str, str], tmp_path: Path) -> Path:
    """A schema that lacks a field that `documents` use."""
    WITHOUT_EMAIL.apply(contract)
    return write_schema(contract, tmp_path)


def write_schema(contract: dict[str, str], folder: Path) -> Path:
    file = folder / "changed.graphql"
    file.write_text(in_one_piece(contract), "utf-8")
    return file


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """A directory of custom operations, one of which does not match `changed`."""
    folder = tmp_path / "documents"
    (folder / "more").mkdir(parents=True)
    (folder / "people.graphql").write_text(
        "query me {\n  user_getUserSession { user { ...Person } }\n}\n"
    )
    (folder / "more" / "person.graphql").write_text(
        "\ufefffragment Person on User {\n  userId\n  email\n}\n", "utf-8"
    )
    (folder / "stores.graphql").write_text("query stores { storage_listDataStores { name } }\n")
    return folder


class TestVerdict:
    def test_contract_command_compares_with_the_schema_of_the_sdk_by_default(
        self, command: Command
    ) -> None:
        outcome = command("contract")
        assert (outcome.exit_code, outcome.stdout) == (
            0,
            "Compatible schema: nothing has changed.\n",
        )

    def test_contract_command_compares_with_an_endpoint(
        self, command: Command, local: LocalExchange
    ) -> None:
        outcome = command(
            "contract", "--against", local.endpoint, "--token-env", "MINE", MINE=local.token
        )
        assert (outcome.exit_code, outcome.stderr) == (0, "")

    @pytest.mark.parametrize(
        ("against", "reason"),
        [
            ("nowhere.graphql", "nowhere.graphql: No such file or directory"),
            ("https://platform.test/graphql", "AVISTA_DX_TOKEN must contain a token"),
            ("http://platform.test/graphql", "https://"),
        ],
    )
    def test_contract_command_reports_why_it_cannot_compare(
        self, against: str, reason: str, command: Command, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        if against.startswith("http://"):
            monkeypatch.setenv("AVISTA_DX_TOKEN", "token")
        outcome = command("contract", "--against", against)
        assert outcome.exit_code == 2
        assert outcome.stdout == ""
        assert reason in outcome.stderr

    @pytest.mark.parametrize(
        "arguments",
        [
            ("--against", "https://me:s3cr3t@platform.test/graphql"),
            ("--against", "HTTPS://me:s3cr3t@platform.test/graphql"),
            ("--against", "https://platform.test/graphql?key=s3cr3t"),
            ("--against", "wss://me:s3cr3t@platform.test/graphql"),
            ("--against", "https://platform.test/graphql", "--token-env", "s3cr3t"),
        ],
    )
    def test_contract_command_does_not_repeat_secrets_in_arguments(
        self, arguments: tuple[str, ...], command: Command
    ) -> None:
        outcome = command("contract", *arguments, AVISTA_DX_TOKEN="token")
        assert outcome.exit_code == 2
        assert outcome.stderr
        assert "s3cr3t" not in outcome.stderr + outcome.stdout

    def test_contract_command_reports_a_rejected_token(
        self, command: Command, local: LocalExchange
    ) -> None:
        outcome = command("contract", "--against", local.endpoint, AVISTA_DX_TOKEN="wrong")
        assert outcome.exit_code == 2
        assert "UnauthorizedException" in outcome.stderr
        assert "Traceback" not in outcome.stderr


class TestFormats:
    def test_contract_command_prints_a_table_for_people(
        self, command: Command, changed: Path
    ) -> None:
        outcome = command("contract", "--against", changed)
        assert outcome.exit_code == 1
        assert "User.firstName was removed." in outcome.stdout
        assert "calls: admin.addCollaborativeMember" in outcome.stdout
        assert "nothing in use" in outcome.stdout
        assert outcome.stdout.endswith(
            "Incompatible schema. Changes that break something in use: 1; "
            "errors in your documents: 0.\n"
        )

    def test_contract_command_prints_json_for_machines(
        self, command: Command, changed: Path
    ) -> None:
        unused, first_name = command("contract", "--against", changed, "--format", "json").json[
            "findings"
        ]
        assert first_name["description"].endswith("User.firstName was removed.")
        assert first_name == {
            "severity": "breaking",
            "kind": "FIELD_REMOVED",
            "description": first_name["description"],
            "breaks": True,
            "operations": first_name["operations"],
            "calls": first_name["calls"],
            "types": first_name["types"],
            "documents": [],
        }
        assert {"collaborative_getCollaborative", "user_getUserSession"} <= {
            *first_name["operations"]
        }
        assert {"admin.createUser", "getUserInfo", "getCollaborative"} <= {*first_name["calls"]}
        assert {"User", "CollaborativeMemberUser"} <= {*first_name["types"]}
        assert (unused["breaks"], unused["calls"], unused["types"]) == (False, [], [])

    def test_contract_command_has_the_json_option_of_every_command(self, command: Command) -> None:
        assert command("contract", "--json").json["verdict"] == "holds"

    def test_contract_command_prints_annotations_for_github(
        self, command: Command, changed: Path
    ) -> None:
        lines = command("contract", "--against", changed, "--format", "github").stdout.splitlines()
        unused, used, verdict = lines
        assert unused.startswith("::warning title=Breaking%3A FIELD_REMOVED::")
        assert unused.endswith("DataStoreFile.s3ConfirmedUpload was removed.")
        assert used.startswith("::error title=Breaking%3A FIELD_REMOVED::")
        assert "User.firstName was removed.%0Acalls: admin." in used
        assert verdict.startswith("::error::Incompatible schema.")

    @pytest.mark.parametrize("kind", ["table", "github", "json"])
    def test_contract_command_escapes_strings_of_the_schema(
        self, kind: str, command: Command, contract: dict[str, str], tmp_path: Path
    ) -> None:
        reason = "a [/red] [kW] :smile:\x1b]0;title\x07\u202e\n::error::forged"
        deprecated = f"  email: String @deprecated(reason: {json.dumps(reason)})\n"
        Edit("user", "  email: String\n", deprecated).apply(contract)
        file = tmp_path / "changed.graphql"
        file.write_text(in_one_piece(contract), "utf-8")
        outcome = command("contract", "--against", file, "--format", kind, COLUMNS="200")
        assert outcome.exit_code == 0
        if kind == "json":
            assert outcome.json["findings"][0]["description"].endswith(reason)
        else:
            visible = r"a [/red] [kW] :smile:\x1b]0;title\x07\u202e\n::error::forged"
            assert visible in outcome.stdout
        assert not set("\x1b\x07\u202e") & set(outcome.stdout)
        assert not [line for line in outcome.stdout.splitlines() if line.startswith("::error")]

    def test_contract_command_reports_a_failed_comparison_in_the_requested_format(
        self, command: Command
    ) -> None:
        message = command("contract", "--against", "100%.graphql", "--format", "github")
        assert message.exit_code == 2
        assert message.stdout == (
            "::error title=The schemas could not be compared"
            "::100%25.graphql: No such file or directory\n"
        )
        message = command("contract", "--against", "nowhere", "--format", "json")
        assert message.json == {
            "verdict": "unknown",
            "reason": "nowhere: No such file or directory",
        }


class TestDocuments:
    def test_contract_command_accepts_valid_documents(
        self, command: Command, documents: Path
    ) -> None:
        assert command("contract", "--documents", documents).exit_code == 0

    def test_contract_command_reports_broken_documents_by_file_and_line(
        self, command: Command, documents: Path, without_email: Path
    ) -> None:
        outcome = command(
            "contract", "--against", without_email, "--documents", documents, "--format", "json"
        )
        assert outcome.exit_code == 1
        (problem,) = outcome.json["problems"]
        assert problem == {
            "file": str(documents / "more" / "person.graphql"),
            "line": 3,
            "column": 3,
            "message": "Cannot query field 'email' on type 'User'.",
        }
        (email,) = outcome.json["findings"]
        assert email["documents"] == [f"{documents / 'people.graphql'}: me"]
        assert email["breaks"]

    def test_contract_command_reports_breaking_changes_of_valid_documents(
        self, command: Command, documents: Path, contract: dict[str, str], tmp_path: Path
    ) -> None:
        Edit("user", "  email: String\n", "  email: Int\n").apply(contract)
        changed = tmp_path / "changed.graphql"
        changed.write_text(in_one_piece(contract), "utf-8")
        outcome = command(
            "contract", "--against", changed, "--documents", documents, "--format", "json"
        )
        assert outcome.exit_code == 1
        assert outcome.json["problems"] == []
        (finding,) = outcome.json["findings"]
        assert finding["documents"] == [f"{documents / 'people.graphql'}: me"]

    @pytest.mark.parametrize(
        ("text", "path"),
        [
            ("query me {", "own.graphql:1:11"),
            ("{ user_getUserSession { user { userId } } }", "own.graphql:1:1"),
            ("query a { nothing }", "own.graphql:1:11"),
            ("query a($id: ID!) { storage_listDataStores { name } }", "own.graphql:1:9"),
            ("query a { storage_listDataStores(userId: ME) { name } }", "own.graphql:1:42"),
            ("query a { storage_listDataStores(userId: { a: 1 }) { name } }", "own.graphql:1:42"),
            ("query a { __typename @skip(if: NO) }", "own.graphql:1:32"),
            ("query a($a: Nothing) { __typename }", "own.graphql:1:13"),
            ("query a { ...Nothing ... on Nothing { id } }", "own.graphql:1:14"),
        ],
        ids=[
            *("syntax", "without a name", "unknown field", "unused variable"),
            *("enum for a string", "object for a string", "enum for a directive"),
            *("unknown type", "unknown fragment"),
        ],
    )
    def test_contract_command_reports_documents_that_were_never_valid(
        self, text: str, path: str, command: Command, tmp_path: Path
    ) -> None:
        (tmp_path / "own.graphql").write_text(text)
        outcome = command("contract", "--documents", tmp_path)
        assert outcome.exit_code == 1
        assert path in outcome.stdout

    def test_contract_command_accepts_unused_fragments(
        self, command: Command, documents: Path
    ) -> None:
        (documents / "people.graphql").unlink()
        assert command("contract", "--documents", documents).exit_code == 0

    def test_contract_command_refuses_a_directory_without_documents(
        self, command: Command, tmp_path: Path
    ) -> None:
        outcome = command("contract", "--documents", tmp_path)
        assert outcome.exit_code == 2
        assert "must be a folder with files that end in .graphql, .gql" in outcome.stderr
        outcome = command("contract", "--documents", tmp_path / "nowhere")
        assert outcome.exit_code == 2
        assert "nowhere: can't be read: No such file or directory" in outcome.stderr


class TestNotes:
    """Skipped parts are noted in each format and break nothing."""

    @pytest.fixture
    def extended(self, contract: dict[str, str], tmp_path: Path) -> Path:
        """A schema with directives that nothing defines."""
        directives = '  firstName: String @canonical @renamed(to: "name") @key(fields: "id")\n'
        Edit("user", "  firstName: String\n", directives).apply(contract)
        Edit("user", "  email: String\n", "  email: String @key\n").apply(contract)
        file = tmp_path / "extended.graphql"
        file.write_text(in_one_piece(contract), "utf-8")
        return file

    NOTES = (
        "the directive @canonical was skipped, 1 times: it defines what a merged API includes from "
        "this schema",
        "the directive @key was skipped, 2 times",
        "the directive @renamed was skipped, 1 times: it defines what a merged API includes from "
        "this schema",
    )

    def test_contract_command_skips_unknown_directives_with_a_note(
        self, command: Command, extended: Path
    ) -> None:
        outcome = command("contract", "--against", extended)
        assert outcome.exit_code == 0
        lines = outcome.stdout.splitlines()
        assert lines[:3] == [f"note: {note}" for note in self.NOTES]
        assert lines[3] == "Compatible schema: nothing has changed."
        report = command("contract", "--against", extended, "--json").json
        assert report["notes"] == list(self.NOTES)
        lines = command("contract", "--against", extended, "--format", "github").stdout.splitlines()
        assert lines[:3] == [f"::notice::{note}" for note in self.NOTES]

    def test_contract_command_ignores_appsync_directives(
        self, command: Command, contract: dict[str, str], tmp_path: Path
    ) -> None:
        Edit("user", "type User {", "type User @aws_iam @aws_oidc {").apply(contract)
        file = tmp_path / "exported.graphql"
        file.write_text(in_one_piece(contract), "utf-8")
        assert command("contract", "--against", file, "--json").json["notes"] == []

    def test_contract_command_notes_files_that_are_not_read(
        self, command: Command, documents: Path
    ) -> None:
        (documents / "old.graphql.txt").write_text("query old { nothing }")
        (documents / "schema.graphqls").write_text("type Query { a: Int }")
        outcome = command("contract", "--documents", documents, "--json")
        assert outcome.exit_code == 0
        schema, old = outcome.json["notes"]
        assert old.startswith(f"{documents / 'old.graphql.txt'}: not read")
        assert schema.startswith(f"{documents / 'schema.graphqls'}: not used")

    def test_contract_command_compares_schemas_that_other_tools_accept(
        self, command: Command, contract: dict[str, str], tmp_path: Path
    ) -> None:
        Edit("storage", UNUSED, "  __confirmed: Boolean\n").apply(contract)
        file = tmp_path / "odd.graphql"
        file.write_text(in_one_piece(contract), "utf-8")
        outcome = command("contract", "--against", file, "--json")
        assert outcome.exit_code == 0
        (note,) = outcome.json["notes"]
        assert "Name '__confirmed' must not begin with '__'" in note

    def test_contract_command_refuses_a_schema_of_another_service(
        self, command: Command, tmp_path: Path
    ) -> None:
        (tmp_path / "types.graphql").write_text("type Something { id: ID }")
        outcome = command("contract", "--against", tmp_path / "types.graphql")
        assert outcome.exit_code == 2
        assert "it has no query type" in outcome.stderr


class TestCommandLine:
    def test_contract_command_help_imports_only_what_it_needs(self) -> None:
        code = (
            "import sys; sys.argv = ['avista-dx', 'contract', '--help']\n"
            "from avista_digital_exchange_sdk.cli import main\n"
            "try: main()\n"
            "except SystemExit: pass\n"
            "assert 'ariadne_codegen' not in sys.modules and 'graphql' not in sys.modules"
        )
        shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert (shown.returncode, shown.stderr) == (0, "")
        assert "--against" in shown.stdout

    @pytest.mark.parametrize(
        ("module", "packages"),
        [
            ("typer", ("fsspec", "keyring", "rich", "typer")),
            ("graphql", ("ariadne-codegen", "fsspec", "graphql-core", "keyring", "rich", "typer")),
        ],
    )
    def test_contract_command_names_the_missing_packages(
        self, module: str, packages: tuple[str, ...]
    ) -> None:
        code = (
            f"import sys; sys.modules[{module!r}] = None; sys.argv = ['avista-dx', 'contract']\n"
            "from avista_digital_exchange_sdk.cli import main; main()"
        )
        shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert shown.returncode == 2
        assert f"{', '.join(packages[:-1])} and {packages[-1]} are required" in shown.stderr
        assert "Traceback" not in shown.stderr
