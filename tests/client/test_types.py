"""The documented types: properties, string representations and equality."""

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pydantic
import pytest

import avista_digital_exchange_sdk as sdk
from avista_digital_exchange_sdk import (
    DataStore,
    DataStoreDirectory,
    DataStoreFile,
    MeasureValueType,
    Organization,
    TimeSeriesAssetAttribute,
    TimeSeriesAssetAttributeData,
    TimeSeriesAssetData,
    TimeSeriesInputRecord,
    TimeSeriesMeasureValue,
    User,
    types,
)
from avista_digital_exchange_sdk._models.base import BaseModel

DOCUMENTED = {
    "User": ["userId", "firstName", "lastName", "organization"],
    "Organization": ["name", "organizationId"],
    "DataStore": ["dataStoreId", "name", "description", "ownerUserId", "homeDirectoryId"],
    "DataStoreDirectory": [
        "dataStoreDirectoryId",
        "dataStoreId",
        "name",
        "homeDirectory",
        "parentDirectoryId",
        "directories",
        "files",
        "printContents",
    ],
    "DataStoreFile": [
        "dataStoreFileId",
        "dataStoreId",
        "dataStoreDirectoryId",
        "name",
        "description",
        "fileExtension",
        "storageSizeBytes",
        "lastModified",
        "contentType",
    ],
    "TimeSeriesDb": [
        "timeSeriesDbId",
        "name",
        "description",
        "ownerUserId",
        "databaseName",
        "tableName",
    ],
    "QueryResult_TimestreamVariables": [
        "timestreamResults",
        "clientToken",
        "nextToken",
        "queryId",
        "queryStatus",
        "rows",
        "columnInfo",
    ],
    "TimeSeriesMeasureValue": ["type", "name", "value"],
    "TimeSeriesDimension": ["dimensionValueType", "name", "value"],
    "TimeSeriesInputRecord": [
        "time",
        "timeUnit",
        "measureName",
        "measureValueType",
        "measureValue",
        "measureValues",
        "dimensions",
        "version",
    ],
    "TimeSeriesAssetData": ["assetId", "name", "attributes"],
    "TimeSeriesAssetAttribute": ["attributeType", "lastValue", "lastValueTime", "name", "data"],
    "TimeSeriesAssetAttributeData": ["timestamp", "value"],
    "Service": ["serviceType", "serviceId", "dataStore", "timeSeriesDb"],
    "Collaborative": [
        "collaborativeId",
        "name",
        "description",
        "hostOrganizationId",
        "memberOrganizations",
    ],
    "CollaborativeMemberOrganization": [
        "organization",
        "collaborativeId",
        "memberState",
        "usersInCollaborative",
    ],
    "CollaborativeMemberUser": ["permission", "user"],
}


def a_user(**changes: Any) -> User:
    organization = Organization(organizationId="o1", name="Utility")
    return User(**{"userId": "u1", "firstName": "Ada", "organization": organization, **changes})


class TestDocumentedTypes:
    @pytest.mark.parametrize("name", DOCUMENTED)
    def test_type_is_importable_from_the_package(self, name: str) -> None:
        assert name in sdk.__all__
        assert getattr(sdk, name) is getattr(types, name)

    @pytest.mark.parametrize(("name", "properties"), DOCUMENTED.items())
    def test_type_has_every_documented_property(self, name: str, properties: list[str]) -> None:
        kind = getattr(sdk, name)
        present = kind.model_fields.keys() | set(dir(kind))
        assert set(properties) <= present

    @pytest.mark.parametrize("name", DOCUMENTED)
    def test_type_is_a_pydantic_model(self, name: str) -> None:
        assert issubclass(getattr(sdk, name), pydantic.BaseModel)

    def test_list_types_are_lists(self) -> None:
        for name, properties in {
            "Collaborative": ["memberOrganizations"],
            "CollaborativeMemberOrganization": ["usersInCollaborative"],
            "TimeSeriesAssetData": ["attributes"],
            "TimeSeriesAssetAttribute": ["data"],
            "DataStoreDirectory": ["contents"],
        }.items():
            for field in properties:
                annotation = getattr(sdk, name).model_fields[field].annotation
                assert str(annotation).startswith("list[")


class TestPrinting:
    def test_str_of_an_object_is_readable(self) -> None:
        assert str(a_user()) == (
            "User(userId='u1', firstName='Ada', lastName=None, "
            "organization=Organization(organizationId='o1', name='Utility'))"
        )
        assert repr(a_user()) == str(a_user())

    def test_str_of_an_object_shows_enum_values_and_lengths_of_long_lists(self) -> None:
        points = [TimeSeriesAssetAttributeData(timestamp=str(n), value="1") for n in range(500)]
        attribute = TimeSeriesAssetAttribute(
            attributeType=MeasureValueType.DOUBLE,
            lastValue="1",
            lastValueTime="499",
            name="kW",
            data=points,
        )
        assert str(attribute) == (
            "TimeSeriesAssetAttribute(attributeType='DOUBLE', lastValue='1', "
            "lastValueTime='499', name='kW', data=<list of 500>)"
        )

    def test_str_of_a_directory_shows_its_contents(self) -> None:
        directory = DataStoreDirectory(dataStoreDirectoryId="d1", name="home", contents=[])
        assert str(directory).startswith("DataStoreDirectory(dataStoreDirectoryId='d1'")


class TestComparing:
    def test_equality_compares_values(self) -> None:
        assert a_user() == a_user()
        assert a_user() is not a_user()
        assert a_user() != a_user(firstName="Grace")
        assert a_user() != a_user(organization=Organization(organizationId="o2", name="Utility"))

    def test_equality_of_different_types_is_false(self) -> None:
        store = DataStore(dataStoreId="1", name="one")
        assert store != a_user()
        assert store != {"dataStoreId": "1", "name": "one"}
        assert store != "one"


class TestEnums:
    def test_enum_compares_and_prints_as_its_value(self) -> None:
        assert MeasureValueType.DOUBLE == "DOUBLE"
        assert str(MeasureValueType.DOUBLE) == "DOUBLE"
        assert f"{MeasureValueType.DOUBLE}" == "DOUBLE"

    def test_enum_keeps_unknown_values_as_strings(self) -> None:
        parsed = TimeSeriesAssetAttribute.model_validate_json(
            '{"attributeType":"GEOMETRY","lastValue":"x","lastValueTime":"t","name":"n"}'
        )
        assert parsed.attributeType == "GEOMETRY"
        assert str(parsed.attributeType) == "GEOMETRY"
        assert '"attributeType":"GEOMETRY"' in parsed.model_dump_json()
        assert "attributeType='GEOMETRY'" in repr(parsed)
        assert "GEOMETRY" not in list(MeasureValueType)

    def test_enum_refuses_values_that_are_no_strings(self) -> None:
        with pytest.raises(pydantic.ValidationError):
            TimeSeriesAssetAttribute.model_validate_json(
                '{"attributeType":7,"lastValue":"x","lastValueTime":"t","name":"n"}'
            )


class TestLists:
    @pytest.mark.parametrize("value", ["null", "[]", "[null]"])
    def test_list_field_that_is_null_or_holds_nulls_is_empty(self, value: str) -> None:
        asset = TimeSeriesAssetData.model_validate_json(f'{{"assetId":"a","attributes":{value}}}')
        assert asset.attributes == []

    def test_list_field_that_is_missing_is_empty_and_not_shared(self) -> None:
        first, second = (TimeSeriesAssetData(assetId="a") for _ in range(2))
        first.attributes.append(
            TimeSeriesAssetAttribute(
                attributeType=MeasureValueType.DOUBLE, lastValue="1", lastValueTime="t", name="n"
            )
        )
        assert second.attributes == []


class TestInputs:
    def test_input_types_are_created_under_their_documented_names(self) -> None:
        record = TimeSeriesInputRecord(time="1", measureName="kW", measureValue="1")
        assert (record.time, record.measureValueType) == ("1", None)
        measure = TimeSeriesMeasureValue(name="kW", type=MeasureValueType.DOUBLE, value="1")
        assert str(measure) == "TimeSeriesMeasureValue(name='kW', type='DOUBLE', value='1')"


def test_types_that_several_threads_use_first_keep_their_fields() -> None:
    values = {"name": "meter", "units": ["kW"]}

    def use(kind: type[BaseModel], together: threading.Barrier) -> dict[str, Any]:
        together.wait()
        return kind(**values).model_dump(mode="json", by_alias=True, exclude_none=True)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as threads:
            for _ in range(100):
                kind = type("Kind", (BaseModel,), {"__annotations__": {"name": str, "units": list}})
                together = threading.Barrier(4)
                results = [threads.submit(use, kind, together) for _ in range(4)]
                assert [result.result() for result in results] == [values] * 4
    finally:
        sys.setswitchinterval(interval)


def test_file_without_a_known_size_is_accepted() -> None:
    file = DataStoreFile.model_validate_json('{"dataStoreFileId":"f","name":"load"}')
    assert file.storageSizeBytes is None
