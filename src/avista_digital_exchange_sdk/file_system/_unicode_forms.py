"""Names of one job that are the same except for their Unicode form, such as NFC and NFD."""

from collections import defaultdict
from collections.abc import Iterable

from .._models.paths import SEPARATOR, compose_last
from ._entries import Contents, Info


def find_shared_names(names: Iterable[str]) -> set[str]:
    """Return those of some names or paths that are the same in NFC in the same directory."""
    forms: dict[str, set[str]] = defaultdict(set)
    for name in names:
        forms[compose_last(name)].add(name)
    return {name for same in forms.values() if len(same) > 1 for name in same}


class UnicodeForms:
    """Resolves the targets of a job.

    A target is in NFC, because a name replaces its other forms. If the job has targets for several
    forms, each is a separate file or directory.
    """

    def __init__(self) -> None:
        self._kept: set[str] = set()

    def __contains__(self, path: object) -> bool:
        return path in self._kept

    def keep(self, path: str) -> None:
        """Keep the form of the path of an existing entry, in which other forms have other paths."""
        if compose_last(path) != path:
            self._kept.add(path)

    def keep_shared(self, paths: Iterable[str]) -> None:
        """Keep the forms of paths that are the same in NFC."""
        self._kept |= find_shared_names(paths)

    def resolve(self, path: str) -> str:
        """Return the path of a target; all but the last component are resolved."""
        return path if path in self._kept else compose_last(path)

    def find(self, contents: Contents, path: str, name: str | None = None) -> Info | None:
        """Find what a target replaces.

        Args:
            contents: The contents of its directory.
            path: Its path.
            name: The name that it gets, in its Unicode form. Defaults to that of the path.
        """
        parent, separator, last = path.rpartition(SEPARATOR)
        exact = contents.find_exact(f"{parent}{separator}{name or last}")
        return exact if exact is not None or path in self._kept else contents.find(path)
