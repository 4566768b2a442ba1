"""The result of publishing rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from .._models.html_list import HtmlList
from .publish_outcomes import PublishOutcomes

if TYPE_CHECKING:
    from .._generated.fragments import TimeSeriesAssetData


class PublishReport(NamedTuple):
    """The numbers of published values.

    Attributes:
        rows: The number of rows with a value.
        valuesStored: The number of values that were stored, including corrected ones.
        valuesCorrected: The number of stored values that replaced another value.
        valuesUnchanged: The number of values that were stored already.
    """

    rows: int
    valuesStored: int
    valuesCorrected: int
    valuesUnchanged: int

    def __str__(self) -> str:
        summary = f"values stored: {self.valuesStored} (rows: {self.rows})"
        if self.valuesCorrected:
            summary += f", corrected ones among them: {self.valuesCorrected}"
        if self.valuesUnchanged:
            summary += f", already in the database: {self.valuesUnchanged}"
        return summary


class PublishResult(HtmlList["TimeSeriesAssetData"]):
    """A list of the written assets, one `TimeSeriesAssetData` each, as the platform returns them.

    Attributes:
        report: The numbers of stored, corrected and unchanged values.
    """

    def __init__(self, assets: Iterable[TimeSeriesAssetData], report: PublishReport) -> None:
        super().__init__(assets)
        self.report: PublishReport = report


def build_report(outcomes: PublishOutcomes) -> PublishReport:
    """Summarize the outcomes of rows."""
    return PublishReport(
        outcomes.total,
        outcomes.values_stored,
        outcomes.values_corrected,
        outcomes.values_unchanged,
    )
