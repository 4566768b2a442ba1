# Generated from src/avista_digital_exchange_sdk/_services/iot/telemetry.py by scripts/generate.

"""The sync variant of: What IoT endpoints publish: records, and the latest values."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ..._backends import run_sync
from ..._services.base import SyncService
from ..._services.iot.telemetry import TelemetryService
from ..._utils.progress import ProgressArgument

if TYPE_CHECKING:
    from ..._generated.fragments import PublishIotDataResult
    from ..._telemetry.last_values import EndpointLastValue


__all__ = ["SyncTelemetryService"]


class SyncTelemetryService(SyncService):
    """Calls about telemetry."""

    def publish(
        self,
        iotEndpointId: str,
        data: Iterable[Mapping[str, Any]],
        *,
        progress: ProgressArgument | None = None,
    ) -> PublishIotDataResult:
        """Publish records of an endpoint, any number of them.

        They are sent in batches of at most 100, up to `maxConcurrency` of them at the same time, so
        the events of the batches may arrive in another order; with `maxConcurrency=1` they are sent
        in order. An endpoint has at most one record at a time: a second one is rejected. Rejected
        records do not prevent the others from being written, and do not raise an error: see
        `recordsFailed`.

        Args:
            iotEndpointId: The ID of the endpoint.
            data: The records, as dictionaries with these keys:
                `attributes`: A dictionary from names of telemetry attributes to values, which are
                strings, numbers, booleans or datetimes.
                `timestamp`: A datetime with a time zone, an integer number of `timeUnit` since
                1970, or a string. Defaults to now.
                `timeUnit`: `SECONDS`, `MILLISECONDS`, `MICROSECONDS`, `NANOSECONDS`, or `ISO8601`
                for a string with a time zone. Defaults to `MILLISECONDS`.
            progress: A callback `(done, total)` in records, called after each batch, or True for a
                progress bar. An exception raised by it ends the call.

        Returns:
            What was written (`recordsWritten`) and what was rejected, with the reasons
            (`recordsFailed`).

        Raises:
            InvalidParameterError: An argument is invalid. Nothing was written.
            NotFoundError: No endpoint with this ID exists.
            UnauthorizedError: You may not write to the endpoint.
            PublishIncompleteError: Only some records were sent, or the response to some is missing.
                The error says which.

        Example:
            >>> result = digitalExchange.iot.publish(iotEndpointId, [
            ...     {"timestamp": "2024-05-01T00:00:00.000Z", "timeUnit": "ISO8601",
            ...      "attributes": {"Power": 4.2, "Status": "running"}}])
            >>> len(result.recordsWritten), result.recordsFailed
            (1, [])
        """
        return run_sync(
            TelemetryService.publish(self._calls, iotEndpointId, data, progress=progress)
        )

    def listEndpointLastValues(
        self,
        iotEndpointId: str,
        resultFileWriteLocation: str | os.PathLike[str] | None = None,
        *,
        progress: ProgressArgument | None = None,
    ) -> list[EndpointLastValue]:
        """List the latest value of each telemetry attribute of an endpoint.

        Args:
            iotEndpointId: The ID of the endpoint.
            resultFileWriteLocation: The path of a JSON file to write the result to as well, or a
                directory, in which the file is called `result.json`. Defaults to no file.
            progress: A callback `(pages, None)`, or True for a progress bar. An exception raised
                by it ends the call.

        Returns:
            The values, one `EndpointLastValue` per endpoint and attribute. Their properties can be
            read as keys too: `entry["lastValue"]`. An attribute without a value has None.

        Raises:
            InvalidParameterError: The ID or the path is invalid.
            NotFoundError: No endpoint with this ID exists.
            UnauthorizedError: You may not read it.

        Example:
            >>> for entry in digitalExchange.iot.listEndpointLastValues(iotEndpointId):
            ...     if entry["lastValue"] is not None:
            ...         print(entry["attributeName"], entry["lastValue"], entry["timestamp"])
            Power 18.8 362793600000
        """
        return run_sync(
            TelemetryService.listEndpointLastValues(
                self._calls, iotEndpointId, resultFileWriteLocation, progress=progress
            )
        )

    def listGroupLastValues(
        self,
        iotGroupId: str,
        resultFileWriteLocation: str | os.PathLike[str] | None = None,
        *,
        progress: ProgressArgument | None = None,
    ) -> list[EndpointLastValue]:
        """List the latest values of all endpoints of a group.

        Args:
            iotGroupId: The ID of the group.
            resultFileWriteLocation: The path of a JSON file to write the result to as well, or a
                directory, in which the file is called `result.json`. Defaults to no file.
            progress: A callback `(pages, None)`, or True for a progress bar. An exception raised
                by it ends the call.

        Returns:
            The values, one `EndpointLastValue` per endpoint and attribute. Their properties can be
            read as keys too: `entry["lastValue"]`. An attribute without a value has None.

        Raises:
            InvalidParameterError: The ID or the path is invalid.
            NotFoundError: No group with this ID exists.
            UnauthorizedError: You may not read it.

        Example:
            >>> for entry in digitalExchange.iot.listGroupLastValues(iotGroupId):
            ...     if entry["lastValue"] is not None:
            ...         print(entry["attributeName"], entry["lastValue"], entry["timestamp"])
            Power 18.8 362793600000
        """
        return run_sync(
            TelemetryService.listGroupLastValues(
                self._calls, iotGroupId, resultFileWriteLocation, progress=progress
            )
        )

    def listHubLastValues(
        self,
        iotHubId: str,
        resultFileWriteLocation: str | os.PathLike[str] | None = None,
        *,
        progress: ProgressArgument | None = None,
    ) -> list[EndpointLastValue]:
        """List the latest values of all endpoints of a hub.

        Args:
            iotHubId: The ID of the hub.
            resultFileWriteLocation: The path of a JSON file to write the result to as well, or a
                directory, in which the file is called `result.json`. Defaults to no file.
            progress: A callback `(pages, None)`, or True for a progress bar. An exception raised
                by it ends the call.

        Returns:
            The values, one `EndpointLastValue` per endpoint and attribute. Their properties can be
            read as keys too: `entry["lastValue"]`. An attribute without a value has None.

        Raises:
            InvalidParameterError: The ID or the path is invalid.
            NotFoundError: No hub with this ID exists.
            UnauthorizedError: You may not read it.

        Example:
            >>> for entry in digitalExchange.iot.listHubLastValues(iotHubId):
            ...     if entry["lastValue"] is not None:
            ...         print(entry["attributeName"], entry["lastValue"], entry["timestamp"])
            Power 18.8 362793600000
        """
        return run_sync(
            TelemetryService.listHubLastValues(
                self._calls, iotHubId, resultFileWriteLocation, progress=progress
            )
        )
