"""Invalid messages over the real-time connection raise a real-time error."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    InvalidResponseError,
    SubscriptionError,
    TransferError,
)
from avista_digital_exchange_sdk.local import LocalExchange

from ..conftest import Connect
from ..support.faulty_proxy import Fault, FaultyProxy
from ..support.options import use_options
from .server import DEEP, TIMES


class TestRealtime:
    """A proxy modifies the messages of the Local Exchange."""

    @pytest.fixture
    def proxy(self) -> Iterator[FaultyProxy]:
        with FaultyProxy().running() as proxy:
            yield proxy

    @pytest.fixture
    def proxied_client(
        self, proxy: FaultyProxy, local: LocalExchange, connect: Connect
    ) -> AvistaDigitalExchange:
        proxy.set_upstream(local.endpoint)
        return connect(local.token, endpoint=proxy.endpoint, maxRetries=1, timeout=5)

    def query(self, exchange: AvistaDigitalExchange, local: LocalExchange, folder: Path) -> None:
        exchange.queryTimeSeriesDatabaseWithFilters(
            local.timeSeriesDbId,
            [{"assetId": "meter"}],
            *TIMES,
            folder,
            aggregate="server",
            exportTimeout=30,
            errors="ignore",
        )

    @pytest.mark.parametrize(
        "frame",
        [
            b"",
            b"no JSON",
            b"null",
            b"7",
            b'"text"',
            b"[]",
            b"{}",
            b'{"type":7}',
            b'{"type":["data"]}',
            b'{"type":"data","id":["1"],"payload":[1]}',
            b'{"type":"error","payload":7}',
            b'{"type":"error","payload":{"errors":{"message":{"a":1}}}}',
            b'{"type":"error","payload":{"errors":[[[]],7,null,{"errorType":7}]}}',
            b'{"type":"connection_error"}',
            b'{"type":"ka","payload":' + DEEP[:100_000] + b"}",
            b'{"type":"ka","payload":"' + b"x" * (2 << 20) + b'"}',
        ],
    )
    @pytest.mark.parametrize("step", ["connection_ack", "start_ack"])
    def test_invalid_realtime_message_raises_a_realtime_error(
        self,
        frame: bytes,
        step: str,
        proxy: FaultyProxy,
        local: LocalExchange,
        connect: Connect,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        use_options(monkeypatch, subscription_start_timeout=1)
        proxy.set_upstream(local.endpoint)
        client = connect(local.token, endpoint=proxy.endpoint, maxRetries=1, timeout=5)
        proxy.expect(Fault(step, "response", lambda _text: [frame], times=9))
        with pytest.raises(SubscriptionError):
            self.query(client, local, tmp_path)
        assert proxy.triggered
        assert not [*tmp_path.iterdir()]

    @pytest.mark.parametrize("payload", [b"[1]", b"7", b'"x"', b'{"data":7}', b'{"data":[1]}'])
    def test_invalid_realtime_event_raises_a_realtime_error(
        self,
        payload: bytes,
        proxy: FaultyProxy,
        local: LocalExchange,
        proxied_client: AvistaDigitalExchange,
        tmp_path: Path,
    ) -> None:
        def falsify(text: bytes) -> list[bytes]:
            frame = json.loads(text)
            return [json.dumps({**frame, "payload": json.loads(payload)}).encode()]

        proxy.expect(Fault("data", "response", falsify, times=9))
        with pytest.raises(SubscriptionError):
            self.query(proxied_client, local, tmp_path)
        assert proxy.triggered
        assert not [*tmp_path.iterdir()]

    @pytest.mark.parametrize(
        "payload",
        [
            *(
                f'{{"connectionTimeoutMs":{milliseconds}}}'
                for milliseconds in ("1" + "0" * 400, "-5", "0", "true", '"5"', "null", "0.1", "{}")
            ),
            "[1]",
            "7",
            '"x"',
        ],
    )
    def test_invalid_keep_alive_timeout_does_no_harm(
        self,
        payload: str,
        proxy: FaultyProxy,
        local: LocalExchange,
        proxied_client: AvistaDigitalExchange,
        tmp_path: Path,
    ) -> None:
        frame = f'{{"type":"connection_ack","payload":{payload}}}'
        proxy.expect(Fault("connection_ack", "response", lambda _text: [frame.encode()]))
        self.query(proxied_client, local, tmp_path)
        assert (tmp_path / "result.csv").exists()

    @pytest.mark.parametrize(
        "url", ["http://objects.test/1", "https://[", "", "file:///etc/passwd"]
    )
    def test_export_at_an_unsafe_url_is_not_downloaded(
        self,
        url: str,
        proxy: FaultyProxy,
        local: LocalExchange,
        proxied_client: AvistaDigitalExchange,
        tmp_path: Path,
    ) -> None:
        def falsify(text: bytes) -> list[bytes]:
            frame = json.loads(text)
            frame["payload"]["data"]["onNotifyTimeSeriesQueryExportComplete"]["url"] = url
            return [json.dumps(frame).encode()]

        proxy.expect(Fault("data", "response", falsify))
        with pytest.raises((TransferError, InvalidResponseError)):
            self.query(proxied_client, local, tmp_path)
        assert not [*tmp_path.iterdir()]
