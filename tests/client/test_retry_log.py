"""What is logged about retries: each at INFO, and at WARNING that there are no more."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from avista_digital_exchange_sdk import DigitalExchangeError
from avista_digital_exchange_sdk.local import LocalExchange

from ..conftest import Connect
from ..support.options import use_options

LOGGER = "avista_digital_exchange_sdk"


@pytest.fixture
def faulty(local: LocalExchange, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalExchange]:
    """The shared exchange, whose faults are removed afterwards; clients retry at once."""
    use_options(monkeypatch, initial_retry_delay=0)
    yield local
    local.resetConditions()


def levels(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.levelname for record in caplog.records if record.name == LOGGER]


def test_retries_are_logged_at_info(
    faulty: LocalExchange, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, LOGGER)
    faulty.fail("getUserInfo", "serverError", times=2)
    connect(faulty.token, endpoint=faulty.endpoint).getUserInfo()
    assert levels(caplog) == ["INFO", "INFO"]
    assert caplog.text.count("retrying in") == 2


def test_end_of_retries_is_logged_at_warning(
    faulty: LocalExchange, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    faulty.fail("getUserInfo", "serverError")
    with pytest.raises(DigitalExchangeError):
        connect(faulty.token, endpoint=faulty.endpoint, maxRetries=2).getUserInfo()
    assert levels(caplog) == ["WARNING"]
    assert "InternalFailure: Internal server error" in caplog.text
    assert "giving up after 2 retries" in caplog.text


def test_end_of_retries_of_a_transfer_is_logged_at_warning(
    faulty: LocalExchange, connect: Connect, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text("x")
    exchange = connect(faulty.token, endpoint=faulty.endpoint, maxRetries=1)
    faulty.fail("upload", "throttle")
    with pytest.raises(DigitalExchangeError):
        exchange.uploadFileToDataStore(
            faulty.dataStoreId, faulty.homeDirectoryId, tmp_path / "a.csv"
        )
    assert levels(caplog) == ["WARNING"]
    assert "giving up after 1 retry" in caplog.text
    assert "Signature" not in caplog.text


@pytest.mark.parametrize(
    ("kind", "options"), [("serverError", {"maxRetries": 0}), ("unauthorized", {})]
)
def test_error_that_is_not_retried_is_not_logged(
    faulty: LocalExchange,
    connect: Connect,
    caplog: pytest.LogCaptureFixture,
    kind: str,
    options: dict[str, int],
) -> None:
    caplog.set_level(logging.INFO, LOGGER)
    faulty.fail("getUserInfo", kind)
    with pytest.raises(DigitalExchangeError):
        connect(faulty.token, endpoint=faulty.endpoint, **options).getUserInfo()
    assert levels(caplog) == []


def test_retry_after_that_is_too_long_is_given_up_after_earlier_retries(
    faulty: LocalExchange, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    faulty.fail("getUserInfo", "throttle", times=1)
    faulty.fail("getUserInfo", "throttle", retryAfter=3600)
    with pytest.raises(DigitalExchangeError):
        connect(faulty.token, endpoint=faulty.endpoint).getUserInfo()
    assert levels(caplog) == ["WARNING"]
    assert "giving up after 1 retry" in caplog.text
