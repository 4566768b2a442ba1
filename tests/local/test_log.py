"""Log messages of the Local Exchange with user input are escaped."""

import importlib
import io
import logging
from collections.abc import Iterator

import pytest

from avista_digital_exchange_sdk.local import server

FORGED = "x\nERROR:root:forged\x1b[31m\x9b"
VISIBLE = r"x\nERROR:root:forged\x1b[31m\x9b"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """The log of a program."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(levelname)s:%(name)s:%(message)s"))
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


def assert_in_its_lines(text: str) -> None:
    assert VISIBLE in text
    assert not {"\x1b", "\x9b"} & set(text)
    assert not [line for line in text.split("\n") if line.startswith("ERROR:root:forged")]


@pytest.mark.parametrize(
    "module", ["server", "graphql.responses", "query_engine.engine", "timestream_sql.query"]
)
def test_log_of_user_input_is_escaped(module: str, log: io.StringIO) -> None:
    name = f"avista_digital_exchange_sdk.local.{module}"
    importlib.import_module(name)
    logging.getLogger(name).warning("A query was not understood: %s", FORGED)
    assert_in_its_lines(log.getvalue())


def test_log_of_an_exception_is_escaped_except_for_its_frames(log: io.StringIO) -> None:
    try:
        try:
            raise ValueError(FORGED)
        except ValueError as error:
            raise KeyError(FORGED) from error
    except KeyError:
        server.logger.exception("Request %s failed", FORGED)
    text = log.getvalue()
    assert_in_its_lines(text)
    assert f"builtins.ValueError: {VISIBLE}\n\nwhich caused\n" in text
    assert "raise KeyError(FORGED) from error\n" in text
