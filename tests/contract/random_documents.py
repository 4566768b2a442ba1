"""Random documents that are valid against a schema, of every form that GraphQL allows."""

import random
import re
from typing import Any, NamedTuple

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    OperationType,
    get_named_type,
    is_required_argument,
    is_required_input_field,
    parse,
    print_ast,
    separate_operations,
)

from avista_digital_exchange_sdk.contract.documents import problems

NAMES = (
    *("class", "from", "None", "copy", "json", "dict", "schema", "construct", "model_dump"),
    *("_a", "__b", "_", "_1", "fooBar", "foo_bar", "FooBar", "id", "name", "a", "b", "x1"),
    *("Items", "Optional", "Any", "Literal", "Field", "BaseModel", "Union", "list", "str", "int"),
    *("self", "query", "variables", "result", "data", "kwargs", "operation_name", "type", "gql"),
    *("UNSET", "Client", "AsyncClient", "ServiceType", "TimeUnit", "User", "typename__", "Config"),
)
STRINGS = (
    "",
    "plain",
    "it's",
    'a "quoted" one',
    "C:\\new\\table",
    "{x} %s",
    "é 😀",
    "a\nb\t",
    "\u2028",
)
MOST_FIELDS, DEEPEST = 4, 4
# The variables of fragments, with a number as suffix.
SHARED = "shared"
INTROSPECTION = (
    '__type(name: "User") { __typename name fields(includeDeprecated: true) { type { kind } } }',
    "__schema { queryType { name } directives { locations name } }",
)


class RandomOperation(NamedTuple):
    """An operation, alone and with its fragments, and the values of its variables."""

    alone: str
    text: str
    values: dict[str, Any]


class _Variables:
    """The variables of an operation: their definitions, and values for them."""

    def __init__(self) -> None:
        self.definitions: dict[str, str] = {}
        self.values: dict[str, Any] = {}


class RandomDocuments:
    """Generates operations with IDs of existing objects."""

    def __init__(self, schema: GraphQLSchema, seed: int, ids: dict[str, str]) -> None:
        self._schema = schema
        self._ids = ids
        self._random = random.Random(seed)
        self._fragments: dict[str, tuple[str, str]] = {}
        self._count = 0

    def operations(self, count: int) -> list[RandomOperation]:
        """Generate operations that share fragments."""
        for _ in range(count // 4):
            self._add_fragment()
        made: list[RandomOperation] = []
        while len(made) < count:
            operation = self._operation()
            if not problems(self._schema, parse(operation.text)):
                made.append(operation)
        return made

    @property
    def fragments(self) -> str:
        """All fragments."""
        return "\n".join(text for _, text in self._fragments.values())

    def _chance(self, probability: float) -> bool:
        return self._random.random() < probability

    def _name(self) -> str:
        return self._random.choice(NAMES)

    def _unique(self) -> str:
        self._count += 1
        return f"{self._name()}{self._count}"

    # -- operations -----------------------------------------------------------------------------

    def _operation(self) -> RandomOperation:
        kind = self._random.choices(list(OperationType), (6, 3, 1))[0]
        root = self._schema.get_root_type(kind)
        assert root
        variables = _Variables()
        one = kind is OperationType.SUBSCRIPTION
        selected = self._selections(root, 0, variables, one)
        name = self._unique()
        document = separate_operations(parse(f"query {name} {selected}\n{self.fragments}"))[name]
        for shared in re.findall(rf"\$({SHARED}\d)", print_ast(document)):
            variables.definitions[shared] = "Boolean!"
            variables.values[shared] = self._chance(0.5)
        listed = ", ".join(f"${name}: {of}" for name, of in variables.definitions.items())
        listed = f"({listed})" if listed else ""
        description = self._random.choice(
            ["", "", '"It is \\"one\\"."\n', '"""\nTwo\n  lines.\n"""\n']
        )
        text = f"{description}{kind.value} {name}{listed} {selected}"
        document = separate_operations(parse(f"{text}\n{self.fragments}"))[name]
        return RandomOperation(text, print_ast(document), variables.values)

    def _add_fragment(self) -> None:
        kinds = [
            kind
            for kind in self._schema.type_map.values()
            if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__")
        ]
        kind = self._random.choice(kinds)
        if kind is not self._schema.subscription_type:
            # Fragments are shared, so their variables are shared too.
            name, selected = self._unique(), self._selections(kind, 1, None)
            self._fragments[name] = kind.name, f"fragment {name} on {kind.name} {selected}"
            if problems(self._schema, parse(self.fragments)):
                del self._fragments[name]

    # -- selections -----------------------------------------------------------------------------

    def _selections(
        self, kind: GraphQLObjectType, depth: int, variables: _Variables | None, one: bool = False
    ) -> str:
        count = 1 if one else self._random.randint(1, MOST_FIELDS)
        selected = [self._selection(kind, depth, variables, one) for _ in range(count)]
        return "{ " + " ".join(selected) + " }"

    def _selection(
        self, kind: GraphQLObjectType, depth: int, variables: _Variables | None, one: bool
    ) -> str:
        if not one and self._chance(0.1):
            return f"{self._alias()}__typename{self._condition(variables)}"
        if kind is self._schema.query_type and self._chance(0.05):
            return f"{self._alias()}{self._random.choice(INTROSPECTION)}"
        if not one and self._chance(0.15) and depth < DEEPEST:
            on = self._random.choice(["", f" on {kind.name}"])
            inner = self._selections(kind, depth, variables)
            return f"...{on}{self._condition(variables)} {inner}"
        fragments = [name for name, (of, _) in self._fragments.items() if of == kind.name]
        if not one and fragments and self._chance(0.4):
            return f"...{self._random.choice(fragments)}{self._condition(variables)}"
        return self._field(kind, depth, variables, one)

    def _field(
        self, kind: GraphQLObjectType, depth: int, variables: _Variables | None, one: bool
    ) -> str:
        while True:
            name, field = self._random.choice(list(kind.fields.items()))
            inner = get_named_type(field.type)
            if not isinstance(inner, GraphQLObjectType):
                selected = ""
            elif depth < DEEPEST:
                selected = f" {self._selections(inner, depth + 1, variables)}"
            else:
                selected = " { __typename }"
            arguments = self._arguments(field, variables)
            condition = "" if one else self._condition(variables)
            return f"{self._alias()}{name}{arguments}{condition}{selected}"

    def _alias(self) -> str:
        return f"{self._name()}: " if self._chance(0.4) else ""

    def _condition(self, variables: _Variables | None) -> str:
        if not self._chance(0.2):
            return ""
        directive = self._random.choice(["include", "skip"])
        condition = self._random.choice(["true", "false"])
        if variables is None and self._chance(0.5):
            condition = f"${SHARED}{self._random.randint(1, 3)}"
        elif variables is not None and self._chance(0.7):
            default = self._random.choice(["", " = true", " = false"])
            condition = self._variable(variables, "Boolean!", default, self._chance(0.5))
        return f" @{directive}(if: {condition})"

    # -- values ---------------------------------------------------------------------------------

    def _variable(self, variables: _Variables, of: str, default: str, value: Any) -> str:
        name = self._name()
        while name in variables.definitions:
            name = self._unique()
        variables.definitions[name] = f"{of}{default}"
        optional = bool(default) or not of.endswith("!")
        if not (optional and self._chance(0.4)):
            variables.values[name] = value
        return f"${name}"

    def _arguments(self, field: GraphQLField, variables: _Variables | None) -> str:
        literals = []
        for name, argument in field.args.items():
            if is_required_argument(argument) or self._chance(0.3):
                literals.append(f"{name}: {self._argument(name, argument, variables)}")
        return f"({', '.join(literals)})" if literals else ""

    def _argument(self, name: str, argument: GraphQLArgument, variables: _Variables | None) -> str:
        value = self._value(name, argument.type)
        if variables is None or self._chance(0.4):
            return self._literal(argument.type, value)
        default = ""
        if self._chance(0.3):
            default = f" = {self._literal(argument.type, self._value(name, argument.type))}"
        return self._variable(variables, str(argument.type), default, value)

    def _value(self, name: str, kind: Any) -> Any:
        """A value in its JSON form."""
        if isinstance(kind, GraphQLNonNull):
            return self._value(name, kind.of_type)
        if isinstance(kind, GraphQLList):
            return [self._value(name, kind.of_type) for _ in range(self._random.randint(0, 2))]
        if isinstance(kind, GraphQLInputObjectType):
            return {
                field_name: self._value(field_name, field.type)
                for field_name, field in kind.fields.items()
                if is_required_input_field(field) or self._chance(0.5)
            }
        if isinstance(kind, GraphQLEnumType):
            return self._random.choice(list(kind.values))
        if kind.name == "ID":
            return self._ids.get(name, "nothing has this id") if self._chance(0.9) else "?"
        return {
            "Int": self._random.randint(1, 1000),
            "Float": self._random.random(),
            "Boolean": self._chance(0.5),
        }.get(kind.name, self._random.choice(STRINGS))

    def _literal(self, kind: Any, value: Any) -> str:
        """A value as a GraphQL literal; strings in one of the two forms."""
        if isinstance(kind, GraphQLNonNull):
            return self._literal(kind.of_type, value)
        if isinstance(value, list):
            return "[" + ", ".join(self._literal(kind.of_type, item) for item in value) + "]"
        if isinstance(value, dict):
            fields = (
                f"{name}: {self._literal(kind.fields[name].type, item)}"
                for name, item in value.items()
            )
            return "{" + ", ".join(fields) + "}"
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(kind, GraphQLEnumType) or not isinstance(value, str):
            return str(value)
        if "\t" not in value and self._chance(0.5):
            return '"""' + value.replace('"""', '\\"""') + ' """'
        return '"' + re.sub(r'["\\\n\t]', lambda match: ESCAPES[match[0]], value) + '"'


ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}


class RandomData:
    """Resolves operations with random data of the schema's types, including nulls."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def resolve(self, _source: object, info: Any, **_arguments: object) -> Any:
        return self._value(info.return_type)

    def _value(self, kind: Any) -> Any:
        if isinstance(kind, GraphQLNonNull):
            return self._present(kind.of_type)
        return None if self._random.random() < 0.2 else self._present(kind)

    def _present(self, kind: Any) -> Any:
        if isinstance(kind, GraphQLList):
            return [self._value(kind.of_type) for _ in range(self._random.randint(0, 3))]
        if isinstance(kind, GraphQLObjectType):
            return {}
        if isinstance(kind, GraphQLEnumType):
            return self._random.choice([value.value for value in kind.values.values()])
        return {
            "Int": self._random.randint(-(2**31), 2**31 - 1),
            "Float": self._random.random(),
            "Boolean": self._random.random() < 0.5,
        }.get(kind.name, self._random.choice(STRINGS))
