"""What a rules folder becomes: frozen values, ready to be read for each request.

Nothing here knows YAML or HTTP. `rules.load` makes these values from files, `rules.choose` reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Final, Literal

from rules.glob import Pattern
from rules.goal import goal_text
from rules.signals import UNKNOWN, Signals, Value
from rules.vocabulary import COMMON, Own
from rules.when import Condition
from rules.where import Where
from rules.window import Window

__all__ = [
    "BUCKETS",
    "HELD",
    "OTHERS",
    "OUTSIDE",
    "UNKNOWN",
    "About",
    "Delivery",
    "Entry",
    "Experience",
    "Form",
    "Load",
    "Near",
    "RuleSet",
    "Seats",
    "Signals",
    "Site",
    "Source",
    "Spot",
    "Value",
    "Variant",
]

BUCKETS: Final = 4096
"""How many buckets there are; the one thing stored on a device is one of them."""

HELD: Final = BUCKETS
"""Instead of a rank: by the coin of a holdout this bucket keeps the default."""

OUTSIDE: Final = BUCKETS + 1
"""Instead of a rank: this bucket is not part of the rollout."""

OTHERS: Final = BUCKETS + 2
"""Instead of a rank: this bucket belongs to another experience of the group."""

HALF_LIFE: Final = 14 * 86400.0
"""Seconds after which what was learned counts half, where the rules do not say."""

REWARD_WINDOW: Final = 600.0
"""Seconds after it was seen in which a success counts, where the rules do not say."""

FOR_ALL: Final = ("everyone", "even")
"""Policies that tell no visitor from another."""

Delivery = Literal["page", "header", "path", "redirect"]
"""Where an experience goes: into the page at CSS selectors, or into the request, or instead of it."""


@dataclass(frozen=True, slots=True)
class Form:
    """What happens to one slot of the page.

    `kind` and `text`/`attributes`/`order`: `replace` (markup for the whole element: `html` and `file` in YAML), `text`
    (content, plain text), `set` (`attributes`; None removes one), `remove`, `before`, `after` (markup beside it),
    `order` (CSS selectors of children of the slot, in their new order). Placeholders stand as they were written.
    """

    kind: Literal["replace", "text", "set", "remove", "before", "after", "order"]
    text: str = ""
    attributes: tuple[tuple[str, str | None], ...] = ()
    order: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Variant:
    """One form of an experience. All fields empty: the origin's own content (`original`)."""

    name: str
    forms: tuple[tuple[str, Form], ...] = ()  # (CSS selector, form), for delivery "page"
    headers: tuple[tuple[str, str], ...] = ()  # for delivery "header"
    target: str = ""  # the path to ask for ("path") or to send the visitor to ("redirect")
    never_when: Condition | None = None  # where it holds, `split` and `learn` go on without this variant
    placeholders: tuple[str, ...] = ()  # what stands in braces: captures, `place.name`; without a value, no variant

    @property
    def original(self) -> bool:
        """Whether this variant leaves everything as it is."""
        return not (self.forms or self.headers or self.target)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of `choose`: who it is for, and the shares of the variants it may show."""

    when: Condition | None
    kind: Literal["show", "split", "learn"]
    shares: tuple[tuple[str, float], ...]  # (variant, weight > 0); one for `show`; even for `learn`
    signals: tuple[str, ...] = ()  # `from:` of `learn`
    policy: str = ""  # of `learn`
    half_life: float = HALF_LIFE  # seconds, of `learn`
    prior: Mapping[str, tuple[float, float]] = field(default_factory=dict)  # variant -> (successes, visits)

    @property
    def beside(self) -> bool:
        """Whether it never decides: its model learns beside the entries below, by `policy: rules`."""
        return self.kind == "learn" and self.policy == "rules"

    def model(self, experience: str) -> str:
        """The key of what this entry of an experience learns into; empty where it does not learn.

        `EXPERIENCE/POLICY/SIGNAL,SIGNAL`; entries with the same key share one model.
        """
        if self.kind != "learn":
            return ""
        return f"{experience}/{self.policy}/{','.join(self.asked)}"

    @property
    def asked(self) -> tuple[str, ...]:
        """The signals that its model learns from: none where one winner is sought for all."""
        return () if self.policy in FOR_ALL else self.signals


@dataclass(frozen=True, slots=True)
class Seats:
    """Which rank a bucket has in an experience's draws, and which buckets take part at all.

    `rank[b]` is the dense rank of bucket b among those in play, 0 <= rank < `play`; a bucket that is not in play
    has `HELD`, `OUTSIDE` or `OTHERS` in its place. Two bytes a bucket: there may be thousands of experiences.
    """

    rank: memoryview[int]
    play: int
    held: int = 0  # buckets that only the holdout keeps out


@dataclass(frozen=True, slots=True)
class Experience:
    """One thing on one or more pages that may differ."""

    name: str
    purpose: str
    delivery: Delivery
    slots: tuple[str, ...]  # CSS selectors, for delivery "page"
    where: Where
    window: Window
    variants: Mapping[str, Variant]
    default: str
    choose: tuple[Entry, ...]
    holdout: int  # its own, in buckets of 4,096
    rollout: int  # buckets of 4,096; BUCKETS when everyone takes part
    sticky: bool
    seats: Seats
    file: str  # relative to the rules folder, for messages
    goal: Mapping[str, object] = field(default_factory=dict)
    not_worse: tuple[str, ...] = ()  # guardrails
    reward_window: float = REWARD_WINDOW  # seconds after it was seen in which a success counts
    group: str = ""  # at most one experience of a group meets a visitor; empty: it belongs to none
    leads: bool = True  # it is the first of its group, which is the one that counts where no coin may be tossed
    placeholders: bool = field(init=False, compare=False)  # a variant of it holds some
    choosy: bool = field(init=False, compare=False)  # a variant of it cannot be shown to everybody
    goal_text: str = field(init=False, compare=False)  # `click "#hero a"`; empty where there is no goal
    besides: bool = field(init=False, compare=False)  # an entry of it learns beside the others

    def __post_init__(self) -> None:
        variants = self.variants.values()
        object.__setattr__(self, "placeholders", any(variant.placeholders for variant in variants))
        choosy = self.placeholders or any(variant.never_when is not None for variant in variants)
        object.__setattr__(self, "choosy", choosy)
        object.__setattr__(self, "goal_text", goal_text(self.goal))
        object.__setattr__(self, "besides", any(entry.beside for entry in self.choose))

    @property
    def coins(self) -> bool:
        """Whether anything about it is ever drawn."""
        return self.seats.play < BUCKETS or any(entry.kind != "show" and not entry.beside for entry in self.choose)

    @property
    def counts(self) -> bool:
        """Whether anything about it is measured: it can succeed or do harm, and there is something to learn of it."""
        return bool(self.goal or self.not_worse) and (self.coins or self.besides)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place: one that pages are about, or a store of the site."""

    key: str
    name: str
    latitude: float  # degrees
    longitude: float
    timezone: str = ""
    country: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class About:
    """Pages that are about a place."""

    path: Pattern
    place: str  # the key of a place; empty: the one capture of the pattern holds it


@dataclass(frozen=True, slots=True)
class Near:
    """Places that a visitor may be near to."""

    of: tuple[str, ...]  # keys of places and stores
    within: float  # kilometres


@dataclass(frozen=True, slots=True)
class Load:
    """From when on the site is busy or quiet, in page views a minute.

    Busy from `busy` on, until it falls below `busy * (1 - margin)`; quiet below `quiet`, until it reaches
    `quiet * (1 + margin)`.
    """

    busy: float
    quiet: float
    margin: float


@dataclass(frozen=True, slots=True)
class Source:
    """Where a signal of the site's own comes from."""

    name: str
    comes_from: Literal["header", "query", "call", "pushed"]
    key: str  # the header (lower case), the parameter, `module:function`, or nothing
    within: float = 0.05  # seconds that a call may take


@dataclass(frozen=True, slots=True)
class Event:
    """Something that is on, on some days."""

    name: str
    days: tuple[tuple[str, str], ...]  # (first, last), both included, as YYYY-MM-DD


@dataclass(frozen=True, slots=True)
class Site:
    """What `site.yaml` says beside zone, holdout and dayparts. What several patterns match, the first one settles."""

    places: Mapping[str, Spot] = field(default_factory=dict)
    stores: Mapping[str, Spot] = field(default_factory=dict)
    about: tuple[About, ...] = ()
    near: tuple[Near, ...] = ()
    load: Load | None = None
    signals: Mapping[str, Source] = field(default_factory=dict)  # their kinds and words are in `RuleSet.own`
    events: tuple[Event, ...] = ()  # on a day of several the first one counts
    cache: tuple[tuple[Pattern, float], ...] = ()  # seconds; 0 is never


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All experiences of a folder in file order, and what `site.yaml` says."""

    experiences: tuple[Experience, ...]
    zone: tzinfo
    version: str  # digest of everything that was read; equal folders have equal versions
    dayparts: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    held: frozenset[int] = frozenset()  # the buckets of the site's holdout, which an experience's own does not own
    site: Site = Site()
    own: Own = COMMON  # the site's vocabulary
