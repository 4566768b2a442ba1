"""The export of what a capture recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._backends import Backend
from .._graphql.client import require_found
from .._secrets import Secret
from ..errors import ExportTimeoutError, NotFoundError, TransferError

if TYPE_CHECKING:
    from .._generated.client import Client
    from .._generated.fragments import DataCaptureDataExport

WHAT = "data capture"
CAPTURING, FINISHING = "CAPTURING", "FINISHING"
# Delays between requests for the state of an export.
MIN_DELAY_SECONDS = 0.1
MAX_DELAY_SECONDS = 5.0


class CaptureExport:
    """Waits for the export of a capture.

    Args:
        client: Runs the operations.
        backend: Waits.
        capture_id: The capture.
        timeout: Timeout in seconds for the export.
    """

    def __init__(self, client: Client, backend: Backend, capture_id: str, timeout: float) -> None:
        self._client = client
        self._backend = backend
        self._capture_id = capture_id
        self._timeout = timeout

    async def wait(self) -> DataCaptureDataExport:
        """Wait for the complete export, which has a URL."""
        deadline, delay = self._backend.clock() + self._timeout, MIN_DELAY_SECONDS
        while True:
            state = await self._get_state()
            export = await self._get(state)
            if export.state == "COMPLETE" and export.url is not None:
                return export
            if export.state == "FAILED":
                reasons = "; ".join(export.logs) or "no reason given"
                raise TransferError(f"the export of {WHAT} {self._capture_id} failed: {reasons}")
            # The capture may have been stopped between the two requests.
            is_final = state != FINISHING and export.state == "NOT_CREATED"
            if is_final and state == await self._get_state():
                raise NotFoundError(
                    f"{WHAT} {self._capture_id} has no recorded data; it is {state}"
                )
            if self._backend.clock() + delay > deadline:
                raise ExportTimeoutError(
                    f"the export of {WHAT} {self._capture_id} was not ready within "
                    f"{self._timeout:g} s"
                )
            await self._backend.sleep(delay)
            delay = min(2 * delay, MAX_DELAY_SECONDS)

    async def get_url(self) -> Secret[str]:
        """Get the URL of the export."""
        return Secret((await self.wait()).url or "")

    async def _get_state(self) -> str:
        capture = await self._client.data_capture_get_capture(self._capture_id, False)
        return str(require_found(capture, WHAT, self._capture_id).state)

    async def _get(self, state: str) -> DataCaptureDataExport:
        """Get the export; while the capture is recording, of what it recorded so far."""
        operation = (
            self._client.data_capture_get_active_capture_data_export_download_url
            if state == CAPTURING
            else self._client.data_capture_get_data_export_download_url
        )
        return require_found(await operation(self._capture_id), WHAT, self._capture_id)
