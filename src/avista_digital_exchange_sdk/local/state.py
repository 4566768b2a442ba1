"""The arguments of resolvers: the components of the exchange and the caller."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from .caller import Caller
from .conditions import Conditions
from .graphql.pubsub import EventBus, Subscription
from .query_engine.engine import QueryEngine
from .query_engine.queries import Queries
from .query_engine.result_files import ResultFiles
from .query_engine.samples import Samples
from .s3.storage import ObjectStore
from .services.collaborative.collaboratives import Collaboratives
from .services.collaborative.memberships import Memberships
from .services.data_capture.attachments import Attachments
from .services.data_capture.captures import Captures
from .services.data_capture.exports import CaptureExports
from .services.data_capture.lifecycle import Lifecycle
from .services.iot.endpoints import Endpoints
from .services.iot.groups import Groups
from .services.iot.hubs import Hubs
from .services.iot.models import Models
from .services.iot.telemetry import Telemetry
from .services.platform_admin.people import People
from .services.storage.data_stores import DataStores
from .services.storage.directories import Directories
from .services.storage.files import Files
from .services.time_series.store import TimeSeriesStore
from .services.user.accounts import Accounts
from .services.user.tokens import Tokens


@dataclass(frozen=True)
class ExchangeState:
    """The components of one Local Exchange."""

    accounts: Accounts
    tokens: Tokens
    data_stores: DataStores
    directories: Directories
    files: Files
    collaboratives: Collaboratives
    memberships: Memberships
    people: People
    objects: ObjectStore
    events: EventBus
    engine: QueryEngine
    result_files: ResultFiles
    time_series: TimeSeriesStore
    hubs: Hubs
    models: Models
    endpoints: Endpoints
    groups: Groups
    telemetry: Telemetry
    captures: Captures
    capture_samples: Samples
    capture_exports: CaptureExports
    attachments: Attachments
    lifecycle: Lifecycle
    conditions: Conditions

    @property
    def queries(self) -> Queries:
        """The queries of all users."""
        return self.engine.queries


@dataclass(frozen=True)
class Context:
    """The context of one request."""

    exchange: ExchangeState
    caller: Caller


# Called as resolver(context, **arguments). Arguments are the field's own, input objects as
# dictionaries with the schema's names, enums as strings. The result has the fields of the
# schema's type as keys.
Resolver = Callable[..., Coroutine[Any, Any, Any]]
# Called in the same way for a subscription; the result yields the field's events.
Source = Callable[..., Coroutine[Any, Any, "Subscription"]]
