"""Hubs, models, endpoints with their tokens, and groups."""

import json
import pickle
from datetime import UTC, datetime
from typing import Any

import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    DigitalTwinModel,
    InvalidParameterError,
    InvalidRequestError,
    IotEndpoint,
    IotGroup,
    IotHub,
    NotFoundError,
    UnauthorizedError,
)
from avista_digital_exchange_sdk.local import LocalExchange

from ...conftest import Connect
from ...support.fake_platform import FakePlatform


class TestHubs:
    def test_hub_is_created_changed_listed_and_deleted(
        self, exchange: AvistaDigitalExchange, hub: IotHub
    ) -> None:
        assert (hub.name, hub.description) == ("Wind site", "Towers 1 to 5")
        assert hub.ownerUserId == exchange.getUserInfo().userId
        changed = exchange.iot.updateHub(hub.iotHubId, description="Tower 6")
        assert (changed.name, changed.description) == ("Wind site", "Tower 6")
        assert exchange.iot.getHub(hub.iotHubId) == changed
        assert changed in exchange.iot.listHubs()
        assert exchange.iot.deleteHub(hub.iotHubId) == changed
        with pytest.raises(NotFoundError):
            exchange.iot.getHub(hub.iotHubId)

    def test_hub_with_endpoints_is_not_deleted(
        self, exchange: AvistaDigitalExchange, hub: IotHub, endpoint: IotEndpoint
    ) -> None:
        with pytest.raises(InvalidRequestError):
            exchange.iot.deleteHub(hub.iotHubId)
        assert exchange.iot.getEndpoint(endpoint.iotEndpointId) == endpoint

    def test_hub_of_another_user_is_not_shown(
        self, connect: Connect, local: LocalExchange, hub: IotHub
    ) -> None:
        outsider = connect(local.tokens["outsider"], endpoint=local.endpoint)
        assert hub.iotHubId not in [each.iotHubId for each in outsider.iot.listHubs()]
        with pytest.raises((NotFoundError, UnauthorizedError)):
            outsider.iot.getHub(hub.iotHubId)


class TestModels:
    def test_created_model_has_its_attributes_in_order(
        self, exchange: AvistaDigitalExchange, model: DigitalTwinModel
    ) -> None:
        height, maker = model.properties
        assert (height.name, height.schemaType, height.index) == ("Height", "double", 0)
        assert (height.defaultValue, height.writable) == ("12.5", True)
        assert (maker.description, maker.defaultValue, maker.index) == ("Who made it", None, 1)
        assert not maker.writable
        names = ["Power", "Online", "Status", "LastService"]
        assert [telemetry.name for telemetry in model.telemetry] == names
        assert [telemetry.index for telemetry in model.telemetry] == [0, 1, 2, 3]
        assert model.telemetry[1].schemaType == "boolean"
        assert model.dtmi.endswith(f":{model.displayName};1")
        assert exchange.iot.getModel(model.modelId) == model
        assert model in exchange.iot.listModels()

    def test_model_without_attributes_is_created_with_none(
        self, exchange: AvistaDigitalExchange, model: DigitalTwinModel
    ) -> None:
        created = exchange.iot.createModel(f"{model.displayName}Bare", None, None, None)
        assert (created.properties, created.telemetry) == ([], [])
        exchange.iot.deleteModel(created.modelId)

    def test_schema_types_are_case_insensitive(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        fake_platform.add_data("iot_createModel", None)
        with pytest.raises(NotFoundError):
            fake_platform_client.iot.createModel(
                "Mast", telemetry=[{"name": "Since", "schemaType": "DATETIME"}]
            )
        (variables,) = fake_platform.variables("iot_createModel")
        assert (variables["displayName"], variables["dtmiSegment"]) == ("Mast", "Mast")
        assert variables["telemetry"] == [{"name": "Since", "schemaType": "dateTime", "index": 0}]

    @pytest.mark.parametrize(
        ("value", "text"), [(True, "true"), (7, "7"), (1e-7, "1e-07"), ("x", "x"), ("", "")]
    )
    def test_default_values_are_sent_as_strings(
        self,
        value: object,
        text: str,
        fake_platform: FakePlatform,
        fake_platform_client: AvistaDigitalExchange,
    ) -> None:
        fake_platform.add_data("iot_createModel", None)
        entry = {"name": "Height", "schemaType": "double", "defaultValue": value}
        with pytest.raises(NotFoundError):
            fake_platform_client.iot.createModel("Mast", properties=[entry])
        (variables,) = fake_platform.variables("iot_createModel")
        assert variables["properties"][0]["defaultValue"] == text

    def test_new_version_keeps_the_old_one(
        self, exchange: AvistaDigitalExchange, model: DigitalTwinModel
    ) -> None:
        second = exchange.iot.createNewModelVersion(
            model.modelId, telemetry=[{"name": "Power", "schemaType": "integer"}], version=4
        )
        assert second.modelId != model.modelId
        assert second.dtmi.endswith(";4")
        assert exchange.iot.getModel(model.modelId) == model

    def test_model_is_renamed_and_exported(
        self, exchange: AvistaDigitalExchange, model: DigitalTwinModel
    ) -> None:
        renamed = exchange.iot.updateModel(model.modelId, "Weather mast")
        assert (renamed.displayName, renamed.dtmi) == ("Weather mast", model.dtmi)
        dtdl = json.loads(exchange.iot.getModelInDTDLFormat(model.modelId))
        assert dtdl["@id"] == model.dtmi

    def test_model_in_use_is_not_deleted(
        self, exchange: AvistaDigitalExchange, model: DigitalTwinModel, endpoint: IotEndpoint
    ) -> None:
        with pytest.raises(InvalidRequestError):
            exchange.iot.deleteModel(model.modelId)
        exchange.iot.deleteEndpoint(endpoint.iotEndpointId)
        assert exchange.iot.deleteModel(model.modelId).modelId == model.modelId


class TestEndpoints:
    def test_created_endpoint_has_the_defaults_of_its_model(
        self, exchange: AvistaDigitalExchange, hub: IotHub, endpoint: IotEndpoint
    ) -> None:
        assert (endpoint.name, endpoint.description) == ("Mast 1", "At the gate")
        assert endpoint.iotHubId == hub.iotHubId
        assert {entry.name: entry.value for entry in endpoint.properties} == {
            "Height": "12.5",
            "Maker": None,
        }
        assert [entry.name for entry in endpoint.telemetry][:2] == ["Power", "Online"]
        assert exchange.iot.listEndpointsInHub(hub.iotHubId) == [endpoint]

    @pytest.mark.parametrize("form", ["value", "dictionary"])
    def test_property_is_set_in_both_documented_forms(
        self, form: str, exchange: AvistaDigitalExchange, endpoint: IotEndpoint
    ) -> None:
        value = 14.0 if form == "value" else {"value": 14.0, "timestamp": "1714521600000"}
        changed = exchange.iot.updateEndpointProperties(endpoint.iotEndpointId, {"Height": value})
        height = changed.properties[0]
        assert (height.name, height.value) == ("Height", "14.0")
        assert height.timestamp is not None
        assert form == "value" or height.timestamp == "1714521600000"
        assert exchange.iot.getEndpoint(endpoint.iotEndpointId) == changed

    @pytest.mark.parametrize(
        "timestamp",
        [
            1714521600000,
            "1714521600000",
            "2024-05-01T00:00:00Z",
            "2024-05-01T02:00:00.0009+02:00",
            datetime(2024, 5, 1, tzinfo=UTC),
        ],
    )
    def test_property_value_has_the_passed_time(
        self, timestamp: object, exchange: AvistaDigitalExchange, endpoint: IotEndpoint
    ) -> None:
        values = {"Height": {"value": 14, "timestamp": timestamp}}
        changed = exchange.iot.updateEndpointProperties(endpoint.iotEndpointId, values)
        assert changed.properties[0].timestamp == "1714521600000"

    @pytest.mark.parametrize("timestamp", ["2024-05-01T00:00:00", "soon", "", 1.5, True])
    def test_invalid_time_of_a_property_is_refused_before_a_request(
        self, timestamp: object, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        values = {"Height": {"value": 14, "timestamp": timestamp}}
        with pytest.raises(InvalidParameterError, match=r"Height'\].timestamp must be") as caught:
            fake_platform_client.iot.updateEndpointProperties("iotEndpointId.1", values)
        assert "timeUnit" not in str(caught.value)

    def test_property_that_is_not_writable_is_not_set(
        self, exchange: AvistaDigitalExchange, endpoint: IotEndpoint
    ) -> None:
        with pytest.raises(InvalidRequestError):
            exchange.iot.updateEndpointProperties(endpoint.iotEndpointId, {"Maker": "Ridgeline"})
        assert exchange.iot.getEndpoint(endpoint.iotEndpointId) == endpoint

    def test_endpoint_is_renamed_moved_and_deleted(
        self, exchange: AvistaDigitalExchange, endpoint: IotEndpoint, model: DigitalTwinModel
    ) -> None:
        renamed = exchange.iot.updateEndpoint(endpoint.iotEndpointId, "Mast 2")
        assert (renamed.name, renamed.description) == ("Mast 2", "At the gate")
        version = exchange.iot.createNewModelVersion(
            model.modelId, telemetry=[{"name": "Power", "schemaType": "integer"}]
        )
        moved = exchange.iot.updateModelUsedByEndpoint(endpoint.iotEndpointId, version.modelId)
        assert moved.modelId == version.modelId
        assert [telemetry.schemaType for telemetry in moved.telemetry] == ["integer"]
        assert exchange.iot.deleteEndpoint(endpoint.iotEndpointId).name == "Mast 2"
        with pytest.raises(NotFoundError):
            exchange.iot.getEndpoint(endpoint.iotEndpointId)


class TestEndpointTokens:
    def test_token_works_for_its_endpoint_alone(
        self,
        exchange: AvistaDigitalExchange,
        connect: Connect,
        local: LocalExchange,
        endpoint: IotEndpoint,
    ) -> None:
        token = exchange.iot.getEndpointToken(endpoint.iotEndpointId)
        assert token.tokenType == "IOT_ENDPOINT_READ_WRITE"
        assert token.scope == [endpoint.iotEndpointId]
        assert token.tokenValue not in repr(token)
        with pytest.raises(TypeError, match="can't be pickled"):
            pickle.dumps(token)
        device = connect(token.tokenValue, endpoint=local.endpoint)
        assert device.iot.publish(
            endpoint.iotEndpointId, [{"attributes": {"Power": 1}}]
        ).recordsWritten
        with pytest.raises(UnauthorizedError):
            device.iot.getEndpoint(local.iotEndpointId)
        with pytest.raises(UnauthorizedError):
            device.iot.deleteEndpoint(endpoint.iotEndpointId)

    def test_regenerated_token_ends_the_old_one(
        self,
        exchange: AvistaDigitalExchange,
        connect: Connect,
        local: LocalExchange,
        endpoint: IotEndpoint,
    ) -> None:
        old = exchange.iot.getEndpointToken(endpoint.iotEndpointId)
        new = exchange.iot.regenerateEndpointToken(endpoint.iotEndpointId)
        device = connect(new.tokenValue, endpoint=local.endpoint)
        assert device.iot.getEndpoint(endpoint.iotEndpointId) == endpoint
        with pytest.raises(UnauthorizedError):
            connect(old.tokenValue, endpoint=local.endpoint).iot.getEndpoint(endpoint.iotEndpointId)


class TestGroups:
    @pytest.fixture
    def group(self, exchange: AvistaDigitalExchange, hub: IotHub) -> IotGroup:
        return exchange.iot.createGroup(hub.iotHubId, "Masts", "All masts")

    def test_endpoints_are_added_and_removed(
        self, exchange: AvistaDigitalExchange, group: IotGroup, endpoint: IotEndpoint
    ) -> None:
        assert (group.name, group.description, group.endpoints) == ("Masts", "All masts", [])
        identifier = endpoint.iotEndpointId
        for ids in (identifier, [identifier], (identifier,)):
            added = exchange.iot.addEndpointsToGroup(group.iotGroupId, ids)
            assert added.endpoints == [endpoint]
            assert added.iotEndpointIds == [identifier]
        removed = exchange.iot.removeEndpointsFromGroup(group.iotGroupId, identifier)
        assert (removed.endpoints, removed.iotEndpointIds) == ([], [])
        assert exchange.iot.getEndpoint(identifier) == endpoint

    @pytest.mark.parametrize("ids", [None, (), []])
    def test_group_is_created_without_endpoints(
        self, ids: Any, exchange: AvistaDigitalExchange, hub: IotHub
    ) -> None:
        created = exchange.iot.createGroup(hub.iotHubId, "Empty", iotEndpointIds=ids)
        assert created.iotEndpointIds == []

    def test_group_is_read_with_or_without_endpoints(
        self, exchange: AvistaDigitalExchange, hub: IotHub, endpoint: IotEndpoint
    ) -> None:
        group = exchange.iot.createGroup(hub.iotHubId, "Masts", None, endpoint.iotEndpointId)
        identifier = group.iotGroupId
        assert exchange.iot.getGroup(identifier).endpoints == [endpoint]
        without = exchange.iot.getGroup(identifier, False)
        assert (without.endpoints, without.iotEndpointIds) == ([], [endpoint.iotEndpointId])
        assert exchange.iot.listGroups(hub.iotHubId) == [without]
        assert exchange.iot.listGroups(hub.iotHubId, True) == [group]

    @pytest.mark.parametrize("endpoints", [None, [None]])
    def test_null_endpoints_are_an_empty_list(
        self,
        endpoints: object,
        fake_platform: FakePlatform,
        fake_platform_client: AvistaDigitalExchange,
    ) -> None:
        response = {"iotGroupId": "g", "iotHubId": "h", "name": "G", "ownerUserId": "u"}
        fake_platform.add_data("iot_getGroup", response | {"endpoints": endpoints})
        assert fake_platform_client.iot.getGroup("g").endpoints == []

    def test_group_is_renamed_and_deleted(
        self, exchange: AvistaDigitalExchange, group: IotGroup
    ) -> None:
        renamed = exchange.iot.updateGroup(group.iotGroupId, name="Poles")
        assert (renamed.name, renamed.description) == ("Poles", "All masts")
        assert exchange.iot.deleteGroup(group.iotGroupId).name == "Poles"
        with pytest.raises(NotFoundError):
            exchange.iot.getGroup(group.iotGroupId)
