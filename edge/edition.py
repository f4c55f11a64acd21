"""The edition: what the edge believes right now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from cachetools import LRUCache

from online_models.snapshot import Snapshot
from rules.goal import Visits
from rules.index import Index
from rules.values import Experience, RuleSet

EVERYTHING: Final = "*"

REMEMBERED: Final = 16_384
"""Cells whose shares are kept, at most; some megabytes."""


@dataclass(frozen=True, slots=True)
class Edition:
    """Rules, what was learned and what is switched off: immutable and swapped whole by one assignment.

    Another snapshot with the same rules costs next to nothing: `dataclasses.replace` hands on what was `found` in them.
    """

    rules: RuleSet
    published: float = 0.0  # seconds since the epoch
    off: frozenset[str] = frozenset()  # experiences that are switched off; `EVERYTHING` stands for all of them
    snapshot: Snapshot | None = None  # what was learned
    breached: Mapping[str, str] = field(default_factory=dict)  # experience -> the guardrail that stopped it, as said
    stale: bool = False  # there is a snapshot, too old to be decided by
    found: Found | None = field(default=None, repr=False, compare=False)
    named: Mapping[str, Experience] = field(init=False, repr=False, compare=False)
    position: Mapping[str, int] = field(init=False, repr=False, compare=False)  # of an experience among all
    index: Index = field(init=False, repr=False, compare=False)
    owned: frozenset[bytes] = field(init=False, repr=False, compare=False)  # request fields that variants set
    goals: Visits = field(init=False, repr=False, compare=False)  # of what counts: goals that a later page reaches
    remembered: LRUCache[Any, Any] = field(init=False, repr=False, compare=False)  # shares of cells, by this snapshot

    def __post_init__(self) -> None:
        found = self.found
        if found is None or found.rules is not self.rules:
            found = _found(self.rules)
        object.__setattr__(self, "found", found)
        object.__setattr__(self, "named", found.named)
        object.__setattr__(self, "position", found.position)
        object.__setattr__(self, "index", found.index)
        object.__setattr__(self, "owned", found.owned)
        object.__setattr__(self, "goals", found.goals)
        object.__setattr__(self, "remembered", LRUCache(REMEMBERED))

    def concerns(self, path: str, host: str) -> bool:
        """Whether this page may hold an experience or reach a goal; its query is not asked yet."""
        return self.index.concerns(path, host) or bool(self.goals.reached(path))

    @property
    def version(self) -> str:
        """A name for all rules in it: equal rules have equal versions."""
        return self.rules.version


@dataclass(frozen=True, slots=True)
class Found:
    """What requests look up in rules, made once for them."""

    rules: RuleSet
    named: Mapping[str, Experience]
    position: Mapping[str, int]
    index: Index
    owned: frozenset[bytes]
    goals: Visits


def _found(rules: RuleSet) -> Found:
    experiences = rules.experiences
    return Found(
        rules,
        named={experience.name: experience for experience in experiences},
        position={experience.name: place for place, experience in enumerate(experiences)},
        index=Index(experiences),
        owned=_owned(experiences),
        goals=Visits(experience.goal for experience in experiences if experience.counts),
    )


def _owned(experiences: Iterable[Experience]) -> frozenset[bytes]:
    variants = [variant for experience in experiences for variant in experience.variants.values()]
    return frozenset(name.lower().encode("ascii") for variant in variants for name, _ in variant.headers)
