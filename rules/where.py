"""`where`: the pages that an experience is on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rules.glob import Pattern


@dataclass(frozen=True, slots=True)
class Where:
    """One of the paths, and one of the hosts, and each of the query's parameters. What is empty holds everywhere."""

    paths: tuple[Pattern, ...] = ()
    hosts: tuple[Pattern, ...] = ()  # lower case
    query: tuple[tuple[str, tuple[Pattern, ...]], ...] = ()

    def matches(self, path: str, host: str, query: Mapping[str, str]) -> bool:
        """Whether a page is meant: decoded path, host in lower case without port, first value of each parameter."""
        return (
            (not self.paths or _any(self.paths, path))
            and (not self.hosts or _any(self.hosts, host))
            and (not self.query or all(name in query and _any(globs, query[name]) for name, globs in self.query))
        )


def _any(patterns: tuple[Pattern, ...], text: str) -> bool:
    for each in patterns:  # noqa: SIM110 - any() would make a generator for each request
        if each.matches(text):
            return True
    return False
