"""Defines the classes of responses: one per fragment and per selection of a field."""

import itertools
import re
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from graphql import (
    FragmentDefinitionNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    SchemaMetaFieldDef,
    TypeMetaFieldDef,
    TypeNameMetaFieldDef,
    get_named_type,
)

from ..documents import make_problem
from ..errors import ContractError
from .names import (
    IMPORTED,
    MEMBERS_OF_MODELS,
    TYPENAME,
    assign_python_names,
    find_unused_name,
    to_class_name,
)
from .selections import MergedField, MergedSelections, Selections, merge_selections

META_FIELDS = {
    "__schema": SchemaMetaFieldDef,
    "__type": TypeMetaFieldDef,
    TYPENAME: TypeNameMetaFieldDef,
}
# Introspection names start with underscores, which are not allowed in schemas.
INTROSPECTION = "Introspection"
INTROSPECTION_FIELDS = {"__schema": "introspectionSchema", "__type": "introspectionType"}
DIRECTIVE = "response"
DIRECTIVE_SDL = (
    f"directive @{DIRECTIVE}(key: String!, attribute: String!, conditional: Boolean!) on FIELD"
)
"""The directive with a field's response key, its attribute, and whether it may be missing."""


class Attribute(NamedTuple):
    """An attribute of a class.

    Attributes:
        name: Its name.
        kind: The class of an object, or the type of a scalar.
        conditional: Whether it may be missing in a response.
    """

    name: str
    kind: str
    conditional: bool


class ResponseClass(NamedTuple):
    """A class of responses.

    Attributes:
        bases: The fragments whose classes it extends.
        attributes: Its attributes, including inherited ones, by response key.
        selection_set: The selection set it is generated from.
    """

    bases: list[str]
    attributes: dict[str, Attribute]
    selection_set: str


class ResponseClassBuilder:
    """Names the classes of a document, and builds the selections that they are generated from."""

    def __init__(
        self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode]
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._roots = {schema.query_type, schema.mutation_type, schema.subscription_type}
        self._taken = set(IMPORTED)
        self._taken |= {
            name
            for name, kind in schema.type_map.items()
            if isinstance(kind, GraphQLEnumType | GraphQLInputObjectType)
        }
        self._top_level: set[str] = set()
        self._of_fragments: dict[str, ResponseClass] = {}
        self._placeholders: dict[str, type] = {}
        self.names: dict[str, str] = {
            name: self.reserve_name(to_class_name(name)) for name in fragments
        }
        """The class name of each fragment."""

    def reserve_name(self, name: str) -> str:
        """Reserve a class name for an operation or a fragment."""
        found = find_unused_name(name, self._taken)
        self._taken.add(found)
        self._top_level.add(found)
        return found

    def build_for_fragment(self, name: str) -> ResponseClass:
        """Build the class of a fragment."""
        if name not in self._of_fragments:
            fragment = self._fragments[name]
            kind = self._schema.type_map[fragment.type_condition.name.value]
            selections = [Selections(fragment.selection_set, False)]
            self._of_fragments[name] = self.build(kind, selections, self.names[name])
        return self._of_fragments[name]

    def build(
        self, kind: GraphQLNamedType, selections: list[Selections], name: str
    ) -> ResponseClass:
        """Build the class `name` for selections on a type."""
        if not isinstance(kind, GraphQLObjectType):
            message = f"{kind.name}: interfaces and unions are not supported."
            raise ContractError(f"{make_problem(selections[0].node, message)}")
        merged = self._merge(kind, selections)
        bases = list(merged.fragments)
        inherited = self._collect_attributes(bases)
        names = assign_python_names(
            merged.fields,
            lambda python: (
                python in {attribute.name for attribute in inherited.values()}
                or self._is_reserved(python)
            ),
        )
        own, texts = {}, [f"...{self.names[fragment]}" for fragment in bases]
        for key, field in merged.fields.items():
            own[key], text = self._build_attribute(kind, key, field, names, name)
            texts.append(text)
        return ResponseClass(bases, {**inherited, **own}, f"{{ {' '.join(texts)} }}")

    def _is_reserved(self, attribute: str) -> bool:
        # An attribute with a default shadows the class of the same name in later annotations. The
        # names of nested classes start with that of an operation or a fragment.
        if attribute in MEMBERS_OF_MODELS or attribute in self._taken:
            return True
        return attribute.startswith(tuple(self._top_level)) and not attribute.endswith("_")

    def _collect_attributes(self, fragments: Iterable[str]) -> dict[str, Attribute]:
        return {
            key: attribute
            for fragment in fragments
            for key, attribute in self.build_for_fragment(fragment).attributes.items()
        }

    def _build_attribute(
        self,
        kind: GraphQLObjectType,
        key: str,
        field: MergedField,
        names: Mapping[str, str],
        owner: str,
    ) -> tuple[Attribute, str]:
        """Build an attribute, and the field that it is generated from."""
        field_name = field.node.name.value
        definition = META_FIELDS.get(field_name) or kind.fields[field_name]
        alias, attribute = names[key], names[key]
        value, selection_set = str(definition.type), ""
        if field.parts:
            alias, value = self._assign_class(attribute, names.values(), owner)
            nested = self.build(get_named_type(definition.type), field.selections, value)
            selection_set = nested.selection_set
            if spread := re.fullmatch(r"{ \.\.\.(\w+) }", selection_set):
                value = spread[1]
        directive = (
            f'@{DIRECTIVE}(key: "{key}", attribute: "{attribute}", '
            f"conditional: {str(field.conditional).lower()})"
        )
        selected = INTROSPECTION_FIELDS.get(field_name, field_name)
        return (
            Attribute(attribute, value, field.conditional),
            f"{alias}: {selected} {directive} {selection_set}".rstrip(),
        )

    def _assign_class(
        self, attribute: str, attributes: Collection[str], owner: str
    ) -> tuple[str, str]:
        """Return the name of an attribute's class, and the alias for ariadne-codegen."""
        for number in itertools.count(1):
            suffix = str(number) if number > 1 else ""
            alias, name = f"{attribute}{suffix}", f"{owner}{to_class_name(attribute)}{suffix}"
            if name not in self._taken and (not suffix or alias not in attributes):
                break
        self._taken.add(name)
        return alias, name

    def _merge(self, kind: GraphQLObjectType, selections: list[Selections]) -> MergedSelections:
        """Merge selections; fragments whose classes cannot be combined as bases become fields."""
        inlined: set[str] = set()

        def is_kept(fragment: FragmentDefinitionNode) -> bool:
            same_type = fragment.type_condition.name.value == kind.name
            return same_type and kind not in self._roots and fragment.name.value not in inlined

        while True:
            merged = merge_selections(selections, self._fragments, is_kept)
            self._drop_inherited(merged)
            if not (conflicts := self._find_conflicts(merged)):
                return merged
            inlined |= conflicts

    def _drop_inherited(self, merged: MergedSelections) -> None:
        """Remove fields and fragments that are inherited from the fragments of a selection."""
        held = {base for name in merged.fragments for base in self._collect_bases(name)}
        merged.fragments = [name for name in merged.fragments if name not in held]
        inherited = self._collect_attributes(merged.fragments)
        for key, field in list(merged.fields.items()):
            always = key in inherited and not inherited[key].conditional
            if key in inherited and not field.parts and (always or field.conditional):
                del merged.fields[key]

    def _collect_bases(self, fragment: str) -> set[str]:
        bases = self.build_for_fragment(fragment).bases
        return {*bases, *(further for base in bases for further in self._collect_bases(base))}

    def _find_conflicts(self, merged: MergedSelections) -> set[str]:
        """Find fragments whose classes have a different attribute with the same key or name."""
        conflicts = set()
        by_key: dict[str, tuple[Attribute, str]] = {}
        by_name: dict[str, tuple[str, str]] = {}
        for fragment in merged.fragments:
            for key, attribute in self.build_for_fragment(fragment).attributes.items():
                if key in merged.fields:
                    conflicts.add(fragment)
                held, holder = by_key.setdefault(key, (attribute, fragment))
                named, namer = by_name.setdefault(attribute.name, (key, fragment))
                if held != attribute:
                    conflicts |= {fragment, holder}
                if named != key:
                    conflicts |= {fragment, namer}
        if not conflicts and not self._are_compatible_bases(merged.fragments):
            return set(merged.fragments)
        return conflicts

    def _are_compatible_bases(self, fragments: list[str]) -> bool:
        """Whether Python can compute a method resolution order for a class of these fragments."""
        try:
            self._build_placeholder("", fragments)
        except TypeError:
            return False
        return True

    def _build_placeholder(self, name: str, fragments: list[str]) -> type:
        bases = [
            self._placeholders.get(fragment)
            or self._build_placeholder(fragment, self.build_for_fragment(fragment).bases)
            # ariadne-codegen sorts them.
            for fragment in sorted(fragments, key=lambda fragment: self.names[fragment])
        ]
        placeholder = type(name, tuple(bases), {})
        if name:
            self._placeholders[name] = placeholder
        return placeholder
