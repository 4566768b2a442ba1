# Generated from src/avista_digital_exchange_sdk/_services/time_series/live.py by scripts/generate.

"""The sync variant of: Live data of time series databases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._graphql.event_streams import EventStream
from ..._services.base import SyncService
from ..._services.time_series.live import AssetStreamService

if TYPE_CHECKING:
    from ..._generated.fragments import TimeSeriesAssetData
    from ..._graphql.event_source import OnGap

__all__ = ["SyncAssetStreamService"]


class SyncAssetStreamService(SyncService):
    """Calls that receive what is published to time series databases."""

    def subscribeToTimeSeriesAsset(
        self,
        timeSeriesDbId: str,
        assetId: str,
        *,
        reconnect: bool = False,
        bufferSize: int = 10_000,
        onGap: OnGap | None = None,
    ) -> EventStream[TimeSeriesAssetData]:
        """Receive what is published for an asset of a time series database from now on.

        Args:
            timeSeriesDbId: The ID of the database.
            assetId: The ID of the asset.
            reconnect: Whether to connect again after the connection is lost, with exponential
                backoff, as long as it takes, and before the platform closes it after 24 hours.
                Events that were published meanwhile are missed, and a gap is reported. Defaults to
                False, which raises `SubscriptionError`.
            bufferSize: Maximum number of events that wait to be read. If there are more, the stream
                raises `SubscriptionError`, or with `reconnect`, reports a gap.
            onGap: Called with a `StreamGap` for each time in which events may have been missed.
                Defaults to a `StreamGapWarning`. All are also in the stream's `gaps`.

        Returns:
            A stream of one `TimeSeriesAssetData` per publish, with the published values as `data`
            of its attributes. It ends when it is closed.

        Raises:
            InvalidParameterError: An argument is invalid. No request was made.
            SubscriptionError: The subscription was refused, the connection failed or was lost, or
                events were read too slowly.

        Example:
            >>> record = digitalExchange.createTimeSeriesInputRecord(
            ...     1714521600, "SECONDS", "kW", "DOUBLE", 4.2)
            >>> with digitalExchange.subscribeToTimeSeriesAsset(
            ...         timeSeriesDbId, "meter-7") as events:
            ...     result = digitalExchange.publishToTimeSeriesDatabase(
            ...         timeSeriesDbId, "meter-7", [record])
            ...     event = events.next(timeout=10)
            ...     print(event.assetId, event.attributes[0].name)
            meter-7 kW
        """
        return EventStream(
            AssetStreamService.subscribeToTimeSeriesAsset(
                self._calls,
                timeSeriesDbId,
                assetId,
                reconnect=reconnect,
                bufferSize=bufferSize,
                onGap=onGap,
            )
        )
