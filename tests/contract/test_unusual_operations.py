"""Custom operations may have any form and name that GraphQL allows."""

import asyncio
import importlib
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from avista_digital_exchange_sdk.local import LocalExchange

from ..support.clients import RUNNER
from .conftest import Command
from .generated import (
    PACKAGE,
    Operation,
    assert_responses_match_the_platform,
    errors_of_types,
    generate,
    imported,
)

ME = "{ user_getUserSession { user { userId } } }"
STORES = "{ storage_listDataStores { name } }"
STORE_ID = "the id of a data store"
YES, NO = {"yes": True}, {"no": False}
CONDITIONED = """
    storage_listDataStores @include(if: $yes) { name }
    none: storage_listDataStores @include(if: $no) { name }
    me: user_getUserSession @skip(if: $yes) { user { userId } }
    user_getUserSession {
      user {
        userId @include(if: $no)
        firstName @skip(if: $no)
        organization @include(if: $yes) { organizationId @skip(if: $yes) name }
      }
    }
"""
UNUSUAL_ARGUMENTS = (
    *("variables", "self", "data", "kwargs", "operation_name", "class", "result", "type"),
    *("_x", "__y", "None", "OddArguments", "gql", "_", "_1", "class_", "UNSET"),
    *("AsyncClient", "Client", "EventIterator", "SyncEventIterator", "cast", "Optional"),
)
OPERATIONS = {
    "typename at the root": Operation(
        "root_typename", "query rootTypename { __typename storage_listDataStores { __typename } }"
    ),
    "nothing but typename": Operation("only_typename", "query onlyTypename { __typename }"),
    "typename under an alias": Operation(
        "kind", "query kind { kind: __typename me: user_getUserSession { kind: __typename } }"
    ),
    "conditional typename": Operation(
        "no_typename",
        "query noTypename($no: Boolean!) {"
        " user_getUserSession { __typename @include(if: $no) user { userId } } }",
        NO,
    ),
    "reserved words": Operation(
        "reserved_words",
        """query reservedWords {
          class: user_getUserSession { from: user { import: firstName None: lastName } }
          copy: user_getUserSession { json: user { dict: __typename schema: email } }
          construct: user_getUserSession { model_dump: user { model_config: userId } }
          list: storage_listDataStores { Config: name validate: dataStoreId str: name }
        }""",
    ),
    "underscores": Operation(
        "underscores",
        """query underscores { _a: user_getUserSession {
          _: user { __a: firstName ___: lastName _1: userId _class: email class: email }
        } }""",
    ),
    "an alias that another would become": Operation(
        "near", "query near { class_: storage_listDataStores { name } class: __typename }"
    ),
    "aliases called as types": Operation(
        "type_names",
        """query typeNames {
          Optional: storage_listDataStores { Items: name Any: dataStoreId }
          Items: storage_listDataStores { Optional: dataStoreId str: name }
          TypeNames: user_getUserSession { TypeNamesOptional: user { userId } }
          ServiceType: storage_listDataStores { BaseModel: name Field: name }
        }""",
    ),
    "aliases that differ by case or underscores": Operation(
        "alike",
        """query alike {
          foo_bar: user_getUserSession { user { userId } }
          fooBar: user_getUserSession { user { firstName } }
          FooBar: user_getUserSession { user { lastName } }
          fooBar2: user_getUserSession { b: user { userId } }
          fooBar2B: user_getUserSession { user { firstName } }
        }""",
    ),
    "conditions": Operation(
        "conditions",
        f"query conditions($yes: Boolean!, $no: Boolean!) {{ {CONDITIONED} }}",
        YES | NO,
    ),
    "conditions that turn out otherwise": Operation(
        "other_conditions",
        f"query otherConditions($yes: Boolean!, $no: Boolean!) {{ {CONDITIONED} }}",
        {"yes": False, "no": True},
    ),
    "a condition on the only field": Operation(
        "one_condition",
        "query oneCondition($no: Boolean!) { user_getUserSession @include(if: $no) {"
        " user { userId } } }",
        NO,
    ),
    "a condition on the only list": Operation(
        "one_list",
        "query oneList($no: Boolean!) { storage_listDataStores @include(if: $no) { name } }",
        NO,
    ),
    "conditional fragments": Operation(
        "conditional_fragments",
        """query conditionalFragments($no: Boolean!) { user_getUserSession { user {
          ...WithOrganization @include(if: $no) ... @skip(if: $no) { lastName } firstName
        } } }
        fragment WithOrganization on User { userId firstName organization { name } }""",
        NO,
    ),
    "arguments called as locals and reserved words": Operation(
        "odd_arguments",
        "query oddArguments($query: ID!, $cls: Boolean = true"
        + "".join(f", ${name}: Boolean!" for name in UNUSUAL_ARGUMENTS)
        + ") { storage_getDataStore(dataStoreId: $query) { description @include(if: $cls)"
        + "".join(f" a{i}: name @include(if: ${name})" for i, name in enumerate(UNUSUAL_ARGUMENTS))
        + " } }",
        {"query": STORE_ID} | {name: index % 3 > 0 for index, name in enumerate(UNUSUAL_ARGUMENTS)},
    ),
    "defaults of variables that are never null": Operation(
        "required_with_default",
        """query requiredWithDefault($id: ID!, $yes: Boolean! = true, $no: Boolean = false) {
          storage_getDataStore(dataStoreId: $id) {
            name @include(if: $yes) description @skip(if: $no)
          }
        }""",
        {"id": STORE_ID},
    ),
    "one of these defaults replaced": Operation(
        "default_replaced",
        """query defaultReplaced($yes: Boolean! = true) {
          storage_listDataStores { name @include(if: $yes) }
        }""",
        {"yes": False},
    ),
    "fields selected several times": Operation(
        "merged",
        """query merged {
          user_getUserSession { user { userId } }
          user_getUserSession {
            user { firstName organization { name } }
            ... on UserSession { user { organization { organizationId } } }
            ... { user { lastName } }
          }
        }""",
    ),
    "fragments that overlap": Operation(
        "overlapping",
        """query overlapping {
          user_getUserSession { user { ...One ...Other userId organization { organizationId } } }
          a: user_getUserSession { user { ...One ...Third } }
          b: user_getUserSession { user { ...One ...Fourth userId } }
        }
        fragment One on User { userId organization { name } }
        fragment Other on User { userId organization { organizationId name } }
        fragment Third on User { userId lastName }
        fragment Fourth on User { ...One ...Third }""",
    ),
    "fragments on the root": Operation(
        "roots",
        """query roots { ...Roots ... on Query { a: storage_listDataStores { name } } }
        fragment Roots on Query { ...More storage_listDataStores { name } }
        fragment More on Query { user_getUserSession { user { userId } } }""",
    ),
    "a fragment on the root with one field": Operation(
        "one_root",
        f"query oneRoot {{ ...OneRoot }}\nfragment OneRoot on Query {STORES}",
    ),
    "fragments called as types": Operation(
        "fragment_names",
        """query fragmentNames {
          storage_listDataStores { ...NonNullList ...Optional }
          user_getUserSession {
            user { ...Any ...str ...list } ...Union ...Client ...BaseModel ...Field ...Literal
          }
          a: storage_listDataStores { ...ServiceType }
          b: storage_listDataStores { ...TimeSeriesDbDataInput }
          c: storage_listDataStores { ...None }
        }
        fragment NonNullList on DataStore { name }
        fragment Optional on DataStore { name dataStoreId }
        fragment Any on User { userId }
        fragment str on User { firstName }
        fragment list on User { lastName }
        fragment Union on UserSession { user { userId } }
        fragment Client on UserSession { user { firstName } }
        fragment BaseModel on UserSession { user { userId } }
        fragment Field on UserSession { __typename }
        fragment Literal on UserSession { user { userId organization { name } } }
        fragment ServiceType on DataStore { name }
        fragment TimeSeriesDbDataInput on DataStore { name }
        fragment None on DataStore { name }""",
    ),
    "introspection": Operation(
        "introspection",
        """query introspection {
          __schema { queryType { name } types { kind name } directives { name locations } }
          __type(name: "User") {
            __typename kind fields(includeDeprecated: true) { name type { ...Described } }
          }
        }
        fragment Described on __Type { kind name ofType { name kind } }""",
    ),
    "introspection alone": Operation("health", 'query health { __type(name: "User") { name } }'),
    "texts": Operation(
        "texts",
        r"""mutation texts {
          a: storage_createDataStore(name: "it's \"q\" {x} %s C:\\new \u00e9 \uD83D\uDE00 \t é 😀")
            { name }
          b: storage_createDataStore(name: "b", description: "") { description }
          c: storage_createDataStore(name: "c", description: "\"") { description }
          d: storage_createDataStore(name: "d", description: "'''") { description }
          e: storage_createDataStore(name: "e", description: "\\\"\\\"\\\"\\n\n") { description }
        }""",
    ),
    "block strings": Operation(
        "blocks",
        '''mutation blocks {
          a: storage_createDataStore(name: "a", description: """
            first
              second \\""" "quoted" it's {x} \\n \\ é 😀

            fourth
          """) { description }
          b: storage_createDataStore(name: "b", description: """""") { description }
          c: storage_createDataStore(name: "c", description: """one "line" """) { description }
        }''',
    ),
    "descriptions and comments": Operation(
        "described",
        '''# A comment.
        """
        Who I am, "quoted" and with a \\ and a \\""".
        """
        query described("What to skip." $no: Boolean = false) { # another
          user_getUserSession @skip(if: $no) { user { ...Described1 } } }
        "One line."
        fragment Described1 on User { userId }''',
    ),
    "a description of one line": Operation("line", rf'"It says \"yes\"" query line {ME}'),
    "windows line ends": Operation("windows", "query windows {\r\n  __typename\r\n}\r\n"),
    "a byte order mark": Operation("mark", f"\ufeffquery mark {ME}"),
    "a name with underscores alone": Operation("field", f"query _ {ME}"),
    "a name with a number alone": Operation("field_1", f"query _1 {ME}"),
    "a name called as its own type": Operation("service_type", f"query serviceType {ME}"),
    "a name called as a fragment": Operation("one", f"query one {ME}"),
} | {
    f"an operation called {name}": Operation(method, f"query {name} {ME}")
    for name, method in {
        "endpoint": "endpoint",
        "token": "token",
        "log": "log",
        "backend": "backend",
        "maxRetries": "max_retries",
        "execute": "execute",
        "events": "events",
        "subscription": "subscription",
        "forCleanup": "for_cleanup",
        "__init__": "init",
        "__enter__": "enter",
        "blocking_iterator": "blocking_iterator",
        "list": "list_",
        "class": "class_",
        "None": "none",
        "true": "true",
        "optional": "optional",
        "union": "union",
        "items": "items",
        "unset": "unset",
        "gql": "gql",
        "dataStore": "data_store",
        "user": "user",
        "query": "query",
        "mutation": "mutation",
        "fragment": "fragment",
    }.items()
}


SUBSCRIPTION = """
    subscription published($id: ID!) { ...Published1 }
    fragment Published1 on Subscription {
      class: onTimeSeriesDbPublish(timeSeriesDbId: $id, assetId: "roof") { assetId }
    }
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a package generated from all operations."""
    folder = tmp_path_factory.mktemp("odd")
    texts = {
        f"{index}.{('graphql', 'gql', 'graphqls')[index % 3]}": operation.text
        for index, operation in enumerate(OPERATIONS.values())
    }
    generate(folder, {**texts, "subscription.graphql": SUBSCRIPTION})
    return folder


@pytest.fixture(scope="module")
def module(folder: Path) -> Iterator[ModuleType]:
    with imported(folder) as module:
        yield module


@pytest.mark.parametrize("name", OPERATIONS)
def test_unusual_operation_gets_the_same_response_in_both_clients(
    name: str, module: ModuleType, local: LocalExchange
) -> None:
    operation = OPERATIONS[name]
    values = {
        variable: local.dataStoreId if value == STORE_ID else value
        for variable, value in operation.values.items()
    }
    assert_responses_match_the_platform(operation._replace(values=values), module, local)


def test_package_of_unusual_operations_passes_a_strict_type_check(folder: Path) -> None:
    assert errors_of_types(folder) == ""


def test_subscription_with_a_fragment_on_the_root_starts(
    module: ModuleType, local: LocalExchange
) -> None:
    async def start() -> None:
        async with (
            module.AsyncClient(local.token, endpoint=local.endpoint) as client,
            aclosing(client.published(local.timeSeriesDbId)) as events,
        ):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(anext(events), 0.3)

    RUNNER.run(start())
    result = importlib.import_module(f"{PACKAGE}.published").Published
    event = result.model_validate({"class": [{"assetId": "roof"}]})
    assert event.class_[0].assetId == "roof"


class TestNames:
    """Attributes and arguments for names that are not valid in Python."""

    @pytest.fixture
    def client(self, module: ModuleType, local: LocalExchange) -> Iterator[Any]:
        with module.Client(local.token, endpoint=local.endpoint) as client:
            yield client

    def test_generated_names_of_reserved_words_get_an_underscore(self, client: Any) -> None:
        result = client.reserved_words()
        assert result.class_.from_.import_ == "Ada"
        assert result.copy_.json_.dict_ == "User"
        assert result.construct_.model_dump_.model_config_
        assert result.list_[0].str_ == result.list_[0].Config_ == "Solar site"

    def test_generated_names_drop_leading_underscores(self, client: Any) -> None:
        user = client.underscores().field
        assert (user.a, user.field) == ("Ada", "Lindqvist")
        assert user.field_1.startswith("userId.")
        assert user.class_ == user.class__

    def test_generated_name_that_is_valid_is_kept_despite_collisions(self, client: Any) -> None:
        result = client.near()
        assert (result.class_[0].name, result.class__) == ("Solar site", "Query")

    def test_generated_typename_is_an_attribute(self, client: Any) -> None:
        result = client.root_typename()
        assert result.typename__ == "Query"
        assert result.storage_listDataStores[0].typename__ == "DataStore"

    def test_generated_fragment_named_like_a_type_has_its_own_class(
        self, client: Any, folder: Path
    ) -> None:
        fragments = importlib.import_module(f"{PACKAGE}.fragments")
        result = client.fragment_names()
        assert isinstance(result.storage_listDataStores[0], fragments.NonNullList2)
        assert isinstance(result.storage_listDataStores[0], fragments.Optional2)
        assert type(result.a[0]) is fragments.ServiceType2

    def test_generated_compatible_fragments_are_joint_base_classes(self, client: Any) -> None:
        fragments = importlib.import_module(f"{PACKAGE}.fragments")
        result = client.overlapping()
        assert isinstance(result.a.user, fragments.One)
        assert isinstance(result.a.user, fragments.Third)
        assert isinstance(result.b.user, fragments.Fourth)

    def test_generated_method_has_the_description_of_its_operation(
        self, module: ModuleType
    ) -> None:
        for client in (module.Client, module.AsyncClient):
            assert client.described.__doc__ == 'Who I am, "quoted" and with a \\ and a """.'
            assert client.line.__doc__ == 'It says "yes"'

    def test_generated_documents_contain_no_descriptions(self, folder: Path) -> None:
        assert "What to skip" not in (folder / PACKAGE / "client.py").read_text("utf-8")

    def test_generated_variable_with_a_default_is_optional_and_null_only_if_nullable(
        self, module: ModuleType
    ) -> None:
        types = module.AsyncClient.required_with_default.__annotations__
        assert types == {
            "id": "str",
            "yes": "Union[bool, Unset]",
            "no": "Union[Optional[bool], Unset]",
            "return": "Optional[RequiredWithDefaultStorageGetDataStore]",
        }

    def test_generated_call_omits_unset_variables_for_the_default(self, client: Any) -> None:
        assert client.default_replaced()[0].name == "Solar site"
        assert client.default_replaced(yes=False)[0].name is None


REFUSED = {
    "two operations that become one method": (
        {"a.graphql": f"query getUser {ME}", "b.graphql": f"\n\nquery get_user {ME}"},
        "b.graphql:3:1: The method of the operation get_user would be called get_user, like that "
        "of the operation at {folder}/a.graphql:1; rename the operation.",
    ),
    "two operations that differ by case": (
        {"a.graphql": f"query getIt {ME} query GetIt {ME}"},
        "a.graphql:1:57: The method of the operation GetIt would be called get_it",
    ),
    "an operation called close": (
        {"a.graphql": f"query close {ME}"},
        "a.graphql:1:1: The method of the operation close would be called close, which is reserved",
    ),
    "an operation called as a module": (
        {"a.graphql": f"query inputTypes {ME}"},
        "a.graphql:1:1: The method of the operation inputTypes would be called input_types",
    ),
    "an operation whose module no file system takes": (
        {"a.graphql": f"query a{'b' * 250} {ME}"},
        "would be called a"
        + "b" * 250
        + ", which is longer than 200 characters; rename the operation.",
    ),
    "two fragments that become one class": (
        {
            "a.graphql": f"query a {ME} fragment user_name on User {{ userId }}",
            "b.graphql": "fragment UserName on User { firstName }",
        },
        "b.graphql:1:1: The class of the fragment UserName would be called UserName, like that of "
        "the fragment at {folder}/a.graphql:1; rename the fragment.",
    ),
    "the same operation twice": (
        {"a.graphql": f"query a {ME}", "b.graphql": f"query a {STORES}"},
        "a.graphql:1:7: There can be only one operation named 'a'. See also {folder}/b.graphql:1.",
    ),
    "the same fragment twice": (
        {
            "a.graphql": f"query a {ME} fragment A on User {{ userId }}",
            "b.graphql": "fragment A on User { userId }",
        },
        "There can be only one fragment named 'A'. See also {folder}/b.graphql:1.",
    ),
    "an operation without a name": (
        {"a.graphql": ME},
        "a.graphql:1:1: An operation needs a name.",
    ),
    "a field that is not there": (
        {"a.gql": "query a {\n  nothing\n}"},
        "a.gql:2:3: Cannot query field 'nothing' on type 'Query'.",
    ),
    "a directive that is not known": (
        {"a.gql": "query a { __typename @client }"},
        "a.gql:1:22: Unknown directive '@client'.",
    ),
    "no operations": (
        {"a.gql": "", "b.graphql": "# nothing\n", "c.graphql": "\ufeff"},
        "These files contain no operation.",
    ),
    "a file that is no text": (
        {"a.gql": "\udcff\udcfe"},
        "a.gql: must be a UTF-8 text file",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_unusable_operation_is_refused_before_anything_is_written(
    name: str, command: Command, tmp_path: Path
) -> None:
    generate(tmp_path, {"a.graphql": f"query before {ME}"})
    before = {file: file.read_bytes() for file in (tmp_path / PACKAGE).iterdir()}
    texts, message = REFUSED[name]
    folder = tmp_path / "refused"
    folder.mkdir()
    for file, text in texts.items():
        (folder / file).write_bytes(text.encode("utf-8", "surrogateescape"))
    outcome = command("generate", "--queries", folder, "--out", tmp_path / PACKAGE)
    assert outcome.exit_code in (1, 2)
    assert message.format(folder=folder) in outcome.stderr
    assert {file: file.read_bytes() for file in (tmp_path / PACKAGE).iterdir()} == before


class TestFiles:
    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("a.graphql.bak", ME),
            ("a.txt", "# These.\nquery a { __typename }"),
            ("a.ts", "export const a = gql`query a { __typename }`"),
            ("a.py", 'A = gql("""query a { __typename }""")'),
        ],
    )
    def test_file_that_looks_like_operations_and_is_not_read_is_reported(
        self, name: str, text: str, command: Command, tmp_path: Path
    ) -> None:
        (tmp_path / "read.graphql").write_text("query read { __typename }")
        (tmp_path / name).write_text(text)
        outcome = command("generate", "--queries", tmp_path, "--out", tmp_path / PACKAGE)
        assert outcome.exit_code == 0
        assert f"note: {tmp_path / name}: not read" in outcome.stderr

    @pytest.mark.parametrize("name", ["README.md", "a.json", "a.png"])
    def test_other_files_are_ignored(self, name: str, command: Command, tmp_path: Path) -> None:
        (tmp_path / "read.graphql").write_text("query read { __typename }")
        (tmp_path / name).write_bytes(b'{"query": "\xff"}')
        outcome = command("generate", "--queries", tmp_path, "--out", tmp_path / PACKAGE)
        assert (outcome.exit_code, "note" in outcome.stderr) == (0, False)

    def test_schema_next_to_the_operations_is_skipped_with_a_note(
        self, command: Command, tmp_path: Path
    ) -> None:
        (tmp_path / "read.graphql").write_text("query read { __typename }")
        (tmp_path / "schema.graphqls").write_text("type Query { a: Int }")
        outcome = command("generate", "--queries", tmp_path, "--out", tmp_path / PACKAGE)
        assert outcome.exit_code == 0
        assert "schema.graphqls: not used, as it contains a schema" in outcome.stderr

    def test_directory_behind_a_link_is_read_once(self, command: Command, tmp_path: Path) -> None:
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "elsewhere" / "a.gql").write_text("query linked { nothing }")
        queries = tmp_path / "queries"
        queries.mkdir()
        (queries / "link").symlink_to(tmp_path / "elsewhere")
        (queries / "again").symlink_to(queries)
        outcome = command("generate", "--queries", queries, "--out", tmp_path / PACKAGE)
        assert outcome.exit_code == 1
        assert outcome.stderr.count("a.gql:1:16: Cannot query field 'nothing'") == 1

    def test_target_that_python_cannot_import_is_refused(
        self, command: Command, tmp_path: Path
    ) -> None:
        (tmp_path / "a.gql").write_text("query a { __typename }")
        outcome = command("generate", "--queries", tmp_path, "--out", tmp_path / "class")
        assert outcome.exit_code == 2
        assert "'class' is not a valid package name" in outcome.stderr
