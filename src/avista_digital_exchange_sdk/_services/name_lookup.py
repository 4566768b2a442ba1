"""Finds data stores, databases and collaboratives by name, where a name is unique."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from .._backends.concurrency import run_for_each
from .._models.paths import compose
from .._utils import validation
from .._utils.nearest_names import format_nearest
from ..errors import NotFoundError
from .exchange import ExchangeService

if TYPE_CHECKING:
    from .._generated.fragments import Collaborative


class Kind(NamedTuple):
    """A kind of objects that have names.

    Attributes:
        name: What one of them is called, with its article.
        plural: What several are called.
        prefix: What their IDs begin with.
    """

    name: str
    plural: str
    prefix: str


DATA_STORE = Kind("a data store", "data stores", "dataStoreId.")
DATABASE = Kind("a time series database", "time series databases", "timeSeriesDbId.")
COLLABORATIVE = Kind("a collaborative", "collaboratives", "collaborativeId.")
CAPTURE = Kind("a data capture", "data captures", "dataCapture.")
HUB = Kind("a hub", "hubs", "iotHubId.")
ENDPOINT = Kind("an endpoint", "endpoints", "iotEndpointId.")
GROUP = Kind("a group of endpoints", "groups of endpoints", "iotGroupId.")
KINDS = (
    DATA_STORE,
    DATABASE,
    COLLABORATIVE,
    CAPTURE,
    HUB,
    ENDPOINT,
    GROUP,
    Kind("a directory", "directories", "dataStoreDirectoryId."),
    Kind("a file", "files", "dataStoreFileId."),
    Kind("a model", "models", "modelId."),
    Kind("a user", "users", "userId."),
    Kind("an organization", "organizations", "organizationId."),
)


class NamedObject(NamedTuple):
    """An object that can be found by its name.

    Attributes:
        identifier: Its ID.
        name: Its name.
        description: Its description, or None.
        shared_in: The name of the collaborative it is shared in, or None if it is the user's.
    """

    identifier: str
    name: str
    description: str | None = None
    shared_in: str | None = None

    def __str__(self) -> str:
        origin = f" (shared in {self.shared_in!r})" if self.shared_in else ""
        return f"{self.identifier}{origin}"


async def list_data_stores(services: ExchangeService) -> list[NamedObject]:
    """List the user's data stores, and those shared with the user."""
    own = [
        NamedObject(store.dataStoreId, store.name, store.description)
        for store in await services.listDataStores()
    ]
    return _merge(own, await _list_shared(services, DATA_STORE))


async def list_databases(services: ExchangeService) -> list[NamedObject]:
    """List the user's databases, and those shared with the user."""
    own = [
        NamedObject(database.timeSeriesDbId, database.name, database.description)
        for database in await services.listTimeSeriesDatabases()
    ]
    return _merge(own, await _list_shared(services, DATABASE))


async def list_collaboratives(services: ExchangeService) -> list[NamedObject]:
    """List the collaboratives that the user is a member of."""
    return [
        NamedObject(collaborative.collaborativeId, collaborative.name, collaborative.description)
        for collaborative in await services.listCollaboratives()
    ]


async def _list_shared(services: ExchangeService, kind: Kind) -> list[NamedObject]:
    async def list_services(collaborative: Collaborative) -> list[NamedObject]:
        objects = []
        for service in await services.listCollaborativeServices(collaborative.collaborativeId):
            found = service.dataStore or service.timeSeriesDb
            if found is not None and service.serviceId.startswith(kind.prefix):
                objects.append(
                    NamedObject(
                        service.serviceId, found.name, found.description, collaborative.name
                    )
                )
        return objects

    collaboratives = await services.listCollaboratives()
    lists = await run_for_each(services._backend, list_services, collaboratives)
    return list(chain.from_iterable(lists))


def _merge(own: list[NamedObject], shared: list[NamedObject]) -> list[NamedObject]:
    """Merge lists; an object that is shared in several collaboratives is listed once."""
    by_id: dict[str, NamedObject] = {}
    for one in (*own, *shared):
        by_id.setdefault(one.identifier, one)
    return list(by_id.values())


def find_kind(value: str) -> Kind | None:
    """Find the kind of the object that an ID identifies; return None if it is not an ID."""
    return next((kind for kind in KINDS if value.startswith(kind.prefix)), None)


def is_id(argument: str, value: str, kind: Kind) -> bool:
    """Whether a value is an ID of a kind, and not a name.

    Raises:
        InvalidParameterError: It is the ID of another kind.
    """
    actual = find_kind(value)
    if actual is None or actual == kind:
        return actual == kind
    raise validation.invalid_argument(
        argument, value, f"the name or ID of {kind.name}", note=f"that is the ID of {actual.name}"
    )


def find_by_name(
    argument: str, kinds: Sequence[Kind], name: str, known: Iterable[NamedObject]
) -> NamedObject:
    """Find the object with a name.

    Args:
        argument: The name of the argument, for messages.
        kinds: The kinds of the objects.
        name: The name; its Unicode form does not matter.
        known: The objects.

    Raises:
        NotFoundError: There is none; the message has the nearest names.
        InvalidParameterError: There are several; the message has their IDs.
    """
    known = list(known)
    matching = [one for one in known if compose(one.name) == compose(name)]
    if len(matching) == 1:
        return matching[0]
    if matching:
        one_of = " or ".join(kind.name for kind in kinds)
        raise validation.invalid_argument(
            argument,
            name,
            f"an ID or a unique name of {one_of}",
            note=f"the name is that of {', '.join(map(str, matching))}",
        )
    names = list(dict.fromkeys(one.name for one in known))
    several = " or ".join(kind.plural for kind in kinds)
    nearest = format_nearest(name, names, f"there are no {several}")
    *others, last = (kind.name.partition(" ")[2] for kind in kinds)
    without_article = f"{', '.join(others)} or {last}" if others else last
    raise NotFoundError(f"no {without_article} has the name {name!r} ({nearest})")
