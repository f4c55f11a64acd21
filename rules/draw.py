"""The draw: from a visitor's bucket to a variant, with exactly the shares that are stated.

A hash of the bucket would be even only on average: with 4,096 buckets a share of 5 % would be off by 7 % of itself.
So every coin is a permutation of the buckets instead, and a share is a whole number of places in it. 5 % are the first
205 of the 4,096, whichever buckets those are, and the probability that goes into the log is a fraction of two counts.

Each coin of each experience shuffles the buckets by a key of its own, so what a visitor gets in one says nothing about
another. The key is SHAKE-128 over the experience's name and the coin's. It is no secret: every worker and every tool
must come to the same draw. The shuffle is a Feistel network of ten rounds (Luby and Rackoff, 1988): the twelve bits
of a bucket are two halves, and in each round one half is mixed with what a table of the key says of the other. Such a
network can always be run backwards, so no two buckets get the same place. All buckets go through a round at once, as
bytes, which is six times as fast as swapping them one by one. Four coins can take part:

- `holdout` puts its first buckets aside, and they keep the default;
- `rollout` lets its first buckets in; a larger rollout is a longer prefix, so whoever was in stays in;
- `group`, whose key is the group's name, deals all buckets out to the experiences of the group, in parts of equal size
  (see `others`);
- `draw` ranks all who are in play, without gaps. Shares are runs of ranks, in the order in which they are written.

The holdout of the whole site is one such permutation for all experiences, keyed by no name.
"""

from __future__ import annotations

import itertools
import sys
from array import array
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from hashlib import shake_128
from math import floor
from typing import Final

from rules.values import BUCKETS, HELD, OTHERS, OUTSIDE, Seats

Shares = Sequence[tuple[str, float]]
"""(variant, weight) in the order in which they are written; only the ratios of weights matter."""

Counts = tuple[tuple[str, int], ...]
"""(variant, number of ranks) in the same order."""

REMEMBERED: Final = 10_000
"""As many experiences as a folder can hold; 8 KB each."""

_ALL: Final = frozenset(range(BUCKETS))
_ROUNDS: Final = 10
_HALF: Final = 64
"""Values of half a bucket's bits."""
_HIGH: Final = bytes(bucket // _HALF for bucket in range(BUCKETS))
_LOW: Final = bytes(bucket % _HALF for bucket in range(BUCKETS))
_MODULO: Final = bytes(byte % _HALF for byte in range(256))
_TO_LOW_BYTE: Final = bytes(byte * _HALF % 256 for byte in range(256))
_TO_HIGH_BYTE: Final = bytes(byte * _HALF // 256 % 256 for byte in range(256))
_UNUSED: Final = bytes(256 - _HALF)


def part(share: float) -> int:
    """How many of all buckets a share from 0 to 1 is: 5 % are 205, 10 % are 410."""
    return floor(Fraction(str(share)) * BUCKETS + Fraction(1, 2))


def shuffled(name: str, coin: str) -> array[int]:
    """The numbers of all buckets, in the order that belongs to one coin of one experience."""
    tables = shake_128(f"{coin}\n{name}".encode()).digest(_ROUNDS * _HALF).translate(_MODULO)
    high, low = _HIGH, _LOW
    for start in range(0, len(tables), _HALF):
        high, low = low, _xor(high, low.translate(tables[start : start + _HALF] + _UNUSED))
    return _joined(high, low)


@lru_cache(maxsize=8)
def held_by_site(holdout: int) -> frozenset[int]:
    """The buckets that the holdout of the whole site puts aside, `holdout` of them."""
    return frozenset(shuffled("", "site")[:holdout]) if holdout else frozenset()


@lru_cache(maxsize=REMEMBERED)
def others(group: str, name: str, names: tuple[str, ...]) -> frozenset[int]:
    """The buckets that belong to other experiences of a group than `name`, one of its `names`.

    Every bucket belongs to one experience of the group, wherever and whenever those run: each visitor meets one of
    them and never another, on no page and on no day. Were the coin tossed among those that are active right now, a
    visitor would come to belong to another experience by opening another page, and would have met two. So where the
    experience of a visitor does not run, that visitor meets none. Parts are equal to within one bucket, and change only
    when the group gets another member.
    """
    dealt = shuffled(group, "group")
    place, size = names.index(name), len(names)
    own = dealt[BUCKETS * place // size : BUCKETS * (place + 1) // size]
    return _ALL.difference(own)


@lru_cache(maxsize=REMEMBERED)
def seats(
    name: str,
    holdout: int,
    rollout: int,
    held: frozenset[int] = frozenset(),
    *,
    ranked: bool = True,
    apart: frozenset[int] = frozenset(),
) -> Seats:
    """Who takes part in the draws of an experience, and with which rank; counts of buckets, and those `held` anyway.

    Outside the rollout comes first, then those who are `apart` in other experiences of the group, then the holdouts.
    Where nothing is drawn but who takes part, ranks need not be shuffled (`ranked`). The same arguments give the same
    object: an edit costs only the experiences that it changes.
    """
    codes: dict[int, int] = dict.fromkeys(held, HELD)
    if holdout:
        codes |= dict.fromkeys(shuffled(name, "holdout")[:holdout], HELD)
    codes |= dict.fromkeys(apart, OTHERS)
    if rollout < BUCKETS:
        codes |= dict.fromkeys(shuffled(name, "rollout")[rollout:], OUTSIDE)
    rank = shuffled(name, "draw") if ranked else array("H", range(BUCKETS))
    if codes:
        rank = _dense(rank, codes)
    held_here = sum(code == HELD for code in codes.values())
    return Seats(memoryview(rank.tobytes()).cast("H"), BUCKETS - len(codes), held_here)


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


def _dense(rank: array[int], codes: Mapping[int, int]) -> array[int]:
    """The same order without those who have a code instead."""
    by_place = [0] * BUCKETS
    for bucket, code in codes.items():
        by_place[rank[bucket]] = code
    ranks = itertools.count()
    by_place = [code or next(ranks) for code in by_place]
    return array("H", [by_place[place] for place in rank])


def _xor(one: bytes, other: bytes) -> bytes:
    return (int.from_bytes(one, "little") ^ int.from_bytes(other, "little")).to_bytes(len(one), "little")


def _joined(high: bytes, low: bytes) -> array[int]:
    """Numbers of twelve bits from their upper and lower six."""
    wide = bytearray(2 * BUCKETS)
    wide[0::2], wide[1::2] = _xor(high.translate(_TO_LOW_BYTE), low), high.translate(_TO_HIGH_BYTE)
    joined = array("H", bytes(wide))
    if sys.byteorder == "big":
        joined.byteswap()
    return joined
