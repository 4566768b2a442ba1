"""What IoT endpoints publish: records, and the latest values."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..._utils import validation
from ..._utils.progress import ProgressArgument, ProgressReporter
from ..base import BaseService
from ..result_files import resolve_result_file, write_result_file

if TYPE_CHECKING:
    from ..._generated.fragments import PublishIotDataResult
    from ..._telemetry.last_values import EndpointLastValue, ListOperation


class TelemetryService(BaseService):
    """Calls about telemetry."""

    async def publish(
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
            >>> result = await digitalExchange.iot.publish(iotEndpointId, [
            ...     {"timestamp": "2024-05-01T00:00:00.000Z", "timeUnit": "ISO8601",
            ...      "attributes": {"Power": 4.2, "Status": "running"}}])
            >>> len(result.recordsWritten), result.recordsFailed
            (1, [])
        """
        from ..._telemetry.iot_publisher import IotPublisher
        from ..._telemetry.iot_records import parse_records

        validation.require_id("iotEndpointId", iotEndpointId)
        reporter = ProgressReporter(progress)
        records = parse_records("data", data)
        return await IotPublisher(self._client, iotEndpointId, records, reporter).publish()

    async def listEndpointLastValues(
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
            >>> for entry in await digitalExchange.iot.listEndpointLastValues(iotEndpointId):
            ...     if entry["lastValue"] is not None:
            ...         print(entry["attributeName"], entry["lastValue"], entry["timestamp"])
            Power 18.8 362793600000
        """
        target = _resolve_target("iotEndpointId", iotEndpointId, resultFileWriteLocation)
        operation = self._client.iot_list_endpoint_last_values
        values = await self._list_last_values(operation, "IoT endpoint", iotEndpointId, progress)
        await write_result_file(self._backend, target, values)
        return values

    async def listGroupLastValues(
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
            >>> for entry in await digitalExchange.iot.listGroupLastValues(iotGroupId):
            ...     if entry["lastValue"] is not None:
            ...         print(entry["attributeName"], entry["lastValue"], entry["timestamp"])
            Power 18.8 362793600000
        """
        target = _resolve_target("iotGroupId", iotGroupId, resultFileWriteLocation)
        operation = self._client.iot_list_groups_endpoints_last_values
        values = await self._list_last_values(operation, "IoT group", iotGroupId, progress)
        await write_result_file(self._backend, target, values)
        return values

    async def listHubLastValues(
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
            >>> for entry in await digitalExchange.iot.listHubLastValues(iotHubId):
            ...     if entry["lastValue"] is not None:
            ...         print(entry["attributeName"], entry["lastValue"], entry["timestamp"])
            Power 18.8 362793600000
        """
        target = _resolve_target("iotHubId", iotHubId, resultFileWriteLocation)
        operation = self._client.iot_list_hubs_endpoints_last_values
        values = await self._list_last_values(operation, "IoT hub", iotHubId, progress)
        await write_result_file(self._backend, target, values)
        return values

    async def _list_last_values(
        self,
        operation: ListOperation,
        what: str,
        identifier: str,
        progress: ProgressArgument | None,
    ) -> list[EndpointLastValue]:
        from ..._telemetry.last_values import list_last_values

        reporter = ProgressReporter(progress)
        return await list_last_values(
            operation, what, identifier, self._backend, self._transfers, reporter
        )


def _resolve_target(
    argument: str, identifier: object, location: str | os.PathLike[str] | None
) -> Path | None:
    validation.require_id(argument, identifier)
    return resolve_result_file(location)
