"""Formats of times in files, and their values in UTC."""

from typing import Any

import pytest

from avista_digital_exchange_sdk import InvalidParameterError

from .conftest import FilePublisher

LOS_ANGELES = {"timeZone": "America/Los_Angeles"}
UTC = {"timeZone": "UTC"}
FALL_DAYS = ("2023-11-05", "2024-11-03")
# The cells of a column of times, the arguments, and the times in UTC.
ACCEPTED: dict[str, tuple[list[str], dict[str, Any], list[str]]] = {
    "Z": (["2024-05-01T06:00:00Z"], {}, ["2024-05-01 06:00"]),
    "blank": (["2024-05-01 06:00:00Z"], {}, ["2024-05-01 06:00"]),
    "offset": (["2024-05-01T06:00:00-07:00"], {}, ["2024-05-01 13:00"]),
    "offsets that change": (
        ["2024-05-01T06:00:00+02:00", "2024-12-01T06:00:00+01:00"],
        {},
        ["2024-05-01 04:00", "2024-12-01 05:00"],
    ),
    "offset without a colon": (["2024-05-01T06:00:00-0700"], {}, ["2024-05-01 13:00"]),
    "offset of half an hour": (["2024-05-01 06:00:00 +05:30"], {}, ["2024-05-01 00:30"]),
    "UTC by name": (["2024-05-01 06:00:00 UTC"], {}, ["2024-05-01 06:00"]),
    "offset and timeZone": (
        ["2024-05-01T06:00:00-07:00"],
        {"timeZone": "Europe/Berlin"},
        ["2024-05-01 13:00"],
    ),
    "minutes": (["2024-05-01T06:00Z"], {}, ["2024-05-01 06:00"]),
    "basic": (["20240501T060000Z"], {}, ["2024-05-01 06:00"]),
    "milliseconds": (["2024-05-01T06:00:00.125Z"], {}, ["2024-05-01 06:00:00.125"]),
    "nanoseconds": (["2024-05-01T06:00:00.123456789Z"], {}, ["2024-05-01 06:00:00.123456789"]),
    "comma as decimal separator": (
        ["2024-05-01T06:00:00,5Z"],
        {"delimiter": ";"},
        ["2024-05-01 06:00:00.5"],
    ),
    "24:00": (["2024-04-30T24:00:00Z"], {}, ["2024-05-01 00:00"]),
    "before 1970": (["1960-01-01T00:00:00Z"], {}, ["1960-01-01 00:00"]),
    "dates": (["2024-05-01", "2024-05-02"], UTC, ["2024-05-01 00:00", "2024-05-02 00:00"]),
    "dates in a zone": (["2024-05-01"], LOS_ANGELES, ["2024-05-01 07:00"]),
    "fixed offset": (["2024-05-01 00:00:00"], {"timeZone": "-08:00"}, ["2024-05-01 08:00"]),
    "fixed offset in words": (["2024-05-01 00:00:00"], {"timeZone": "UTC+5"}, ["2024-04-30 19:00"]),
    "year first with slashes": (["2024/5/1 6:00"], UTC, ["2024-05-01 06:00"]),
    "day first for sure": (
        ["13/05/2024 06:00", "01/06/2024 06:00"],
        UTC,
        ["2024-05-13 06:00", "2024-06-01 06:00"],
    ),
    "month first for sure": (
        ["05/13/2024 06:00", "06/01/2024 06:00"],
        UTC,
        ["2024-05-13 06:00", "2024-06-01 06:00"],
    ),
    "12 hours": (
        ["05/13/2024 12:00 AM", "05/13/2024 12:30 PM", "05/13/2024 1:05:07 PM"],
        UTC,
        ["2024-05-13 00:00", "2024-05-13 12:30", "2024-05-13 13:05:07"],
    ),
    "dots": (["13.05.2024 06:00"], UTC, ["2024-05-13 06:00"]),
    "months by name": (
        ["01-May-2024 06:00:00", "02-Jun-2024 06:00:00"],
        UTC,
        ["2024-05-01 06:00", "2024-06-02 06:00"],
    ),
    "months by name, first": (
        ["May 1, 2024 6:00 AM"],
        UTC | {"delimiter": ";"},
        ["2024-05-01 06:00"],
    ),
    "weekdays": (["Wed, 01 May 2024 06:00:00 GMT"], {"delimiter": ";"}, ["2024-05-01 06:00"]),
    "US format": (
        ["05/06/2024 06:00"],
        UTC | {"timeFormat": "%m/%d/%Y %H:%M"},
        ["2024-05-06 06:00"],
    ),
    "an order by its name": (
        ["5/6/2024 1 a.m. PDT"],
        LOS_ANGELES | {"timeFormat": "month/day/year"},
        ["2024-05-06 08:00"],
    ),
    "European format": (
        ["05/06/2024 06:00"],
        UTC | {"timeFormat": "%d/%m/%Y %H:%M"},
        ["2024-06-05 06:00"],
    ),
    "format with 24:00": (
        ["05.06.2024 24:00"],
        UTC | {"timeFormat": "%d.%m.%Y %H:%M"},
        ["2024-06-06 00:00"],
    ),
    "24:00 at the end of the year": (
        ["31.12.2024 24:00:00"],
        UTC | {"timeFormat": "%d.%m.%Y %H:%M:%S"},
        ["2025-01-01 00:00"],
    ),
    "24:00 in a zone": (
        ["30.04.2024 24:00"],
        LOS_ANGELES | {"timeFormat": "%d.%m.%Y %H:%M"},
        ["2024-05-01 07:00"],
    ),
    "format with nine digits": (
        ["20240501 06:00:00.123456789"],
        UTC | {"timeFormat": "%Y%m%d %H:%M:%S.%f"},
        ["2024-05-01 06:00:00.123456789"],
    ),
    "format with an offset": (
        ["01.05.2024 06:00 +0200"],
        {"timeFormat": "%d.%m.%Y %H:%M %z"},
        ["2024-05-01 04:00"],
    ),
    "compact": (["202405010600"], UTC | {"timeFormat": "%Y%m%d%H%M"}, ["2024-05-01 06:00"]),
    "day of the year": (
        ["2024-122 06:00"],
        UTC | {"timeFormat": "%Y-%j %H:%M"},
        ["2024-05-01 06:00"],
    ),
    "seconds": (
        ["1714543200", "1714543200.5"],
        {"timeUnit": "s"},
        ["2024-05-01 06:00", "2024-05-01 06:00:00.5"],
    ),
    "milliseconds since 1970": (["1714543200125"], {"timeUnit": "ms"}, ["2024-05-01 06:00:00.125"]),
    "microseconds since 1970": (
        ["1714543200000001"],
        {"timeUnit": "us"},
        ["2024-05-01 06:00:00.000001"],
    ),
    "nanoseconds since 1970": (
        ["1714543200123456789"],
        {"timeUnit": "ns"},
        ["2024-05-01 06:00:00.123456789"],
    ),
    "seconds with nine digits": (
        ["1714543200.123456789"],
        {"timeUnit": "s"},
        ["2024-05-01 06:00:00.123456789"],
    ),
    "seconds before 1970": (["-86400"], {"timeUnit": "s"}, ["1969-12-31 00:00"]),
    "epochs ignore timeZone": (
        ["1714543200"],
        {"timeUnit": "s"} | LOS_ANGELES,
        ["2024-05-01 06:00"],
    ),
    "spreadsheet": (
        ["45413.25", "45413.2604166667"],
        {"timeUnit": "excel"} | UTC,
        ["2024-05-01 06:00", "2024-05-01 06:15"],
    ),
    "spreadsheet in a zone": (["45413"], {"timeUnit": "excel"} | LOS_ANGELES, ["2024-05-01 07:00"]),
    "MATLAB": (["739373.25"], {"timeUnit": "matlab"} | UTC, ["2024-05-01 06:00"]),
    "abbreviations": (
        ["2024-11-03 01:30:00 PDT", "2024-11-03 01:30:00 PST"],
        LOS_ANGELES,
        ["2024-11-03 08:30", "2024-11-03 09:30"],
    ),
    "repeated hour, inferred": (
        [
            "2024-11-03 00:30:00",
            "2024-11-03 01:00:00",
            "2024-11-03 01:30:00",
            "2024-11-03 01:00:00",
            "2024-11-03 01:30:00",
            "2024-11-03 02:00:00",
        ],
        LOS_ANGELES | {"ambiguous": "infer"},
        [
            "2024-11-03 07:30",
            "2024-11-03 08:00",
            "2024-11-03 08:30",
            "2024-11-03 09:00",
            "2024-11-03 09:30",
            "2024-11-03 10:00",
        ],
    ),
    "repeated hour, newest first": (
        [
            "2024-11-03 02:00:00",
            "2024-11-03 01:30:00",
            "2024-11-03 01:00:00",
            "2024-11-03 01:30:00",
            "2024-11-03 01:00:00",
            "2024-11-03 00:30:00",
        ],
        LOS_ANGELES | {"ambiguous": "infer"},
        [
            "2024-11-03 07:30",
            "2024-11-03 08:00",
            "2024-11-03 08:30",
            "2024-11-03 09:00",
            "2024-11-03 09:30",
            "2024-11-03 10:00",
        ],
    ),
    "repeated hour, hourly": (
        [
            "2024-11-03 00:00:00",
            "2024-11-03 01:00:00",
            "2024-11-03 01:00:00",
            "2024-11-03 02:00:00",
        ],
        LOS_ANGELES | {"ambiguous": "infer"},
        ["2024-11-03 07:00", "2024-11-03 08:00", "2024-11-03 09:00", "2024-11-03 10:00"],
    ),
    "repeated hour alone": (
        ["2024-11-03 01:00", "2024-11-03 01:30", "2024-11-03 01:00", "2024-11-03 01:30"],
        LOS_ANGELES | {"ambiguous": "infer"},
        ["2024-11-03 08:00", "2024-11-03 08:30", "2024-11-03 09:00", "2024-11-03 09:30"],
    ),
    "repeated hour alone, newest first": (
        ["2024-11-03 01:30", "2024-11-03 01:00", "2024-11-03 01:30", "2024-11-03 01:00"],
        LOS_ANGELES | {"ambiguous": "infer"},
        ["2024-11-03 08:00", "2024-11-03 08:30", "2024-11-03 09:00", "2024-11-03 09:30"],
    ),
    "repeated hour at the end": (
        ["2024-11-03 00:30", "2024-11-03 01:00", "2024-11-03 01:30"],
        LOS_ANGELES | {"ambiguous": "infer"},
        ["2024-11-03 07:30", "2024-11-03 08:00", "2024-11-03 08:30"],
    ),
    "repeated hours of two years": (
        [f"{day} {hour}" for day in FALL_DAYS for hour in ("00:00", "01:00", "01:00", "02:00")],
        LOS_ANGELES | {"ambiguous": "infer"},
        [f"{day} {hour}" for day in FALL_DAYS for hour in ("07:00", "08:00", "09:00", "10:00")],
    ),
    "hours and minutes without leading zeros": (
        ["20240501 0", "20240501 45", "20240501 130", "20240501 2400"],
        UTC | {"timeFormat": "%Y%m%d %H%M"},
        ["2024-05-01 00:00", "2024-05-01 00:45", "2024-05-01 01:30", "2024-05-02 00:00"],
    ),
    "days without leading zeros": (
        ["1052024"],
        UTC | {"timeFormat": "%d%m%Y"},
        ["2024-05-01 00:00"],
    ),
    "24:00 before a day and a year of 24": (
        ["24:00 24.05.24"],
        UTC | {"timeFormat": "%H:%M %d.%m.%y"},
        ["2024-05-25 00:00"],
    ),
    "24:00 in digits alone": (
        ["202405012400"],
        UTC | {"timeFormat": "%Y%m%d%H%M"},
        ["2024-05-02 00:00"],
    ),
    "repeated hour, earlier": (
        ["2024-11-03 01:30:00"],
        LOS_ANGELES | {"ambiguous": "earlier"},
        ["2024-11-03 08:30"],
    ),
    "repeated hour, later": (
        ["2024-11-03 01:30:00"],
        LOS_ANGELES | {"ambiguous": "later"},
        ["2024-11-03 09:30"],
    ),
    "repeated hour in Europe": (
        [
            "27.10.2024 01:45",
            "27.10.2024 02:00",
            "27.10.2024 02:45",
            "27.10.2024 02:00",
            "27.10.2024 02:45",
            "27.10.2024 03:00",
        ],
        {"timeZone": "Europe/Berlin", "ambiguous": "infer", "timeFormat": "%d.%m.%Y %H:%M"},
        [
            "2024-10-26 23:45",
            "2024-10-27 00:00",
            "2024-10-27 00:45",
            "2024-10-27 01:00",
            "2024-10-27 01:45",
            "2024-10-27 02:00",
        ],
    ),
    "repeated half hour": (
        ["2024-04-07 01:45:00"],
        {"timeZone": "Australia/Lord_Howe", "ambiguous": "later"},
        ["2024-04-06 15:15"],
    ),
    "skipped hour, shifted": (
        ["2024-03-10 02:30:00"],
        LOS_ANGELES | {"nonexistent": "shift"},
        ["2024-03-10 10:30"],
    ),
    "skipped hour without daylight saving time": (
        ["2024-03-10 02:30:00"],
        {"timeZone": "-08:00"},
        ["2024-03-10 10:30"],
    ),
    "first and last of the years": (
        ["1677-09-22T00:00:00Z", "2262-04-11T00:00:00Z"],
        {},
        ["1677-09-22 00:00", "2262-04-11 00:00"],
    ),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_times_are_stored_in_utc(files: FilePublisher, name: str) -> None:
    cells, arguments, expected = ACCEPTED[name]
    delimiter = arguments.get("delimiter", ",")
    lines = [f"{cell}{delimiter}{number}" for number, cell in enumerate(cells)]
    files.publish(files.write([f"timestamp{delimiter}kW", *lines]), **arguments)
    if expected[0].startswith("1677"):
        assert len(files.client.listTimeSeriesAssetsAndLatestValues(files.database)) == 1
        return
    stored = [point.rpartition(" ")[0] for point in files.stored()["a/kW"]]
    assert stored == sorted(expected)


REFUSED: dict[str, tuple[list[str], dict[str, Any], str]] = {
    "no zone": (
        ["2024-05-01T06:00:00"],
        {},
        "input.csv, line 2, column 'timestamp': '2024-05-01T06:00:00' has no time zone",
    ),
    "no zone in one cell": (
        ["2024-05-01T06:00:00Z", "2024-05-01T07:00:00"],
        {},
        "input.csv, line 3, column 'timestamp': '2024-05-01T07:00:00' has no",
    ),
    "an abbreviation alone": (
        ["2024-11-03 01:30:00 PDT"],
        {},
        "is in PDT, the abbreviation of several",
    ),
    "an abbreviation of another zone": (
        ["2024-05-01 01:30:00 CET"],
        LOS_ANGELES,
        "must be in PDT in this time zone",
    ),
    "a bad time in the middle": (
        ["2024-05-01T06:00:00Z", "reset", "2024-05-01T07:00:00Z"],
        {},
        "input.csv, line 3, column 'timestamp': 'reset' is not a timestamp; timestamps are read as "
        "ISO 8601",
    ),
    "a bad time at the end": (["2024-05-01T06:00:00Z", "reset"], {}, "skipFooter=1 ignores it"),
    "a day that is not": (
        ["2024-05-01T06:00:00Z", "2024-02-30T06:00:00Z"],
        {},
        "line 3, column 'timestamp': '2024-02-30T06:00:00Z' is not a timestamp",
    ),
    "no time at all": (["2024-05-01T06:00:00Z", ""], {}, "line 3, column 'timestamp': has no time"),
    "an hour that is not": (
        ["2024-05-01T06:00:00Z", "2024-05-01T25:00:00Z"],
        {},
        "'2024-05-01T25:00:00Z' is not a timestamp",
    ),
    "24:01": (
        ["2024-05-01T06:00:00Z", "2024-05-01T24:01:00Z"],
        {},
        "T24:01:00Z' is not a timestamp",
    ),
    "two orders": (
        ["05/06/2024 06:00"],
        UTC,
        "can be read as day/month/year with timeFormat='%d/%m/%Y %H:%M' or month/day/yea",
    ),
    "two orders, 12 hours": (["05/06/2024 06:00 PM"], UTC, "timeFormat='%m/%d/%Y %I:%M %p'"),
    "two orders that no format has": (
        ["5/6/2024 1 a.m. PDT"],
        LOS_ANGELES,
        "month/day/year with timeFormat='month/day/year'",
    ),
    "two digits of a year": (["05/06/07 06:00"], UTC, "can be read as"),
    "an order that changes": (
        ["13/05/2024 06:00", "14/05/2024 06:00", "05/15/2024 06:00"],
        UTC,
        "line 4, column 'timestamp': '05/15/2024 06:00' is not a timestamp",
    ),
    "numbers": (["1714543200"], {}, "read it as a timestamp with timeUnit='s'"),
    "large numbers": (["1714543200123456789"], {}, "read it as a timestamp with timeUnit='ns'"),
    "serials": (["45413.25"], {}, "read it as a timestamp with timeUnit='excel'"),
    "compact": (["20240501060000"], {}, "timeFormat='%Y%m%d%H%M%S'"),
    "rounded epochs": (["1.71454E+12"], {"timeUnit": "ms"}, "'1.71454E+12' is not a timestamp"),
    "the wrong unit": (["1714543200000"], {"timeUnit": "s"}, "timeUnit='ms' may be meant"),
    "the wrong format": (
        ["2024-05-01"],
        UTC | {"timeFormat": "%d/%m/%Y"},
        "line 2, column 'timestamp': '2024-05-01' is not a timestamp; timestamps are read as %d",
    ),
    "repeated hour": (
        ["2024-11-03 00:30:00", "2024-11-03 01:30:00"],
        LOS_ANGELES,
        "line 3, column 'timestamp': '2024-11-03 01:30:00' is ambiguous",
    ),
    "repeated hour once, inferred": (
        ["2024-11-03 00:30:00", "2024-11-03 01:30:00", "2024-11-03 02:30:00"],
        LOS_ANGELES | {"ambiguous": "infer"},
        "the repeated hour, which the file contains only",
    ),
    "repeated hour in no order": (
        [f"2024-11-03 {hour}" for hour in ("01:30", "01:00", "00:30", "02:00", "01:45")],
        LOS_ANGELES | {"ambiguous": "infer"},
        "line 2, column 'timestamp': '2024-11-03 01:30' is ambiguous, and the rows around it are ",
    ),
    "repeated hour of either order": (
        ["2024-11-03 01:45", "2024-11-03 01:00", "2024-11-03 01:15"],
        LOS_ANGELES | {"ambiguous": "infer"},
        "'2024-11-03 01:45' is ambiguous, and the rows around it are in no order that tells it",
    ),
    "late row of the repeated hour": (
        [f"2024-11-03 {hour}" for hour in ("00:30", "01:00", "01:00", "02:00", "01:30")],
        LOS_ANGELES | {"ambiguous": "infer"},
        "line 6, column 'timestamp': '2024-11-03 01:30' is ambiguous, and out of order",
    ),
    "one pass of the repeated hour alone": (
        ["2024-11-03 01:00", "2024-11-03 01:15", "2024-11-03 01:30"],
        LOS_ANGELES | {"ambiguous": "infer"},
        "line 2, column 'timestamp': begins within the repeated hour, which the file contains only",
    ),
    "years of two digits and digits alone": (
        ["240501"],
        UTC,
        "'240501' is a number; read it as a timestamp with timeFormat='%y%m%d'",
    ),
    "minutes and digits alone": (
        ["2405010015"],
        UTC,
        "read it as a timestamp with timeFormat='%y%m%d%H%M' or timeUnit='s'",
    ),
    "times of day of a spreadsheet": (
        ["0.25"],
        UTC | {"timeUnit": "excel"},
        "'0.25' is not a timestamp; timestamps are read as Excel day numbers",
    ),
    "one in another format": (
        ["2024-01-02 00:00", "13/01/2024 00:00", "2024-01-03 00:00"],
        UTC,
        "it is written as day/month/year, unlike others; write all in the same format",
    ),
    "digits that are missing": (
        ["2024050112"],
        UTC | {"timeFormat": "%Y%m%d%H%M"},
        "'2024050112' is not a timestamp; timestamps are read as %Y%m%d%H%M",
    ),
    "skipped hour": (
        ["2024-03-10 01:30:00", "2024-03-10 02:30:00"],
        LOS_ANGELES,
        "line 3, column 'timestamp': '2024-03-10 02:30:00' does not exist",
    ),
    "beyond the years": (
        ["2024-05-01T00:00:00Z", "3024-05-01T00:00:00Z"],
        {},
        "line 3, column 'timestamp': '3024-05-01T00:00:00Z' is not between",
    ),
    "times of day": (["06:00"], UTC, "'06:00' is not a timestamp of a known format"),
    "a second beyond": (
        ["2024-05-01T06:00:00Z", "2024-06-30T23:59:60Z"],
        {},
        ":60Z' is not a timestamp",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_ambiguous_time_is_refused_with_its_line(files: FilePublisher, name: str) -> None:
    cells, arguments, message = REFUSED[name]
    lines = [f"{cell},{number}" for number, cell in enumerate(cells)]
    with pytest.raises(InvalidParameterError) as caught:
        files.publish(files.write(["timestamp,kW", *lines]), **arguments)
    assert message in str(caught.value)
    assert files.stored() == {}


def test_date_and_time_of_day_in_two_columns_are_joined(files: FilePublisher) -> None:
    path = files.write(["DATE,START TIME,USAGE", "05/13/2024,00:00,0.1", "05/13/2024,00:15,0.2"])
    with pytest.raises(InvalidParameterError) as caught:
        files.publish(path, timeColumn="DATE", measureColumns=["USAGE"], **LOS_ANGELES)
    assert "timeColumn=['DATE', 'START TIME'] reads both" in str(caught.value)
    files.publish(path, timeColumn=["DATE", "START TIME"], **LOS_ANGELES)
    assert files.stored() == {"a/USAGE": ["2024-05-13 07:00 0.1", "2024-05-13 07:15 0.2"]}


def test_second_time_column_is_published_as_the_times_of_rows_are_read(
    files: FilePublisher,
) -> None:
    lines = ["timestamp,received,kW", "2024-05-01 00:00,2024-05-01 00:07,1", "2024-05-02 00:00,,2"]
    report = files.publish(files.write(lines), **LOS_ANGELES)
    assert report.files[0].notices == [
        "column 'received' has timestamps, which are read like those of the rows; "
        "measureTypes={'received': 'VARCHAR'} publishes strings, ignoreColumns=['received'] "
        "ignores it"
    ]
    assert files.types() == {"kW": "DOUBLE", "received": "TIMESTAMP"}
    assert files.stored()["a/received"] == ["2024-05-01 07:00 2024-05-01 07:07:00.000000000"]


def test_second_time_column_that_cannot_be_read_is_refused_with_advice_that_works(
    files: FilePublisher,
) -> None:
    path = files.write(
        ["timestamp,received,kW", "2024-05-01T00:00:00Z,2024-05-01 00:00:07,1"],
    )
    with pytest.raises(InvalidParameterError) as caught:
        files.publish(path)
    assert str(caught.value) == (
        "input.csv, line 2, column 'received': '2024-05-01 00:00:07' is a timestamp in another "
        "format than those of the rows; measureTypes={'received': 'VARCHAR'} publishes the column "
        "as strings, ignoreColumns=['received'] ignores it"
    )
    report = files.publish(path, ignoreColumns=["received"])
    assert (report.files[0].notices, files.types()) == ([], {"kW": "DOUBLE"})
    files.publish(path, measureTypes={"received": "VARCHAR"})
    assert files.stored()["a/received"] == ["2024-05-01 00:00 2024-05-01 00:00:07"]


def test_times_that_cannot_all_be_read_are_refused_as_values(files: FilePublisher) -> None:
    lines = [
        "timestamp,seen",
        "2024-11-02 00:00,2024-11-02 00:00",
        "2024-11-03 00:00,2024-11-03 01:30",
    ]
    with pytest.raises(InvalidParameterError) as caught:
        files.publish(files.write(lines), **LOS_ANGELES)
    assert str(caught.value) == (
        "input.csv, line 3, column 'seen': '2024-11-03 01:30' can't be published as TIMESTAMP; "
        "measureTypes={'seen': 'VARCHAR'} publishes the column as strings"
    )


@pytest.mark.parametrize("texts", [["01:30:00", "26:15:00"], ["0:15", "00:30"], ["01:30 PM", ""]])
def test_durations_and_times_of_day_are_published_as_text_and_reported(
    files: FilePublisher, texts: list[str]
) -> None:
    lines = [f"2024-05-0{day}T00:00:00Z,{text},1" for day, text in enumerate(texts, 1)]
    report = files.publish(files.write(["timestamp,run,kW", *lines]))
    assert report.files[0].notices == [
        f"column 'run' has times of day or durations such as {texts[0]!r}, published as strings; "
        "ignoreColumns=['run'] ignores it"
    ]
    expected = [f"2024-05-0{day} 00:00 {text}" for day, text in enumerate(texts, 1) if text]
    assert files.stored()["a/run"] == expected


def test_times_with_markers_of_missing_ones_are_published(files: FilePublisher) -> None:
    rows = ["2024-05-01T00:00:00Z,2024-05-01T00:00:07Z", "2024-05-02T00:00:00Z,NaT"]
    report = files.publish(files.write(["timestamp,seen", *rows], "may.csv"))
    assert files.stored() == {"a/seen": ["2024-05-01 00:00 2024-05-01 00:00:07.000000000"]}
    assert report.files[0].notices == [
        "column 'seen': 1 cells such as 'NaT' have no timestamp and are not published"
    ]


def test_two_time_columns_are_reported_unless_one_is_selected(files: FilePublisher) -> None:
    path = files.write(["begin,end,kW", "2024-05-01T00:00:00Z,2024-05-01T01:00:00Z,1"])
    with pytest.raises(InvalidParameterError) as caught:
        files.publish(path)
    assert "pass the column of timestamps with timeColumn=, such as timeColumn='begin'" in str(
        caught.value
    )
    assert "columns of timestamps are 'begin', 'end'" in str(caught.value)


def test_only_time_column_is_used_with_a_notice(files: FilePublisher) -> None:
    report = files.publish(files.write(["kW,when", "1,2024-05-01T00:00:00Z"]))
    assert files.stored() == {"a/kW": ["2024-05-01 00:00 1"]}
    assert report.files[0].notices == ["the timestamps are those of column 'when'"]


def test_shifted_times_are_counted(files: FilePublisher) -> None:
    path = files.write(["timestamp,kW", "2024-03-10 02:30:00,1"])
    report = files.publish(path, nonexistent="shift", **LOS_ANGELES)
    assert report.files[0].notices == [
        "1 nonexistent timestamps are shifted by as much as clocks are set forward"
    ]


def test_repeated_hour_is_inferred_for_each_asset(files: FilePublisher) -> None:
    cells = ["01:00", "01:30", "01:00", "01:30"]
    lines = [f"{asset},2024-11-03 {cell},{n}" for n, cell in enumerate(cells) for asset in "ab"]
    files.publish(
        files.write(["assetId,timestamp,kW", *lines]),
        assetIdColumn="assetId",
        ambiguous="infer",
        **LOS_ANGELES,
    )
    points = [
        "2024-11-03 08:00 0",
        "2024-11-03 08:30 1",
        "2024-11-03 09:00 2",
        "2024-11-03 09:30 3",
    ]
    assert files.stored() == {"a/kW": points, "b/kW": points}


def test_intervals_are_published_at_their_beginnings_and_reported(files: FilePublisher) -> None:
    rows = [
        "27.10.2024 02:00 - 27.10.2024 03:00,1",
        "27.10.2024 02:00 - 27.10.2024 03:00,2",
        "27.10.2024 03:00 - 27.10.2024 04:00,3",
    ]
    path = files.write(["MTU (CET/CEST),Price", *rows])
    zone = {"timeZone": "Europe/Berlin", "ambiguous": "infer"}
    report = files.publish(path, **zone)
    assert "the timestamps are intervals; their starts are published" in (report.files[0].notices)
    assert files.stored()["a/Price"] == [
        "2024-10-27 00:00 1",
        "2024-10-27 01:00 2",
        "2024-10-27 02:00 3",
    ]


def test_intervals_as_values_are_text(files: FilePublisher) -> None:
    text = "2024-05-01 00:00 - 2024-05-01 01:00"
    files.publish(files.write(["timestamp,span", f"2024-05-01T00:00:00Z,{text}"]))
    assert files.stored() == {"a/span": [f"2024-05-01 00:00 {text}"]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-W18-3", "2024-05-01 00:00"),
        ("2024W183T06:30", "2024-05-01 06:30"),
        ("2020-W53-7T00:00:00Z", "2021-01-03 00:00"),
        ("2024-060T12:00Z", "2024-02-29 12:00"),
        ("2024-05-01T00:00:00-07:00[America/Los_Angeles]", "2024-05-01 07:00"),
        ("2024-05-01T00:00Z/2024-05-01T01:00Z", "2024-05-01 00:00"),
    ],
)
def test_time_of_iso_8601_is_read(files: FilePublisher, text: str, expected: str) -> None:
    files.publish(files.write(["timestamp,kW", f"{text},1"]), **UTC)
    assert files.stored() == {"a/kW": [f"{expected} 1"]}


@pytest.mark.parametrize("text", ["2024-W54-1", "2023-366T00:00Z", "2024-W18-8", "2024-000T00:00Z"])
def test_day_that_does_not_exist_is_refused(files: FilePublisher, text: str) -> None:
    rows = ["2024-W18-3,1", "2024-W18-4,1", f"{text},2", "2024-W18-5,1"]
    with pytest.raises(InvalidParameterError, match=f"line 4, column 'timestamp': '{text}' is no"):
        files.publish(files.write(["timestamp,kW", *rows]), **UTC)


def test_hours_beside_dates_are_joined(files: FilePublisher) -> None:
    path = files.write(["Date,Hour,kW", "2024-05-01,1,1", "2024-05-01,12,2", "2024-05-01,24,3"])
    files.publish(path, timeColumn=["Date", "Hour"], **UTC)
    assert files.stored() == {
        "a/kW": ["2024-05-01 01:00 1", "2024-05-01 12:00 2", "2024-05-02 00:00 3"]
    }


def test_months_are_read_with_a_format(files: FilePublisher) -> None:
    path = files.write(["timestamp,kWh", "2024-05,1", "2024-06,2"])
    files.publish(path, timeFormat="%Y-%m", **UTC)
    assert files.stored() == {"a/kWh": ["2024-05-01 00:00 1", "2024-06-01 00:00 2"]}


@pytest.mark.parametrize("ambiguous", ["infer", "later"])
def test_ambiguous_values_of_type_timestamp_are_not_inferred(
    files: FilePublisher, ambiguous: str
) -> None:
    path = files.write(["timestamp,restored", "2024-11-05T00:00:00Z,2024-11-03T01:30"])
    arguments = {"ambiguous": ambiguous, "measureTypes": {"restored": "TIMESTAMP"}}
    if ambiguous == "infer":
        with pytest.raises(InvalidParameterError, match="can't be published as TIMESTAMP"):
            files.publish(path, **arguments, **LOS_ANGELES)
    else:
        files.publish(path, **arguments, **LOS_ANGELES)
        assert files.stored() == {"a/restored": ["2024-11-05 00:00 2024-11-03 09:30:00.000000000"]}


def test_dates_beside_times_of_day_are_refused_unless_one_of_both_is_chosen(
    files: FilePublisher,
) -> None:
    path = files.write(["Date,Start time,kW", "2024-05-01,06:00,1", "2024-05-02,18:15,2"])
    with pytest.raises(InvalidParameterError) as caught:
        files.publish(path, **UTC)
    assert str(caught.value) == (
        "input.csv, column 'Date': has no times of day, which column 'Start time' has; "
        "timeColumn=['Date', 'Start time'] reads both, timeColumn=['Date'] publishes all values at "
        "midnight"
    )
    files.publish(path, timeColumn=["Date", "Start time"], **UTC)
    assert files.stored() == {"a/kW": ["2024-05-01 06:00 1", "2024-05-02 18:15 2"]}


def test_days_with_another_time_of_day_are_published_if_chosen(files: FilePublisher) -> None:
    path = files.write(["Date,Peak time,kW", "2024-05-01,06:00,1"])
    files.publish(path, timeColumn="Date", ignoreColumns=["Peak time"], **UTC)
    assert files.stored() == {"a/kW": ["2024-05-01 00:00 1"]}


def test_columns_called_like_times_of_day_are_refused_unless_chosen(files: FilePublisher) -> None:
    path = files.write(["meter,Date,00:00,00:15", "m,2024-05-01,1,2"])
    with pytest.raises(
        InvalidParameterError, match="columns '00:00', '00:15' and so on are called"
    ):
        files.publish(path, assetIdColumn="meter", **UTC)
    files.publish(path, assetIdColumn="meter", measureColumns=["00:00", "00:15"], **UTC)
    assert files.stored() == {"m/00:00": ["2024-05-01 00:00 1"], "m/00:15": ["2024-05-01 00:00 2"]}


@pytest.mark.parametrize(
    ("cell", "arguments", "notice"),
    [
        (
            "1714543200",
            {"timeUnit": "ms"},
            "the first timestamp is 1970-01-20T20:15:43.200Z, as timeUnit='ms' reads it; check the "
            "unit",
        ),
        (
            "13/05/68",
            UTC,
            "the last timestamp is 2068-05-13T00:00:00.000Z: years of two digits up to 68 are read "
            "as 2000 to 2068",
        ),
    ],
)
def test_timestamps_that_are_hardly_meant_are_reported(
    files: FilePublisher, cell: str, arguments: dict[str, Any], notice: str
) -> None:
    path = files.write(["timestamp,kW", f"{cell},1"])
    assert files.publish(path, dryRun=True, **arguments).files[0].notices == [notice]


@pytest.mark.parametrize("zone", ["-07:00", "CEST", "America/New_York", "UTC+2"])
def test_columns_of_time_zones_beside_another_one_are_reported(
    files: FilePublisher, zone: str
) -> None:
    path = files.write(["timestamp,zone,kW", f"2024-05-01 00:00,{zone},1"])
    assert files.publish(path, dryRun=True, **UTC).files[0].notices == [
        f"column 'zone' has time zones such as {zone!r}, published as strings; timestamps without "
        "one are read in timeZone='UTC', timeColumn=['timestamp', 'zone'] reads offsets beside them"
    ]
