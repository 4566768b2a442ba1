"""Groups of calls of a client: the same calls, as separate objects."""

import pytest

from avista_digital_exchange_sdk import AsyncAvistaDigitalExchange, AvistaDigitalExchange
from avista_digital_exchange_sdk.local import LocalExchange

from ..support.sync_wrapper import SyncWrapper

GROUPS = {"dataStores": "DataStore", "timeSeries": "TimeSeries", "collaboratives": "Collaborative"}


def calls_of(group: object) -> set[str]:
    return {name for name in dir(group) if not name.startswith("_")}


@pytest.mark.parametrize(("group", "word"), GROUPS.items())
def test_group_has_the_calls_about_its_subject(
    exchange: AvistaDigitalExchange, group: str, word: str
) -> None:
    calls = calls_of(getattr(exchange, group))
    assert calls <= calls_of(AvistaDigitalExchange)
    about = {name for name in calls_of(AvistaDigitalExchange) if word in name}
    assert about <= calls | calls_of(exchange.collaboratives)


def test_groups_share_no_calls() -> None:
    exchange = AvistaDigitalExchange("token")
    groups = [calls_of(getattr(exchange, group)) for group in GROUPS]
    assert len(set.union(*groups)) == sum(map(len, groups))


@pytest.mark.parametrize("group", GROUPS)
def test_groups_of_both_clients_have_the_same_calls(group: str) -> None:
    of_async = calls_of(getattr(AsyncAvistaDigitalExchange("token"), group))
    assert calls_of(getattr(AvistaDigitalExchange("token"), group)) == of_async


def test_calls_of_groups_return_what_those_of_the_client_do(
    exchange: AvistaDigitalExchange, local: LocalExchange
) -> None:
    databases = SyncWrapper(exchange.timeSeries)
    assert databases.listTimeSeriesDatabases() == exchange.listTimeSeriesDatabases()
    collaboratives = SyncWrapper(exchange.collaboratives)
    assert collaboratives.getCollaborative(local.collaborativeId).name == "Solar Research"
