"""The meaning of rows: assets, attributes, names, metadata and repeated values."""

from typing import Any

import pandas as pd
import pytest

from avista_digital_exchange_sdk import InvalidParameterError, PublishIncompleteError

from .conftest import FilePublisher

MAY = ("2024-05-01T00:00:00Z", "2024-05-01T01:00:00Z")
POINTS = ("2024-05-01 00:00", "2024-05-01 01:00")
LONG = {"attributeColumn": "tag", "valueColumn": "value"}
ACCEPTED: dict[str, tuple[list[str], dict[str, Any], dict[str, list[str]]]] = {
    "a column of assets": (
        ["meter,timestamp,kW", f"007,{MAY[0]},1", f"008,{MAY[0]},2"],
        {"assetIdColumn": "meter"},
        {"007/kW": [f"{POINTS[0]} 1"], "008/kW": [f"{POINTS[0]} 2"]},
    ),
    "assets that alternate": (
        ["assetId,timestamp,kW", *(f"{asset},{time},1" for time in MAY for asset in "ab")],
        {"assetIdColumn": "assetId"},
        {"a/kW": [f"{point} 1" for point in POINTS], "b/kW": [f"{point} 1" for point in POINTS]},
    ),
    "long": (
        ["tag,timestamp,value", f"kW,{MAY[0]},1", f"kVAR,{MAY[0]},2", f"kW,{MAY[1]},3"],
        LONG,
        {"a/kW": [f"{POINTS[0]} 1", f"{POINTS[1]} 3"], "a/kVAR": [f"{POINTS[0]} 2"]},
    ),
    "long, tag by tag": (
        ["tag,timestamp,value", *(f"{tag},{time},1" for tag in ("kW", "kVAR") for time in MAY)],
        LONG,
        {f"a/{tag}": [f"{point} 1" for point in POINTS] for tag in ("kW", "kVAR")},
    ),
    "long, of several assets": (
        ["unit,tag,timestamp,value", f"x,kW,{MAY[0]},1", f"y,kW,{MAY[0]},2"],
        LONG | {"assetIdColumn": "unit"},
        {"x/kW": [f"{POINTS[0]} 1"], "y/kW": [f"{POINTS[0]} 2"]},
    ),
    "long, of several types": (
        ["tag,timestamp,value", f"kW,{MAY[0]},1.5", f"state,{MAY[0]},on"],
        LONG,
        {"a/kW": [f"{POINTS[0]} 1.5"], "a/state": [f"{POINTS[0]} on"]},
    ),
    "long, renamed": (
        ["tag,timestamp,value", f"FDR7.MW,{MAY[0]},1"],
        LONG | {"attributeNames": {"FDR7.MW": "MW"}},
        {"a/MW": [f"{POINTS[0]} 1"]},
    ),
    "long, with another column": (
        ["tag,timestamp,value,quality", f"kW,{MAY[0]},1,192"],
        LONG,
        {"a/kW": [f"{POINTS[0]} 1"]},
    ),
    "long shape of our frames": (
        ["assetId,name,timestamp,attribute,value", f"x,X,{MAY[0]},kW,1", f"x,X,{MAY[0]},kVAR,2"],
        {"assetIdColumn": "assetId"},
        {"x/kW": [f"{POINTS[0]} 1"], "x/kVAR": [f"{POINTS[0]} 2"]},
    ),
    "a column per asset": (
        ["timestamp,b-1,b-2", f"{MAY[0]},81,79", f"{MAY[1]},80,"],
        {"assetsInColumns": "SOC"},
        {"b-1/SOC": [f"{POINTS[0]} 81", f"{POINTS[1]} 80"], "b-2/SOC": [f"{POINTS[0]} 79"]},
    ),
    "a column per asset, some of them": (
        ["timestamp,b-1,b-2", f"{MAY[0]},81,79"],
        {"assetsInColumns": "SOC", "measureColumns": ["b-2"]},
        {"b-2/SOC": [f"{POINTS[0]} 79"]},
    ),
    "MultiIndex columns of pandas": (
        [",b-1,b-1,b-2", ",kW,kVAR,kW", f"{MAY[0]},1,2,3", f"{MAY[1]},,4,"],
        {"assetId": None},
        {
            "b-1/kW": [f"{POINTS[0]} 1"],
            "b-1/kVAR": [f"{POINTS[0]} 2", f"{POINTS[1]} 4"],
            "b-2/kW": [f"{POINTS[0]} 3"],
        },
    ),
    "MultiIndex columns with names": (
        ["assetId,b-1,b-2", "attribute,kW,kW", "timestamp,,", f"{MAY[0]},1,3"],
        {"assetId": None, "attributeNames": {"kW": "P"}},
        {"b-1/P": [f"{POINTS[0]} 1"], "b-2/P": [f"{POINTS[0]} 3"]},
    ),
    "renamed columns": (
        ["timestamp,P,Q", f"{MAY[0]},1,2"],
        {"attributeNames": {"P": "kW"}},
        {"a/kW": [f"{POINTS[0]} 1"], "a/Q": [f"{POINTS[0]} 2"]},
    ),
    "swapped columns": (
        ["timestamp,P,Q", f"{MAY[0]},1,2"],
        {"attributeNames": {"P": "Q", "Q": "P"}},
        {"a/Q": [f"{POINTS[0]} 1"], "a/P": [f"{POINTS[0]} 2"]},
    ),
    "equal rows, once": (
        ["timestamp,kW", f"{MAY[0]},1", f"{MAY[0]},1", f"{MAY[1]},2"],
        {"duplicates": "identical"},
        {"a/kW": [f"{POINTS[0]} 1", f"{POINTS[1]} 2"]},
    ),
    "the first of several": (
        ["timestamp,kW", f"{MAY[0]},1", f"{MAY[0]},2"],
        {"duplicates": "first"},
        {"a/kW": [f"{POINTS[0]} 1"]},
    ),
    "the last of several": (
        ["timestamp,kW", f"{MAY[0]},1", f"{MAY[1]},5", f"{MAY[0]},2"],
        {"duplicates": "last"},
        {"a/kW": [f"{POINTS[0]} 2", f"{POINTS[1]} 5"]},
    ),
    "the first of several, of one asset in columns": (
        ["timestamp,A,B", f"{MAY[0]},1,", f"{MAY[0]},2,3"],
        {"assetsInColumns": "kW", "duplicates": "first"},
        {"A/kW": [f"{POINTS[0]} 1"], "B/kW": [f"{POINTS[0]} 3"]},
    ),
    "the last of several, of one asset in columns": (
        ["timestamp,A,B", f"{MAY[0]},1,3", f"{MAY[0]},2,"],
        {"assetsInColumns": "kW", "duplicates": "last"},
        {"A/kW": [f"{POINTS[0]} 2"], "B/kW": [f"{POINTS[0]} 3"]},
    ),
    "the last of several, of one asset in two levels": (
        [",A,A,B", ",kW,kVAR,kW", f"{MAY[0]},1,2,3", f"{MAY[0]},4,,"],
        {"assetId": None, "duplicates": "last"},
        {
            "A/kW": [f"{POINTS[0]} 4"],
            "A/kVAR": [f"{POINTS[0]} 2"],
            "B/kW": [f"{POINTS[0]} 3"],
        },
    ),
    "long, the first of several": (
        ["tag,timestamp,value", f"kV,{MAY[0]},7", f"kW,{MAY[0]},1", f"kW,{MAY[0]},2"],
        LONG | {"duplicates": "first"},
        {"a/kV": [f"{POINTS[0]} 7"], "a/kW": [f"{POINTS[0]} 1"]},
    ),
    "long, the last of several": (
        ["tag,timestamp,value", f"kW,{MAY[0]},1", f"kV,{MAY[0]},7", f"kW,{MAY[0]},2"],
        LONG | {"duplicates": "last"},
        {"a/kV": [f"{POINTS[0]} 7"], "a/kW": [f"{POINTS[0]} 2"]},
    ),
    "long, equal rows, once": (
        ["tag,timestamp,value", f"kV,{MAY[0]},7", f"kW,{MAY[0]},1", f"kW,{MAY[0]},1"],
        LONG | {"duplicates": "identical"},
        {"a/kV": [f"{POINTS[0]} 7"], "a/kW": [f"{POINTS[0]} 1"]},
    ),
    "long, an attribute without values": (
        ["tag,timestamp,value", f"kV,{MAY[0]},", f"kW,{MAY[0]},1"],
        LONG,
        {"a/kW": [f"{POINTS[0]} 1"]},
    ),
    "long, an attribute without values after others": (
        ["tag,timestamp,value", f"kW,{MAY[0]},1", f"kV,{MAY[0]},NA", f"kV,{MAY[1]},"],
        LONG | {"nullValues": ["NA"]},
        {"a/kW": [f"{POINTS[0]} 1"]},
    ),
    "attributes of one time in two rows": (
        ["timestamp,kW,kVAR", f"{MAY[0]},1,", f"{MAY[0]},,2"],
        {},
        {"a/kW": [f"{POINTS[0]} 1"], "a/kVAR": [f"{POINTS[0]} 2"]},
    ),
    "newest rows first": (
        ["timestamp,kW", f"{MAY[1]},2", f"{MAY[0]},1"],
        {},
        {"a/kW": [f"{POINTS[0]} 1", f"{POINTS[1]} 2"]},
    ),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_rows_are_stored_for_the_assets_and_attributes_they_name(
    files: FilePublisher, name: str
) -> None:
    lines, arguments, expected = ACCEPTED[name]
    report = files.publish(files.write(lines), **arguments)
    assert files.stored() == expected
    assert report.valuesStored == sum(map(len, expected.values()))


REFUSED: dict[str, tuple[list[str], dict[str, Any], str]] = {
    "no asset": (
        ["timestamp,kW", f"{MAY[0]},1"],
        {"assetId": None},
        "has no asset IDs; pass the asset of all rows with assetId='ID'",
    ),
    "an empty asset": (
        ["assetId,timestamp,kW", f"x,{MAY[0]},1", f",{MAY[1]},1"],
        {"assetIdColumn": "assetId"},
        "line 3: has no asset ID",
    ),
    "an asset that can be none": (
        ["assetId,timestamp,kW", f"a b\x07,{MAY[0]},1"],
        {"assetIdColumn": "assetId"},
        "line 2: asset must be",
    ),
    "two values of one time": (
        ["timestamp,kW", f"{MAY[0]},1", f"{MAY[0]},2"],
        {},
        "input.csv, line 3: another value of 'kW' of asset 'a' at 2024-05-01T00:00:00.000Z as in "
        "line 2; duplicates='first' or duplicates='last' takes one of them",
    ),
    "one value of one time twice": (
        ["timestamp,kW", f"{MAY[0]},1", f"{MAY[1]},2", f"{MAY[0]},1"],
        {},
        "line 4: the same value of 'kW' of asset 'a' at 2024-05-01T00:00:00.000Z as in line 2",
    ),
    "values that differ where equal ones are allowed": (
        ["timestamp,kW", f"{MAY[0]},1", f"{MAY[0]},2"],
        {"duplicates": "identical"},
        "line 3: another value",
    ),
    "one time written in two ways": (
        ["timestamp,kW", f"{MAY[0]},1", "2024-05-01T02:00:00+02:00,2"],
        {},
        "line 3: another value",
    ),
    "tags as metadata": (
        ["timestamp,tag,value", f"{MAY[0]},kW,1", f"{MAY[0]},kVAR,2"],
        {"dimensionColumns": ["tag"]},
        "attributeColumn='tag', valueColumn='value'",
    ),
    "long without an attribute": (
        ["tag,timestamp,value", f"kW,{MAY[0]},1", f",{MAY[1]},1"],
        LONG,
        "line 3: has no attribute",
    ),
    "long, numbers and texts of one tag": (
        ["tag,timestamp,value", f"kW,{MAY[0]},1", f"kW,{MAY[1]},Bad"],
        LONG,
        "line 3, column 'kW': 'Bad' is not a number",
    ),
    "long, values that come again": (
        ["tag,timestamp,value", f"kW,{MAY[0]},1", f"kVAR,{MAY[0]},1", f"kW,{MAY[0]},2"],
        LONG,
        "line 4: another value of 'kW'",
    ),
    "two columns of one attribute": (
        ["timestamp,P,kW", f"{MAY[0]},1,2"],
        {"attributeNames": {"P": "kW"}},
        "columns 'P' and 'kW' would",
    ),
    "a reserved name": (
        ["timestamp,time", f"{MAY[0]},1"],
        {"timeColumn": "timestamp"},
        "column 'time': can't be the name of an attribute",
    ),
    "a name too long": ([f"timestamp,{'x' * 257}", f"{MAY[0]},1"], {}, "can't be the name of an"),
    "a column that is not there": (
        ["timestamp,kW", f"{MAY[0]},1"],
        {"measureColumns": ["kVA"]},
        "measureColumns must be one of the columns 'timestamp', 'kW'",
    ),
    "a time column that is not there": (
        ["timestamp,kW", f"{MAY[0]},1"],
        {"timeColumn": "t"},
        "timeColumn must be one of the columns 'timestamp', 'kW'",
    ),
    "assets with two names": (
        ["assetId,name,timestamp,kW", f"x,X,{MAY[0]},1", f"x,Y,{MAY[1]},1"],
        {"assetIdColumn": "assetId"},
        "line 3: asset 'x' has the name 'Y' here and 'X' before",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("mode", ["publish", "dryRun", "inspect"])
def test_ambiguous_row_is_reported_before_sending(
    files: FilePublisher, name: str, mode: str
) -> None:
    lines, arguments, message = REFUSED[name]
    if mode == "inspect" and "must be one of" not in message and "no asset IDs" not in message:
        report = files.publish(files.write(lines), inspect=True, **arguments)
        assert any(message in problem for problem in report.files[0].problems)
    else:
        flags = {mode: True} if mode != "publish" else {}
        with pytest.raises(InvalidParameterError) as caught:
            files.publish(files.write(lines), **flags, **arguments)
        assert any(
            message in text for text in [str(caught.value), *getattr(caught.value, "__notes__", ())]
        )
    assert files.stored() == {}


def test_names_and_metadata_are_stored_with_the_values(files: FilePublisher) -> None:
    path = files.write(["assetId,label,timestamp,kW,site", f"x,X one,{MAY[0]},1,North"])
    files.publish(path, assetIdColumn="assetId", nameColumn="label", dimensionColumns=["site"])
    (asset,) = files.client.listTimeSeriesAssetsAndLatestValues(files.database)
    assert (asset.assetId, asset.name) == ("x", "X one")
    database = files.client.getTimeSeriesDatabase(files.database)
    table = files.client.queryTimeSeriesDatabase_TimestreamFormatToArrow(
        files.database, f'SELECT site FROM "{database.databaseName}"."{database.tableName}"'
    )
    assert table["site"].to_pylist() == ["North"]


def test_asset_named_later_keeps_one_history(files: FilePublisher) -> None:
    files.publish(files.write(["assetId,timestamp,kW", f"x,{MAY[0]},1"]), assetIdColumn="assetId")
    named = files.write(["assetId,name,timestamp,kW", f"x,X one,{MAY[1]},2"])
    files.publish(named, assetIdColumn="assetId")
    assert files.stored() == {"x/kW": [f"{POINTS[0]} 1", f"{POINTS[1]} 2"]}


def test_publishing_the_same_file_again_changes_nothing(files: FilePublisher) -> None:
    path = files.write(["timestamp,kW,State", f"{MAY[0]},1.50,on", f"{MAY[1]},2,off"])
    files.publish(path)
    before = files.stored()
    report = files.publish(path)
    assert (report.valuesStored, report.valuesUnchanged) == (0, 4)
    assert files.stored() == before


def test_file_per_tag_adds_to_the_same_times(files: FilePublisher) -> None:
    for tag in ("kW", "kVAR", "V"):
        files.publish(files.write(["timestamp," + tag, *(f"{time},1" for time in MAY)]))
    points = [f"{point} 1" for point in POINTS]
    assert files.stored() == {"a/kW": points, "a/kVAR": points, "a/V": points}


@pytest.mark.parametrize("format", ["csv", "parquet"])
def test_multiindex_columns_of_pandas_are_assets_and_attributes(
    files: FilePublisher, format: str
) -> None:
    pairs = [("b-1", "kW"), ("b-1", "kVAR"), ("b-2", "kW")]
    frame = pd.DataFrame(
        [[1.5, 2.5, 3.5]],
        columns=pd.MultiIndex.from_tuples(pairs),
        index=[pd.Timestamp(MAY[0])],
    )
    path = files.folder / f"wide.{format}"
    getattr(frame, f"to_{format}")(path)
    files.publish(path, assetId=None)
    assert files.stored() == {
        "b-1/kW": [f"{POINTS[0]} 1.5"],
        "b-1/kVAR": [f"{POINTS[0]} 2.5"],
        "b-2/kW": [f"{POINTS[0]} 3.5"],
    }


@pytest.mark.parametrize("name", ["may.csv", "may.parquet"])
@pytest.mark.parametrize(
    ("names", "arguments", "index"),
    [
        ([None, "assetId"], {}, "timestamp"),
        (["attribute", None], {}, "timestamp"),
        ([None, "meter"], {"assetIdColumn": "meter"}, "timestamp"),
        ([None, "assetId"], {}, None),
    ],
)
def test_levels_of_a_pivoted_frame_are_known_by_their_names(
    files: FilePublisher, name: str, names: list[str], arguments: dict[str, str], index: str | None
) -> None:
    pairs = [("kW", "b-1"), ("kW", "b-2"), ("kVAR", "b-1")]
    frame = pd.DataFrame(
        [[1, 2, 3]],
        columns=pd.MultiIndex.from_tuples(pairs, names=names),
        index=pd.Index([pd.Timestamp(MAY[0])], name=index),
    )
    path = files.folder / name
    frame.to_csv(path) if name.endswith("csv") else frame.to_parquet(path)
    files.publish(path, **({"assetId": None} | arguments))
    assert files.stored() == {
        "b-1/kW": [f"{POINTS[0]} 1"],
        "b-2/kW": [f"{POINTS[0]} 2"],
        "b-1/kVAR": [f"{POINTS[0]} 3"],
    }


@pytest.mark.parametrize("name", ["may.csv", "may.parquet"])
def test_levels_of_columns_that_may_be_either_are_refused(files: FilePublisher, name: str) -> None:
    columns = pd.MultiIndex.from_tuples([("kW", "b-1"), ("kW", "b-2")], names=[None, "meter"])
    times = pd.Index([pd.Timestamp(MAY[0])], name="timestamp")
    frame = pd.DataFrame([[1, 2]], columns=columns, index=times)
    path = files.folder / name
    frame.to_csv(path) if name.endswith("csv") else frame.to_parquet(path)
    with pytest.raises(InvalidParameterError) as caught:
        files.publish(path, assetId=None)
    assert str(caught.value) == (
        f"{name}: the two levels of columns, one of which is called 'meter', must be called "
        "'assetId' and 'attribute'; if 'meter' are the assets, pass assetIdColumn='meter'"
    )


@pytest.mark.parametrize("name", ["O'Brien", 'the "old" one', 'it\'s "one"', "a', 'b", "a\\b"])
def test_two_level_columns_of_parquet_may_hold_quotes(files: FilePublisher, name: str) -> None:
    columns = pd.MultiIndex.from_tuples([(name, "kW"), ("b", name)])
    path = files.folder / "wide.parquet"
    pd.DataFrame([[1.5, 2.5]], columns=columns, index=[pd.Timestamp(MAY[0])]).to_parquet(path)
    files.publish(path, assetId=None)
    assert files.stored() == {f"{name}/kW": [f"{POINTS[0]} 1.5"], f"b/{name}": [f"{POINTS[0]} 2.5"]}


@pytest.mark.parametrize("format", ["csv", "parquet"])
def test_rejected_rows_of_two_level_columns_are_published_again(
    files: FilePublisher, format: str
) -> None:
    pairs = [("b-1", "kW"), ("b-1", "kVAR"), ("b-2", "kW")]
    frame = pd.DataFrame(
        [[1.5, 2.5, 3.5], [4, 5, 6]],
        columns=pd.MultiIndex.from_tuples(pairs),
        index=pd.DatetimeIndex(MAY),
    )
    path = files.folder / f"wide.{format}"
    getattr(frame, f"to_{format}")(path)
    files.publish(path, assetId=None)
    changed = 7.5
    frame.iloc[1, 1] = changed
    getattr(frame, f"to_{format}")(path)
    with pytest.raises(PublishIncompleteError) as caught:
        files.publish(path, assetId=None, saveRejected=True)
    assert len(caught.value.rejected) == 1
    rejected = files.folder / f"wide.{format}.rejected.csv"
    assert "rejected because" in rejected.read_text()
    for _ in range(2):
        report = files.publish(rejected, assetId=None, correct=True)
    assert (report.valuesStored, report.valuesUnchanged) == (0, 3)
    assert files.stored()["b-1/kVAR"] == [f"{POINTS[0]} 2.5", f"{POINTS[1]} {changed}"]
    assert files.stored().keys() == {"b-1/kW", "b-1/kVAR", "b-2/kW"}


def test_rejected_rows_with_escaped_quotes_are_published_again(files: FilePublisher) -> None:
    files.publish(files.write(["timestamp,note", f"{MAY[0]},x"]))
    path = files.write(["timestamp,note", f'{MAY[0]},"a \\\\ \\"b\\" c, d"'])
    for options in ({"escape": "\\"}, {}):
        with pytest.raises(PublishIncompleteError):
            files.publish(path, saveRejected=True, **options)
        rejected = files.folder / "input.csv.rejected.csv"
        files.publish(rejected, correct=True, **options)
        assert files.stored()["a/note"] == [f'{POINTS[0]} a \\ "b" c, d']
        files.publish(files.write(["timestamp,note", f"{MAY[0]},x"], "x.csv"), correct=True)


def test_columns_beside_those_of_a_long_result_are_refused_with_advice_that_works(
    files: FilePublisher,
) -> None:
    path = files.write(
        ["assetId,timestamp,attribute,value,quality", f"x,{MAY[0]},kW,1,good"],
    )
    with pytest.raises(InvalidParameterError, match=r"ignoreColumns=\['quality'\] ignores it"):
        files.publish(path, assetId=None)
    files.publish(path, assetId=None, ignoreColumns=["quality"])
    files.publish(path, assetId=None, dimensionColumns=["quality"])
    assert files.stored() == {"x/kW": [f"{POINTS[0]} 1"]}


@pytest.mark.parametrize(
    ("names", "early", "late", "message"),
    [
        (
            ["", "timestamp", "kW"],
            "{n}",
            "x",
            "but the value 'x'; before, it n",
        ),
        (
            ["", "timestamp", "kW"],
            "{n}",
            "7",
            "but the value '7'; before, it n",
        ),
        (["timestamp", "", "kW"], "", "7", "but the value '7'; before, it is empty"),
    ],
)
def test_unnamed_column_that_holds_something_later_is_refused(
    files: FilePublisher, names: list[str], early: str, late: str, message: str
) -> None:
    position = names.index("")
    rows = []
    for number in range(6000):
        cells = [f"2024-05-01T{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}Z", "1"]
        cells.insert(position, late if number == 5998 else early.format(n=number))
        rows.append(",".join(cells))
    with pytest.raises(InvalidParameterError) as caught:
        files.publish(files.write([",".join(names), *rows]))
    assert str(caught.value).startswith("input.csv, line 6000: ")
    assert message in str(caught.value)


def test_ignored_columns_are_not_published(files: FilePublisher) -> None:
    lines = ["timestamp,kW,code,code", f"{MAY[0]},1,a,b"]
    files.publish(files.write(lines), ignoreColumns=["code"])
    assert files.types() == {"kW": "DOUBLE"}
    with pytest.raises(InvalidParameterError, match="ignoreColumns must be one of the columns"):
        files.publish(files.write(lines), ignoreColumns=["cod"])


def test_names_and_units_are_not_taken_for_two_levels(files: FilePublisher) -> None:
    path = files.write([",temp,load", ",degC,kW", f"{MAY[0]},1,2"])
    with pytest.raises(InvalidParameterError, match="unitsRow=1"):
        files.publish(path)
