"""The rows of some types in tables of notebooks."""

from collections.abc import Sequence
from typing import Protocol

from .directory import join_name
from .html import Row
from .html_list import HtmlRows

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


class _File(Protocol):
    @property
    def dataStoreFileId(self) -> str: ...
    @property
    def dataStoreId(self) -> str | None: ...
    @property
    def dataStoreDirectoryId(self) -> str | None: ...
    @property
    def name(self) -> str: ...
    @property
    def fileExtension(self) -> str | None: ...
    @property
    def description(self) -> str | None: ...
    @property
    def storageSizeBytes(self) -> int | None: ...
    @property
    def lastModified(self) -> str | None: ...


class _Entry(Protocol):
    @property
    def dataStoreDirectory(self) -> HtmlRows | None: ...
    @property
    def dataStoreFile(self) -> HtmlRows | None: ...


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


class FileHtmlMixin:
    """Shows a file in a table, with its extension in its name."""

    def _html_rows(self: _File) -> Sequence[Row]:
        return [
            {
                "name": join_name(self.name, self.fileExtension),
                "description": self.description,
                "size": self.storageSizeBytes,
                "lastModified": self.lastModified,
                "dataStoreFileId": self.dataStoreFileId,
                "dataStoreDirectoryId": self.dataStoreDirectoryId,
                "dataStoreId": self.dataStoreId,
            }
        ]


class EntryHtmlMixin:
    """Shows an entry of a directory in a table: a directory or a file."""

    def _html_rows(self: _Entry) -> Sequence[Row]:
        row: dict[str, object] = dict.fromkeys(("name", "size", "lastModified", "id"))
        if self.dataStoreFile is not None:
            (file,) = self.dataStoreFile._html_rows()
            row |= {name: file[name] for name in ("name", "size", "lastModified")}
            row["id"] = file["dataStoreFileId"]
        elif self.dataStoreDirectory is not None:
            (directory,) = self.dataStoreDirectory._html_rows()
            row |= {"name": f"{directory['name']}/", "id": directory["dataStoreDirectoryId"]}
        return [row]


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
