"""Lists of the emulator's responses are completed exactly as graphql-core completes them."""

from typing import Any, cast

import pytest
from graphql import ExecutionContext, ExecutionResult, build_schema, execute, parse

from avista_digital_exchange_sdk.local.graphql.completion import PlainDataContext
from avista_digital_exchange_sdk.local.graphql.execution import Execution, ExecutionStoppedError
from avista_digital_exchange_sdk.local.limits import LIMITS

SCHEMA = build_schema(
    """
    type Query { assets: [Asset!] groups: [[Asset]] owners: [Owner] }
    type Asset {
      id: ID! name: String size: Int ratio: Float kind: Kind active: Boolean
      points: [Point!]! tags: [String!] parent: Asset
      scaled(by: Int = 2): Int
    }
    type Point { time: String! value: String }
    enum Kind { METER FEEDER }
    union Owner = Asset | Point
    """
)

ASSET: dict[str, Any] = {
    "id": "a",
    "name": "Ä",
    "size": 3,
    "ratio": 1,
    "kind": "METER",
    "active": True,
    "points": [{"time": "1", "value": None}, {"time": "2", "value": "x"}],
    "tags": ["t"],
    "parent": {"id": 7, "points": []},
}
ALL = "id name size ratio kind active tags points { time value } parent { id points { time } }"


class MappingLike(dict[str, Any]):
    """A mapping that is no plain dict."""


def resolve_member(source: Any, info: Any, **arguments: Any) -> Any:
    if info.field_name == "scaled":
        return source["size"] * arguments["by"]
    return source.get(info.field_name)


def run(
    context_class: type[ExecutionContext], document: str, data: Any, variables: dict[str, Any]
) -> tuple[ExecutionResult, Execution]:
    execution = Execution(cast(Any, None), cast(Any, None), cast(Any, None))
    result = execute(
        SCHEMA,
        parse(document),
        data,
        execution,
        variables,
        None,
        resolve_member,
        middleware=[execution],
        execution_context_class=context_class,
        is_awaitable=lambda _: False,
    )
    assert isinstance(result, ExecutionResult)
    return result, execution


def describe(result: ExecutionResult) -> tuple[Any, list[Any]]:
    return result.data, [error.formatted for error in result.errors or ()]


@pytest.mark.parametrize(
    "document",
    [
        f"{{ assets {{ {ALL} }} }}",
        "{ assets { __typename key: id other: id } }",
        "{ assets { ...A points { time } } } fragment A on Asset { points { value __typename } }",
        "query ($no: Boolean = false) { assets { id tags @include(if: $no) } }",
        "{ assets { scaled(by: 3) id points { time } } }",
        "{ groups { id points { value } } }",
    ],
)
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"id": None},
        {"name": None, "tags": None, "parent": None, "kind": None, "size": None},
        {"size": 2**40},
        {"size": "many"},
        {"kind": "PIPE"},
        {"ratio": "x", "active": 3},
        {"name": ["a"]},
        {"tags": ["a", None]},
        {"tags": "ab"},
        {"tags": ("a", "b")},
        {"tags": [1, True]},
        {"points": None},
        {"points": [None]},
        {"points": [{"value": "1"}]},
        {"points": ({"time": "1"},)},
        {"points": [MappingLike(time="1")]},
        {"points": [ValueError("broken")]},
        {"name": ValueError("broken")},
        {"parent": {"points": []}},
    ],
    ids=str,
)
def test_lists_are_completed_as_graphql_core_completes_them(
    document: str, changes: dict[str, Any]
) -> None:
    asset = ASSET | changes
    data = {"assets": [ASSET, asset], "groups": [[ASSET, None], None, [asset]]}
    expected, slow = run(ExecutionContext, document, data, {})
    result, fast = run(PlainDataContext, document, data, {})
    assert describe(result) == describe(expected)
    assert fast.fields == slow.fields


@pytest.mark.parametrize("assets", [None, [], [None], "ab", {"a": 1}, 3, (ASSET,)], ids=str)
def test_value_of_a_list_is_completed_as_graphql_core_completes_it(assets: object) -> None:
    document = "{ assets { id } }"
    expected, _ = run(ExecutionContext, document, {"assets": assets}, {})
    result, _ = run(PlainDataContext, document, {"assets": assets}, {})
    assert describe(result) == describe(expected)


def test_lists_with_too_many_fields_stop_the_execution(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LIMITS, "max_resolved_fields", 2001)
    document = "{ assets { id name } }"
    result, _ = run(PlainDataContext, document, {"assets": [ASSET] * 1000}, {})
    assert len(cast(Any, result.data)["assets"]) == 1000
    with pytest.raises(ExecutionStoppedError):
        run(PlainDataContext, document, {"assets": [ASSET] * 1001}, {})


def test_lists_of_one_document_share_no_completion() -> None:
    document = "{ first: assets { id } second: assets { name points { time } } }"
    result, _ = run(PlainDataContext, document, {"assets": [ASSET]}, {})
    assert result.data == {
        "first": [{"id": "a"}],
        "second": [{"name": "Ä", "points": [{"time": "1"}, {"time": "2"}]}],
    }
