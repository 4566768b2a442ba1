"""Files of rejected rows: corrected, they are published with the arguments of the original."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from avista_digital_exchange_sdk import InvalidParameterError, PublishIncompleteError

from .conftest import FilePublisher

DAYS = [f"2024-05-0{day}T00:00:00Z" for day in (1, 2, 3)]
Write = Callable[[FilePublisher, list[str]], Path]


def text(template: str, row: str, encoding: str = "utf-8") -> Write:
    """Writes rows of text, where a template has `ROWS`."""

    def write(files: FilePublisher, values: list[str]) -> Path:
        rows = [row.format(day=day, value=value) for day, value in zip(DAYS, values, strict=True)]
        return files.write(template.replace("ROWS", "\n".join(rows)).encode(encoding))

    return write


def write_workbook(files: FilePublisher, values: list[str]) -> Path:
    path = files.folder / "input.xlsx"
    rows = [
        ["May", None],
        ["timestamp", "kW"],
        *([d, float(v)] for d, v in zip(DAYS, values, strict=True)),
    ]
    with pd.ExcelWriter(path) as writer:
        pd.DataFrame([*rows, ["Total", 6]]).to_excel(writer, index=False, header=False)
        pd.DataFrame([["x"]]).to_excel(writer, index=False, header=False, sheet_name="Notes")
    return path


def write_parquet(files: FilePublisher, values: list[str]) -> Path:
    path = files.folder / "input.parquet"
    index = pd.DatetimeIndex([day.removesuffix("Z") for day in DAYS])
    pd.DataFrame({"kW": map(float, values)}, index).to_parquet(path)
    return path


def write_json(files: FilePublisher, values: list[str]) -> Path:
    rows = [{"timestamp": d, " kW": v} for d, v in zip(DAYS, values, strict=True)]
    return files.write(json.dumps(rows), "input.json")


def write_csv_of_pandas(files: FilePublisher, values: list[str]) -> Path:
    path = files.folder / "input.csv"
    pd.DataFrame({"timestamp": DAYS, "kW": map(float, values)}).to_csv(path)
    return path


def write_long(files: FilePublisher, values: list[str]) -> Path:
    rows = [f"{day},{tag},{v}" for day, v in zip(DAYS, values, strict=True) for tag in ("Q", "kW")]
    return files.write(["timestamp,tag,value", *rows])


LAYOUTS: dict[str, tuple[Write, dict[str, Any]]] = {
    "footers": (
        text("timestamp,kW\nROWS\nTotal,6\nEnd\n", "{day},{value}"),
        {"skipFooter": 2},
    ),
    "no names": (text("ROWS\n", "{day},{value}"), {"columnNames": ["timestamp", "kW"]}),
    "no names after a title": (
        text("May\nROWS\n", "{day},{value}"),
        {"columnNames": ["timestamp", "kW"], "skipLines": 1},
    ),
    "whitespace": (
        text("timestamp   kW\nROWS\n", "{day}    {value}"),
        {"delimiter": "whitespace"},
    ),
    "no quotes": (
        text("timestamp;note;kW\nROWS\n", '{day};5" pipe;{value}'),
        {"quote": "none", "ignoreColumns": ["note"]},
    ),
    "units and comments": (
        text("# May\n\ntimestamp;kW\n;kilowatts\nROWS\n", "{day};{value}"),
        {"unitsRow": True, "comment": "#", "delimiter": ";"},
    ),
    "an ASCII file": (
        text("timestamp\tkW\nROWS\n", "{day}\t{value}", "ascii"),
        {"encoding": "ascii", "delimiter": "tab"},
    ),
    "UTF-16": (text("timestamp,kW\nROWS\n", "{day},{value}", "utf-16"), {"encoding": "utf-16"}),
    "decimal commas": (
        text("timestamp;kW\nROWS\n", "{day};{value},0"),
        {"decimal": ",", "delimiter": ";"},
    ),
    "a workbook": (
        write_workbook,
        {"format": "xlsx", "sheet": "Sheet1", "skipLines": 1, "skipFooter": 1},
    ),
    "Parquet": (write_parquet, {"format": "parquet", "timeZone": "UTC"}),
    "JSON": (write_json, {"format": "json"}),
    "the index of pandas": (write_csv_of_pandas, {}),
    "long": (write_long, {"attributeColumn": "tag", "valueColumn": "value"}),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_rejected_rows_are_published_with_the_arguments_of_the_file(
    files: FilePublisher, name: str
) -> None:
    write, arguments = LAYOUTS[name]
    files.publish(write(files, ["1", "2", "3"]), **arguments)
    path = write(files, ["1", "7", "8"])
    with pytest.raises(PublishIncompleteError) as caught:
        files.publish(path, saveRejected=True, **arguments)
    # In a long file both attributes of a time are in one record.
    count = 4 if name == "long" else 2
    assert (len(caught.value.rejected), caught.value.notSent) == (count, [])
    rejected = path.with_name(f"{path.name}.rejected.csv")
    files.publish(rejected, correct=True, **arguments)
    values = [float(point.split()[-1]) for point in files.stored()[f"a/{find_name(name)}"]]
    assert values == [1, 7, 8]
    again = files.publish(path, **arguments)
    assert again.valuesStored == 0


def find_name(layout: str) -> str:
    """The name of the attribute in a layout."""
    return " kW" if layout == "JSON" else "kW"


def test_rejected_rows_saved_again_by_a_spreadsheet_program_are_published(
    files: FilePublisher,
) -> None:
    arguments = {"skipFooter": 1, "encoding": "cp1252"}
    files.publish(files.write(["timestamp,Größe", f"{DAYS[0]},1"]))
    text = "\n".join(["timestamp,Größe", f"{DAYS[0]},2", "-,-"])
    path = files.write(text.encode("cp1252"))
    with pytest.raises(PublishIncompleteError):
        files.publish(path, saveRejected=True, **arguments)
    rejected = files.folder / "input.csv.rejected.csv"
    frame = pd.read_csv(rejected)
    frame.to_csv(rejected, sep=";", index=False, encoding="cp1252")
    files.publish(rejected, correct=True, **arguments)
    assert files.stored() == {"a/Größe": ["2024-05-01 00:00 2"]}


def test_ambiguous_times_of_rejected_rows_are_not_inferred(files: FilePublisher) -> None:
    arguments = {"timeZone": "America/Los_Angeles", "ambiguous": "infer"}
    lines = ["timestamp,kW", "2024-11-03T01:30,1", "2024-11-03T01:30,2"]
    files.publish(files.write(lines), **arguments)
    path = files.write([*lines[:2], "2024-11-03T01:30,3"])
    with pytest.raises(PublishIncompleteError):
        files.publish(path, saveRejected=True, **arguments)
    rejected = files.folder / "input.csv.rejected.csv"
    with pytest.raises(InvalidParameterError, match="is ambiguous"):
        files.publish(rejected, correct=True, **arguments)
    files.publish(rejected, correct=True, **arguments | {"ambiguous": "later"})
    assert files.stored() == {"a/kW": ["2024-11-03 08:30 1", "2024-11-03 09:30 3"]}


def test_values_left_out_as_duplicates_are_not_reported_as_unsent(files: FilePublisher) -> None:
    files.publish(files.write(["timestamp,kW", f"{DAYS[1]},1"]))
    path = files.write(["timestamp,kW", *(f"{day},{n}" for n in (2, 3) for day in DAYS)])
    calls: list[tuple[int, int | None]] = []
    with pytest.raises(PublishIncompleteError) as caught:
        files.publish(
            path,
            duplicates="last",
            saveRejected=True,
            progress=lambda done, total: calls.append((done, total)),
        )
    error = caught.value
    assert (list(error.rejected), error.written, error.notSent) == ([6], [5, 7], [])
    assert calls[-1] == (3, 3)
