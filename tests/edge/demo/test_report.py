"""What the demo says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edge.demo.finding import Evidence, Finding, Learned
from edge.demo.report import fell, milliseconds, shares, summary
from edge.demo.tally import Summary
from edge.demo.window import Glance, Glances

TOLD = Summary(
    visits=1200,
    pages=3000,
    failed=0,
    failures={},
    decisions={"hero": {"classic": 750, "rain": 250}, "navigation": {"wide": 1}},
    cache_hits=600,
    cache_asked=2400,
    fallbacks={},
    decide_median_ms=0.0831,
    decide_p99_ms=12.4,
)


def test_the_summary_names_everything_that_was_promised() -> None:
    assert summary(TOLD).splitlines() == [
        "visits      1,200, 3,000 pages, 0 failed",
        "decisions",
        "  hero        classic 750 (75%), rain 250 (25%)",
        "  navigation  wide 1 (100%)",
        "cache       25% of 2,400 pages came from the cache",
        "fallbacks   none",
        "decision    0.08 ms median, 12 ms p99",
    ]


def test_what_was_learned_is_told_between_decisions_and_cache() -> None:
    glances = Glances(_begun=0.0)
    for at in range(4):
        glances.said(kept=at > 0)
        glances.add(Glance("sofa", "stove", held=at == 3, clicked=at == 0, at=float(at)))
    now = {"boots": 0.2, "stove": 0.75, "lantern": 0.05}
    found = Finding("sofa", "Seattle 16:05 mobile", dict.fromkeys(now, 1 / 3), now, "stove")
    told = replace(TOLD, learned=Learned([found], Evidence(1200, 300, 44), glances))
    assert summary(told).splitlines()[4:9] == [
        "beacons     3 written down, 1 lost",
        "learned     shop-window, from 1,200 pages seen and 300 clicks (snapshot 44)",
        "  Seattle 16:05 mobile  stove 33% to 75%, boots 33% to 20%, lantern 33% to 5%; likes stove",
        "shares      25% held out, 25% drawn to find out",
        "clicked     at first 33% of 3, lately 33% of 3, held out 0% of 1",
    ]


def test_failed_pages_are_named() -> None:
    told = replace(TOLD, failed=3, failures={"/camp: status 502": 3})
    assert "failed      /camp: status 502, 3 times" in summary(told)


def test_shares_are_of_that_experience() -> None:
    assert shares({"a": 1, "b": 3}) == "a 1 (25%), b 3 (75%)"


@pytest.mark.parametrize(
    ("rungs", "text"),
    [
        ({}, "none"),
        ({"untouched": 1, "default": 1200}, "default 1,200, untouched 1"),
        (None, "not known, the edge did not answer"),
    ],
)
def test_fallbacks_are_told_by_rung(rungs: dict[str, int] | None, text: str) -> None:
    assert fell(rungs) == text


@pytest.mark.parametrize(("value", "text"), [(None, "–"), (0.0123, "0.01 ms"), (9.99, "9.99 ms"), (25.4, "25 ms")])
def test_small_times_can_be_read(value: float | None, text: str) -> None:
    assert milliseconds(value) == text
