"""Values of cells: types, missing values, codes and number formats."""

from typing import Any

import pytest

from avista_digital_exchange_sdk import InvalidParameterError

from .conftest import FilePublisher

DAY = "2024-05-01T"
# The cells of a column `v`, arguments, its type, and the values that are stored.
ACCEPTED: dict[str, tuple[list[str], dict[str, Any], str, list[str]]] = {
    "numbers to the digit": (
        ["1.50", "-0.0", "1e-7", "12345.67890", "+3", ".5", "5."],
        {},
        "DOUBLE",
        ["1.50", "-0.0", "1e-7", "12345.67890", "+3", ".5", "5."],
    ),
    "integers": (["1", "2"], {}, "DOUBLE", ["1", "2"]),
    "integers as such": (["1", "-2"], {"measureTypes": {"v": "BIGINT"}}, "BIGINT", ["1", "-2"]),
    "integers with a point": (
        ["1.0", "2."],
        {"measureTypes": {"v": "BIGINT"}},
        "BIGINT",
        ["1", "2"],
    ),
    "large integers": (
        ["9223372036854775807"],
        {"measureTypes": {"v": "BIGINT"}},
        "BIGINT",
        ["9223372036854775807"],
    ),
    "15 digits": (["123456789012345"], {}, "DOUBLE", ["123456789012345"]),
    "zero": (["0", "00", "0.0"], {"measureTypes": {"v": "DOUBLE"}}, "DOUBLE", ["0", "00", "0.0"]),
    "blanks without a width": (
        ["\u200b1.5", "2\ufeff", "\u2009 3"],
        {},
        "DOUBLE",
        ["1.5", "2", "3"],
    ),
    "booleans": (["true", "FALSE", "True"], {}, "BOOLEAN", ["true", "false", "true"]),
    "booleans as numbers": (
        ["1", "0"],
        {"measureTypes": {"v": "BOOLEAN"}},
        "BOOLEAN",
        ["true", "false"],
    ),
    "texts": (["on", "off"], {}, "VARCHAR", ["on", "off"]),
    "missing numbers": (
        ["1", "NA", "NaN", "null", "", "#N/A", "N/A", "None", "-"],
        {"nullValues": ["-"]},
        "DOUBLE",
        ["1"],
    ),
    "what is missing in texts is text": (
        ["on", "NA", "null", "None"],
        {},
        "VARCHAR",
        ["on", "NA", "null", "None"],
    ),
    "sentinels": (
        ["1.5", "-9999", "-9999.0", "-99999.00", "2"],
        {"nullValues": ["-9999", "-99999"]},
        "DOUBLE",
        ["1.5", "2"],
    ),
    "sentinels as numbers": (["1.5", "-9999.0"], {"nullValues": [-9999]}, "DOUBLE", ["1.5"]),
    "sentinels of another form": (["1", "-9.999e3"], {"nullValues": ["-9999"]}, "DOUBLE", ["1"]),
    "status texts": (
        ["1.5", "Bad Input", " No Data ", "I/O Timeout"],
        {"nullValues": ["Bad Input", "No Data", "I/O Timeout"]},
        "DOUBLE",
        ["1.5"],
    ),
    "status texts published": (
        ["1.5", "Bad Input"],
        {"measureTypes": {"v": "VARCHAR"}},
        "VARCHAR",
        ["1.5", "Bad Input"],
    ),
    "codes with leading zeros": (
        ["007", "012"],
        {"measureTypes": {"v": "VARCHAR"}},
        "VARCHAR",
        ["007", "012"],
    ),
    "status words": (["0x00F1", "0xA"], {}, "VARCHAR", ["0x00F1", "0xA"]),
    "long ids": (
        ["12345678901234567"],
        {"measureTypes": {"v": "VARCHAR"}},
        "VARCHAR",
        ["12345678901234567"],
    ),
    "decimal commas": (["1,5", "-2,25", "3"], {"decimal": ","}, "DOUBLE", ["1.5", "-2.25", "3"]),
    "German numbers": (
        ["1.204,5", "12.345.678,25", "3"],
        {"decimal": ",", "thousands": "."},
        "DOUBLE",
        ["1204.5", "12345678.25", "3"],
    ),
    "US thousands": (
        ["1,204.5", "12,345,678"],
        {"thousands": ","},
        "DOUBLE",
        ["1204.5", "12345678"],
    ),
    "French numbers": (
        ["1\u202f204,5", "1\u00a0000,25"],
        {"decimal": ",", "thousands": " "},
        "DOUBLE",
        ["1204.5", "1000.25"],
    ),
    "Swiss numbers": (["1'204.5", "1\u2019000"], {"thousands": "'"}, "DOUBLE", ["1204.5", "1000"]),
    "Indian numbers": (["12,34,567.5"], {"thousands": ","}, "DOUBLE", ["1234567.5"]),
    "percent": (["81%", "79.5 %"], {"strip": ["%"]}, "DOUBLE", ["81", "79.5"]),
    "dollars": (["$0.03", "$ -1.5", "-$2"], {"strip": ["$"]}, "DOUBLE", ["0.03", "-1.5", "-2"]),
    "euros": (
        ["1.204,50 €"],
        {"strip": ["€"], "decimal": ",", "thousands": "."},
        "DOUBLE",
        ["1204.50"],
    ),
    "units": (["1.5 kW", "2kW"], {"strip": ["kW"]}, "DOUBLE", ["1.5", "2"]),
    "typographic minus": (["\u22121.5", "2"], {"minus": "\u2212"}, "DOUBLE", ["-1.5", "2"]),
    "minus at the end": (["1.5-", "2"], {"minus": "-"}, "DOUBLE", ["-1.5", "2"]),
    "parentheses": (["(1.5)", "2"], {"minus": "()"}, "DOUBLE", ["-1.5", "2"]),
    "null value in German numbers": (
        ["-9.999,0", "1,5"],
        {"decimal": ",", "thousands": ".", "nullValues": ["-9.999"]},
        "DOUBLE",
        ["1.5"],
    ),
    "times": (
        [f"{DAY}07:00:00Z"],
        {"measureTypes": {"v": "TIMESTAMP"}},
        "TIMESTAMP",
        ["2024-05-01 07:00:00.000000000"],
    ),
    "times as text": (
        [f"{DAY}07:00:00Z"],
        {"measureTypes": {"v": "VARCHAR"}},
        "VARCHAR",
        [f"{DAY}07:00:00Z"],
    ),
    "emoji": (["\U0001f50c", "電力"], {}, "VARCHAR", ["\U0001f50c", "電力"]),
    "infinite as text": (["inf"], {"measureTypes": {"v": "VARCHAR"}}, "VARCHAR", ["inf"]),
    "numbers in words": (
        ["5 rows were lost", "A1", "Zone 2"],
        {},
        "VARCHAR",
        ["5 rows were lost", "A1", "Zone 2"],
    ),
    "infinite left out": (["1", "inf"], {"nullValues": ["inf"]}, "DOUBLE", ["1"]),
    "formulas of Excel": (["#DIV/0!", "1"], {"nullValues": ["#DIV/0!"]}, "DOUBLE", ["1"]),
}


def write_column(files: FilePublisher, cells: list[str]) -> Any:
    """Write a file with hourly values in one column `v`."""
    rows = [f"{DAY}{hour:02}:00:00Z;{cell}" for hour, cell in enumerate(cells)]
    return files.write(["timestamp;v", *rows])


def values_of(files: FilePublisher) -> list[str]:
    """The values of column `v`, in order of time."""
    return [
        point["value"]
        for asset in files.data()
        for attribute in asset["attributes"]
        for point in attribute["data"]
    ]


@pytest.mark.parametrize("name", ACCEPTED)
def test_cells_are_stored_with_inferred_types(files: FilePublisher, name: str) -> None:
    cells, arguments, kind, expected = ACCEPTED[name]
    report = files.publish(write_column(files, cells), **arguments)
    assert files.types() == {"v": kind}
    assert values_of(files) == expected
    assert report.valuesStored == len(expected)


REFUSED: dict[str, tuple[list[str], dict[str, Any], str]] = {
    "status texts": (
        ["12.5", "Bad Input", "13", "No Data"],
        {},
        "input.csv, line 3, column 'v': 'Bad Input' is not a number, unlike 2 other cells; "
        "nullValues=['Bad Input', 'No Data'] treats such cells as missing, "
        "measureTypes={'v': 'VARCHAR'} publishes the whole column as strings",
    ),
    "a text first": (["x", "1", "2"], {}, "line 2, column 'v': 'x' is not a number"),
    "a text last": ([*["1"] * 20, "end"], {}, "line 22, column 'v': 'end' is not a number"),
    "booleans and texts": (
        ["true", "unknown"],
        {},
        "line 3, column 'v': 'unknown' is not a boolean",
    ),
    "booleans and numbers": (["1", "true"], {}, "line 3, column 'v': 'true' is not a num"),
    "numbers and times": (["1", "2024-05-01"], {}, "'2024-05-01' is not a number"),
    "leading zeros": (["007"], {}, "'007' may be a code, as it begins with 0; measureTypes="),
    "leading zeros in between": (["12", "0", "007"], {}, "line 4, column 'v': '007' may be a code"),
    "16 digits": (["1234567890123456"], {}, "has more than 15 digits, as codes have"),
    "17 digits and a sign": (["-12345678901234567"], {}, "has more than 15 digits"),
    "codes with exponents": (["1E5", "2E3"], {}, "'1E5' may be a code or a number"),
    "status words and numbers": (["0x00F1", "17"], {}, "'0x00F1' is not a number"),
    "decimal commas": (
        ["1,5", "2,25"],
        {},
        "'1,5' is not a plain number; read it with decimal=','",
    ),
    "German numbers": (["1.204,5"], {}, "read it with decimal=',', thousands='.'"),
    "US thousands": (["1,204.5"], {}, "read it with thousands=','"),
    "a comma of either kind": (["1,204"], {}, "decimal=',' or thousands=','"),
    "crowns": (["1 204,50 kr", "2 kr"], {}, "decimal=',', thousands=' ', strip=['kr']; measureT"),
    "reals": (["R$ 1,50"], {}, "read it with decimal=',', strip=['R$']; measureTypes="),
    "cubic metres": (["5 m\u00b3", "6.5 m\u00b3"], {}, "read it with strip=['m\u00b3'];"),
    "booleans and 1": (
        ["true", "1"],
        {},
        "measureTypes={'v': 'BOOLEAN'} publishes true and 1, fal",
    ),
    "percent": (["81%"], {}, "'81%' is not a plain number; read it with strip=['%']"),
    "percent and plain": (["81.5%", "79"], {}, "read it with strip=['%'];"),
    "dollars": (["$0.03"], {}, "read it with strip=['$']"),
    "typographic minus": (["\u22121.5"], {}, "read it with minus='\u2212'"),
    "parentheses": (["(1.5)"], {}, "read it with minus='()'"),
    "infinite": (["1", "inf"], {}, "line 3, column 'v': 'inf' is infinite"),
    "minus infinite": (["1", "-Infinity"], {}, "'-Infinity' is infinite"),
    "too large": (["1", "1.0e400"], {}, "'1.0e400' is too large for a DOUBLE"),
    "fractions as integers": (
        ["1", "1.5"],
        {"measureTypes": {"v": "BIGINT"}},
        "got '1.5', which is not a 64-bit integer",
    ),
    "integers beyond 64 bits": (
        ["9223372036854775808"],
        {"measureTypes": {"v": "BIGINT"}},
        "which is not a 64-bit integer",
    ),
    "texts as numbers": (
        ["1", "x"],
        {"measureTypes": {"v": "DOUBLE"}},
        "line 3, column 'v': 'x' is not a DOUBLE, the type requested",
    ),
    "numbers as booleans": (
        ["1", "2"],
        {"measureTypes": {"v": "BOOLEAN"}},
        "line 3, column 'v': '2' can't be published as BOOLEAN",
    ),
    "texts as times": (["soon"], {"measureTypes": {"v": "TIMESTAMP"}}, "'soon' is not a TIMESTAMP"),
    "times without a zone": (
        ["2024-05-01 00:00"],
        {"measureTypes": {"v": "TIMESTAMP"}},
        "can't be published as TIMESTAMP",
    ),
    "nothing but markers": (["NA", "NaN"], {}, "has only cells such as 'NA'"),
    "thousands that are none": (
        ["1,20", "1,204"],
        {"thousands": ","},
        "line 2, column 'v': '1,20' is not",
    ),
    "numbers of another form than is stated": (
        ["1,5", "2,5"],
        {"thousands": ","},
        "'1,5' is not a number in the format of the arg",
    ),
    "a value and a name too long for a record": (
        ["x" * 2040],
        {"attributeNames": {"v": "y" * 250}},
        "line 2, column 'v': is too long: a value with its asset, attribute and metadata may have",
    ),
    "a decimal separator that is not used": (["1.5"], {"decimal": ","}, "'1.5' is not"),
    "a text too long": (
        ["x" * 2049],
        {},
        "line 2, column 'v': is too long: a value with its asset",
    ),
    "a formula's error": (["1", "#DIV/0!"], {}, "'#DIV/0!' is not a number"),
    "full-width digits": (["\uff11\uff12", "1"], {}, "is not a number"),
    "underscores": (["1_000", "1"], {}, "'1_000' is not a number"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_ambiguous_cell_is_refused_with_its_line(files: FilePublisher, name: str) -> None:
    cells, arguments, message = REFUSED[name]
    with pytest.raises(InvalidParameterError) as caught:
        files.publish(write_column(files, cells), **arguments)
    assert message in str(caught.value)
    assert files.stored() == {}


def test_attribute_keeps_the_type_of_the_database(files: FilePublisher) -> None:
    first = write_column(files, ["007"])
    files.publish(first, measureTypes={"v": "VARCHAR"})
    files.publish(write_column(files, ["007", "12", "NA"]))
    assert files.types() == {"v": "VARCHAR"}
    assert values_of(files) == ["007", "12", "NA"]


def test_integers_of_a_bigint_attribute_stay_integers(files: FilePublisher) -> None:
    files.publish(write_column(files, ["1"]), measureTypes={"v": "BIGINT"})
    files.publish(write_column(files, ["1", "2"]))
    assert files.types() == {"v": "BIGINT"}
    with pytest.raises(InvalidParameterError, match=r"got '2.5', which is not a 64-bit integer"):
        files.publish(write_column(files, ["1", "2", "2.5"]))


def test_zeros_in_the_first_rows_do_not_make_a_column_integer(files: FilePublisher) -> None:
    files.publish(write_column(files, ["0", "0"]))
    files.publish(write_column(files, ["0", "0", "1.5"]))
    assert values_of(files) == ["0", "0", "1.5"]


def test_type_that_differs_from_the_database_is_refused(files: FilePublisher) -> None:
    files.publish(write_column(files, ["1"]))
    with pytest.raises(InvalidParameterError) as caught:
        files.publish(write_column(files, ["1"]), measureTypes={"v": "BIGINT"})
    assert "must be published as DOUBLE, the type of 'v' in the database, got BIGINT" in str(
        caught.value
    )
    assert "attributeNames={'v': 'v_bigint'}" in str(caught.value)


def test_status_string_in_a_numeric_attribute_is_refused(files: FilePublisher) -> None:
    files.publish(write_column(files, ["1"]))
    with pytest.raises(InvalidParameterError) as caught:
        files.publish(write_column(files, ["1", "Bad"]))
    assert "line 3, column 'v': 'Bad' is not a DOUBLE, the type in the database" in str(
        caught.value
    )
    assert "nullValues=['Bad'] treats such cells as missing" in str(caught.value)


@pytest.mark.parametrize("text", ["-9999", "-99999.0", "-999.9", "-999"])
def test_likely_sentinel_in_numbers_is_reported(files: FilePublisher, text: str) -> None:
    path = write_column(files, ["1.5", text])
    assert files.publish(path, dryRun=True).files[0].notices == [
        f"column 'v' has {text}, which often means a missing value; nullValues=['{text}'] treats "
        "such cells so"
    ]
    assert files.publish(path, nullValues=[text]).files[0].notices == []
    assert values_of(files) == ["1.5"]


@pytest.mark.parametrize("text", ["0.1234567890123456789", "1e-400", "12345678901234567.5"])
def test_numbers_that_a_double_rounds_are_reported(files: FilePublisher, text: str) -> None:
    path = write_column(files, ["1.50000000000000000000", "0.30000000000000004", text])
    assert files.publish(path, dryRun=True).notices == [
        f"input.csv: column 'v' has numbers such as {text}, which have more digits than a DOUBLE "
        "holds and are rounded; measureTypes={'v': 'VARCHAR'} publishes strings"
    ]
    assert files.publish(path, measureTypes={"v": "VARCHAR"}).notices == []


def test_numbers_of_several_units_are_reported(files: FilePublisher) -> None:
    assert files.publish(write_column(files, ["1.5M", "2k"])).notices == [
        "input.csv: column 'v' has numbers with several units, such as '1.5M', published as strings"
    ]


@pytest.mark.parametrize("text", ["-32768", "65535.0", "4294967295"])
def test_limits_of_registers_are_reported(files: FilePublisher, text: str) -> None:
    (notice,) = files.publish(write_column(files, ["1", text]), dryRun=True).files[0].notices
    assert f"has {text}, which often means a missing value" in notice


def test_omitted_missing_value_markers_are_counted(files: FilePublisher) -> None:
    report = files.publish(write_column(files, ["1", "NA", "NaN"]))
    assert report.files[0].notices == [
        "column 'v': 2 cells such as 'NA' have no number and are not published"
    ]


def test_all_problems_are_listed_at_once(files: FilePublisher) -> None:
    path = files.write(
        ["timestamp,a,b,c", "2024-05-01T00:00:00,1,007,x", "2024-05-02T00:00:00,Bad,8,1"]
    )
    with pytest.raises(InvalidParameterError) as caught:
        files.publish(path)
    problems = [str(caught.value), *caught.value.__notes__]
    assert [problem.partition(":")[0] for problem in problems] == [
        "input.csv, line 3, column 'a'",
        "input.csv, line 2, column 'b'",
        "input.csv, line 2, column 'c'",
        "input.csv, line 2, column 'timestamp'",
    ]


@pytest.mark.parametrize("arguments", [{"inspect": True}, {"dryRun": True}, {}])
def test_values_that_often_stand_for_none_are_reported(
    files: FilePublisher, arguments: dict[str, Any]
) -> None:
    path = write_column(files, ["1", "-99999.0", "-9999", "-7999", "2"])
    notices = files.publish(path, **arguments).files[0].notices
    assert notices == [
        "column 'v' has -99999.0 and -9999 and -7999, which often means a missing value; "
        "nullValues=['-99999.0', '-9999', '-7999'] treats such cells so"
    ]
    assert bool(files.stored()) == (not arguments)


def test_points_that_may_separate_thousands_are_reported(files: FilePublisher) -> None:
    path = files.write(["timestamp;v;w", "2024-05-01T00:00:00Z;1.234;1.5"])
    assert files.publish(path, inspect=True).files[0].notices == [
        "column 'v' has numbers such as 1.234, read with a decimal point; "
        "thousands='.', decimal=',' reads 1234"
    ]


def test_rows_of_several_assets_are_not_published_as_one(files: FilePublisher) -> None:
    rows = ["x,2024-05-01T00:00:00Z,1", "y,2024-05-02T00:00:00Z,2"]
    path = files.write(["assetId,timestamp,v", *rows])
    with pytest.raises(InvalidParameterError, match="has the assets 'x', 'y' and so on"):
        files.publish(path, assetId="a")
    files.publish(path, assetId="a", ignoreColumns=["assetId"])
    assert files.stored() == {"a/v": ["2024-05-01 00:00 1", "2024-05-02 00:00 2"]}


@pytest.mark.parametrize(("text", "strip"), [("'1.5'", ["'"]), ('"=""1.5"""', ['="', '"'])])
def test_numbers_in_quotes_of_spreadsheets_are_refused_with_advice_that_works(
    files: FilePublisher, text: str, strip: list[str]
) -> None:
    path = write_column(files, [text, text])
    with pytest.raises(InvalidParameterError) as caught:
        files.publish(path)
    assert f"is not a plain number; read it with strip={strip!r}; " in str(caught.value)
    files.publish(path, strip=strip)
    assert files.types() == {"v": "DOUBLE"}
