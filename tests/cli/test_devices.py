"""The commands `iot`, `capture` and `tokens`."""

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from pathlib import Path

import pytest

from avista_digital_exchange_sdk import AvistaDigitalExchange
from avista_digital_exchange_sdk.local import LocalExchange

from ..support.command_line import Command
from .conftest import PROGRAM, TIMEOUT_SECONDS

NUMBERS = count(1)
MODEL = [
    {
        "userDefinedId": "mast-1",
        "attributes": [
            {"userDefinedId": "speed", "schemaType": "double"},
            {"userDefinedId": "icing", "schemaType": "boolean"},
        ],
    }
]


@pytest.fixture
def client(local: LocalExchange) -> Iterator[AvistaDigitalExchange]:
    """A client of the owner."""
    with AvistaDigitalExchange(local.token, endpoint=local.endpoint) as client:
        yield client


@pytest.fixture
def endpoint(client: AvistaDigitalExchange, local: LocalExchange) -> str:
    """The unique name of a new endpoint."""
    name = f"Roof {next(NUMBERS)}"
    client.iot.createEndpoint(local.iotHubId, local.modelId, name)
    return name


@pytest.fixture
def capture(client: AvistaDigitalExchange) -> str:
    """The unique name of a new capture that is READY."""
    name = f"Night {next(NUMBERS)}"
    client.dataCapture.updateDataModel(client.dataCapture.createCapture(name).captureId, MODEL)
    return name


class TestIot:
    def test_hubs_models_endpoints_and_groups_are_listed(
        self, dx: Command, local: LocalExchange
    ) -> None:
        assert ["Solar site", local.iotHubId] in [row[:2] for row in dx("iot", "hubs").rows]
        assert local.modelId in [row[1] for row in dx("iot", "models").rows]
        listed = [row[:3] for row in dx("iot", "endpoints", local.iotHubId).rows]
        assert ["Inverter 1", local.iotEndpointId, "Solar site"] in listed
        assert ["Inverters", local.iotGroupId, "Solar site", "1"] in dx("iot", "groups").rows
        for what, identifier in (
            ("hubs", "iotHubId"),
            ("models", "modelId"),
            ("endpoints", "iotEndpointId"),
            ("groups", "iotGroupId"),
        ):
            found = dx("iot", what, "--json").json
            assert getattr(local, identifier) in [entry[identifier] for entry in found]

    def test_published_values_are_queried_and_latest(self, dx: Command, endpoint: str) -> None:
        time = "2024-05-01T00:00:00.125Z"
        result = dx("iot", "publish", endpoint, "Power=4.20", "Status=a=b", "--time", time)
        assert (result.exit_code, result.stdout) == (0, "")
        assert result.stderr == "records written: 1\n"
        latest = {row[1]: row[3:] for row in dx("iot", "values", endpoint).rows}
        assert latest["Power"] == ["4.20", "1714521600125"]
        assert latest["Status"] == ["a=b", "1714521600125"]
        assert latest["Energy"] == ["", ""]
        what = ("iot", "query", endpoint, "--from", "2024-05-01", "--to", "2024-05-02")
        queried = dx(*what, "--attribute", "Power")
        assert queried.rows[0][0] == "iotEndpointId,name,timestamp,Power"
        assert queried.rows[1][0].endswith(f",{endpoint},2024-05-01 00:00:00.125000000,4.20")
        (row,) = dx(*what, "--json").json
        assert (row["Power"], row["Status"]) == (4.2, "a=b")

    def test_query_writes_a_file(self, dx: Command, endpoint: str, tmp_path: Path) -> None:
        dx("iot", "publish", endpoint, "Power=1", "--time", "2024-05-01T00:00:00Z")
        target = tmp_path / "may.json"
        result = dx("iot", "query", endpoint, "--from", "2024-05-01", "-o", target)
        assert (result.stdout, result.stderr) == ("", f"written: {target}\n")
        assert json.loads(target.read_text())[0]["Power"] == 1.0

    def test_files_are_published_with_the_options_of_other_files(
        self, dx: Command, endpoint: str, tmp_path: Path
    ) -> None:
        file = tmp_path / "may.csv"
        file.write_text("timestamp;Power\n2024-05-01 00:00;1,50\n2024-05-01 00:01;2,5\n")
        what = ("publish", endpoint, file, "--iot", "--time-zone", "UTC", "--decimal", ",")
        dry = dx(*what, "--dry-run")
        assert dry.stderr.endswith("values to store: 2 (rows: 2). Nothing was published.\n")
        assert dx(*what).stderr == "values stored: 2 (rows: 2)\n"
        assert dx(*what).stderr.endswith("already in the database: 2\n")
        file.write_text("timestamp;Power\n2024-05-01 00:00;7\n2024-05-01 00:02;3\n")
        result = dx(*what)
        assert result.exit_code == 5
        assert "rows: 1 written, 1 rejected; line 2: the endpoint has a record" in result.stderr
        assert "another value" in (tmp_path / "may.csv.rejected.csv").read_text()

    def test_files_of_endpoints_have_no_options_of_databases(
        self, dx: Command, endpoint: str, tmp_path: Path
    ) -> None:
        file = tmp_path / "may.csv"
        file.write_text("timestamp,power\n2024-05-01T00:00:00Z,1\n")
        for option in ("--asset=a", "--asset-column=power", "--correct", "--type=power=DOUBLE"):
            result = dx("publish", endpoint, file, "--iot", option)
            assert f"{option.partition('=')[0]} must be omitted with --iot" in result.stderr
        result = dx("publish", endpoint, file, "--iot")
        assert "has no telemetry attribute 'power' (did you mean 'Power'?)" in result.stderr

    def test_query_of_nothing_can_fail(self, dx: Command, endpoint: str) -> None:
        result = dx("iot", "query", endpoint, "--from", "2024-05-01", "--fail-empty")
        assert result.exit_code == 4
        assert result.stdout == ""

    @pytest.mark.parametrize("form", ["array", "lines"])
    def test_publish_reads_records_of_a_file(
        self, form: str, dx: Command, endpoint: str, tmp_path: Path
    ) -> None:
        records = [
            {"timestamp": "2024-05-01T00:00:00Z", "attributes": {"Status": "a\u2028b"}},
            {"timestamp": 1714521660, "timeUnit": "SECONDS", "attributes": {"Power": 0.1}},
            {"timestamp": "1714521720000", "attributes": {"Online": True}},
        ]
        text = (
            json.dumps(records, ensure_ascii=False)
            if form == "array"
            else "\n".join(json.dumps(record, ensure_ascii=False) for record in records) + "\n\n"
        )
        path = tmp_path / "records"
        path.write_text(text, "utf-8")
        assert dx("iot", "publish", endpoint, "--file", path).exit_code == 0
        what = ("iot", "query", endpoint, "--from", "2024-05-01", "--to", "2024-05-02", "--json")
        rows = dx(*what).json
        assert [row["Status"] for row in rows] == ["a\u2028b", None, None]
        assert [row["Power"] for row in rows] == [None, 0.1, None]
        assert [row["Online"] for row in rows] == [None, None, True]

    def test_digits_of_numbers_are_kept(self, dx: Command, endpoint: str) -> None:
        text = '{"timestamp": 1, "attributes": {"Power": 0.10000000000000000001}}'
        dx("iot", "publish", endpoint, "--file", "-", input=text)
        assert "0.10000000000000000001" in dx("iot", "values", endpoint).stdout

    def test_exit_code_tells_whether_records_were_rejected(
        self, dx: Command, endpoint: str
    ) -> None:
        good = '{"timestamp": 1, "attributes": {"Power": 1}}'
        bad = '{"timestamp": 2, "attributes": {"Powr": 1}}'
        some = dx("iot", "publish", endpoint, "--file", "-", "--json", input=f"{good}\n{bad}")
        assert some.exit_code == 5
        assert "rejected: 2: UNEXPECTED_ATTRIBUTE" in some.stderr
        assert len(some.json["recordsWritten"]) == len(some.json["failedRecords"]) == 1
        assert dx("iot", "publish", endpoint, "--file", "-", input=good).exit_code == 1

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["Power"], "values must be of the form ATTRIBUTE=VALUE, got 'Power'"),
            (["=1"], "values must be of the form"),
            ([], "either ATTRIBUTE=VALUE"),
            (["Power=1", "--file", "-"], "either ATTRIBUTE=VALUE"),
            (["--file", "-", "--time", "2024-05-01T00:00:00Z"], "either ATTRIBUTE=VALUE"),
            (
                ["Power=1", "--time", "noon"],
                "--time must be an ISO 8601 timestamp with a time zone, such as "
                "\"2022-09-27T10:22:45.000Z\", got 'noon'",
            ),
            (["Power=1", "--time", "2024-05-01"], "--time must be an ISO 8601 timestamp"),
            (
                ["Power=1", "Online=true", "Power=1"],
                "values must be given once for each attribute, got 'Power' again",
            ),
            (["--file", "-"], "--file must be JSON with at least one record, got '-'"),
            (["--file", "."], "--file must be a readable file, got '.': it is a directory"),
        ],
    )
    def test_invalid_records_are_refused(
        self, arguments: list[str], message: str, dx: Command, local: LocalExchange
    ) -> None:
        result = dx("iot", "publish", local.iotEndpointId, *arguments, input="[]")
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.startswith(f"avista-dx: {message}")

    @pytest.mark.parametrize("text", ["", "{", "[1", '{"a": NaN}', "[]", "7", '{"x": 1}', "\ud800"])
    def test_invalid_files_are_refused(
        self, text: str, dx: Command, local: LocalExchange, tmp_path: Path
    ) -> None:
        path = tmp_path / "records"
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        result = dx("iot", "publish", local.iotEndpointId, "--file", path)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.startswith(("avista-dx: --file must be", "avista-dx: record"))

    def test_missing_file_is_an_error(self, dx: Command, local: LocalExchange) -> None:
        result = dx("iot", "publish", local.iotEndpointId, "--file", "/nowhere/x")
        assert result.exit_code in (2, 4)
        assert "--file must be an existing file" in result.stderr

    def test_names_of_endpoints_must_be_unique(
        self, dx: Command, client: AvistaDigitalExchange, local: LocalExchange, endpoint: str
    ) -> None:
        client.iot.createEndpoint(local.iotHubId, local.modelId, endpoint)
        result = dx("iot", "query", endpoint, "--from", "-1d")
        assert result.exit_code == 2
        assert result.stderr.count("iotEndpointId.") == 2

    def test_other_ids_and_names_are_refused(self, dx: Command, local: LocalExchange) -> None:
        wrong = dx("iot", "query", local.captureId, "--from", "-1d")
        assert wrong.exit_code == 2
        assert "that is the ID of a data capture" in wrong.stderr
        assert dx("iot", "values", "Inverter 99").exit_code == 4

    def test_endpoint_token_needs_no_list_of_endpoints(
        self, dx: Command, local: LocalExchange, client: AvistaDigitalExchange
    ) -> None:
        created = client.iot.createEndpoint(local.iotHubId, local.modelId, "Device")
        token = str(client.iot.getEndpointToken(created.iotEndpointId).tokenValue)
        arguments = ("iot", "publish", created.iotEndpointId, "Power=1")
        assert dx(*arguments, AVISTA_DX_TOKEN=token).exit_code == 0


class TestCapture:
    def test_capture_records_from_start_to_stop(self, dx: Command, tmp_path: Path) -> None:
        name = f"Night {next(NUMBERS)}"
        model = tmp_path / "model.json"
        model.write_text(json.dumps(MODEL))
        created = dx("capture", "create", name, "--model", model, "--description", "Masts")
        assert created.exit_code == 0
        identifier = created.stdout.strip()
        assert [name, identifier, "READY", "Masts"] in dx("capture", "list").rows
        assert dx("capture", "start", name).exit_code == 0
        when = ("--time", "2024-05-01T00:00:00.125Z")
        published = dx("capture", "publish", name, "speed=4.2", "icing=true", *when)
        assert (published.exit_code, published.stderr) == (0, "values written: 2\n")
        some = dx("capture", "publish", name, "speed=4.2", "sped=1")
        assert some.exit_code == 5
        assert "sped: InvalidAttributeId" in some.stderr
        stopped = dx("capture", "stop", identifier, "--json")
        assert stopped.json["captureId"] == identifier
        target = tmp_path / "night.csv"
        assert dx("capture", "download", name, "-o", target).exit_code == 0
        assert target.read_text().splitlines()[:2] == [
            "timestamp,speed,icing",
            "2024-05-01 00:00:00.125000000,4.2,true",
        ]

    def test_created_capture_may_be_scheduled(self, dx: Command, tmp_path: Path) -> None:
        model = tmp_path / "model.json"
        model.write_text(json.dumps({"assets": MODEL}))
        times = ("--start", "2099-05-01T00:00:00Z", "--stop", "2099-05-02T00:00:00Z")
        created = dx("capture", "create", "Later", "--model", model, *times, "--json").json
        assert created["timeSettings"]["startTimeType"] == "SCHEDULED"
        assert created["timeSettings"]["scheduledStopTime"] == "2099-05-02T00:00:00.000Z"
        assert len(created["dataModel"]["items"]) == 1

    def test_created_capture_that_is_not_ready_says_why(self, dx: Command, tmp_path: Path) -> None:
        model = tmp_path / "model.json"
        model.write_text(json.dumps(MODEL))
        times = ("--start", "2001-05-01T00:00:00Z")
        created = dx("capture", "create", "Late", "--model", model, *times)
        assert created.exit_code == 0
        assert created.stderr.splitlines() == [
            "created: Late (CONFIGURATION_ERROR)",
            "not ready: The scheduledStartTime has passed.",
        ]

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["--model", "{dir}/bad.json"], "--model: {dir}/bad.json is not JSON"),
            (["--model", "{dir}/none.json"], "--model: {dir}/none.json cannot be read"),
            (["--model", "{dir}/empty.json"], "--model must be a non-empty list"),
            (["--start", "noon"], "--start must be an ISO 8601"),
            (["--stop", "noon"], "--stop must be an ISO 8601"),
        ],
    )
    def test_invalid_capture_is_not_created(
        self,
        arguments: list[str],
        message: str,
        dx: Command,
        client: AvistaDigitalExchange,
        tmp_path: Path,
    ) -> None:
        (tmp_path / "bad.json").write_text("[")
        (tmp_path / "empty.json").write_text("{}")
        before = len(client.dataCapture.listCaptures())
        folder = str(tmp_path)
        result = dx("capture", "create", "x", *(each.format(dir=folder) for each in arguments))
        assert result.exit_code == 2
        assert result.stderr.startswith(f"avista-dx: {message.format(dir=folder)}")
        assert len(client.dataCapture.listCaptures()) == before

    def test_capture_in_the_wrong_state_is_an_error(self, dx: Command, capture: str) -> None:
        assert dx("capture", "stop", capture).exit_code == 1
        assert dx("capture", "publish", capture, "speed=1").exit_code == 1
        assert dx("capture", "download", capture, "-o", os.devnull).exit_code == 4


class TestTokens:
    def test_created_token_works_until_it_is_deleted(self, dx: Command) -> None:
        created = dx("tokens", "create", "CI", "--days", "3")
        value = created.stdout.strip()
        assert len(value) > 20
        assert value not in created.stderr
        assert dx("whoami", AVISTA_DX_TOKEN=value).exit_code == 0
        (identifier,) = (row[1] for row in dx("tokens", "list").rows if row[0] == "CI")
        assert value not in dx("tokens", "list", "--json").stdout
        deleted = dx("tokens", "delete", identifier, "--json")
        assert deleted.json["tokenValue"] is None
        assert dx("whoami", AVISTA_DX_TOKEN=value).exit_code == 3
        assert dx("tokens", "delete", identifier).exit_code == 4
        mistaken = dx("tokens", "delete", value)
        assert mistaken.exit_code == 4
        assert "no authentication token with this ID" in mistaken.stderr
        assert value not in mistaken.stderr

    def test_created_token_as_json_has_its_value(self, dx: Command) -> None:
        created = dx("tokens", "create", "CI", "--days", "1", "--json").json
        assert len(created["tokenValue"]) > 20
        dx("tokens", "delete", created["tokenId"])

    @pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a full device")
    @pytest.mark.parametrize("options", [[], ["--json"]], ids=["plain", "json"])
    def test_token_whose_value_could_not_be_written_is_deleted(
        self, options: list[str], environment: Mapping[str, str], client: AvistaDigitalExchange
    ) -> None:
        before = [token.tokenId for token in client.listAuthenticationTokens()]
        with open("/dev/full", "w") as full:
            result = subprocess.run(
                [*PROGRAM, "tokens", "create", "Lost", "--days", "1", *options],
                env=environment,
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                timeout=TIMEOUT_SECONDS,
            )
        assert result.returncode == 1
        assert "deleted again, as its value could not be written: Lost" in result.stderr
        assert "No space left on device" in result.stderr
        assert [token.tokenId for token in client.listAuthenticationTokens()] == before

    def test_invalid_days_are_refused(self, dx: Command) -> None:
        result = dx("tokens", "create", "CI", "--days", "0")
        assert result.exit_code == 2
        assert result.stderr.startswith("avista-dx: --days must be an integer between 1 and")


Listen = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def listen(environment: Mapping[str, str]) -> Iterator[Listen]:
    """Starts a command that listens, and waits until it is subscribed."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: object) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [*PROGRAM, *map(str, arguments)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stderr is not None
        assert process.stderr.readline().startswith("listening to")
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def read_lines(process: "subprocess.Popen[str]", number: int) -> list[dict[str, object]]:
    """Read lines of JSON from a process, which keeps running."""
    assert process.stdout is not None
    timer = threading.Timer(TIMEOUT_SECONDS, process.kill)
    timer.start()
    lines = [process.stdout.readline() for _ in range(number)]
    timer.cancel()
    return [json.loads(line) for line in lines]


def wait_for_lines(path: Path, number: int) -> list[str]:
    """Wait until a file has lines."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        if path.exists() and len(lines := path.read_text().splitlines()) >= number:
            return lines
        time.sleep(0.02)
    raise AssertionError(f"{path} has fewer than {number} lines")


class TestListen:
    @pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
    @pytest.mark.parametrize(
        ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["SIGINT", "SIGTERM"]
    )
    def test_listen_prints_lines_of_json_until_a_signal(
        self,
        number: signal.Signals,
        code: int,
        listen: Listen,
        client: AvistaDigitalExchange,
        local: LocalExchange,
    ) -> None:
        ids = [
            client.iot.createEndpoint(local.iotHubId, local.modelId, f"L{index}").iotEndpointId
            for index in range(2)
        ]
        process = listen("iot", "listen", *ids)
        for index, identifier in enumerate(ids):
            client.iot.publish(
                identifier, [{"timestamp": 1, "attributes": {"Power": index, "Status": "a\nb"}}]
            )
        assert read_lines(process, 2) == [
            {
                "iotEndpointId": identifier,
                "timestamp": "1",
                "timeUnit": "MILLISECONDS",
                "attributes": {"Power": str(index), "Status": "a\nb"},
                "isLate": False,
            }
            for index, identifier in enumerate(ids)
        ]
        process.send_signal(number)
        output, errors = process.communicate(timeout=TIMEOUT_SECONDS)
        assert (process.returncode, output) == (code, "")
        assert "Traceback" not in errors

    def test_listen_to_a_capture_prints_records_that_can_be_published(
        self, listen: Listen, client: AvistaDigitalExchange, capture: str
    ) -> None:
        (identifier,) = (
            one.captureId for one in client.dataCapture.listCaptures() if one.displayName == capture
        )
        client.dataCapture.startCapture(identifier)
        process = listen("capture", "listen", capture, "--count", 2)
        records = [
            {"timestamp": time, "attributeValues": {"speed": "1.5", "icing": "true"}}
            for time in ("1", "2")
        ]
        client.dataCapture.publishData(identifier, records)
        output, _ = process.communicate(timeout=TIMEOUT_SECONDS)
        assert process.returncode == 0
        assert [json.loads(line) for line in output.splitlines()] == [
            record | {"timeUnit": "MILLISECONDS"} for record in records
        ]

    def test_listen_rotates_its_file(
        self, listen: Listen, client: AvistaDigitalExchange, local: LocalExchange, tmp_path: Path
    ) -> None:
        created = client.iot.createEndpoint(local.iotHubId, local.modelId, "Rotated")
        target = tmp_path / "power.jsonl"
        limits = ("--max-size", "400B", "--keep", 2, "--count", 7)
        process = listen("iot", "listen", created.iotEndpointId, "-o", target, *limits)
        for index in range(7):
            records = [{"timestamp": index, "attributes": {"Power": index}}]
            client.iot.publish(created.iotEndpointId, records)
        assert process.wait(TIMEOUT_SECONDS) == 0
        files = [tmp_path / f"power.jsonl{suffix}" for suffix in (".2", ".1", "")]
        assert sorted(tmp_path.iterdir()) == sorted(files)
        assert all(path.stat().st_size <= 400 for path in files)
        lines = [json.loads(line) for path in files for line in path.read_text().splitlines()]
        assert [line["timestamp"] for line in lines] == [str(index) for index in range(2, 7)]

    @pytest.mark.skipif(os.name == "nt", reason="Windows does not rename open files")
    def test_listen_follows_a_file_that_is_rotated_by_others(
        self, listen: Listen, client: AvistaDigitalExchange, local: LocalExchange, tmp_path: Path
    ) -> None:
        created = client.iot.createEndpoint(local.iotHubId, local.modelId, "Rotated")
        target, rotated = tmp_path / "power.jsonl", tmp_path / "power.1"
        target.write_text("present\n")
        process = listen("iot", "listen", created.iotEndpointId, "-o", target, "--count", 2)
        client.iot.publish(created.iotEndpointId, [{"timestamp": 1, "attributes": {"Power": 1}}])
        assert wait_for_lines(target, 2)[0] == "present"
        target.rename(rotated)
        client.iot.publish(created.iotEndpointId, [{"timestamp": 2, "attributes": {"Power": 2}}])
        assert process.wait(TIMEOUT_SECONDS) == 0
        assert len(rotated.read_text().splitlines()) == 2
        assert json.loads(target.read_text())["timestamp"] == "2"

    @pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a full device")
    def test_full_disk_ends_listening_with_an_error(
        self, listen: Listen, client: AvistaDigitalExchange, local: LocalExchange
    ) -> None:
        created = client.iot.createEndpoint(local.iotHubId, local.modelId, "Full")
        process = listen("iot", "listen", created.iotEndpointId, "-o", "/dev/full")
        client.iot.publish(created.iotEndpointId, [{"timestamp": 1, "attributes": {"Power": 1}}])
        _, errors = process.communicate(timeout=TIMEOUT_SECONDS)
        assert process.returncode == 1
        assert "No space left on device" in errors

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            (["--keep", "2"], "--keep must be used with --max-size"),
            (["--max-size", "1MB"], "--max-size must be used with --output"),
            (["-o", "{dir}/a", "--max-size", "big"], "--max-size must be a size such as 500KB"),
            (["-o", "{dir}/a", "--max-size", "0"], "--max-size must be a size such as 500KB"),
            (["-o", "{dir}/a", "--max-size", "1MB", "--keep", "0"], "--keep must be an integer"),
            (["-o", "{dir}/none/a"], "--output must be in an existing directory"),
            (["--count", "0"], "--count must be an integer"),
        ],
    )
    def test_invalid_options_are_refused(
        self, options: list[str], message: str, dx: Command, local: LocalExchange, tmp_path: Path
    ) -> None:
        arguments = [option.format(dir=tmp_path) for option in options]
        result = dx("iot", "listen", local.iotEndpointId, *arguments)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.startswith(f"avista-dx: {message}")

    def test_refused_subscription_is_an_error(self, dx: Command, local: LocalExchange) -> None:
        result = dx("iot", "listen", "iotEndpointId.none")
        assert result.exit_code != 0
        assert result.stdout == ""


def test_groups_and_captures_are_shared_by_name(
    dx: Command, client: AvistaDigitalExchange, local: LocalExchange, capture: str
) -> None:
    group = f"Shared {next(NUMBERS)}"
    client.iot.createGroup(local.iotHubId, group)
    for name, kind in ((group, "IOT_GROUP"), (capture, "DATA_CAPTURE")):
        shared = dx("share", name, "Solar Research", "--json")
        assert shared.json["serviceType"] == kind
        assert shared.stderr == f"shared: {name}\n"
        assert [name, kind] in [row[:2] for row in dx("services", "Solar Research").rows]
        assert dx("unshare", name, "Solar Research").exit_code == 0
