"""Paths with the name of a data store are the paths with its ID."""

import unicodedata
from collections.abc import Iterator
from uuid import uuid4

import fsspec
import pandas
import pytest

from avista_digital_exchange_sdk import InvalidParameterError
from avista_digital_exchange_sdk.file_system import DataStoreFileSystem
from avista_digital_exchange_sdk.local import LocalExchange

from ..support.admin_client import AdminClient


@pytest.fixture
def files(local: LocalExchange) -> Iterator[DataStoreFileSystem]:
    """A file system with an empty cache."""
    files = DataStoreFileSystem(
        token=local.token, endpoint=local.endpoint, skip_instance_cache=True
    )
    yield files
    files.close()


@pytest.fixture
def name(admin_client: AdminClient) -> tuple[str, str]:
    """The name and the ID of a new data store."""
    name = f"Übersicht {uuid4()}"
    return name, admin_client.create_data_store(name)["dataStoreId"]


def test_named_store_is_read_and_written_like_by_its_id(
    files: DataStoreFileSystem, name: tuple[str, str]
) -> None:
    named, by_id = name
    files.pipe(f"dx://{named}/loads/a.csv", b"1")
    assert files.cat(f"dx://{by_id}/loads/a.csv") == b"1"
    # The other Unicode form of the name, and other paths of the same file, are the same file.
    decomposed = unicodedata.normalize("NFD", named)
    files.pipe(f"{decomposed}/loads/a.csv", b"22")
    assert files.cat(f"{by_id}/loads/a.csv") == b"22"
    assert files.ls(f"dx://{named}/loads", detail=False) == [f"{by_id}/loads/a.csv"]
    assert files.glob(f"dx://{named}/**/*.csv") == [f"{by_id}/loads/a.csv"]
    assert files.find(named) == [f"{by_id}/loads/a.csv"]
    assert files.isdir(named)
    assert files.exists(f"{named}/loads/a.csv")
    assert files.du(named) == 2


def test_named_store_keeps_a_file_that_is_moved_or_copied_onto_itself(
    files: DataStoreFileSystem, name: tuple[str, str]
) -> None:
    named, by_id = name
    files.pipe(f"{named}/a.csv", b"1")
    files.mv(f"{named}/a.csv", f"{by_id}/a.csv")
    files.cp(f"{by_id}/a.csv", f"{named}/a.csv")
    files.mv(f"{by_id}/a.csv", f"{named}/b.csv")
    assert files.cat(f"{by_id}/b.csv") == b"1"
    files.rm(f"{named}/b.csv")
    assert not files.exists(f"{by_id}/b.csv")


def test_named_store_works_in_pandas_and_open(local: LocalExchange, name: tuple[str, str]) -> None:
    options = {"token": local.token, "endpoint": local.endpoint}
    path = f"dx://{name[0]}/loads/may file.csv"
    pandas.DataFrame({"kW": [1.5]}).to_csv(path, index=False, storage_options=options)
    assert pandas.read_csv(path, storage_options=options)["kW"].tolist() == [1.5]
    with fsspec.open(f"dx://{name[1]}/loads/may file.csv", "r", **options) as file:
        assert file.read() == "kW\n1.5\n"


def test_named_store_that_does_not_exist_is_missing(
    files: DataStoreFileSystem, admin_client: AdminClient
) -> None:
    name = f"Later {uuid4()}"
    assert not files.exists(f"dx://{name}/a.csv")
    assert files.glob(f"dx://{name}/*.csv") == []
    assert files.find(name) == []
    with pytest.raises(FileNotFoundError) as caught:
        files.cat(f"dx://{name}/a.csv")
    assert caught.value.filename == f"{name}/a.csv"
    assert f"no data store has the name {name!r}" in caught.value.__notes__[0]
    # Only names that exist are cached.
    admin_client.create_data_store(name)
    assert files.exists(name)


def test_named_store_with_an_ambiguous_name_is_refused_with_the_ids(
    files: DataStoreFileSystem, admin_client: AdminClient
) -> None:
    name = f"Twin {uuid4()}"
    ids = [admin_client.create_data_store(name)["dataStoreId"] for _ in range(2)]
    for act in (files.ls, files.exists, files.cat, files.find, files.rm):
        with pytest.raises(InvalidParameterError) as caught:
            act(f"dx://{name}/a")
        assert all(one in str(caught.value) for one in ids)
