"""The matrix of a page: every combination of variants that it can show, each with a visitor who gets it.

Which entries match is searched for over all signals (`search`); which variants are then drawn together is read off all
buckets, by the `decide` that serves. What a combination is, and whether a visitor gets it, `decide` says too: each
visitor that is named here has been asked about.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod
from typing import Final

from edge.context import Context
from edge.decisions.decide import decide
from edge.decisions.matrix.case import cases
from edge.decisions.matrix.moment import CLOCK, Clock
from edge.decisions.matrix.program import Program, program, shortened
from edge.decisions.matrix.search import Settled, apart, settle
from edge.decisions.values import Decision, Draw
from edge.edition import Edition
from rules.signals import UNKNOWN, Signals
from rules.values import BUCKETS, Experience
from rules.where import Where

MOST: Final = 500
"""Combinations that are listed; where there are more, each experience is listed by itself."""

Shown = tuple[tuple[str, str], ...]
"""(experience, variant) for each that meets the visitor, in file order."""

_WAYS: Final = 10
"""How many ways there may be to a combination, on average."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who gets a combination."""

    context: Context
    draw: Draw


@dataclass(frozen=True, slots=True)
class Page:
    """What is asked about: a visit to a page, which of its signals stay as they are, and the site's clock.

    `others` are the clocks of visitors elsewhere, whose places stand in them.
    """

    context: Context
    fixed: frozenset[str]
    clock: Clock
    others: tuple[Clock, ...] = ()

    def at(self, other: Clock) -> Page:
        """The same for visitors at the place of that clock."""
        known = {**self.context.signals, **other.place}
        context = replace(self.context, signals={**known, **other.tell(self.context.at, known)})
        return Page(context, self.fixed | other.place.keys(), other)

    def anywhere(self) -> Page:
        """The same for everybody: nothing stays as it is, and any place may have any of the clocks."""
        others = tuple(replace(each, place={}, only=None) for each in self.others)
        return Page(self.context, frozenset(), replace(self.clock, only=None), others)


@dataclass(frozen=True, slots=True)
class Matrix:
    """All combinations, or `None` where there are too many; and for each experience, a visitor for each variant."""

    experiences: tuple[str, ...]
    combinations: Mapping[Shown, Visitor] | None
    variants: Mapping[str, Mapping[str, Visitor]]
    never: tuple[tuple[str, str], ...]  # variants that nobody ever gets, on any page, at any time to come
    elsewhere: tuple[tuple[str, str], ...]  # variants that nobody gets here and now, and somebody may on another page
    unsettled: tuple[str, ...] = ()  # experiences that ask for more than can be looked through


def matrix(page: Page, edition: Edition, most: int = MOST) -> Matrix:
    """Everything that can be shown on this page; whoever is drawn for, any visitor at any time that is not fixed."""
    here = tuple(x for x in edition.rules.experiences if _may_be_here(x, page.context))
    found = _combinations(page, _only(edition, here), most)
    alone = {x.name: _alone(page, edition, x) if found is None else _of(x.name, found) for x in here}
    missing = [(x, name) for x in here for name in _never(x, alone[x.name])]
    anywhere = {x.name: _alone(page.anywhere(), edition, _everywhere(x)) for x, _ in missing}
    never = [(x.name, name) for x, name in missing if name in _never(x, anywhere[x.name])]
    return Matrix(
        experiences=tuple(x.name for x in here),
        combinations=found,
        variants={name: visitors or {} for name, visitors in alone.items()},
        never=tuple(never),
        elsewhere=tuple((x.name, name) for x, name in missing if (x.name, name) not in never),
        unsettled=tuple(name for name, visitors in (alone | anywhere).items() if visitors is None),
    )


def _may_be_here(experience: Experience, context: Context) -> bool:
    """Whether it is on this path and host, whatever its query and schedule."""
    return replace(experience.where, query=()).matches(context.path, context.host, {})


def _everywhere(experience: Experience) -> Experience:
    return replace(experience, where=Where())


def _only(edition: Edition, experiences: tuple[Experience, ...]) -> Edition:
    """The edition with only these experiences, and with nothing switched off."""
    return Edition(replace(edition.rules, experiences=experiences))


def _never(experience: Experience, visitors: Mapping[str, Visitor] | None) -> list[str]:
    """The variants without a visitor; the default is there for when something fails, so nobody else has to get it."""
    if visitors is None:
        return []
    return [name for name in experience.variants if name not in visitors and name != experience.default]


def _alone(page: Page, edition: Edition, experience: Experience) -> Mapping[str, Visitor] | None:
    """A visitor for each variant of an experience, as if there were no other; None where there is too much to see."""
    found = _combinations(page, _only(edition, (experience,)), MOST)
    return None if found is None else _of(experience.name, found)


def _of(name: str, found: Mapping[Shown, Visitor]) -> Mapping[str, Visitor]:
    """The first visitor for each variant of one experience."""
    visitors: dict[str, Visitor] = {}
    for shown, visitor in found.items():
        for experience, variant in shown:
            if experience == name:
                visitors.setdefault(variant, visitor)
    return visitors


def _combinations(page: Page, edition: Edition, most: int) -> Mapping[Shown, Visitor] | None:
    """Every combination with its first visitor; None when there are more than `most`, or too many ways to them."""
    found: dict[Shown, Visitor] = {}
    for each in (page, *_elsewhere(page, edition)):
        groups = _settled(each, edition)
        if groups is None or prod(map(len, groups)) > _WAYS * most or not _added(found, groups, each, edition, most):
            return None
    return found


def _elsewhere(page: Page, edition: Edition) -> Iterator[Page]:
    """The page as visitors with other clocks have it, where anything depends on those."""
    leaves = (leaf for experience in edition.rules.experiences for leaf in program(experience).leaves())
    if any(leaf.signal in CLOCK - {"at", *page.fixed} for leaf in leaves):
        yield from (page.at(each) for each in page.others if page.fixed.isdisjoint(each.place))


def _added(
    found: dict[Shown, Visitor], groups: Sequence[Sequence[_Way]], page: Page, edition: Edition, most: int
) -> bool:
    """Add the combinations of all ways; False when there are too many."""
    for ways in product(*groups):
        context = _met(page, {name: value for way in ways for name, value in way.signals.items()})
        columns = {name: column for way in ways for name, column in way.columns.items()}
        for draw in _draws(edition, columns):
            shown = tuple((d.experience, d.variant or "") for d in decide(context, edition, draw))
            found.setdefault(shown, Visitor(context, draw))
            if len(found) > most:
                return False
    return True


@dataclass(frozen=True, slots=True)
class _Way:
    """One way in which experiences come out: for whom, and what each of them shows to each bucket."""

    signals: Signals
    columns: Mapping[str, tuple[str, ...]]  # one variant where the bucket has no part in it


def _settled(page: Page, edition: Edition) -> list[list[_Way]] | None:
    """The ways of each group of experiences that is apart from the others; None when there are too many."""
    programs = tuple(map(program, edition.rules.experiences))
    fixed = {leaf: leaf.holds({**page.context.signals, "at": page.context.at})
             for each in programs for leaf in each.leaves() if leaf.signal in page.fixed}  # fmt: skip
    programs = tuple(shortened(each, fixed, edition.named[each.name]) for each in programs)
    parts = cases(
        [leaf for each in programs for leaf in each.leaves()], page.context.signals, page.clock, edition.rules.own
    )
    columns = _Columns(page, edition)
    groups = []
    for together, theirs in apart(programs, parts):
        found = settle(together, theirs, edition.named)
        if found is None:
            return None
        groups.append(_different(found, columns))
    return groups


def _different(settled: Iterable[Settled], columns: _Columns) -> list[_Way]:
    """One way for all that show the same to everybody."""
    ways: dict[tuple[tuple[str, ...], ...], _Way] = {}
    for each in settled:
        shown = {found.name: columns(found, each.signals) for found in each.programs}
        ways.setdefault(tuple(shown.values()), _Way(each.signals, shown))
    return list(ways.values())


class _Columns:
    """What an experience shows to each bucket, once for each way in which its program comes out."""

    def __init__(self, page: Page, edition: Edition) -> None:
        self._page, self._named = page, edition.named
        self._alone = {x.name: _only(edition, (x,)) for x in edition.rules.experiences}
        self._known: dict[Program, tuple[str, ...]] = {}

    def __call__(self, settled: Program, signals: Signals) -> tuple[str, ...]:
        if settled not in self._known:
            context, alone = _met(self._page, signals), self._alone[settled.name]
            buckets = range(BUCKETS if self._named[settled.name].coins else 1)
            column = tuple(_variant(decide(context, alone, Draw(bucket, bucket))) for bucket in buckets)
            self._known[settled] = column if len(set(column)) > 1 else column[:1]
        return self._known[settled]


def _variant(decisions: tuple[Decision, ...]) -> str:
    return (decisions[0].variant or "") if decisions else ""


def _draws(edition: Edition, columns: Mapping[str, tuple[str, ...]]) -> Iterator[Draw]:
    """One draw for each row of what buckets are shown together, and one for those of whom nothing may be drawn."""
    drawn = {name: column for name, column in columns.items() if len(column) > 1}
    if not drawn:
        yield Draw(None)
        return
    kept = [column for name, column in drawn.items() if edition.named[name].sticky]
    loose = [column for name, column in drawn.items() if not edition.named[name].sticky]
    for bucket, fresh in product(_rows(kept), _rows(loose)):
        yield Draw(bucket, fresh)
    yield Draw(None, strict=True)


def _rows(columns: list[tuple[str, ...]]) -> list[int]:
    """The first bucket for each different row."""
    rows: dict[tuple[str, ...], int] = {}
    for bucket, row in enumerate(zip(*columns, strict=True)):
        rows.setdefault(row, bucket)
    return list(rows.values()) or [0]


def _met(page: Page, signals: Signals) -> Context:
    """The visit of somebody with these signals, and with the clock and calendar of where they are."""
    context = page.context
    own = {name.removeprefix("query."): value for name, value in signals.items() if name.startswith("query.")}
    query = {name: value for name, value in {**context.query, **own}.items() if value != UNKNOWN}
    known = {**context.signals, **{name: value for name, value in signals.items() if name != "at"}}
    at = float(signals.get("at", context.at))
    known |= {name: value for name, value in page.clock.tell(at, known).items() if name not in page.fixed}
    return replace(context, signals=known, query={k: str(v) for k, v in query.items()}, at=at)
