"""The index: which experiences are on a page and which entry of each is for this visitor, whatever their number.

Asking a thousand experiences one by one costs a thousand times as much as asking one. Here every experience has a bit
of one large number, and so has every entry of `choose`. What is asked of the request, path after host after signal, is
looked up: how it is answered says which bits stay. Python's integers make that an `&` of some hundred bytes, so the
cost grows with the number of questions and of answers, hardly with the number of experiences. (O'Neil and Quass, 1997,
"Improved query performance with variant indexes", call such a table a bitmap index.)

A **pattern** is looked up by its beginning, up to its first star or capture. The beginnings are sorted, and each knows
the longest other one that it begins with; so the last one that is not behind the text leads to all that the text begins
with (`Texts`).

A **condition** is split at its outermost `all`. A part that speaks of one signal alone has an answer for each value of
that signal, so these answers are found once and kept by value: for the values that some condition names, for the
intervals between numbers and between dates, and for any other text (`Table`). The answers are asked of the conditions
themselves, which is how three-valued logic comes out right here: an entry is used only where all parts are True. A part
that speaks of several signals (`any` over country and device) is asked at the end, of the entries that are left.

`rules.when`, `rules.where` and `rules.choose` say what the language means; this says the same faster, and the tests
hold both against each other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rules.glob import Pattern
from rules.lookup import Bits, Parts, Table, Texts, union
from rules.signals import UNKNOWN, Signals
from rules.values import Experience
from rules.when import AllOf, AnyOf, Between, Condition, Is, Like, Not, evaluate

REMEMBERED: Final = 4096
"""Sets of experiences whose pages are remembered; when there are more, all are forgotten."""


@dataclass(frozen=True, slots=True)
class Page:
    """The experiences that are on a page, and what their entries ask for."""

    positions: tuple[int, ...]
    tables: tuple[Table, ...]
    entries: Bits


class Index:
    """The experiences of an edition, by what they ask for. Nothing in it changes what is answered."""

    def __init__(self, experiences: Sequence[Experience]) -> None:
        self._count = len(experiences)
        self._where(experiences)
        self._entries(experiences)
        self._pages: dict[Bits, Page] = {}

    def _where(self, experiences: Sequence[Experience]) -> None:
        paths: list[tuple[Pattern, Bits]] = []
        hosts: list[tuple[Pattern, Bits]] = []
        query: defaultdict[str, list[tuple[Pattern, Bits]]] = defaultdict(list)
        self._any_path = self._any_host = 0
        for place, experience in enumerate(experiences):
            bit, where = 1 << place, experience.where
            paths += ((each, bit) for each in where.paths)
            hosts += ((each, bit) for each in where.hosts)
            for name, patterns in where.query:
                query[name] += ((each, bit) for each in patterns)
            self._any_path |= 0 if where.paths else bit
            self._any_host |= 0 if where.hosts else bit
        self._paths, self._hosts = Texts(paths), Texts(hosts) if hosts else None
        self._query = tuple(
            (name, ~union(bits for _, bits in patterns), Texts(patterns)) for name, patterns in query.items()
        )

    def _entries(self, experiences: Sequence[Experience]) -> None:
        """Bits of entries stand in the order of experiences and of their entries."""
        self._spans: list[tuple[int, Bits, Bits]] = []  # place of the first; those that decide, those that do not
        self._rest: dict[int, tuple[Condition, ...]] = {}
        asked: defaultdict[str, Parts] = defaultdict(dict)
        self._signals: list[frozenset[str]] = []
        bit = 0
        for experience in experiences:
            beside = union(1 << place for place, entry in enumerate(experience.choose) if entry.beside)
            self._spans.append((bit, (1 << len(experience.choose)) - 1 ^ beside, beside))
            names: set[str] = set()
            for entry in experience.choose:
                by_signal, rest = _split(entry.when)
                names |= by_signal.keys()
                for signal, part in by_signal.items():
                    asked[signal][part] = asked[signal].get(part, 0) | 1 << bit
                if rest:
                    self._rest[bit] = rest
                bit += 1
            self._signals.append(frozenset(names))
        every = (1 << bit) - 1
        self._tables = {signal: Table(signal, parts, every & ~union(parts.values())) for signal, parts in asked.items()}

    def concerns(self, path: str, host: str) -> bool:
        """Whether there may be an experience at this path and host, whatever the query."""
        return bool(self._placed(path, host))

    def page(self, path: str, host: str, query: Mapping[str, str]) -> Page:
        """What is on a page: decoded path, host in lower case without port, first value of each parameter."""
        bits = self._placed(path, host)
        for name, others, texts in self._query:
            bits &= others | (texts.bits(query[name]) if name in query else 0)
        page = self._pages.get(bits)
        return page if page is not None else self._page(bits)

    def left(self, page: Page, signals: Signals) -> Bits:
        """The entries of a page of which nothing that was looked up is missing; `first` asks for the rest."""
        left = page.entries
        for table in page.tables:
            if not left:
                break
            value = signals.get(table.signal, UNKNOWN)
            bits = table.exact.get(value)
            left &= bits if bits is not None else table.other(value)
        return left

    def first(self, position: int, left: Bits, signals: Signals) -> int | None:
        """The first entry that matches, counted from 1, of the experience at this position; None where none does."""
        start, own, _ = self._spans[position]
        return self._lowest(start, left >> start & own, signals)

    def beside(self, position: int, left: Bits, signals: Signals) -> int | None:
        """The same of those entries that only learn beside the others."""
        start, _, beside = self._spans[position]
        return self._lowest(start, left >> start & beside, signals) if beside else None

    def _lowest(self, start: int, mine: Bits, signals: Signals) -> int | None:
        while mine:
            lowest = mine & -mine
            number = lowest.bit_length()
            rest = self._rest.get(start + number - 1) if self._rest else None
            if rest is None or all(evaluate(part, signals) is True for part in rest):
                return number
            mine ^= lowest
        return None

    def _placed(self, path: str, host: str) -> Bits:
        bits = self._paths.bits(path) | self._any_path
        return bits & (self._hosts.bits(host) | self._any_host) if self._hosts is not None else bits

    def _page(self, bits: Bits) -> Page:
        """The page of these experiences; visitors choose the path, so there may be many."""
        positions = tuple(_ones(bits))
        names = {name for position in positions for name in self._signals[position]}
        entries = union((own | beside) << start for start, own, beside in map(self._spans.__getitem__, positions))
        tables = tuple(table for signal, table in self._tables.items() if signal in names)
        if len(self._pages) >= REMEMBERED:
            self._pages = {}
        page = self._pages[bits] = Page(positions, tables, entries)
        return page


def signals_of(condition: Condition) -> frozenset[str]:
    """The signals that a condition speaks of."""
    match condition:
        case AllOf(parts) | AnyOf(parts):
            return frozenset().union(*map(signals_of, parts))
        case Not(part):
            return signals_of(part)
        case _:
            return frozenset((condition.signal,))


def _split(condition: Condition | None) -> tuple[dict[str, Condition], tuple[Condition, ...]]:
    """What must hold of each signal, and what speaks of several or of none."""
    by_signal: defaultdict[str, list[Condition]] = defaultdict(list)
    rest: list[Condition] = []
    for part in _conjuncts(condition):
        names = signals_of(part) if isinstance(part, Is | Like | Between | AllOf | AnyOf | Not) else frozenset()
        if len(names) == 1:
            by_signal[next(iter(names))].append(part)
        else:
            rest.append(part)
    return {name: parts[0] if len(parts) == 1 else AllOf(tuple(parts)) for name, parts in by_signal.items()}, (*rest,)


def _conjuncts(condition: Condition | None) -> Iterator[Condition]:
    if isinstance(condition, AllOf):
        for part in condition.parts:
            yield from _conjuncts(part)
    elif condition is not None:
        yield condition


def _ones(bits: Bits) -> Iterator[int]:
    """The places of the bits that are set, from the lowest."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
