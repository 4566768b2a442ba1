"""`avista-dx generate`: a typed client for custom operations."""

import asyncio
import importlib
import itertools
import os
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    InvalidParameterError,
    UnauthorizedError,
)
from avista_digital_exchange_sdk.local import LocalExchange

from ..support.importing import importing_from
from .conftest import ROOT, Command

OPERATIONS = {
    "people.graphql": """
        query whoAmI { user_getUserSession { user { ...Person } } }
        fragment Person on User { userId firstName organization { name } }
    """,
    "stores.graphql": """
        # Data stores, and only what we need of them.
        query storeNames { storage_listDataStores { name } }
        query storeName($dataStoreId: ID!) {
          storage_getDataStore(dataStoreId: $dataStoreId) { name }
        }
    """,
    "files.graphql": """
        query link($dataStoreFileId: ID!) {
          storage_getDataStoreFileDownloadUrl(dataStoreFileId: $dataStoreFileId) {
            itemId
            url
            link: url
          }
        }
    """,
    "values.graphql": """
        mutation publish($timeSeriesDbId: ID!, $assetId: ID!, $data: TimeSeriesDbDataInput!) {
          timeSeriesDb_publishToDatabase(
            timeSeriesDbId: $timeSeriesDbId, assetId: $assetId, data: $data
          ) {
            # Subscriptions receive only what the publisher selects.
            assetId
            attributes { name data { value } }
          }
        }
        subscription published($timeSeriesDbId: ID!, $assetId: ID!) {
          onTimeSeriesDbPublish(timeSeriesDbId: $timeSeriesDbId, assetId: $assetId) {
            assetId
            attributes { name data { value } }
          }
        }
    """,
}


def written(folder: Path, operations: dict[str, str]) -> Path:
    """A directory with operation files."""
    folder.mkdir()
    for name, text in operations.items():
        (folder / name).write_text(textwrap.dedent(text), "utf-8")
    return folder


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The package generated from `OPERATIONS`, ready to be imported."""
    folder = tmp_path_factory.mktemp("own")
    queries = written(folder / "queries", OPERATIONS)
    command = ["-m", "avista_digital_exchange_sdk.cli", "generate"]
    package = folder / "my_exchange"
    subprocess.run(
        [sys.executable, *command, "--queries", queries, "--out", package],
        check=True,
        cwd=folder,
        capture_output=True,
    )
    with importing_from(folder):
        yield package


@pytest.fixture
def own(package: Path) -> ModuleType:
    return importlib.import_module(package.name)


def record(time: int) -> Any:
    inputs = importlib.import_module("my_exchange.input_types")
    return inputs.TimeSeriesDbDataInput(
        records=[
            inputs.TimeSeriesDbRecordInput(
                measureName="power",
                measureValue="1.5",
                measureValueType="DOUBLE",
                time=str(time),
                timeUnit="SECONDS",
            )
        ]
    )


class TestSyncClient:
    def test_generated_client_hides_presigned_urls_in_representations(
        self, own: ModuleType, local: LocalExchange, tmp_path: Path
    ) -> None:
        (tmp_path / "load.csv").write_text("12.5")
        with AvistaDigitalExchange(local.token, endpoint=local.endpoint) as exchange:
            file = exchange.uploadFileToDataStore(
                local.dataStoreId, local.homeDirectoryId, tmp_path / "load.csv"
            )
        with own.Client(local.token, endpoint=local.endpoint) as client:
            response = client.link(file.dataStoreFileId)
        for url in (response.url, response.link):
            assert httpx.get(url).text == "12.5"
            assert "Signature=" in f"{url}"
        shown = [repr(response), str(response), repr(vars(response)), repr(response.model_dump())]
        shown += [repr(response.url), repr(response.link[:1000]), response._repr_html_()]
        assert not [text for text in shown if "Signature=" in text]

    def test_generated_client_returns_objects_of_the_types_of_the_operation(
        self, own: ModuleType, local: LocalExchange
    ) -> None:
        with own.Client(local.token, endpoint=local.endpoint) as client:
            user = client.who_am_i().user
            assert (user.firstName, user.organization.name) == ("Ada", "Cascade Valley Energy")
            assert type(user) is importlib.import_module("my_exchange.fragments").Person
            assert "Solar site" in [store.name for store in client.store_names()]
            assert client.store_name(local.dataStoreId).name == "Solar site"

    def test_generated_client_sends_inputs_under_the_names_of_the_schema(
        self, own: ModuleType, local: LocalExchange, database: str
    ) -> None:
        with own.Client(local.token, endpoint=local.endpoint) as client:
            assert [asset.assetId for asset in client.publish(database, "roof", record(1))] == [
                "roof"
            ]
        exchange = AvistaDigitalExchange(local.token, endpoint=local.endpoint)
        with exchange:
            (asset,) = exchange.listTimeSeriesAssetsAndLatestValues(database)
        assert asset.attributes[0].lastValue == "1.5"

    def test_generated_client_iterates_over_a_subscription(
        self, own: ModuleType, local: LocalExchange, database: str
    ) -> None:
        seen = threading.Event()

        def publish_until_seen() -> None:
            with own.Client(local.token, endpoint=local.endpoint) as publisher:
                for time in itertools.count(1):
                    publisher.publish(database, "roof", record(time))
                    if seen.wait(0.05):
                        break

        with (
            own.Client(local.token, endpoint=local.endpoint) as client,
            ThreadPoolExecutor() as threads,
        ):
            publishing = threads.submit(publish_until_seen)
            event = next(client.published(database, "roof"))
            seen.set()
            publishing.result()
        assert event.onTimeSeriesDbPublish[0].attributes[0].data[0].value == "1.5"

    def test_generated_client_raises_the_errors_of_the_sdk(
        self, own: ModuleType, local: LocalExchange
    ) -> None:
        with (
            own.Client("wrong", endpoint=local.endpoint) as client,
            pytest.raises(UnauthorizedError) as refusal,
        ):
            client.who_am_i()
        assert refusal.value.operationName == "whoAmI"

    def test_generated_client_reads_token_and_endpoint_from_the_environment(
        self, own: ModuleType, local: LocalExchange, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with pytest.raises(InvalidParameterError, match="AVISTA_DX_TOKEN"):
            own.Client()
        monkeypatch.setenv("AVISTA_DX_TOKEN", local.token)
        monkeypatch.setenv("AVISTA_DX_ENDPOINT", local.endpoint)
        with own.Client() as client:
            assert client.who_am_i().user.firstName == "Ada"
            assert repr(client) == f"Client(endpoint={local.endpoint!r})"
            assert local.token not in repr(vars(client))


class TestAsyncClient:
    def test_generated_async_client_has_coroutine_methods(
        self, own: ModuleType, local: LocalExchange, database: str
    ) -> None:
        async def flow() -> None:
            async with own.AsyncClient(local.token, endpoint=local.endpoint) as client:
                assert (await client.who_am_i()).user.firstName == "Ada"
                async with aclosing(client.published(database, "roof")) as events:
                    waiting = asyncio.create_task(anext(events))
                    time = 0
                    while not waiting.done():
                        time += 1
                        await client.publish(database, "roof", record(time))
                        await asyncio.sleep(0.05)
                    event = await waiting
                assert event.onTimeSeriesDbPublish[0].attributes[0].data[0].value == "1.5"

        asyncio.run(flow())


class TestPackage:
    def test_generated_package_is_typed_for_type_checkers(
        self, package: Path, tmp_path: Path
    ) -> None:
        use = tmp_path / "use.py"
        use.write_text(
            "from my_exchange import AsyncClient, Client\n"
            "reveal_type(Client('t').store_name)\n"
            "async def use(client: AsyncClient) -> None:\n"
            "    reveal_type(await client.store_names())\n"
        )
        checked = subprocess.run(
            [sys.executable, "-m", "mypy", "--strict", use],
            # The checkout's own configuration and cache.
            cwd=ROOT,
            env={**os.environ, "MYPYPATH": str(package.parent)},
            capture_output=True,
            text=True,
        )
        assert checked.returncode == 0, checked.stdout
        assert '"def (dataStoreId: str) -> ' in checked.stdout
        assert "StoreNamesStorageListDataStores]" in checked.stdout

    def test_generated_package_is_unchanged_by_generating_again(
        self, package: Path, command: Command
    ) -> None:
        outcome = command("generate", "--queries", package.parent / "queries", "--out", package)
        assert (outcome.exit_code, outcome.stderr) == (0, f"{package} is up to date.\n")

    def test_generated_package_loses_files_of_removed_operations(
        self, command: Command, tmp_path: Path
    ) -> None:
        queries, out = written(tmp_path / "queries", OPERATIONS), tmp_path / "mine"
        assert command("generate", "--queries", queries, "--out", out).exit_code == 0
        (queries / "values.graphql").unlink()
        assert command("generate", "--queries", queries, "--out", out).exit_code == 0
        assert not (out / "publish.py").exists()
        assert "publish" not in (out / "sync_client.py").read_text()

    def test_generated_package_keeps_files_of_the_user(
        self, command: Command, tmp_path: Path
    ) -> None:
        queries, out = written(tmp_path / "queries", OPERATIONS), tmp_path / "mine"
        out.mkdir()
        (out / "client.py").write_text("PRECIOUS = True\n")
        outcome = command("generate", "--queries", queries, "--out", out)
        assert outcome.exit_code == 2
        assert "client.py was not generated" in outcome.stderr
        assert [file.name for file in out.iterdir()] == ["client.py"]
        assert (out / "client.py").read_text() == "PRECIOUS = True\n"

    def test_invalid_documents_are_reported_and_nothing_is_written(
        self, command: Command, tmp_path: Path
    ) -> None:
        queries = written(tmp_path / "queries", {"a.graphql": "query a {\n  nothing\n}\n"})
        outcome = command("generate", "--queries", queries, "--out", tmp_path / "mine")
        assert outcome.exit_code == 1
        assert f"{queries / 'a.graphql'}:2:3: Cannot query field 'nothing'" in outcome.stderr
        assert not (tmp_path / "mine").exists()

    def test_package_directory_must_be_a_valid_package_name(
        self, command: Command, tmp_path: Path
    ) -> None:
        queries = written(tmp_path / "queries", OPERATIONS)
        outcome = command("generate", "--queries", queries, "--out", tmp_path / "my-client")
        assert outcome.exit_code == 2
        assert "'my-client' is not a valid package name" in outcome.stderr
