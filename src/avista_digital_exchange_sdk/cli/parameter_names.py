"""Translates argument names in error messages to options."""

import ast
import re
import shlex

OPTION_BY_PARAMETER = {
    "writeLocation": "TARGET",
    "localPath": "SOURCE",
    "lpath": "SOURCE",
    "resultFileWriteLocation": "--output",
    "timeSeriesDbId": "DATABASE",
    "iotEndpointId": "ENDPOINT",
    "captureId": "CAPTURE",
    "displayName": "NAME",
    "scheduledStartTime": "--start",
    "scheduledStopTime": "--stop",
    "data": "record",
    "tokenId": "TOKEN",
    "daysBeforeExpiration": "--days",
    "queryString": "QUERY",
    "assetAndAttributesFilter": "--asset, --filter",
    "startTime": "--from",
    "endTime": "--to",
    "frame": "FILE",
    "path": "FILE",
    "assetId": "--asset",
    "assetIdColumn": "--asset-column",
    "nameColumn": "--name-column",
    "timeColumn": "--time-column",
    "timeZone": "--time-zone",
    "every": "--every",
    "folder": "FOLDER",
    "overlap": "--overlap",
    "how": "--how",
    "dimensionColumns": "--dimension",
    "measureColumns": "--measure",
    "ignoreColumns": "--ignore",
    "measureTypes": "--type",
    "attributeNames": "--rename",
    "timeFormat": "--time-format",
    "timeUnit": "--time-unit",
    "ambiguous": "--ambiguous",
    "nonexistent": "--nonexistent",
    "attributeColumn": "--attribute-column",
    "valueColumn": "--value-column",
    "assetsInColumns": "--assets-in-columns",
    "nullValues": "--null-value",
    "duplicates": "--duplicates",
    "format": "--format",
    "sheet": "--sheet",
    "member": "--member",
    "encoding": "--encoding",
    "delimiter": "--delimiter",
    "quote": "--quote",
    "escape": "--escape",
    "decimal": "--decimal",
    "thousands": "--thousands",
    "strip": "--strip",
    "minus": "--minus",
    "comment": "--comment",
    "skipLines": "--skip-lines",
    "columnNames": "--column-name",
    "unitsRow": "--units-row",
    "skipFooter": "--skip-footer",
    "mapping": "--mapping",
    "saveMapping": "--save-mapping",
    "saveRejected": "--rejected",
    "correct": "--correct",
    "renameAssets": "--rename-assets",
    "dryRun": "--dry-run",
    "inspect": "--inspect",
    "serviceId": "SERVICE",
    "collaborativeId": "COLLABORATIVE",
    "attributes": "--attribute",
    "assets": "--asset",
    "endpoint": "--endpoint",
    "profile": "--profile",
    "steps": "--steps",
    "figsize": "--plot-size",
    "style": "--plot-style",
}
"""The options that correspond to arguments of calls."""


# Phrases of messages that are of use only in programs.
_PHRASES = {
    "assetAndAttributesFilter[": "--filter[",
    ", or a timedelta": "",
    ", or a datetime with a time zone": "",
    "pass token=, set": "set",
    "the argument endpoint": "--endpoint",
    "createDataStore() and deleteDataStore()": "`stores create` and `stores delete`",
}

_LITERAL = r"""(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\[[^\]\n]*\]|\{[^}\n]*\}|-?\d+|True)"""
_NAMES = "|".join(OPTION_BY_PARAMETER)
_ARGUMENT = re.compile(rf"\b({_NAMES})=({_LITERAL})?")
# A key of an argument, as in measureTypes['kW'], which is a part of the option's value.
_KEY = re.compile(rf"^(measureTypes)\[({_LITERAL})\] must\b")
# Arguments that belong together; several values of one argument are alternatives.
_NEXT_ARGUMENT = re.compile(rf"\b({_NAMES})=({_LITERAL}), (?!\1=)(?=(?:{_NAMES})={_LITERAL})")


def to_cli_message(message: str) -> str:
    """Replace argument names in an error message by the corresponding options.

    Suggested arguments such as `decimal=','` become options as they are typed.
    """
    for phrase, replacement in _PHRASES.items():
        message = message.replace(phrase, replacement)
    message = _KEY.sub(_to_pair, message)
    message = _NEXT_ARGUMENT.sub(r"\1=\2 ", message)
    message = _ARGUMENT.sub(_to_option, message)
    for argument, option in OPTION_BY_PARAMETER.items():
        message = re.sub(
            rf"^{argument}(?=:| must\b|\[)|(?<=must be before ){argument}\b", option, message
        )
    return message


def _to_pair(found: "re.Match[str]") -> str:
    pair = shlex.quote(f"{ast.literal_eval(found[2])}=TYPE")
    return f"{OPTION_BY_PARAMETER[found[1]]} {pair}: TYPE must"


def _to_option(found: "re.Match[str]") -> str:
    option = OPTION_BY_PARAMETER[found[1]]
    if found[2] is None:
        return option
    try:
        value = ast.literal_eval(found[2])
    except (ValueError, SyntaxError):
        return f"{option} {found[2]}"
    if value is True:
        return option
    if isinstance(value, int) and found[1] == "unitsRow":
        return " ".join([option] * value)
    if isinstance(value, dict):
        value = [f"{key}={item}" for key, item in value.items()]
    items = value if isinstance(value, list) else [value]
    return " ".join(_join(option, str(item)) for item in items)


def _join(option: str, value: str) -> str:
    # Quotes keep a comma from being read as one of the sentence.
    quoted = f"'{value}'" if value in (",", ";") else shlex.quote(value)
    # A value that begins with a dash would be taken for an option.
    return f"{option}={quoted}" if value[:1] == "-" else f"{option} {quoted}"
