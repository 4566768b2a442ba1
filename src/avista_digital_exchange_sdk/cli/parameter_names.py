"""Errors of the library, in the words of the command line."""

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
"""What the arguments of calls are called here."""


_FLAGS = {"correct=True": "--correct", "renameAssets=True": "--rename-assets"}


def to_cli_message(message: str) -> str:
    """The message of an error about an argument, naming the option that it was given by."""
    for argument, flag in _FLAGS.items():
        message = message.replace(argument, flag)
    for argument, option in OPTION_BY_PARAMETER.items():
        message = re.sub(
            rf"^{argument}\b|\b{argument}=|(?<=must be before ){argument}\b", option, message
        )
    return message
