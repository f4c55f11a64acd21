"""What visitors like."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from statistics import fmean, pstdev

import pytest

from loadtest.worlds.crowd import Dice, visits
from loadtest.worlds.kind import Kind
from loadtest.worlds.taste import Taste

KIND = Kind("small", "four signals", sizes=(5, 4, 3, 3), main=0.0, context=0.5, shared=0.0, fading=1.0)
CELLS = [visit.cell for visit in visits(Dice(KIND.sizes), 800, 1.0, Random(7))]


def odds(kind: Kind, seed: str = "seed") -> list[tuple[float, ...]]:
    taste = Taste(kind, seed, CELLS)
    return [taste.odds(cell) for cell in CELLS]


@pytest.mark.parametrize("kind", [KIND, replace(KIND, context=0.0, pairs=0.5)], ids=["signals", "pairs"])
def test_over_the_crowd_only_a_variant_as_such_makes_it_better(kind: Kind) -> None:
    means = [fmean(each) for each in zip(*odds(kind), strict=True)]
    assert max(means) - min(means) < 1e-9
    assert any(pstdev(each) > 0.2 for each in zip(*odds(kind), strict=True))


def test_where_only_clicks_depend_on_signals_the_variants_keep_their_distances() -> None:
    found = odds(replace(KIND, main=0.4, context=0.0, shared=0.6))
    distances = {round(each[1] - each[0], 9) for each in found}
    assert len(distances) == 1
    assert len({each[0] for each in found}) > 50


def test_strength_is_the_spread_that_signals_bring_about_in_the_mean_over_worlds() -> None:
    spreads = [pstdev(each) for seed in range(30) for each in zip(*odds(KIND, f"{seed}"), strict=True)]
    assert fmean(spreads) == pytest.approx(KIND.context, rel=0.25)


def test_of_sparse_values_few_make_a_difference() -> None:
    assert len(set(odds(replace(KIND, sparse=0.1)))) < len(set(odds(KIND))) / 4


def test_with_pairs_the_best_for_two_values_is_not_the_sum_of_what_is_best_for_each() -> None:
    taste = Taste(replace(KIND, context=0.0, pairs=0.5), "seed", CELLS)
    corner = [taste.odds((one, other, "v0", "v0"))[0] for one in ("v0", "v1") for other in ("v0", "v1")]
    assert abs(corner[3] - corner[2] - corner[1] + corner[0]) > 0.01
