"""Lists that notebooks show as tables, and what some types are in them."""

from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING, Protocol, TypeVar

from .html import Row, table

if TYPE_CHECKING:
    from .._generated.fragments import CollaborativeMemberOrganization, TimeSeriesAssetAttribute


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


class AssetHtmlMixin:
    """An asset in a table: a row an attribute."""

    if TYPE_CHECKING:
        assetId: str
        name: str | None
        attributes: list[TimeSeriesAssetAttribute]

    def _html_rows(self) -> Sequence[Row]:
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

    if TYPE_CHECKING:
        collaborativeId: str
        name: str
        description: str | None
        memberOrganizations: list[CollaborativeMemberOrganization]

    def _html_rows(self) -> Sequence[Row]:
        return [
            {
                "name": self.name,
                "description": self.description,
                "members": "; ".join(map(_members, self.memberOrganizations)),
                "collaborativeId": self.collaborativeId,
            }
        ]


def _members(member: "CollaborativeMemberOrganization") -> str:
    organization = member.organization.name if member.organization else "?"
    people = [
        f"{one.user.firstName} {one.user.lastName} ({one.permission})"
        for one in member.usersInCollaborative
        if one.user
    ]
    return f"{organization}: {', '.join(people)}" if people else organization
