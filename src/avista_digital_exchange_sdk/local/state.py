"""What every resolver is given: the running parts of the exchange and who is calling."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from .caller import Caller
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
    """The running parts of one Local Exchange."""

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

    @property
    def queries(self) -> Queries:
        """The queries of all users."""
        return self.engine.queries


@dataclass(frozen=True)
class Context:
    """One request's view of the exchange."""

    exchange: ExchangeState
    caller: Caller


# Called as resolver(context, **arguments). Arguments are the field's own, input objects as
# dictionaries with the contract's names, enums as their text. The answer is shaped like the
# contract's type, with the contract's names as keys.
Resolver = Callable[..., Coroutine[Any, Any, Any]]
# Called in the same way for a subscription; the answer yields the field's events.
Source = Callable[..., Coroutine[Any, Any, "Subscription"]]
