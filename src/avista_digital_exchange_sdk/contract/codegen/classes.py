"""The classes that answers are parsed into, one for each fragment and each selection of a field."""

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

from ..documents import problem_at
from ..errors import ContractError
from .names import (
    IMPORTED,
    MEMBERS_OF_MODELS,
    TYPENAME,
    class_name,
    python_names,
    unused,
)
from .selections import Merged, MergedField, Selections, merge

META_FIELDS = {
    "__schema": SchemaMetaFieldDef,
    "__type": TypeMetaFieldDef,
    TYPENAME: TypeNameMetaFieldDef,
}
# The names of introspection begin with underscores, which is not allowed in a schema of one's own.
INTROSPECTION = "Introspection"
INTROSPECTION_FIELDS = {"__schema": "introspectionSchema", "__type": "introspectionType"}
DIRECTIVE = "response"
DIRECTIVE_SDL = (
    f"directive @{DIRECTIVE}(key: String!, attribute: String!, conditional: Boolean!) on FIELD"
)
"""What tells of a field its key in the answer, its attribute, and whether an answer may lack it."""


class Attribute(NamedTuple):
    """An attribute of a class.

    Attributes:
        name: Its name.
        kind: The class of an object, or the type of a value.
        conditional: Whether an answer may lack it.
    """

    name: str
    kind: str
    conditional: bool


class AnswerClass(NamedTuple):
    """A class of answers.

    Attributes:
        bases: The fragments whose classes it extends.
        attributes: Its attributes, inherited ones included, by their keys in an answer.
        selection_set: What it is generated from.
    """

    bases: list[str]
    attributes: dict[str, Attribute]
    selection_set: str


class AnswerClasses:
    """Names the classes of a document, and writes the selections that they are generated from."""

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
        self._outermost: set[str] = set()
        self._of_fragments: dict[str, AnswerClass] = {}
        self._stand_ins: dict[str, type] = {}
        self.names = {name: self.new(class_name(name)) for name in fragments}
        """The name of each fragment's class."""

    def new(self, name: str) -> str:
        """Find a name for the class of an operation or a fragment."""
        found = unused(name, self._taken)
        self._taken.add(found)
        self._outermost.add(found)
        return found

    def of_fragment(self, name: str) -> AnswerClass:
        """Make the class of a fragment."""
        if name not in self._of_fragments:
            fragment = self._fragments[name]
            kind = self._schema.type_map[fragment.type_condition.name.value]
            selections = [Selections(fragment.selection_set, False)]
            self._of_fragments[name] = self.of_selections(kind, selections, self.names[name])
        return self._of_fragments[name]

    def of_selections(
        self, kind: GraphQLNamedType, selections: list[Selections], name: str
    ) -> AnswerClass:
        """Make the class called `name`, of what is selected of a type."""
        if not isinstance(kind, GraphQLObjectType):
            message = f"{kind.name}: no classes are generated for interfaces and unions."
            raise ContractError(f"{problem_at(selections[0].node, message)}")
        merged = self._merged(kind, selections)
        bases = list(merged.fragments)
        inherited = self._attributes_of(bases)
        names = python_names(
            merged.fields,
            lambda python: (
                python in {attribute.name for attribute in inherited.values()}
                or self._is_reserved(python)
            ),
        )
        own, texts = {}, [f"...{self.names[fragment]}" for fragment in bases]
        for key, field in merged.fields.items():
            own[key], text = self._attribute(kind, key, field, names, name)
            texts.append(text)
        return AnswerClass(bases, {**inherited, **own}, f"{{ {' '.join(texts)} }}")

    def _is_reserved(self, attribute: str) -> bool:
        # An attribute with a default hides the class of its name from those that follow it, and
        # all classes begin with the name of an outermost one.
        return attribute in MEMBERS_OF_MODELS | self._taken or (
            attribute.startswith(tuple(self._outermost)) and not attribute.endswith("_")
        )

    def _attributes_of(self, fragments: Iterable[str]) -> dict[str, Attribute]:
        return {
            key: attribute
            for fragment in fragments
            for key, attribute in self.of_fragment(fragment).attributes.items()
        }

    def _attribute(
        self,
        kind: GraphQLObjectType,
        key: str,
        field: MergedField,
        names: Mapping[str, str],
        owner: str,
    ) -> tuple[Attribute, str]:
        """Make an attribute, and the field that it is generated from."""
        field_name = field.node.name.value
        definition = META_FIELDS.get(field_name) or kind.fields[field_name]
        alias, attribute = names[key], names[key]
        value, selection_set = str(definition.type), ""
        if field.parts:
            alias, value = self._class_of(attribute, names.values(), owner)
            answer_class = self.of_selections(
                get_named_type(definition.type), field.selections, value
            )
            selection_set = answer_class.selection_set
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

    def _class_of(self, attribute: str, attributes: Collection[str], owner: str) -> tuple[str, str]:
        """Find the name of an attribute's class, and the alias that ariadne-codegen makes it of."""
        for number in itertools.count(1):
            suffix = str(number) if number > 1 else ""
            alias, name = f"{attribute}{suffix}", f"{owner}{class_name(attribute)}{suffix}"
            if name not in self._taken and (not suffix or alias not in attributes):
                break
        self._taken.add(name)
        return alias, name

    def _merged(self, kind: GraphQLObjectType, selections: list[Selections]) -> Merged:
        """Merge selections; fragments whose classes can't be bases together become fields."""
        dissolved: set[str] = set()

        def is_kept(fragment: FragmentDefinitionNode) -> bool:
            same_type = fragment.type_condition.name.value == kind.name
            return same_type and kind not in self._roots and fragment.name.value not in dissolved

        while True:
            merged = merge(selections, self._fragments, is_kept)
            self._leave_out_what_fragments_hold(merged)
            if not (clashing := self._clashing(merged)):
                return merged
            dissolved |= clashing

    def _leave_out_what_fragments_hold(self, merged: Merged) -> None:
        held = {base for name in merged.fragments for base in self._bases_of(name)}
        merged.fragments = [name for name in merged.fragments if name not in held]
        inherited = self._attributes_of(merged.fragments)
        for key, field in list(merged.fields.items()):
            always = key in inherited and not inherited[key].conditional
            if key in inherited and not field.parts and (always or field.conditional):
                del merged.fields[key]

    def _bases_of(self, fragment: str) -> set[str]:
        bases = self.of_fragment(fragment).bases
        return {*bases, *(further for base in bases for further in self._bases_of(base))}

    def _clashing(self, merged: Merged) -> set[str]:
        """The fragments whose classes hold something else under the same key or name."""
        clashing = set()
        by_key: dict[str, tuple[Attribute, str]] = {}
        by_name: dict[str, tuple[str, str]] = {}
        for fragment in merged.fragments:
            for key, attribute in self.of_fragment(fragment).attributes.items():
                if key in merged.fields:
                    clashing.add(fragment)
                held, holder = by_key.setdefault(key, (attribute, fragment))
                named, namer = by_name.setdefault(attribute.name, (key, fragment))
                if held != attribute:
                    clashing |= {fragment, holder}
                if named != key:
                    clashing |= {fragment, namer}
        if not clashing and not self._have_an_order(merged.fragments):
            return set(merged.fragments)
        return clashing

    def _have_an_order(self, fragments: list[str]) -> bool:
        """Whether Python finds an order in which a class extends the classes of fragments."""
        try:
            self._stand_in("", fragments)
        except TypeError:
            return False
        return True

    def _stand_in(self, name: str, fragments: list[str]) -> type:
        bases = [
            self._stand_ins.get(fragment)
            or self._stand_in(fragment, self.of_fragment(fragment).bases)
            # ariadne-codegen sorts them.
            for fragment in sorted(fragments, key=lambda fragment: self.names[fragment])
        ]
        stand_in = type(name, tuple(bases), {})
        if name:
            self._stand_ins[name] = stand_in
        return stand_in
