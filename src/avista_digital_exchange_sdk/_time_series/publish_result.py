"""What publishing rows returns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from .._models.lists import HtmlList
from .publish_outcomes import PublishOutcomes

if TYPE_CHECKING:
    from .._generated.fragments import TimeSeriesAssetData


class PublishReport(NamedTuple):
    """How much of what was to be published is stored.

    Attributes:
        rows: How many rows hold a value.
        valuesStored: How many values were stored, the corrected ones among them.
        valuesCorrected: How many of them took the place of another value.
        valuesUnchanged: How many values were left as they are, since the database had them
            already.
    """

    rows: int
    valuesStored: int
    valuesCorrected: int
    valuesUnchanged: int

    def __str__(self) -> str:
        text = f"values stored: {self.valuesStored} (rows: {self.rows})"
        if self.valuesCorrected:
            text += f", corrected ones among them: {self.valuesCorrected}"
        if self.valuesUnchanged:
            text += f", already in the database: {self.valuesUnchanged}"
        return text


class PublishResult(HtmlList["TimeSeriesAssetData"]):
    """What the platform says was written, one `TimeSeriesAssetData` per asset.

    Attributes:
        report: How many values were stored, corrected and left as they are.
    """

    def __init__(self, assets: Iterable[TimeSeriesAssetData], report: PublishReport) -> None:
        super().__init__(assets)
        self.report = report


def build_report(outcomes: PublishOutcomes) -> PublishReport:
    """Sum up what became of the rows of a publish."""
    return PublishReport(
        outcomes.total,
        outcomes.values_stored,
        outcomes.values_corrected,
        outcomes.values_unchanged,
    )
