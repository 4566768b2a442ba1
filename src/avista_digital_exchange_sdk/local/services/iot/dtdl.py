"""Models in DTDL, version 2."""

from __future__ import annotations

import itertools
import json
import re
from typing import Any

from ...database import Row

CONTEXT = "dtmi:dtdl:context;2"
# Names and segments of identifiers: letters, digits and underscores, first a letter, last no
# underscore.
NAME_PATTERN = re.compile(r"[A-Za-z](?:[A-Za-z0-9_]*[A-Za-z0-9])?")
_MAX_NAME_CHARACTERS = 64
_MAX_TEXT_CHARACTERS = {"displayName": 64, "description": 512, "comment": 512}


def to_dtdl(model: Row) -> str:
    """Convert a DigitalTwinModel to a DTDL interface.

    DTDL has no default values: they are in comments. Names that DTDL does not
    allow become display names.
    """
    attributes = [*model["properties"], *model["telemetry"]]
    names = {attribute["name"] for attribute in attributes if _is_name(attribute["name"])}
    contents = [
        _to_content("Property", attribute, names) | {"writable": attribute["writable"]}
        for attribute in model["properties"]
    ]
    contents += [_to_content("Telemetry", attribute, names) for attribute in model["telemetry"]]
    interface = {
        "@context": CONTEXT,
        "@id": model["dtmi"],
        "@type": "Interface",
        **_truncate_strings(displayName=model["displayName"], description=model["description"]),
        "contents": contents,
    }
    return json.dumps(interface, indent=2, ensure_ascii=False)


def _to_content(kind: str, attribute: Row, names: set[str]) -> dict[str, Any]:
    name = _to_name(attribute["name"], names)
    default = attribute.get("defaultValue")
    return {
        "@type": kind,
        "name": name,
        "schema": attribute["schemaType"],
        **_truncate_strings(
            displayName=None if name == attribute["name"] else attribute["name"],
            description=attribute["description"],
            comment=None if default is None else f"defaultValue: {default}",
        ),
    }


def _is_name(name: str) -> bool:
    """Return whether a name is valid in DTDL."""
    return len(name) <= _MAX_NAME_CHARACTERS and bool(NAME_PATTERN.fullmatch(name))


def _to_name(name: str, taken: set[str]) -> str:
    """Return a name if it is valid in DTDL, or else create a valid, unique one."""
    if _is_name(name):
        return name
    plain = "a_" + re.sub(r"[^A-Za-z0-9]+", "_", name)[:50]
    valid = next(valid for n in itertools.count(1) if (valid := f"{plain}_{n}") not in taken)
    taken.add(valid)
    return valid


def _truncate_strings(**strings: str | None) -> dict[str, str]:
    """Omit missing and empty strings, and truncate those that are too long for DTDL."""
    return {name: text[: _MAX_TEXT_CHARACTERS[name]] for name, text in strings.items() if text}
