"""Runs a Local Exchange with short keep-alives until the process is terminated.

    python -m scripts.benchmarks.soak_exchange PORT PUBLIC_URL ENDPOINTS

Prints how to reach it as JSON.
"""

import json
import signal
import sys

from avista_digital_exchange_sdk import AvistaDigitalExchange
from avista_digital_exchange_sdk.local import LocalExchange
from avista_digital_exchange_sdk.local.graphql import websocket
from avista_digital_exchange_sdk.local.limits import LIMITS

KEEP_ALIVE_SECONDS = 0.3
CONNECTION_TIMEOUT_MS = 1500


def main(port: str, public_url: str, endpoints: str) -> None:
    """Serve until SIGTERM."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    LIMITS.keep_alive_seconds = KEEP_ALIVE_SECONDS
    websocket.CONNECTION_TIMEOUT_MS = CONNECTION_TIMEOUT_MS
    with LocalExchange(port=int(port), publicUrl=public_url) as local:
        with AvistaDigitalExchange(local.token, endpoint=local.endpoint) as exchange:
            telemetry = [{"name": "Count", "schemaType": "integer"}]
            model = exchange.iot.createModel("Counter", None, (), telemetry)
            ids = [
                exchange.iot.createEndpoint(local.iotHubId, model.modelId, f"Counter {number}")
                for number in range(int(endpoints))
            ]
        details = {
            "token": local.token,
            "endpointIds": [endpoint.iotEndpointId for endpoint in ids],
        }
        print(json.dumps(details), flush=True)
        while True:
            signal.pause()


if __name__ == "__main__":
    main(*sys.argv[1:])
