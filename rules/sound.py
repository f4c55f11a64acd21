"""What can be understood of a `site.yaml` with mistakes.

Rule files are checked against it all the same, so that one slip in `site.yaml` does not make right files look wrong:
its sound parts count, and what a rule file is told waits where it is about a name that `site.yaml` has somewhere.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from rules.problem import Place, Problem
from rules.sitefile import SiteFile
from rules.validate import validate


def sound(data: object) -> SiteFile:
    """The site without the keys and entries in which mistakes stand."""
    rest: dict[str, Any] = dict(data) if isinstance(data, dict) else {}
    while rest:
        model, mistakes = validate(SiteFile, rest)
        if model is not None:
            return model
        less = _without(rest, {each.at[:2] for each in mistakes})
        if less == rest:
            break
        rest = less
    return SiteFile()


def independent(problems: Iterable[Problem], site: str) -> Iterator[Problem]:
    """Those problems of rule files that are not about a name in the text of `site.yaml`."""
    words = set(re.findall(r"[\w-]+", site))
    for each in problems:
        named = re.search(r"`([^`]*)`", each.message)
        if not (named and named[1] in words):
            yield each


def _without(data: dict[str, Any], places: Collection[Place]) -> dict[str, Any]:
    rest: dict[str, Any] = {}
    for key, value in data.items():
        inside = {place[1] for place in places if place[:1] == (key,) and len(place) > 1}
        if (key,) in places or (inside and not isinstance(value, dict)):
            continue
        rest[key] = {name: part for name, part in value.items() if name not in inside} if inside else value
    return rest
