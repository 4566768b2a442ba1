"""Values as Python values, in addition to their strings."""

from datetime import UTC, datetime
from typing import Any

import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    EndpointProperty,
    IotAttributeValue,
    ModelProperty,
    TimeSeriesAssetAttribute,
    TimeSeriesAssetAttributeData,
)
from avista_digital_exchange_sdk._telemetry.last_values import EndpointLastValue

TIMESTAMP = datetime(2024, 3, 19, 10, 39, 31, 942000, UTC)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("DOUBLE", "12.5", 12.5),
        ("DOUBLE", "1.5E3", 1500.0),
        ("BIGINT", "9007199254740993", 9007199254740993),
        ("BOOLEAN", "true", True),
        ("BOOLEAN", "False", False),
        ("VARCHAR", "12.50", "12.50"),
        ("TIMESTAMP", "2024-03-19 10:39:31.942000000", TIMESTAMP),
        ("TIMESTAMP", "2024-03-19T10:39:31.942Z", TIMESTAMP),
        ("TIMESTAMP", "2024-03-19 10:39:31", TIMESTAMP.replace(microsecond=0)),
        ("BIGINT", "12.5", "12.5"),
        ("BOOLEAN", "perhaps", "perhaps"),
        ("TIMESTAMP", "yesterday", "yesterday"),
        ("ADDED_LATER", "x", "x"),
    ],
)
def test_value_of_an_attribute_has_its_type(kind: str, text: str, value: object) -> None:
    options: Any = {"attributeType": kind, "lastValue": text}
    attribute = TimeSeriesAssetAttribute(name="a", lastValueTime="2024-05-01", **options)
    assert attribute.value == value
    assert type(attribute.value) is type(value)
    assert attribute.lastValue == text


TELEMETRY = pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("double", "12.5", 12.5),
        ("integer", "12", 12),
        ("boolean", "TRUE", True),
        ("string", "12", "12"),
        ("dateTime", "2024-03-19T10:39:31.942+00:00", TIMESTAMP),
        ("duration", "PT1H", "PT1H"),
        ("integer", "x", "x"),
        ("double", None, None),
        (None, "12", "12"),
    ],
)


@TELEMETRY
def test_value_of_telemetry_has_its_type(kind: str | None, text: str | None, value: object) -> None:
    options: Any = {"schemaType": kind, "lastValue": text}
    entry = EndpointLastValue(iotEndpointId="e", attributeName="a", **options)
    assert entry.value == value
    assert type(entry.value) is type(value)


@TELEMETRY
def test_values_of_records_and_properties_have_their_type(
    kind: str | None, text: str | None, value: object
) -> None:
    options: Any = {"name": "a", "schemaType": kind}
    entry = IotAttributeValue(value=text, **options)
    typed = [entry.typedValue, entry["typedValue"]]
    if kind is not None:
        options["attributeType"] = "PROPERTY"
        endpoint = EndpointProperty(value=text, defaultValue=text, **options)
        typed += [endpoint.typedValue, endpoint.typedDefaultValue]
        typed += [ModelProperty(defaultValue=text, **options).typedDefaultValue]
        assert endpoint.value == text
    assert [(one, type(one)) for one in typed] == [(value, type(value))] * len(typed)
    assert entry.toDict() == {"name": "a", "schemaType": kind, "value": text}


@pytest.mark.parametrize(
    ("kind", "values"),
    [("DOUBLE", [1.5, -2.0]), ("VARCHAR", ["1.5", "-2"]), ("BIGINT", ["1.5", -2])],
)
def test_points_of_an_attribute_have_its_type(kind: str, values: list[object]) -> None:
    texts = ["1.5", "-2"]
    data = [TimeSeriesAssetAttributeData(timestamp="2024-05-01", value=text) for text in texts]
    options: Any = {"attributeType": kind, "data": data}
    attribute = TimeSeriesAssetAttribute(
        name="a", lastValue="-2", lastValueTime="2024-05-01", **options
    )
    assert attribute.typedValues == values
    assert [type(one) for one in attribute.typedValues] == [type(one) for one in values]
    assert [point.value for point in attribute.data] == texts


def test_latest_values_of_a_database_are_typed(
    exchange: AvistaDigitalExchange, database: str
) -> None:
    record = exchange.createTimeSeriesInputRecord(1, "SECONDS", "A kW", "DOUBLE", 12.5)
    exchange.publishToTimeSeriesDatabase(database, "feeder-7", [record])
    ((attribute,),) = [
        asset.attributes for asset in exchange.listTimeSeriesAssetsAndLatestValues(database)
    ]
    assert (attribute.lastValue, attribute.value) == ("12.5", 12.5)
    assert "value" not in attribute.model_dump()
