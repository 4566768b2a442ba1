"""The latest values of IoT endpoints, page by page."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from contextlib import aclosing
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import from_json

from .._backends import Backend
from .._generated.enums import ModelSchemaType
from .._generated.fragments import EndpointLastValues, IotLastValuesPage
from .._graphql.client import require_found
from .._graphql.pagination import paginate
from .._models.html_list import HtmlList
from .._models.keys import KeyMixin
from .._models.typed_values import EndpointValueMixin
from .._secrets import Secret
from .._transfer.transfers import Transfers
from .._utils.progress import ProgressReporter
from ..errors import InvalidResponseError


class EndpointLastValue(EndpointValueMixin, KeyMixin):
    """The latest value of a telemetry attribute of an endpoint.

    Its properties can also be read as keys: `entry["lastValue"]`.
    """

    attributeName: str | None = None
    lastValue: str | None = None
    "The value as a string. None if no value was published."
    timestamp: str | None = None
    "The time of the value in milliseconds since 1970."
    schemaType: ModelSchemaType | None = None
    iotEndpointId: str


# Lists a page of the latest values of the object with an ID; takes the tokens of the page before.
ListOperation = Callable[..., Coroutine[Any, Any, IotLastValuesPage | None]]


async def list_last_values(
    operation: ListOperation,
    what: str,
    identifier: str,
    backend: Backend,
    transfers: Transfers,
    reporter: ProgressReporter,
) -> list[EndpointLastValue]:
    """List the latest values of one or more endpoints; the next page is prefetched."""

    async def read_page(before: IotLastValuesPage | None) -> IotLastValuesPage:
        tokens = (before.nextToken, before.clientToken, before.queryId) if before else ()
        return require_found(await operation(identifier, *tokens), what, identifier)

    values: list[EndpointLastValue] = []
    read_pages = paginate(read_page, prefetch=backend)
    async with aclosing(reporter.track_pages("last values", read_pages)) as pages:
        async for page in pages:
            for endpoint in await _read_endpoints(page, transfers):
                values += _to_last_values(endpoint)
    return HtmlList(values)


async def _read_endpoints(
    page: IotLastValuesPage, transfers: Transfers
) -> list[EndpointLastValues]:
    if not page.resultStoredInS3 or page.presignedUrl is None:
        return page.data
    body = await transfers.fetch(Secret(page.presignedUrl), "a page of last values")
    problem = "a page of last values is neither a list of endpoints nor an object with one"
    try:
        parsed = from_json(body)
        listed = parsed.get("data") if isinstance(parsed, dict) else parsed
        return TypeAdapter(list[EndpointLastValues]).validate_python(listed)
    except ValueError:
        pass
    # Outside of the except block: the cause would contain the page.
    raise InvalidResponseError(problem)


def _to_last_values(endpoint: EndpointLastValues) -> list[EndpointLastValue]:
    return [
        EndpointLastValue(
            attributeName=value.telemetryModel.name if value.telemetryModel else None,
            lastValue=value.value,
            timestamp=value.timestamp,
            schemaType=value.telemetryModel.schemaType if value.telemetryModel else None,
            iotEndpointId=endpoint.iotEndpointId,
        )
        for value in endpoint.telemetryValues
    ]
