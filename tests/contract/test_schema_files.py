"""The files of `schema/` follow the platform's schema, and change only where it does."""

import json
from pathlib import Path

import pytest
from graphql import (
    GraphQLSchema,
    build_schema,
    introspection_from_schema,
    lexicographic_sort_schema,
)
from pytest_httpx import HTTPXMock

from avista_digital_exchange_sdk.contract import loader, sdl_files
from avista_digital_exchange_sdk.contract.errors import ContractError
from avista_digital_exchange_sdk.local import LocalExchange

from .appsync import exported
from .conftest import SCHEMA, Edit, in_one_piece

TOKEN = "SOME_TOKEN"


@pytest.fixture
def schema() -> GraphQLSchema:
    return sdl_files.load_folder(SCHEMA)


def rewritten(schema: GraphQLSchema, contract: dict[str, str]) -> dict[str, str]:
    """The files that a schema changes."""
    after = sdl_files.split_by_service(schema, contract)
    return {
        service: after.get(service, "")
        for service in after.keys() | contract.keys()
        if after.get(service) != contract.get(service)
    }


def imported(edits: list[Edit], contract: dict[str, str], folder: Path) -> dict[str, str]:
    """The files that change when an export of a changed contract is imported."""
    changed = dict(contract)
    for edit in edits:
        edit.apply(changed)
    file = folder / "export.graphql"
    file.write_text(exported(in_one_piece(changed)), "utf-8")
    return rewritten(loader.from_file(file).schema, contract)


class TestRoundTrip:
    def test_schema_import_from_a_local_exchange_changes_nothing(
        self, local: LocalExchange, contract: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(TOKEN, local.token)
        assert rewritten(loader.load(local.endpoint, TOKEN).schema, contract) == {}

    def test_schema_import_does_not_depend_on_the_order_of_introspection(
        self, schema: GraphQLSchema, contract: dict[str, str]
    ) -> None:
        assert rewritten(lexicographic_sort_schema(schema), contract) == {}

    def test_schema_import_of_an_appsync_export_changes_nothing(
        self, contract: dict[str, str], tmp_path: Path
    ) -> None:
        assert imported([], contract, tmp_path) == {}

    def test_schema_import_fixture_has_everything_that_appsync_adds(
        self, contract: dict[str, str]
    ) -> None:
        text = exported(in_one_piece(contract))
        assert text.startswith("\ufeff")
        assert text.count("@aws_subscribe(mutations") > 5
        for directive in ("cognito_user_pools", "api_key", "iam", "oidc", "lambda", "auth"):
            assert text.count(f"@aws_{directive}") > 10

    @pytest.mark.parametrize("wrapped", [True, False], ids=["in data", "bare"])
    def test_schema_import_of_introspection_json_changes_nothing(
        self, wrapped: bool, contract: dict[str, str], tmp_path: Path
    ) -> None:
        introspection = introspection_from_schema(
            build_schema(exported(in_one_piece(contract)).removeprefix("\ufeff")),
            input_value_deprecation=False,
            directive_is_repeatable=False,
            specified_by_url=False,
        )
        file = tmp_path / "schema.json"
        file.write_text(
            "\ufeff" + json.dumps({"data": introspection} if wrapped else introspection), "utf-8"
        )
        assert rewritten(loader.from_file(file).schema, contract) == {}

    def test_schema_import_without_descriptions_keeps_the_present_ones(
        self, schema: GraphQLSchema, contract: dict[str, str], tmp_path: Path
    ) -> None:
        file = tmp_path / "schema.json"
        file.write_text(json.dumps(introspection_from_schema(schema, descriptions=False)))
        assert rewritten(loader.from_file(file).schema, contract) == {}


class TestAdditions:
    def test_schema_import_sorts_a_new_field_by_name(
        self, contract: dict[str, str], tmp_path: Path
    ) -> None:
        edit = Edit("user", "  userRoles: [UserRole]\n", "  userRoles: [UserRole]\n  age: Int\n")
        (text,) = imported([edit], contract, tmp_path).values()
        assert text == contract["user"].replace("type User {\n", "type User {\n  age: Int\n")

    def test_schema_import_puts_a_type_used_by_one_service_into_its_file(
        self, contract: dict[str, str], tmp_path: Path
    ) -> None:
        edits = [
            Edit("storage", "  homeDirectoryId: String\n", "  quota: Quota\n"),
            Edit("base", "type Schema {", "type Quota {\n  bytes: Int\n}\n\ntype Schema {"),
        ]
        assert imported(edits, contract, tmp_path).keys() == {"storage"}

    def test_schema_import_puts_a_type_used_by_several_services_where_its_name_belongs(
        self, contract: dict[str, str], tmp_path: Path
    ) -> None:
        edits = [
            Edit("storage", "  homeDirectoryId: String\n", "  state: UserAccountQuota\n"),
            Edit("collaborative", "  hostOrganizationId: String!\n", "  q: UserAccountQuota\n"),
            Edit("base", "type Schema {", "type UserAccountQuota {\n  n: Int\n}\n\ntype Schema {"),
        ]
        changed = imported(edits, contract, tmp_path)
        assert changed.keys() == {"storage", "collaborative", "user"}
        assert "type UserAccountQuota {" in changed["user"]

    def test_schema_import_puts_an_unrelated_type_into_the_base_file(
        self, contract: dict[str, str], tmp_path: Path
    ) -> None:
        edit = Edit("user", "enum UserRole {", "enum Weather {\n  SUN\n}\n\nenum UserRole {")
        (service,) = imported([edit], contract, tmp_path)
        assert service == "base"

    def test_schema_import_puts_a_new_event_next_to_the_mutation_that_fires_it(
        self, contract: dict[str, str], tmp_path: Path
    ) -> None:
        edits = [
            Edit(
                "storage",
                "extend type Mutation {\n",
                "extend type Mutation {\n  storage_notifyScan: ScanResult\n",
            ),
            Edit(
                "base",
                "extend type Subscription {\n",
                "type ScanResult {\n  clean: Boolean\n}\n\n"
                "extend type Subscription {\n  onNotifyScan: ScanResult\n",
            ),
        ]
        changed = imported(edits, contract, tmp_path)
        assert changed.keys() == {"storage"}
        assert "extend type Subscription {\n  onNotifyScan: ScanResult\n}" in changed["storage"]

    def test_schema_import_creates_a_file_for_a_new_service(
        self, contract: dict[str, str], tmp_path: Path
    ) -> None:
        edit = Edit(
            "user",
            "extend type Query {\n",
            "type Forecast {\n  sun: Int\n}\n\n"
            "extend type Query {\n  gridWeather_getForecast(day: AWSDate!): Forecast\n",
        )
        changed = imported([edit], contract, tmp_path)
        assert changed.keys() == {"base", "grid_weather"}
        assert changed["grid_weather"] == (
            "# The grid weather service.\n\n"
            "extend type Query {\n  gridWeather_getForecast(day: AWSDate!): Forecast\n}\n\n"
            "type Forecast {\n  sun: Int\n}\n"
        )
        assert "scalar AWSDate\n" in changed["base"]

    def test_schema_import_replaces_a_description(
        self, contract: dict[str, str], tmp_path: Path
    ) -> None:
        edit = Edit("user", '"""A user of the Digital Exchange."""', '"""Somebody."""')
        (text,) = imported([edit], contract, tmp_path).values()
        assert text == contract["user"].replace(edit.old, edit.new)

    def test_schema_import_keeps_a_deprecation(
        self, contract: dict[str, str], tmp_path: Path
    ) -> None:
        new = '  email: String @deprecated(reason: "Ask nicely.")\n'
        edit = Edit("user", "  email: String\n", new)
        (text,) = imported([edit], contract, tmp_path).values()
        assert text == contract["user"].replace(edit.old, new)

    def test_schema_import_removes_the_file_of_a_removed_service(
        self, schema: GraphQLSchema, tmp_path: Path
    ) -> None:
        (tmp_path / "weather.graphql").write_text("# Gone.\n\ntype Cloud {\n  wet: Boolean\n}\n")
        assert tmp_path / "weather.graphql" in sdl_files.rewrite(tmp_path, schema)
        assert not (tmp_path / "weather.graphql").exists()


class TestFetching:
    def test_schema_fetch_falls_back_to_the_oldest_introspection_query(
        self, schema: GraphQLSchema, httpx_mock: HTTPXMock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(TOKEN, "token")
        refusal = "Validation error of type UnknownArgument: includeDeprecated"
        httpx_mock.add_response(json={"data": None, "errors": [{"message": refusal}]})
        httpx_mock.add_response(json={"data": introspection_from_schema(schema)})
        fetched = loader.load("https://platform.test/graphql", TOKEN).schema
        assert fetched.type_map.keys() == schema.type_map.keys()

    def test_schema_fetch_without_a_token_sends_nothing(self) -> None:
        with pytest.raises(ContractError, match=f"{TOKEN} must contain a token"):
            loader.load("https://platform.test/graphql", TOKEN)

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (b"\xff\xfe", "must be a UTF-8 text file"),
            (b"{", "not JSON"),
            (b'{"data": {"__schema": {}}}', "not the result of an introspection"),
            (b'{"errors": []}', "not the result of an introspection"),
            (b"type Query {", "Syntax Error"),
            (b"type Query { a: Nothing }", "not a valid schema: Unknown type 'Nothing'"),
            (b"", "Syntax Error"),
        ],
    )
    def test_schema_load_of_an_invalid_file_names_the_file(
        self, content: bytes, message: str, tmp_path: Path
    ) -> None:
        file = tmp_path / "schema"
        file.write_bytes(content)
        with pytest.raises(ContractError, match=message) as refusal:
            loader.from_file(file)
        assert str(file) in str(refusal.value)
