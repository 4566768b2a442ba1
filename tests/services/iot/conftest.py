"""A hub with a model and an endpoint, new in every test."""

from itertools import count

import pytest

from avista_digital_exchange_sdk import AvistaDigitalExchange, DigitalTwinModel, IotEndpoint, IotHub

PROPERTIES = [
    {"name": "Height", "schemaType": "double", "defaultValue": 12.5, "writable": True},
    {"name": "Maker", "schemaType": "string", "description": "Who made it"},
]
TELEMETRY = [
    {"name": "Power", "schemaType": "double", "description": "In kW"},
    {"name": "Online", "schemaType": "boolean"},
    {"name": "Status", "schemaType": "string"},
    {"name": "LastService", "schemaType": "dateTime"},
]
NUMBERS = count()


@pytest.fixture
def hub(exchange: AvistaDigitalExchange) -> IotHub:
    """A new hub of the owner."""
    return exchange.iot.createHub("Wind site", "Towers 1 to 5")


@pytest.fixture
def model(exchange: AvistaDigitalExchange) -> DigitalTwinModel:
    """A new model of the owner."""
    name = f"Mast{next(NUMBERS)}"
    return exchange.iot.createModel(name, "What a mast measures", PROPERTIES, TELEMETRY)


@pytest.fixture
def endpoint(exchange: AvistaDigitalExchange, hub: IotHub, model: DigitalTwinModel) -> IotEndpoint:
    """A new endpoint in the hub."""
    return exchange.iot.createEndpoint(hub.iotHubId, model.modelId, "Mast 1", "At the gate")
