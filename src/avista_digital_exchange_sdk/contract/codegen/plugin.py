"""Adapts ariadne-codegen's output to the types and calls that the platform documents.

By default every nested selection gets its own class, lists have optional items, and an input field
with the name of its type shadows it. The hooks below change that, so that a fragment is always the
class of its documented name.
"""

import ast
from typing import Any, NamedTuple

from ariadne_codegen import Plugin
from graphql import (
    ExecutableDefinitionNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLNamedType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    value_from_ast_untyped,
)

from .annotations import (
    RemoveOptional,
    RemoveOptionalEntries,
    RenameTypes,
    ReplaceLists,
    find_nodes,
    find_spread_fragment,
    import_from,
    is_subscript_of,
    list_fields,
    unquote,
)
from .descriptions import describe
from .names import TYPENAME, to_python_name
from .preparation import Operation, PreparedDocument, Variable
from .response_classes import DIRECTIVE
from .settings import BASE_CLIENT, PREPARED_KEY, SETTINGS_KEY, Module, Settings

SECRET_FIELDS = frozenset({"url", "presignedUrl", "uploadUrl", "tokenValue"})
"""Result fields whose values grant access, such as presigned URLs and tokens."""
TEXT, DESCRIPTION = "text", "description"
"""The prefixes of placeholders, which are replaced after the code is formatted."""


class ResponseField(NamedTuple):
    """The response key of an attribute, its field, and whether it may be missing."""

    key: str
    field: str
    conditional: bool


class AvistaCodegenPlugin(Plugin):
    """Adapts generated modules to the documented types; see each hook."""

    def __init__(self, schema: GraphQLSchema, config_dict: dict[str, Any]) -> None:
        super().__init__(schema, config_dict)
        self.settings: Settings = config_dict["tool"][SETTINGS_KEY]
        self.prepared: PreparedDocument = config_dict["tool"][PREPARED_KEY]
        self.responses: dict[ast.AnnAssign, ResponseField] = {}
        self.type_aliases: dict[str, str] = dict(self.settings.type_aliases)
        self.fragments: set[str] = set()
        self.results: dict[str, ast.ClassDef] = {}
        self.nested: dict[str, str] = {}

    # -- inputs ---------------------------------------------------------------------------------

    def process_name(self, name: str, node: Any = None) -> str:
        """Use the prepared names of methods, and lower-case the first letter of input attributes.

        Otherwise `TimeUnit: Optional[TimeUnit] = None` would shadow its own type, evaluate to
        NoneType and reject every value.
        """
        if isinstance(node, GraphQLInputField):
            return name[0].lower() + name[1:]
        if isinstance(node, OperationDefinitionNode) and node.name:
            return self.prepared.operations[node.name.value].method
        return name

    def generate_input_field(
        self, field_implementation: ast.AnnAssign, input_field: GraphQLInputField, field_name: str
    ) -> ast.AnnAssign:
        """Use the schema's name only as the alias, so that type checkers accept the attribute."""
        for call in find_nodes(field_implementation, ast.Call):
            for keyword in call.keywords:
                if keyword.arg == "alias":
                    keyword.arg = "serialization_alias"
        return field_implementation

    def generate_inputs_module(self, module: ast.Module) -> ast.Module:
        """Give inputs their documented names, and lists non-null items."""
        for class_def in find_nodes(module, ast.ClassDef):
            class_def.name = self.settings.renamed_inputs.get(class_def.name, class_def.name)
            for field in list_fields(class_def):
                field.annotation = RenameTypes(self.settings.renamed_inputs).visit(field.annotation)
                field.annotation = RemoveOptionalEntries().visit(field.annotation)
        return module

    # -- enums ----------------------------------------------------------------------------------

    def generate_enum(self, class_def: ast.ClassDef, enum_type: GraphQLEnumType) -> ast.ClassDef:
        """Keep values that the platform adds later as strings."""
        class_def.bases = [ast.Name("OpenEnum")]
        describe(class_def, enum_type, enum_type.values)
        return class_def

    def generate_enums_module(self, module: ast.Module) -> ast.Module:
        """Import OpenEnum instead of the standard Enum."""
        module.body[0] = import_from(self.settings.values, ["OpenEnum"])
        return module

    # -- results --------------------------------------------------------------------------------

    def generate_result_field(
        self,
        field_implementation: ast.AnnAssign,
        operation_definition: ExecutableDefinitionNode,
        field: FieldNode,
    ) -> ast.AnnAssign:
        """Give an attribute its prepared name, and hide secrets whatever their alias is."""
        if field.name.value in SECRET_FIELDS:
            as_secret = RenameTypes({"str": "SecretStr"})
            field_implementation.annotation = as_secret.visit(field_implementation.annotation)
        (directive,) = (node for node in field.directives if node.name.value == DIRECTIVE)
        key, name, conditional = (
            value_from_ast_untyped(argument.value) for argument in directive.arguments
        )
        field_implementation.target = ast.Name(name)
        if field.name.value == TYPENAME:
            # Renaming a type affects only programs that compare its name.
            field_implementation.annotation = ast.Name("str")
        if conditional and not is_subscript_of(field_implementation.annotation, "Optional"):
            field_implementation.annotation = ast.Subscript(
                ast.Name("Optional"), field_implementation.annotation
            )
        self.responses[field_implementation] = ResponseField(key, field.name.value, conditional)
        return field_implementation

    def generate_fragments_module(
        self, module: ast.Module, fragments_definitions: dict[str, FragmentDefinitionNode]
    ) -> ast.Module:
        """Use one class per fragment, with docstrings and its mixin, wherever it is spread."""
        self.fragments = set(fragments_definitions) - self.type_aliases.keys()
        kept: dict[str, ast.ClassDef] = {}
        others: list[ast.stmt] = []
        for statement in module.body:
            if not isinstance(statement, ast.ClassDef):
                others.append(statement)
            elif statement.name in self.fragments:
                kept[statement.name] = statement
            elif spread := find_spread_fragment(statement, {*fragments_definitions}):
                self.type_aliases[statement.name] = self.settings.type_aliases.get(spread, spread)
            elif statement.name not in self.type_aliases:
                kept[statement.name] = statement
        for class_def in kept.values():
            self._document(class_def)
            if fragment := fragments_definitions.get(class_def.name):
                kind = self.schema.type_map[fragment.type_condition.name.value]
                self._describe(class_def, kind)
        imports: list[ast.stmt] = [import_from(self.settings.models, ["NonNullList", "SecretStr"])]
        for name, (mixin_module, mixin) in self.settings.mixins.items():
            kept[name].bases.insert(0, ast.Name(mixin))
            imports.append(import_from(mixin_module, [mixin]))
        module.body = [*imports, *others, *kept.values()]
        return module

    def _describe(self, class_def: ast.ClassDef, kind: GraphQLNamedType) -> None:
        fields = getattr(kind, "fields", {})
        members = {
            ast.unparse(field.target): fields[name]
            for field in list_fields(class_def)
            if (name := self.responses[field].field) in fields
        }
        describe(class_def, kind, members)

    def generate_result_types_module(
        self, module: ast.Module, operation_definition: ExecutableDefinitionNode
    ) -> ast.Module:
        """Refer to fragments by their own name instead of an alias per operation."""
        for statement in module.body:
            if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Name):
                for target in statement.targets:
                    assert isinstance(target, ast.Name)
                    fragment = statement.value.id
                    self.type_aliases[target.id] = self.settings.type_aliases.get(
                        fragment, fragment
                    )
            if isinstance(statement, ast.ImportFrom):
                for alias in statement.names:
                    alias.name = self.settings.type_aliases.get(alias.name, alias.name)
        module.body = [node for node in module.body if not isinstance(node, ast.Assign)]
        assert isinstance(operation_definition, OperationDefinitionNode)
        assert operation_definition.name
        result = operation_definition.name.value
        for class_def in find_nodes(module, ast.ClassDef):
            # Responses contain every requested root field, possibly as null.
            self._document(class_def, complete=class_def.name == result)
            if class_def.name == result:
                self.results[result] = class_def
            else:
                self.nested[class_def.name] = result
        module.body.insert(0, import_from(self.settings.models, ["NonNullList", "SecretStr"]))
        return module

    def _document(self, class_def: ast.ClassDef, complete: bool = False) -> None:
        """Refer to fragments by name, convert lists to `NonNullList`, and set defaults."""
        for field in list_fields(class_def):
            response = self.responses[field]
            field.annotation = RenameTypes(self.type_aliases).visit(field.annotation)
            nullable = is_subscript_of(field.annotation, "Optional")
            field.annotation = ReplaceLists().visit(field.annotation)
            default: ast.expr | None = None
            if response.conditional or (nullable and not complete):
                is_items = is_subscript_of(field.annotation, "NonNullList")
                default = ast.List([]) if is_items else ast.Constant(None)
            field.value = default
            if response.key != ast.unparse(field.target):
                keywords = [ast.keyword("alias", ast.Constant(response.key))]
                keywords += [ast.keyword("default", default)] if default else []
                field.value = ast.Call(ast.Name("Field"), [], keywords)

    def generate_init_code(self, generated_code: str) -> str:
        """Import nothing in the package's `__init__`: modules are imported where they are used."""
        return self.settings.exports

    def copy_code(self, copied_code: str) -> str:
        """Replace the copied base model by an import of the package's own."""
        if "class UnsetType" not in copied_code:
            return copied_code
        kept = ((self.settings.values, "UNSET"), (self.settings.models, "BaseModel"))
        return "".join(
            f"from {'.' * module.level}{module.name} import {name} as {name}\n"
            for module, name in kept
        )

    # -- client ---------------------------------------------------------------------------------

    def generate_client_module(self, module: ast.Module) -> ast.Module:
        """Parse responses from bytes, return the operation's field, import types on first use."""
        modules = {
            alias.name: statement.module or ""
            for statement in module.body
            if isinstance(statement, ast.ImportFrom) and statement.level == 1
            for alias in statement.names
        }
        body = [node for node in module.body if not isinstance(node, ast.ImportFrom)]
        typing_only: list[ast.stmt] = [
            import_from(Module(source, 1), [name])
            for name, source in modules.items()
            if source in ("enums", "input_types")
        ]
        typing_only += [
            *(import_from(Module(modules[name], 1), [name]) for name in self.results),
            *(
                import_from(Module(modules[result], 1), [name])
                for name, result in self.nested.items()
            ),
            import_from(self.settings.base[0], [self.settings.subscription[1]]),
            import_from(self.settings.models, ["NonNullList", "SecretStr"]),
            *(import_from(Module("fragments", 1), [name]) for name in sorted(self.fragments)),
            *(
                import_from(Module("input_types", 1), [name])
                for name in sorted(self.settings.renamed_inputs.values())
            ),
        ]
        module.body = [
            import_from(Module("__future__", 0), ["annotations"]),
            import_from(Module("typing", 0), ["TYPE_CHECKING", "Optional", "Union"]),
            import_from(self.settings.values, ["UNSET", "Unset"]),
            import_from(Module(modules[BASE_CLIENT], 1), [BASE_CLIENT]),
            ast.If(ast.Name("TYPE_CHECKING"), typing_only, []),
            *body,
        ]
        return module

    def generate_client_method(
        self,
        method_def: ast.FunctionDef | ast.AsyncFunctionDef,
        operation_definition: OperationDefinitionNode,
    ) -> ast.FunctionDef | ast.AsyncFunctionDef:
        """Send the user's operation unchanged, and return its field if it has only one."""
        assert operation_definition.name
        result = operation_definition.name.value
        operation = self.prepared.operations[result]
        method_def.args.kwarg = None
        for argument in method_def.args.args:
            if argument.annotation:
                variable = operation.variables[argument.arg]
                argument.annotation = self._convert_argument_type(argument.annotation, variable)
        if operation_definition.operation is OperationType.SUBSCRIPTION:
            method, returned = self.settings.subscription
            method_def = ast.FunctionDef(method_def.name, method_def.args, [], [], lineno=0)
            method_def.returns = ast.Subscript(ast.Name(returned), ast.Name(result))
            method_def.body = self._write_body(operation, result, method, "return {request}")
        else:
            # Local variables must not have the names of arguments.
            local = to_python_name("result", operation.variables.__contains__)
            field, method_def.returns = self._describe_return(result)
            end = f"{local} = await {{request}}\nreturn {local}{field}"
            method_def.body = self._write_body(operation, result, "execute", end)
        return method_def

    def _describe_return(self, result: str) -> tuple[str, ast.expr]:
        """Return the part of the result that a method returns, and its type."""
        fields = list_fields(self.results[result])
        if len(fields) > 1:
            return "", ast.Name(result)
        return f".{ast.unparse(fields[0].target)}", unquote(fields[0].annotation)

    def _write_body(
        self, operation: Operation, result: str, method: str, end: str
    ) -> list[ast.stmt]:
        query, variables = (
            to_python_name(local, operation.variables.__contains__)
            for local in ("query", "variables")
        )
        values = ", ".join(
            f"{variable.name!r}: {argument}" for argument, variable in operation.variables.items()
        )
        request = (
            f"{self.settings.sender}.{method}({result}, query={query}, "
            f"operation_name={operation.name!r}, variables={variables}"
            f"{', idempotent=True' if operation.name in self.settings.idempotent else ''})"
        )
        lines = [
            f"from .{operation.method} import {result}",
            f"{query} = gql('{TEXT}:{result}')",
            f"{variables}: dict[str, object] = {{{values}}}",
            end.format(request=request),
        ]
        if operation.description:
            lines.insert(0, f"'{DESCRIPTION}:{result}'")
        return ast.parse("\n".join(lines)).body

    def _convert_argument_type(self, annotation: ast.expr, variable: Variable) -> ast.expr:
        renames = {**self.settings.renamed_inputs, "UnsetType": "Unset"}
        annotation = RenameTypes(renames).visit(annotation)
        annotation = RemoveOptionalEntries().visit(annotation)
        return RemoveOptional().visit(annotation) if variable.has_default else annotation
