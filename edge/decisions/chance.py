"""How chance goes, in plain words: for one bucket, and over all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from edge.decisions.values import Decision, Draw
from rules.values import BUCKETS, HELD, OTHERS, OUTSIDE, Experience


def side(experience: Experience, draw: Draw) -> str:
    """On which side of the coins of rollout, group and holdout a visitor is who keeps the default."""
    bucket = draw.bucket if experience.sticky else draw.fresh
    if bucket is None:
        return _of_everybody(experience)
    counted = Counter(experience.seats.rank)
    match experience.seats.rank[bucket]:
        case code if code == OUTSIDE:
            return f"bucket {bucket} is not among the {_buckets(experience.rollout)} that the rollout lets in"
        case code if code == OTHERS:
            return f"bucket {bucket} belongs to another experience of the group {experience.group}"
        case code if code == HELD:
            return f"bucket {bucket} is one of the {_buckets(counted[HELD])} that the holdout keeps"
    return "it is in play"


def _of_everybody(experience: Experience) -> str:
    """The same where no coin is tossed: what holds for all visitors, or for the most of them."""
    if experience.rollout * 2 < BUCKETS:
        return "most visitors are not part of the rollout"
    if not experience.leads:
        return f"another experience of the group {experience.group} comes first"
    return "most visitors are in the holdout"


def draws(experience: Experience, decision: Decision, draw: Draw) -> Iterator[str]:
    """Where the bucket of this visitor falls, and how many of all buckets see what."""
    seats = experience.seats
    if seats.play == BUCKETS and len(decision.distribution) == 1:
        return
    bucket = draw.bucket if experience.sticky else draw.fresh
    if bucket is not None and seats.rank[bucket] < BUCKETS:
        yield f"bucket {bucket} has rank {seats.rank[bucket]:,} of the {seats.play:,} in play"
    shares = [f"{name} {round(p * seats.play):,}" for name, p in decision.distribution.items()]
    yield f"over all {BUCKETS:,} buckets: {', '.join((*shares, *_aside(experience)))}"


def _aside(experience: Experience) -> Iterator[str]:
    """The buckets that keep the default, by the coin that says so."""
    counted = Counter(code for code in experience.seats.rank if code >= BUCKETS)
    told = {HELD: "holdout", OUTSIDE: "not in the rollout", OTHERS: f"others of the group {experience.group}"}
    yield from (f"{why} {counted[code]:,}" for code, why in told.items() if counted[code])


def _buckets(number: int) -> str:
    return f"{number:,} of {BUCKETS:,} buckets"
