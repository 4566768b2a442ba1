"""The commands about data captures."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...errors import DigitalExchangeError
from ..command import CommandGroup, command
from ..context import CommandContext
from ..device_names import find_capture
from ..line_output import Count, Keep, MaxSize, Output, open_lines, print_lines
from ..output import print_json
from ..publish_report import exit_on_rejected
from ..record_input import read_json, read_records
from ..standard_streams import STANDARD_OUTPUT, open_output_path, parse_output, parse_source

if TYPE_CHECKING:
    from ...DxTypes import PublishCaptureDataResult

Capture = Annotated[
    str, typer.Argument(metavar="CAPTURE", help="The name or ID of a data capture.")
]


@command("avista-dx capture list", "avista-dx capture list --json")
def list_(run: CommandContext) -> None:
    """List your data captures."""
    columns = {
        "name": lambda capture: capture.displayName,
        "captureId": lambda capture: capture.captureId,
        "state": lambda capture: capture.state,
        "description": lambda capture: capture.description,
    }
    run.print_rows(run.exchange.dataCapture.listCaptures(), columns)


@command(
    'avista-dx capture create "Night test" --model model.json',
    'avista-dx capture create "Night test" --model model.json --start 2099-05-01T22:00:00Z',
)
def create(
    run: CommandContext,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name of the new capture.")],
    description: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Its description.")
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            parser=parse_source,
            help='Its data model in JSON: [{"userDefinedId": "mast-1", "attributes": '
            '[{"userDefinedId": "mast-1-speed", "schemaType": "double"}]}].',
        ),
    ] = None,
    start: Annotated[
        str | None, typer.Option(metavar="TIME", help="When to start it, in ISO 8601.")
    ] = None,
    stop: Annotated[
        str | None, typer.Option(metavar="TIME", help="When to stop it, in ISO 8601.")
    ] = None,
) -> None:
    """Create a data capture, and print its ID.

    It can be started once it has a data model.
    """
    from ..._telemetry.capture_model import parse_data_model
    from ..._time_series.timestamps import parse_timestamp_ns

    assets = None if model is None else read_json("--model", model)
    if model is not None:
        parse_data_model("--model", assets)
    for option, time in (("--start", start), ("--stop", stop)):
        if time is not None:
            parse_timestamp_ns(option, time)
    captures = run.exchange.dataCapture
    created = captures.createCapture(name, description)
    try:
        if assets is not None:
            captures.updateDataModel(created.captureId, assets)
        if start is not None or stop is not None:
            captures.updateCapture(
                created.captureId,
                startTimeType=None if start is None else "SCHEDULED",
                stopTimeType=None if stop is None else "SCHEDULED",
                scheduledStartTime=start,
                scheduledStopTime=stop,
            )
        created = captures.getCapture(created.captureId)
    except DigitalExchangeError as error:
        error.add_note(f"the capture was created with the ID {created.captureId}")
        raise
    if run.json:
        print_json(created)
    else:
        typer.echo(created.captureId)
    run.info(f"created: {name} ({created.state})")
    model_errors = created.dataModel.errors if created.dataModel else []
    for problem in (*model_errors, *(created.timeSettings.errors if created.timeSettings else ())):
        run.info(f"not ready: {problem}")


@command('avista-dx capture start "Night test"')
def start(run: CommandContext, capture: Capture) -> None:
    """Start a data capture that is READY."""
    result = run.exchange.dataCapture.startCapture(find_capture(run, capture))
    if run.json:
        print_json(result.capture)
    run.info(f"started: {result.capture.displayName} at {result.startedAt}")


@command('avista-dx capture stop "Night test"')
def stop(run: CommandContext, capture: Capture) -> None:
    """Stop a data capture that is CAPTURING."""
    result = run.exchange.dataCapture.stopCapture(find_capture(run, capture))
    if run.json:
        print_json(result.capture)
    run.info(f"stopped: {result.capture.displayName} at {result.stoppedAt}")


@command(
    'avista-dx capture publish "Night test" mast-1-speed=4.2 mast-1-icing=false',
    "avista-dx capture publish <captureId> --file records.jsonl",
)
def publish(
    run: CommandContext,
    capture: Capture,
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
            help='A file of records {"timestamp": ..., "timeUnit": ..., "attributeValues": '
            "{...}}: an array or one per line; - for standard input.",
        ),
    ] = None,
) -> None:
    """Publish to a data capture that is CAPTURING: one record, or those of a file."""
    records = read_records(values, time, file, "attributeValues")
    if file is None and time is None:
        # The times of captures have no default.
        records[0]["timestamp"] = datetime.now(UTC)
    with run.progress("publishing", "records", file=file) as callback:
        result = run.exchange.dataCapture.publishData(
            find_capture(run, capture), records, progress=callback
        )
    if run.json:
        print_json(result)
    rejected = [
        f"{failed.timestamp} {failed.attributeId or ''}: {failed.errorType}: {failed.message}"
        for failed in result.recordsFailed
    ]
    run.info(f"values written: {len(result.recordsWritten)}")
    exit_on_rejected(rejected, are_some_written=bool(result.recordsWritten))


@command(
    'avista-dx capture listen "Night test"',
    'avista-dx capture listen "Night test" -o night.jsonl --max-size 10MB',
)
def listen(
    run: CommandContext,
    capture: Capture,
    output: Output = None,
    max_size: MaxSize = None,
    keep: Keep = None,
    count: Count = None,
) -> None:
    """Print what is published to a data capture from now on, one line of JSON per record.

    Ends with Ctrl-C or SIGTERM. After a lost connection it connects again; standard error says when
    values may have been missed.
    """
    with open_lines(output, max_size, keep, count) as write:
        identifier = find_capture(run, capture)
        with run.exchange.dataCapture.subscribeToData(identifier, reconnect=True) as events:
            run.info(f"listening to {capture}")
            print_lines(write, _records(events), count)


def _records(events: "Iterable[PublishCaptureDataResult]") -> Iterator[dict[str, object]]:
    """Combine the values of one time, which are published together."""
    for event in events:
        for (timestamp, unit), values in groupby(
            event.recordsWritten, lambda value: (value.timestamp, value.timeUnit)
        ):
            yield {
                "timestamp": timestamp,
                "timeUnit": unit,
                "attributeValues": {one.attributeId: one.attributeValue for one in values},
            }


@command(
    'avista-dx capture download "Night test"',
    'avista-dx capture download "Night test" -o night.csv --timeout 3600',
)
def download(
    run: CommandContext,
    capture: Capture,
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            parser=parse_output,
            help="Output file, or a directory; - for standard output.",
        ),
    ] = Path("."),
    timeout: Annotated[
        float, typer.Option(metavar="SECONDS", help="How long to wait for the export.")
    ] = 300,
) -> None:
    """Download what a data capture recorded, as CSV."""
    captures, identifier = run.exchange.dataCapture, find_capture(run, capture)
    with open_output_path(output) as path, run.progress("downloading", "bytes") as callback:
        captures.downloadData(identifier, path, exportTimeout=timeout, progress=callback)
    if output is STANDARD_OUTPUT:
        return
    if run.json:
        print_json({"captureId": identifier, "output": str(output)})
    run.info(f"written to the directory {output}" if output.is_dir() else f"written: {output}")


capture: CommandGroup = CommandGroup(
    "capture",
    "Data captures: create, start, stop, publish, listen and download.",
    (list_, create, start, stop, publish, listen, download),
)
