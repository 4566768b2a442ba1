"""Lists that notebooks show as tables."""

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

    __slots__ = ()

    def _repr_html_(self) -> str | None:
        return build_table(list(chain.from_iterable(item._html_rows() for item in self)))
