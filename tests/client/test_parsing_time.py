"""Parsing of untrusted strings takes time proportional to their length."""

import time
from collections.abc import Callable

import pytest

from avista_digital_exchange_sdk import AvistaDigitalExchange, InvalidParameterError
from avista_digital_exchange_sdk._plotting.panels import split_unit
from avista_digital_exchange_sdk.local.timestream_sql.show_statements import _like
from avista_digital_exchange_sdk.local.values import parse_value

LENGTH = 50_000
SECONDS = 2


def check_double(text: str) -> None:
    with AvistaDigitalExchange("token") as exchange, pytest.raises(InvalidParameterError):
        exchange.createTimeSeriesMeasureValue("kW", "DOUBLE", text)


def parse_double(text: str) -> None:
    with pytest.raises(ValueError, match="DOUBLE"):
        parse_value("DOUBLE", text, "SECONDS")


def match_name(pattern: str) -> None:
    assert not _like(pattern)("a" * 256)


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (check_double, "1" * LENGTH + "x"),
        (parse_double, "1" * LENGTH + "x"),
        (split_unit, " " * LENGTH),
        (split_unit, "( " * LENGTH),
        (split_unit, "a" + " " * LENGTH + ")"),
        (match_name, "%a" * 30 + "%b"),
        (match_name, "%a_" * 30 + "%b%"),
    ],
)
def test_string_is_parsed_in_time_proportional_to_its_length(
    read: Callable[[str], object], text: str
) -> None:
    started = time.process_time()
    read(text)
    assert time.process_time() - started < SECONDS


@pytest.mark.parametrize(
    ("pattern", "name", "matches"),
    [
        ("", "", True),
        ("%", "meter", True),
        ("me_er", "meter", True),
        ("m%t%r", "meter", True),
        ("%e%e%", "meter", True),
        ("%eter%r", "meter", False),
        ("%er", "meter", True),
        ("m%", "solar", False),
        ("%.%", "meter", False),
        ("%%t%%", "meter", True),
    ],
)
def test_like_pattern_matches_names(pattern: str, name: str, matches: bool) -> None:
    assert _like(pattern)(name) is matches
