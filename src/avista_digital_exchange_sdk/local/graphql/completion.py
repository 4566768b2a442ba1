"""Complete lists of plain data faster than graphql-core, which resolves field by field.

Lists are the large part of responses. One whose items are plain data, without resolvers, arguments
and errors, is converted by functions that are built once for its selection. Everything else is left
to graphql-core.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, cast

from graphql import (
    ExecutionContext,
    FieldNode,
    GraphQLEnumType,
    GraphQLID,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    GraphQLScalarType,
    GraphQLString,
)
from graphql.pyutils import AwaitableOrValue, Path

from .execution import Execution

Complete = Callable[[Any], Any]

_TYPE_NAME = "__typename"
_LEAVES = frozenset({str, int, float, bool})


class _NotPlainError(Exception):
    """A list must be completed by graphql-core."""


class PlainDataContext(ExecutionContext):
    """Completes lists of plain data at once."""

    @cached_property
    def _completions(self) -> dict[tuple[int, ...], Complete | None]:
        """How to complete lists, by their type and selection; None if graphql-core must do it."""
        return {}

    def complete_list_value(
        self,
        return_type: GraphQLList[GraphQLOutputType],
        field_nodes: list[FieldNode],
        info: GraphQLResolveInfo,
        path: Path,
        result: Any,
    ) -> AwaitableOrValue[list[Any]]:
        """Complete a list."""
        complete = self._find_completion(return_type, field_nodes)
        if complete is not None:
            execution: Execution = self.context_value
            counted = execution.fields
            try:
                return cast(list[Any], complete(result))
            except Exception:
                # graphql-core finds the error, and counts the fields again.
                execution.fields = counted
        return super().complete_list_value(return_type, field_nodes, info, path, result)

    def _find_completion(
        self, return_type: GraphQLOutputType, field_nodes: list[FieldNode]
    ) -> Complete | None:
        key = (id(return_type), *map(id, field_nodes))
        if key not in self._completions:
            try:
                self._completions[key] = self._build(return_type, field_nodes)
            except _NotPlainError:
                self._completions[key] = None
        return self._completions[key]

    def _build(self, output_type: GraphQLOutputType, field_nodes: list[FieldNode]) -> Complete:
        """Build the completion of a type. It raises an exception for values that are not plain."""
        if isinstance(output_type, GraphQLNonNull):
            return _require(self._build(output_type.of_type, field_nodes))
        if isinstance(output_type, GraphQLList):
            return _complete_items(self._build(output_type.of_type, field_nodes))
        if isinstance(output_type, GraphQLObjectType):
            return self._build_object(output_type, field_nodes)
        if isinstance(output_type, GraphQLScalarType | GraphQLEnumType):
            return _complete_leaf(output_type)
        raise _NotPlainError

    def _build_object(
        self, output_type: GraphQLObjectType, field_nodes: list[FieldNode]
    ) -> Complete:
        if output_type.is_type_of is not None:
            raise _NotPlainError
        execution: Execution = self.context_value
        members = [
            (key, nodes[0].name.value, self._build_member(output_type, nodes))
            for key, nodes in self.collect_subfields(output_type, field_nodes).items()
        ]

        def complete(value: Any) -> Any:
            if value is None:
                return None
            if type(value) is not dict:
                raise _NotPlainError
            execution.count_fields(len(members))
            return {key: complete_member(value.get(name)) for key, name, complete_member in members}

        return complete

    def _build_member(self, parent: GraphQLObjectType, nodes: list[FieldNode]) -> Complete:
        name = nodes[0].name.value
        if name == _TYPE_NAME:
            return lambda _: parent.name
        field = parent.fields[name]
        if field.resolve is not None or field.args:
            raise _NotPlainError
        return self._build(field.type, nodes)


def _require(complete: Complete) -> Complete:
    def complete_required(value: Any) -> Any:
        completed = complete(value)
        if completed is None:
            raise _NotPlainError
        return completed

    return complete_required


def _complete_items(complete: Complete) -> Complete:
    def complete_items(value: Any) -> Any:
        if value is None:
            return None
        if type(value) is not list:
            raise _NotPlainError
        return [complete(item) for item in value]

    return complete_items


def _complete_leaf(leaf_type: GraphQLScalarType | GraphQLEnumType) -> Complete:
    is_string = leaf_type in (GraphQLString, GraphQLID)

    def complete(value: Any) -> Any:
        if value is None or (is_string and type(value) is str):
            return value
        if type(value) not in _LEAVES:
            raise _NotPlainError
        completed = leaf_type.serialize(value)
        if completed is None:
            raise _NotPlainError
        return completed

    return complete
