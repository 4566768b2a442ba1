"""Operations of one's own: any query or mutation of the platform's contract."""

from collections.abc import Mapping
from typing import Any

from .._graphql.documents import select_operation
from .._utils import validation
from ..errors import InvalidParameterError
from .base import BaseService


class GraphQLService(BaseService):
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
            >>> await digitalExchange.execute(
            ...     "query ($id: ID!) { storage_getDataStore(dataStoreId: $id) { name } }",
            ...     {"id": dataStoreId})
            {'storage_getDataStore': {'name': 'Solar site'}}
        """
        from .._graphql.variables import check_json_value

        validation.require_str("document", document)
        validation.optional_str("operationName", operationName)
        chosen = select_operation(document, operationName)
        if chosen.kind == "subscription":
            raise InvalidParameterError(
                "document: a subscription has no single answer; valid is a query or mutation. "
                "The clients that `avista-dx generate` makes run subscriptions"
            )
        if not isinstance(variables, Mapping | None):
            raise validation.invalid_argument("variables", variables, "a dictionary or None")
        plain = check_json_value("variables", variables or {})
        return await self._client.execute(
            dict[str, Any], query=document, operation_name=chosen.name, variables=plain
        )
