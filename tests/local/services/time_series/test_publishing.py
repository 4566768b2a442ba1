"""Publishing: accepted, rejected and stored records."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from avista_digital_exchange_sdk.local.errors import PlatformError

from .conftest import running_exchange
from .fakes import ASSET, Exchange, dimensions, multi, record, refusal


def rejections(exchange: Exchange, *records: dict[str, Any]) -> list[dict[str, Any]]:
    """Publish records of which some are rejected, and return which and why."""
    with pytest.raises(PlatformError) as error:
        exchange.publish(*records)
    assert error.value.error_type == "RejectedRecordsException"
    assert error.value.message == (
        "One or more records have been rejected. See RejectedRecords for details."
    )
    info: Any = error.value.error_info
    return list(info["RejectedRecords"])


def reason(exchange: Exchange, bad: dict[str, Any]) -> str:
    """Return why the only record of a batch is rejected."""
    (rejection,) = rejections(exchange, bad)
    return str(rejection["Reason"])


def values(exchange: Exchange) -> list[str]:
    """List the data rows of everything the asset has, without the asset's id and name."""
    return [line.split(",", 2)[2] for line in exchange.csv().splitlines()[1:]]


def test_published_records_are_returned_and_announced(exchange: Exchange) -> None:
    records = [
        multi(
            2,
            ("V", "DOUBLE", "18.80"),
            ("On", "BOOLEAN", "True"),
            Dimensions=dimensions(name="Feeder"),
        ),
        multi(1, ("V", "DOUBLE", "17")),
    ]
    response = exchange.publish(*records)
    assert response == [
        {
            "assetId": ASSET,
            "name": "Feeder",
            "attributes": [
                {
                    "attributeType": "BOOLEAN",
                    "lastValue": "true",
                    "lastValueTime": "1970-01-01T00:00:02.000Z",
                    "name": "On",
                    "data": [{"timestamp": "1970-01-01T00:00:02.000Z", "value": "true"}],
                },
                {
                    "attributeType": "DOUBLE",
                    "lastValue": "18.80",
                    "lastValueTime": "1970-01-01T00:00:02.000Z",
                    "name": "V",
                    "data": [
                        {"timestamp": "1970-01-01T00:00:01.000Z", "value": "17"},
                        {"timestamp": "1970-01-01T00:00:02.000Z", "value": "18.80"},
                    ],
                },
            ],
        }
    ]


@pytest.mark.parametrize(
    ("unit", "time", "expected"),
    [
        (None, "362815200000", "1981-07-01 06:00:00.000000000"),
        ("SECONDS", "-1", "1969-12-31 23:59:59.000000000"),
        ("MICROSECONDS", "1", "1970-01-01 00:00:00.000001000"),
        ("NANOSECONDS", "-9223372036854775806", "1677-09-21 00:12:43.145224194"),
        ("NANOSECONDS", "9223372036854775806", "2262-04-11 23:47:16.854775806"),
    ],
)
def test_published_times_keep_their_nanoseconds(
    exchange: Exchange, unit: str | None, time: str, expected: str
) -> None:
    exchange.publish(record(time, TimeUnit=unit))
    always = {"startTime": "1500-01-01T00:00:00Z", "endTime": "9999-01-01T00:00:00Z"}
    assert exchange.csv(**always).splitlines()[1] == f"{ASSET},,{expected},1.5"


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("DOUBLE", "0", "0"),
        ("DOUBLE", "18.80", "18.80"),
        ("DOUBLE", "-0.0", "-0.0"),
        ("DOUBLE", "1e5", "1e5"),
        ("DOUBLE", "0.1000000000000000055511151231257827", "0.1"),
        ("BIGINT", "-0042", "-42"),
        ("BIGINT", "9223372036854775807", "9223372036854775807"),
        ("BOOLEAN", "FALSE", "false"),
        ("VARCHAR", " a 'text' ☀ ", " a 'text' ☀ "),
        ("TIMESTAMP", "5", "1970-01-01 00:00:05.000000000"),
    ],
)
def test_published_values_keep_their_text_if_it_is_exact(
    exchange: Exchange, kind: str, value: str, expected: str
) -> None:
    exchange.publish(record(1, value, MeasureValueType=kind), multi(1, ("in multi", kind, value)))
    assert values(exchange) == [f"1970-01-01 00:00:01.000000000,{expected},{expected}"]


def test_missing_type_is_double_and_missing_version_is_one(exchange: Exchange) -> None:
    bare = {"Time": "1", "MeasureName": "m", "MeasureValue": "2"}
    exchange.publish(bare)
    (rejection,) = rejections(exchange, bare | {"MeasureValue": "3"})
    assert rejection["ExistingVersion"] == 1


def test_higher_version_replaces_a_record(exchange: Exchange) -> None:
    exchange.publish(multi(1, ("a", "DOUBLE", "1"), ("b", "DOUBLE", "2")))
    exchange.publish(multi(1, ("a", "DOUBLE", "3"), Version=7))
    assert values(exchange) == ["1970-01-01 00:00:01.000000000,3"]


@pytest.mark.parametrize("version", [1, 5])
def test_same_values_are_accepted_again_and_change_nothing(
    exchange: Exchange, version: int
) -> None:
    exchange.publish(record(1, Version=5))
    exchange.publish(record(1, Version=version))
    (rejection,) = rejections(exchange, record(1, "2", Version=5))
    assert rejection["ExistingVersion"] == 5


@pytest.mark.parametrize(
    ("keeps", "expected"),
    [
        (False, ["1970-01-01 00:00:01.000000000,3,,,,"]),
        (True, ["1970-01-01 00:00:01.000000000,3,2.50,007,true,1970-01-01 00:00:05.000000000"]),
    ],
)
@pytest.mark.parametrize("together", [True, False], ids=["one batch", "two batches"])
def test_higher_version_removes_or_keeps_omitted_measures(
    keeps: bool, expected: list[str], together: bool, tmp_path: Path
) -> None:
    measures = [
        ("a", "BIGINT", "1"),
        ("b", "DOUBLE", "2.50"),
        ("c", "VARCHAR", "007"),
        ("d", "BOOLEAN", "true"),
        ("e", "TIMESTAMP", "5"),
    ]
    with running_exchange(tmp_path, keep_omitted_measures=keeps) as exchange:
        first, second = multi(1, *measures), multi(1, ("a", "BIGINT", "3"), Version=2)
        for batch in [[first, second]] if together else [[first], [second]]:
            exchange.publish(*batch)
        requested = exchange.csv((ASSET, "abcde"))
        assert [line.split(",", 2)[2] for line in requested.splitlines()[1:]] == expected
        # Kept values belong to the record.
        again = multi(1, ("a", "BIGINT", "3"), *measures[1:], Version=2)
        if keeps:
            exchange.publish(again)
        else:
            assert "exists with different values" in reason(exchange, again)


def test_other_values_require_a_higher_version_and_the_rest_is_written(exchange: Exchange) -> None:
    exchange.publish(record(1, "1", Version=3))
    found = rejections(exchange, record(0, "8"), record(1, "2", Version=3), record(2, "9"))
    assert [(r["RecordIndex"], r["ExistingVersion"]) for r in found] == [(1, 3)]
    assert [line[-1] for line in values(exchange)] == ["8", "1", "9"]


def test_versions_are_compared_within_a_batch(exchange: Exchange) -> None:
    found = rejections(
        exchange, record(1, "1"), record(1, "2", Version=2), record(1, "3"), record(1, "2")
    )
    assert [(r["RecordIndex"], r["ExistingVersion"]) for r in found] == [(2, 2)]
    assert values(exchange) == ["1970-01-01 00:00:01.000000000,2"]


def test_record_with_other_dimensions_or_measure_name_is_another_record(exchange: Exchange) -> None:
    exchange.publish(record(1, "1", Dimensions=dimensions(phase="A")))
    exchange.publish(record(1, "2", Dimensions=dimensions(phase="B")), record(1, "3", "B kW"))
    # Of two records for one attribute and time the last written one is returned.
    assert values(exchange) == ["1970-01-01 00:00:01.000000000,2,3"]


def test_attribute_keeps_its_type(exchange: Exchange) -> None:
    exchange.publish(record(1, "1"), multi(1, ("b", "BIGINT", "1")))
    assert "type DOUBLE, not BIGINT" in reason(exchange, record(2, "1", MeasureValueType="BIGINT"))
    assert "type BIGINT, not VARCHAR" in reason(exchange, multi(2, ("b", "VARCHAR", "1")))
    assert "type DOUBLE, not VARCHAR" in reason(exchange, multi(2, ("A kW", "VARCHAR", "1")))
    assert "type MULTI, not DOUBLE" in reason(exchange, record(2, name="readings"))
    clash = multi(2, ("c", "DOUBLE", "1"), Dimensions=dimensions(b="x"))
    assert "already exists as a measure" in reason(exchange, clash)


def test_rejected_record_leaves_no_trace(exchange: Exchange) -> None:
    exchange.publish(record(1))
    rejections(exchange, multi(2, ("new", "DOUBLE", "1"), ("A kW", "BIGINT", "2")))
    exchange.publish(multi(2, ("new", "VARCHAR", "now text")))
    assert "new" in exchange.csv().splitlines()[0]


@pytest.mark.parametrize(
    ("bad", "expected"),
    [
        (record(1, "abc"), "is not a DOUBLE"),
        (record(1, "NaN"), "is not a DOUBLE"),
        (record(1, "1_0"), "is not a DOUBLE"),
        (record(1, "1e999"), "outside the range of a DOUBLE"),
        (record(1, "1.5", MeasureValueType="BIGINT"), "is not an integer"),
        (record(1, "9223372036854775808", MeasureValueType="BIGINT"), "outside the range"),
        (record(1, "yes", MeasureValueType="BOOLEAN"), "is not a BOOLEAN"),
        (record("10000000000"), "outside the range from 1677"),
        (record("1.5"), "is not an integer"),
        (record("\N{FULLWIDTH DIGIT ONE}"), "is not an integer"),
        (record(1, name="time"), "reserved"),
        (record(1, name="ts_1"), "reserved"),
        (multi(1, ("measure_value::double", "DOUBLE", "1")), "reserved"),
        (record(1, Dimensions=dimensions(measure_name="x")), "reserved"),
        (record(1, Dimensions=dimensions(assetId="x")), "reserved"),
        (multi(1, ("a", "DOUBLE", "1"), ("a", "DOUBLE", "2")), "distinct"),
        (record(1, Dimensions=dimensions(a="x") * 2), "distinct"),
        (multi(1, ("a", "VARCHAR", "x" * 1030), ("b", "VARCHAR", "y" * 1030)), "2048"),
        (multi(1, *((f"{i}", "BIGINT", "1") for i in range(257))), "at most 256 measures"),
    ],
)
def test_invalid_record_is_rejected_with_its_reason(
    exchange: Exchange, bad: dict[str, Any], expected: str
) -> None:
    assert expected in reason(exchange, bad)


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([], "1 to 100 records"),
        ([record(i) for i in range(101)], "1 to 100 records"),
        ([None], r"records[0] is missing"),
        ([record(1), record(2) | {"Time": None}], "records[1].Time is missing"),
        ([record(1) | {"MeasureName": None}], "records[0].MeasureName is missing"),
        ([record(1, name="é" * 129)], "1 to 256 bytes long, not 258"),
        ([record(1, "")], "records[0].MeasureValue must be 1 to 2048 bytes long, not 0"),
        ([record(1, "x" * 2049)], "1 to 2048 bytes long, not 2049"),
        ([record(1, "\ud800")], "not valid Unicode"),
        ([record(1, Version=0)], "Version must be 1 or higher"),
        ([record(1, MeasureValueType="MULTI")], "MeasureValue is not for records of type MULTI"),
        ([multi(1)], "MeasureValues is missing"),
        ([multi(1, ("a", "MULTI", "1"))], "can't be of type MULTI"),
        ([record(1, MeasureValues=[{"Name": "a"}])], "only for records of type MULTI"),
        ([record(1, Dimensions=dimensions(**{f"d{i}": "x" for i in range(129)}))], "128"),
        ([record(1, Dimensions=dimensions(a=""))], "Dimensions[0].Value must be 1 to 2048"),
    ],
)
def test_malformed_request_is_refused_completely(
    exchange: Exchange, records: list[Any], expected: str
) -> None:
    with pytest.raises(PlatformError) as error:
        exchange.publish(*records)
    error_type, message = refusal(error)
    assert error_type == "ValidationException"
    assert expected in message
    assert exchange.latest()["data"] == []


def test_asset_requires_an_id(exchange: Exchange) -> None:
    with pytest.raises(PlatformError) as error:
        exchange.publish(record(1), asset="")
    assert refusal(error)[0] == "ValidationException"


def test_names_that_differ_in_case_or_are_hostile_stay_distinct(exchange: Exchange) -> None:
    names = ["a", "A", 'qu"ote', "co,mma", "new\nline", '"; DROP TABLE points; --', "☀️", "\x00\x01"]
    exchange.publish(multi(1, *((name, "VARCHAR", name) for name in names)))
    (asset,) = exchange.latest()["data"]
    assert {a["name"]: a["lastValue"] for a in asset["attributes"]} == {n: n for n in names}


def test_dimension_of_one_name_is_independent_in_each_database(exchange: Exchange) -> None:
    exchange.publish(record(1, "1"))
    exchange.publish(record(1, "2", MeasureValueType="BIGINT"), timeSeriesDbId="timeSeriesDbId.2")
    (asset,) = exchange.latest()["data"]
    assert asset["attributes"][0]["lastValue"] == "1"


@pytest.mark.parametrize("user", ["reader", "outsider"])
def test_publishing_requires_write_access(exchange: Exchange, user: str) -> None:
    with pytest.raises(PlatformError) as error:
        exchange.publish(record(1), user=user)
    assert refusal(error)[0] == "Unauthorized"
    exchange.publish(record(1), user="writer")
