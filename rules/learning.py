"""Where less is learned or measured than its author thinks: warnings of `windsock check`.

What is learned of a visitor is learned of a cell, the values of some signals together. A signal that has new values
without end teaches nothing, since hardly a cell is met twice; and the more cells there are, the fewer visits each has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import Any, Final

from rules.problem import Mistake
from rules.values import FOR_ALL
from rules.vocabulary import Own, signal

Plain = Mapping[str, Any]

MOST_SIGNALS: Final = 8
"""Signals of one model beyond which more of them teach less."""

MOST_CELLS: Final = 1_000_000_000
"""Cells of one model that no site fills."""

APPRENTICE: Final = "rules"
"""The policy that decides nothing."""


def beside(entry: Plain) -> bool:
    """Whether an entry of the document decides nothing, and only learns beside the others."""
    return bool(entry["kind"] == "learn" and entry["policy"] == APPRENTICE)


def deciding(experience: Plain) -> list[Plain]:
    """The entries of an experience that show something."""
    return [entry for entry in experience["choose"] if not beside(entry)]


def unlearned(experience: Plain, own: Own) -> Iterator[Mistake]:
    """Every warning about the `learn` entries of an experience."""
    entries = [(at, entry) for at, entry in enumerate(experience["choose"]) if entry["kind"] == "learn"]
    for at, entry in entries:
        yield from _goal(experience, at, entry)
        yield from _signals(at, entry, own)
        yield from _memory(experience, at, entry)
        yield from _alone(experience, at, entry)
    yield from _shared(entries)


def unmeasured(experience: Plain, site: Plain) -> Iterator[Mistake]:
    """Every warning about what is asked to be measured, and will not be."""
    asked = next((name for name in ("goal", "not_worse") if experience[name]), "")
    if asked and experience["delivery"] == "redirect":
        message = f"who is sent away does not see this page, so its `{asked}` is never measured"
        hint = "leave it out; what visitors do on the other page is measured by an experience there"
        yield Mistake((asked,), message, hint, "warning", key=True)
    elif experience["not_worse"] and not (experience["holdout"] or site["holdout"] or _compared(experience)):
        default = experience["default"]
        message = f"nobody is shown `{default}` by chance, so nobody can tell whether something got worse"
        hint = f"write `holdout: 10%`, or let chance decide with `{default}` among the variants"
        yield Mistake(("not_worse",), message, hint, "warning", key=True)


def _compared(experience: Plain) -> bool:
    """Whether chance shows the default to some of those for whom it could choose another variant."""
    drawn = (dict(entry["shares"]) for entry in deciding(experience) if entry["kind"] != "show")
    return any(experience["default"] in shares for shares in drawn)


def _goal(experience: Plain, at: int, entry: Plain) -> Iterator[Mistake]:
    """Learning needs success."""
    if entry["policy"] != "even" and not experience["goal"]:
        message = "there is nothing to learn from: no `goal` says what success is"
        hint = 'add for example `goal: click "#hero a"`, or use `split`'
        yield Mistake(("choose", at, "learn"), message, hint, "warning", key=True)


def _signals(at: int, entry: Plain, own: Own) -> Iterator[Mistake]:
    names: Sequence[str] = entry["signals"]
    if names and entry["policy"] in FOR_ALL:
        message = f"`{entry['policy']}` tells no visitor from another, so these signals have no part in it"
        yield Mistake(("choose", at, "from"), message, "delete `from`, or write `policy: visitor`", "warning", key=True)
        return
    for place, name in enumerate(names):
        if _endless(name):
            message = f"`{name}` has new values without end: hardly one of them is met often enough to learn from it"
            hint = "leave it out, or ask for it in `when`"
            yield Mistake(("choose", at, "from", place), message, hint, "warning")
    cells = prod(_values(name, own) for name in names)
    if len(names) > MOST_SIGNALS:
        message = f"{len(names)} signals are more than can be learned from well"
        yield Mistake(("choose", at, "from"), message, _FEWER, "warning", key=True)
    elif cells > MOST_CELLS:
        message = f"these signals together have about {cells:,} cells: no site has the visits to fill them"
        yield Mistake(("choose", at, "from"), message, _FEWER, "warning", key=True)


def _memory(experience: Plain, at: int, entry: Plain) -> Iterator[Mistake]:
    """What is forgotten before it is known."""
    if entry["half_life"] < experience["reward_window"]:
        message = "it forgets faster than it learns: `half_life` is shorter than `reward_window`"
        hint = "write a longer one, such as `half_life: 1d`"
        yield Mistake(("choose", at, "half_life"), message, hint, "warning", key=True)


def _alone(experience: Plain, at: int, entry: Plain) -> Iterator[Mistake]:
    """An apprentice needs a master."""
    below = experience["choose"][at + 1 :]
    if beside(entry) and all(each["kind"] == "learn" for each in below):
        message = "`policy: rules` never decides, and no entry below it does: everybody sees the default"
        hint = "write the entries that decide below it, or another policy"
        yield Mistake(("choose", at, "policy"), message, hint, "warning", key=True)


def _shared(entries: Sequence[tuple[int, Plain]]) -> Iterator[Mistake]:
    """Entries with the same policy and signals learn together; then they forget together as well."""
    first: dict[tuple[str, tuple[str, ...]], tuple[int, Plain]] = {}
    for at, entry in entries:
        asked = () if entry["policy"] in FOR_ALL else tuple(entry["signals"])
        before, other = first.setdefault((entry["policy"], asked), (at, entry))
        for key in ("half_life", "prior"):
            if before != at and _differ(other[key], entry[key]):
                message = f"entry {before + 1} learns from the same, and both are one model: its `{key}` holds for both"
                yield Mistake(("choose", at, key), message, "write it there, or the same in both", "warning", key=True)


def _differ(first: object, second: object) -> bool:
    """Numbers; or the parts that two mappings have in common."""
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        return any(first[name] != second[name] for name in first.keys() & second.keys())
    return first != second


def _endless(name: str) -> bool:
    return name in _ENDLESS or name.startswith("query.")


def _values(name: str, own: Own) -> int:
    """About how many values of a signal are told apart."""
    about = signal(name, own)
    return len(own.words(about)) if about.kind == "word" else _TOLD_APART.get(about.kind, 50)


_ENDLESS: Final = ("path", "previous.path", "date", "place.date")
_FEWER: Final = f"name the few that matter most, {MOST_SIGNALS} at most; daypart, device and weather are a good start"
_TOLD_APART: Final = {"flag": 2, "hour": 24, "month": 12, "weekday": 7, "number": 10, "temperature": 12}
"""Kind of signal -> about how many of its values visitors have."""
