# Generated from src/avista_digital_exchange_sdk/_services/graphql.py by scripts/generate.

"""The sync variant of: Custom GraphQL operations: any query or mutation of the platform's schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._backends import run_sync
from .._services.base import SyncService
from .._services.graphql import GraphQLService

__all__ = ["SyncGraphQLService"]


class SyncGraphQLService(SyncService):
    """The call that runs custom operations."""

    def execute(
        self,
        document: str,
        variables: Mapping[str, Any] | None = None,
        operationName: str | None = None,
    ) -> dict[str, Any]:
        """Run a custom GraphQL query or mutation.

        For operations that are used often, `avista-dx generate` creates a typed client.

        Args:
            document: The GraphQL document: the operation and the fragments it uses.
            variables: The variables of the operation: JSON values or objects of this package's
                types. Enum values can be passed as strings.
            operationName: The operation to run. Required if the document contains several.

        Returns:
            The response's `data` as dictionaries and lists, with the names of the schema.
            Representations do not show values of tokens; `str()` does.

        Raises:
            InvalidParameterError: An argument is invalid, or the operation is a subscription.
            InvalidRequestError: The document does not match the platform's schema.
            UnauthorizedError: You may not run this operation.
            ApiError: The platform returned another error. `data` is the partial response.

        Example:
            >>> digitalExchange.execute(
            ...     "query ($id: ID!) { storage_getDataStore(dataStoreId: $id) { name } }",
            ...     {"id": dataStoreId})
            {'storage_getDataStore': {'name': 'Solar site'}}
        """
        return run_sync(GraphQLService.execute(self._calls, document, variables, operationName))
