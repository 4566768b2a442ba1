"""Assigns types and operations to the platform's services.

Existing ones keep their service. New ones are assigned by name prefix (`storage_…`), by the service
of everything that refers to them, or by similarity of names. All others belong to the base.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping

BASE = "base"

Name = str
Service = str


class ServiceClassifier:
    """Assigns new names to the services of existing files."""

    def __init__(self, present: Mapping[Name, Service]) -> None:
        """Learn from the service of each type, and of each root field as `Query.name`."""
        self._present = present
        votes: dict[str, Counter[Service]] = defaultdict(Counter)
        for name, service in present.items():
            if prefix := _prefix(name):
                votes[prefix][service] += 1
        self._by_prefix = {prefix: count.most_common(1)[0][0] for prefix, count in votes.items()}

    def assign(self, users: Mapping[Name, Iterable[Name]]) -> dict[Name, Service]:
        """Find the service of each name, given what refers to it."""
        found = {name: service for name in users if (service := self._by_name(name))}
        while newly := _by_users(users, found, all) or _by_users(users, found, any):
            found |= newly
        return {name: found.get(name) or self._by_name_similarity(name) or BASE for name in users}

    def _by_name(self, name: Name) -> Service | None:
        if name in self._present:
            return self._present[name]
        prefix = _prefix(name)
        return self._by_prefix.get(prefix) or _snake_case(prefix) if prefix else None

    def _by_name_similarity(self, name: Name) -> Service | None:
        likeness = {known: _count_shared_words(name, known) for known in self._present}
        most = max(likeness.values(), default=0)
        services = {self._present[known] for known, shared in likeness.items() if shared == most}
        return services.pop() if most and len(services) == 1 else None


def _by_users(
    users: Mapping[Name, Iterable[Name]],
    found: Mapping[Name, Service],
    known: Callable[[Iterable[bool]], bool],
) -> dict[Name, Service]:
    """Return the services of names that are only referred to from one service, as far as known."""
    newly = {}
    for name in users.keys() - found.keys():
        services = {found[user] for user in users[name] if user in found}
        if len(services) == 1 and known(user in found for user in users[name]):
            newly[name] = services.pop()
    return newly


def _prefix(name: Name) -> str | None:
    """Return the part of an operation's name before the underscore."""
    _, dot, field = name.partition(".")
    prefix, underscore, _ = field.partition("_")
    return prefix if dot and underscore and prefix else None


def _snake_case(name: str) -> str:
    return "_".join(_words(name)).lower()


def _words(name: str) -> list[str]:
    return re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+", name)


def _count_shared_words(one: str, other: str) -> int:
    """Count the leading words that two names have in common."""
    count = 0
    for mine, theirs in zip(_words(one), _words(other), strict=False):
        if mine != theirs:
            break
        count += 1
    return count
