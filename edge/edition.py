"""The edition: what the edge believes right now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from rules.index import Index
from rules.values import Experience, RuleSet

EVERYTHING: Final = "*"


@dataclass(frozen=True, slots=True)
class Edition:
    """Rules and their version, immutable and swapped whole by one assignment."""

    rules: RuleSet
    published: float = 0.0  # seconds since the epoch
    off: frozenset[str] = frozenset()  # experiences that are switched off; `EVERYTHING` stands for all of them
    named: Mapping[str, Experience] = field(init=False, repr=False, compare=False)
    position: Mapping[str, int] = field(init=False, repr=False, compare=False)  # of an experience among all
    index: Index = field(init=False, repr=False, compare=False)
    owned: frozenset[bytes] = field(init=False, repr=False, compare=False)  # request fields that variants set

    def __post_init__(self) -> None:
        object.__setattr__(self, "named", {experience.name: experience for experience in self.rules.experiences})
        position = {experience.name: place for place, experience in enumerate(self.rules.experiences)}
        object.__setattr__(self, "position", position)
        object.__setattr__(self, "index", Index(self.rules.experiences))
        object.__setattr__(self, "owned", _owned(self.rules.experiences))

    def concerns(self, path: str, host: str) -> bool:
        """Whether there may be an experience on this page; its query is not asked yet."""
        return self.index.concerns(path, host)

    @property
    def version(self) -> str:
        """A name for everything in it: equal editions have equal versions."""
        return self.rules.version


def _owned(experiences: Iterable[Experience]) -> frozenset[bytes]:
    variants = [variant for experience in experiences for variant in experience.variants.values()]
    return frozenset(name.lower().encode("ascii") for variant in variants for name, _ in variant.headers)
