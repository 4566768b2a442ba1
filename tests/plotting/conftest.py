"""Fixtures: a database with every type of attribute."""

from ..dataframes.conftest import measured

__all__ = ["measured"]
