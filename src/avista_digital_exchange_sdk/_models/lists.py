"""Lists that notebooks show as tables, and the rows of some types."""

from collections.abc import Sequence
from itertools import chain
from typing import Protocol, TypeVar

from .html import Row, build_table


class HtmlRows(Protocol):
    """An object that can be shown in a table."""

    def _html_rows(self) -> Sequence[Row]: ...


_Item = TypeVar("_Item", bound=HtmlRows)


class HtmlList(list[_Item]):
    """A list that notebooks show as a table.

    All notebook front ends support `_repr_html_`. A formatter of IPython for lists would change the
    display of other lists too.
    """

    def _repr_html_(self) -> str | None:
        return build_table(list(chain.from_iterable(item._html_rows() for item in self)))


# The attributes of generated classes that the mixins below need.


class _Attribute(Protocol):
    @property
    def name(self) -> str | None: ...
    @property
    def lastValue(self) -> str | None: ...
    @property
    def lastValueTime(self) -> str | None: ...
    @property
    def attributeType(self) -> object: ...


class _Asset(Protocol):
    @property
    def assetId(self) -> str | None: ...
    @property
    def name(self) -> str | None: ...
    @property
    def attributes(self) -> Sequence[_Attribute]: ...


class _Organization(Protocol):
    @property
    def name(self) -> str | None: ...


class _User(Protocol):
    @property
    def firstName(self) -> str | None: ...
    @property
    def lastName(self) -> str | None: ...


class _Member(Protocol):
    @property
    def user(self) -> _User | None: ...
    @property
    def permission(self) -> object: ...


class _MemberOrganization(Protocol):
    @property
    def organization(self) -> _Organization | None: ...
    @property
    def usersInCollaborative(self) -> Sequence[_Member]: ...


class _Collaborative(Protocol):
    @property
    def collaborativeId(self) -> str | None: ...
    @property
    def name(self) -> str | None: ...
    @property
    def description(self) -> str | None: ...
    @property
    def memberOrganizations(self) -> Sequence[_MemberOrganization]: ...


class AssetHtmlMixin:
    """Shows an asset in a table, with one row per attribute."""

    def _html_rows(self: _Asset) -> Sequence[Row]:
        return [
            {
                "name": self.name,
                "attribute": attribute.name,
                "lastValue": attribute.lastValue,
                "lastValueTime": attribute.lastValueTime,
                "attributeType": attribute.attributeType,
                "assetId": self.assetId,
            }
            for attribute in self.attributes
        ]


class CollaborativeHtmlMixin:
    """Shows a collaborative in a table, with its members in one cell."""

    def _html_rows(self: _Collaborative) -> Sequence[Row]:
        return [
            {
                "name": self.name,
                "description": self.description,
                "members": "; ".join(map(_format_members, self.memberOrganizations)),
                "collaborativeId": self.collaborativeId,
            }
        ]


def _format_members(member: _MemberOrganization) -> str:
    organization = (member.organization and member.organization.name) or "?"
    people = [
        f"{entry.user.firstName} {entry.user.lastName} ({entry.permission})"
        for entry in member.usersInCollaborative
        if entry.user
    ]
    return f"{organization}: {', '.join(people)}" if people else organization
