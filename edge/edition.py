"""The edition: what the edge believes right now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from rules.values import Experience, RuleSet

EVERYTHING: Final = "*"


@dataclass(frozen=True, slots=True)
class Edition:
    """Rules and their version, immutable and swapped whole by one assignment."""

    rules: RuleSet
    published: float = 0.0  # seconds since the epoch
    off: frozenset[str] = frozenset()  # experiences that are switched off; `EVERYTHING` stands for all of them
    named: Mapping[str, Experience] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "named", {experience.name: experience for experience in self.rules.experiences})

    def concerns(self, path: str, host: str) -> bool:
        """Whether there may be an experience on this page; its query is not asked yet."""
        return any(
            (not x.where.paths or any(each.matches(path) for each in x.where.paths))
            and (not x.where.hosts or any(each.matches(host) for each in x.where.hosts))
            for x in self.rules.experiences
        )

    @property
    def version(self) -> str:
        """A name for everything in it: equal editions have equal versions."""
        return self.rules.version
