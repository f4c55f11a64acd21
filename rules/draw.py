"""The draw: from a visitor's bucket to a variant, with exactly the shares that are stated.

A hash of the bucket would be even only on average: with 4,096 buckets a share of 5 % would be off by 7 % of itself.
So every coin is a permutation of the buckets instead, and a share is a whole number of places in it. 5 % are the first
205 of the 4,096, whichever buckets those are, and the probability that goes into the log is a fraction of two counts.

Each coin of each experience shuffles the buckets by a key of its own (Fisher and Yates; the randomness is SHAKE-128
over the experience's name and the coin's), so what a visitor gets in one says nothing about another. The key is no
secret: every worker and every tool must come to the same draw. Three coins can take part:

- `holdout` puts its first places aside, and they keep the default;
- `rollout` lets its first places in; a larger rollout is a longer prefix, so whoever was in stays in;
- `draw` ranks all who are in play, without gaps. Shares are runs of ranks, in the order in which they are written.

The holdout of the whole site is one such permutation for all experiences, keyed by no name.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from hashlib import shake_128
from math import floor
from typing import Final

from rules.values import BUCKETS, HELD, OUTSIDE, Seats

Shares = Sequence[tuple[str, float]]
"""(variant, weight) in the order in which they are written; only the ratios of weights matter."""

Counts = tuple[tuple[str, int], ...]
"""(variant, number of ranks) in the same order."""


def part(share: float) -> int:
    """How many of all buckets a share from 0 to 1 is: 5 % are 205, 10 % are 410."""
    return floor(Fraction(str(share)) * BUCKETS + Fraction(1, 2))


def places(name: str, coin: str) -> array[int]:
    """The place of each bucket in the permutation that belongs to one coin of one experience."""
    shuffled = array("H", range(BUCKETS))
    chance = array("Q", shake_128(f"{coin}\n{name}".encode()).digest(8 * BUCKETS))
    if _BIG_ENDIAN:
        chance.byteswap()
    for last in range(BUCKETS - 1, 0, -1):
        other = chance[last] % (last + 1)
        shuffled[last], shuffled[other] = shuffled[other], shuffled[last]
    return shuffled


def held_by_site(holdout: int) -> frozenset[int]:
    """The buckets that the holdout of the whole site puts aside, `holdout` of them."""
    if not holdout:
        return frozenset()
    return frozenset(bucket for bucket, place in enumerate(places("", "site")) if place < holdout)


@lru_cache(maxsize=2048)
def seats(name: str, holdout: int, rollout: int, held: frozenset[int] = frozenset()) -> Seats:
    """Who takes part in the draws of an experience, and with which rank; counts of buckets, and those `held` anyway.

    Outside the rollout comes first, then the holdouts. The same arguments give the same object.
    """
    codes: dict[int, int] = dict.fromkeys(held, HELD)
    if holdout:
        codes |= {bucket: HELD for bucket, place in enumerate(places(name, "holdout")) if place < holdout}
    if rollout < BUCKETS:
        codes |= {bucket: OUTSIDE for bucket, place in enumerate(places(name, "rollout")) if place >= rollout}
    rank = places(name, "draw")
    if codes:
        rank = _dense(rank, codes)
    return Seats(memoryview(rank.tobytes()).cast("H"), BUCKETS - len(codes))


@lru_cache(maxsize=4096)
def counts(shares: tuple[tuple[str, float], ...], n: int) -> Counts:
    """`n` ranks dealt out by the weights: whole numbers that sum to `n`, each within 1 of its exact share.

    Largest remainder; of equal remainders the one that is written first. The weights' sum must be more than 0.
    """
    weights = [Fraction(weight) for _, weight in shares]
    exact = [weight * n / sum(weights) for weight in weights]
    whole = [floor(share) for share in exact]
    by_remainder = sorted(range(len(shares)), key=lambda i: whole[i] - exact[i])
    for i in by_remainder[: n - sum(whole)]:
        whole[i] += 1
    return tuple((variant, count) for (variant, _), count in zip(shares, whole, strict=True))


def pick(counted: Counts, rank: int) -> str:
    """The variant of a rank, 0 <= rank < the sum of the counts."""
    for variant, count in counted:
        rank -= count
        if rank < 0:
            return variant
    raise IndexError("the rank is beyond the counts")


def largest(shares: Shares, default: str) -> str:
    """The variant with the largest share, for visitors of whom nothing may be drawn; ties go to the default."""
    return max(shares, key=lambda share: (share[1], share[0] == default))[0]


def _dense(rank: array[int], codes: dict[int, int]) -> array[int]:
    """The same order without those who have a code instead."""
    order = array("H", bytes(2 * BUCKETS))
    for bucket, place in enumerate(rank):
        order[place] = bucket
    in_play = (bucket for bucket in order if bucket not in codes)
    dense = array("H", (codes.get(bucket, 0) for bucket in range(BUCKETS)))
    for place, bucket in enumerate(in_play):
        dense[bucket] = place
    return dense


_BIG_ENDIAN: Final = array("H", b"\x00\x01")[0] == 1
