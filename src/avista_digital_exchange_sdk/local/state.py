"""What every resolver is given: the running parts of the exchange and who is calling."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from .caller import Caller
from .graphql.pubsub import EventBus, Subscription
from .s3.storage import ObjectStore
from .services.collaborative.collaboratives import Collaboratives
from .services.storage.data_stores import DataStores
from .services.storage.directories import Directories
from .services.storage.files import Files
from .services.time_series.store import TimeSeriesStore
from .services.user.accounts import Accounts


@dataclass(frozen=True)
class ExchangeState:
    """The running parts of one Local Exchange."""

    accounts: Accounts
    data_stores: DataStores
    directories: Directories
    files: Files
    collaboratives: Collaboratives
    objects: ObjectStore
    events: EventBus
    time_series: TimeSeriesStore


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
