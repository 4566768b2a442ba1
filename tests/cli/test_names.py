"""Names of data stores, databases and collaboratives in place of their IDs."""

from pathlib import Path

import pytest

from avista_digital_exchange_sdk.local import LocalExchange

from ..support.admin_client import AdminClient
from ..support.command_line import Command, run_command


@pytest.fixture
def twins(admin_client: AdminClient) -> list[str]:
    """The IDs of two data stores with the same name."""
    return [admin_client.create_data_store("Twin site")["dataStoreId"] for _ in range(2)]


class TestDataStores:
    def test_ls_without_path_lists_data_stores_by_name(
        self, dx: Command, local: LocalExchange
    ) -> None:
        for arguments in ([], ["dx://"], ["dx:///"]):
            rows = dx("ls", *arguments).rows
            assert ["Solar site/", "", "Files of the solar site", local.dataStoreId] in rows
        (entry,) = [one for one in dx("ls", "--json").json if one["name"] == "Solar site"]
        assert entry["path"] == f"dx://{local.dataStoreId}"

    def test_paths_below_all_data_stores_have_their_names(
        self, dx: Command, twins: list[str], tmp_path: Path
    ) -> None:
        (tmp_path / "a.csv").write_text("1\n")
        for store in ("dx://Solar site", f"dx://{twins[0]}"):
            dx("put", tmp_path / "a.csv", f"{store}/root/a.csv")
        found = dx("find", "dx://", "--type", "file").stdout.splitlines()
        # A name that is not unique is no path.
        assert {"dx://Solar site/root/a.csv", f"dx://{twins[0]}/root/a.csv"} <= {*found}
        tree = dx("tree", "dx://").stdout.splitlines()
        assert "├── Solar site/" in tree or "└── Solar site/" in tree
        assert any(line.endswith(f"── {twins[0]}/") for line in tree)
        assert "dx://Solar site" in [path for _, path in dx("du", "dx://").rows]

    def test_ls_lists_shared_data_stores_with_their_collaborative(
        self, local: LocalExchange
    ) -> None:
        access = {
            "AVISTA_DX_TOKEN": local.tokens["member"],
            "AVISTA_DX_ENDPOINT": local.endpoint,
        }
        rows = run_command("ls", **access).rows
        row = ["Solar site/", "Solar Research", "Files of the solar site", local.dataStoreId]
        assert row in rows
        shown = run_command("ls", "dx://Solar site", **access)
        assert shown.stdout == run_command("ls", f"dx://{local.dataStoreId}", **access).stdout
        assert shown.exit_code == 0

    def test_path_with_a_name_is_the_path_with_the_id(
        self, dx: Command, local: LocalExchange, tmp_path: Path
    ) -> None:
        folder = "dx://Solar site/by name"
        source, target = tmp_path / "a.csv", tmp_path / "b.csv"
        source.write_text("1\n")
        sent = dx("put", source, f"{folder}/")
        assert sent.stderr == f"uploaded 1 file (2 bytes) to {folder}/\n"
        by_id = f"dx://{local.dataStoreId}/by name/a.csv"
        assert dx("cat", by_id).stdout == "1\n"
        assert dx("ls", folder, "--json").json[0]["path"] == by_id
        assert dx("get", f"{folder}/*.csv", f"{tmp_path}/").exit_code == 0
        assert dx("get", f"{folder}/a.csv", target).exit_code == 0
        assert target.read_text() == "1\n"
        assert dx("tree", folder).stdout.splitlines()[0] == folder
        gone = dx("rm", "--recursive", folder)
        assert gone.stderr == f"deleted {folder}\n"
        missing = dx("ls", f"{folder}/a.csv")
        assert missing.exit_code == 4
        assert missing.stderr.startswith(f"avista-dx: {folder}/a.csv: No such file")

    def test_path_with_a_name_of_several_data_stores_is_refused_with_their_ids(
        self, dx: Command, twins: list[str]
    ) -> None:
        outcome = dx("ls", "dx://Twin site/loads")
        assert (outcome.exit_code, outcome.stdout) == (2, "")
        assert all(store in outcome.stderr for store in twins)
        for store in twins:
            assert dx("ls", f"dx://{store}").exit_code == 0

    def test_path_with_an_unknown_name_is_refused_with_the_nearest(self, dx: Command) -> None:
        for command in (["ls"], ["cat"], ["rm"], ["tree"]):
            outcome = dx(*command, "dx://Solar sit/a.csv")
            assert outcome.exit_code == 4
            first, second = outcome.stderr.splitlines()
            assert first == "avista-dx: dx://Solar sit/a.csv: No such file or directory"
            assert "did you mean 'Solar site'" in second

    def test_missing_file_is_reported_with_the_nearest_names(
        self, dx: Command, store: str, tmp_path: Path
    ) -> None:
        for name in ("may.csv", "june.csv"):
            (tmp_path / name).write_text("1\n")
        dx("put", *tmp_path.glob("*.csv"), f"{store}/loads/")
        assert "did you mean 'may.csv'?" in dx("cat", f"{store}/loads/mai.csv").stderr
        assert "did you mean 'loads'?" in dx("cat", f"{store}/load/may.csv").stderr
        assert "did you mean" not in dx("cat", f"{store}/loads/zzz").stderr


class TestDatabases:
    @pytest.mark.parametrize(
        "arguments",
        [
            ["assets", "NAME"],
            ["assets", "--db", "NAME"],
            ["assets", "--db=NAME", "--json"],
            ["sql", "--db", "NAME", "SELECT 1 AS one"],
            ["sql", "SELECT 1 AS one", "--db", "NAME"],
            ["query", "--asset", "*", "--from", "2024-05-01", "--to", "2024-05-02", "--db", "NAME"],
        ],
    )
    def test_database_is_found_by_name(
        self, dx: Command, local: LocalExchange, arguments: list[str]
    ) -> None:
        named, by_id = (
            dx(*(one.replace("NAME", value) for one in arguments))
            for value in ("Solar measurements", local.timeSeriesDbId)
        )
        assert named.exit_code == 0
        assert named.stdout == by_id.stdout

    def test_database_of_publish_and_mirror_is_found_by_name(
        self, dx: Command, tmp_path: Path
    ) -> None:
        file = tmp_path / "may.csv"
        file.write_text("timestamp,kW\n2024-05-01T00:00:00Z,1.5\n")
        arguments = [file, "--asset", "feeder-7", "--dry-run"]
        assert dx("publish", "--db", "Solar measurements", *arguments).exit_code == 0
        assert dx("publish", "Solar measurements", *arguments).exit_code == 0
        assert dx("mirror", tmp_path / "copy", "--db", "Solar measurements").exit_code == 0

    def test_unknown_database_is_refused_with_the_nearest_name(self, dx: Command) -> None:
        outcome = dx("assets", "solar measurement")
        assert outcome.exit_code == 4
        assert "did you mean 'Solar measurements'" in outcome.stderr

    def test_id_of_another_kind_is_named(self, dx: Command, local: LocalExchange) -> None:
        outcome = dx("assets", local.dataStoreId)
        assert outcome.exit_code == 2
        assert outcome.stderr.endswith("that is the ID of a data store\n")
        outcome = dx("services", local.timeSeriesDbId)
        assert outcome.stderr.endswith("that is the ID of a time series database\n")


class TestCollaboratives:
    def test_collaborative_and_service_are_found_by_name(
        self, dx: Command, local: LocalExchange
    ) -> None:
        by_id = dx("services", local.collaborativeId)
        assert dx("services", "Solar Research").stdout == by_id.stdout
        outcome = dx("share", "Solar site", "Solar Research", "--json")
        assert outcome.json["serviceId"] == local.dataStoreId
        outcome = dx("share", "Solar measurements", "Solar Research", "--json")
        assert outcome.json["serviceId"] == local.timeSeriesDbId

    def test_unknown_collaborative_is_refused_with_the_nearest_name(self, dx: Command) -> None:
        outcome = dx("services", "Solar Reserch")
        assert outcome.exit_code == 4
        assert "did you mean 'Solar Research'" in outcome.stderr
