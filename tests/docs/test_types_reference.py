"""The reference of types: each type with all of its fields, from the docstrings."""

import dataclasses
import re
from collections.abc import Iterator
from enum import Enum
from types import ModuleType
from typing import Any

import griffe
import pydantic
import pytest

import avista_digital_exchange_sdk as package
from avista_digital_exchange_sdk import DxTypes, errors, types
from scripts.documentation.fields import PACKAGE, TypeFields, find_types, format_annotation

from ..support.documents import ROOT

DIRECTIVE = re.compile(r"^#+ (\w+)\n(?:\n[^#:]+)?\n::: ([\w.]+)$", re.M)
PAGE = (ROOT / "docs" / "reference" / "types.md").read_text("utf-8")
MODULES: dict[str, ModuleType] = {"types": types, "DxTypes": DxTypes}
TYPES = {name: getattr(module, name) for module in MODULES.values() for name in module.__all__}
# Classes with other fields than those of their annotations.
WITHOUT_FIELDS = {"AsyncEventStream", "EventStream", "PublishResult"}


@pytest.fixture(scope="module")
def described() -> dict[str, dict[str, griffe.DocstringAttribute]]:
    """The fields of each type as the page shows them."""
    loaded = griffe.load(
        PACKAGE,
        search_paths=[ROOT / "src"],
        extensions=griffe.load_extensions(TypeFields),
        docstring_parser="google",
        resolve_aliases=False,
    )
    assert isinstance(loaded, griffe.Module)
    return {
        name: {
            field.name: field
            for section in kind.docstring.parsed
            if isinstance(section, griffe.DocstringSectionAttributes)
            for field in section.value
        }
        for name, kind in find_types(loaded)
        if kind.docstring
    }


def fields_of(kind: Any) -> Iterator[str]:
    """The public fields and properties of a type, or the members of an enum."""
    if issubclass(kind, Enum):
        yield from kind.__members__
    elif issubclass(kind, pydantic.BaseModel):
        yield from kind.model_fields
    elif dataclasses.is_dataclass(kind):
        yield from (field.name for field in dataclasses.fields(kind))
    elif hasattr(kind, "_fields"):
        yield from kind._fields
    else:
        yield from kind.__annotations__
    for base in kind.__mro__:
        if base.__module__.startswith(PACKAGE):
            members = vars(base).items()
            yield from (name for name, value in members if isinstance(value, property))


def test_page_has_a_section_of_each_public_type() -> None:
    sections = dict(DIRECTIVE.findall(PAGE))
    others = re.findall(r"^\| `(\w+)` \| \[(\w+)\]", PAGE, re.M)
    assert {name: TYPES[name] for name, _ in others} == {name: TYPES[to] for name, to in others}
    expected = {
        name: f"{PACKAGE}.{module}.{name}"
        for module, source in MODULES.items()
        for name in source.__all__
    }
    assert sections == {name: path for name, path in expected.items() if name not in dict(others)}


@pytest.mark.parametrize("name", sorted(TYPES.keys() - WITHOUT_FIELDS))
def test_section_describes_exactly_the_fields_of_the_type(
    name: str, described: dict[str, dict[str, griffe.DocstringAttribute]]
) -> None:
    assert sorted(described[name]) == sorted(set(fields_of(TYPES[name])))


def test_fields_have_the_types_of_their_values(
    described: dict[str, dict[str, griffe.DocstringAttribute]],
) -> None:
    def show(name: str, field: str) -> object:
        return described[name][field].annotation

    assert show("DataStoreFile", "name") == "str"
    assert show("DataStoreFile", "storageSizeBytes") == "int | None"
    assert show("AuthenticationToken", "tokenValue") == "str | None"
    assert show("User", "userRoles") == "list[UserRole]"
    assert show("DataStoreDirectory", "files") == "list[DataStoreFile]"
    assert show("StreamGap", "recoveredFrom") == "datetime | None"
    assert show("TimeUnit", "SECONDS") is None
    for fields in described.values():
        for field in fields.values():
            assert not re.search(
                r"Optional|NonNull|Secret|NotRequired|['\"]", str(field.annotation)
            )


def test_fields_are_described_with_units_and_conditions(
    described: dict[str, dict[str, griffe.DocstringAttribute]],
) -> None:
    assert "in bytes" in described["DataStoreFile"]["storageSizeBytes"].description
    assert "milliseconds since 1970" in described["EndpointProperty"]["timestamp"].description
    assert "administrators" in described["User"]["email"].description
    assert "datetime in UTC" in described["TimeSeriesAssetAttribute"]["value"].description


@pytest.mark.parametrize(
    ("annotation", "shown"),
    [
        ("Optional['User']", "User | None"),
        ("NonNullList['User']", "list[User]"),
        ("Optional[SecretStr]", "str | None"),
        ("NotRequired[Sequence[str] | None]", "Sequence[str] | None"),
        ("dict[str, Any]", "dict[str, Any]"),
    ],
)
def test_annotation_is_shown_as_the_type_of_values(annotation: str, shown: str) -> None:
    assert format_annotation(annotation) == shown


def test_errors_are_all_public() -> None:
    assert {name for name in errors.__all__ if hasattr(package, name)} == set(errors.__all__)
