"""The commands `collaboratives`, `services`, `share` and `unshare`."""

from avista_digital_exchange_sdk.local import LocalExchange

from ..support.command_line import Command, run_command


def shared(dx: Command, local: LocalExchange) -> list[str]:
    return [row[2] for row in dx("services", local.collaborativeId).rows]


def test_collaboratives_command_lists_collaboratives_with_their_organizations(
    dx: Command, local: LocalExchange
) -> None:
    assert dx("collaboratives").rows == [
        ["Solar Research", local.collaborativeId, "Cascade Valley Energy, Palouse State University"]
    ]


def test_collaboratives_command_lists_services_with_their_types(
    dx: Command, local: LocalExchange
) -> None:
    rows = dx("services", local.collaborativeId).rows
    assert ["Solar site", "DATA_STORE", local.dataStoreId] in rows
    assert ["Solar measurements", "TIME_SERIES_DB", local.timeSeriesDbId] in rows


def test_share_and_unshare_change_the_services_of_a_collaborative(
    dx: Command, local: LocalExchange, data_store: dict[str, str]
) -> None:
    store = data_store["dataStoreId"]
    assert dx("share", store, local.collaborativeId).stderr == "shared: Field data\n"
    assert store in shared(dx, local)
    unshared = dx("unshare", store, local.collaborativeId, "--json")
    assert unshared.json["serviceId"] == store
    assert unshared.stderr == "no longer shared: Field data\n"
    assert store not in shared(dx, local)


def test_share_with_an_id_of_another_kind_is_refused(dx: Command, local: LocalExchange) -> None:
    outcome = dx("share", "userId.1", local.collaborativeId)
    assert outcome.exit_code == 2
    assert outcome.stderr.startswith("avista-dx: SERVICE must be the name or ID of a data store or")
    assert outcome.stderr.endswith("; that is the ID of a user\n")


def test_data_store_is_shared_by_its_path(
    dx: Command, local: LocalExchange, data_store: dict[str, str]
) -> None:
    store = data_store["dataStoreId"]
    name = f"Käfer & Co. {store[-8:]}"
    assert dx("stores", "rename", f"dx://{store}", name).exit_code == 0
    for path in (f"dx://{name}", f"dx://{name}/", f"dx://{store}"):
        assert dx("share", path, "Solar Research").stderr == f"shared: {name}\n"
        assert store in shared(dx, local)
        assert dx("unshare", path, "Solar Research").exit_code == 0
        assert store not in shared(dx, local)


def test_share_with_a_path_in_a_data_store_is_refused(dx: Command, local: LocalExchange) -> None:
    for path in ("dx://Solar site/loads", f"dx://{local.dataStoreId}/loads", "dx://"):
        outcome = dx("share", path, "Solar Research")
        assert (outcome.exit_code, outcome.stderr.count("\n")) == (2, 1)
        assert "SERVICE must be the name, path or ID of a data store" in outcome.stderr
    outcome = dx("share", "dx://nothing", "Solar Research")
    assert (outcome.exit_code, "no data store has the name 'nothing'" in outcome.stderr) == (
        4,
        True,
    )


def test_share_with_an_unknown_name_is_refused(dx: Command, local: LocalExchange) -> None:
    outcome = dx("share", "thing", local.collaborativeId)
    assert outcome.exit_code == 4
    kinds = "data store, time series database, group of endpoints or data capture"
    assert f"no {kinds} has the name 'thing'" in outcome.stderr


def test_share_of_another_users_service_is_refused(dx: Command, local: LocalExchange) -> None:
    outcome = run_command(
        *("share", local.dataStoreId, local.collaborativeId),
        AVISTA_DX_ENDPOINT=local.endpoint,
        AVISTA_DX_TOKEN=local.tokens["member"],
    )
    assert outcome.exit_code == 3
