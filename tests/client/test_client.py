"""Creating and closing clients."""

import asyncio
import inspect
from pathlib import Path

import pytest

from avista_digital_exchange_sdk import (
    AsyncAvistaDigitalExchange,
    AvistaDigitalExchange,
    ExchangeClosedError,
    InvalidParameterError,
    UnauthorizedError,
)
from avista_digital_exchange_sdk.local import LocalExchange

from ..conftest import Connect
from ..support.clients import ClientFactory
from ..support.fake_platform import TOKEN, FakePlatform

PRODUCTION = "https://rrfs7pb7ancybo7bom7uxcsaxq.appsync-api.us-west-2.amazonaws.com/graphql"
USER = {"user": {"userId": "u1", "firstName": "Ada", "lastName": "L", "organization": None}}

CALLS = [
    "getUserInfo",
    "listDataStores",
    "getDataStore",
    "getDataStoreDirectory",
    "getDataStoreFileMeta",
    "downloadDataStoreFile",
    "uploadFileToDataStore",
    "deleteDataStoreFile",
    "listTimeSeriesDatabases",
    "getTimeSeriesDatabase",
    "listTimeSeriesAssetsAndLatestValues",
    "createTimeSeriesMeasureValue",
    "createTimeSeriesDimension",
    "createTimeSeriesInputRecord",
    "publishToTimeSeriesDatabase",
    "queryTimeSeriesDatabaseWithFilters",
]


def public_calls(client_type: type) -> dict[str, object]:
    return {
        name: getattr(client_type, name)
        for name in dir(client_type)
        if not name.startswith("_") and callable(getattr(client_type, name))
    }


class TestConstruction:
    def test_client_without_an_endpoint_uses_production(self, connect: Connect) -> None:
        assert PRODUCTION in repr(connect("token"))

    def test_client_uses_the_endpoint_argument(
        self, connect: Connect, local: LocalExchange
    ) -> None:
        exchange = connect(local.token, endpoint=local.endpoint)
        assert exchange.getUserInfo().firstName == "Ada"

    def test_client_reads_token_and_endpoint_from_the_environment(
        self, connect: Connect, local: LocalExchange, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AVISTA_DX_TOKEN", local.token)
        monkeypatch.setenv("AVISTA_DX_ENDPOINT", local.endpoint)
        assert connect().getUserInfo().firstName == "Ada"

    def test_client_prefers_arguments_to_the_environment(
        self, connect: Connect, local: LocalExchange, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AVISTA_DX_TOKEN", "a-token-nobody-knows")
        monkeypatch.setenv("AVISTA_DX_ENDPOINT", "https://nobody-is-here.test/graphql")
        exchange = connect(local.token, endpoint=local.endpoint)
        assert exchange.getUserInfo().firstName == "Ada"

    def test_client_without_a_token_raises_a_clear_error(
        self, create_client: ClientFactory
    ) -> None:
        with pytest.raises(InvalidParameterError, match=r"token is missing: .*AVISTA_DX_TOKEN"):
            create_client()

    @pytest.mark.parametrize("token", ["", "  ", "two words", "line\nbreak", "tökén", 7, b"bytes"])
    def test_client_refuses_an_invalid_token_without_repeating_it(
        self, create_client: ClientFactory, token: object
    ) -> None:
        with pytest.raises(InvalidParameterError, match=r"^token must be ") as caught:
            create_client(token)
        assert repr(token) not in str(caught.value)

    def test_client_refuses_an_empty_token_in_the_environment(
        self, create_client: ClientFactory, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AVISTA_DX_TOKEN", "")
        with pytest.raises(InvalidParameterError, match=r"^AVISTA_DX_TOKEN must be "):
            create_client()

    def test_client_accepts_a_line_end_after_the_token(
        self, connect: Connect, local: LocalExchange
    ) -> None:
        exchange = connect(f"{local.token}\n", endpoint=local.endpoint)
        assert exchange.getUserInfo().firstName == "Ada"

    @pytest.mark.parametrize(
        "endpoint",
        [
            "http://exchange.example/graphql",
            "exchange.example/graphql",
            "ftp://exchange.example",
            "https://",
            "https:// exchange.example/graphql",
            "https://exchange.example/gra phql",
            "https://exchange.example/graphql\nhttps://other.example",
            " ",
            "http://127.0.0.1.example/graphql",
            "http://[::1/graphql",
            7,
        ],
    )
    def test_client_refuses_an_endpoint_that_would_expose_the_token(
        self, create_client: ClientFactory, endpoint: object
    ) -> None:
        with pytest.raises(InvalidParameterError, match=r"endpoint must be an https:// URL"):
            create_client("token", endpoint=endpoint)

    @pytest.mark.parametrize(
        "form",
        ["{}/", " {}", "{}\n", "\t{} \r\n", "{}//"],
        ids=["slash", "blank before", "line end", "blanks around", "slashes"],
    )
    def test_client_accepts_pasted_forms_of_the_endpoint(
        self, form: str, connect: Connect, local: LocalExchange, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pasted = form.format(local.endpoint)
        assert connect(local.token, endpoint=pasted).getUserInfo().firstName == "Ada"
        monkeypatch.setenv("AVISTA_DX_ENDPOINT", pasted)
        assert connect(local.token).getUserInfo().firstName == "Ada"

    def test_client_accepts_an_endpoint_with_doubled_slashes(
        self, connect: Connect, local: LocalExchange
    ) -> None:
        pasted = local.endpoint.replace("/graphql", "//graphql")
        assert connect(local.token, endpoint=pasted).getUserInfo().firstName == "Ada"

    def test_client_treats_a_blank_endpoint_in_the_environment_as_unset(
        self, connect: Connect, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AVISTA_DX_ENDPOINT", " \n")
        assert PRODUCTION in repr(connect("token"))

    @pytest.mark.parametrize("timeout", [0, -1, "60", None, True, float("nan"), float("inf")])
    def test_client_refuses_an_invalid_timeout(
        self, create_client: ClientFactory, timeout: object
    ) -> None:
        with pytest.raises(
            InvalidParameterError, match=r"timeout must be a positive number of seconds"
        ):
            create_client("token", timeout=timeout)

    @pytest.mark.parametrize("debug", ["yes", 1, None])
    def test_client_refuses_a_debug_flag_that_is_no_boolean(
        self, create_client: ClientFactory, debug: object
    ) -> None:
        with pytest.raises(InvalidParameterError, match=r"debug must be True or False, got a "):
            create_client("token", debug)

    def test_client_takes_endpoint_and_timeout_by_keyword_only(
        self, create_client: ClientFactory
    ) -> None:
        with pytest.raises(TypeError):
            create_client("token", False, PRODUCTION)


class TestClosing:
    def test_client_is_closed_by_a_with_block(
        self, create_client: ClientFactory, local: LocalExchange
    ) -> None:
        with create_client(local.token, endpoint=local.endpoint) as exchange:
            assert exchange.getUserInfo().firstName == "Ada"
        with pytest.raises(ExchangeClosedError, match="is closed"):
            exchange.getUserInfo()

    def test_upload_after_close_reports_that_nothing_was_sent(
        self, create_client: ClientFactory, local: LocalExchange, tmp_path: Path
    ) -> None:
        (tmp_path / "load.csv").write_text("1,2\n")
        with create_client(local.token, endpoint=local.endpoint) as exchange:
            pass
        with pytest.raises(ExchangeClosedError) as caught:
            exchange.uploadFileToDataStore(
                local.dataStoreId, local.homeDirectoryId, tmp_path / "load.csv"
            )
        assert not caught.value.mayHaveSucceeded
        assert not hasattr(caught.value, "__notes__")

    def test_client_closed_twice_does_nothing(self, connect: Connect, local: LocalExchange) -> None:
        exchange = connect(local.token, endpoint=local.endpoint)
        exchange.getUserInfo()
        exchange.close()


class TestToken:
    def test_token_is_in_no_representation(self, connect: Connect) -> None:
        exchange = connect("a-very-secret-token")
        shown = [repr(exchange), str(exchange), f"{exchange}", repr(vars(exchange))]
        assert not any("a-very-secret-token" in text for text in shown)

    def test_token_is_sent_unchanged(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        fake_platform.add_data("user_getUserSession", USER)
        fake_platform_client.getUserInfo()
        assert fake_platform.requests[0].headers["Authorization"] == TOKEN

    def test_token_that_is_rejected_raises_an_error(
        self, connect: Connect, local: LocalExchange
    ) -> None:
        with pytest.raises(UnauthorizedError):
            connect("a-token-nobody-knows", endpoint=local.endpoint).getUserInfo()


class TestSyncAndAsyncClients:
    def test_clients_have_every_documented_call(self) -> None:
        for client_type in (AvistaDigitalExchange, AsyncAvistaDigitalExchange):
            assert set(CALLS) <= public_calls(client_type).keys()

    def test_clients_have_the_same_calls(self) -> None:
        sync_calls = public_calls(AvistaDigitalExchange).keys()
        assert sync_calls == public_calls(AsyncAvistaDigitalExchange).keys()

    @pytest.mark.parametrize("name", [*CALLS, "__init__", "close"])
    def test_clients_take_the_same_arguments(self, name: str) -> None:
        sync_call = inspect.signature(getattr(AvistaDigitalExchange, name))
        async_call = inspect.signature(getattr(AsyncAvistaDigitalExchange, name))
        assert list(sync_call.parameters.values()) == list(async_call.parameters.values())

    @pytest.mark.parametrize("name", CALLS)
    def test_sync_calls_return_values_and_async_calls_coroutines(self, name: str) -> None:
        assert not inspect.iscoroutinefunction(getattr(AvistaDigitalExchange, name))
        assert inspect.iscoroutinefunction(getattr(AsyncAvistaDigitalExchange, name))

    def test_sync_client_works_inside_a_running_event_loop(self, local: LocalExchange) -> None:
        async def notebook_cell() -> str | None:
            with AvistaDigitalExchange(local.token, endpoint=local.endpoint) as exchange:
                return exchange.getUserInfo().firstName

        assert asyncio.run(notebook_cell()) == "Ada"

    def test_async_client_runs_calls_concurrently(self, local: LocalExchange) -> None:
        async def many() -> list[object]:
            endpoint = local.endpoint
            async with AsyncAvistaDigitalExchange(local.token, endpoint=endpoint) as exchange:
                return await asyncio.gather(*(exchange.getUserInfo() for _ in range(20)))

        users = asyncio.run(many())
        assert len(users) == 20
        assert len({repr(user) for user in users}) == 1
