"""Lists that notebooks show as tables, and what some types are in them."""

from collections.abc import Sequence
from itertools import chain
from typing import Protocol, TypeVar

from .html import Row, table


class HtmlRows(Protocol):
    """What can be in a table."""

    def _html_rows(self) -> Sequence[Row]: ...


_Item = TypeVar("_Item", bound=HtmlRows)


class HtmlList(list[_Item]):
    """A list; notebooks show it as a table.

    A list of its own kind, as every front end of notebooks asks what it shows for `_repr_html_`;
    teaching IPython another way to show lists would change how it shows everybody's.
    """

    def _repr_html_(self) -> str | None:
        return table(list(chain.from_iterable(item._html_rows() for item in self)))


# The generated classes are built on the mixins below, which name here what they need of them.


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
    """An asset in a table: one row per attribute."""

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
    """A collaborative in a table: one row, its members in a cell."""

    def _html_rows(self: _Collaborative) -> Sequence[Row]:
        return [
            {
                "name": self.name,
                "description": self.description,
                "members": "; ".join(map(_members, self.memberOrganizations)),
                "collaborativeId": self.collaborativeId,
            }
        ]


def _members(member: _MemberOrganization) -> str:
    organization = (member.organization and member.organization.name) or "?"
    people = [
        f"{one.user.firstName} {one.user.lastName} ({one.permission})"
        for one in member.usersInCollaborative
        if one.user
    ]
    return f"{organization}: {', '.join(people)}" if people else organization
