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

        The whole file is checked before anything is sent. Values are published with all digits of
        the file. Ambiguous contents are rejected with their line, column and cell, and with the
        argument that resolves them. Memory use does not depend on the size of the file.
        Requires the extra `arrow`; Excel and JSON also require `files`.

        The encoding, the delimiter, the header, the format of timestamps and the types of columns
        are detected. Files may be compressed with gzip, bzip2 or xz, or be in a zip archive.

        Args:
            timeSeriesDbId: The ID of the database.
            path: The path of a local file; a pattern such as `may/*.csv`; `-` for standard input;
                or a list of these. All files are checked before the first one is sent.
            assetId: The ID of the asset of all rows, in place of `assetIdColumn`.
            assetIdColumn: The column of asset IDs. Defaults to `assetId`.
            nameColumn: The column of asset names. Defaults to `name` if there is such a column.
            timeColumn: The column of timestamps, or two columns, one with the date and one with the
                time of day. Defaults to `timestamp`, or else to the only column of timestamps.
            timeFormat: The format of timestamps, as for `datetime.strptime`, such as `%d/%m/%Y
                %H:%M`, or the name of an order, such as `month/day/year`. Fractions of seconds
                (`%f`) may have nine digits, and 24:00 is midnight of the next day. Defaults to the
                detected format.
            timeUnit: The unit of numeric timestamps: `s`, `ms`, `us` or `ns` since 1970 in UTC;
                `excel` or `matlab` for days in local time.
            timeZone: The time zone of naive timestamps: a name such as `America/Los_Angeles`, or an
                offset such as `-08:00`. Without it they are rejected.
            ambiguous: How to resolve timestamps in the hour that is repeated when clocks are set
                back: `infer` from the order of rows, `earlier`, `later`, or `refuse` (default).
            nonexistent: What to do with timestamps in the hour that is skipped when clocks are set
                forward: `shift` them by as much, or `refuse` (default).
            dimensionColumns: Columns of metadata, which become dimensions of the records.
            measureColumns: The columns to publish. Defaults to all remaining columns.
            ignoreColumns: The columns that are not published. Defaults to none.
            measureTypes: The types of new attributes, by column, such as `{"code": "VARCHAR"}`.
                Attributes that the database has keep their type. Numbers are DOUBLE by default.
            attributeNames: The names of attributes, by column. Defaults to the names of the
                columns.
            attributeColumn: The column of attribute names, in a file with one value per row.
            valueColumn: The column of values, in a file with one value per row.
            assetsInColumns: The attribute of all values, in a file with one column per asset.
            nullValues: The contents of cells without a value, such as `-9999` or `No Data`. Empty
                cells never have one, and neither do `NA`, `NaN` and `null` in numeric columns.
            duplicates: What to do with several values of one asset, attribute and timestamp:
                publish the `first` or the `last` one, publish `identical` ones once, or `refuse`
                them (default).
            format: The format of the file: `csv`, `xlsx`, `parquet` or `json`. Detected by default.
            sheet: The sheet of an Excel workbook. Defaults to the only sheet with data.
            member: The file in a zip archive. Defaults to the only one.
            encoding: The character encoding. Defaults to that of the byte order mark, or else to
                UTF-8.
            delimiter: The delimiter of cells, such as `;`, or `whitespace` for any number of
                blanks. Detected by default.
            quote: The quote character of cells, or `none`. Defaults to `"`.
            escape: The character before a quote within a cell, such as a backslash, or `none`.
                Detected by default; usually it is another quote.
            decimal: The decimal separator. Defaults to `.`.
            thousands: The thousands separator. Defaults to none.
            strip: The strings to remove before and after numbers, such as `%` or `$`.
            minus: The minus sign, if it is not `-`, or `()` for negative numbers in parentheses.
            comment: The prefix of lines to ignore, such as `#`.
            skipLines: The number of lines before the header. Detected by default.
            columnNames: The names of all columns, for a file without a header.
            unitsRow: Whether the row after the header holds units, or the number of such rows.
            skipFooter: The number of rows to ignore at the end, such as totals.
            mapping: The path of a file that `saveMapping` wrote, with arguments to use. Arguments
                of this call have priority.
            saveMapping: The path of a file to write these arguments to, once the files have been
                checked.
            correct: Whether to replace stored values that differ. Defaults to False.
            renameAssets: Whether assets may be renamed. Defaults to False.
            saveRejected: The path of a file to write rejected rows to, each with the reason, or
                True for `FILE.rejected.csv` in the directory of the published file. Once corrected,
                it can be published with the same arguments. Defaults to False.
            dryRun: Whether to check everything without sending anything. Defaults to False.
            inspect: Whether to return what was detected in the files, with everything doubtful in
                `problems`, without sending anything. Defaults to False.
            progress: A callback `(done, total)` in rows, or True for a progress bar. An exception
                raised by it ends the call.

        Returns:
            A `FilePublishReport`: what was detected in each file, and the number of stored values.

        Raises:
            InvalidParameterError: An argument is invalid, or a file cannot be published as it is.
                Nothing was written. The message lists every problem.
            PathNotFoundError: The local file does not exist.
            MissingExtraError: The extra `arrow` or `files` is not installed.
            UnauthorizedError: You may not write to it.
            PublishIncompleteError: Only some rows were written. The indexes are line numbers. If
                there are several files, they are those of the first one in `files`.

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
        """Return a message unchanged, as its arguments are those of the call."""
        return message


async def _iterate(slices: Iterable[RowSlice]) -> AsyncIterator[RowSlice]:
    for part in slices:
        yield part
