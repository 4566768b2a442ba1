"""Invalid values of arguments, each with a part of the expected error message."""

from datetime import UTC, datetime
from typing import Any

from avista_digital_exchange_sdk import TimeSeriesInputRecord

from .valid_arguments import HUGE, HUGE_NUMBER, SURROGATE

NOT_EMPTY, NO_CONTROL, NO_SURROGATES = "non-empty", "control characters", "surrogates"
INVALID_IDS = [
    (None, NOT_EMPTY),
    (7, "(int)"),
    (b"id", "(bytes)"),
    (["id"], "(list)"),
    ("", NOT_EMPTY),
    (" \t", NOT_EMPTY),
    (" id ", "surrounding whitespace"),
    ("i\nd", NO_CONTROL),
    ("i\0d", NO_CONTROL),
    ("i\u202ed", NO_CONTROL),
    (SURROGATE, NO_SURROGATES),
    ("i" * 1025, "it has 1025"),
    (HUGE, "it has 10000000"),
]
INVALID_STRINGS = [
    (None, NOT_EMPTY),
    (7, "(int)"),
    (b"text", "(bytes)"),
    (["text"], "(list)"),
    ("", NOT_EMPTY),
    (" \t\n", NOT_EMPTY),
    (f"a{SURROGATE}", NO_SURROGATES),
]
OPTIONAL_STRING = "a string or None"
INVALID_OPTIONAL_STRINGS = [
    (7, OPTIONAL_STRING),
    (b"text", OPTIONAL_STRING),
    (["text"], OPTIONAL_STRING),
    ({}, OPTIONAL_STRING),
    (SURROGATE, NO_SURROGATES),
]
PATH = "a local path"
INVALID_PATHS = [
    ("", PATH),
    (7, PATH),
    (0.5, PATH),
    (b"", PATH),
    (b"load.csv", PATH),
    (["load.csv"], PATH),
    ("a\0b", PATH),
    (SURROGATE, PATH),
    ("x" * 300, "file system allows"),
    (HUGE, "file system allows"),
]
MISSING_DIRECTORIES = [
    (path, "does not exist")
    for path in ("nowhere/result", "nowhere/", "load.csv/result", "~nobody-of-that-name/result")
]
MISSING_FILE = ("none.csv", "file not found")
INVALID_OBJECT_IDS = [
    (None, "a non-empty list of IDs"),
    ("dataStoreFileId.1", "a non-empty list of IDs"),
    ([], "non-empty"),
    ([7], "dataStoreObjectIds[0]"),
    (["dataStoreFileId.1", ""], "dataStoreObjectIds[1]"),
    (["dataStoreId.1"], "dataStoreObjectIds[0]"),
]
ROWS = "an integer between 1 and 1000"
NO_COUNTS = [
    0,
    -1,
    2**64,
    HUGE_NUMBER,
    1.5,
    float("nan"),
    True,
    [],
    [1],
    "",
    "many",
    "1_0",
    "٣",
    "1.5",
]
INVALID_ROW_LIMITS = [(value, ROWS) for value in (1001, *NO_COUNTS)]
INVALID_DAYS = [(value, "an integer between 1 and 2147483647") for value in (None, *NO_COUNTS)]
TIME = "an ISO 8601 timestamp with a time zone"
INVALID_TIMES = [
    (value, TIME)
    for value in (
        None,
        1662155084,
        float("nan"),
        datetime(2022, 9, 27),
        b"2024-01-01T00:00:00Z",
        "",
        "yesterday",
        "1704067200",
        "2022-9-27",
        "20220927",
        "2022-W39",
        "-7",
        "-7 days",
        "-7D",
        "+7d",
        "-٣d",
        "-999999999w",
        "Now",
        "2022-09-27T10:22:45",
        "2022-09-27T10:22:45.000",
        "2022-13-01T00:00:00Z",
        "2022-02-30T00:00:00Z",
        "2024-01-01T25:00:00Z",
        "2022-09-27T10:22:60Z",
        "2024-01-01T00:00:00.Z",
        "2024-01-01T00:00,+00:00",
        "2024-01-01T00.5Z",
        "2024-01-01T00:00:00.1.1Z",
        "2024-01-01T00:00:00+99:00",
        "2022-09-27T10:22:45Z\n",
        "2022-09-27T10:22:45Z' OR 1=1 --",
        "2024-01-01T00:00:00Z; DROP TABLE",
        "0001-01-01T00:00:00+14:00",
        "0001-01-01T00:00:00+23:00",
        "9999-12-31T23:59:59-23:00",
        "2" * 10_000,
        "2024-01-01T00:00:00." + "0" * 10_000 + "x",
        SURROGATE,
        HUGE,
    )
]
INVALID_TIMES.append(("2024-01-01T00:00:00.1234567891Z", "at most nine decimal places"))
NOT_BEFORE_THE_END = [
    (value, "must be before endTime")
    for value in (
        "2024-05-02T00:00:00Z",
        "2024-05-02T01:00:00+01:00",
        "2024-05-02T00:00:00.000000001Z",
        datetime(2024, 5, 3, tzinfo=UTC),
    )
]
FILTER = '{"assetId": "…", "attributeNamesFilter": ["…"]}'
NAMES = "a non-empty list of attribute names"
FIRST, SECOND = "assetAndAttributesFilter[0]", "assetAndAttributesFilter[1]"
INVALID_FILTERS = [
    (None, "list of filters"),
    (7, "list of filters"),
    (b"meter", "list of filters"),
    ({}, "list of filters"),
    ({"assetId": "meter"}, "list of filters"),
    ([], "non-empty"),
    ("2022-09-27T10:22:45Z", "order is timeSeriesDbId"),
    ([None], FILTER),
    (["meter"], FILTER),
    ([{}], f"{FIRST}.assetId"),
    ([{"attributeNamesFilter": ["kW"]}], f"{FIRST}.assetId"),
    ([{"assetID": "meter"}], FILTER),
    ([{"assetId": "meter", "attributes": ["kW"]}], FILTER),
    ([{"assetId": "meter", 7: 7}], FILTER),
    ([{"assetId": 7}], f"{FIRST}.assetId"),
    ([{"assetId": ""}], f"{FIRST}.assetId"),
    ([{"assetId": HUGE}], "at most 1024 characters"),
    ([{"assetId": "a"}, {"assetId": "a\0"}], f"{SECOND}.assetId"),
    ([{"assetId": "a", "attributeNamesFilter": "kW"}], NAMES),
    ([{"assetId": "a", "attributeNamesFilter": 7}], NAMES),
    ([{"assetId": "a", "attributeNamesFilter": {"kW": 1}}], NAMES),
    ([{"assetId": "a"}, {"assetId": "a", "attributeNamesFilter": "kW"}], f"{SECOND}.attribute"),
    ([{"assetId": "a", "attributeNamesFilter": ["kW", ""]}], f"{FIRST}.attributeNamesFilter[1]"),
    ([{"assetId": "a", "attributeNamesFilter": [None]}], f"{FIRST}.attributeNamesFilter[0]"),
    ([{"assetId": "a", "attributeNamesFilter": ["kW", None]}], f"{FIRST}.attributeNamesFilter[1]"),
    ([{"assetId": "a", "attributeNamesFilter": [SURROGATE]}], NO_SURROGATES),
]
RECORDS = "list of TimeSeriesInputRecord"
INVALID_RECORDS = [
    (None, RECORDS),
    ("records", RECORDS),
    ({}, RECORDS),
    ([], "non-empty"),
    (iter(()), "non-empty"),
    ([None], "records[0]"),
    ([{"time": "1"}], "records[0]"),
    ([TimeSeriesInputRecord(time="soon", measureName="kW", measureValue="1")], "records[0].time"),
]
INVALID_FRAMES = [(value, "frame") for value in (None, 7, "frame", [{"kW": 1}])]
SINGLE_TYPES = "BIGINT, BOOLEAN, DOUBLE, TIMESTAMP, VARCHAR"
SECONDS = "a positive number of seconds"
INVALID_DURATIONS = [
    (value, SECONDS) for value in (None, 0, -1, "300", True, float("nan"), float("inf"), HUGE)
]
FORMAT = "one of CSV, JSON, PARQUET"
INVALID_FORMATS = [(value, FORMAT) for value in (None, 7, "", "XML", "CSV ", ["CSV"], HUGE)]
AGGREGATE = "one of auto, server, client"
INVALID_AGGREGATES = [(value, AGGREGATE) for value in (None, "", "both", "AUTO", 7, [], {}, HUGE)]
INVALID_BOOLEANS = [(value, "True or False") for value in (None, 0, 1, "true", [])]
KEYS = '{"timestamp": …, "timeUnit": …, "attributes": {name: value}}'
VALUE = "a string, a finite number, True, False or a datetime with a time zone"
KW = {"kW": 1}
INVALID_IOT_RECORDS = [
    *((value, "a non-empty list of records") for value in (None, 7, "records", {}, [], iter(()))),
    *(([value], f"data[0] must be a dictionary {KEYS}") for value in (None, 7, "kW", [KW])),
    ([{"attributes": KW, "time": 1}], KEYS),
    ([{"attributes": KW, 7: 1}], KEYS),
    ([{"attributes": KW}, KW], "data[1] must be"),
    *(
        ([{"timestamp": 1, **attributes}], "data[0].attributes must be a non-empty dictionary")
        for attributes in (
            {},
            *({"attributes": value} for value in (None, {}, [], "kW", [{"name": "kW"}])),
        )
    ),
    *(([{"attributes": {name: 1}}], NOT_EMPTY) for name in (7, None, "", " ")),
    ([{"attributes": {SURROGATE: 1}}], NO_SURROGATES),
    ([{"attributes": {"kW": SURROGATE}}], NO_SURROGATES),
    *(
        ([{"attributes": {"kW": value}}], f"data[0].attributes['kW'] must be {VALUE}")
        for value in (None, [], {}, b"1", float("nan"), float("inf"), object(), HUGE_NUMBER)
    ),
    ([{"attributes": {"kW": datetime(2024, 5, 1)}}], "time zone"),
    *(
        ([{"attributes": KW, "timestamp": value}], "data[0].timestamp must be")
        for value in ("", "soon", "1.5", 1.5, True, [], b"1", 2**63, HUGE, datetime(2024, 5, 1))
    ),
    (
        [{"attributes": KW, "timestamp": "2024-05-01T00:00:00.000Z"}],
        'for an ISO 8601 string pass timeUnit="ISO8601"',
    ),
    ([{"attributes": KW, "timestamp": 2**60, "timeUnit": "SECONDS"}], "1677 and 2262"),
    *(
        ([{"attributes": KW, "timestamp": value, "timeUnit": "ISO8601"}], "ISO 8601 timestamp")
        for value in (1, "1", "2024-05-01", "2024-05-01T00:00:00", "soon")
    ),
    (
        [{"attributes": KW, "timestamp": "0001-01-01T00:00:00Z", "timeUnit": "ISO8601"}],
        "1677 and 2262",
    ),
    *(
        (
            [{"attributes": KW, "timestamp": 1, "timeUnit": unit}],
            "one of SECONDS, MILLISECONDS, MICROSECONDS, NANOSECONDS, ISO8601",
        )
        for unit in ("", "HOURS", "ms", 7, [])
    ),
    ([{"attributes": KW, "timeUnit": "HOURS"}], "data[0].timeUnit must be one of"),
]
INVALID_EXACT_TIMES = [
    (value, "an ISO 8601 timestamp with a time zone")
    for value in (7, b"x", [], "soon", "2024-05-01", "2024-05-01T00:00:00", datetime(2024, 5, 1))
]
CAPTURED = {"timestamp": 1, "attributeValues": {"a-kW": 1}}
INVALID_CAPTURE_RECORDS = [
    *((value, "a non-empty list of CaptureDataRecordInput") for value in (None, 7, "x", {}, [])),
    *(([value], "data[0] must be a CaptureDataRecordInput") for value in (None, 7, "kW", [KW])),
    ([CAPTURED | {"attributes": {}}], "data[0] must be a CaptureDataRecordInput"),
    *(
        ([CAPTURED | {"timestamp": value}], "data[0].timestamp must be")
        for value in (None, "", "soon", 1.5, True, 2**63)
    ),
    ([CAPTURED | {"timeUnit": "HOURS"}], "data[0].timeUnit must be one of"),
    *(
        ([CAPTURED | {"attributeValues": value}], "data[0].attributeValues must be a non-empty")
        for value in (None, {}, [], "kW")
    ),
    *(
        ([CAPTURED | {"attributeValues": {name: 1}}], "attributeId must be")
        for name in (7, "", " ")
    ),
    *(
        ([CAPTURED | {"attributeValues": {"kW": value}}], f"attributeValues['kW'] must be {VALUE}")
        for value in (None, [], float("nan"), b"1")
    ),
    (
        [CAPTURED | {"timestamp": time, "timeUnit": "MICROSECONDS"} for time in (1000, 1001)],
        "data[1].timestamp must be in another millisecond",
    ),
]
ATTRIBUTE = {"userDefinedId": "a-kW", "schemaType": "double"}
ASSET = {"userDefinedId": "a", "attributes": [ATTRIBUTE]}
INVALID_ASSETS = [
    *((value, "assets must be a non-empty list") for value in (None, 7, "a", {}, [])),
    *(([value], "assets[0] must be a dictionary") for value in (None, 7, "a", [ASSET])),
    ([ASSET | {"name": "a"}], "assets[0] must be a dictionary with the keys"),
    *(([ASSET | {"userDefinedId": value}], "assets[0].userDefinedId") for value in (None, 7, "")),
    ([ASSET, ASSET], "assets[1].userDefinedId must be unique"),
    (
        [ASSET, ASSET | {"userDefinedId": "b"}],
        "assets[1].attributes[0].userDefinedId must be unique",
    ),
    *(([ASSET | {"displayName": value}], "assets[0].displayName") for value in (7, "")),
    *(
        ([ASSET | {"attributes": value}], "attributes must be a non-empty")
        for value in (None, 7, [])
    ),
    ([ASSET | {"attributes": [{"userDefinedId": "x"}]}], "one of boolean, double, integer, string"),
    ([ASSET | {"attributes": [ATTRIBUTE | {"unit": 7}]}], "attributes[0].unit must be"),
]
SEGMENT = "letters, digits and underscores"
INVALID_SEGMENTS = [
    (value, SEGMENT)
    for value in (None, 7, b"a", "", " ", "1a", "_a", "a_", "a b", "Größe", "a-b", "a\n", SURROGATE)
]
TYPED = {"schemaType": "double"}
LIST = "a list of dictionaries"
SCHEMA_TYPES = "one of boolean, dateTime, double, duration, integer, string"


def _invalid_attributes(argument: str) -> list[tuple[Any, str]]:
    return [
        *((value, LIST) for value in (7, "kW", {"name": "kW"}, b"kW")),
        *(([value], f"{argument}[0] must be a dictionary") for value in (None, 7, "kW", [])),
        ([{"name": "kW", "type": "double"}], f"{argument}[0] must be a dictionary with the keys"),
        *(([TYPED | {"name": value}], f"{argument}[0].name") for value in (None, 7, "", " ")),
        ([TYPED], f"{argument}[0].name must be a non-empty string"),
        ([{"name": "kW"}], f"{argument}[0].schemaType must be {SCHEMA_TYPES}"),
        *(
            ([{"name": "kW", "schemaType": value}], SCHEMA_TYPES)
            for value in ("float", "", 7, [], "DOUBLE ")
        ),
        ([TYPED | {"name": "kW", "description": 7}], f"{argument}[0].description"),
        ([TYPED | {"name": "kW"}, TYPED | {"name": "kW"}], f"{argument}[1].name must be unique"),
    ]


INVALID_TELEMETRY = [
    *_invalid_attributes("telemetry"),
    ([TYPED | {"name": "kW", "writable": True}], "telemetry[0] must be a dictionary"),
]
INVALID_PROPERTIES = [
    *_invalid_attributes("properties"),
    *(
        ([TYPED | {"name": "kW", "writable": value}], "properties[0].writable must be True or")
        for value in (0, "true", [])
    ),
    *(
        ([TYPED | {"name": "kW", "defaultValue": value}], "properties[0].defaultValue must be")
        for value in ([], {}, float("nan"), b"1")
    ),
]
INVALID_PROPERTY_VALUES = [
    *((value, "a non-empty dictionary") for value in (None, 7, "Height", [], {}, [{"name": "H"}])),
    *(({name: 1}, NOT_EMPTY) for name in (7, "", " ")),
    *(({"Height": value}, VALUE) for value in (None, [], float("inf"), b"1")),
    *(
        ({"Height": value}, 'a value or {"value": …, "timestamp": …}')
        for value in ({}, {"timestamp": 1}, {"value": 1, "unit": "m"})
    ),
    ({"Height": {"value": None}}, VALUE),
    *(
        ({"Height": {"value": 1, "timestamp": value}}, "since 1970")
        for value in ("soon", 1.5, True, [], 2**63)
    ),
]
INVALID_ENDPOINT_IDS = [
    *((value, NOT_EMPTY) for value in (7, {}, "", " ", b"id")),
    ([7], "iotEndpointIds[0]"),
    (["iotEndpointId.1", ""], "iotEndpointIds[1]"),
    (["i\nd"], NO_CONTROL),
]

PERMISSIONS = "one of READ_ONLY, READ_WRITE"
INVALID_PERMISSIONS = [(value, PERMISSIONS) for value in (None, 7, "", "WRITE", [], HUGE)]
INVALID_ROLES = [
    *((value, "a list of roles") for value in (7, "DATA_CONSUMER", b"DATA_CONSUMER", {})),
    *(([value], "userRoles[0] must be one of DATA_COMPLIANCE") for value in (None, 7, "", "ADMIN")),
    (["DATA_CONSUMER", "ADMIN"], "userRoles[1]"),
]
A_FILTER = 'must be an ID or {"iotEndpointId": "…", "attributeNames": ["…"]}'
INVALID_QUERIED_ENDPOINTS = [
    *((value, words) for value, words in INVALID_IDS if not isinstance(value, list)),
    *((value, "a non-empty list of IDs") for value in ([], {"iotEndpointId": "e"})),
    *(([value], A_FILTER) for value in (7, None, ["e"], {"iotEndpointId": "e", "names": []})),
    (["e", " "], "iotEndpointId[1] must be a non-empty string"),
    ([{"attributeNames": ["a"]}], "iotEndpointId[0].iotEndpointId must be a non-empty string"),
    ([{"iotEndpointId": "e", "attributeNames": []}], "iotEndpointId[0].attributeNames must be"),
]
INVALID_ATTRIBUTE_NAMES = [
    *((value, "a non-empty list of attribute names") for value in (7, "Power", [], b"a", {"a": 1})),
    *((["a", value], "attributeNames[1] must be a non-empty") for value in (None, 7, "", " ")),
    ([SURROGATE], NO_SURROGATES),
]
JSON = "a JSON value"
ITSELF: dict[str, Any] = {}
ITSELF["x"] = [ITSELF]

INVALID_TOKENS = [7, b"token", "", " ", "a b", "a\nb", "tökén", SURROGATE, "\x00"]
URL = "must be an https:// URL"
INVALID_ENDPOINTS = [
    7,
    b"https://exchange.test",
    "",
    [],
    "exchange.test/graphql",
    "http://exchange.test/graphql",
    "ftp://exchange.test",
    "https://",
    "https://exchange.test:port/",
    "https://exchange.test:99999/",
    "https://exchange test/",
    "https://exchange.test/\nHost: other.test",
    "https://[::1/",
    "https://user:password@exchange.test/",
    f"https://{'a' * 64}.test/",
    f"https://{SURROGATE}.test/",
    f"https://exchange.test/{HUGE}",
]
INVALID_PROXIES = [
    7,
    "",
    "socks5://proxy.test",
    "http://",
    "http://proxy:port",
    "http://[::1",
    "http://a b",
    f"http://{SURROGATE}",
]
OTHER_INVALID_OPTIONS = [
    ("debug", 1, "True or False"),
    ("debug", "yes", "True or False"),
    ("timeout", 0, SECONDS),
    ("timeout", None, SECONDS),
    ("timeout", "60", SECONDS),
    ("timeout", float("nan"), SECONDS),
    ("maxRetries", -1, "between 0 and 100"),
    ("maxRetries", True, "between 0 and 100"),
    ("maxRetries", HUGE_NUMBER, "between 0 and 100"),
    ("verify", None, PATH),
    ("verify", "load.csv", "certificates (PEM)"),
    ("verify", "x" * 300, "file system allows"),
]
