"""An extension of griffe that lists the fields of the public types."""

import re
from collections.abc import Iterator
from typing import Any

import griffe

PACKAGE = "avista_digital_exchange_sdk"
MODULES = ("types", "DxTypes")
# How annotations of generated code are shown: pydantic's types are those of the values.
REPLACEMENTS = (
    (re.compile(r"['\"]"), ""),
    (re.compile(r"\bOptional\[(.+)\]"), r"\1 | None"),
    (re.compile(r"\bNonNullList\b"), "list"),
    (re.compile(r"\bNotRequired\[(.+)\]"), r"\1"),
    (re.compile(r"\bSecretStr\b"), "str"),
)


class TypeFields(griffe.Extension):
    """Describes the fields and properties of each public type in a section `Attributes`.

    They are documented below the fields of models, in the sections of other classes, and in the
    docstrings of properties.
    """

    def on_package(self, *, pkg: griffe.Module, **_: Any) -> None:
        """Complete the docstrings of the types when the package is loaded."""
        if pkg.name == PACKAGE:
            types = dict(find_types(pkg))
            for kind in types.values():
                _list_fields(kind)
            # Last, as inherited fields are found through the base classes.
            for kind in types.values():
                kind.bases = [base for base in kind.bases if str(base) in types]
                _hide_fields(kind)


def find_types(package: griffe.Module) -> Iterator[tuple[str, griffe.Class]]:
    """Find the public types by name."""
    for module in MODULES:
        for name in package[module].exports or ():
            kind = package[module][str(name)]
            yield str(name), kind.final_target if kind.is_alias else kind


def find_fields(kind: griffe.Class) -> dict[str, griffe.Attribute]:
    """Find the public fields and properties of a type, inherited ones first."""
    inherited = kind.inherited_members.items()
    own = kind.members.items()
    fields: dict[str, griffe.Attribute] = {}
    for name, member in [*((n, m) for n, m in inherited if n not in kind.members), *own]:
        attribute = member.final_target if isinstance(member, griffe.Alias) else member
        if isinstance(attribute, griffe.Attribute) and not name.startswith(("_", "model_")):
            fields[name] = attribute
    # Properties of base classes follow the fields.
    return dict(sorted(fields.items(), key=lambda item: "property" in item[1].labels))


def _list_fields(kind: griffe.Class) -> None:
    if kind.docstring is None:
        raise ValueError(f"{kind.path} must have a docstring")
    sections = list(kind.docstring.parsed)
    described = {
        field.name: field.description
        for section in sections
        if isinstance(section, griffe.DocstringSectionAttributes)
        for field in section.value
    }
    title = "Values:" if any(str(base) == "OpenEnum" for base in kind.bases) else None
    fields = [
        griffe.DocstringAttribute(
            name,
            annotation=format_annotation(str(field.annotation or "")) or None,
            description=described.get(name) or (field.docstring.value if field.docstring else ""),
        )
        for name, field in find_fields(kind).items()
    ]
    others = [one for one in sections if not isinstance(one, griffe.DocstringSectionAttributes)]
    if fields:
        others.append(griffe.DocstringSectionAttributes(fields, title))
    kind.docstring.parsed = others


def _hide_fields(kind: griffe.Class) -> None:
    """Show only methods below the section."""
    for member in kind.members.values():
        if member.is_attribute:
            member.docstring = None


def format_annotation(annotation: str) -> str:
    """Format an annotation as the type of the values."""
    for pattern, replacement in REPLACEMENTS:
        annotation = pattern.sub(replacement, annotation)
    return annotation
