"""Data stores in fsspec-based tools."""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import dask.dataframe
import distributed
import duckdb
import fsspec
import pandas
import polars
import pyarrow.dataset
import pyarrow.parquet
import pytest

from avista_digital_exchange_sdk.file_system import DataStoreFileSystem
from avista_digital_exchange_sdk.local import LocalExchange

from ..support.proxy import Proxy

FRAME = pandas.DataFrame({"time": range(1000), "kW": [0.5 * hour for hour in range(1000)]})
TOTAL = FRAME["kW"].sum()


@pytest.fixture
def options(local: LocalExchange) -> Iterator[dict[str, str]]:
    """The storage options for the owner's data stores."""
    options = {"token": local.token, "endpoint": local.endpoint}
    with closing(fsspec.filesystem("dx", **options)):
        yield options


class TestPandas:
    def test_pandas_writes_and_reads_csv(self, options: dict[str, str], home: str) -> None:
        FRAME.to_csv(f"dx://{home}/july/load.csv.gz", index=False, storage_options=options)
        read = pandas.read_csv(f"dx://{home}/july/load.csv.gz", storage_options=options)
        pandas.testing.assert_frame_equal(read, FRAME)

    def test_pandas_writes_and_reads_parquet(self, options: dict[str, str], home: str) -> None:
        FRAME.to_parquet(f"dx://{home}/load.parquet", storage_options=options)
        read = pandas.read_parquet(f"dx://{home}/load.parquet", storage_options=options)
        pandas.testing.assert_frame_equal(read, FRAME)

    def test_pandas_reads_options_from_the_environment(
        self, local: LocalExchange, home: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AVISTA_DX_TOKEN", local.token)
        monkeypatch.setenv("AVISTA_DX_ENDPOINT", local.endpoint)
        with closing(DataStoreFileSystem()):
            FRAME.to_csv(f"dx://{home}/load.csv", index=False)
            assert pandas.read_csv(f"dx://{home}/load.csv")["kW"].sum() == TOTAL

    def test_pandas_failure_while_writing_keeps_the_old_file(
        self, options: dict[str, str], home: str, file_system: DataStoreFileSystem
    ) -> None:
        class Unprintable:
            def __str__(self) -> str:
                raise ZeroDivisionError

        file_system.pipe(f"{home}/load.csv", b"old")
        frame = pandas.DataFrame({"kW": [1.5] * 1000 + [Unprintable()]})
        with pytest.raises(ZeroDivisionError):
            frame.to_csv(f"dx://{home}/load.csv", chunksize=10, storage_options=options)
        assert file_system.cat(f"{home}/load.csv") == b"old"


class TestParquet:
    def test_parquet_footer_is_read_without_downloading_the_file(
        self,
        proxied_file_system: DataStoreFileSystem,
        file_system: DataStoreFileSystem,
        proxy: Proxy,
        home: str,
        tmp_path: Path,
    ) -> None:
        local = tmp_path / "large.parquet"
        columns = {name: list(range(index, 200_000 + index)) for index, name in enumerate("abcd")}
        pyarrow.parquet.write_table(pyarrow.table(columns), local, compression="none")
        file_system.put_file(str(local), f"{home}/large.parquet")
        with proxied_file_system.open(f"{home}/large.parquet", block_size=50_000) as file:
            assert pyarrow.parquet.read_metadata(file).num_rows == 200_000
        assert local.stat().st_size > 2_000_000
        assert fetched(proxy) <= 100_000
        with proxied_file_system.open(f"{home}/large.parquet", block_size=50_000) as file:
            pyarrow.parquet.read_table(file, columns=["b"])
        assert fetched(proxy) < local.stat().st_size / 2


def fetched(proxy: Proxy) -> int:
    """The number of file bytes requested."""
    ranges = [
        request.headers["Range"].removeprefix("bytes=") for request in proxy.messages_named("GET")
    ]
    return sum(int(last) - int(first) + 1 for first, last in (r.split("-") for r in ranges))


class TestPolars:
    def test_polars_writes_and_reads_files(self, options: dict[str, str], home: str) -> None:
        frame = polars.DataFrame({"kW": [1.5, 2.5]})
        for kind in ("csv", "parquet"):
            with fsspec.open(f"dx://{home}/load.{kind}", "wb", **options) as file:
                getattr(frame, f"write_{kind}")(file)
            with fsspec.open(f"dx://{home}/load.{kind}", **options) as file:
                assert getattr(polars, f"read_{kind}")(file).equals(frame)

    def test_polars_scans_directories(self, file_system: DataStoreFileSystem, home: str) -> None:
        for month in (6, 7):
            with file_system.open(f"{home}/loads/{month}.parquet", "wb") as file:
                polars.DataFrame({"month": month, "kW": [1.5, 2.5]}).write_parquet(file)
        folder = pyarrow.dataset.dataset(f"{home}/loads", filesystem=file_system)
        scanned = polars.scan_pyarrow_dataset(folder).filter(polars.col("month") == 7)
        assert scanned.collect()["kW"].to_list() == [1.5, 2.5]


class TestDuckDB:
    def test_duckdb_queries_remote_files(self, file_system: DataStoreFileSystem, home: str) -> None:
        for month in ("june", "july"):
            with file_system.open(f"{home}/{month}.parquet", "wb") as file:
                FRAME.to_parquet(file)
        with duckdb.connect() as connection:
            connection.register_filesystem(file_system)
            query = f"SELECT count(*), sum(kW) FROM read_parquet('dx://{home}/*.parquet')"
            assert connection.sql(query).fetchall() == [(2000, 2 * TOTAL)]
            connection.sql(
                f"COPY (SELECT * FROM 'dx://{home}/july.parquet') TO 'dx://{home}/copy.csv'"
            )
            read = connection.sql(f"SELECT sum(kW) FROM 'dx://{home}/copy.csv'").fetchall()
        assert read == [(TOTAL,)]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[distributed.Client]:
    """A scheduler with two worker processes."""
    folder = str(tmp_path_factory.mktemp("dask"))
    options = {"processes": True, "dashboard_address": ":0", "local_directory": folder}
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=2, **options) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


@pytest.mark.usefixtures("cluster")
# Dask uses what pandas 3 deprecates; old releases warn about annotations of their own.
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore:Dask annotations:UserWarning")
class TestDask:
    def test_dask_reads_and_writes_a_directory_from_several_processes(
        self, options: dict[str, str], file_system: DataStoreFileSystem, home: str
    ) -> None:
        frame = dask.dataframe.from_pandas(FRAME, npartitions=6)
        frame.to_parquet(f"dx://{home}/parquet", storage_options=options)
        frame.to_csv(f"dx://{home}/csv/part-*.csv", index=False, storage_options=options)
        assert len(file_system.find(f"{home}/csv")) == 6
        parquet = dask.dataframe.read_parquet(f"dx://{home}/parquet", storage_options=options)
        csv = dask.dataframe.read_csv(
            f"dx://{home}/csv/*.csv", storage_options=options, blocksize=500
        )
        assert csv.npartitions > 6
        assert [part["kW"].sum().compute() for part in (parquet, csv)] == [TOTAL, TOTAL]
        processes = csv.map_partitions(_process, meta=(None, "int64")).compute()
        assert len(set(processes)) == 2


def _process(_: pandas.DataFrame) -> pandas.Series:
    return pandas.Series([os.getpid()])
