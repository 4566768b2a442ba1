"""Operations of one's own: any query or mutation of the platform's contract."""

import math
from collections.abc import Mapping
from enum import Enum
from typing import Any

from . import _checks
from ._documents import operation
from ._model import BaseModel
from ._service import Service
from .errors import InvalidParameterError

DEEPEST = 100
"""Levels of nesting; variables that hold themselves have no end of them."""


class OperationCalls(Service):
    """The call that runs an operation of one's own."""

    async def execute(
        self,
        document: str,
        variables: Mapping[str, Any] | None = None,
        operationName: str | None = None,
    ) -> dict[str, Any]:
        """Run a query or mutation written in GraphQL.

        For operations that are used again and again, `avista-dx generate` makes a typed client.

        Args:
            document: The operation, and the fragments it uses.
            variables: The operation's variables: plain values as JSON has them, or objects of
                this package's types. Enum values can be given as text.
            operationName: The operation to run, where the document holds several.

        Returns:
            The answer's `data`, as plain dictionaries and lists under the contract's names.

        Raises:
            InvalidParameterError: An argument can't be used, or the operation is a subscription.
            InvalidRequestError: The document does not fit the platform's contract.
            UnauthorizedError: You may not do this.
            ApiError: Any other error the platform answers with; `data` holds the rest of the
                answer.

        Example:
            >>> digitalExchange.execute(
            ...     "query ($id: ID!) { storage_getDataStore(dataStoreId: $id) { name } }",
            ...     {"id": dataStoreId})
            {'storage_getDataStore': {'name': 'Solar site'}}
        """
        _checks.text("document", document)
        _checks.optional_text("operationName", operationName)
        chosen = operation(document, operationName)
        if chosen.kind == "subscription":
            raise InvalidParameterError(
                "document: a subscription has no single answer; valid is a query or mutation. "
                "The clients that `avista-dx generate` makes run subscriptions"
            )
        if not isinstance(variables, Mapping | None):
            raise _checks.invalid("variables", variables, "a dictionary or None")
        plain = _plain("variables", variables or {})
        return await self._client.execute(
            dict[str, Any], query=document, operation_name=chosen.name, variables=plain
        )


def _plain(argument: str, value: Any, depth: int = 0) -> Any:
    """A variable as JSON holds it."""
    if depth > DEEPEST:
        raise InvalidParameterError(f"variables: they are nested deeper than {DEEPEST} levels")
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True, exclude_none=True)
    if isinstance(value, Enum):
        return _plain(argument, value.value)
    if isinstance(value, str):
        return _checks.optional_text(argument, value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, list | tuple):
        return [_plain(f"{argument}[{index}]", item, depth + 1) for index, item in enumerate(value)]
    if isinstance(value, Mapping) and all(isinstance(name, str) for name in value):
        return {
            _checks.optional_text(argument, name): _plain(f"{argument}.{name}", item, depth + 1)
            for name, item in value.items()
        }
    valid = "what JSON holds (text, finite numbers, True, False, None, lists, dictionaries)"
    raise _checks.invalid(argument, value, f"{valid} or an object of this package's types")
