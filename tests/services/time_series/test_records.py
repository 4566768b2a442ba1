"""Measures, dimensions and records: conversion of arguments to the documented strings."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    InvalidParameterError,
    MeasureValueType,
    TimeSeriesDimension,
    TimeSeriesInputRecord,
    TimeSeriesMeasureValue,
    TimeUnit,
)

from ...conftest import Connect

TIMESTAMP = datetime(2024, 3, 19, 10, 39, 31, 942_001, tzinfo=UTC)

HUGE = 10**5000
"""More digits than Python converts to a string."""


@pytest.fixture
def maker(connect: Connect) -> AvistaDigitalExchange:
    """A client without a server: creating records sends nothing."""
    return connect("token", endpoint="https://nobody-is-here.test/graphql")


def single(maker: AvistaDigitalExchange, kind: str, value: Any, **options: Any) -> str | None:
    record = maker.createTimeSeriesInputRecord(1, "SECONDS", "kW", kind, value, **options)
    return record.measureValue


class TestMeasures:
    def test_measure_has_its_arguments(self, maker: AvistaDigitalExchange) -> None:
        measure = maker.createTimeSeriesMeasureValue("DOUBLE", "A kW", "12.50")
        assert type(measure) is TimeSeriesMeasureValue
        assert (measure.type, measure.name, measure.value) == ("DOUBLE", "A kW", "12.50")

    def test_measure_accepts_keyword_arguments(self, maker: AvistaDigitalExchange) -> None:
        by_keyword = maker.createTimeSeriesMeasureValue(type="BIGINT", name="n", value="321")
        assert by_keyword == maker.createTimeSeriesMeasureValue("BIGINT", "n", "321")

    @pytest.mark.parametrize(
        ("kind", "value", "text"),
        [
            ("DOUBLE", "18.80", "18.80"),
            ("DOUBLE", "-.5e-7", "-.5e-7"),
            ("DOUBLE", 12.5, "12.5"),
            ("DOUBLE", 0.1 + 0.2, "0.30000000000000004"),
            ("DOUBLE", 5e-324, "5e-324"),
            ("DOUBLE", 1.7976931348623157e308, "1.7976931348623157e+308"),
            ("DOUBLE", -0.0, "-0.0"),
            ("DOUBLE", 7, "7"),
            ("DOUBLE", 2**63 + 1, "9223372036854775809"),
            ("DOUBLE", Decimal("0.1234567890123456789"), "0.1234567890123456789"),
            ("DOUBLE", Decimal("1E+3"), "1E+3"),
            ("BIGINT", 2**63 - 1, "9223372036854775807"),
            ("BIGINT", -(2**63), "-9223372036854775808"),
            ("BIGINT", "007", "007"),
            ("BIGINT", 12.0, "12"),
            ("BIGINT", Decimal("12.000"), "12"),
            ("VARCHAR", "a string…", "a string…"),
            ("VARCHAR", " blanks stay ", " blanks stay "),
            ("VARCHAR", 7, "7"),
            ("VARCHAR", 0.1, "0.1"),
            ("VARCHAR", True, "true"),
            ("VARCHAR", TIMESTAMP, "2024-03-19T10:39:31.942001000Z"),
            ("BOOLEAN", True, "true"),
            ("BOOLEAN", "FALSE", "false"),
            ("TIMESTAMP", 1710844771942, "1710844771942"),
            ("TIMESTAMP", "1710844771942", "1710844771942"),
        ],
    )
    def test_measure_values_become_strings_without_losing_a_digit(
        self, kind: str, value: Any, text: str, maker: AvistaDigitalExchange
    ) -> None:
        assert maker.createTimeSeriesMeasureValue(kind, "kW", value).value == text
        assert single(maker, kind, value) == text

    @pytest.mark.parametrize(
        ("kind", "value"),
        [
            ("DOUBLE", "twelve"),
            ("DOUBLE", ""),
            ("DOUBLE", None),
            ("DOUBLE", True),
            ("DOUBLE", "0x10"),
            ("DOUBLE", "1_000"),
            ("DOUBLE", "１"),  # noqa: RUF001  # a digit, but of no number Timestream reads
            ("DOUBLE", "1e999"),
            ("DOUBLE", float("nan")),
            ("DOUBLE", float("inf")),
            ("DOUBLE", Decimal("NaN")),
            ("DOUBLE", Decimal("sNaN")),
            ("DOUBLE", 10**400),
            pytest.param("DOUBLE", HUGE, id="DOUBLE-huge"),
            ("DOUBLE", 1j),
            ("DOUBLE", Fraction(1, 3)),
            ("DOUBLE", b"12.5"),
            ("DOUBLE", [12.5]),
            ("BIGINT", 12.5),
            ("BIGINT", "12.5"),
            ("BIGINT", 2**63),
            ("BIGINT", -(2**63) - 1),
            pytest.param("BIGINT", HUGE, id="BIGINT-huge"),
            ("BIGINT", 1e300),
            ("BIGINT", Decimal("Infinity")),
            ("BIGINT", Decimal("sNaN")),
            ("BIGINT", False),
            ("VARCHAR", ""),
            ("VARCHAR", None),
            ("VARCHAR", "ä" * 1025),
            ("VARCHAR", "\ud800"),
            ("VARCHAR", b"bytes"),
            ("VARCHAR", datetime(2024, 3, 19)),
            ("BOOLEAN", 1),
            ("BOOLEAN", "yes"),
            ("BOOLEAN", None),
            ("TIMESTAMP", datetime(2024, 3, 19)),
            ("TIMESTAMP", "2024-03-19T10:39:31Z"),
            ("TIMESTAMP", 0.5),
        ],
    )
    def test_measure_value_of_the_wrong_type_is_refused(
        self, kind: str, value: Any, maker: AvistaDigitalExchange
    ) -> None:
        with pytest.raises(InvalidParameterError, match=r"^value must be "):
            maker.createTimeSeriesMeasureValue(kind, "kW", value)
        with pytest.raises(InvalidParameterError, match=r"^measureValue must be "):
            single(maker, kind, value)

    @pytest.mark.parametrize(
        "name",
        ["", "  ", None, 7, "n" * 257, "ä" * 129, "time", "measure_name", "measure_value", "ts_1"],
    )
    def test_measure_name_that_cannot_be_stored_is_refused(
        self, name: Any, maker: AvistaDigitalExchange
    ) -> None:
        with pytest.raises(InvalidParameterError, match=r"^name must be "):
            maker.createTimeSeriesMeasureValue("DOUBLE", name, 1)
        with pytest.raises(InvalidParameterError, match=r"^name must be "):
            maker.createTimeSeriesDimension("VARCHAR", name, "value")
        with pytest.raises(InvalidParameterError, match=r"^measureName must be "):
            maker.createTimeSeriesInputRecord(1, "SECONDS", name, "DOUBLE", 1)


class TestEnums:
    @pytest.mark.parametrize("given", ["double", "Double", "DOUBLE", MeasureValueType.DOUBLE])
    def test_measure_type_is_case_insensitive(
        self, given: str, maker: AvistaDigitalExchange
    ) -> None:
        assert maker.createTimeSeriesMeasureValue(given, "kW", 1).type is MeasureValueType.DOUBLE
        record = maker.createTimeSeriesInputRecord(1, "SECONDS", "kW", given, 1)
        assert record.measureValueType is MeasureValueType.DOUBLE

    @pytest.mark.parametrize("given", ["seconds", "Seconds", TimeUnit.SECONDS])
    def test_time_unit_is_case_insensitive(self, given: str, maker: AvistaDigitalExchange) -> None:
        record = maker.createTimeSeriesInputRecord(1, given, "kW", "DOUBLE", 1)
        assert record.timeUnit is TimeUnit.SECONDS

    def test_dimension_type_is_case_insensitive(self, maker: AvistaDigitalExchange) -> None:
        assert maker.createTimeSeriesDimension("varchar", "name", "Roof").dimensionValueType == (
            "VARCHAR"
        )

    @pytest.mark.parametrize("given", ["FLOAT", "", None, 7, " DOUBLE"])
    def test_unknown_enum_value_is_refused_with_the_valid_ones(
        self, given: Any, maker: AvistaDigitalExchange
    ) -> None:
        with pytest.raises(InvalidParameterError, match=r"^type must be .*BIGINT, BOOLEAN, DOUBLE"):
            maker.createTimeSeriesMeasureValue(given, "kW", 1)
        with pytest.raises(
            InvalidParameterError, match=r"^measureValueType must be .*BIGINT, BOOLEAN"
        ):
            maker.createTimeSeriesInputRecord(1, "SECONDS", "kW", given, 1)
        with pytest.raises(
            InvalidParameterError, match=r"^timeUnit must be .*MICROSECONDS, MILLISECO"
        ):
            maker.createTimeSeriesInputRecord(1, given, "kW", "DOUBLE", 1)
        with pytest.raises(InvalidParameterError, match=r"^dimensionValueType must be .*VARCHAR"):
            maker.createTimeSeriesDimension(given, "name", "Roof")

    def test_single_measure_cannot_be_of_type_multi(self, maker: AvistaDigitalExchange) -> None:
        with pytest.raises(InvalidParameterError, match=r"^type must be one of (?!.*MULTI.*, got)"):
            maker.createTimeSeriesMeasureValue("MULTI", "kW", 1)


class TestDimensions:
    def test_dimension_has_its_arguments(self, maker: AvistaDigitalExchange) -> None:
        dimension = maker.createTimeSeriesDimension("VARCHAR", "name", "Asset 1")
        assert type(dimension) is TimeSeriesDimension
        assert (dimension.dimensionValueType, dimension.name, dimension.value) == (
            "VARCHAR",
            "name",
            "Asset 1",
        )
        assert dimension == maker.createTimeSeriesDimension(
            dimensionValueType="VARCHAR", name="name", value="Asset 1"
        )

    @pytest.mark.parametrize("value", ["", None, 7, "v" * 2049])
    def test_dimension_value_is_a_string_of_at_most_2_kb(
        self, value: Any, maker: AvistaDigitalExchange
    ) -> None:
        with pytest.raises(InvalidParameterError, match=r"^value must be "):
            maker.createTimeSeriesDimension("VARCHAR", "name", value)


class TestRecords:
    def test_documented_example_creates_a_record(self, maker: AvistaDigitalExchange) -> None:
        dimensions = [
            maker.createTimeSeriesDimension("VARCHAR", "name", "Asset 1"),
            maker.createTimeSeriesDimension("VARCHAR", "Dimension2Name", "Dimension2Value"),
        ]
        measureValues = [
            maker.createTimeSeriesMeasureValue("VARCHAR", "Measure 1", "a string..."),
            maker.createTimeSeriesMeasureValue("BIGINT", "Measure 2", "321"),
        ]
        record = maker.createTimeSeriesInputRecord(
            "1662155084", "SECONDS", "entry", "MULTI", None, measureValues, dimensions, 1
        )
        assert type(record) is TimeSeriesInputRecord
        assert (record.time, record.timeUnit) == ("1662155084", "SECONDS")
        assert (record.measureName, record.measureValueType) == ("entry", "MULTI")
        assert record.measureValue is None
        assert record.measureValues == measureValues
        assert record.dimensions == dimensions
        assert record.version == 1

    def test_record_accepts_keywords_without_optional_arguments(
        self, maker: AvistaDigitalExchange
    ) -> None:
        record = maker.createTimeSeriesInputRecord(
            time="1", timeUnit="SECONDS", measureName="kW", measureValueType="DOUBLE",
            measureValue="12.5",
        )  # fmt: skip
        assert record.measureValue == "12.5"
        assert not record.measureValues
        assert not record.dimensions
        assert record.version == 1

    @pytest.mark.parametrize(
        ("time", "unit", "text"),
        [
            ("1662155084", "SECONDS", "1662155084"),
            (1662155084, "SECONDS", "1662155084"),
            (1662155084.0, "SECONDS", "1662155084"),
            (-1, "MILLISECONDS", "-1"),
            (0, "NANOSECONDS", "0"),
            (1710844771942001003, "NANOSECONDS", "1710844771942001003"),
            (" 7 ", "SECONDS", "7"),
            ("+7", "SECONDS", "+7"),
            ("-7", "SECONDS", "-7"),
            ("9223372036", "SECONDS", "9223372036"),
            ("9223372036854775807", "NANOSECONDS", "9223372036854775807"),
            (TIMESTAMP, "MICROSECONDS", "1710844771942001"),
            (TIMESTAMP, "NANOSECONDS", "1710844771942001000"),
            (TIMESTAMP.replace(microsecond=942_000), "MILLISECONDS", "1710844771942"),
            (TIMESTAMP.replace(microsecond=0), "SECONDS", "1710844771"),
            (datetime(1969, 12, 31, 23, 59, 59, 999_999, UTC), "MICROSECONDS", "-1"),
            (
                datetime(2024, 3, 19, 12, tzinfo=timezone(timedelta(hours=2))),
                "SECONDS",
                "1710842400",
            ),
        ],
    )
    def test_record_time_becomes_a_count_of_its_unit(
        self, time: Any, unit: str, text: str, maker: AvistaDigitalExchange
    ) -> None:
        assert maker.createTimeSeriesInputRecord(time, unit, "kW", "DOUBLE", 1).time == text

    @pytest.mark.parametrize(
        ("time", "unit"),
        [
            (TIMESTAMP, "MILLISECONDS"),
            (TIMESTAMP, "SECONDS"),
            (datetime(2024, 3, 19), "SECONDS"),
            ("2024-03-19T10:39:31Z", "SECONDS"),
            (1.5, "SECONDS"),
            ("1.5", "SECONDS"),
            ("", "SECONDS"),
            ("9223372037", "SECONDS"),
            ("9223372036854775808", "NANOSECONDS"),
            ("٣", "SECONDS"),
            ("³", "SECONDS"),
            (None, "SECONDS"),
            (True, "SECONDS"),
            (1e300, "SECONDS"),
            pytest.param(HUGE, "SECONDS", id="huge"),
            (10**10, "SECONDS"),
            (float("nan"), "SECONDS"),
        ],
    )
    def test_record_time_that_would_lose_digits_is_refused(
        self, time: Any, unit: str, maker: AvistaDigitalExchange
    ) -> None:
        with pytest.raises(InvalidParameterError, match=r"^time must be "):
            maker.createTimeSeriesInputRecord(time, unit, "kW", "DOUBLE", 1)

    @pytest.mark.parametrize(
        ("unit", "text"),
        [("MICROSECONDS", "1710844771942001"), ("NANOSECONDS", "1710844771942001000")],
    )
    def test_timestamp_measure_is_a_count_of_the_unit_of_the_record(
        self, unit: str, text: str, maker: AvistaDigitalExchange
    ) -> None:
        measure = maker.createTimeSeriesMeasureValue("TIMESTAMP", "seen", TIMESTAMP)
        record = maker.createTimeSeriesInputRecord(
            1, unit, "entry", "MULTI", measureValues=[measure]
        )
        assert record.measureValues is not None
        assert record.measureValues[0].value == text
        direct = maker.createTimeSeriesInputRecord(1, unit, "seen", "TIMESTAMP", TIMESTAMP)
        assert direct.measureValue == text

    def test_timestamp_measure_that_does_not_fit_the_unit_is_refused(
        self, maker: AvistaDigitalExchange
    ) -> None:
        measure = maker.createTimeSeriesMeasureValue("TIMESTAMP", "seen", TIMESTAMP)
        with pytest.raises(
            InvalidParameterError, match=r"seen.*a time in whole seconds, or of a finer"
        ):
            maker.createTimeSeriesInputRecord(1, "SECONDS", "e", "MULTI", measureValues=[measure])

    @pytest.mark.parametrize(
        "version", [0, -1, 2**31, 1.5, "two", None, True, pytest.param(HUGE, id="huge")]
    )
    def test_version_is_a_positive_integer(
        self, version: Any, maker: AvistaDigitalExchange
    ) -> None:
        with pytest.raises(InvalidParameterError, match=r"^version must be "):
            single(maker, "DOUBLE", 1, version=version)


class TestMulti:
    @pytest.fixture
    def measures(self, maker: AvistaDigitalExchange) -> list[TimeSeriesMeasureValue]:
        return [maker.createTimeSeriesMeasureValue("DOUBLE", f"m{n}", n) for n in range(3)]

    def test_multi_record_requires_measure_values(self, maker: AvistaDigitalExchange) -> None:
        for none in (None, [], ()):
            with pytest.raises(InvalidParameterError, match=r"measureValues must be .*1 to 256"):
                maker.createTimeSeriesInputRecord(1, "SECONDS", "e", "MULTI", None, none)

    def test_multi_record_refuses_a_measure_value(
        self, maker: AvistaDigitalExchange, measures: list[TimeSeriesMeasureValue]
    ) -> None:
        with pytest.raises(InvalidParameterError, match=r"^measureValue must be .*MULTI, got '1'"):
            maker.createTimeSeriesInputRecord(1, "SECONDS", "e", "MULTI", "1", measures)

    def test_single_record_refuses_measure_values(
        self, maker: AvistaDigitalExchange, measures: list[TimeSeriesMeasureValue]
    ) -> None:
        with pytest.raises(InvalidParameterError, match=r"^measureValues must be .*DOUBLE"):
            maker.createTimeSeriesInputRecord(1, "SECONDS", "kW", "DOUBLE", "1", measures)

    def test_single_record_requires_a_measure_value(self, maker: AvistaDigitalExchange) -> None:
        with pytest.raises(InvalidParameterError, match=r"^measureValue must be .*got None"):
            maker.createTimeSeriesInputRecord(1, "SECONDS", "kW", "DOUBLE")

    def test_multi_record_accepts_a_tuple_of_measures(
        self, maker: AvistaDigitalExchange, measures: list[TimeSeriesMeasureValue]
    ) -> None:
        record = maker.createTimeSeriesInputRecord(
            1, "SECONDS", "e", "MULTI", None, tuple(measures), ()
        )
        assert record.measureValues == measures

    @pytest.mark.parametrize("given", ["m0", 7, {"m0": 1}, [1], [None], [{"name": "m0"}]])
    def test_multi_record_refuses_anything_but_a_list_of_measures(
        self, given: Any, maker: AvistaDigitalExchange
    ) -> None:
        with pytest.raises(InvalidParameterError, match=r"^measureValues.*TimeSeriesMeasureValue"):
            maker.createTimeSeriesInputRecord(1, "SECONDS", "e", "MULTI", None, given)

    @pytest.mark.parametrize("given", ["name", 7, [1], [None], [{"name": "name"}]])
    def test_record_refuses_anything_but_a_list_of_dimensions(
        self, given: Any, maker: AvistaDigitalExchange
    ) -> None:
        with pytest.raises(InvalidParameterError, match=r"^dimensions.*TimeSeriesDimension"):
            single(maker, "DOUBLE", 1, dimensions=given)

    def test_record_has_at_most_256_measures_and_128_dimensions(
        self, maker: AvistaDigitalExchange
    ) -> None:
        measures = [maker.createTimeSeriesMeasureValue("DOUBLE", f"m{n}", n) for n in range(257)]
        dimensions = [maker.createTimeSeriesDimension("VARCHAR", f"d{n}", "v") for n in range(129)]
        maker.createTimeSeriesInputRecord(
            1, "SECONDS", "e", "MULTI", None, measures[:256], dimensions[:128]
        )
        with pytest.raises(InvalidParameterError, match=r"256 measures"):
            maker.createTimeSeriesInputRecord(1, "SECONDS", "e", "MULTI", None, measures)
        with pytest.raises(InvalidParameterError, match=r"128 dimensions"):
            single(maker, "DOUBLE", 1, dimensions=dimensions)

    def test_record_refuses_duplicate_names(self, maker: AvistaDigitalExchange) -> None:
        measure = maker.createTimeSeriesMeasureValue("DOUBLE", "kW", 1)
        dimension = maker.createTimeSeriesDimension("VARCHAR", "name", "v")
        with pytest.raises(InvalidParameterError, match=r"measureValues must be .*got 'kW'.*once"):
            maker.createTimeSeriesInputRecord(1, "SECONDS", "e", "MULTI", None, [measure] * 2)
        with pytest.raises(InvalidParameterError, match=r"dimensions must be .*got 'name'.*once"):
            single(maker, "DOUBLE", 1, dimensions=[dimension] * 2)


class TestNumPyNumbers:
    def test_numpy_numbers_are_accepted(self, maker: AvistaDigitalExchange) -> None:
        numpy = pytest.importorskip("numpy")
        assert single(maker, "DOUBLE", numpy.float64(0.1)) == "0.1"
        assert single(maker, "DOUBLE", numpy.float32(0.5)) == "0.5"
        assert single(maker, "DOUBLE", numpy.int16(-7)) == "-7"
        assert single(maker, "BIGINT", numpy.int64(2**63 - 1)) == "9223372036854775807"
        assert single(maker, "BOOLEAN", numpy.bool_(True)) == "true"
        assert single(maker, "VARCHAR", numpy.str_("text")) == "text"
        time = maker.createTimeSeriesInputRecord(numpy.int64(7), "SECONDS", "kW", "DOUBLE", 1).time
        assert time == "7"

    @pytest.mark.parametrize("made", ["array([1.0, 2.0])", "datetime64('2024-03-19')", "nan"])
    def test_numpy_arrays_are_refused(self, made: str, maker: AvistaDigitalExchange) -> None:
        numpy = pytest.importorskip("numpy")
        value = eval(f"numpy.{made}", {"numpy": numpy})
        with pytest.raises(InvalidParameterError, match=r"^measureValue must be "):
            single(maker, "DOUBLE", value)
