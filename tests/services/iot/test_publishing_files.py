"""Publishing of files to endpoints."""

from itertools import count
from pathlib import Path
from typing import Any

import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    FilePublishReport,
    InvalidParameterError,
    IotHub,
    NotFoundError,
    PublishIncompleteError,
)

from ...support.proxy import Proxy

WHOLE = ("2024-05-01", "2024-05-02")
PUBLISH = "iot_publish"
SERIAL = count()


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def masts(exchange: AvistaDigitalExchange, hub: IotHub) -> tuple[str, str]:
    """The IDs of two endpoints of one model."""
    types = {"Power": "double", "Count": "integer", "Online": "boolean", "Status": "string"}
    telemetry = [{"name": name, "schemaType": kind} for name, kind in types.items()]
    model = exchange.iot.createModel(f"Files{next(SERIAL)}", telemetry=telemetry)
    first, second = (
        exchange.iot.createEndpoint(hub.iotHubId, model.modelId, name).iotEndpointId
        for name in ("North", "South")
    )
    return first, second


def write(name: str, *lines: str) -> str:
    Path(name).write_text("\n".join([*lines, ""]), "utf-8")
    return name


def stored(report: FilePublishReport) -> tuple[int, int]:
    return report.valuesStored, report.valuesUnchanged


class TestFiles:
    def test_values_are_published_as_the_file_writes_them_in_the_types_of_the_model(
        self, exchange: AvistaDigitalExchange, masts: tuple[str, str]
    ) -> None:
        file = write(
            "may.csv",
            "timestamp;Power;Count;Online;Status",
            "2024-05-01 00:00;1,50;7;true;007",
            "2024-05-01 00:01;2,5;;false;",
        )
        arguments: dict[str, Any] = {
            "iotEndpointId": masts[0],
            "timeZone": "UTC",
            "decimal": ",",
        }
        assert stored(exchange.iot.publishFile(file, dryRun=True, **arguments)) == (6, 0)
        assert exchange.iot.queryDataByTimeRange(masts[0], None, *WHOLE, errors="ignore") == []
        assert stored(exchange.iot.publishFile(file, **arguments)) == (6, 0)
        exchange.iot.queryByTimeRange(masts[0], None, *WHOLE, "result.csv")
        lines = Path("result.csv").read_text("utf-8").splitlines()
        assert [line.partition(",2024-")[2] for line in lines[1:]] == [
            "05-01 00:00:00.000000000,1.50,7,true,007",
            "05-01 00:01:00.000000000,2.5,,false,",
        ]
        assert stored(exchange.iot.publishFile(file, **arguments)) == (0, 6)

    @pytest.mark.parametrize("file_format", ["CSV", "JSON", "PARQUET"])
    def test_result_files_are_published_as_they_are(
        self, file_format: Any, exchange: AvistaDigitalExchange, masts: tuple[str, str]
    ) -> None:
        for number, mast in enumerate(masts):
            records = [
                {"timestamp": 1714521600000 + n, "attributes": {"Power": n + number, "Status": "a"}}
                for n in range(3)
            ]
            exchange.iot.publish(mast, records)
        exchange.iot.queryByTimeRange(masts, ["Power", "Status"], *WHOLE, "result", file_format)
        report = exchange.iot.publishFile("result", format=file_format.lower())
        assert stored(report) == (0, 12)

    def test_attributes_that_follow_each_other_in_a_long_file_become_one_record(
        self, proxied_client: AvistaDigitalExchange, proxy: Proxy, masts: tuple[str, str]
    ) -> None:
        file = write(
            "long.csv",
            "iotEndpointId,timestamp,attribute,value",
            *(
                f"{mast},2024-05-01T00:00:0{second}Z,{name},{second}"
                for name in ("Power", "Count")
                for mast in masts
                for second in range(3)
            ),
        )
        report = proxied_client.iot.publishFile(
            file, attributeColumn="attribute", valueColumn="value"
        )
        assert stored(report) == (12, 0)
        sent = [message.operation["variables"]["data"] for message in proxy.messages_named(PUBLISH)]
        assert [[len(record["attributes"]) for record in data] for data in sent] == [[2] * 3] * 2

    def test_saved_mapping_is_used_again(
        self, exchange: AvistaDigitalExchange, masts: tuple[str, str]
    ) -> None:
        lines = ("mast,when,Power", f"{masts[0]},2024-05-01T00:00:00Z,1.5")
        file = write("a.csv", *lines)
        exchange.iot.publishFile(file, iotEndpointIdColumn="mast", saveMapping="map.toml")
        assert stored(exchange.iot.publishFile(file, mapping="map.toml")) == (0, 1)


class TestRefusals:
    @pytest.mark.parametrize(
        ("lines", "words"),
        [
            (
                ["timestamp,Power", "2024-05-01T00:00:00Z,x"],
                "^may.csv, line 2, column 'Power': 'x' is not a double, the type in the model",
            ),
            (
                ["timestamp,Power", "2024-05-01T00:00:00Z,of asset a DOUBLE"],
                "column 'Power': 'of asset a DOUBLE' is not a double, the type in the model",
            ),
            (
                ["timestamp,Count", "2024-05-01T00:00:00Z,9223372036854775808"],
                "which is not a 64-bit integer; the column is integer as in the model$",
            ),
            (
                ["timestamp,Power", "2024-05-01T00:00:00Z,1", "2024-05-01T00:00:00Z,2"],
                "line 3: another value of 'Power' of IoT endpoint 'iotEndpointId",
            ),
            (
                ["timestamp,Count", "2024-05-01T00:00:00Z,1.5"],
                "^may.csv, line 2, column 'Count': got '1.5', which is not a 64-bit integer",
            ),
            (
                ["timestamp,power", "2024-05-01T00:00:00Z,1"],
                "^may.csv: the model of IoT endpoint .* 'power' .*did you mean 'Power'",
            ),
        ],
    )
    def test_invalid_file_is_refused_before_anything_is_sent(
        self,
        lines: list[str],
        words: str,
        proxied_client: AvistaDigitalExchange,
        proxy: Proxy,
        masts: tuple[str, str],
    ) -> None:
        with pytest.raises(InvalidParameterError, match=words):
            proxied_client.iot.publishFile(write("may.csv", *lines), iotEndpointId=masts[0])
        assert PUBLISH not in proxy.names

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            ({}, "^iotEndpointIdColumn must be one of the columns 'timestamp', 'Power'"),
            ({"iotEndpointIdColumn": 7}, "^iotEndpointIdColumn must be"),
            ({"iotEndpointId": " "}, "^iotEndpointId must be a non-empty string"),
            ({"iotEndpointIdColumn": "x", "assetsInColumns": "Power"}, "^iotEndpointIdColumn must"),
        ],
    )
    def test_invalid_arguments_are_refused_by_their_names(
        self, arguments: dict[str, Any], words: str, exchange: AvistaDigitalExchange
    ) -> None:
        file = write("may.csv", "timestamp,Power", "2024-05-01T00:00:00Z,1")
        with pytest.raises(InvalidParameterError, match=words):
            exchange.iot.publishFile(file, **arguments)

    def test_unknown_endpoint_is_not_found(
        self, exchange: AvistaDigitalExchange, masts: tuple[str, str]
    ) -> None:
        times = ("2024-05-01T00:00:00Z", "2024-05-01T00:00:01Z")
        rows = [f"{mast},{times[0]},1" for mast in (masts[0], "nobody")]
        with pytest.raises(NotFoundError):
            exchange.iot.publishFile(write("may.csv", "iotEndpointId,timestamp,Power", *rows))


class TestOutcomes:
    def test_rejected_rows_are_written_to_a_file_that_can_be_published(
        self, exchange: AvistaDigitalExchange, masts: tuple[str, str]
    ) -> None:
        header = "iotEndpointId,timestamp,Power"
        rows = [f"{masts[0]},2024-05-01T00:00:0{second}Z,{second}.5" for second in range(3)]
        exchange.iot.publishFile(write("old.csv", header, rows[0], rows[1].replace("1.5", "9")))
        with pytest.raises(PublishIncompleteError) as caught:
            exchange.iot.publishFile(write("new.csv", header, *rows), saveRejected=True)
        error = caught.value
        assert (error.unchanged, error.written, [*error.rejected]) == ([2], [4], [3])
        rejected = Path("new.csv.rejected.csv")
        assert rows[1] in rejected.read_text("utf-8")
        corrected = rejected.read_text("utf-8").replace("00:00:01Z,1.5", "00:00:09Z,1.5")
        rejected.write_text(corrected, "utf-8")
        assert stored(exchange.iot.publishFile(rejected)) == (1, 0)

    def test_all_files_are_checked_before_the_first_is_sent(
        self, proxied_client: AvistaDigitalExchange, proxy: Proxy, masts: tuple[str, str]
    ) -> None:
        good = write("a.csv", "timestamp,Power", "2024-05-01T00:00:00Z,1")
        bad = write("b.csv", "timestamp,Volt", "2024-05-01T00:00:01Z,1")
        with pytest.raises(InvalidParameterError, match=r"^b.csv: .*'Volt'"):
            proxied_client.iot.publishFile([good, bad], iotEndpointId=masts[0])
        assert PUBLISH not in proxy.names
