# Generated from src/avista_digital_exchange_sdk/_services/graphql.py by scripts/generate.

"""The sync variant of: Operations of one's own: any query or mutation of the platform's contract."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._backends import run_sync
from .._services.base import SyncService
from .._services.graphql import GraphQLService

__all__ = ["SyncGraphQLService"]


class SyncGraphQLService(SyncService):
    """The call that runs an operation of one's own."""

    def execute(
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
        return run_sync(GraphQLService.execute(self._calls, document, variables, operationName))
