"""Live data of time series databases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._utils import validation
from ..base import BaseService
from ..streams import parse_stream_options

if TYPE_CHECKING:
    from ..._generated.fragments import TimeSeriesAssetData
    from ..._graphql.event_source import OnGap
    from ..._graphql.event_streams import AsyncEventStream


class AssetStreamService(BaseService):
    """Calls that receive what is published to time series databases."""

    def subscribeToTimeSeriesAsset(
        self,
        timeSeriesDbId: str,
        assetId: str,
        *,
        reconnect: bool = False,
        bufferSize: int = 10_000,
        onGap: OnGap | None = None,
    ) -> AsyncEventStream[TimeSeriesAssetData]:
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
            >>> record = await digitalExchange.createTimeSeriesInputRecord(
            ...     1714521600, "SECONDS", "kW", "DOUBLE", 4.2)
            >>> async with digitalExchange.subscribeToTimeSeriesAsset(
            ...         timeSeriesDbId, "meter-7") as events:
            ...     result = await digitalExchange.publishToTimeSeriesDatabase(
            ...         timeSeriesDbId, "meter-7", [record])
            ...     event = await events.next(timeout=10)
            ...     print(event.assetId, event.attributes[0].name)
            meter-7 kW
        """
        validation.require_id("timeSeriesDbId", timeSeriesDbId)
        validation.require_id("assetId", assetId)
        options = parse_stream_options(reconnect, bufferSize, onGap)
        from ..._graphql.event_source import Subject, SubscriptionSource
        from ..._graphql.event_streams import AsyncEventStream

        subscription = self._client.on_time_series_db_publish(timeSeriesDbId, assetId)
        source: SubscriptionSource[TimeSeriesAssetData] = SubscriptionSource(
            self._client, [Subject(assetId, subscription)], lambda assets: assets, options
        )
        return AsyncEventStream(source)
