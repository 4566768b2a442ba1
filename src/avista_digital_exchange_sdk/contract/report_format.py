"""Report formats."""

from enum import StrEnum


class Format(StrEnum):
    """Format of a report."""

    TABLE = "table"
    JSON = "json"
    GITHUB = "github"
