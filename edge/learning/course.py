"""What each model is to learn, by the rules and by what was done to it.

A model goes on from its state as long as its course is the same. With another half-life, other priors, another window
or something to forget, it is made anew from the log: as far back as that goes, which is `retention_days`. A model of
another policy or of other signals is another model. It takes over the rows of those that are no longer in the rules,
of the same experience, which were told all that it asks for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from rules.values import Entry, Experience, RuleSet

APPRENTICE: Final = "rules"

Counts = tuple[float, float]
"""(successes, visits)"""


@dataclass(frozen=True, slots=True)
class Course:
    """What one model is to learn."""

    key: str
    experience: str
    policy: str
    signals: tuple[str, ...]
    arms: tuple[str, ...]  # those of the rules, in their order
    half_life: float  # seconds
    prior: Mapping[str, Counts]
    window: float  # seconds; the longest time after an exposure in which a reward counts
    goal: str
    heirloom: tuple[str, ...] = ()  # models whose rows it takes over
    forgotten: tuple[tuple[float, float], ...] = ()  # exposures from .. to (seconds since the epoch) are not learned
    warm: Mapping[str, Counts] | None = None  # what was imported

    @property
    def start(self) -> dict[str, Counts]:
        """The prior that the policy begins with: the rules', and on top of it what was imported."""
        both = dict(self.prior)
        for arm, (successes, visits) in (self.warm or {}).items():
            before = both.get(arm, (0.0, 0.0))
            both[arm] = (before[0] + successes, before[1] + visits)
        return both

    def plain(self) -> dict[str, Any]:
        """What its state depends on, as JSON. The arms are not in it: they come and go while a model learns."""
        return {
            "key": self.key,
            "half_life": self.half_life,
            "prior": {arm: list(counts) for arm, counts in sorted(self.start.items())},
            "window": self.window,
            "goal": self.goal,
            "heirloom": list(self.heirloom),
            "forgotten": [list(span) for span in self.forgotten],
        }

    def forgets(self, at: float) -> bool:
        """Whether an exposure of this moment is to be forgotten."""
        return any(since <= at <= until for since, until in self.forgotten)


def courses(rules: RuleSet) -> dict[str, Course]:
    """Each model that the rules ask for, by its key; entries with the same key share one."""
    found: dict[str, Course] = {}
    for experience in rules.experiences:
        if experience.goal_text:
            for entry in experience.choose:
                if key := entry.model(experience.name):
                    found[key] = _with(found.get(key), _course(key, experience, entry))
    return found


def _course(key: str, experience: Experience, entry: Entry) -> Course:
    return Course(
        key, experience.name, entry.policy, tuple(entry.asked), tuple(arm for arm, _ in entry.shares),
        entry.half_life, dict(entry.prior), experience.reward_window, experience.goal_text,
    )  # fmt: skip


def _with(first: Course | None, second: Course) -> Course:
    """Both entries in one: all their variants, and the numbers of the first."""
    if first is None:
        return second
    more = tuple(arm for arm in second.arms if arm not in first.arms)
    return replace(first, arms=first.arms + more, prior={**second.prior, **first.prior})


def heirloom(course: Course, others: Iterable[str], taught: Collection[str]) -> tuple[str, ...]:
    """Models among `others` that are no longer `taught` and knew all that this one asks for."""
    return tuple(
        sorted(
            key
            for key in others
            if key not in taught
            and key.startswith(f"{course.experience}/")
            and set(course.signals) <= set(signals_of(key))
        )
    )


def signals_of(key: str) -> tuple[str, ...]:
    """The signals of a model, by its key `EXPERIENCE/POLICY/SIGNAL,SIGNAL`."""
    written = key.split("/", 2)[-1] if key.count("/") >= 2 else ""
    return tuple(written.split(",")) if written else ()
