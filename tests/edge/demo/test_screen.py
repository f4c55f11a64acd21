"""The live view."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from types import MappingProxyType

import pytest
from rich.console import Console

from edge.demo.belief import Belief
from edge.demo.crowd import Sight
from edge.demo.finding import Evidence, Finding, Learned
from edge.demo.screen import Screen
from edge.demo.stage import Addresses
from edge.demo.tally import Tally
from edge.demo.window import Glances
from loadtest.reading import Shown

AT = Addresses("http://shop", "http://site", "http://admin", "http://door")
RULE = Shown("hero", "dawn", "rule", 1.0)
SPLIT = Shown("navigation", "wide", "split", 0.5)
DEFAULT = Shown("letter", "asked", "default", 1.0)
EVEN = {"boots": 0.34, "stove": 0.33, "lantern": 0.33}
LEARNED = Learned([Finding("sofa", "Seattle 16:05 mobile", EVEN, EVEN, "stove")] * 5, Evidence(9, 3, 2), Glances())


def drawn(
    *sights: Sight,
    width: int = 120,
    height: int = 30,
    beliefs: Mapping[str, Belief] = MappingProxyType({}),
    learned: Learned | None = None,
) -> list[str]:
    tally = Tally()
    screen = Screen(AT, tally)
    screen.believe(beliefs)
    for sight in sights:
        tally.add(sight)
        screen.note(sight)
    console = Console(file=io.StringIO(), width=width, height=height)
    console.print(screen.render(height, {"default": 2}, learned))
    return console.file.getvalue().splitlines()  # type: ignore[attr-defined,no-any-return]  # the StringIO from above


def line(lines: list[str], word: str) -> str:
    return next(one for one in lines if word in one)


def test_a_visit_shows_who_where_and_what_was_chosen() -> None:
    row = line(drawn(Sight("sofa", "/?utm_source=x", True, 200, (RULE, SPLIT))), "sofa")
    assert row.split()[1:] == ["sofa", *"–––", "/", "navigation", "wide", "split", "hero", "dawn", "│"]


def test_what_was_learned_is_told_before_what_was_drawn_and_before_what_rules_settled() -> None:
    learned = Shown("shop-window", "stove", "learned", 0.7)
    row = line(drawn(Sight("sofa", "/", True, 200, (RULE, SPLIT, learned)), width=160), "sofa")
    assert row.index("stove") < row.index("wide") < row.index("dawn")


def test_a_visit_shows_place_clock_and_weather_as_the_edge_believes_them() -> None:
    beliefs = {"sofa": Belief("Seattle", "America/Los_Angeles", "rain", 9.0)}
    row = line(drawn(Sight("sofa", "/", True, 200, (RULE,)), beliefs=beliefs), "sofa")
    assert re.search(r"sofa +Seattle +\d\d:\d\d +rain 9° +/ +hero dawn", row)


@pytest.mark.parametrize("load", ["quiet", "normal", "busy"])
def test_how_busy_the_site_is_stands_at_the_top(load: str) -> None:
    lines = drawn(Sight("sofa", "/", True, 200), beliefs={"sofa": Belief(), "oslo": Belief(load=load)})
    assert any(f"the site is {load}" in one for one in lines[:6])


def test_while_nobody_knows_how_busy_it_is_nothing_is_said_of_it() -> None:
    assert "the site is" not in "".join(drawn(Sight("sofa", "/", True, 200)))


def test_defaults_are_not_worth_a_word() -> None:
    assert "the site's own page" in line(drawn(Sight("sofa", "/", True, 200, (DEFAULT,))), "sofa")


def test_a_failed_page_stands_out() -> None:
    assert "failed: status 502" in line(drawn(Sight("sofa", "/", True, 502)), "sofa")


def test_the_last_visit_is_on_top() -> None:
    lines = drawn(Sight("early", "/", True, 200), Sight("late", "/", True, 200))
    names = [row.split()[1] for row in lines if "the site's own page" in row]
    assert names == ["late", "early"]


def test_shares_are_shown_by_experience() -> None:
    row = line(drawn(Sight("sofa", "/", True, 200, (SPLIT,))), "100%")
    assert row.split()[1] == "navigation"
    assert "wide 100%" in row


def test_where_not_all_shares_fit_those_that_differ_most_are_shown() -> None:
    same = [Shown(f"same-{number}", "a", "rule", 1.0) for number in range(40)]
    one, other = (Shown("mixed", name, "split", 0.5) for name in ("wide", "compact"))
    lines = drawn(Sight("sofa", "/", True, 200, (*same, one)), Sight("sofa", "/", True, 200, (*same, other)), height=24)
    assert "50%" in line(lines, "mixed  ")


def test_the_top_says_where_everything_is() -> None:
    text = "\n".join(drawn(Sight("sofa", "/", True, 200)))
    for told in ("http://site/", "http://door/as/", "1 visits", "fallbacks: default 2"):
        assert told in text


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 24), (120, 30), (200, 60)])
@pytest.mark.parametrize("learned", [None, LEARNED], ids=["nothing learned", "something learned"])
def test_it_fits_into_the_window(width: int, height: int, learned: Learned | None) -> None:
    everything = tuple(Shown(f"experience-{number}", "a", "rule", 1.0) for number in range(40))
    sights = [Sight("sofa", f"/{number}", True, 200, (RULE, SPLIT, *everything)) for number in range(100)]
    assert len(drawn(*sights, width=width, height=height, learned=learned)) <= height


def test_what_was_learned_is_shown_also_in_a_small_window() -> None:
    lines = drawn(Sight("sofa", "/", True, 200, (RULE,)), width=80, height=24, learned=LEARNED)
    assert "Seattle 16:05 mobile" in line(lines, "34% → 34%")
    assert "learned from 9 pages seen and 3 clicks (snapshot 2)" in "".join(lines)
    assert "✓ is what they like most" in lines[-1]


def test_a_small_window_still_says_where_to_go() -> None:
    assert "personas  http://door/as/" in "\n".join(drawn(Sight("sofa", "/", True, 200), width=80, height=24))


def test_a_narrow_window_cuts_lines_rather_than_breaking_them() -> None:
    assert all(len(row) <= 70 for row in drawn(Sight("sofa", "/", True, 200, (RULE, SPLIT)), width=70))
