"""The documented calls and types: names, order, defaults and docstrings of both clients.

The tables below are the specification: programs written for the documented SDK must keep
working.
"""

import ast
import doctest
import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import avista_digital_exchange_sdk as package
from avista_digital_exchange_sdk import (
    AsyncAvistaDigitalExchange,
    AsyncDataStore,
    AvistaDigitalExchange,
    DataStore,
    DataStoreDirectory,
    DigitalExchangeError,
    errors,
    frames,
    plotting,
)
from avista_digital_exchange_sdk.contract.codegen.sync_source import to_sync_docstring
from avista_digital_exchange_sdk.file_system import DataStoreFileSystem
from scripts.recording.examples import example_names, parse_example
from scripts.recording.public_calls import find_calls

from ..support.clients import RUNNER
from ..support.documents import PAGES, ROOT, links_of, sections_of

CALLS = {
    "getUserInfo": "",
    "listDataStores": "",
    "getDataStore": "dataStoreId",
    "getDataStoreDirectory": "dataStoreDirectoryId",
    "getDataStoreFileMeta": "dataStoreFileId",
    "downloadDataStoreFile": "dataStoreFileId, writeLocation",
    "uploadFileToDataStore": (
        "dataStoreId, dataStoreDirectoryId, localPath, name=None, description=None"
    ),
    "deleteDataStoreFile": "dataStoreFileId",
    "listTimeSeriesDatabases": "",
    "getTimeSeriesDatabase": "timeSeriesDbId",
    "listTimeSeriesAssetsAndLatestValues": "timeSeriesDbId, resultFileWriteLocation=None",
    "queryTimeSeriesDatabaseWithFilters": (
        "timeSeriesDbId, assetAndAttributesFilter, startTime, endTime, resultFileWriteLocation, "
        "exportFileFormat='CSV', maxRows=None"
    ),
    "queryTimeSeriesDatabase_TimestreamFormat": (
        "timeSeriesDbId, queryString, maxRows=None, nextToken=None, clientToken=None"
    ),
    "createTimeSeriesMeasureValue": "type, name, value",
    "createTimeSeriesDimension": "dimensionValueType, name, value",
    "createTimeSeriesInputRecord": (
        "time, timeUnit, measureName, measureValueType, measureValue=None, measureValues=None, "
        "dimensions=None, version=1"
    ),
    "publishToTimeSeriesDatabase": "timeSeriesDbId, assetId, records",
    "iot.getEndpoint": "iotEndpointId",
    "iot.getGroup": "iotGroupId, includeEndpoints=True",
    "iot.createEndpoint": "iotHubId, modelId, name, description=None",
    "iot.addEndpointsToGroup": "iotGroupId, iotEndpointIds",
    "iot.createModel": "name, description=None, properties=(), telemetry=()",
    "iot.listEndpointLastValues": "iotEndpointId, resultFileWriteLocation=None",
    "iot.publish": "iotEndpointId, data",
    "iot.updateEndpointProperties": "iotEndpointId, properties",
    "iot.subscribeToEndpoint": "iotEndpointId=None",
    "dataCapture.startCapture": "captureId",
    "dataCapture.stopCapture": "captureId",
    "dataCapture.publishData": "captureId, data",
    "dataCapture.subscribeToData": "captureId",
    "listCollaboratives": "",
    "getCollaborative": "collaborativeId",
    "listCollaborativeServices": "collaborativeId",
    "listCollaborativesServiceSharedWith": "serviceId",
    "addServiceToCollaborative": "serviceId, collaborativeId",
    "removeServiceFromCollaborative": "serviceId, collaborativeId",
}
TYPES = {
    "User": "userId firstName lastName organization",
    "Organization": "name organizationId",
    "Service": "serviceType serviceId dataStore timeSeriesDb",
    "DataStore": "dataStoreId name description ownerUserId homeDirectoryId",
    "DataStoreDirectory": (
        "dataStoreDirectoryId dataStoreId name homeDirectory parentDirectoryId directories files "
        "printContents"
    ),
    "DataStoreFile": (
        "dataStoreFileId dataStoreId dataStoreDirectoryId name description fileExtension "
        "storageSizeBytes lastModified contentType"
    ),
    "TimeSeriesDb": "timeSeriesDbId name description ownerUserId databaseName tableName",
    "QueryResult_TimestreamVariables": (
        "timestreamResults clientToken nextToken queryId queryStatus rows columnInfo"
    ),
    "TimeSeriesMeasureValue": "type name value",
    "TimeSeriesDimension": "dimensionValueType name value",
    "TimeSeriesInputRecord": (
        "time timeUnit measureName measureValueType measureValue measureValues dimensions version"
    ),
    "TimeSeriesAssetData": "assetId name attributes",
    "TimeSeriesAssetAttribute": "attributeType lastValue lastValueTime name data",
    "TimeSeriesAssetAttributeData": "timestamp value",
    "IotEndpoint": "iotEndpointId iotHubId modelId name description properties telemetry",
    "EndpointProperty": "name description schemaType writable value timestamp",
    "EndpointTelemetry": "name description schemaType",
    "IotGroup": "iotGroupId iotHubId name description endpoints",
    "DigitalTwinModel": "modelId ownerUserId displayName description properties telemetry",
    "ModelProperty": "name description schemaType defaultValue writable",
    "ModelTelemetry": "name description schemaType",
    "PublishIotDataResult": "recordsWritten recordsFailed",
    "IotDataRecord": "timestamp iotEndpointId attributes",
    "IotAttributeValue": "name value",
    "IotDataRecordWithErrors": "record errors",
    "IotDataRecordError": "errorType errorMessage",
    "Collaborative": "collaborativeId name description hostOrganizationId memberOrganizations",
    "CollaborativeMemberOrganization": (
        "organization collaborativeId memberState usersInCollaborative"
    ),
    "CollaborativeMemberUser": "permission user",
}
CLIENTS = (AvistaDigitalExchange, AsyncAvistaDigitalExchange)
CALLS_OF = {client: find_calls(client) for client in CLIENTS}
EVERY_CALL = list(CALLS_OF[AvistaDigitalExchange])
METHODS = ["cd", "ls", "pwd", "uploadFile", "downloadFile", "deleteFile", "help"]
"""The methods of a data store."""

FUNCTIONS = {
    function.__name__: function
    for function in (
        frames.assetDataToArrow,
        frames.assetDataToDataFrame,
        frames.assetDataToPolars,
        plotting.plotTimeSeries,
    )
}
"""Functions that need no client."""

DESCRIBED: dict[str, Callable[..., Any]] = {
    **{call: CALLS_OF[AvistaDigitalExchange][call] for call in EVERY_CALL},
    **{f"DataStore.{method}": getattr(DataStore, method) for method in METHODS},
    **FUNCTIONS,
}
DOCUMENTS = "".join(page.read_text("utf-8") for page in PAGES)
REFERENCE = [page for page in PAGES if page.parent.name == "reference"]
SECTIONS = {
    heading: section for page in REFERENCE for heading, section in sections_of(page).items()
}
REFERENCE_PAGES = {heading: page.name for page in REFERENCE for heading in sections_of(page)}
INDEX_LINKS = links_of(ROOT / "docs" / "index.md")

each_call = pytest.mark.parametrize("call", EVERY_CALL)
each_described = pytest.mark.parametrize("described", DESCRIBED.values(), ids=DESCRIBED.keys())
each_client = pytest.mark.parametrize("client", CLIENTS)


def parameters_of(function: Callable[..., Any]) -> list[inspect.Parameter]:
    """A function's parameters, without their annotations."""
    parameters = inspect.signature(function).parameters.values()
    return [
        parameter.replace(annotation=inspect.Parameter.empty)
        for parameter in parameters
        if parameter.name != "self"
    ]


def documented(parameters: str) -> list[inspect.Parameter]:
    return parameters_of(eval(f"lambda {parameters}: None"))


class TestCalls:
    @each_client
    @pytest.mark.parametrize("call", CALLS)
    def test_documented_call_takes_the_documented_parameters_in_order(
        self, client: type, call: str
    ) -> None:
        parameters = parameters_of(CALLS_OF[client][call])
        positional = [p for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
        assert positional == documented(CALLS[call])

    @each_client
    @each_call
    def test_keyword_only_parameters_are_optional(self, client: type, call: str) -> None:
        keyword_only = [
            p for p in parameters_of(CALLS_OF[client][call]) if p.kind is p.KEYWORD_ONLY
        ]
        assert all(p.default is not p.empty for p in keyword_only)

    @each_call
    def test_call_is_a_coroutine_of_the_async_client_only(self, call: str) -> None:
        sync_call, async_call = (CALLS_OF[client][call] for client in CLIENTS)
        returns = [inspect.signature(each).return_annotation for each in (sync_call, async_call)]
        iterates = returns == [
            "Generator[dict[str, Any], None, None]",
            "AsyncGenerator[dict[str, Any], None]",
        ] or returns == [f"EventStream{returns[0][11:]}", f"AsyncEventStream{returns[0][11:]}"]
        assert inspect.iscoroutinefunction(async_call) or iterates
        assert not inspect.iscoroutinefunction(sync_call)

    def test_both_clients_have_the_same_calls(self) -> None:
        sync_calls, async_calls = (CALLS_OF[client].keys() for client in CLIENTS)
        assert sync_calls == async_calls

    @each_client
    def test_client_is_constructed_from_token_and_debug(self, client: type) -> None:
        positional = [p for p in parameters_of(client) if p.kind is p.POSITIONAL_OR_KEYWORD]
        assert positional == documented("token=None, debug=False")


class TestTypes:
    @pytest.mark.parametrize(
        ("name", "member"),
        [(name, member) for name, members in TYPES.items() for member in members.split()],
    )
    def test_type_has_the_documented_property(self, name: str, member: str) -> None:
        kind = getattr(package, name)
        assert name in package.__all__
        assert member in kind.model_fields or hasattr(kind, member)

    @pytest.mark.parametrize("name", TYPES)
    def test_type_is_available_under_its_documented_name(self, name: str) -> None:
        assert getattr(package, name).__name__ == name


def sections_of(docstring: str) -> dict[str, str]:
    """A docstring's summary, under the empty name, and its sections."""
    parts = re.split(r"^(Args|Returns|Yields|Raises|Example):\n", docstring, flags=re.M)
    return {"": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}


class TestDocstrings:
    @each_call
    def test_docstring_of_the_sync_call_is_that_of_the_async_call(self, call: str) -> None:
        sync_docstring, async_docstring = (CALLS_OF[client][call].__doc__ for client in CLIENTS)
        assert sync_docstring == to_sync_docstring(async_docstring)

    @each_described
    def test_docstring_begins_with_a_sentence(self, described: Callable[..., Any]) -> None:
        summary = (inspect.getdoc(described) or "").partition("\n")[0]
        assert re.fullmatch(r"[A-Z][^.]+(\. .+)?\.", summary)

    @each_described
    def test_docstring_describes_every_argument_in_order(
        self, described: Callable[..., Any]
    ) -> None:
        arguments = sections_of(inspect.getdoc(described) or "").get("Args", "")
        documented_names = re.findall(r"^    (\w+): \S", arguments, re.M)
        assert documented_names == [parameter.name for parameter in parameters_of(described)]

    @each_described
    def test_docstring_describes_result_errors_and_an_example(
        self, described: Callable[..., Any]
    ) -> None:
        sections = sections_of(inspect.getdoc(described) or "")
        assert {"Raises", "Example"} < sections.keys()
        assert ("Returns" in sections) != ("Yields" in sections)

    @each_described
    def test_docstring_names_only_existing_errors(self, described: Callable[..., Any]) -> None:
        raises = sections_of(inspect.getdoc(described) or "")["Raises"]
        documented_names = re.findall(r"^    (\w+): \S", raises, re.M)
        assert documented_names
        assert all(
            issubclass(getattr(package, name), DigitalExchangeError) for name in documented_names
        )

    @each_client
    def test_docstring_of_a_client_describes_its_arguments(self, client: type) -> None:
        sections = sections_of(inspect.getdoc(client.__init__) or "")
        described = re.findall(r"^    (\w+): \S", sections["Args"], re.M)
        assert described == [parameter.name for parameter in parameters_of(client)]
        assert {"Raises", "Example"} < sections.keys()

    @pytest.mark.parametrize("name", [name for name in package.__all__ if name[0] != "_"])
    def test_docstring_of_every_type_and_error_exists(self, name: str) -> None:
        assert vars(getattr(package, name)).get("__doc__")


@pytest.fixture
def names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """The names that examples use, in an empty directory."""
    monkeypatch.chdir(tmp_path)
    with example_names() as names:
        yield names | FUNCTIONS


@pytest.mark.every_case
class TestExamples:
    @pytest.mark.parametrize(
        "described",
        [
            AvistaDigitalExchange,
            DataStoreDirectory.printContents,
            DataStoreFileSystem,
            *DESCRIBED.values(),
        ],
        ids=lambda described: described.__qualname__,
    )
    def test_docstring_example_runs(self, described: Any, names: dict[str, Any]) -> None:
        flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
        example = parse_example(described, names)
        report: list[str] = []
        doctest.DocTestRunner(optionflags=flags).run(example, out=report.append)
        assert not report, "".join(report)
        assert example.examples

    @pytest.mark.parametrize(
        "described",
        [
            AsyncAvistaDigitalExchange,
            *(CALLS_OF[AsyncAvistaDigitalExchange][call] for call in EVERY_CALL),
            *(getattr(AsyncDataStore, method) for method in METHODS),
        ],
        ids=lambda described: described.__qualname__,
    )
    def test_docstring_example_of_the_async_client_runs(
        self, described: Any, names: dict[str, Any], capsys: pytest.CaptureFixture[str]
    ) -> None:
        exchange = AsyncAvistaDigitalExchange(names["token"], endpoint=names["endpoint"])
        names |= {
            "AsyncAvistaDigitalExchange": AsyncAvistaDigitalExchange,
            "digitalExchange": exchange,
            "dataStore": RUNNER.run(exchange.getDataStore(names["dataStoreId"])),
        }
        flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
        for example in parse_example(described, names).examples:
            code = compile(example.source, "", "single", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
            if (coroutine := eval(code, names)) is not None:
                RUNNER.run(coroutine)
            printed = capsys.readouterr().out
            assert doctest.OutputChecker().check_output(example.want, printed, flags), printed
        RUNNER.run(exchange.close())


class TestManual:
    @each_call
    def test_reference_has_a_section_generated_from_the_docstring(self, call: str) -> None:
        group, _, name = call.rpartition(".")
        owner = {
            "": "AvistaDigitalExchange",
            "iot": "_sync_services.iot.SyncIotService",
            "dataCapture": "_sync_services.data_capture.SyncDataCaptureService",
            "admin": "_sync_services.platform_admin.SyncPlatformAdminService",
        }[group]
        directive = f"::: {package.__name__}.{owner}.{name}"
        assert directive in SECTIONS[call].splitlines()

    @pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
    def test_reference_has_a_section_of_the_function(self, function: Callable[..., Any]) -> None:
        directive = f"::: {function.__module__}.{function.__name__}"
        assert directive in SECTIONS[function.__name__].splitlines()

    @pytest.mark.parametrize(
        # The reference of errors is generated.
        "name",
        [name for name in package.__all__ if name[0] != "_" and name not in errors.__all__],
    )
    def test_documents_mention_every_public_name(self, name: str) -> None:
        assert re.search(rf"`{name}(s?`|\()|^#+ {name}$", DOCUMENTS, re.M)

    @each_call
    def test_readme_links_to_the_call(self, call: str) -> None:
        anchor = call.lower().replace(".", "")
        assert re.search(rf"\[`{call}`\]\(\S+#{anchor}\)", (ROOT / "README.md").read_text("utf-8"))

    @pytest.mark.parametrize("call", [*EVERY_CALL, *FUNCTIONS])
    def test_index_links_to_the_page_of_the_call(self, call: str) -> None:
        assert f"reference/{REFERENCE_PAGES[call]}" in INDEX_LINKS
