"""The draw is counted here, not sampled: all 4,096 buckets are looked at."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import pairwise, product
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.draw import counts, held_by_site, largest, others, part, pick, seats, shuffled
from rules.values import BUCKETS, HELD, OTHERS, OUTSIDE

SHARES = (
    st.lists(st.integers(0, 1000) | st.floats(0.001, 1000), min_size=1, max_size=8)
    .filter(any)
    .map(lambda weights: tuple((f"v{i}", float(weight)) for i, weight in enumerate(weights)))
)


@settings(max_examples=200)
@given(SHARES, st.integers(0, BUCKETS))
def test_counts_are_whole_sum_to_all_and_lie_within_one_of_the_exact_share(
    shares: tuple[tuple[str, float], ...], n: int
) -> None:
    counted = counts(shares, n)
    total = sum(Fraction(weight) for _, weight in shares)
    assert [name for name, _ in counted] == [name for name, _ in shares]
    assert sum(count for _, count in counted) == n
    assert all(
        abs(count - Fraction(weight) * n / total) < 1 for (_, count), (_, weight) in zip(counted, shares, strict=True)
    )


def test_equal_remainders_go_to_whoever_is_written_first() -> None:
    assert counts((("a", 1.0), ("b", 1.0), ("c", 1.0)), 4096) == (("a", 1366), ("b", 1365), ("c", 1365))


@pytest.mark.parametrize(
    ("share", "buckets"), [(0.05, 205), (0.1, 410), (0.5, 2048), (0.0, 0), (1.0, 4096), (0.0001, 0)]
)
def test_a_share_is_a_whole_number_of_buckets(share: float, buckets: int) -> None:
    assert part(share) == buckets


@pytest.mark.parametrize("name", ["hero", "nav", "ø", ""])
def test_a_coin_is_a_permutation_of_the_buckets(name: str) -> None:
    assert sorted(shuffled(name, "draw")) == list(range(BUCKETS))


def test_a_coin_is_the_same_on_every_machine_and_in_every_version() -> None:
    """These numbers may never change: visitors would change their variants with them."""
    assert list(shuffled("homepage-hero", "draw"))[:6] == DRAWN
    assert list(shuffled("homepage-hero", "holdout"))[:6] == HELD_OUT


def test_every_bucket_in_play_has_a_rank_of_its_own_without_gaps() -> None:
    some = seats("hero", 205, 410, held_by_site(82))
    ranks = sorted(rank for rank in some.rank if rank < BUCKETS)
    assert ranks == list(range(some.play))
    assert Counter(rank for rank in some.rank if rank >= BUCKETS).keys() == {HELD, OUTSIDE}


def test_a_holdout_of_five_percent_is_205_buckets() -> None:
    assert Counter(seats("hero", part(0.05), BUCKETS).rank)[HELD] == 205


def test_a_rollout_of_ten_percent_leaves_all_but_410_buckets_outside() -> None:
    assert Counter(seats("hero", 0, part(0.1)).rank)[OUTSIDE] == BUCKETS - 410


def test_who_is_outside_the_rollout_is_not_held_out() -> None:
    alone, both = seats("hero", 0, 410), seats("hero", 2048, 410)
    outside = {bucket for bucket, rank in enumerate(alone.rank) if rank == OUTSIDE}
    assert {bucket for bucket, rank in enumerate(both.rank) if rank == OUTSIDE} == outside


def test_the_holdout_of_the_site_is_the_same_for_all_experiences() -> None:
    held = held_by_site(82)
    assert len(held) == 82
    for name in ("hero", "nav"):
        assert {bucket for bucket, rank in enumerate(seats(name, 0, BUCKETS, held).rank) if rank == HELD} == held


@settings(max_examples=30, deadline=None)
@given(SHARES)
def test_over_all_buckets_a_split_gets_exactly_its_counts(shares: tuple[tuple[str, float], ...]) -> None:
    some = seats("hero", 205, 2048)
    counted = counts(shares, some.play)
    drawn = Counter(pick(counted, rank) for rank in some.rank if rank < BUCKETS)
    assert drawn == Counter({name: count for name, count in counted if count})


def test_a_growing_rollout_keeps_whoever_was_in_and_their_order() -> None:
    small, large = seats("hero", 0, 410).rank, seats("hero", 0, 1024).rank
    earlier = [bucket for bucket, rank in enumerate(small) if rank < BUCKETS]
    assert all(large[bucket] < BUCKETS for bucket in earlier)
    assert sorted(earlier, key=lambda bucket: small[bucket]) == sorted(earlier, key=lambda bucket: large[bucket])


@pytest.mark.parametrize(("first", "then"), [((90, 10), (50, 50)), ((10, 90), (30, 70))])
def test_a_growing_share_keeps_whoever_had_the_variant(first: tuple[int, int], then: tuple[int, int]) -> None:
    rank = seats("hero", 0, BUCKETS).rank
    before, after = (counts((("a", float(a)), ("b", float(b))), BUCKETS) for a, b in (first, then))
    growing = "b" if then[1] > first[1] else "a"
    had = [bucket for bucket in range(BUCKETS) if pick(before, rank[bucket]) == growing]
    assert all(pick(after, rank[bucket]) == growing for bucket in had)


def _chi_square(one: list[int], other: list[int], cells: int) -> float:
    """Of the table of two rankings, each cut into equal parts; all margins are equal by construction."""
    seen = Counter((a * cells // BUCKETS, b * cells // BUCKETS) for a, b in zip(one, other, strict=True))
    expected = BUCKETS / cells**2
    return sum(((seen[a, b] - expected) ** 2 / expected for a, b in product(range(cells), range(cells))), start=0.0)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("hero", "draw"), ("nav", "draw")),
        (("hero", "draw"), ("hero", "holdout")),
        (("hero", "rollout"), ("hero", "holdout")),
        (("hero-1", "draw"), ("hero-2", "draw")),
        (("", "site"), ("hero", "draw")),
    ],
)
def test_two_coins_say_nothing_about_each_other(one: tuple[str, str], other: tuple[str, str]) -> None:
    """Chi-square over 8 × 8 cells, 49 degrees of freedom: 74.9 is the 1 % point, 85.4 the 0.1 % point."""
    assert _chi_square(list(shuffled(*one)), list(shuffled(*other)), 8) < 85.4


def test_over_many_experiences_coins_agree_no_more_than_by_chance() -> None:
    """The mean of 300 chi-squares of 49 degrees of freedom: 49, give or take 0.57; three times that are allowed."""
    coins = [list(shuffled(f"e{number}", "draw")) for number in range(301)]
    mean = sum(_chi_square(one, other, 8) for one, other in pairwise(coins)) / 300
    assert abs(mean - 49) < 1.71


def test_two_visitors_meet_no_more_often_than_by_chance() -> None:
    """Each of 400 experiences puts two visitors into one of 8 x 8 cells: chi-square, 0.1 % point of 63 is 103.4."""
    for one, other in ((0, 1), (0, 64), (5, 4090)):
        rows = [shuffled(f"e{number}", "draw") for number in range(400)]
        seen = Counter((row[one] // 512, row[other] // 512) for row in rows)
        cells = product(range(8), range(8))
        assert sum((seen[cell] - 400 / 64) ** 2 / (400 / 64) for cell in cells) < 103.4


def test_a_thousand_experiences_with_three_coins_each_are_seated_in_about_a_second() -> None:
    """Fifty of them, the best of three times, with room for a slow machine: swaps took three times as long."""

    def seated(time: int) -> float:
        start = process_time()
        for number in range(50):
            seats(f"timed-{time}-{number}", 205, 2048)
        return process_time() - start

    assert min(map(seated, range(3))) < 0.1


def test_where_nothing_is_drawn_only_who_takes_part_is_kept() -> None:
    ranked, plain = seats("hero", 205, 410), seats("hero", 205, 410, ranked=False)
    assert plain.play == ranked.play
    assert [rank for rank in plain.rank if rank < BUCKETS] == list(range(plain.play))
    assert [rank >= BUCKETS and rank for rank in plain.rank] == [rank >= BUCKETS and rank for rank in ranked.rank]


def test_neighbouring_buckets_are_not_drawn_alike() -> None:
    rank = list(shuffled("hero", "draw"))
    assert _chi_square(rank, rank[1:] + rank[:1], 8) < 85.4


def test_experiences_with_the_same_coins_share_their_seats() -> None:
    assert seats("hero", 205, BUCKETS) is seats("hero", 205, BUCKETS)


def test_seats_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        seats("hero", 0, BUCKETS).rank[0] = 1


def test_the_largest_share_is_shown_where_nothing_may_be_drawn() -> None:
    assert largest((("a", 40.0), ("b", 60.0)), "a") == "b"
    assert largest((("a", 50.0), ("b", 50.0)), "b") == "b"
    assert largest((("a", 50.0), ("b", 50.0)), "c") == "a"


def test_a_rank_beyond_the_counts_is_an_error() -> None:
    with pytest.raises(IndexError):
        pick((("a", 2),), 2)


DRAWN = [864, 2928, 337, 1230, 3884, 1177]
HELD_OUT = [972, 3788, 2634, 3239, 2961, 3333]


NAMES = st.lists(st.text("abcdef", min_size=1, max_size=4), min_size=1, max_size=12, unique=True).map(
    lambda names: tuple(sorted(names))
)


@given(st.text("xyz", max_size=4), NAMES)
@settings(max_examples=30, deadline=None)
def test_a_group_deals_every_bucket_to_exactly_one_of_its_experiences_in_equal_parts(
    group: str, names: tuple[str, ...]
) -> None:
    own = [frozenset(range(BUCKETS)) - others(group, name, names) for name in names]
    assert sum(map(len, own)) == BUCKETS
    assert frozenset().union(*own) == frozenset(range(BUCKETS))
    assert {len(part) for part in own} <= {BUCKETS // len(names), BUCKETS // len(names) + 1}


def test_an_experience_alone_in_its_group_has_everybody() -> None:
    assert others("hero", "a", ("a",)) == frozenset()


def test_who_belongs_to_others_is_no_part_of_the_draw_and_ranks_have_no_gaps() -> None:
    apart = others("hero", "a", ("a", "b", "c"))
    made = seats("a", 205, 2048, apart=apart)
    ranks = [rank for rank in made.rank if rank < BUCKETS]
    assert sorted(ranks) == list(range(made.play))
    assert {bucket for bucket, rank in enumerate(made.rank) if rank < BUCKETS}.isdisjoint(apart)
    assert made.held == sum(rank == HELD for rank in made.rank)
    assert made.play + made.held + sum(rank in (OUTSIDE, OTHERS) for rank in made.rank) == BUCKETS


def test_outside_the_rollout_comes_before_the_group_and_the_group_before_the_holdout() -> None:
    apart = others("hero", "a", ("a", "b"))
    made = seats("a", BUCKETS, 2048, apart=apart)
    assert Counter(made.rank)[OUTSIDE] == 2048
    assert all(made.rank[bucket] in (OUTSIDE, OTHERS) for bucket in apart)
    assert Counter(made.rank)[OTHERS] + made.held == 2048


def test_the_group_says_nothing_about_the_draw() -> None:
    """Of those who belong to one experience, each half of its draw has its half."""
    apart = others("hero", "a", ("a", "b"))
    alone, together = seats("a", 0, BUCKETS), seats("a", 0, BUCKETS, apart=apart)
    lower = sum(alone.rank[bucket] < BUCKETS // 2 for bucket in range(BUCKETS) if together.rank[bucket] < BUCKETS)
    assert abs(2 * lower - together.play) ** 2 / together.play < 10.83  # 1 degree of freedom, 0.001
