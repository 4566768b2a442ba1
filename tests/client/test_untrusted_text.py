"""Strings from servers are escaped: no control characters, no additional lines."""

import io
import json
import logging
import traceback
from collections.abc import Iterator

import pytest

from avista_digital_exchange_sdk import (
    DigitalExchangeError,
    InvalidParameterError,
    MeasureValueType,
    PathNotFoundError,
    TransferError,
)
from avista_digital_exchange_sdk._escaping import escape_controls
from avista_digital_exchange_sdk._generated.fragments import DataStoreDirectory
from avista_digital_exchange_sdk._utils.progress import ProgressReporter

from ..conftest import Connect
from ..services.storage.test_data_stores import FILE
from ..support.fake_platform import (
    ENDPOINT,
    TOKEN,
    FakePlatform,
    FakeResponse,
    error_response,
    graphql_error,
)

FORGED = "x\nERROR:root:forged\r\x1b[31m\x1b]0;title\x07\x9b31m\u202egnp\u2028z\x7f"
VISIBLE = r"x\nERROR:root:forged\r\x1b[31m\x1b]0;title\x07\x9b31m\u202egnp\u2028z\x7f"
URL = "https://objects.test/1?X-Amz-Signature=5ec7e7"


class TestEscapes:
    @pytest.mark.parametrize(
        "character",
        [
            *map(chr, range(0x20)),
            *map(chr, range(0x7F, 0xA0)),
            *"\u061c\u200b\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2060\ufeff",
            *"\u2066\u2067\u2068\u2069\U000e0041\ud800\udfff",
        ],
        ids=ascii,
    )
    def test_invisible_character_is_escaped(self, character: str) -> None:
        visible = escape_controls(f"a{character}b")
        assert visible.isascii()
        assert visible.isprintable()
        assert visible.encode().decode("unicode_escape") == f"a{character}b"

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "Power [kW] 5 % $x$ <b> \\n",
            "10\u00a0000 kW",
            "\u5927\u962a\u3000\u99c5",
            "\N{WOMAN}\u200d\N{PERSONAL COMPUTER}",
            "\u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
            "Z\u0301urich",
            "\ue0b0",
        ],
        ids=ascii,
    )
    def test_visible_string_is_unchanged(self, text: str) -> None:
        assert escape_controls(text) == text

    def test_escaping_twice_changes_nothing(self) -> None:
        assert escape_controls(VISIBLE) == escape_controls(FORGED) == VISIBLE


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """The log of a program at DEBUG."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(levelname)s:%(name)s:%(message)s"))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def assert_text(*shown: str) -> None:
    """Check that a string has no additional lines and no control characters."""
    for text in shown:
        for line in text.split("\n"):
            assert line == escape_controls(line)
            assert not line.startswith("ERROR:root:forged")


ANSWERS = {
    "message": error_response(graphql_error("Odd", FORGED)),
    "type": error_response(graphql_error(FORGED, "x")),
    "entry": {"errors": [FORGED]},
    "request id": FakeResponse(
        400,
        json.dumps(error_response(graphql_error("Odd", "x"))).encode(),
        {"x-amzn-requestid": "a\x1b[31m\x9bb"},
    ),
    "shape": {"data": {"user_getUserSession": {"user": {FORGED: 1}}}},
}


class TestErrorsAndLogs:
    @pytest.mark.parametrize("response", ANSWERS.values(), ids=ANSWERS.keys())
    def test_error_of_the_platform_is_escaped(
        self, response: object, fake_platform: FakePlatform, connect: Connect, log: io.StringIO
    ) -> None:
        fake_platform.add_responses("user_getUserSession", response, response)
        exchange = connect(TOKEN, True, endpoint=ENDPOINT, maxRetries=1)
        with pytest.raises(DigitalExchangeError) as caught:
            exchange.getUserInfo()
        assert_text(str(caught.value), repr(caught.value), log.getvalue())
        assert "\n" not in str(caught.value)
        assert_text(*traceback.format_exception_only(caught.value))
        assert_text(str(getattr(caught.value, "requestId", "")))

    @pytest.mark.parametrize(
        "response",
        [
            FakeResponse(403, f"<Code>{FORGED}</Code><Message>{FORGED}</Message>".encode()),
            FakeResponse(200, b"1", {"Content-Range": "\x1b[31m", "Content-Length": "9"}),
        ],
    )
    def test_error_of_the_storage_is_escaped(
        self,
        response: FakeResponse,
        fake_platform: FakePlatform,
        connect: Connect,
        tmp_path: object,
        log: io.StringIO,
    ) -> None:
        data = {
            "storage_getDataStoreFile": {**FILE, "name": FORGED},
            "storage_getDataStoreFileDownloadUrl": {"itemId": "1", "url": URL},
        }
        fake_platform.add_responses("storage_getDataStoreFileDownload", {"data": data})
        fake_platform.add_url_responses(f"GET {URL}", response)
        exchange = connect(TOKEN, True, endpoint=ENDPOINT, maxRetries=0)
        with pytest.raises(TransferError) as caught:
            exchange.downloadDataStoreFile("file", tmp_path)
        assert_text(*traceback.format_exception_only(caught.value), log.getvalue())

    def test_file_name_in_the_log_is_escaped(
        self, fake_platform: FakePlatform, connect: Connect, tmp_path: object, log: io.StringIO
    ) -> None:
        data = {
            "storage_getDataStoreFile": {**FILE, "name": FORGED},
            "storage_getDataStoreFileDownloadUrl": {"itemId": "1", "url": URL},
        }
        fake_platform.add_responses("storage_getDataStoreFileDownload", {"data": data})
        fake_platform.add_url_responses(f"GET {URL}", FakeResponse(200, b"1"))
        connect(TOKEN, True, endpoint=ENDPOINT).downloadDataStoreFile("file", tmp_path)
        assert f"{VISIBLE}.csv: 1 bytes downloaded" in log.getvalue()
        assert_text(log.getvalue())

    @pytest.mark.parametrize("kind", [DigitalExchangeError, InvalidParameterError, TransferError])
    def test_error_message_is_one_line(self, kind: type[DigitalExchangeError]) -> None:
        assert str(kind(FORGED)) == VISIBLE
        assert kind(FORGED).args == (FORGED,)

    def test_operating_system_error_is_one_line(self) -> None:
        assert str(PathNotFoundError(FORGED)) == VISIBLE


class TestPrinting:
    def test_directory_contents_are_escaped_when_printed(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        directory = {"dataStoreDirectoryId": FORGED, "name": FORGED, "contents": []}
        DataStoreDirectory.model_validate(directory).printContents()
        inner = {"dataStoreDirectory": directory, "objectType": "DIRECTORY"}
        DataStoreDirectory.model_validate({**directory, "contents": [inner]}).printContents()
        printed = capsys.readouterr().out
        assert printed == f"{VISIBLE}/ is empty\n{VISIBLE}/  {VISIBLE}\n"

    def test_objects_are_escaped_when_printed(self) -> None:
        directory = DataStoreDirectory(dataStoreDirectoryId=FORGED, name=FORGED)
        added = MeasureValueType(FORGED)
        assert_text(repr(directory), str(directory), repr(added), repr([added]))
        assert added.value == added == FORGED

    def test_progress_bar_escapes_the_name(self, capsys: pytest.CaptureFixture[str]) -> None:
        with ProgressReporter(True).track(FORGED) as report:
            assert report is not None
            report(1, 2)
        written = capsys.readouterr().err
        assert VISIBLE in written
        assert "\x1b]0;" not in written
        assert "forged\r" not in written
