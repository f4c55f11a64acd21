"""Terms that nobody meets for a reason outside the condition: the pages of `where`, the site's day, the calendar.

`rules.reach` says whether a condition contradicts itself; this, whether it contradicts what stands beside it. Both are
on the safe side: where it cannot be said, there may be somebody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from rules.derived import daypart
from rules.glob import captures
from rules.reach import Fact, Term
from rules.signals import UNKNOWN
from rules.when import Between, Is, Like

Dayparts = Mapping[str, tuple[float, float]]


def vain(term: Term, paths: Sequence[str], dayparts: Dayparts, today: date) -> str:
    """Why nobody can be in the term, as a clause; empty where somebody may.

    `paths` are the patterns of `where` (none: every page), `dayparts` the site's, `today` is the date in its zone.
    """
    if paths and not any(_on(path, term.get("path", ())) for path in paths):
        return "its `path` is on no page of `where`"
    if "hour" in term and "daypart" in term and not _some_hour(term, dayparts):
        return "its `hour` is in no `daypart` that it names"
    return "its `date` is over" if any(_over(fact, today.isoformat()) for fact in term.get("date", ())) else ""


def _on(path: str, facts: Sequence[Fact]) -> bool:
    """Whether some page of this pattern may have all the facts."""
    if "*" not in path and not captures(path):
        return all(fact.phrase.holds({"path": path}) is fact.holds for fact in facts)
    return all(_may_meet(path, fact) for fact in facts if fact.holds)


def _may_meet(path: str, fact: Fact) -> bool:
    """Whether how they begin lets a page have both patterns."""
    phrase = fact.phrase
    written = [phrase.glob.written] if isinstance(phrase, Like) else [*getattr(phrase, "values", ())]
    ours = _start(_start(path, "*"), "{")
    starts = [_start(str(each), "*") for each in written]
    return not starts or any(ours.startswith(start) or start.startswith(ours) for start in starts)


def _start(pattern: str, sign: str) -> str:
    return pattern.partition(sign)[0]


def _some_hour(term: Term, dayparts: Dayparts) -> bool:
    """Whether some minute of the day has the hour and lies in the part, or one of them may be unknown."""
    if any(fact.allows(UNKNOWN) for fact in (*term["hour"], *term["daypart"])):
        return True
    hours = [hour for hour in range(24) if all(fact.allows(hour) for fact in term["hour"])]
    parts = {daypart(hour + minute / 60, dayparts) or UNKNOWN for hour in hours for minute in range(60)}
    return any(all(fact.allows(part) for fact in term["daypart"]) for part in parts)


def _over(fact: Fact, today: str) -> bool:
    """Whether the days of a fact have passed, for visitors on the earth's last clock too."""
    if not fact.holds:
        return False
    if isinstance(fact.phrase, Is):
        return all(str(day) < today for day in fact.phrase.values)
    return isinstance(fact.phrase, Between) and fact.phrase.high is not None and str(fact.phrase.high) < today
