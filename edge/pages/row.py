"""The children of a slot in another order.

The named children come first, in the order in which they are named; the others follow as they stood. Children change
places and everything between them stays where it was: the text, the line breaks, the comments in front of the first
child, between two of them, and behind the last. A selector that names no child of the slot is skipped. A child that
keeps its place need not be certain; those that move must be, and the parser must see them moved and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from edge.pages.prove import Proof
from edge.pages.select import Search, Target, children
from edge.pages.steps import TooSlowError
from edge.pages.values import Asked, Miss, Row, Slot, Slots


@dataclass(frozen=True, slots=True)
class Order:
    """At the place of child `moved[i]` child `moved[order[i]]` shall stand."""

    moved: tuple[int, ...]
    order: tuple[int, ...]
    skipped: tuple[str, ...]


Orders = Mapping[tuple[str, tuple[str, ...]], Order | Miss]


def order_of(search: Search, selector: str, names: Iterable[str]) -> Order | Miss:
    """Which children of a slot shall change their places."""
    try:
        slot = search.first(selector)
        if slot is None:
            return "no-match"
        places = {child.mem_id: number for number, child in enumerate(children(slot))}
        first: list[int] = []
        skipped: list[str] = []
        for name in names:
            named = (places[node.mem_id] for node in search.every(name) if node.mem_id in places)
            place = next((place for place in named if place not in first), None)
            first += () if place is None else (place,)
            skipped += (name,) if place is None else ()
    except ValueError:
        return "selector"
    except TooSlowError:
        return "too-slow"
    return _order(len(places), first, tuple(skipped)) if first else "no-match"


def _order(number: int, first: list[int], skipped: tuple[str, ...]) -> Order:
    taken = frozenset(first)
    wanted = [*first, *(place for place in range(number) if place not in taken)]
    moved = tuple(place for place in range(number) if wanted[place] != place)
    return Order(moved, tuple(moved.index(wanted[place]) for place in moved), skipped)


def targets(asked: Iterable[Asked], orders: Orders) -> list[Target]:
    """All elements whose bytes must be known."""
    wanted: dict[Target, None] = {}
    for ask in asked:
        if isinstance(ask, str):
            wanted[Target(ask)] = None
        elif isinstance(order := orders[ask], Order):
            wanted[Target(ask[0])] = None
            wanted.update((Target(ask[0], child), None) for child in order.moved)
    return list(wanted)


def answers(asked: Iterable[Asked], orders: Orders, proven: Mapping[Target, Slot | Miss], proof: Proof) -> Slots:
    """What is known now about everything that was asked for."""
    found: dict[Asked, Slot | Row | Miss] = {}
    for ask in asked:
        if isinstance(ask, str):
            found[ask] = proven[Target(ask)]
        else:
            order = orders[ask]
            found[ask] = _row(ask[0], order, proven, proof) if isinstance(order, Order) else order
    return found


def _row(selector: str, order: Order, proven: Mapping[Target, Slot | Miss], proof: Proof) -> Row | Miss:
    slot = proven[Target(selector)]
    if not isinstance(slot, Slot):
        return slot
    moved: list[Slot] = []
    for child in order.moved:
        own = proven[Target(selector, child)]
        if not isinstance(own, Slot):
            return own
        if own.whole:
            return own.whole
        moved.append(replace(own, lead=b"") if child - 1 in order.moved else own)  # what moves is closed
    wrong = proof.moved(moved, order.order)
    return wrong or Row(slot, tuple(moved), order.order, order.skipped)
