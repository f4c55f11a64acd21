"""Sorts of worlds, as data: how many signals, variants and clicks there are, and what a visitor's taste hangs on.

Strengths are standard deviations on the scale of log-odds: 0.7 doubles the odds of a click, or halves them.

No sort of world is the right one. `KINDS` are those that have a name in the tables; `PANEL` holds odd ones, so that
nothing that is good in one world only looks good.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final


@dataclass(frozen=True, slots=True)
class Kind:
    """What sort of world it is."""

    name: str
    about: str  # one line
    sizes: tuple[int, ...] = ()  # how many values each signal has, all independent; none: the signals of a town
    variants: int = 6
    rate: float = 0.028  # share of visits that click where shares are even
    main: float = 0.15  # strength of a variant as such
    context: float = 0.5  # of what all signals add for one variant
    pairs: float = 0.0  # of what pairs of signals add for one variant
    shared: float = 0.4  # of what a visitor's signals do to clicks on any variant
    fading: float = 0.65  # how much each next signal matters, against the one before it
    sparse: float = 1.0  # share of values that matter at all
    days: float = 14.0  # over which the visits are spread
    drift: float = 0.0  # quarter turns from one taste to another, over all days
    season: float = 0.0  # days in which taste swings to another one and back; 0: it does not

    def __post_init__(self) -> None:
        if self.variants < 2 or not 0 < self.rate < 1 or self.days <= 0:
            raise ValueError(f"world {self.name}: it takes two variants, a rate between 0 and 1, and some time")


CONTEXTUAL: Final = Kind("contextual", "who visits, when and where decides what they like")
KINDS: Final = (
    CONTEXTUAL,
    Kind("context-free", "one variant is the best for all", main=0.45, context=0.0),
    Kind("seasonal", "taste swings to another one and back every four weeks", days=56, season=28),
    Kind("drifting", "taste becomes another one within four weeks", days=28, drift=1.0),
    replace(CONTEXTUAL, name="busy", about="the same visits as in contextual, within twelve hours", days=0.5),
)

PANEL: Final = (
    Kind("few values", "three signals of three values", sizes=(3, 3, 3)),
    Kind("many values", "six signals of fifty values", sizes=(50,) * 6),
    Kind("one signal", "a single signal of ten values", sizes=(10,), fading=1.0),
    Kind("sparse", "one value in ten matters, and much", sizes=(10,) * 8, context=0.6, sparse=0.1),
    Kind("pairs", "only pairs of signals matter", sizes=(5, 5, 4, 3), context=0.0, pairs=0.5, main=0.15),
    Kind("mixed", "variants, signals and their pairs all matter", sizes=(6, 6, 5, 4, 3), context=0.35, pairs=0.35),
    Kind("two variants", "a choice between two", variants=2),
    Kind("twelve variants", "a choice among twelve", variants=12),
    Kind("rare clicks", "one visit in two hundred clicks", rate=0.005),
    Kind("frequent clicks", "fifteen visits in a hundred click", rate=0.15),
    Kind("all the same", "no variant is much better than another", main=0.05, context=0.05),
    Kind("no main effect", "every variant is as good as another, over all", main=0.0, context=0.5),
    Kind("strong", "the right variant triples clicks", main=0.6, context=0.8, rate=0.03),
    Kind("misleading", "signals tell much about clicks, nothing about variants", context=0.0, main=0.2, shared=1.0),
)


def named(name: str) -> Kind:
    """The world of this name; ValueError with the names there are."""
    known = {kind.name: kind for kind in (*KINDS, *PANEL)}
    if name not in known:
        raise ValueError(f"there is no world {name!r}; there are {', '.join(known)}")
    return known[name]
