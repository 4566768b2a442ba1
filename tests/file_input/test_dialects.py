"""Delimited text of various programs: encodings, delimiters, extra lines and quotes."""

import codecs
import gzip
from typing import Any

import pytest

from avista_digital_exchange_sdk import InvalidParameterError, PublishIncompleteError

from .conftest import FilePublisher

DAY = "2024-05-01T00:00:00Z"
NEXT = "2024-05-02T00:00:00Z"
A_KW = {"a/kW": ["2024-05-01 00:00 1.50", "2024-05-02 00:00 2"]}
PLAIN = f"timestamp,kW\n{DAY},1.50\n{NEXT},2\n"
ACCEPTED: dict[str, tuple[Any, dict[str, Any], dict[str, list[str]]]] = {
    "plain": (PLAIN, {}, A_KW),
    "no newline at the end": (PLAIN.rstrip(), {}, A_KW),
    "CR LF": (PLAIN.replace("\n", "\r\n"), {}, A_KW),
    "CR alone": (PLAIN.replace("\n", "\r"), {}, A_KW),
    "mixed line ends": (PLAIN.replace("50\n", "50\r\n"), {}, A_KW),
    "blank lines": (PLAIN.replace("\n", "\n\n"), {}, A_KW),
    "lines of delimiters alone": (PLAIN + ",\n,\n", {}, A_KW),
    "semicolons": (PLAIN.replace(",", ";"), {}, A_KW),
    "tabs": (PLAIN.replace(",", "\t"), {}, A_KW),
    "bars": (PLAIN.replace(",", "|"), {}, A_KW),
    "named tabs": (PLAIN.replace(",", "\t"), {"delimiter": "tab"}, A_KW),
    "tildes": (PLAIN.replace(",", "~"), {"delimiter": "~"}, A_KW),
    "any number of blanks": (PLAIN.replace(",", "   "), {"delimiter": "whitespace"}, A_KW),
    "carets": (PLAIN.replace(",", "^"), {"delimiter": "^"}, A_KW),
    "colons as delimiters": (
        "t:kW\n20240501:1.50\n20240502:2\n",
        {"delimiter": ":", "timeColumn": "t", "timeFormat": "%Y%m%d", "timeZone": "UTC"},
        A_KW,
    ),
    "delimiter at each line's end": (PLAIN.replace("\n", ",\n"), {}, A_KW),
    "delimiter at the end of values only": (
        PLAIN.replace("0\n", "0,\n").replace("2\n", "2,\n"),
        {},
        A_KW,
    ),
    "UTF-8 with a mark": (codecs.BOM_UTF8 + PLAIN.encode(), {}, A_KW),
    "UTF-8 with two marks": (codecs.BOM_UTF8 * 2 + PLAIN.encode(), {}, A_KW),
    "UTF-16 with a mark": (PLAIN.replace(",", "\t").encode("utf-16"), {}, A_KW),
    "UTF-16 of the other order": (codecs.BOM_UTF16_BE + PLAIN.encode("utf-16-be"), {}, A_KW),
    "UTF-16 without a mark": (PLAIN.encode("utf-16-le"), {"encoding": "utf-16-le"}, A_KW),
    "UTF-32": (PLAIN.encode("utf-32"), {}, A_KW),
    "UTF-8 that is named": (codecs.BOM_UTF8 + PLAIN.encode(), {"encoding": "UTF8"}, A_KW),
    "sep= line": ("sep=;\n" + PLAIN.replace(",", ";"), {}, A_KW),
    "mark and sep= line": (b"\xef\xbb\xbfsep=;\r\n" + PLAIN.replace(",", ";").encode(), {}, A_KW),
    "quoted sep= line": ('"sep=\t"\n' + PLAIN.replace(",", "\t"), {}, A_KW),
    "blanks around cells": (f" timestamp , kW \n {DAY} , 1.50 \n\t{NEXT}\t,\t2\t\n", {}, A_KW),
    "no-break spaces around cells": (f"timestamp,kW\u00a0\n{DAY},\u00a01.50\n{NEXT},2\n", {}, A_KW),
    "all quoted": (f'"timestamp","kW"\n"{DAY}","1.50"\n"{NEXT}","2"\n', {}, A_KW),
    "blanks before quotes": (f'"timestamp", "kW"\n"{DAY}", "1.50"\n"{NEXT}", "2"\n', {}, A_KW),
    "single quotes": (f"'timestamp','kW'\n'{DAY}','1.50'\n'{NEXT}','2'\n", {"quote": "'"}, A_KW),
    "one preamble line": ("Meter report\n" + PLAIN, {}, A_KW),
    "preamble": (f"Site,North\nUnit,kW\n\n{PLAIN}", {"skipLines": 3}, A_KW),
    "preamble of prose": (f"Report of 2024\nMade by X, for Y.\n\n{PLAIN}", {}, A_KW),
    "preamble with a quote": (f'Logger 12" rack\n{PLAIN}', {"skipLines": 1}, A_KW),
    "comment lines": (f"# made by X\n{PLAIN}# end\n", {"comment": "#"}, A_KW),
    "comment lines between rows": (
        PLAIN.replace("50\n", "50\n# gap, here\n"),
        {"comment": "#"},
        A_KW,
    ),
    "units row": (f"timestamp,kW\n,kilowatt\n{DAY},1.50\n{NEXT},2\n", {"unitsRow": True}, A_KW),
    "two units rows": (f"timestamp,kW\nTS,kW\n,Avg\n{DAY},1.50\n{NEXT},2\n", {"unitsRow": 2}, A_KW),
    "units row and time unit": (
        f"timestamp,kW\ns,W\n{DAY},1.50\n{NEXT},2\n",
        {"unitsRow": 1},
        A_KW,
    ),
    "footer": (f"{PLAIN}Total,3.50\n", {"skipFooter": 1}, A_KW),
    "footer of two lines and blank ones": (
        f"{PLAIN}\nTotal,3.50\nEnd of file\n\n",
        {"skipFooter": 2},
        A_KW,
    ),
    "no names": (f"{DAY},1.50\n{NEXT},2\n", {"columnNames": ["timestamp", "kW"]}, A_KW),
    "no names, and lines before": (
        f"x\n{DAY},1.50\n{NEXT},2\n",
        {"columnNames": ["timestamp", "kW"], "skipLines": 1},
        A_KW,
    ),
    "index of a frame": (f",kW\n{DAY},1.50\n{NEXT},2\n", {}, A_KW),
    "row numbers of a frame": (f",timestamp,kW\n0,{DAY},1.50\n1,{NEXT},2\n", {}, A_KW),
    "row numbers from 1": (f",timestamp,kW\n1,{DAY},1.50\n2,{NEXT},2\n", {}, A_KW),
    "Unnamed: 0": (
        f"Unnamed: 0,timestamp,kW\n0,{DAY},1.50\n1,{NEXT},2\n",
        {},
        A_KW,
    ),
    "quotes as text": (
        f'timestamp,note\n{DAY},12" pipe\n',
        {"quote": "none"},
        {"a/note": ['2024-05-01 00:00 12" pipe']},
    ),
    "newline in a quoted cell": (
        f'timestamp,note\n{DAY},"two\nlines"\n{NEXT},x\n',
        {},
        {"a/note": ["2024-05-01 00:00 two\nlines", "2024-05-02 00:00 x"]},
    ),
    "quotes in a quoted cell": (
        f'timestamp,note\n{DAY},"say ""hi"", you"\n',
        {},
        {"a/note": ['2024-05-01 00:00 say "hi", you']},
    ),
    "delimiter in a quoted cell": (
        f'timestamp;note\n{DAY};"a;b"\n{NEXT};c\n',
        {},
        {"a/note": ["2024-05-01 00:00 a;b", "2024-05-02 00:00 c"]},
    ),
    "backslashes": (
        f"timestamp,note\n{DAY},C:\\data\\\n",
        {},
        {"a/note": ["2024-05-01 00:00 C:\\data\\"]},
    ),
    "blanks within a text": (
        f"timestamp,note\n{DAY},  two  words \n",
        {},
        {"a/note": ["2024-05-01 00:00   two  words "]},
    ),
    "cp1252": (
        "timestamp,Größe\n2024-05-01T00:00:00Z,drei €\n".encode("cp1252"),
        {"encoding": "cp1252"},
        {"a/Größe": ["2024-05-01 00:00 drei €"]},
    ),
    "Shift JIS": (
        "timestamp,電力\n2024-05-01T00:00:00Z,良\n".encode("shift_jis"),
        {"encoding": "shift_jis"},
        {"a/電力": ["2024-05-01 00:00 良"]},
    ),
    "TOA5": (
        '"TOA5","st","CR1000","1","CR1000.Std.25","CPU:a.CR1","5","Hourly"\n'
        '"TIMESTAMP","RECORD","AirT"\n"TS","RN","Deg C"\n"","","Avg"\n'
        '"2024-05-01 00:00:00",1,1.50\n"2024-05-02 00:00:00",2,2\n',
        {"timeZone": "UTC", "measureColumns": ["AirT"], "attributeNames": {"AirT": "kW"}},
        A_KW,
    ),
    "preamble of more lines than there are rows": (
        f"Name,J DOE\nAddress,1 Main St\nAccount,7\n\nWHEN,kW,NOTES\n{DAY},1.50,\n{NEXT},2,\n",
        {"timeColumn": "WHEN"},
        A_KW,
    ),
    "columns without any value": (f"timestamp,kW,gone\n{DAY},1.50,\n{NEXT},2,\n", {}, A_KW),
    "cells in some rows only": (
        f"timestamp,kW,b\n{DAY},1.50,\n{NEXT},2,7\n",
        {},
        A_KW | {"a/b": ["2024-05-02 00:00 7"]},
    ),
    "a long text": (
        f"timestamp,note\n{DAY},{'x' * 2000}\n",
        {},
        {"a/note": [f"2024-05-01 00:00 {'x' * 2000}"]},
    ),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_file_of_a_dialect_is_stored_correctly(files: FilePublisher, name: str) -> None:
    content, arguments, expected = ACCEPTED[name]
    report = files.publish(files.write(content), **arguments)
    assert files.stored() == expected
    assert report.valuesStored == sum(map(len, expected.values()))
    assert report.rows == len({point[:16] for points in expected.values() for point in points})


REFUSED: dict[str, tuple[Any, dict[str, Any], str]] = {
    "empty file": ("", {}, "input.csv: is empty"),
    "blank lines alone": ("\n \n\n", {}, "input.csv: has no rows"),
    "names alone": ("timestamp,kW\n", {}, "input.csv: has no rows of values"),
    "names and a units row alone": (
        "timestamp,kW\n,kW\n",
        {"unitsRow": 1},
        "input.csv: has no rows of values",
    ),
    "one column": (f"kW\n1\n{DAY}\n", {}, "input.csv, line 1: has only one column, got 'kW'"),
    "too few cells": (
        f"timestamp,a,b\n{DAY},1,2\n{NEXT},1\n",
        {},
        "input.csv, line 3: must have 3 cells like the header, got 2",
    ),
    "too many cells": (
        f"timestamp,a\n{DAY},1\n{NEXT},1,5\n",
        {},
        "input.csv, line 3: must have 2 cells like the header, got 3",
    ),
    "a decimal comma between commas": (
        f"timestamp,a\n{DAY},1\n{NEXT},1,5\n",
        {},
        "a comma in a cell needs quotes around the cell",
    ),
    "a decimal comma in all rows between commas": (
        f"timestamp,a\n{DAY},1,5\n{NEXT},2,5\n",
        {},
        "line 2: must have 2 cells like the header in line 1, got 3: '2024-05-01T00:00:00Z,1,5'; a "
        "',' in a cell, such as a decimal comma, needs quotes around the cell",
    ),
    "a row of values as a footer": (
        PLAIN,
        {"skipFooter": 1},
        f"line 3: has the timestamp '{NEXT}', but is ignored as a row of units or of a foot",
    ),
    "a row of values as units": (PLAIN, {"unitsRow": 1}, f"line 2: has the timestamp '{DAY}', but"),
    "a column to publish and to ignore": (
        PLAIN,
        {"measureColumns": ["kW"], "ignoreColumns": ["kW"]},
        "ignoreColumns must be other columns than those of measureColumns, got 'kW'",
    ),
    "a reserved name": (
        f"timestamp,time\n{DAY},1\n",
        {"timeColumn": "timestamp"},
        "column 'time': can't be the name of an attribute, which must be a name other than",
    ),
    "gzip in gzip": (gzip.compress(gzip.compress(b"x")), {}, "is compressed twice; extract it"),
    "tar": (b"a.csv" + bytes(252) + b"ustar" + bytes(250), {}, "is a tar archive; extract it"),
    "RAR": (b"Rar!\x1a\x07\0" + bytes(20), {}, "is a RAR archive; extract it first"),
    "no file in a zip archive": (b"PK\x05\x06" + bytes(18), {}, "is an empty zip archive"),
    "total at the end": (f"{PLAIN}Total,3.5\n", {}, "line 4, column 'timestamp': 'Total' is no"),
    "total without cells": (
        f"timestamp,a,b\n{DAY},1,2\n{NEXT},1,2\n2 rows\n",
        {},
        "skipFooter=1 ignores one",
    ),
    "units row": (f"timestamp,kW\ns,kW\n{DAY},1\n", {}, "unitsRow=1 ignores it"),
    "unclosed quote": (
        f'timestamp,n\n{DAY},a\n{NEXT},"b\n2024-05-03T00:00:00Z,c\n',
        {},
        "input.csv, line 3: a quoted cell begins in this line and is not closed",
    ),
    "quote that is closed rows later": (
        f'timestamp,n\n{DAY},"a\n{NEXT},b"\n2024-05-03T00:00:00Z,c\n',
        {},
        "input.csv, line 2: a quoted cell begins in this line, ends in line 3 and contains",
    ),
    "text after a quoted cell": (
        f'timestamp,n\n{DAY},"a"b\n',
        {},
        "input.csv, line 2: a quoted cell is followed by more text",
    ),
    "NUL": (f"timestamp,n\n{DAY},a\0b\n", {}, "input.csv, line 2: contains a NUL character"),
    "NUL bytes at the end": (f"{PLAIN}\0\0\0\0", {}, "input.csv, line 4: contains a NUL character"),
    "cp1252": (
        "timestamp,n\n2024-05-01T00:00:00Z,\u00e4\n".encode("cp1252"),
        {},
        "input.csv, line 2: is not encoded in UTF-8 (byte 0xe4); pass its encoding",
    ),
    "cp1252 far below": (
        b"timestamp,n\n" + b"2024-05-01T00:00:00Z,a\n" * 20000 + b"2024-05-02T00:00:00Z,\xe4\n",
        {},
        "input.csv, line 20002: is not encoded in UTF-8 (byte 0xe4)",
    ),
    "UTF-16 without a mark": (PLAIN.encode("utf-16-le"), {}, "encoding='utf-16-le'"),
    "UTF-16 that is cut off": (PLAIN.encode("utf-16")[:-1], {}, "is not encoded in UTF-16"),
    "no names": (f"{DAY},1.50\n{NEXT},2\n", {}, "columnNames=['name1', 'name2']"),
    "names that come twice": (f"timestamp,a,a\n{DAY},1,2\n", {}, "2 columns are called 'a'"),
    "a column without a name": (
        f"timestamp,a,\n{DAY},1,2\n",
        {},
        "input.csv, line 2: column 3 has no name, but the value '2'",
    ),
    "quotes of another kind": (f"timestamp,n\n'{DAY}',1\n", {}, "is not a timestamp of a known"),
    "HTML": ("<html><body><table><tr><td>1</td></tr></table>", {}, "is XML or HTML"),
    "XML": ('<?xml version="1.0"?><a/>', {}, "is XML or HTML"),
    "PDF": (b"%PDF-1.7\n", {}, "is a PDF document"),
    "old Excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), {}, "save it as .xlsx"),
    "SQLite": (b"SQLite format 3\0" + bytes(100), {}, "is an SQLite database"),
    "HDF5": (b"\x89HDF\r\n\x1a\n" + bytes(100), {}, "read_hdf"),
    "delimiter that is not there": (PLAIN, {"delimiter": ";"}, "timestamp"),
    "two delimiters that fit": ("timestamp,kW;n\n1,5;2,5\n2,5;3,5\n", {}, "timestamp"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_ambiguous_file_is_refused_with_its_line(files: FilePublisher, name: str) -> None:
    content, arguments, message = REFUSED[name]
    with pytest.raises(InvalidParameterError) as caught:
        files.publish(files.write(content), **arguments)
    assert message in str(caught.value)
    assert len(str(caught.value)) < 600
    assert files.stored() == {}


ESCAPED = [
    "timestamp,note,kW",
    f'{DAY},"say \\"stop\\", then \\\\ wait",1',
    f"{NEXT},C:\\temp,2",
]
NOTES = ['2024-05-01 00:00 say "stop", then \\ wait', "2024-05-02 00:00 C:\\temp"]


@pytest.mark.parametrize("options", [{}, {"escape": "\\"}])
def test_quotes_after_backslashes_are_detected_and_shown(
    files: FilePublisher, options: dict[str, Any]
) -> None:
    path = files.write(ESCAPED)
    assert files.publish(path, inspect=True, **options).files[0].facts["escape"] == "\\"
    files.publish(path, **options)
    assert files.stored()["a/note"] == NOTES


def test_quoted_backslashes_at_the_end_of_cells_are_kept(files: FilePublisher) -> None:
    path = files.write(["timestamp,folder,kW", f'{DAY},"C:\\",1', f'{NEXT},"D:\\a ""b""",2'])
    report = files.publish(path)
    assert "escape" not in report.files[0].facts
    assert files.stored()["a/folder"] == [
        "2024-05-01 00:00 C:\\",
        '2024-05-02 00:00 D:\\a "b"',
    ]


def test_escaped_quote_may_stand_before_a_line_break_within_a_cell(files: FilePublisher) -> None:
    path = files.write(["timestamp,note,kW", f'{DAY},"a \\"', 'b\\", c",1', f"{NEXT},x,2"])
    files.publish(path, escape="\\")
    assert files.stored()["a/note"] == ['2024-05-01 00:00 a "\nb", c', "2024-05-02 00:00 x"]


def test_escaped_quotes_beyond_the_sample_are_refused_with_the_option_that_reads_them(
    files: FilePublisher,
) -> None:
    rows = [f"2024-05-01T00:{n // 60:02}:{n % 60:02}Z,x,1" for n in range(400)]
    path = files.write(["timestamp,note,kW", *rows, f'{NEXT},"a \\"b\\" c",1'])
    with pytest.raises(InvalidParameterError) as caught:
        files.publish(path)
    assert "input.csv, line 402: " in str(caught.value)
    assert "escape='\\\\' reads quotes after a backslash as text" in str(caught.value)
    files.publish(path, escape="\\")
    assert files.stored()["a/note"][-1] == '2024-05-02 00:00 a "b" c'


def test_names_with_line_breaks_are_names_in_one_line(files: FilePublisher) -> None:
    path = files.write(["a note", '"Time\nstamp"," Power \n (kW)"', f"{DAY},1.50", f"{NEXT},2"])
    report = files.publish(path)
    assert report.files[0].facts["header line"] == 4
    assert files.stored() == {"a/Power (kW)": A_KW["a/kW"]}
    files.write(path.read_text().replace("1.50", "3"))
    with pytest.raises(PublishIncompleteError):
        files.publish(path, saveRejected=True)
    files.publish(files.folder / "input.csv.rejected.csv", correct=True)
    assert files.stored() == {"a/Power (kW)": ["2024-05-01 00:00 3", "2024-05-02 00:00 2"]}


def test_preamble_with_as_many_lines_as_there_are_rows_is_skipped(files: FilePublisher) -> None:
    preamble = ["Name,X", 'Address,"1 St, Y"', "Account,1", ""]
    rows = ["TYPE,timestamp,kW", f"e,{DAY},1.50", f"e,{NEXT},2"]
    files.publish(files.write([*preamble, *rows]))
    assert files.stored()["a/kW"] == A_KW["a/kW"]
