"""Experiences that get in each other's way: slots that overlap.

Each experience is sound by itself here, so this looks at all of them together, and only at pairs that have a selector
in common. It knows no page. So of two selectors it can tell that they are the same, or that one is a part of the other
(`#hero h1` lies inside `#hero`); `windsock check --origin` sees more.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any, Final

from rules.glob import pattern
from rules.learning import deciding
from rules.phrase import condition
from rules.problem import Mistake
from rules.reach import exclusive
from rules.vocabulary import Own
from rules.when import Condition

Plain = Mapping[str, Any]

MOST: Final = 100_000
"""Pairs that are compared; a folder with more of them is told of the first."""

_TAKES: Final[Mapping[str, frozenset[str]]] = {
    "replace": frozenset(("replace", "remove", "text", "set", "order")),
    "remove": frozenset(("replace", "remove", "text", "set", "order")),
    "text": frozenset(("text", "order")),
    "order": frozenset(("text", "order")),
    "set": frozenset(("set",)),
}
"""What a form takes away from another experience at the same element."""

_TAKES_INSIDE: Final = frozenset(("replace", "remove", "text"))
"""Forms after which nothing is left inside the element."""


def overlaps(experiences: Sequence[Plain], own: Own) -> Iterator[tuple[str, Mistake]]:
    """Warnings, each with its file: the later of two experiences is told, and of several in its way the first."""
    by_slot: dict[str, list[Plain]] = defaultdict(list)
    inside: dict[str, list[tuple[str, Plain]]] = defaultdict(list)
    look = Together(own)
    compared = 0
    for each in experiences:
        slots = [(slot, outer) for slot in each["slots"] for outer in _around(slot)]
        near = [(slot, outer, other) for slot, outer in slots for other in by_slot.get(outer, ())]
        near += [(slot, inner, other) for slot in each["slots"] for inner, other in inside.get(normal(slot), ())]
        for slot, theirs, other in near[: MOST - compared]:
            compared += 1
            if _clash(other, theirs, each, slot) and look.on_one_page(other, each):
                yield each["file"], _overlapping(other, theirs, slot, each)
                break
        for slot in {normal(slot) for slot in each["slots"]}:
            by_slot[slot].append(each)
            for outer in list(_around(slot))[1:]:
                inside[outer].append((slot, each))


def _overlapping(other: Plain, theirs: str, slot: str, each: Plain) -> Mistake:
    if theirs == normal(slot):
        what = f"`{slot}` is also a slot of `{other['name']}`"
    else:
        lies = "lies inside" if theirs in _around(slot) else "holds"
        what = f"`{slot}` {lies} `{theirs}`, a slot of `{other['name']}`"
    place = ("slot", each["slots"].index(slot)) if len(each["slots"]) > 1 else ("slot",)
    message = f"{what} ({other['file']}): where both would be shown, only that one is, since its file comes first"
    return Mistake(place, message, "give both the same `group: NAME`, other pages, or other slots", "warning")


def _clash(first: Plain, theirs: str, second: Plain, slot: str) -> bool:
    """Whether some form of the one leaves nothing to some form of the other, whichever stands first."""
    one, other = _kinds(first, theirs), _kinds(second, slot)
    if theirs != normal(slot):
        outer, inner = (one, other) if theirs in _around(slot) else (other, one)
        return bool(outer & _TAKES_INSIDE and inner)
    return _takes(one, other) or _takes(other, one)


def _takes(kinds: set[str], others: set[str]) -> bool:
    return any(_TAKES.get(kind, frozenset()) & others for kind in kinds)


class Together:
    """Whether two experiences may meet; what has been read of their conditions is kept."""

    def __init__(self, own: Own) -> None:
        self._own = own
        self._whens: dict[str, list[Condition | None]] = {}

    def on_one_page(self, first: Plain, second: Plain) -> bool:
        """Whether some visitor may be shown both on one page at one time, as far as can be told."""
        return (
            not (first["group"] and first["group"] == second["group"])
            and _at_one_time(first, second)
            and same_page(first["where"], second["where"])
            and not all(exclusive(one, other, self._own) for one, other in product(self._who(first), self._who(second)))
        )

    def _who(self, experience: Plain) -> list[Condition | None]:
        """For whom a page is changed."""
        if experience["name"] not in self._whens:
            forms = {name: variant["forms"] for name, variant in experience["variants"].items()}
            entries = [entry for entry in deciding(experience) if any(forms[name] for name, _ in entry["shares"])]
            whens = [None] if forms[experience["default"]] else [entry["when"] for entry in entries]
            read = [None if when is None else condition(when, self._own) for when in whens]
            self._whens[experience["name"]] = read
        return self._whens[experience["name"]]


def normal(selector: str) -> str:
    """A selector with its spaces in one way."""
    return re.sub(r"\s*([>+~,])\s*", r" \1 ", re.sub(r"\s+", " ", selector.strip()))


def _around(selector: str) -> Iterator[str]:
    """The selector, and those of the elements around it that it names itself: `#a`, `#a b` in `#a b > c`."""
    whole = normal(selector)
    yield whole
    if "," in whole or "[" in whole or "(" in whole:
        return
    for found in reversed(list(re.finditer(r" (?:> )?", whole))):
        if not re.search(r"[+~] ?$", whole[: found.start()]) and not whole[found.end() :].startswith(("+", "~", ">")):
            yield whole[: found.start()]


def _kinds(experience: Plain, slot: str) -> set[str]:
    """The forms that stand in a slot of an experience."""
    return {
        form["kind"]
        for variant in experience["variants"].values()
        for selector, form in variant["forms"]
        if normal(selector) == normal(slot)
    }


def _at_one_time(first: Plain, second: Plain) -> bool:
    one, other = first["window"], second["window"]
    pairs = ((one, other), (other, one))
    return not any(early["ends"] and late["starts"] and early["ends"] < late["starts"] for early, late in pairs)


def same_page(one: Plain, other: Plain) -> bool:
    """Whether two `where` may mean one page; a query parameter keeps nothing apart."""
    return _some_meet(one["path"], other["path"]) and (
        not one["host"] or not other["host"] or _some_meet(one["host"], other["host"])
    )


def _some_meet(ones: Sequence[str], others: Sequence[str]) -> bool:
    return any(meet(one, other) for one, other in product(ones, others))


def meet(one: str, other: str) -> bool:
    """Whether some text has both patterns; captures count as stars where both hold any."""
    if not _WILD.search(one):
        return pattern(other).matches(one)
    if not _WILD.search(other):
        return pattern(one).matches(other)
    (head, tail), (other_head, other_tail) = _ends(one), _ends(other)
    begins = head.startswith(other_head) or other_head.startswith(head)
    return begins and (tail.endswith(other_tail) or other_tail.endswith(tail))


def _ends(glob: str) -> tuple[str, str]:
    pieces = _WILD.split(glob)
    return pieces[0], pieces[-1]


_WILD: Final = re.compile(r"\*|\{[a-z][a-z0-9_]*\}")
