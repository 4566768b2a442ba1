"""Translates argument names in error messages to options."""

import re

OPTION_BY_PARAMETER = {
    "writeLocation": "TARGET",
    "localPath": "SOURCE",
    "lpath": "SOURCE",
    "resultFileWriteLocation": "--output",
    "timeSeriesDbId": "DATABASE",
    "queryString": "QUERY",
    "assetAndAttributesFilter": "--asset, --filter",
    "startTime": "--from",
    "endTime": "--to",
    "frame": "FILE",
    "assetId": "--asset",
    "assetIdColumn": "--asset-column",
    "nameColumn": "--name-column",
    "timeColumn": "--time-column",
    "timeZone": "--time-zone",
    "dimensionColumns": "--dimension",
    "measureColumns": "--measure",
    "measureTypes": "--type",
    "serviceId": "SERVICE",
    "collaborativeId": "COLLABORATIVE",
    "attributes": "--attribute",
    "assets": "--asset",
    "steps": "--steps",
    "figsize": "--plot-size",
    "style": "--plot-style",
}
"""The options that correspond to arguments of calls."""


_FLAGS = {"correct=True": "--correct", "renameAssets=True": "--rename-assets"}


def to_cli_message(message: str) -> str:
    """Replace argument names in an error message by the corresponding options."""
    for argument, flag in _FLAGS.items():
        message = message.replace(argument, flag)
    for argument, option in OPTION_BY_PARAMETER.items():
        message = re.sub(
            rf"^{argument}\b|\b{argument}=|(?<=must be before ){argument}\b", option, message
        )
    return message
