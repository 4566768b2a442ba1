"""The fixtures for users' tests, in separate test runs."""

import textwrap

import pytest

from ..support.documents import ROOT, examples_of

pytest_plugins = ["pytester"]

GUIDE = ROOT / "docs" / "guides" / "testing.md"

FRESH = """
    import pytest

    @pytest.mark.parametrize("turn", range(6))
    def test_everything_is_as_in_the_beginning(turn, digital_exchange, local_exchange, tmp_path):
        home = local_exchange.homeDirectoryId
        database = local_exchange.timeSeriesDbId
        assert digital_exchange.getDataStoreDirectory(home).contents == []
        assert digital_exchange.listTimeSeriesAssetsAndLatestValues(database) == []
        (tmp_path / "load.csv").write_text("12.5")
        digital_exchange.uploadFileToDataStore(
            local_exchange.dataStoreId, home, tmp_path / "load.csv"
        )
        record = digital_exchange.createTimeSeriesInputRecord(1, "SECONDS", "kW", "DOUBLE", 1)
        digital_exchange.publishToTimeSeriesDatabase(database, "meter", [record])
"""


def passed(result: pytest.RunResult, count: int) -> None:
    assert result.ret == 0, result.stdout.str()
    result.assert_outcomes(passed=count)


def test_guide_has_examples_of_the_plugin_that_pass(pytester: pytest.Pytester) -> None:
    example = "\n".join(block.code for block in examples_of(GUIDE, "python"))
    pytester.makepyfile(example)
    passed(pytester.runpytest_subprocess("-W", "error"), example.count("\ndef test_"))


@pytest.mark.parametrize("processes", ["0", "2"])
def test_plugin_gives_each_test_a_fresh_state(pytester: pytest.Pytester, processes: str) -> None:
    pytester.makepyfile(FRESH)
    passed(pytester.runpytest_subprocess("-n", processes), 6)


def test_plugin_sets_and_restores_the_environment(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AVISTA_DX_TOKEN", "mine")
    monkeypatch.delenv("AVISTA_DX_ENDPOINT", raising=False)
    pytester.makepyfile(
        """
        import os
        from avista_digital_exchange_sdk import AvistaDigitalExchange

        def test_while_it_is_used(local_exchange):
            with AvistaDigitalExchange() as exchange:
                assert exchange.getUserInfo().firstName == "Ada"

        def test_afterwards():
            assert os.environ["AVISTA_DX_TOKEN"] == "mine"
            assert "AVISTA_DX_ENDPOINT" not in os.environ
        """
    )
    passed(pytester.runpytest_subprocess("-p", "no:randomly"), 2)


TROUBLE = """
    from avista_digital_exchange_sdk.local import LocalExchange

    def test_trouble(local_exchange: LocalExchange):
        local_exchange.fail("*")
        local_exchange.delay("*", 60)
        local_exchange.latency = 60
        local_exchange.throttle = 0.001

    @pytest.fixture
    def own(local_exchange):
        yield
        local_exchange.fail("*", "timeout")

    def test_trouble_of_a_fixture(own):
        pass

    def test_none(local_exchange, digital_exchange):
        assert (local_exchange.latency, local_exchange.throttle) == (0, None)
        assert digital_exchange.getUserInfo().firstName == "Ada"
"""


def test_plugin_resets_failures_latency_and_throttle_after_each_test(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile("import pytest\n" + textwrap.dedent(TROUBLE))
    passed(pytester.runpytest_subprocess(), 3)


ASYNC = """
    import asyncio
    import pytest
    from avista_digital_exchange_sdk import AsyncAvistaDigitalExchange, ServerError

    @pytest.fixture
    def anyio_backend():
        return "asyncio"

    async def get_name(exchange):
        return (await exchange.getUserInfo()).firstName

    @pytest.mark.anyio
    async def test_with_anyio(local_exchange, async_digital_exchange):
        with local_exchange.fail("getUserInfo", "serverError", times=1) as fault:
            assert await get_name(async_digital_exchange) == "Ada"
        assert fault.count == 1

    @pytest.mark.anyio
    async def test_own_client_with_anyio(local_exchange):
        local_exchange.fail("getUserInfo", "serverError")
        async with AsyncAvistaDigitalExchange(maxRetries=0) as exchange:
            with pytest.raises(ServerError):
                await exchange.getUserInfo()

    def test_with_asyncio(async_digital_exchange):
        for _ in range(2):
            assert asyncio.run(get_name(async_digital_exchange)) == "Ada"

    def test_that_does_not_use_it(async_digital_exchange):
        pass
"""


def test_plugin_has_an_async_client_that_leaves_nothing_open(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(ASYNC)
    result = pytester.runpytest_subprocess("-W", "error")
    passed(result, 4)


def test_plugin_imports_nothing_in_runs_that_do_not_use_it(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys

        def test_nothing():
            names = {name.partition(".")[0] for name in sys.modules}
            assert not names & {"avista_digital_exchange_sdk", "pydantic", "uvicorn"}
            assert "avista_digital_exchange_pytest" in names
        """
    )
    passed(pytester.runpytest_subprocess(), 1)


def test_plugin_without_the_local_extra_says_what_to_install(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("import sys; sys.modules['ariadne'] = None")
    pytester.makepyfile("def test_it(local_exchange): pass")
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(['*required: pip install anyio "ariadne*" duckdb *'])
