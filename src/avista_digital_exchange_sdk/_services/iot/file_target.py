"""IoT endpoints as the target of published files."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

from ..._backends import Backend
from ..._telemetry.endpoint_models import EndpointModels
from ..._telemetry.record_index import RecordIndex
from ..._telemetry.row_publisher import TelemetryRowPublisher
from ..._telemetry.stored_telemetry import StoredTelemetry
from ..._time_series.database_state import DatabaseState
from ..._transfer.transfers import Transfers
from ..._utils.progress import ProgressReporter

if TYPE_CHECKING:
    from ..._file_input.file_set import FileSet
    from ..._file_input.publish_plan import PublishPlan
    from ..._generated.client import Client
    from ..._time_series.publish_result import PublishReport

_Result = TypeVar("_Result")

# Terms of assets and databases in messages, and those of endpoints.
_PHRASES = {
    r"\bassetId(?=(?:Column)?[ =])": "iotEndpointId",
    r"\bof asset\b": "of IoT endpoint",
    r"\bone asset\b": "one IoT endpoint",
    r"\bthe asset of all rows\b": "the IoT endpoint of all rows",
    r"\bhas the assets\b": "has the IoT endpoints",
    r"\basset IDs?\b": "IoT endpoint IDs",
    r"\bin the database\b": "in the model",
    r"\ba BIGINT\b": "an integer",
    r"(?<=\ba )DOUBLE\b|(?<=\b[ai]s )DOUBLE\b": "double",
    r"(?<=\b[ai]s )BIGINT\b": "integer",
    r"(?<=\ba )BOOLEAN\b|(?<=\b[ai]s )BOOLEAN\b": "boolean",
    r"(?<=\ba )VARCHAR\b|(?<=\b[ai]s )VARCHAR\b": "string",
    r"(?<=\ba )TIMESTAMP\b|(?<=\b[ai]s )TIMESTAMP\b": "dateTime",
}
_TRANSLATIONS = [(re.compile(phrase), words) for phrase, words in _PHRASES.items()]
# Names and cells, which stay as they are. The apostrophe of "can't" begins none.
_QUOTED = re.compile(r"""((?<!\w)(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))""")


def translate_message(message: str) -> str:
    """Replace the terms of assets and databases in a message by those of endpoints."""
    parts = _QUOTED.split(message)
    for phrase, words in _TRANSLATIONS:
        parts[::2] = [phrase.sub(words, part) for part in parts[::2]]
    return "".join(parts)


class EndpointTarget:
    """The endpoints that files are published to.

    Args:
        client: Sends the batches.
        backend: The backend.
        transfers: Fetches stored records.
        endpoint_id: The endpoint of all rows. Defaults to those that the files name.
    """

    def __init__(
        self, client: Client, backend: Backend, transfers: Transfers, endpoint_id: str | None
    ) -> None:
        self._client = client
        self._backend = backend
        self._transfers = transfers
        self._endpoint_id = endpoint_id
        self._models = EndpointModels(client, backend, [])
        self._indexes: dict[int, RecordIndex] = {}
        self._opened = ExitStack()

    def __enter__(self) -> EndpointTarget:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._opened.close()

    async def read_types(self, files: FileSet) -> Mapping[str, str]:
        """Read the types of the attributes that the models of the endpoints have."""
        if self._endpoint_id is not None:
            endpoint_ids = [self._endpoint_id]
        else:
            endpoint_ids = await self._in_thread(files.find_assets)
        self._models = EndpointModels(self._client, self._backend, endpoint_ids)
        return DatabaseState(await self._models.get()).types

    async def prepare(self, files: FileSet) -> None:
        """Sort all rows, and check that the endpoints have the attributes."""
        attributes = {
            asset.assetId: [entry.name for entry in asset.attributes]
            for asset in await self._models.get()
        }
        for plan in files.plans:
            index = self._opened.enter_context(RecordIndex())
            self._indexes[plan.number] = index
            await self._fill(index, plan, attributes)

    async def _fill(
        self, index: RecordIndex, plan: PublishPlan, attributes: Mapping[str, list[str]]
    ) -> None:
        source = plan.problems.source
        await self._in_thread(lambda: index.fill(plan.slices(), source, attributes))

    async def publish(
        self, plan: PublishPlan, progress: ProgressReporter, *, dry_run: bool
    ) -> PublishReport:
        """Publish a file."""
        stored = StoredTelemetry(self._client, self._backend, self._transfers, self._models)
        publisher = TelemetryRowPublisher(
            self._client, stored, plan.outcomes, progress, dry_run=dry_run
        )
        return await publisher.publish_records(self._indexes[plan.number])

    def translate(self, message: str) -> str:
        """Replace what a message says of assets by what holds for endpoints."""
        return translate_message(message)

    async def _in_thread(self, work: Callable[[], _Result]) -> _Result:
        return await self._backend.run_in_thread(work).result()
