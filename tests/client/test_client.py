"""Making an exchange, and closing it."""

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


def public_calls(door: type) -> dict[str, object]:
    return {
        name: getattr(door, name)
        for name in dir(door)
        if not name.startswith("_") and callable(getattr(door, name))
    }


class TestConstruction:
    def test_without_an_endpoint_it_speaks_to_production(self, connect: Connect) -> None:
        assert PRODUCTION in repr(connect("token"))

    def test_the_endpoint_can_be_given(self, connect: Connect, local: LocalExchange) -> None:
        exchange = connect(local.token, endpoint=local.endpoint)
        assert exchange.getUserInfo().firstName == "Ada"

    def test_token_and_endpoint_come_from_the_environment(
        self, connect: Connect, local: LocalExchange, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AVISTA_DX_TOKEN", local.token)
        monkeypatch.setenv("AVISTA_DX_ENDPOINT", local.endpoint)
        assert connect().getUserInfo().firstName == "Ada"

    def test_what_is_given_goes_before_the_environment(
        self, connect: Connect, local: LocalExchange, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AVISTA_DX_TOKEN", "a-token-nobody-knows")
        monkeypatch.setenv("AVISTA_DX_ENDPOINT", "https://nobody-is-here.test/graphql")
        exchange = connect(local.token, endpoint=local.endpoint)
        assert exchange.getUserInfo().firstName == "Ada"

    def test_a_missing_token_is_a_clear_error(self, door: ClientFactory) -> None:
        with pytest.raises(InvalidParameterError, match=r"token is missing: .*AVISTA_DX_TOKEN"):
            door()

    @pytest.mark.parametrize("token", ["", "  ", "two words", "line\nbreak", "tökén", 7, b"bytes"])
    def test_what_is_no_token_is_refused_and_not_repeated(
        self, door: ClientFactory, token: object
    ) -> None:
        with pytest.raises(InvalidParameterError, match=r"^token must be ") as caught:
            door(token)
        assert repr(token) not in str(caught.value)

    def test_an_empty_token_in_the_environment_is_refused(
        self, door: ClientFactory, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AVISTA_DX_TOKEN", "")
        with pytest.raises(InvalidParameterError, match=r"^token must be "):
            door()

    def test_a_line_end_after_the_token_is_forgiven(
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
    def test_an_endpoint_that_would_show_the_token_is_refused(
        self, door: ClientFactory, endpoint: object
    ) -> None:
        with pytest.raises(InvalidParameterError, match=r"endpoint must be an https:// URL"):
            door("token", endpoint=endpoint)

    @pytest.mark.parametrize(
        "form",
        ["{}/", " {}", "{}\n", "\t{} \r\n", "{}//"],
        ids=["slash", "blank before", "line end", "blanks around", "slashes"],
    )
    def test_endpoint_that_was_pasted_with_something_more_works(
        self, form: str, connect: Connect, local: LocalExchange, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pasted = form.format(local.endpoint)
        assert connect(local.token, endpoint=pasted).getUserInfo().firstName == "Ada"
        monkeypatch.setenv("AVISTA_DX_ENDPOINT", pasted)
        assert connect(local.token).getUserInfo().firstName == "Ada"

    def test_endpoint_with_doubled_slashes_works(
        self, connect: Connect, local: LocalExchange
    ) -> None:
        pasted = local.endpoint.replace("/graphql", "//graphql")
        assert connect(local.token, endpoint=pasted).getUserInfo().firstName == "Ada"

    def test_blank_endpoint_in_the_environment_is_as_none(
        self, connect: Connect, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AVISTA_DX_ENDPOINT", " \n")
        assert PRODUCTION in repr(connect("token"))

    @pytest.mark.parametrize("timeout", [0, -1, "60", None, True, float("nan"), float("inf")])
    def test_a_timeout_that_is_no_duration_is_refused(
        self, door: ClientFactory, timeout: object
    ) -> None:
        with pytest.raises(
            InvalidParameterError, match=r"timeout must be a positive number of seconds"
        ):
            door("token", timeout=timeout)

    @pytest.mark.parametrize("debug", ["yes", 1, None])
    def test_debug_is_true_or_false(self, door: ClientFactory, debug: object) -> None:
        with pytest.raises(InvalidParameterError, match=r"debug must be True or False, got a "):
            door("token", debug)

    def test_endpoint_and_timeout_are_given_by_name_only(self, door: ClientFactory) -> None:
        with pytest.raises(TypeError):
            door("token", False, PRODUCTION)


class TestClosing:
    def test_a_with_block_closes_it(self, door: ClientFactory, local: LocalExchange) -> None:
        with door(local.token, endpoint=local.endpoint) as exchange:
            assert exchange.getUserInfo().firstName == "Ada"
        with pytest.raises(ExchangeClosedError, match="was closed"):
            exchange.getUserInfo()

    def test_an_upload_after_it_leaves_no_doubt_that_nothing_was_sent(
        self, door: ClientFactory, local: LocalExchange, tmp_path: Path
    ) -> None:
        (tmp_path / "load.csv").write_text("1,2\n")
        with door(local.token, endpoint=local.endpoint) as exchange:
            pass
        with pytest.raises(ExchangeClosedError) as caught:
            exchange.uploadFileToDataStore(
                local.dataStoreId, local.homeDirectoryId, tmp_path / "load.csv"
            )
        assert not caught.value.mayHaveSucceeded
        assert not hasattr(caught.value, "__notes__")

    def test_closing_twice_changes_nothing(self, connect: Connect, local: LocalExchange) -> None:
        exchange = connect(local.token, endpoint=local.endpoint)
        exchange.getUserInfo()
        exchange.close()


class TestTheToken:
    def test_it_is_in_no_representation(self, connect: Connect) -> None:
        exchange = connect("a-very-secret-token")
        shown = [repr(exchange), str(exchange), f"{exchange}", repr(vars(exchange))]
        assert not any("a-very-secret-token" in text for text in shown)

    def test_it_is_sent_as_it_is(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        fake_platform.add_data("user_getUserSession", USER)
        fake_platform_client.getUserInfo()
        assert fake_platform.requests[0].headers["Authorization"] == TOKEN

    def test_a_refused_one_is_an_error(self, connect: Connect, local: LocalExchange) -> None:
        with pytest.raises(UnauthorizedError):
            connect("a-token-nobody-knows", endpoint=local.endpoint).getUserInfo()


class TestTheTwoDoors:
    def test_they_have_every_documented_call(self) -> None:
        for door in (AvistaDigitalExchange, AsyncAvistaDigitalExchange):
            assert set(CALLS) <= public_calls(door).keys()

    def test_they_have_the_same_calls(self) -> None:
        blocking = public_calls(AvistaDigitalExchange).keys()
        assert blocking == public_calls(AsyncAvistaDigitalExchange).keys()

    @pytest.mark.parametrize("name", [*CALLS, "__init__", "close"])
    def test_calls_of_both_clients_take_the_same_arguments(self, name: str) -> None:
        sync_call = inspect.signature(getattr(AvistaDigitalExchange, name))
        async_call = inspect.signature(getattr(AsyncAvistaDigitalExchange, name))
        assert list(sync_call.parameters.values()) == list(async_call.parameters.values())

    @pytest.mark.parametrize("name", CALLS)
    def test_one_blocks_and_the_other_is_awaited(self, name: str) -> None:
        assert not inspect.iscoroutinefunction(getattr(AvistaDigitalExchange, name))
        assert inspect.iscoroutinefunction(getattr(AsyncAvistaDigitalExchange, name))

    def test_the_blocking_one_works_inside_a_running_event_loop(self, local: LocalExchange) -> None:
        async def notebook_cell() -> str | None:
            with AvistaDigitalExchange(local.token, endpoint=local.endpoint) as exchange:
                return exchange.getUserInfo().firstName

        assert asyncio.run(notebook_cell()) == "Ada"

    def test_the_async_one_does_many_things_at_a_time(self, local: LocalExchange) -> None:
        async def many() -> list[object]:
            endpoint = local.endpoint
            async with AsyncAvistaDigitalExchange(local.token, endpoint=endpoint) as exchange:
                return await asyncio.gather(*(exchange.getUserInfo() for _ in range(20)))

        users = asyncio.run(many())
        assert len(users) == 20
        assert len({repr(user) for user in users}) == 1
