"""Publishing files to time series databases."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Literal

from ..._backends import Backend
from ..._time_series.database_state import DatabaseState
from ..._time_series.latest_values import list_latest_values
from ..._time_series.record_planner import PlanOptions
from ..._utils import validation
from ..._utils.extras import require_extra
from ..._utils.progress import ProgressArgument, ProgressReporter
from ..base import BaseService
from ..file_publishing import parse_request, publish_files

if TYPE_CHECKING:
    from ..._file_input.file_report import FilePublishReport
    from ..._file_input.file_set import FileSet
    from ..._file_input.publish_plan import PublishPlan
    from ..._generated.client import Client
    from ..._time_series.publish_result import PublishReport
    from ..._time_series.row_publisher import RowSlice

_MEASURE_NAME = "measurements"


class FilePublishingService(BaseService):
    """The call that publishes files."""

    async def publishFileToTimeSeriesDatabase(
        self,
        timeSeriesDbId: str,
        path: str | PathLike[str] | Sequence[str | PathLike[str]],
        *,
        assetId: str | None = None,
        assetIdColumn: str | None = None,
        nameColumn: str | None = None,
        timeColumn: str | Sequence[str] | None = None,
        timeFormat: str | None = None,
        timeUnit: Literal["s", "ms", "us", "ns", "excel", "matlab"] | None = None,
        timeZone: str | None = None,
        ambiguous: Literal["refuse", "infer", "earlier", "later"] | None = None,
        nonexistent: Literal["refuse", "shift"] | None = None,
        dimensionColumns: Sequence[str] | None = None,
        measureColumns: Sequence[str] | None = None,
        ignoreColumns: Sequence[str] | None = None,
        measureTypes: Mapping[str, str] | None = None,
        attributeNames: Mapping[str, str] | None = None,
        attributeColumn: str | None = None,
        valueColumn: str | None = None,
        assetsInColumns: str | None = None,
        nullValues: Sequence[str | float] | None = None,
        duplicates: Literal["refuse", "identical", "first", "last"] | None = None,
        format: Literal["csv", "xlsx", "parquet", "json"] | None = None,
        sheet: str | None = None,
        member: str | None = None,
        encoding: str | None = None,
        delimiter: str | None = None,
        quote: str | None = None,
        escape: str | None = None,
        decimal: str | None = None,
        thousands: str | None = None,
        strip: Sequence[str] | None = None,
        minus: str | None = None,
        comment: str | None = None,
        skipLines: int | None = None,
        columnNames: Sequence[str] | None = None,
        unitsRow: bool | int | None = None,
        skipFooter: int | None = None,
        mapping: str | PathLike[str] | None = None,
        saveMapping: str | PathLike[str] | None = None,
        correct: bool = False,
        renameAssets: bool = False,
        saveRejected: bool | str | PathLike[str] = False,
        dryRun: bool = False,
        inspect: bool = False,
        progress: ProgressArgument | None = None,
    ) -> FilePublishReport:
        """Publish files of time series: CSV and other text, Excel, Parquet, JSON.

        The whole file is checked before anything is sent. Values are published as the file writes
        them, to the digit. Whatever can be understood in several ways is refused with its line,
        column and cell and the argument that settles it. Memory does not grow with the file.
        Needs the extra `arrow`; Excel and JSON need the extra `files`.

        Encoding, delimiter, the line of the names, the format of times and the types of columns
        are found by looking at the file. Files may be compressed with gzip, bzip2 or xz, or be in
        a zip archive.

        Args:
            timeSeriesDbId: The ID of the database.
            path: The file, a pattern such as `may/*.csv`, `-` for standard input, or a list of
                them. All are checked before the first one is sent.
            assetId: The asset of all rows, in place of a column.
            assetIdColumn: The column of each row's asset. Defaults to `assetId`.
            nameColumn: The column of the assets' names. Defaults to `name`, if there is one.
            timeColumn: The column of the times, or two of which one holds the date. Defaults to
                `timestamp`, else the only column of times.
            timeFormat: The format of times as that of `datetime.strptime`, such as
                `%d/%m/%Y %H:%M`. Fractions (`%f`) may have nine digits, and 24:00 is the next
                day's midnight. Or the name of an order, such as `month/day/year`.
            timeUnit: What numbers count that are times: `s`, `ms`, `us` or `ns` since 1970 in UTC,
                `excel` or `matlab` for days in local time.
            timeZone: The zone of times that state none: a name such as `America/Los_Angeles`, or
                an offset such as `-08:00`.
            ambiguous: Which time is meant when clocks are put back and an hour comes twice:
                `infer` from the order of rows, `earlier`, `later`, or `refuse`, the default.
            nonexistent: What becomes of times that are skipped when clocks are put forward:
                `shift` them by as much, or `refuse`, the default.
            dimensionColumns: Columns of metadata, which become dimensions of the records.
            measureColumns: The columns to publish. Defaults to all that are nothing else.
            ignoreColumns: Columns that are not published.
            measureTypes: The types of new attributes by column, such as `{"code": "VARCHAR"}`.
                An attribute that the database has keeps its type; other numbers are DOUBLE.
            attributeNames: The names of attributes by column. Defaults to the columns' names.
            attributeColumn: In a file with one value per row, the column of the attributes.
            valueColumn: In such a file, the column of the values.
            assetsInColumns: The attribute of all values, in a file with a column per asset.
            nullValues: What is written in cells without a value, such as `-9999` or `No Data`.
                Empty cells have none; nor do `NA`, `NaN` and `null` in columns of numbers.
            duplicates: What becomes of several values of one asset, attribute and time: `first` or
                `last` takes one of them, `identical` takes equal ones once, `refuse` is the
                default.
            format: `csv`, `xlsx`, `parquet` or `json`. Defaults to what the file is.
            sheet: The sheet of a workbook. Defaults to the only one that holds something.
            member: The file of a zip archive. Defaults to the only one.
            encoding: The encoding of text. Defaults to UTF-8, or what a byte order mark says.
            delimiter: What separates cells, such as `;`; `whitespace` for any number of blanks.
            quote: What encloses cells, `"` by default; `none` for nothing.
            escape: What stands before a quote that is part of a cell, such as a backslash.
                Defaults to another quote, or what the file shows; `none` for nothing.
            decimal: The decimal separator. Defaults to a point.
            thousands: What separates groups of digits, if anything does.
            strip: What stands before or after numbers, such as `%` or `$`.
            minus: A minus sign other than `-`; `()` for negative numbers in parentheses.
            comment: What lines begin with that are left out, such as `#`.
            skipLines: How many lines stand before the names. Defaults to what the file shows.
            columnNames: The names of all columns, for a file without them.
            unitsRow: Whether the row after the names holds units; a number for several such rows.
            skipFooter: How many rows at the end are no data, such as totals.
            mapping: A file that `saveMapping` wrote; arguments given beside it go before it.
            saveMapping: Where to write these arguments, once the files are found to be right.
            correct: Whether to replace values that are stored differently. Defaults to False.
            renameAssets: Whether an asset may get another name than it has. Defaults to False.
            saveRejected: Where to write rows that the platform rejects, each with the reason; True
                for `FILE.rejected.csv` in the folder of the file. Corrected, it can be published
                with the same arguments. Defaults to False.
            dryRun: Whether to check everything and send nothing.
            inspect: Whether to return what was understood of the files, with what is doubtful in
                `problems`, and send nothing.
            progress: A callback `(done, total)` in rows, or True for a progress bar. An exception
                raised by it ends the publishing.

        Returns:
            What was understood of each file, and how many values were stored.

        Raises:
            InvalidParameterError: An argument can't be used, or a file can't be published as it
                is; nothing was sent. It lists every problem.
            PathNotFoundError: There is no such file.
            MissingExtraError: An extra is not installed.
            UnauthorizedError: You may not write to this database.
            PublishIncompleteError: Only some rows were published; the indexes are those of lines.
                Of several files, they are those of the first one in `files`.

        Example:
            >>> from pathlib import Path
            >>> lines = ["timestamp,kW", "2024-05-01T00:00:00Z,12.50"]
            >>> size = Path("may.csv").write_text(chr(10).join(lines))
            >>> report = await digitalExchange.publishFileToTimeSeriesDatabase(
            ...     timeSeriesDbId, "may.csv", assetId="meter-9")
            >>> report.valuesStored
            1
        """
        arguments = {name: value for name, value in locals().items() if name not in _OTHERS}
        require_extra("arrow", "pyarrow")
        validation.require_id("timeSeriesDbId", timeSeriesDbId)
        plan_options = PlanOptions(_MEASURE_NAME, 1, validation.parse_bool("correct", correct))
        may_rename = validation.parse_bool("renameAssets", renameAssets)
        request = parse_request(
            path,
            arguments,
            mapping=mapping,
            save_mapping=saveMapping,
            save_rejected=saveRejected,
            dry_run=dryRun,
            inspect=inspect,
            progress=progress,
        )
        target = DatabaseTarget(
            self._client, self._backend, timeSeriesDbId, plan_options, may_rename=may_rename
        )
        return await publish_files(self._backend, request, target)


# The arguments that do not say how a file is to be read.
_OTHERS = frozenset(
    {
        *("self", "timeSeriesDbId", "path", "mapping", "saveMapping", "correct"),
        *("renameAssets", "saveRejected", "dryRun", "inspect", "progress"),
    }
)


class DatabaseTarget:
    """The database that files are published to.

    Args:
        client: Sends the batches.
        backend: The backend.
        database_id: The database.
        options: How to store the rows.
        may_rename: Whether an asset may get another name than it has.
    """

    def __init__(
        self,
        client: Client,
        backend: Backend,
        database_id: str,
        options: PlanOptions,
        *,
        may_rename: bool,
    ) -> None:
        self._client = client
        self._backend = backend
        self._database_id = database_id
        self._options = options
        self._may_rename = may_rename
        self._state = DatabaseState([])

    async def read_types(self, _files: FileSet) -> Mapping[str, str]:
        """Read the types of the attributes that the database has."""
        self._state = DatabaseState(await list_latest_values(self._client, self._database_id))
        return self._state.types

    async def prepare(self, files: FileSet) -> None:
        """Take over the names that files give to assets."""
        for plan in files.plans:
            for asset, name in plan.asset_names.items():
                self._state.take_name(
                    plan.problems.source, asset, name, rename_assets=self._may_rename
                )

    async def publish(
        self, plan: PublishPlan, progress: ProgressReporter, *, dry_run: bool
    ) -> PublishReport:
        """Publish a file."""
        from ..._time_series.row_publisher import RowPublisher

        publisher = RowPublisher(
            self._client,
            self._backend,
            self._database_id,
            self._state,
            self._options,
            plan.outcomes,
            progress,
            keep_responses=False,
            dry_run=dry_run,
        )
        result = await publisher.publish_rows(_iterate(plan.slices()))
        return result.report

    def translate(self, message: str) -> str:
        """Return a message as it is: the arguments have the names of the call."""
        return message


async def _iterate(slices: Iterable[RowSlice]) -> AsyncIterator[RowSlice]:
    for part in slices:
        yield part
