"""The commands about IoT devices."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ..._time_series.time_arguments import NOW
from ..._utils import validation
from ..._utils.temporary_files import explain_full_disk
from ..command import CommandGroup, command
from ..context import CommandContext
from ..device_names import find_endpoint, find_hub, find_source
from ..line_output import Count, Keep, MaxSize, Output, open_lines, print_lines
from ..output import print_json
from ..publish_report import exit_on_rejected
from ..record_input import read_records
from ..result_output import (
    EndTime,
    OutputFile,
    RequestedFormat,
    StartTime,
    parse_format,
    parse_target,
    print_result,
)
from ..standard_streams import to_file
from ..tables import ExactText

if TYPE_CHECKING:
    from ...types import (
        EndpointLastValue,
        IotEndpoint,
        IotGroup,
        IotHub,
        IotLiveRecord,
    )

Endpoint = Annotated[
    str, typer.Argument(metavar="ENDPOINT", help="The name or ID of an IoT endpoint.")
]
Endpoints = Annotated[
    list[str],
    typer.Argument(metavar="ENDPOINT", help="The names or IDs of IoT endpoints."),
]
Hub = Annotated[
    str | None, typer.Argument(metavar="HUB", help="The name or ID of a hub (default: all).")
]


@command("avista-dx iot hubs", "avista-dx iot hubs --json")
def hubs(run: CommandContext) -> None:
    """List your hubs."""
    columns = {
        "name": lambda hub: hub.name,
        "iotHubId": lambda hub: hub.iotHubId,
        "description": lambda hub: hub.description,
    }
    run.print_rows(run.exchange.iot.listHubs(), columns)


@command("avista-dx iot models")
def models(run: CommandContext) -> None:
    """List your models with their telemetry attributes."""
    columns = {
        "name": lambda model: model.displayName,
        "modelId": lambda model: model.modelId,
        "dtmi": lambda model: model.dtmi,
        "telemetry": lambda model: ", ".join(one.name or "" for one in model.telemetry),
    }
    run.print_rows(run.exchange.iot.listModels(), columns)


@command("avista-dx iot endpoints", 'avista-dx iot endpoints "Solar site" --json')
def endpoints(run: CommandContext, hub: Hub = None) -> None:
    """List the endpoints of a hub, or of all your hubs."""
    rows = [
        (one, endpoint)
        for one in _hubs(run, hub)
        for endpoint in run.exchange.iot.listEndpointsInHub(one.iotHubId)
    ]
    columns = {
        "name": lambda row: row[1].name,
        "iotEndpointId": lambda row: row[1].iotEndpointId,
        "hub": lambda row: row[0].name,
        "description": lambda row: row[1].description,
    }
    listed: list[IotEndpoint] = [endpoint for _, endpoint in rows]
    run.print_rows(rows, columns, json=listed)


@command("avista-dx iot groups", 'avista-dx iot groups "Solar site"')
def groups(run: CommandContext, hub: Hub = None) -> None:
    """List the groups of endpoints of a hub, or of all your hubs."""
    rows = [
        (one, group)
        for one in _hubs(run, hub)
        for group in run.exchange.iot.listGroups(one.iotHubId)
    ]
    columns = {
        "name": lambda row: row[1].name,
        "iotGroupId": lambda row: row[1].iotGroupId,
        "hub": lambda row: row[0].name,
        "endpoints": lambda row: len(row[1].iotEndpointIds),
    }
    listed: list[IotGroup] = [group for _, group in rows]
    run.print_rows(rows, columns, json=listed)


def _hubs(run: CommandContext, hub: str | None) -> "list[IotHub]":
    """Get a hub, or all hubs."""
    if hub is None:
        return run.exchange.iot.listHubs()
    return [run.exchange.iot.getHub(find_hub(run, hub))]


@command('avista-dx iot values "Inverter 1"', "avista-dx iot values <iotGroupId> --json")
def values(
    run: CommandContext,
    source: Annotated[
        str,
        typer.Argument(metavar="SOURCE", help="The name or ID of an endpoint, a group or a hub."),
    ],
) -> None:
    """List the latest values of an endpoint, or of all endpoints of a group or hub."""
    from ..._services.name_lookup import GROUP, HUB

    identifier, kind = find_source(run, source)
    iot = run.exchange.iot
    lists = {GROUP: iot.listGroupLastValues, HUB: iot.listHubLastValues}
    with run.progress("listing", "pages") as callback:
        listed: list[EndpointLastValue] = lists.get(kind, iot.listEndpointLastValues)(
            identifier, progress=callback
        )
    columns = {
        "iotEndpointId": lambda value: value["iotEndpointId"],
        "attribute": lambda value: value["attributeName"],
        "type": lambda value: value["schemaType"],
        "last value": lambda value: ExactText(value["lastValue"] or ""),
        "at": lambda value: value["timestamp"],
    }
    run.print_rows(listed, columns)


@command(
    'avista-dx iot query "Inverter 1" --attribute Power --from -7d',
    'avista-dx iot query "Inverter 1" "Inverter 2" --from 2024-05-01 -o may.parquet',
)
def query(
    run: CommandContext,
    endpoints: Endpoints,
    start: StartTime,
    end: EndTime = NOW,
    attributes: Annotated[
        list[str] | None,
        typer.Option(
            "--attribute",
            metavar="NAME",
            help="A telemetry attribute, or a pattern such as 'Temp*'; may be repeated (default: "
            "all).",
        ),
    ] = None,
    output: OutputFile = None,
    format_: RequestedFormat = None,
    time_zone: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="Time zone of naive times, and of timestamps in CSV and Parquet."
        ),
    ] = "UTC",
    fail_empty: Annotated[
        bool,
        typer.Option(
            "--fail-empty",
            help="Fail without output if the result is empty or an attribute does not exist.",
        ),
    ] = False,
) -> None:
    """Query telemetry of endpoints over a time range."""
    import tempfile

    for name in attributes or ():
        validation.require_str("--attribute", name)
    output = to_file(output)
    kind = parse_format(run, format_, output)
    target = parse_target(output, kind, will_plot=False)
    identifiers = [find_endpoint(run, endpoint) for endpoint in endpoints]
    errors: Literal["warn", "raise"] = "raise" if fail_empty else "warn"

    def write(path: Path) -> None:
        with (
            run.progress("querying", "pages", "bytes", file=target) as callback,
            explain_full_disk(),
        ):
            run.exchange.iot.queryByTimeRange(
                identifiers,
                attributes,
                start,
                end,
                path,
                kind.of_file.upper(),  # type: ignore[arg-type]  # the call checks it
                timeZone=time_zone,
                errors=errors,
                progress=callback,
            )

    if target is not None:
        write(target)
        run.info(f"written: {target}")
        return
    with tempfile.TemporaryDirectory(prefix="avista-dx-") as folder:
        path = Path(folder) / f"result.{kind.of_file}"
        write(path)
        print_result(run, path.open("rb"), kind, whole_ids=run.ids)


@command(
    'avista-dx iot publish "Inverter 1" Power=4.2 Online=true',
    'avista-dx iot publish "Inverter 1" Power=4.2 --time 2024-05-01T00:00:00Z',
    "avista-dx iot publish <iotEndpointId> --file records.jsonl",
)
def publish(
    run: CommandContext,
    endpoint: Endpoint,
    values: Annotated[
        list[str] | None,
        typer.Argument(metavar="ATTRIBUTE=VALUE", help="The values of one record."),
    ] = None,
    time: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="The time of the record in ISO 8601 (default: now)."),
    ] = None,
    file: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help='A file of records {"timestamp": ..., "timeUnit": ..., "attributes": {...}}: an '
            "array or one per line; - for standard input.",
        ),
    ] = None,
) -> None:
    """Publish telemetry of an endpoint: one record, or those of a file."""
    records = read_records(values, time, file, "attributes")
    with run.progress("publishing", "records", file=file) as callback:
        result = run.exchange.iot.publish(find_endpoint(run, endpoint), records, progress=callback)
    if run.json:
        print_json(result)
    rejected = [
        f"{entry.record.timestamp if entry.record else '?'}: {error.errorType}: "
        f"{error.errorMessage}"
        for entry in result.failedRecords
        for error in entry.errors
    ]
    run.info(f"records written: {len(result.recordsWritten)}")
    exit_on_rejected(rejected, are_some_written=bool(result.recordsWritten))


@command(
    'avista-dx iot listen "Inverter 1"',
    'avista-dx iot listen "Inverter 1" "Inverter 2" -o power.jsonl --max-size 10MB --keep 30',
)
def listen(
    run: CommandContext,
    endpoints: Endpoints,
    output: Output = None,
    max_size: MaxSize = None,
    keep: Keep = None,
    count: Count = None,
) -> None:
    """Print what endpoints publish from now on, one line of JSON per record.

    Ends with Ctrl-C or SIGTERM. After a lost connection it connects again, and fetches what was
    published meanwhile. A record that follows a later one has "isLate".
    """
    with open_lines(output, max_size, keep, count) as write:
        identifiers = [find_endpoint(run, endpoint) for endpoint in endpoints]
        with run.exchange.iot.subscribeToEndpointRecords(identifiers) as records:
            run.info(f"listening to endpoints: {len(identifiers)}")
            print_lines(write, map(_to_line, records), count)


def _to_line(record: "IotLiveRecord") -> dict[str, object]:
    return {
        "iotEndpointId": record.iotEndpointId,
        "timestamp": record.timestamp,
        "timeUnit": record.timeUnit,
        "attributes": {one.name: one.value for one in record.attributes},
        "isLate": record.isLate,
    }


iot: CommandGroup = CommandGroup(
    "iot",
    "IoT devices: hubs, models, endpoints, groups and their telemetry.",
    (hubs, models, endpoints, groups, values, query, publish, listen),
)
