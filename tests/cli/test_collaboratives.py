"""Collaboratives and what they share: `collaboratives`, `services`, `share`, `unshare`."""

from avista_digital_exchange_sdk.local import LocalExchange

from ..support.command_line import Command, run_command


def shared(dx: Command, local: LocalExchange) -> list[str]:
    return [row[2] for row in dx("services", local.collaborativeId).rows]


def test_collaboratives_are_listed_with_their_organizations(
    dx: Command, local: LocalExchange
) -> None:
    assert dx("collaboratives").rows == [
        ["Solar Research", local.collaborativeId, "Cascade Valley Energy, Palouse State University"]
    ]


def test_services_are_listed_with_their_kinds(dx: Command, local: LocalExchange) -> None:
    rows = dx("services", local.collaborativeId).rows
    assert ["Solar site", "DATA_STORE", local.dataStoreId] in rows
    assert ["Solar measurements", "TIME_SERIES_DB", local.timeSeriesDbId] in rows


def test_a_service_is_shared_and_no_longer_shared(
    dx: Command, local: LocalExchange, data_store: dict[str, str]
) -> None:
    store = data_store["dataStoreId"]
    assert dx("share", store, local.collaborativeId).stderr == "shared: Field data\n"
    assert store in shared(dx, local)
    unshared = dx("unshare", store, local.collaborativeId, "--json")
    assert unshared.json["serviceId"] == store
    assert unshared.stderr == "no longer shared: Field data\n"
    assert store not in shared(dx, local)


def test_what_tells_no_kind_can_t_be_shared(dx: Command, local: LocalExchange) -> None:
    outcome = dx("share", "thing", local.collaborativeId)
    assert outcome.exit_code == 2
    assert outcome.stderr.startswith("avista-dx: SERVICE must be a dataStoreId")


def test_sharing_another_s_service_is_refused(dx: Command, local: LocalExchange) -> None:
    outcome = run_command(
        *("share", local.dataStoreId, local.collaborativeId),
        AVISTA_DX_ENDPOINT=local.endpoint,
        AVISTA_DX_TOKEN=local.tokens["member"],
    )
    assert outcome.exit_code == 3
