"""Starting and stopping captures, publishing to them, and downloading what they recorded."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ..._graphql.client import require_found
from ..._secrets import Secret
from ..._transfer.output_file import open_output
from ..._utils import validation
from ..._utils.progress import ProgressArgument, ProgressReporter
from ..base import BaseService

if TYPE_CHECKING:
    from ..._telemetry.capture_types import (
        CaptureDataRecordInput,
        PublishCaptureDataResult,
        StartCaptureResult,
        StopCaptureResult,
    )

WHAT = "data capture"


class CaptureDataService(BaseService):
    """Calls about the data of captures."""

    async def startCapture(self, captureId: str) -> StartCaptureResult:
        """Start a capture that is READY.

        Args:
            captureId: The ID of the capture.

        Returns:
            The result: `startedAt`, and the `capture`. `success` is True, as failures raise errors.

        Raises:
            InvalidParameterError: The ID is not a non-empty string.
            NotFoundError: No capture with this ID exists.
            InvalidRequestError: The capture is not READY.
            UnauthorizedError: You may not start it.

        Example:
            >>> result = await digitalExchange.dataCapture.startCapture(captureId)
            >>> print(result.success, result.capture.state)
            True CAPTURING
        """
        from ..._telemetry.capture_types import StartCaptureResult

        validation.require_id("captureId", captureId)
        response = await self._client.data_capture_start_capture(captureId)
        capture = require_found(response, WHAT, captureId)
        times = capture.timeSettings
        return StartCaptureResult(
            True, capture.captureId, times.actualStartTime if times else None, None, capture
        )

    async def stopCapture(self, captureId: str) -> StopCaptureResult:
        """Stop a capture that is CAPTURING.

        Args:
            captureId: The ID of the capture.

        Returns:
            The result: `stoppedAt`, and the `capture`, which is FINISHING until its export is
            complete. `success` is True, as failures raise errors.

        Raises:
            InvalidParameterError: The ID is not a non-empty string.
            NotFoundError: No capture with this ID exists.
            InvalidRequestError: The capture is not CAPTURING.
            UnauthorizedError: You may not stop it.

        Example:
            >>> started = await digitalExchange.dataCapture.startCapture(captureId)
            >>> result = await digitalExchange.dataCapture.stopCapture(captureId)
            >>> result.stoppedAt >= started.startedAt
            True
        """
        from ..._telemetry.capture_types import StopCaptureResult

        validation.require_id("captureId", captureId)
        response = await self._client.data_capture_stop_capture(captureId)
        capture = require_found(response, WHAT, captureId)
        times = capture.timeSettings
        return StopCaptureResult(
            True, capture.captureId, times.actualStopTime if times else None, None, capture
        )

    async def publishData(
        self,
        captureId: str,
        data: Iterable[CaptureDataRecordInput | Mapping[str, Any]],
        *,
        progress: ProgressArgument | None = None,
    ) -> PublishCaptureDataResult:
        """Publish records to a capture that is CAPTURING, any number of them.

        They are sent in batches of at most 100, up to `maxConcurrency` of them at the same time, so
        the events of the batches may arrive in another order; with `maxConcurrency=1` they are sent
        in order. Rejected values do not prevent the others from being written, and do not raise an
        error: see `recordsFailed`.

        Args:
            captureId: The ID of the capture.
            data: The records: `DxTypes.CaptureDataRecordInput` objects, or dictionaries with the
                keys `timestamp`, `timeUnit` and `attributeValues`. Times are truncated to
                milliseconds, in which captures store them.
            progress: A callback `(done, total)` in records, called after each batch, or True for a
                progress bar. An exception raised by it ends the call.

        Returns:
            What was written (`recordsWritten`) and what was rejected (`recordsFailed`), one entry
            per value.

        Raises:
            InvalidParameterError: An argument is invalid. Nothing was written.
            NotFoundError: No capture with this ID exists.
            InvalidRequestError: The capture is not CAPTURING.
            UnauthorizedError: You may not write to it.
            PublishIncompleteError: Only some records were sent, or the response to some is missing.
                The error says which.

        Example:
            >>> started = await digitalExchange.dataCapture.startCapture(captureId)
            >>> result = await digitalExchange.dataCapture.publishData(captureId, [
            ...     {"timestamp": "2024-05-01T00:00:00Z", "timeUnit": "ISO8601",
            ...      "attributeValues": {"inverter-1-power": 12.5}}])
            >>> len(result.recordsWritten), result.recordsFailed
            (1, [])
        """
        from ..._telemetry.capture_publisher import CapturePublisher, parse_capture_records

        validation.require_id("captureId", captureId)
        reporter = ProgressReporter(progress)
        records = parse_capture_records("data", data)
        return await CapturePublisher(self._client, captureId, records, reporter).publish()

    async def downloadData(
        self,
        captureId: str,
        writeLocation: str | os.PathLike[str],
        *,
        exportTimeout: float = 300,
        progress: ProgressArgument | None = None,
    ) -> bool:
        """Download what a capture recorded, as CSV.

        If the capture is still CAPTURING, the file has what was recorded so far. Otherwise the
        call waits for the export of a capture that was stopped.

        Args:
            captureId: The ID of the capture.
            writeLocation: The path of the output file, or a directory, in which the file has the
                name of the export. It appears only when it is complete.
            exportTimeout: Timeout in seconds for the export. Defaults to 300.
            progress: A callback `(done, total)` in bytes, or True for a progress bar. An exception
                raised by it cancels the transfer.

        Returns:
            True.

        Raises:
            InvalidParameterError: An argument is invalid.
            NotFoundError: No capture with this ID exists, or it has no data.
            UnauthorizedError: You may not read it.
            ExportTimeoutError: The export was not ready in time.
            TransferError: The export or the download failed.

        Example:
            >>> started = await digitalExchange.dataCapture.startCapture(captureId)
            >>> stopped = await digitalExchange.dataCapture.stopCapture(captureId)
            >>> await digitalExchange.dataCapture.downloadData(captureId, "capture.csv")
            True
        """
        from ..._telemetry.capture_export import CaptureExport

        validation.require_id("captureId", captureId)
        timeout = validation.parse_duration("exportTimeout", exportTimeout)
        reporter = ProgressReporter(progress)
        validation.resolve_output_path("writeLocation", writeLocation, "")
        waiting = CaptureExport(self._client, self._backend, captureId, timeout)
        export = await waiting.wait()
        target = validation.resolve_output_path(
            "writeLocation", writeLocation, export.name or f"{captureId}.csv"
        )
        url = Secret(export.url or "")
        async with self._backend.transfer_slot(), open_output(self._backend, target) as file:
            reporter.start_file(target.name)
            with reporter.track("download") as callback:
                await self._transfers.download(waiting.get_url, file, target.name, callback, url)
        return True
