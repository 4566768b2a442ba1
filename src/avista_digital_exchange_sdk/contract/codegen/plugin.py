"""Shapes ariadne-codegen's output into the types and calls the platform documents.

Stock output is typed after the query text: every nested selection gets a class of its own, lists
hold optional entries, and an input field named like its type shadows it. The hooks below settle
that, so that a fragment is the one class of its documented name wherever it appears.
"""

import ast
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from ariadne_codegen import Plugin
from ariadne_codegen.utils import str_to_pascal_case
from graphql import (
    ExecutableDefinitionNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLSchema,
    OperationDefinitionNode,
)

from .descriptions import describe
from .settings import BASE_CLIENT, SETTINGS_KEY, Module, Settings

Node = TypeVar("Node", bound=ast.AST)

SECRET_FIELDS = frozenset({"url", "presignedUrl", "uploadUrl", "tokenValue"})
"""Fields of results whose values open what they are of to whoever has them."""


class DocumentedTypes(Plugin):
    """Turns generated modules into the documented types; see each hook."""

    def __init__(self, schema: GraphQLSchema, config_dict: dict[str, Any]) -> None:
        super().__init__(schema, config_dict)
        self.settings: Settings = config_dict["tool"][SETTINGS_KEY]
        self.same_types = dict(self.settings.same_types)
        self.fragments: set[str] = set()
        self.results: dict[str, ast.ClassDef] = {}
        self.nested: dict[str, str] = {}

    # -- inputs ---------------------------------------------------------------------------------

    def process_name(self, name: str, node: Any = None) -> str:
        """Start input attributes lower-case, as documented.

        Left as it is, `TimeUnit: Optional[TimeUnit] = None` would shadow its own type, evaluate to
        NoneType and refuse every value.
        """
        if isinstance(node, GraphQLInputField):
            return name[0].lower() + name[1:]
        return name

    def generate_input_field(
        self, field_implementation: ast.AnnAssign, input_field: GraphQLInputField, field_name: str
    ) -> ast.AnnAssign:
        """Keep the contract's name for the wire only, so that type checkers accept ours."""
        for call in _nodes(field_implementation, ast.Call):
            for keyword in call.keywords:
                if keyword.arg == "alias":
                    keyword.arg = "serialization_alias"
        return field_implementation

    def generate_inputs_module(self, module: ast.Module) -> ast.Module:
        """Give the inputs their documented names, and lists without empty entries."""
        for class_def in _nodes(module, ast.ClassDef):
            class_def.name = self.settings.renamed_inputs.get(class_def.name, class_def.name)
            for field in _fields(class_def):
                field.annotation = _Rename(self.settings.renamed_inputs).visit(field.annotation)
                field.annotation = _EntriesNotNull().visit(field.annotation)
        return module

    # -- enums ----------------------------------------------------------------------------------

    def generate_enum(self, class_def: ast.ClassDef, enum_type: GraphQLEnumType) -> ast.ClassDef:
        """Keep a value that the platform added later as its text."""
        class_def.bases = [ast.Name("OpenEnum")]
        describe(class_def, enum_type, enum_type.values)
        return class_def

    def generate_enums_module(self, module: ast.Module) -> ast.Module:
        """Import the open enum in place of the standard one."""
        module.body[0] = _import_from(self.settings.values, ["OpenEnum"])
        return module

    # -- results --------------------------------------------------------------------------------

    def generate_result_field(
        self,
        field_implementation: ast.AnnAssign,
        operation_definition: ExecutableDefinitionNode,
        field: FieldNode,
    ) -> ast.AnnAssign:
        """Hide secrets in representations, under whatever alias they are asked for."""
        if field.name.value in SECRET_FIELDS:
            as_secret = _Rename({"str": "SecretText"})
            field_implementation.annotation = as_secret.visit(field_implementation.annotation)
        return field_implementation

    def generate_fragments_module(
        self, module: ast.Module, fragments_definitions: dict[str, FragmentDefinitionNode]
    ) -> ast.Module:
        """Make every fragment one class, described, with its mixin, wherever it is spread."""
        self.fragments = set(fragments_definitions)
        kept: dict[str, ast.ClassDef] = {}
        others: list[ast.stmt] = []
        for statement in module.body:
            if not isinstance(statement, ast.ClassDef):
                others.append(statement)
            elif spread := _spread_fragment(statement, self.fragments):
                self.same_types[statement.name] = spread
            elif statement.name not in self.same_types:
                kept[statement.name] = statement
        for class_def in kept.values():
            self._document(class_def)
            if fragment := fragments_definitions.get(class_def.name):
                kind = self.schema.type_map[fragment.type_condition.name.value]
                describe(class_def, kind, getattr(kind, "fields", {}))
        imports: list[ast.stmt] = [_import_from(self.settings.models, ["Items", "SecretText"])]
        for name, (mixin_module, mixin) in self.settings.mixins.items():
            kept[name].bases.insert(0, ast.Name(mixin))
            imports.append(_import_from(mixin_module, [mixin]))
        module.body = [*imports, *others, *kept.values()]
        return module

    def generate_result_types_module(
        self, module: ast.Module, operation_definition: ExecutableDefinitionNode
    ) -> ast.Module:
        """Refer to fragments by their own name in place of an alias an operation."""
        for statement in module.body:
            if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Name):
                for target in statement.targets:
                    assert isinstance(target, ast.Name)
                    self.same_types[target.id] = statement.value.id
        module.body = [node for node in module.body if not isinstance(node, ast.Assign)]
        assert isinstance(operation_definition, OperationDefinitionNode)
        assert operation_definition.name
        result = str_to_pascal_case(operation_definition.name.value)
        for class_def in _nodes(module, ast.ClassDef):
            self._document(class_def)
            if class_def.name == result:
                self.results[result] = class_def
                for field in _fields(class_def):
                    # The platform answers every field that was asked for, if only with null.
                    field.value = None
            else:
                self.nested[class_def.name] = result
        module.body.insert(0, _import_from(self.settings.models, ["Items", "SecretText"]))
        return module

    def _document(self, class_def: ast.ClassDef) -> None:
        for field in _fields(class_def):
            field.annotation = _Rename(self.same_types).visit(field.annotation)
            field.annotation = _ListsAsItems().visit(field.annotation)
            if field.value is not None and _is_items(field.annotation):
                field.value = ast.List([])

    def generate_init_code(self, generated_code: str) -> str:
        """Import nothing with the package: its modules are imported where they are used."""
        return self.settings.exports

    def copy_code(self, copied_code: str) -> str:
        """Point the copied base model at the one the package keeps."""
        if "class UnsetType" not in copied_code:
            return copied_code
        kept = ((self.settings.values, "UNSET"), (self.settings.models, "BaseModel"))
        return "".join(
            f"from {'.' * module.level}{module.name} import {name} as {name}\n"
            for module, name in kept
        )

    # -- client ---------------------------------------------------------------------------------

    def generate_client_module(self, module: ast.Module) -> ast.Module:
        """Parse answers from bytes, return the operation's field, import types on first use."""
        modules = {
            alias.name: statement.module
            for statement in module.body
            if isinstance(statement, ast.ImportFrom) and statement.level == 1
            for alias in statement.names
        }
        body = [node for node in module.body if not isinstance(node, ast.ImportFrom)]
        for class_def in _nodes(module, ast.ClassDef):
            class_def.body = [
                self._operation(node, modules) if isinstance(node, ast.AsyncFunctionDef) else node
                for node in class_def.body
            ]
        typing_only: list[ast.stmt] = [
            _import_from(Module(source or "", 1), [name])
            for name, source in modules.items()
            if source in ("enums", "input_types")
        ]
        typing_only += [
            *(_import_from(Module(modules[name] or "", 1), [name]) for name in self.results),
            *(
                _import_from(Module(modules[result] or "", 1), [name])
                for name, result in self.nested.items()
            ),
            _import_from(self.settings.base[0], [self.settings.subscription[1]]),
            _import_from(self.settings.models, ["Items", "SecretText"]),
            *(_import_from(Module("fragments", 1), [name]) for name in sorted(self.fragments)),
            *(
                _import_from(Module("input_types", 1), [name])
                for name in sorted(self.settings.renamed_inputs.values())
            ),
        ]
        module.body = [
            _import_from(Module("__future__", 0), ["annotations"]),
            _import_from(Module("typing", 0), ["TYPE_CHECKING", "Optional", "Union"]),
            _import_from(self.settings.values, ["UNSET", "Unset"]),
            _import_from(Module(modules[BASE_CLIENT] or "", 1), [BASE_CLIENT]),
            ast.If(ast.Name("TYPE_CHECKING"), typing_only, []),
            *body,
        ]
        return module

    def _operation(
        self, method: ast.AsyncFunctionDef, modules: dict[str, str | None]
    ) -> ast.FunctionDef | ast.AsyncFunctionDef:
        for argument in method.args.args:
            if argument.annotation:
                renames = {**self.settings.renamed_inputs, "UnsetType": "Unset"}
                argument.annotation = _Rename(renames).visit(argument.annotation)
                argument.annotation = _EntriesNotNull().visit(argument.annotation)
        (request,) = (
            call
            for call in _nodes(method, ast.Call)
            if isinstance(call.func, ast.Attribute) and call.func.attr.startswith("execute")
        )
        assert method.returns
        assert isinstance(request.func, ast.Attribute)
        name = next(node.id for node in _nodes(method.returns, ast.Name) if node.id in self.results)
        method.args.kwarg = None
        request.keywords = [keyword for keyword in request.keywords if keyword.arg]
        request.args.insert(0, ast.Name(name))
        setup = [
            _import_from(Module(modules[name] or "", 1), [name]),
            *(node for node in method.body if _assigns(node, "query", "variables")),
        ]
        if isinstance(method.body[-1], ast.AsyncFor):
            request.func.attr, kind = self.settings.subscription
            returns = ast.Subscript(ast.Name(kind), ast.Name(name))
            return ast.FunctionDef(
                method.name, method.args, [*setup, ast.Return(request)], [], returns, lineno=0
            )
        answer: ast.expr = ast.Name("result")
        annotation: ast.expr = ast.Name(name)
        if len(fields := _fields(self.results[name])) == 1:
            assert isinstance(fields[0].target, ast.Name)
            answer = ast.Attribute(answer, fields[0].target.id)
            annotation = fields[0].annotation
        execution = ast.Assign([ast.Name("result")], ast.Await(request), lineno=0)
        method.body = [*setup, execution, ast.Return(answer)]
        method.returns = _unquoted(annotation)
        return method


class _Rename(ast.NodeTransformer):
    """Replaces names in an annotation, quoted or not."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        quote = '"' if node.id.startswith('"') else ""
        name = node.id.strip('"')
        return ast.Name(f"{quote}{self.names.get(name, name)}{quote}")


class _EntriesNotNull(ast.NodeTransformer):
    """Turns `list[Optional[X]]` into `list[X]`: nobody means to send an empty entry."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        if _is_subscript_of(node, "list") and _is_subscript_of(node.slice, "Optional"):
            assert isinstance(node.slice, ast.Subscript)
            return ast.Subscript(ast.Name("list"), node.slice.slice)
        return node


class _ListsAsItems(ast.NodeTransformer):
    """Turns `Optional[list[Optional[X]]]` into `Items[X]`: a list without empty entries."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        node = _EntriesNotNull().visit(node)
        if _is_subscript_of(node, "Optional") and _is_subscript_of(node.slice, "list"):
            assert isinstance(node.slice, ast.Subscript)
            node = node.slice
        if _is_subscript_of(node, "list"):
            return ast.Subscript(ast.Name("Items"), node.slice)
        return node


def _spread_fragment(class_def: ast.ClassDef, fragments: set[str]) -> str | None:
    """Name the fragment of which this class is nothing but another name."""
    base = class_def.bases[0]
    only_passes = all(isinstance(node, ast.Pass) for node in class_def.body)
    return base.id if only_passes and isinstance(base, ast.Name) and base.id in fragments else None


def _fields(class_def: ast.ClassDef) -> list[ast.AnnAssign]:
    return [node for node in class_def.body if isinstance(node, ast.AnnAssign)]


def _nodes(root: ast.AST, kind: type[Node]) -> Iterator[Node]:
    return (node for node in ast.walk(root) if isinstance(node, kind))


def _assigns(node: ast.stmt, *names: str) -> bool:
    if isinstance(node, ast.AnnAssign):
        return isinstance(node.target, ast.Name) and node.target.id in names
    return isinstance(node, ast.Assign) and any(
        isinstance(target, ast.Name) and target.id in names for target in node.targets
    )


def _is_subscript_of(node: ast.AST, name: str) -> bool:
    return (
        isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Name)
        and node.value.id == name
    )


def _is_items(annotation: ast.expr) -> bool:
    return _is_subscript_of(annotation, "Items")


def _unquoted(annotation: ast.expr) -> ast.expr:
    """Write the annotation without quotes: the client module postpones all of them."""
    return ast.parse(ast.unparse(annotation).replace('"', "").replace("'", ""), mode="eval").body


def _import_from(module: Module, names: list[str]) -> ast.ImportFrom:
    return ast.ImportFrom(module.name, [ast.alias(name) for name in names], module.level)
