"""`where`: the pages that an experience is on, and whether a redirect leads away from one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote, urlsplit

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

    def captures(self, path: str) -> Mapping[str, str]:
        """What the captures of the first path hold that matches; nothing where none does."""
        for each in self.paths:
            found = each.capture(path)
            if found is not None:
                return found
        return {}


def leads_elsewhere(target: str, path: str, host: str = "", scheme: str = "") -> bool:
    """Whether a target, as it is written in a rule, is another page than the one at this decoded path.

    A whole address is this page too if it has its host (lower case, without port) and its scheme; a scheme that is not
    known counts as the same, so that nobody is sent round in a circle. Ports are not looked at.
    """
    site_scheme, site_host, page = _taken_apart(target)
    if (site_host and site_host != host) or (site_scheme and scheme and site_scheme != scheme):
        return True
    return page != path


@lru_cache(maxsize=4096)
def _taken_apart(target: str) -> tuple[str, str, str]:
    """Scheme, host and decoded path; the first two are empty for a path of the site."""
    parts = urlsplit(target)
    return parts.scheme.lower(), (parts.hostname or "").lower(), unquote(parts.path) or "/"


def _any(patterns: tuple[Pattern, ...], text: str) -> bool:
    for each in patterns:  # noqa: SIM110 - any() would make a generator for each request
        if each.matches(text):
            return True
    return False
