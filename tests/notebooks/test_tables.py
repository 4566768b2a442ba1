"""HTML tables of lists and objects in notebooks, with escaped contents."""

import copy
import pickle
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    Collaborative,
    CollaborativeMemberOrganization,
    CollaborativeMemberUser,
    DataStoreDirectory,
    DataStoreFile,
    DataStoreObject,
    Organization,
    TimeSeriesAssetAttribute,
    TimeSeriesAssetData,
    TimeSeriesDb,
    User,
)
from avista_digital_exchange_sdk._generated.fragments import PresignedUrl
from avista_digital_exchange_sdk.local import LocalExchange

from ..support.admin_client import AdminClient
from ..support.sample_records import START, multi_record, single_record

TAGS = {"div", "table", "thead", "tbody", "tr", "th", "td", "code", "p"}
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</td></table><h1>mine</h1>",
    "&lt;b&gt; &amp; <b>",
    "' onmouseover='alert(1)",
    "$x^2$ and \\(y\\)",
    "{{ 7 * 7 }} ${7}",
]

Cells = list[list[str]]


@pytest.fixture(scope="module")
def local() -> Iterator[LocalExchange]:
    """A separate exchange for these tests, because long lists are truncated."""
    with LocalExchange() as local:
        yield local


@pytest.fixture(scope="module")
def admin_client(local: LocalExchange) -> AdminClient:
    return AdminClient(local.endpoint, local.token)


class _Table(HTMLParser):
    """Reads a table: what is shown, or the full values while the pointer is on a cell."""

    def __init__(self, *, full: bool) -> None:
        super().__init__()
        self.is_full = full
        self.has_title = False
        self.rows: Cells = []
        self.notes: list[str] = []

    def handle_starttag(self, tag: str, attributes: Any) -> None:
        assert tag in TAGS
        assert {name for name, _ in attributes} <= {"class", "style", "title"}
        if tag == "tr":
            self.rows.append([])
        elif tag in ("th", "td"):
            title = dict(attributes).get("title") if self.is_full else None
            self.has_title = title is not None
            self.rows[-1].append(title or "")
        elif tag == "p":
            self.notes.append("")

    def handle_data(self, data: str) -> None:
        if self.notes:
            self.notes[-1] += data
        elif not self.has_title:
            self.rows[-1][-1] += data


def shown(value: Any, *, full: bool = True) -> list[dict[str, str]]:
    """The rows of a table, by the titles of its columns."""
    (titles, *rows), _ = parsed(value, full=full)
    return [dict(zip(titles, row, strict=True)) for row in rows]


def parsed(value: Any, *, full: bool = True) -> tuple[Cells, list[str]]:
    table = _Table(full=full)
    table.feed(value._repr_html_())
    table.close()
    return table.rows, table.notes


def asset(name: str, count: int = 1) -> TimeSeriesAssetData:
    attributes = [
        TimeSeriesAssetAttribute(
            attributeType="DOUBLE",  # type: ignore[arg-type]  # as the platform gives it
            lastValue=str(n),
            lastValueTime="2024-05-01T00:00:00.000Z",
            name=f"{name} {n}",
        )
        for n in range(count)
    ]
    return TimeSeriesAssetData(assetId=name, name=name, attributes=attributes)


def directory(name: str, *entries: DataStoreDirectory | DataStoreFile) -> DataStoreDirectory:
    contents = [
        DataStoreObject(objectType="DIRECTORY", dataStoreDirectory=entry)  # type: ignore[arg-type]  # as the platform gives it
        if isinstance(entry, DataStoreDirectory)
        else DataStoreObject(objectType="FILE", dataStoreFile=entry)  # type: ignore[arg-type]  # as the platform gives it
        for entry in entries
    ]
    return DataStoreDirectory(dataStoreDirectoryId=f"d.{name}", name=name, contents=contents)


def file(name: str, size: int = 34) -> DataStoreFile:
    return DataStoreFile(
        dataStoreFileId=f"f.{name}", name=name, fileExtension="csv", storageSizeBytes=size
    )


class TestLists:
    def test_table_of_data_stores(
        self, exchange: AvistaDigitalExchange, data_store: dict[str, str]
    ) -> None:
        exchange.updateDataStore(data_store["dataStoreId"], description="Towers 1 to 5")
        (row,) = (
            row
            for row in shown(exchange.listDataStores())
            if row["dataStoreId"] == data_store["dataStoreId"]
        )
        assert list(row)[:3] == ["name", "description", "dataStoreId"]
        assert (row["name"], row["description"]) == ("Field data", "Towers 1 to 5")

    def test_table_of_databases(self, exchange: AvistaDigitalExchange, database: str) -> None:
        rows = {row["timeSeriesDbId"]: row for row in shown(exchange.listTimeSeriesDatabases())}
        assert rows[database]["name"] == "Measurements"
        assert rows[database]["tableName"].startswith("TimeSeries_")

    def test_table_of_latest_values_has_one_row_per_attribute(
        self, exchange: AvistaDigitalExchange, database: str
    ) -> None:
        exchange.publishToTimeSeriesDatabase(
            database, "m1", [multi_record(exchange, START, {"kW": 1.5, "on": True}, name="Meter 1")]
        )
        exchange.publishToTimeSeriesDatabase(
            database, "m2", [single_record(exchange, START, value=2)]
        )
        rows = shown(exchange.listTimeSeriesAssetsAndLatestValues(database))
        assert rows[0] == {
            "name": "Meter 1",
            "attribute": "kW",
            "lastValue": "1.5",
            "lastValueTime": "2023-11-14T22:13:20.000Z",
            "attributeType": "DOUBLE",
            "assetId": "m1",
        }
        assert [(row["assetId"], row["attribute"], row["lastValue"]) for row in rows[1:]] == [
            ("m1", "on", "true"),
            ("m2", "kW", "2"),
        ]

    def test_table_of_published_values(
        self, exchange: AvistaDigitalExchange, database: str
    ) -> None:
        written = exchange.publishToTimeSeriesDatabase(
            database, "m", [single_record(exchange, START)]
        )
        assert shown(written)[0]["lastValue"] == "1"

    def test_table_of_collaboratives_names_the_members(
        self, exchange: AvistaDigitalExchange, local: LocalExchange
    ) -> None:
        (row,) = (
            row
            for row in shown(exchange.listCollaboratives())
            if row["collaborativeId"] == local.collaborativeId
        )
        assert row["name"] == "Solar Research"
        assert "Cascade Valley Energy: Ada Lindqvist (READ_WRITE); Palouse" in row["members"]
        assert shown(exchange.getCollaborative(local.collaborativeId)) == [row]

    def test_table_of_services(self, exchange: AvistaDigitalExchange, local: LocalExchange) -> None:
        rows = shown(exchange.listCollaborativeServices(local.collaborativeId))
        assert [(row["serviceType"], row["dataStore"], row["timeSeriesDb"]) for row in rows] == [
            ("DATA_STORE", "Solar site", ""),
            ("TIME_SERIES_DB", "", "Solar measurements"),
        ]
        assert shown(exchange.listCollaborativesServiceSharedWith(local.dataStoreId))

    def test_table_lists_are_lists(
        self, exchange: AvistaDigitalExchange, data_store: dict[str, str]
    ) -> None:
        stores = exchange.listDataStores()
        assert isinstance(stores, list)
        assert stores == list(stores)
        assert repr(stores) == repr(list(stores))
        assert copy.deepcopy(stores) == pickle.loads(pickle.dumps(stores)) == stores

    def test_table_of_an_empty_list_is_text(
        self, exchange: AvistaDigitalExchange, database: str
    ) -> None:
        assets: Any = exchange.listTimeSeriesAssetsAndLatestValues(database)
        assert assets._repr_html_() is None


class TestDirectories:
    def test_table_of_a_directory_is_a_tree(self) -> None:
        listing = directory(
            "site",
            directory("2024", file("may"), directory("june", file("first"))),
            directory("empty"),
            file("readme"),
        )
        assert [row["name"] for row in shown(listing)] == [
            "site/",
            "├── 2024/",
            "│   ├── june/",
            "│   │   └── first.csv",
            "│   └── may.csv",
            "├── empty/",
            "└── readme.csv",
        ]
        assert shown(listing)[-1] == {
            "name": "└── readme.csv",
            "size": "34",
            "lastModified": "",
            "id": "f.readme",
        }

    def test_table_of_directory_entries(self) -> None:
        listing = directory("site", directory("2024"), file("may"), file("june"))
        assert [row["name"] for row in shown(listing.directories)] == ["2024"]
        assert [(row["name"], row["size"]) for row in shown(listing.files)] == [
            ("may.csv", "34"),
            ("june.csv", "34"),
        ]
        assert [(row["name"], row["size"]) for row in shown(listing.contents)] == [
            ("2024/", ""),
            ("may.csv", "34"),
            ("june.csv", "34"),
        ]

    def test_table_of_a_directory_marks_what_is_not_loaded(
        self, exchange: AvistaDigitalExchange, admin_client: AdminClient, data_store: dict[str, str]
    ) -> None:
        store_id, home = data_store["dataStoreId"], data_store["homeDirectoryId"]
        entered = admin_client.create_directory(store_id, home, "a")
        assert shown(exchange.getDataStoreDirectory(home)) == [
            {"name": "Field data/", "size": "", "lastModified": "", "id": home},
            {"name": "└── a/ …", "size": "", "lastModified": "", "id": entered},
        ]


class TestObjects:
    def test_table_of_an_object_has_one_row_per_property(
        self, exchange: AvistaDigitalExchange, database: str, tmp_path: Path
    ) -> None:
        (row,) = shown(exchange.getTimeSeriesDatabase(database))
        assert (row["name"], row["timeSeriesDbId"]) == ("Measurements", database)
        assert shown(exchange.getUserInfo())[0]["organization"] == "Cascade Valley Energy"
        assert shown(asset("m", 2)) == [
            {**shown(asset("m"))[0], "attribute": f"m {n}", "lastValue": str(n)} for n in range(2)
        ]

    def test_table_of_sql_results_has_their_rows_and_columns(
        self, exchange: AvistaDigitalExchange, database: str
    ) -> None:
        query = "SELECT n, n > 1 AS more, '<b>' AS text FROM (VALUES 1, 2000) AS t(n)"
        result = exchange.queryTimeSeriesDatabase_TimestreamFormat(database, query)
        assert shown(result) == [
            {"n": "1", "more": "False", "text": "<b>"},
            {"n": "2000", "more": "True", "text": "<b>"},
        ]

    def test_table_of_an_object_shows_the_lengths_of_its_lists(self) -> None:
        (attribute,) = asset("m").attributes
        assert shown(attribute)[0]["data"] == "0"

    def test_table_of_an_object_shows_no_secrets(self) -> None:
        secret = PresignedUrl(itemId="f.1", url="https://s3.test/key?X-Amz-Signature=abc")
        assert shown(secret) == [{"itemId": "f.1"}]


class TestListsInsideObjects:
    def test_table_of_attributes_of_an_asset(self) -> None:
        rows = shown(asset("m", 2).attributes)
        assert [(row["name"], row["lastValue"]) for row in rows] == [("m 0", "0"), ("m 1", "1")]

    def test_table_of_members_of_a_collaborative(
        self, exchange: AvistaDigitalExchange, local: LocalExchange
    ) -> None:
        organizations = exchange.getCollaborative(local.collaborativeId).memberOrganizations
        assert shown(organizations)[0]["organization"] == "Cascade Valley Energy"
        assert shown(organizations[0].usersInCollaborative)[0]["permission"] == "READ_WRITE"

    def test_lists_of_strings_are_plain_lists(self, exchange: AvistaDigitalExchange) -> None:
        assert type(exchange.getUserInfo().userRoles) is list

    def test_lists_inside_objects_are_lists(self) -> None:
        attributes = asset("m", 2).attributes
        assert attributes == list(attributes)
        assert repr(attributes) == repr(list(attributes))
        assert pickle.loads(pickle.dumps(asset("m", 2))) == asset("m", 2)
        assert asset("m", 2).model_dump()["attributes"][1]["name"] == "m 1"
        assert not hasattr(attributes, "__dict__")


class TestShortCells:
    def test_ids_are_short_and_complete_on_hover(self) -> None:
        store = "dataStoreId.f2ee1f4e-0a62-4d37-8b12-450a0d6ec435"
        database = TimeSeriesDb(timeSeriesDbId=store, name="n", ownerUserId="me")
        assert shown(database, full=False)[0]["timeSeriesDbId"] == "f2ee1f4e…"
        assert shown(database)[0]["timeSeriesDbId"] == store

    def test_ids_of_users_are_complete(self) -> None:
        assert shown(asset("feeder-7 of substation 12"), full=False)[0]["assetId"] == (
            "feeder-7 of substation 12"
        )

    @pytest.mark.parametrize(
        ("size", "text"),
        [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1 kB"),
            (1234, "1.23 kB"),
            (999_499, "999 kB"),
            (999_999, "1 MB"),
            (5_250_000_000, "5.25 GB"),
            (2 * 10**15, "2000 TB"),
        ],
    )
    def test_sizes_are_readable_and_exact_on_hover(self, size: int, text: str) -> None:
        assert shown(file("a", size), full=False)[0]["size"] == text
        assert shown(file("a", size))[0]["size"] == str(size)

    def test_rows_are_not_wrapped(self) -> None:
        html = asset("m", 3)._repr_html_() or ""
        cells = html.count("<td") + html.count("<th ")
        assert html.count("white-space: nowrap") == cells

    def test_tables_have_no_colors_of_their_own(self) -> None:
        # So that they are readable in light and dark notebooks.
        assert "color" not in (asset("m", 3)._repr_html_() or "")


class TestLongTables:
    def test_long_table_shows_a_hundred_rows_and_the_number_of_others(self) -> None:
        rows, notes = parsed(asset("m", 1350))
        assert len(rows) == 1 + 100
        assert notes == ["… and 1,250 more rows"]
        assert parsed(asset("m", 100))[1] == []

    def test_long_string_is_truncated(self) -> None:
        database = TimeSeriesDb(
            timeSeriesDbId="t", name="n", description="x" * 10_000, ownerUserId="u"
        )
        assert shown(database)[0]["description"] == "x" * 300 + "…"
        assert shown(database, full=False)[0]["description"] == "x" * 60 + "…"


@pytest.mark.parametrize("name", HOSTILE)
class TestHostileNames:
    """Check that there are only tags of the table, and that the name is unchanged."""

    def test_hostile_data_store_name_is_escaped(
        self, name: str, exchange: AvistaDigitalExchange
    ) -> None:
        made = exchange.createDataStore(name, name)
        assert (shown(made)[0]["name"], shown(made)[0]["description"]) == (name, name)
        assert name in [row["name"] for row in shown(exchange.listDataStores())]

    def test_hostile_directory_and_file_names_are_escaped(self, name: str) -> None:
        listing = directory(name, directory(name), file(name))
        assert [row["name"] for row in shown(listing)] == [
            f"{name}/",
            f"├── {name}/",
            f"└── {name}.csv",
        ]

    def test_hostile_asset_name_is_escaped(self, name: str) -> None:
        (row,) = shown(asset(name))
        assert (row["name"], row["attribute"], row["assetId"]) == (name, f"{name} 0", name)

    def test_hostile_collaborative_name_is_escaped(self, name: str) -> None:
        organization = Organization(organizationId="o", name=name)
        person = CollaborativeMemberUser(user=User(userId="u", firstName=name, lastName=name))
        member = CollaborativeMemberOrganization(
            collaborativeId="c", organization=organization, usersInCollaborative=[person]
        )
        together = Collaborative(
            collaborativeId="c",
            name=name,
            description=name,
            hostOrganizationId="o",
            memberOrganizations=[member],
        )
        (row,) = shown(together)
        assert row["description"] == row["name"] == name
        assert row["members"].startswith(f"{name}: {name} {name} (")

    def test_hostile_column_name_is_escaped(
        self, name: str, exchange: AvistaDigitalExchange, database: str
    ) -> None:
        quoted = name.replace('"', '""')
        query = f'SELECT 1 AS "{quoted}"'
        result = exchange.queryTimeSeriesDatabase_TimestreamFormat(database, query)
        assert shown(result) == [{name: "1"}]


@pytest.mark.parametrize(
    ("name", "visible"),
    [
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("a\x1b[2Jb", "a\\x1b[2Jb"),
        ("a\x00b", "a\\x00b"),
    ],
)
def test_invisible_characters_are_escaped(name: str, visible: str) -> None:
    (row,) = shown(asset(name))
    assert row["name"] == visible
