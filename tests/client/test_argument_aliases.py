"""Arguments under the names of official releases, besides the documented ones."""

import inspect
from pathlib import Path
from typing import Any

import pytest

from avista_digital_exchange_sdk import (
    AsyncDataStore,
    AvistaDigitalExchange,
    DataStore,
    DxTypes,
    InvalidParameterError,
    IotDataRecord,
    PublishIotDataResult,
)
from avista_digital_exchange_sdk.local import LocalExchange

from ..support.sync_wrapper import SyncWrapper


@pytest.fixture
def local_file(tmp_path: Path) -> Path:
    """A local file."""
    path = tmp_path / "load.csv"
    path.write_text("1,2\n")
    return path


@pytest.fixture
def store(exchange: AvistaDigitalExchange, data_store: dict[str, str]) -> Any:
    """A new data store, whose methods are sync."""
    return SyncWrapper(exchange.getDataStore(data_store["dataStoreId"]))


@pytest.mark.parametrize("name", ["localPath", "localFilePath"])
def test_upload_accepts_both_names_of_the_local_path(
    name: str, exchange: AvistaDigitalExchange, data_store: dict[str, str], local_file: Path
) -> None:
    call: Any = exchange.uploadFileToDataStore
    place = data_store["dataStoreId"], data_store["homeDirectoryId"]
    assert call(*place, **{name: local_file}).name == "load"
    assert call(*place, **{name: local_file, "name": "may.csv"}).name == "may"


def test_data_store_methods_accept_both_names(store: Any, local_file: Path, tmp_path: Path) -> None:
    store.uploadFile(localPath=local_file)
    store.uploadFile(localFilePath=local_file, name="may.csv")
    store.downloadFile(filename="load.csv", writeLocation=tmp_path / "a")
    store.downloadFile(path="may.csv", writeLocation=tmp_path / "b")
    assert (tmp_path / "a").read_text() == (tmp_path / "b").read_text() == "1,2\n"
    store.deleteFile(filename="load.csv")
    store.deleteFile(path="may.csv")
    assert store.ls().files == []


def test_groups_accept_both_names_of_their_endpoints(
    exchange: AvistaDigitalExchange, local: LocalExchange
) -> None:
    iot: Any = exchange.iot
    group = iot.createGroup(local.iotHubId, "Roof").iotGroupId
    for name in ("iotEndpointId", "iotEndpointIds"):
        added = iot.addEndpointsToGroup(group, **{name: local.iotEndpointId})
        assert added.iotEndpointIds == [local.iotEndpointId]
        assert iot.removeEndpointsFromGroup(group, **{name: local.iotEndpointId}).endpoints == []
    exchange.iot.deleteGroup(group)


@pytest.mark.parametrize(
    ("arguments", "keywords"),
    [
        (("store", "directory", "a.csv"), {"localFilePath": "b.csv"}),
        (("store", "directory"), {"localPath": "a.csv", "localFilePath": "a.csv"}),
        (("store", "directory"), {"localPath": None, "localFilePath": "a.csv"}),
    ],
)
def test_both_names_at_once_are_refused_before_anything_is_sent(
    arguments: tuple[str, ...],
    keywords: dict[str, Any],
    fake_platform_client: AvistaDigitalExchange,
) -> None:
    call: Any = fake_platform_client.uploadFileToDataStore
    with pytest.raises(
        InvalidParameterError, match=r"^localFilePath must be omitted if localPath is passed"
    ):
        call(*arguments, **keywords)


@pytest.mark.parametrize(("name", "other"), [("path", "filename"), ("filename", "path")])
def test_both_names_of_a_data_store_method_are_refused(name: str, other: str, store: Any) -> None:
    for method in (store.downloadFile, store.deleteFile):
        with pytest.raises(InvalidParameterError, match=r"^filename must be omitted if path"):
            method(**{name: "a.csv", other: "b.csv"})


def test_unknown_names_are_refused_by_python(fake_platform_client: AvistaDigitalExchange) -> None:
    call: Any = fake_platform_client.uploadFileToDataStore
    with pytest.raises(TypeError, match="localFile"):
        call("store", "directory", localFile="a.csv")


@pytest.mark.parametrize("kind", [DataStore, AsyncDataStore])
def test_signatures_show_only_the_documented_names(kind: type) -> None:
    parameters = inspect.signature(kind.downloadFile).parameters  # type: ignore[attr-defined]  # both have it
    assert list(parameters) == ["self", "path", "writeLocation", "progress"]


def test_events_have_the_names_of_official_releases() -> None:
    assert DxTypes.IotEndpointPublishDataResult is PublishIotDataResult
    assert DxTypes.IotEndpointDataRecord is IotDataRecord
    record = DxTypes.IotEndpointDataRecord(
        iotEndpointId="iotEndpointId.1",
        timestamp="1714521600000",
        attributes=[DxTypes.IotEndpointAttributeValue(name="Power", value="1.5")],
    )
    assert record.toDict() == {
        "iotEndpointId": "iotEndpointId.1",
        "timestamp": "1714521600000",
        "attributes": [{"name": "Power", "schemaType": None, "value": "1.5"}],
    }
