"""Range queries that are split into concurrent ones give the bytes of the undivided query."""

import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest

from avista_digital_exchange_sdk import (
    AsyncAvistaDigitalExchange,
    AvistaDigitalExchange,
    IotHub,
    QueryIncompleteError,
)
from avista_digital_exchange_sdk.local import LocalExchange
from avista_digital_exchange_sdk.local.services.iot import telemetry_resolvers

from ...conftest import Connect
from ...support.exclusive_proxy import ExclusiveProxy
from ...support.fake_platform import FakeResponse
from ...support.options import use_limits, use_options
from ...support.platform_queries import assert_all_are_cancelled
from ...support.proxy import Proxy

pytestmark = pytest.mark.filterwarnings("ignore::avista_digital_exchange_sdk.MissingDataWarning")

QUERY = "iot_queryByTimeRange"
EXPORT = "iot_generateQueryResultExport"
CANCEL = "iot_cancelQuery"
START = 1714521600000
WHOLE = ("2024-05-01T00:00:00Z", "2024-05-01T00:01:04Z")
NAMES = ["Power", "Count", "Status"]
COUNT = 64


@pytest.fixture(autouse=True)
def _always_split(monkeypatch: pytest.MonkeyPatch) -> None:
    use_options(monkeypatch, min_split_seconds=0)
    use_limits(monkeypatch, page_rows=6)


@pytest.fixture
def endpoints(exchange: AvistaDigitalExchange, hub: IotHub) -> list[str]:
    """Three endpoints: with a record every second, with many in few milliseconds, with one."""
    model = exchange.iot.createModel(
        f"Split{hub.iotHubId[-8:].replace('-', '')}",
        telemetry=[
            {"name": name, "schemaType": kind}
            for name, kind in zip(NAMES, ("double", "integer", "string"), strict=True)
        ],
    )
    ids = [
        exchange.iot.createEndpoint(hub.iotHubId, model.modelId, name).iotEndpointId
        for name in ('North, "1"', "South\nside", "East")
    ]
    even = [record(START * 1000 + n * 1_000_000, n) for n in range(COUNT)]
    dense = [record(START * 1000 + 8_000_000 + n * 250, n) for n in range(20)]
    for endpoint_id, records in zip(ids, (even, dense, dense[:1]), strict=True):
        assert not exchange.iot.publish(endpoint_id, records).recordsFailed
    return ids


def record(microseconds: int, n: int) -> dict[str, Any]:
    attributes: dict[str, Any] = {"Power": f"{n}.50"} if n % 3 else {"Status": f'a"{n}",\r\né'}
    if n > 40:
        attributes["Count"] = n
    return {"timestamp": microseconds, "timeUnit": "MICROSECONDS", "attributes": attributes}


def query_both(
    client: AvistaDigitalExchange, endpoints: Any, names: Any, target: Path, *times: str
) -> bytes:
    """Query with and without splitting; return the file, which must be the same."""
    for aggregate in ("server", "auto"):
        client.iot.queryByTimeRange(
            endpoints, names, *(times or WHOLE), target / aggregate, aggregate=aggregate
        )
    content = (target / "auto").read_bytes()
    assert content == (target / "server").read_bytes()
    return content


def list_queries(proxy: Proxy) -> list[tuple[str, str]]:
    """List the time ranges of the queries."""
    variables = [message.operation["variables"] for message in proxy.messages_named(QUERY)]
    return [(each["startTime"], each["endTime"]) for each in variables if not each.get("nextToken")]


class TestEquality:
    @pytest.mark.parametrize(
        ("selected", "names"),
        [
            ([0], ["Status", "Power"]),
            ([1], None),
            ([1, 0, 2], ["Power", "*t*"]),
            ([2, 0], ["Count"]),
        ],
    )
    def test_split_query_gives_the_bytes_of_the_undivided_one(
        self,
        selected: list[int],
        names: Any,
        exchange: AvistaDigitalExchange,
        endpoints: list[str],
        tmp_path: Path,
    ) -> None:
        query_both(exchange, [endpoints[index] for index in selected], names, tmp_path)

    def test_endpoints_with_different_attributes_share_the_columns(
        self, exchange: AvistaDigitalExchange, endpoints: list[str], tmp_path: Path
    ) -> None:
        filters = [
            {"iotEndpointId": endpoints[2], "attributeNames": ["Status"]},
            {"iotEndpointId": endpoints[0], "attributeNames": ["Power", "Status"]},
        ]
        content = query_both(exchange, filters, None, tmp_path)
        assert content.startswith(b"iotEndpointId,name,timestamp,Status,Power\n")

    def test_records_of_the_millisecond_of_a_boundary_are_in_the_result_once(
        self, exchange: AvistaDigitalExchange, endpoints: list[str], tmp_path: Path
    ) -> None:
        # Half of the range is in the middle of the records, of which 4 are in a millisecond.
        times = ("2024-05-01T00:00:08.000Z", "2024-05-01T00:00:08.005Z")
        content = query_both(exchange, endpoints[1], ["Power", "Status"], tmp_path, *times)
        assert content.count(endpoints[1].encode()) == 20

    def test_time_ranges_are_split_again_where_the_data_is(
        self,
        proxied_client: AvistaDigitalExchange,
        proxy: Proxy,
        endpoints: list[str],
        tmp_path: Path,
    ) -> None:
        query_both(
            proxied_client, endpoints[0], NAMES, tmp_path, "2024-04-30T22:00Z", "2024-05-01T02:00Z"
        )
        ranges = list_queries(proxy)[1:]
        assert len(ranges) > 9
        starts, ends = ({int(each[index]) for each in ranges} for index in (0, 1))
        assert starts - ends == {min(starts)}
        assert ends - starts == {max(ends)}

    @pytest.mark.parametrize("end", ["startTime", "endTime"])
    def test_result_does_not_depend_on_whether_ends_of_ranges_are_included(
        self,
        end: str,
        connect: Connect,
        local: LocalExchange,
        endpoints: list[str],
        tmp_path: Path,
    ) -> None:
        ends = (str(START), str(START + 64_000))
        step = {"startTime": 1, "endTime": -1}[end]

        def move(time: str) -> str:
            # The data has a record at the boundary, or at whole milliseconds around it.
            return time if time in ends else str(int(time) + step)

        with ExclusiveProxy(local.endpoint, QUERY, end, move).running() as proxy:
            client = connect(local.token, endpoint=proxy.endpoint)
            query_both(client, endpoints[::2], NAMES, tmp_path)

    def test_tables_and_rows_are_those_of_the_undivided_query(
        self, exchange: AvistaDigitalExchange, endpoints: list[str]
    ) -> None:
        tables = [
            exchange.iot.queryByTimeRangeToArrow(endpoints, NAMES, *WHOLE, aggregate=aggregate)
            for aggregate in ("server", "auto")
        ]
        assert tables[0].num_rows == COUNT + 21
        assert tables[0].equals(tables[1])
        rows = exchange.iot.queryDataByTimeRange(endpoints, NAMES, *WHOLE)
        assert len(rows) == COUNT + 21


class TestExecution:
    def test_parts_have_exports_of_their_own(
        self,
        proxied_client: AvistaDigitalExchange,
        proxy: Proxy,
        endpoints: list[str],
        tmp_path: Path,
    ) -> None:
        proxied_client.iot.queryByTimeRange(endpoints, NAMES, *WHOLE, tmp_path)
        assert len(proxy.messages_named(EXPORT)) >= 8
        # The undivided query, whose other pages are not needed.
        assert CANCEL in proxy.names

    @pytest.mark.parametrize("aggregate", ["server", "client"])
    def test_query_is_not_split_if_its_aggregation_is_chosen(
        self,
        aggregate: Any,
        proxied_client: AvistaDigitalExchange,
        proxy: Proxy,
        endpoints: list[str],
        tmp_path: Path,
    ) -> None:
        proxied_client.iot.queryByTimeRange(endpoints, NAMES, *WHOLE, tmp_path, aggregate=aggregate)
        assert len(list_queries(proxy)) == 1

    def test_query_of_few_pages_is_not_split(
        self,
        proxied_client: AvistaDigitalExchange,
        proxy: Proxy,
        endpoints: list[str],
        tmp_path: Path,
    ) -> None:
        times = ("2024-05-01T00:00:00Z", "2024-05-01T00:00:07Z")
        proxied_client.iot.queryByTimeRange(endpoints[0], NAMES, *times, tmp_path)
        assert len(list_queries(proxy)) == 1

    @pytest.mark.parametrize(
        "chunk",
        [
            "{}",
            '{"data": []}',
            '[{"iotEndpointId": [], "records": [{"timestamp": "1"}]}]',
            '[{"iotEndpointId": "other", "records": [{"timestamp": "1"}]}]',
        ],
    )
    def test_query_is_not_split_if_its_chunks_are_unknown(
        self,
        chunk: str,
        proxied_client: AvistaDigitalExchange,
        proxy: Proxy,
        endpoints: list[str],
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(
            telemetry_resolvers, "write_chunk", lambda _cursor, _result, file, _: file.write(chunk)
        )
        query_both(proxied_client, endpoints, NAMES, tmp_path)
        assert len(list_queries(proxy)) == 2

    def test_undivided_result_is_exported_if_the_parts_have_another_order(
        self,
        proxied_client: AvistaDigitalExchange,
        proxy: Proxy,
        endpoints: list[str],
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        write = telemetry_resolvers.write_csv

        def write_reversed(cursor: Any, result: Any, file: Any, id_column: str) -> None:
            lines: list[str] = []

            class Buffer:
                write = staticmethod(lines.append)

            write(cursor, result, Buffer, id_column)
            header, *rows = "".join(lines).splitlines(keepends=True)
            file.write("".join([header, *reversed(rows)]))

        monkeypatch.setattr(telemetry_resolvers, "write_csv", write_reversed)
        with caplog.at_level(logging.INFO):
            query_both(proxied_client, endpoints[0], ["Power"], tmp_path)
        assert "exporting the undivided result" in caplog.text

    def test_progress_counts_the_pages_of_all_queries(
        self, exchange: AvistaDigitalExchange, endpoints: list[str], tmp_path: Path
    ) -> None:
        reports: list[tuple[int, int | None]] = []
        exchange.iot.queryByTimeRange(
            endpoints, NAMES, *WHOLE, tmp_path, progress=lambda *report: reports.append(report)
        )
        counts = [count for count, total in reports if total is None]
        assert counts == sorted(set(counts))
        assert counts[-1] > (COUNT + 21) // 6

    def test_failed_part_cancels_all_queries(
        self,
        local: LocalExchange,
        proxied_client: AvistaDigitalExchange,
        proxy: Proxy,
        endpoints: list[str],
        tmp_path: Path,
    ) -> None:
        proxy.responses[QUERY] = [None, None, None, FakeResponse(400)]
        with pytest.raises(QueryIncompleteError) as caught:
            proxied_client.iot.queryByTimeRange(endpoints, NAMES, *WHOLE, tmp_path)
        assert caught.value.pagesRead >= 1
        assert list(tmp_path.iterdir()) == []
        assert_all_are_cancelled(local, endpoints[0])

    def test_failed_export_cancels_all_queries(
        self,
        local: LocalExchange,
        proxied_client: AvistaDigitalExchange,
        proxy: Proxy,
        endpoints: list[str],
        tmp_path: Path,
    ) -> None:
        proxy.responses[EXPORT] = [None, FakeResponse(400)]
        with pytest.raises(Exception, match="400"):
            proxied_client.iot.queryByTimeRange(endpoints, NAMES, *WHOLE, tmp_path)
        assert list(tmp_path.iterdir()) == []
        assert_all_are_cancelled(local, endpoints[0])

    def test_progress_exception_cancels_all_queries(
        self,
        local: LocalExchange,
        exchange: AvistaDigitalExchange,
        endpoints: list[str],
        tmp_path: Path,
    ) -> None:
        def stop(pages: int, total: int | None) -> None:
            if pages > 1:
                raise RuntimeError("enough")

        with pytest.raises(RuntimeError, match="enough"):
            exchange.iot.queryByTimeRange(endpoints, NAMES, *WHOLE, tmp_path, progress=stop)
        assert list(tmp_path.iterdir()) == []
        assert_all_are_cancelled(local, endpoints[0])

    def test_cancelled_task_cancels_all_queries(
        self, local: LocalExchange, proxy: Proxy, endpoints: list[str], tmp_path: Path
    ) -> None:
        async def run() -> None:
            async with AsyncAvistaDigitalExchange(local.token, endpoint=proxy.endpoint) as client:
                task = asyncio.create_task(
                    client.iot.queryByTimeRange(endpoints, NAMES, *WHOLE, tmp_path)
                )
                while len(proxy.messages_named(EXPORT)) < 1:
                    await asyncio.sleep(0.005)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
                assert len(asyncio.all_tasks()) == 1

        asyncio.run(run())
        assert list(tmp_path.iterdir()) == []
        assert_all_are_cancelled(local, endpoints[0])
