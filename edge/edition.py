"""The edition: what the edge believes right now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rules.values import Experience, RuleSet


@dataclass(frozen=True, slots=True)
class Edition:
    """Rules and their version, immutable and swapped whole by one assignment."""

    rules: RuleSet
    published: float = 0.0  # seconds since the epoch
    named: Mapping[str, Experience] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "named", {experience.name: experience for experience in self.rules.experiences})

    @property
    def version(self) -> str:
        """A name for everything in it: equal editions have equal versions."""
        return self.rules.version
