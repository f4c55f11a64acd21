"""Which decisions of a page a goal or a measure belongs to, by the rules as they are now.

A goal is called by its whole text (`click "#hero a"`), an event also by its name, and each by the name of its
experience, or by its kind where the page has one goal of that kind. It counts for every decision whose experience has
it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from edge.beacon.page import Page
from edge.events.values import Outcome
from rules.values import Experience

MEASURES: Final[Mapping[str, tuple[float, float]]] = {
    "bounce": (0.0, 1.0),
    "lcp": (0.0, 60_000.0),
    "cls": (0.0, 10.0),
    "inp": (0.0, 60_000.0),
    "errors": (0.0, 100.0),
}
"""The guardrails, each with the values that are sane; lcp and inp in milliseconds."""


def rewards(page: Page, goal: str, value: float | None, named: Mapping[str, Experience], at: float) -> list[Outcome]:
    """The rewards of a goal that was reached; `value` as a server says it, None where it was just reached."""
    having = {place: named[row[0]] for place, row in enumerate(page.rows) if row[0] in named}
    having = {place: experience for place, experience in having.items() if experience.goal_text}
    return [
        Outcome(page.decision(place), "reward", having[place].goal_text, _share(having[place], value), at)
        for place in _meant(goal, having)
    ]


def measures(page: Page, name: str, value: float, named: Mapping[str, Experience], at: float) -> list[Outcome]:
    """The measure, for each experience that has it as a guardrail; nothing for a name that is no measure."""
    if name not in MEASURES:
        return []
    low, high = MEASURES[name]
    sane = min(max(value, low), high)
    return [
        Outcome(page.decision(place), "measure", name, sane, at)
        for place, row in enumerate(page.rows)
        if row[0] in named and name in named[row[0]].not_worse
    ]


def _meant(goal: str, having: Mapping[int, Experience]) -> list[int]:
    """The places whose goal is called so."""
    for called in (_by_text, _by_event, _by_experience):
        if places := [place for place, experience in having.items() if called(experience) == goal]:
            return places
    of_kind = [place for place, experience in having.items() if goal in experience.goal and goal != "max"]
    return of_kind if len({having[place].goal_text for place in of_kind}) == 1 else []


def _by_text(experience: Experience) -> str:
    return experience.goal_text


def _by_event(experience: Experience) -> object:
    return experience.goal.get("event")


def _by_experience(experience: Experience) -> str:
    return experience.name


def _share(experience: Experience, value: float | None) -> float:
    """A reward in [0, 1]: what a server says, as a share of the most that the goal allows."""
    if value is None:
        return 1.0
    most = experience.goal.get("max")
    share = value / most if isinstance(most, int | float) and most > 0 else value
    return min(max(share, 0.0), 1.0)
