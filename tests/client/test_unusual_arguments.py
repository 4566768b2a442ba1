"""Unusual and hostile arguments of every call: sent unchanged, and returned as published.

A string is either refused (see test_invalid_arguments.py) or not changed at all.
"""

import csv
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    InvalidRequestError,
    NotFoundError,
)
from avista_digital_exchange_sdk.local import LocalExchange

from ..support.fake_platform import FakePlatform, FakeResponse
from ..support.valid_arguments import (
    HUGE,
    MORE_UNUSUAL_STRINGS,
    UNUSUAL_STRINGS,
    VALID_ARGUMENTS,
    assert_clean_error,
    run,
    short_repr,
)

pytestmark = pytest.mark.filterwarnings("ignore::avista_digital_exchange_sdk.MissingDataWarning")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, which contains one file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "load.csv").write_text("1,2\n")
    return tmp_path


SENT_UNCHANGED = [
    ("getDataStore", "storage_getDataStore", "dataStoreId", UNUSUAL_STRINGS),
    ("deleteDataStoreFile", "storage_deleteDataStoreFile", "dataStoreFileId", UNUSUAL_STRINGS),
    ("getTimeSeriesDatabase", "timeSeriesDb_getDatabase", "timeSeriesDbId", UNUSUAL_STRINGS),
    ("getCollaborative", "collaborative_getCollaborative", "collaborativeId", UNUSUAL_STRINGS),
    (
        "queryTimeSeriesDatabase_TimestreamFormat",
        "timeSeriesDb_queryDatabaseWithTimestreamQuery",
        "queryString",
        [*MORE_UNUSUAL_STRINGS, HUGE],
    ),
    (
        "queryTimeSeriesDatabase_TimestreamFormat",
        "timeSeriesDb_queryDatabaseWithTimestreamQuery",
        "nextToken",
        [*MORE_UNUSUAL_STRINGS, HUGE],
    ),
]


class TestSentUnchanged:
    @pytest.mark.parametrize(
        ("call", "operation", "argument", "value"),
        [
            (call, operation, argument, value)
            for call, operation, argument, values in SENT_UNCHANGED
            for value in values
        ],
        ids=short_repr,
    )
    def test_unusual_string_is_sent_unchanged(
        self,
        call: str,
        operation: str,
        argument: str,
        value: str,
        fake_platform: FakePlatform,
        fake_platform_client: AvistaDigitalExchange,
    ) -> None:
        fake_platform.add_data(operation, None)
        with pytest.raises(NotFoundError) as caught:
            run(fake_platform_client, call, **VALID_ARGUMENTS[call] | {argument: value})
        assert fake_platform.variables(operation)[0][argument] == value
        assert_clean_error(caught.value)

    @pytest.mark.parametrize("value", [*MORE_UNUSUAL_STRINGS, HUGE], ids=short_repr)
    def test_unusual_description_is_sent_unchanged(
        self, value: str, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        operation = "storage_createDataStoreFile"
        fake_platform.add_data(
            operation, {"itemId": "f", "url": "https://bucket.test/f?Signature=1"}
        )
        fake_platform.add_url_responses("PUT https://bucket.test/f?Signature=1", FakeResponse())
        fake_platform.add_data("storage_getDataStoreFile", {"dataStoreFileId": "f", "name": "load"})
        arguments = VALID_ARGUMENTS["uploadFileToDataStore"] | {"description": value}
        run(fake_platform_client, "uploadFileToDataStore", **arguments)
        assert fake_platform.variables(operation)[0]["description"] == value

    @pytest.mark.parametrize(
        "value", [*MORE_UNUSUAL_STRINGS, HUGE, ".", "..", "...", "a.", ".a.b"], ids=short_repr
    )
    def test_unusual_file_name_is_sent_unchanged(
        self, value: str, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        operation = "storage_createDataStoreFile"
        fake_platform.add_data(
            operation, {"itemId": "f", "url": "https://bucket.test/f?Signature=1"}
        )
        fake_platform.add_url_responses("PUT https://bucket.test/f?Signature=1", FakeResponse())
        fake_platform.add_data("storage_getDataStoreFile", {"dataStoreFileId": "f", "name": "load"})
        run(
            fake_platform_client,
            "uploadFileToDataStore",
            **VALID_ARGUMENTS["uploadFileToDataStore"] | {"name": value},
        )
        sent = fake_platform.variables(operation)[0]
        assert ".".join(filter(None, (sent["name"], sent["fileExtension"]))) == value

    @pytest.mark.parametrize(
        "value", [*MORE_UNUSUAL_STRINGS, HUGE, 2**70, -1.5, [None, True]], ids=short_repr
    )
    def test_unusual_variable_of_a_custom_operation_is_sent_unchanged(
        self, value: Any, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        fake_platform.add_data("q", "done")
        run(fake_platform_client, "execute", **VALID_ARGUMENTS["execute"], variables={"x": value})
        assert fake_platform.variables("q") == [{"x": value}]


HOSTILE_FILES = [
    ("../../etc/passwd", ""),
    ("/etc/passwd", ""),
    ("..", ""),
    (".", ""),
    ("", ""),
    (" ", ""),
    ("a/b", "csv"),
    ("a\\..\\b", "csv"),
    ("C:\\Windows\\win", "ini"),
    ("\\\\server\\share\\x", ""),
    ("load", "csv/../../x"),
    ("..", "/etc/passwd"),
    ("load\0", "csv"),
    ("load\n", "csv\r"),
    ("\x1b[2J", ""),
    ("\u202efdp.exe", ""),
    ("~", ""),
    ("~root", ""),
    ("-rf", ""),
    (".bashrc", ""),
    ("$(touch x)", "`x`"),
    ("%2e%2e%2f", "x"),
    ("電力🔌", "csv"),
    ("x" * 5000, "csv"),
    ("🔌" * 200, "csv"),
    ("load", "x" * 5000),
    (HUGE, "csv"),
]


class TestNamesFromTheServer:
    @pytest.mark.parametrize(("name", "extension"), HOSTILE_FILES, ids=short_repr)
    def test_download_with_a_hostile_name_stays_in_its_directory(
        self,
        name: str,
        extension: str,
        fake_platform: FakePlatform,
        fake_platform_client: AvistaDigitalExchange,
        folder: Path,
    ) -> None:
        file = {"dataStoreFileId": "f1", "name": name, "fileExtension": extension}
        url = "https://bucket.test/f?Signature=1"
        response = {"storage_getDataStoreFile": file}
        response["storage_getDataStoreFileDownloadUrl"] = {"url": url}
        fake_platform.add_responses("storage_getDataStoreFileDownload", {"data": response})
        fake_platform.add_url_responses(
            f"GET {url}", FakeResponse(body=b"seven b", headers={"Content-Length": "7"})
        )
        (folder / "target").mkdir()
        downloaded = fake_platform_client.downloadDataStoreFile("f1", folder / "target")
        assert (downloaded.name, downloaded.fileExtension) == (name, extension)
        assert sorted(os.listdir(folder)) == ["load.csv", "target"]
        (written,) = (folder / "target").iterdir()
        assert written.is_file()
        assert written.read_bytes() == b"seven b"
        assert written.name.isprintable()
        assert written.name not in (".", "..", "")


HOSTILE_NAMES = [
    'say "hi"',
    '"',
    '""',
    "it's",
    "a,b",
    "a;b\tc",
    "line\nline",
    "line\r\nline",
    "\ra",
    "=HYPERLINK(1)",
    "+1",
    "'; DROP TABLE x; --",
    '" FROM "d"."t" --',
    "a) OR (1=1",
    "\\",
    "\\'",
    "${x} %s {0}",
    "?",
    "$1",
    "[a-z]",
    "NULL",
    "null",
    "1",
    "select",
    "name",
    "timestamp",
    "attributes",
    "🔌",
    "\N{LATIN SMALL LETTER E WITH ACUTE}",
    "e\N{COMBINING ACUTE ACCENT}",
    " padded ",
    "A kW",
    "a kw",
    "nul\0nul",
    "\x1b\x7f\x85\u2028",
    "\u202ertl",
    "x" * 256,
]


@pytest.fixture(scope="module")
def hostile(local: LocalExchange) -> Iterator[tuple[AvistaDigitalExchange, str, str]]:
    """A database with an asset that has every hostile name, and its table's name in SQL."""
    with AvistaDigitalExchange(local.token, endpoint=local.endpoint) as exchange:
        create = 'mutation { timeSeriesDb_createDatabase(name: "Odd names") { timeSeriesDbId } }'
        database = exchange.execute(create)["timeSeriesDb_createDatabase"]["timeSeriesDbId"]
        records = [
            exchange.createTimeSeriesInputRecord(1, "SECONDS", name, "BIGINT", index)
            for index, name in enumerate(HOSTILE_NAMES)
        ]
        exchange.publishToTimeSeriesDatabase(database, 'it\'s "odd" 🔌', records)
        found = exchange.getTimeSeriesDatabase(database)
        yield exchange, database, f'"{found.databaseName}"."{found.tableName}"'


class TestHostileAttributeNames:
    @pytest.mark.parametrize("aggregate", ["server", "client"])
    @pytest.mark.parametrize("requested", [HOSTILE_NAMES, None], ids=["by-name", "all"])
    def test_hostile_attribute_name_is_a_column_of_the_csv_file(
        self,
        requested: list[str] | None,
        aggregate: str,
        hostile: tuple[AvistaDigitalExchange, str, str],
    ) -> None:
        header, *rows = list(csv.reader(queried(hostile, "CSV", requested, aggregate)))
        names = HOSTILE_NAMES if requested else sorted(HOSTILE_NAMES)
        assert header == ["assetId", "name", "timestamp", *names]
        values = [str(HOSTILE_NAMES.index(name)) for name in names]
        assert rows == [['it\'s "odd" 🔌', "", "1970-01-01 00:00:01.000000000", *values]]

    @pytest.mark.parametrize("aggregate", ["server", "client"])
    def test_hostile_attribute_name_is_an_attribute_of_the_json_file(
        self, aggregate: str, hostile: tuple[AvistaDigitalExchange, str, str]
    ) -> None:
        (asset,) = json.loads("".join(queried(hostile, "JSON", HOSTILE_NAMES, aggregate)))
        values = {attribute["name"]: attribute["lastValue"] for attribute in asset["attributes"]}
        assert values == {name: str(index) for index, name in enumerate(HOSTILE_NAMES)}

    @pytest.mark.parametrize("name", HOSTILE_NAMES, ids=short_repr)
    def test_hostile_attribute_name_can_be_requested_alone(
        self, name: str, hostile: tuple[AvistaDigitalExchange, str, str]
    ) -> None:
        header, row = csv.reader(queried(hostile, "CSV", [name], "server"))
        assert header == ["assetId", "name", "timestamp", name]
        assert row[3] == str(HOSTILE_NAMES.index(name))

    def test_hostile_attribute_name_is_among_the_latest_values(
        self, hostile: tuple[AvistaDigitalExchange, str, str]
    ) -> None:
        exchange, database, _ = hostile
        (asset,) = exchange.listTimeSeriesAssetsAndLatestValues(database)
        values = {attribute.name: attribute.lastValue for attribute in asset.attributes}
        assert values == {name: str(index) for index, name in enumerate(HOSTILE_NAMES)}

    @pytest.mark.parametrize("name", HOSTILE_NAMES, ids=short_repr)
    def test_hostile_attribute_name_can_be_a_string_in_sql(
        self, name: str, hostile: tuple[AvistaDigitalExchange, str, str]
    ) -> None:
        exchange, database, table = hostile
        quoted = name.replace("'", "''")
        rows = exchange.iterTimeSeriesDatabase_TimestreamFormat(
            database,
            "SELECT measure_name, measure_value::bigint AS value "
            f"FROM {table} WHERE measure_name = '{quoted}'",
        )
        assert list(rows) == [{"measure_name": name, "value": HOSTILE_NAMES.index(name)}]


def queried(
    hostile: tuple[AvistaDigitalExchange, str, str],
    exportFileFormat: str,
    names: list[str] | None,
    aggregate: str,
) -> list[str]:
    """The lines of the file that a query with filters writes."""
    exchange, database, _ = hostile
    exchange.queryTimeSeriesDatabaseWithFilters(
        database,
        [{"assetId": 'it\'s "odd" 🔌', "attributeNamesFilter": names}],
        "1970-01-01T00:00:00Z",
        "1970-01-02T00:00:00Z",
        "result",
        exportFileFormat,
        aggregate=aggregate,
    )
    with open("result", encoding="utf-8", newline="") as file:
        return file.readlines()


class TestAgainstTheLocalExchange:
    @pytest.mark.parametrize("text", UNUSUAL_STRINGS, ids=short_repr)
    def test_unusual_id_is_not_found(self, text: str, exchange: AvistaDigitalExchange) -> None:
        for call in ("getDataStore", "getTimeSeriesDatabase", "getCollaborative"):
            (argument,) = VALID_ARGUMENTS[call]
            with pytest.raises(NotFoundError):
                run(exchange, call, **{argument: text})

    @pytest.mark.parametrize(
        "queryString",
        [
            *MORE_UNUSUAL_STRINGS,
            HUGE,
            "(" * 5000,
            "SELECT " + "1+" * 5000 + "1",
            "SELECT '" + "x" * 200_000,
            "SELECT 1; DROP TABLE x",
            "SELECT * FROM read_text('/etc/passwd')",
            "COPY (SELECT 1) TO 'stolen.csv'",
            "ATTACH 'x.db'",
            "SELECT getenv('HOME')",
            "PRAGMA version",
        ],
        ids=short_repr,
    )
    def test_invalid_sql_query_is_an_invalid_request(
        self, queryString: str, exchange: AvistaDigitalExchange, local: LocalExchange, folder: Path
    ) -> None:
        with pytest.raises(InvalidRequestError) as caught:
            exchange.queryTimeSeriesDatabase_TimestreamFormat(local.timeSeriesDbId, queryString)
        assert_clean_error(caught.value)
        assert os.listdir(folder) == ["load.csv"]

    @pytest.mark.parametrize(
        "name", [*MORE_UNUSUAL_STRINGS, "x" * 1000, "..", "a.tar.gz"], ids=short_repr
    )
    def test_file_with_an_unusual_name_is_downloaded_under_that_name(
        self, name: str, exchange: AvistaDigitalExchange, data_store: dict[str, str], folder: Path
    ) -> None:
        location = data_store["dataStoreId"], data_store["homeDirectoryId"]
        file = exchange.uploadFileToDataStore(*location, "load.csv", name, f"about {name}")
        assert ".".join(filter(None, (file.name, file.fileExtension))) == name
        assert file.description == f"about {name}"
        (folder / "target").mkdir()
        exchange.downloadDataStoreFile(file.dataStoreFileId, folder / "target")
        (written,) = (folder / "target").iterdir()
        assert written.read_text() == "1,2\n"
        exchange.deleteDataStoreFile(file.dataStoreFileId)

    @pytest.mark.parametrize("text", [*MORE_UNUSUAL_STRINGS, "x" * 1900], ids=short_repr)
    def test_unusual_value_is_stored_and_found(
        self, text: str, exchange: AvistaDigitalExchange, database: str
    ) -> None:
        record = exchange.createTimeSeriesInputRecord(1, "SECONDS", "state", "VARCHAR", text)
        exchange.publishToTimeSeriesDatabase(database, "meter", [record])
        (asset,) = exchange.listTimeSeriesAssetsAndLatestValues(database)
        assert asset.attributes[0].lastValue == text
        found = exchange.getTimeSeriesDatabase(database)
        quoted = text.replace("'", "''")
        result = exchange.queryTimeSeriesDatabase_TimestreamFormat(
            database,
            f'SELECT measure_value::varchar FROM "{found.databaseName}"."{found.tableName}" '
            f"WHERE measure_value::varchar = '{quoted}'",
        )
        assert result.rows == [{"Data": [{"ScalarValue": text}]}]
