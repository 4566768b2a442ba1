"""The fast tier: one case of each test for each client, in the folders that `scripts/test` names.

A test with many cases runs the same code in most of them. Tests marked `every_case` keep all.
"""

from collections.abc import Iterable

import pytest

from .clients import CLIENT_FACTORIES


def select_cases(items: Iterable[pytest.Item]) -> tuple[list[pytest.Item], list[pytest.Item]]:
    """Divide tests into those that the fast tier runs and those that it leaves out."""
    selected, deselected = [], []
    seen: set[tuple[str, str | None]] = set()
    for item in items:
        key = _identify(item)
        if key in seen and not item.get_closest_marker("every_case"):
            deselected.append(item)
        else:
            selected.append(item)
        seen.add(key)
    return selected, deselected


def _identify(item: pytest.Item) -> tuple[str, str | None]:
    """A test without its parameters, and the client that it runs with."""
    name, _, parameters = item.nodeid.partition("[")
    kinds = [part for part in parameters.rstrip("]").split("-") if part in CLIENT_FACTORIES]
    return name, kinds[0] if kinds else None
