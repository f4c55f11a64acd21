"""Redirects that lead in circles: to a page of their own, or to each other.

A redirect to the one page it stands on does nothing, and is refused. Two redirects may be meant for different visitors;
where the rules alone cannot tell that they are, it is a warning.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any, Final
from urllib.parse import urlsplit

from rules.glob import pattern
from rules.learning import deciding
from rules.phrase import condition
from rules.problem import Mistake
from rules.reach import exclusive
from rules.vocabulary import Own
from rules.when import Condition

Plain = Mapping[str, Any]

MOST: Final = 100_000
"""Pairs that are compared."""

_WILD: Final = re.compile(r"[*{]")
_pattern = lru_cache(maxsize=10_000)(pattern)


@dataclass(frozen=True, slots=True, eq=False)
class Redirect:
    """One variant of an experience that sends visitors away."""

    number: int  # in the order of files
    experience: Plain
    variant: str
    target: str

    def whens(self, own: Own) -> list[Condition | None]:
        """Who is sent."""
        if self.variant == self.experience["default"]:
            return [None]
        entries = deciding(self.experience)
        whens = [entry["when"] for entry in entries if any(name == self.variant for name, _ in entry["shares"])]
        return [None if when is None else condition(when, own) for when in whens]


def to_itself(experience: Plain) -> Iterator[Mistake]:
    """Errors: redirects that lead to the only page they stand on. On such a page a visitor stays, so nothing happens.

    Where there are more pages, that one is simply where the way ends: `where: /*` with `redirect: /de/` is fine.
    """
    pages = set(experience["where"]["path"])
    for each in _redirects([experience]):
        if pages == {path_of(each.target)} and leads_into(each.target, experience["where"]):
            message = f"`{each.target}` is the page that visitors are sent away from: they would stay where they are"
            hint = "write another page behind `redirect:`, or correct `where`"
            yield Mistake(("variants", each.variant, "redirect"), message, hint)


def circles(experiences: Sequence[Plain], own: Own) -> Iterator[tuple[str, Mistake]]:
    """Warnings: two redirects that lead to each other; the later one is told, with its file."""
    redirects = list(_redirects(experiences))
    on_page = _Pages(redirects)
    compared = 0
    for each in redirects:
        for other in on_page.at(each.target):
            compared += 1
            if compared > MOST:
                return
            if other.number < each.number and _back(other, each, own):
                named = f"`{other.experience['name']}` ({other.experience['file']})"
                message = f"`{each.target}` is a page of {named}, which sends visitors back here"
                hint = "one of the two must go; browsers stop after some rounds and show an error"
                yield each.experience["file"], Mistake(("variants", each.variant, "redirect"), message, hint, "warning")


def _redirects(experiences: Sequence[Plain]) -> Iterator[Redirect]:
    for number, each in enumerate(experiences):
        if each["delivery"] == "redirect":
            targets = [(name, variant["target"]) for name, variant in each["variants"].items()]
            yield from (Redirect(number, each, name, target) for name, target in targets if target)


def _back(other: Redirect, each: Redirect, own: Own) -> bool:
    """Whether the other leads to a page of this one, for a visitor whom both may send."""
    return leads_into(other.target, each.experience["where"]) and not all(
        exclusive(first, second, own) for first, second in product(each.whens(own), other.whens(own))
    )


class _Pages:
    """Redirects by the pages that they stand on."""

    def __init__(self, redirects: Sequence[Redirect]) -> None:
        self._exact: dict[str, list[Redirect]] = defaultdict(list)
        self._open: list[Redirect] = []
        for each in redirects:
            paths = each.experience["where"]["path"]
            if any(_WILD.search(path) for path in paths):
                self._open.append(each)
            else:
                for path in paths:
                    self._exact[path].append(each)

    def at(self, target: str) -> Iterator[Redirect]:
        """Those that stand on the page that a target names."""
        near = (*self._exact.get(path_of(target), ()), *self._open)
        return (each for each in near if leads_into(target, each.experience["where"]))


def path_of(target: str) -> str:
    """The path of a target, which may be a whole address."""
    return urlsplit(target).path or "/"


def leads_into(target: str, where: Plain) -> bool:
    """Whether a target is one of the pages of a `where`; a whole address only where `where` names its host."""
    host = urlsplit(target).hostname
    if host is not None and not any(_pattern(each).matches(host) for each in where["host"]):
        return False
    return any(_pattern(each).matches(path_of(target)) for each in where["path"])
