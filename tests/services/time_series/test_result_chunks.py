"""Result chunks merged on the client: pages that a real server can't be made to send."""

import contextlib
import json
import tracemalloc
from pathlib import Path
from typing import Any

import httpx
import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    DigitalExchangeError,
    InvalidResponseError,
    QueryIncompleteError,
    TransferError,
)
from avista_digital_exchange_sdk._generated.input_types import TimeSeriesQueryAssetInput
from avista_digital_exchange_sdk._time_series.csv_result_writer import CsvResultWriter
from avista_digital_exchange_sdk._time_series.result_writers import (
    JsonResultWriter,
    RequestedSeries,
)

from ...support.fake_platform import FakePlatform, FakeResponse, error_response, graphql_error

QUERY = "timeSeriesDb_queryDatabase"
CANCEL = "timeSeriesDb_cancelDatabaseQuery"
WHOLE = ("1970-01-01T00:00:00Z", "2200-01-01T00:00:00Z")


def at(second: int) -> str:
    return f"2024-01-01T00:00:{second:02d}.000Z"


def asset(assetId: str, attributes: dict[str, list[Any] | None], name: str | None = None) -> Any:
    """An asset in a chunk: points of each attribute as pairs of time and value."""
    return {
        "assetId": assetId,
        "name": name,
        "attributes": [
            {
                "attributeType": "DOUBLE",
                "lastValue": "of this chunk",
                "lastValueTime": "of this chunk",
                "name": attribute,
                "data": points and [{"timestamp": time, "value": value} for time, value in points],
            }
            for attribute, points in attributes.items()
        ],
    }


class Pages:
    """A query of the fake platform with scripted pages."""

    def __init__(self, fake_platform: FakePlatform, exchange: AvistaDigitalExchange) -> None:
        self.fake_platform = fake_platform
        self._exchange = exchange
        fake_platform.add_data(CANCEL, {"httpStatusCode": 200, "errorMessage": None})

    def add_pages(self, *chunks: Any) -> None:
        """Add one page per chunk: its JSON, a response or exception, or None for no chunk."""
        for number, chunk in enumerate(chunks, 1):
            url = None if chunk is None else f"https://objects.test/{number}?X-Amz-Signature=5e"
            self.page(number, url, None if number == len(chunks) else f"token-{number}")
            responses = isinstance(chunk, (FakeResponse, Exception)) or chunk is None
            if url:
                self.fake_platform.add_url_responses(
                    f"GET {url}",
                    chunk if responses else FakeResponse(body=json.dumps(chunk).encode()),
                )

    def page(self, number: int, url: str | None, token: str | None) -> None:
        """Add a page."""
        page = {
            "queryId": "query-1",
            "clientToken": f"client-{number}",
            "nextToken": token,
            "queryString": "SELECT",
            "presignedUrl": url,
        }
        self.fake_platform.add_data(QUERY, page)

    def query(self, target: Path, filters: list[Any], fileFormat: Any = "CSV") -> str:
        """Run the query and return the content of the file."""
        self._exchange.queryTimeSeriesDatabaseWithFilters(
            "db", filters, *WHOLE, target, fileFormat, aggregate="client", errors="ignore"
        )
        return target.read_text("utf-8")


@pytest.fixture
def pages(fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange) -> Pages:
    return Pages(fake_platform, fake_platform_client)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "result"


def request_asset(assetId: str, *names: str) -> dict[str, Any]:
    return {"assetId": assetId, "attributeNamesFilter": list(names)}


class TestSplitResults:
    def test_asset_data_is_merged_across_chunks(self, pages: Pages, target: Path) -> None:
        def add_pages() -> None:
            pages.add_pages(
                [asset("a", {"kW": [(at(0), "1"), (at(1), "2")]})],
                [asset("a", {"kW": [(at(2), "3")]}), asset("b", {"kW": [(at(0), "4")]})],
                [asset("b", {"kW": [(at(1), "5")]})],
            )

        add_pages()
        assert pages.query(target, [request_asset("a", "kW"), request_asset("b", "kW")]) == (
            "assetId,name,timestamp,kW\n"
            "a,,2024-01-01 00:00:00.000000000,1\n"
            "a,,2024-01-01 00:00:01.000000000,2\n"
            "a,,2024-01-01 00:00:02.000000000,3\n"
            "b,,2024-01-01 00:00:00.000000000,4\n"
            "b,,2024-01-01 00:00:01.000000000,5\n"
        )
        add_pages()
        first, second = json.loads(
            pages.query(target, [request_asset("a"), request_asset("b")], "JSON")
        )
        (attribute,) = first["attributes"]
        assert [point["value"] for point in attribute["data"]] == ["1", "2", "3"]
        assert (attribute["lastValue"], attribute["lastValueTime"]) == ("3", at(2))
        assert second["attributes"][0]["lastValue"] == "5"

    def test_row_is_merged_across_chunks(self, pages: Pages, target: Path) -> None:
        chunks = (
            [asset("a", {"kW": [(at(0), "1"), (at(1), "2")], "V": [(at(0), "3")]})],
            [asset("a", {"V": [(at(1), "4"), (at(2), "5")]})],
        )
        row = "a,,2024-01-01 00:00:0"
        expected = (
            "assetId,name,timestamp,kW,V\n"
            f"{row}0.000000000,1,3\n{row}1.000000000,2,4\n{row}2.000000000,,5\n"
        )
        pages.add_pages(*chunks)
        assert pages.query(target, [request_asset("a", "kW", "V")]) == expected
        # Also where the header is known only at the end.
        pages.add_pages(*chunks)
        assert pages.query(target, [request_asset("a")]) == expected.replace(
            "kW,V", "V,kW"
        ).replace("1,3", "3,1").replace("2,4", "4,2").replace(",5", "5,")

    def test_attribute_may_appear_in_a_later_chunk(self, pages: Pages, target: Path) -> None:
        chunks = (
            [asset("a", {"b": [(at(0), "1")]})],
            [asset("a", {"c": [(at(1), "2")], "a": [(at(1), "3")]})],
        )
        pages.add_pages(*chunks)
        assert pages.query(target, [request_asset("a")]) == (
            "assetId,name,timestamp,a,b,c\n"
            "a,,2024-01-01 00:00:00.000000000,,1,\n"
            "a,,2024-01-01 00:00:01.000000000,3,,2\n"
        )
        pages.add_pages(*chunks)
        (only,) = json.loads(pages.query(target, [request_asset("a")], "JSON"))
        assert [attribute["name"] for attribute in only["attributes"]] == ["a", "b", "c"]

    def test_page_without_rows_is_not_the_last(self, pages: Pages, target: Path) -> None:
        pages.add_pages([], [asset("a", {"kW": [(at(0), "1")]})], [])
        assert pages.query(target, [request_asset("a", "kW")]).splitlines()[1:] == [
            "a,,2024-01-01 00:00:00.000000000,1"
        ]
        assert pages.fake_platform.operations.count(QUERY) == 3


class TestValidChunks:
    def test_points_may_be_in_any_order_within_a_chunk(self, pages: Pages, target: Path) -> None:
        chunk = [asset("a", {"kW": [(at(2), "3"), (at(0), "1"), (at(1), "2")]})]
        pages.add_pages(chunk)
        rows = pages.query(target, [request_asset("a", "kW")]).splitlines()[1:]
        assert [row[-1] for row in rows] == ["1", "2", "3"]
        pages.add_pages(chunk)
        (only,) = json.loads(pages.query(target, [request_asset("a")], "JSON"))
        assert only["attributes"][0]["lastValue"] == "3"

    def test_unrequested_attributes_are_omitted(self, pages: Pages, target: Path) -> None:
        chunk = [asset("a", {"kW": [(at(0), "1")], "volts": [(at(0), "2"), (at(1), "2")]})]
        for fileFormat in ("CSV", "JSON"):
            pages.add_pages(chunk)
            written = pages.query(target, [request_asset("a", "kW")], fileFormat)
            assert "volts" not in written
            assert at(1) not in written

    @pytest.mark.parametrize(
        ("time", "in_csv", "in_json"),
        [
            (
                "2024-03-19 10:39:31.942000000",
                "2024-03-19 10:39:31.942000000",
                "2024-03-19T10:39:31.942Z",
            ),
            (
                "2024-03-19T10:39:31.942000001Z",
                "2024-03-19 10:39:31.942000001",
                "2024-03-19T10:39:31.942000001Z",
            ),
            (
                "2024-03-19T10:39:31Z",
                "2024-03-19 10:39:31.000000000",
                "2024-03-19T10:39:31.000Z",
            ),
            (
                "2024-03-19T12:39:31.5+02:00",
                "2024-03-19 10:39:31.500000000",
                "2024-03-19T10:39:31.500Z",
            ),
        ],
    )
    def test_times_are_accepted_in_several_formats(
        self, time: str, in_csv: str, in_json: str, pages: Pages, target: Path
    ) -> None:
        pages.add_pages([asset("a", {"kW": [(time, "1")]})])
        assert f"a,,{in_csv},1\n" in pages.query(target, [request_asset("a", "kW")])
        pages.add_pages([asset("a", {"kW": [(time, "1")]})])
        assert f'{{"timestamp":"{in_json}"' in pages.query(target, [request_asset("a")], "JSON")

    def test_null_lists_are_accepted(self, pages: Pages, target: Path) -> None:
        nothing = {"assetId": "a", "name": None, "attributes": None}
        with_null = {**asset("a", {"kW": [(at(0), "1")], "V": None}), "name": "Roof"}
        with_null["attributes"].append(None)
        for fileFormat, content in (
            ("CSV", "a,Roof,2024-01-01 00:00:00.000000000,1"),
            ("JSON", ""),
        ):
            pages.add_pages([nothing, with_null])
            assert content in pages.query(target, [request_asset("a", "kW")], fileFormat)


class TestInvalidChunks:
    """Partial results are never written as complete files."""

    @pytest.fixture(params=["CSV", "JSON"])
    def fileFormat(self, request: pytest.FixtureRequest) -> Any:
        return request.param

    def refuse(
        self, pages: Pages, target: Path, fileFormat: Any, graphql_error: type[DigitalExchangeError]
    ) -> Any:
        target.write_text("older")
        with pytest.raises(graphql_error) as caught:
            pages.query(target, [request_asset("a", "kW"), request_asset("b", "kW")], fileFormat)
        assert [path.name for path in target.parent.iterdir()] == ["result"]
        assert target.read_text() == "older"
        assert pages.fake_platform.variables(CANCEL) == [
            {"timeSeriesDbId": "db", "queryId": "query-1"}
        ]
        return caught.value

    def test_chunks_that_go_back_in_time_are_refused(
        self, fileFormat: Any, pages: Pages, target: Path
    ) -> None:
        pages.add_pages([asset("a", {"kW": [(at(1), "1")]})], [asset("a", {"kW": [(at(0), "2")]})])
        refused = self.refuse(pages, target, fileFormat, InvalidResponseError)
        assert "not ordered by asset and time" in str(refused)

    def test_chunks_that_return_to_an_asset_are_refused(
        self, fileFormat: Any, pages: Pages, target: Path
    ) -> None:
        pages.add_pages([asset("b", {"kW": [(at(0), "1")]})], [asset("a", {"kW": [(at(0), "2")]})])
        refused = self.refuse(pages, target, fileFormat, InvalidResponseError)
        assert "not ordered by asset and time" in str(refused)

    @pytest.mark.parametrize(
        "chunk",
        [
            FakeResponse(body=b"<html>"),
            FakeResponse(body=b""),
            FakeResponse(body=b"[{]"),
            {"assetId": "a"},
            [1],
            [None],
            [{"assetId": "a", "name": None}],
            [{**asset("a", {"kW": None}), "assetId": None}],
            [asset("someone else's", {"kW": [(at(0), "1")]})],
            [asset("a", {"kW": [("yesterday", "1")]})],
            [asset("a", {"kW": [(None, "1")]})],
            [{**asset("a", {}), "attributes": [{"name": "kW", "data": []}]}],
            [
                {
                    **asset("a", {}),
                    "attributes": [{"name": "kW", "attributeType": "X", "data": [{}]}],
                }
            ],
        ],
    )
    def test_chunk_of_invalid_json_is_refused(
        self, chunk: Any, fileFormat: Any, pages: Pages, target: Path
    ) -> None:
        pages.add_pages([asset("a", {"kW": [(at(0), "1")]})], chunk)
        self.refuse(pages, target, fileFormat, InvalidResponseError)

    def test_page_without_a_chunk_is_refused(
        self, fileFormat: Any, pages: Pages, target: Path
    ) -> None:
        pages.add_pages([asset("a", {"kW": [(at(0), "1")]})], None)
        incomplete = self.refuse(pages, target, fileFormat, QueryIncompleteError)
        assert (incomplete.queryId, incomplete.pagesRead) == ("query-1", 2)
        assert "page 2 has no result chunk" in str(incomplete)
        assert 'aggregate="server"' in str(incomplete)

    @pytest.mark.parametrize(
        ("response", "status"),
        [
            (FakeResponse(403, b"<Code>AccessDenied</Code>"), 403),
            (FakeResponse(500), 500),
            (httpx.ReadError("reset"), None),
        ],
    )
    def test_chunk_that_cannot_be_fetched_raises_an_error(
        self, response: Any, status: int | None, fileFormat: Any, pages: Pages, target: Path
    ) -> None:
        pages.add_pages([asset("a", {"kW": [(at(0), "1")]})], response)
        failure = self.refuse(pages, target, fileFormat, TransferError)
        assert failure.statusCode == status
        assert "5e" not in str(failure)

    @pytest.mark.parametrize(
        "failure",
        [
            FakeResponse(500, b"<html>"),
            httpx.ReadTimeout("slow"),
            error_response(graphql_error("ValidationException", "Invalid pagination token.")),
        ],
    )
    def test_page_that_cannot_be_read_raises_an_error(
        self, failure: Any, fileFormat: Any, pages: Pages, target: Path
    ) -> None:
        pages.page(1, "https://objects.test/1", "token-1")
        pages.fake_platform.add_url_responses("GET https://objects.test/1", [])
        pages.fake_platform.add_responses(QUERY, failure)
        incomplete = self.refuse(pages, target, fileFormat, QueryIncompleteError)
        assert (incomplete.queryId, incomplete.pagesRead) == ("query-1", 1)
        assert isinstance(incomplete.__cause__, DigitalExchangeError)

    def test_repeated_token_is_an_error(self, fileFormat: Any, pages: Pages, target: Path) -> None:
        for number in (1, 2):
            pages.page(number, "https://objects.test/1", "token-1")
        pages.fake_platform.add_url_responses("GET https://objects.test/1", [])
        incomplete = self.refuse(pages, target, fileFormat, QueryIncompleteError)
        assert "same page token twice" in str(incomplete)

    def test_query_that_returns_null_is_an_error(
        self, fileFormat: Any, pages: Pages, target: Path
    ) -> None:
        pages.fake_platform.add_data(QUERY, None)
        with pytest.raises(InvalidResponseError, match=r"response to a query is empty"):
            pages.query(target, [request_asset("a")], fileFormat)
        assert not target.exists()

    def test_failed_cancellation_hides_no_error(
        self,
        fake_platform: FakePlatform,
        fake_platform_client: AvistaDigitalExchange,
        fileFormat: Any,
        target: Path,
    ) -> None:
        pages = Pages(fake_platform, fake_platform_client)
        fake_platform._responses.pop(CANCEL)
        fake_platform.add_responses(CANCEL, FakeResponse(500))
        pages.add_pages(None)
        self.refuse(pages, target, fileFormat, QueryIncompleteError)


@pytest.mark.parametrize("export", [CsvResultWriter, JsonResultWriter])
@pytest.mark.parametrize("names", [[], ["kW", "V"]], ids=["all attributes", "some attributes"])
def test_memory_is_constant_as_the_result_grows(
    names: list[str],
    export: type[CsvResultWriter | JsonResultWriter],
    tmp_path: Path,
) -> None:
    request = RequestedSeries([TimeSeriesQueryAssetInput(assetId="a", attributeNamesFilter=names)])

    def chunk(hour: int) -> bytes:
        times = [f"2024-01-{hour // 24 + 1:02d}T{hour % 24:02d}:{n // 60:02d}:{n % 60:02d}.000Z"
                 for n in range(200)]  # fmt: skip
        points = [(time, "12.5") for time in times]
        return json.dumps([asset("a", {"kW": points, "V": points})]).encode()

    def peak(count: int) -> int:
        tracemalloc.start()
        try:
            with (
                (tmp_path / "result").open("wb") as file,
                contextlib.closing(export(request, file, 1 << 14)) as made,
            ):
                for hour in range(count):
                    made.add(made.prepare(chunk(hour)))
                made.finish()
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    # The first run also fills the caches of the JSON parser.
    peak(25)
    assert peak(25) < peak(5) + 100_000
