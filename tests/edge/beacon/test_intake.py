"""From a beacon to the log: what is believed, what it counts for, and what is refused."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edge.beacon.page import Pages, Row
from edge.events.log import Log
from edge.web.token import Keys
from tests.beacons import beacon
from tests.edge.beacon.site import KEY, NOW, Site, open_site, row

CLICK = 'click "#hero a"'


def run(folder: Path, *steps: Callable[[Site], Any], keep: float = 30 * 86_400.0) -> list[Any]:
    """What each step gives, on one site; a step may give something to wait for."""

    async def all_of_them() -> list[Any]:
        async with open_site(folder, keep) as site:
            given = [step(site) for step in steps]
            return [await each if asyncio.iscoroutine(each) else each for each in given]

    return asyncio.run(all_of_them())


async def became(site: Site, body: bytes, *, valued: bool = False) -> tuple[int, str]:
    """The status, and what became of it."""
    answer = await site.intake.take(body, valued=valued)
    return answer.status, answer.became


FORGED: dict[str, Callable[[Site], str]] = {
    "no token": lambda site: "1.x",
    "a text": lambda site: "let me in",
    "not in ASCII": lambda site: "1.ä.ö.ü",
    "a very long text": lambda site: "1." + "A" * 7500,
    "the payload changed": lambda site: _changed(site.page(), 2),
    "the MAC changed": lambda site: _changed(site.page(), 3),
    "of another key": lambda site: Pages([b"the key of another site, as long as ours"]).seal([row("hero")], NOW),
    "of another purpose": lambda site: Keys([KEY], "decision").seal({"d": [list(row("hero"))], "i": "x"}, NOW, 60),
    "of another shape": lambda site: Keys([KEY], "page").seal({"d": [["hero"]], "i": "x"}, NOW, 60),
    "without decisions": lambda site: Keys([KEY], "page").seal({"i": "x"}, NOW, 60),
    "decisions that are a number": lambda site: Keys([KEY], "page").seal({"d": 7, "i": "x"}, NOW, 60),
    "something after it": lambda site: site.page() + "=",
    "something before it": lambda site: " " + site.page(),
    "twice": lambda site: site.page() * 2,
}


def _changed(token: str, part: int) -> str:
    parts = token.split(".")
    letter = parts[part][5]
    parts[part] = f"{parts[part][:5]}{'A' if letter != 'A' else 'B'}{parts[part][6:]}"
    return ".".join(parts)


@pytest.mark.parametrize("token", FORGED.values(), ids=FORGED)
def test_a_token_that_was_not_made_here_is_refused_and_nothing_is_kept(
    tmp_path: Path, token: Callable[[Site], str]
) -> None:
    async def step(site: Site) -> tuple[int, str]:
        for event in ({"event": "reward", "goal": CLICK}, {"event": "exposure"}):
            said = await became(site, beacon(token(site), **event))
        return said

    assert run(tmp_path, step) == [(403, "forged")]
    with Log(tmp_path / "windsock.db") as log:
        assert (log.exposures(), log.last()) == ([], 0)


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (0, (204, "committed")),
        (600 + 3599, (204, "committed")),
        (600 + 3600, (403, "expired")),
        (-120, (403, "expired")),
    ],
)
def test_a_page_may_speak_until_an_hour_after_its_window(tmp_path: Path, after: float, said: tuple[int, str]) -> None:
    async def step(site: Site) -> tuple[int, str]:
        token = site.page()
        site.now[0] += after
        return await became(site, beacon(token))

    assert run(tmp_path, step) == [said]


def test_a_page_that_is_older_than_what_is_kept_is_not_believed_so_that_it_never_counts_twice(tmp_path: Path) -> None:
    async def step(site: Site) -> tuple[int, str]:
        token = site.pages.seal([row("teaser", window=30 * 86_400.0)], NOW)
        site.now[0] += 2 * 86_400 + 1
        return await became(site, beacon(token))

    assert run(tmp_path, step, keep=2 * 86_400.0) == [(403, "expired")]


def test_an_exposure_keeps_every_decision_of_the_page_as_it_was_drawn(tmp_path: Path) -> None:
    learned: Row = ("hero", "b", "personal", "learned", 2, "hero/visitor/device", ["mobile"], "01", 0.1 + 0.2, 600.0)

    async def step(site: Site) -> str:
        token = site.pages.seal([learned, row("form", "holdout")], NOW)
        site.now[0] += 1.5
        assert await became(site, beacon(token)) == (204, "committed")
        assert await became(site, beacon(token)) == (204, "repeated")
        return site.id(token)

    (name,) = run(tmp_path, step)
    with Log(tmp_path / "windsock.db") as log:
        one, two = [each for _, each in log.exposures()]
    assert (one.decision, one.model, one.cell, one.snapshot) == (
        f"{name}.0",
        "hero/visitor/device",
        ("mobile",),
        "01",
    )
    assert (one.p, one.window, one.issued, one.at) == (0.1 + 0.2, 600.0, int(NOW), NOW + 1.5)
    assert (two.decision, two.side, two.reason, two.rule) == (f"{name}.1", "holdout", "holdout", 1)


@pytest.mark.parametrize(
    ("goal", "counts_for"),
    [
        (CLICK, [0, 1]),
        ("click", [0, 1]),
        ("hero", [0]),
        ("banner", [1]),
        ("event signup", [2]),
        ("signup", [2]),
        ("event", [2]),
        ("form", [2]),
        ("visit /thanks", [3]),
        ("visit", [3]),
        ("max", []),
        ("dwell", []),
        ("plain", []),
        ("Click", []),
        ("nobody knows it", []),
        ("x" * 5000, []),
        ("\x00", []),
        ("'; DROP TABLE outcomes; --", []),
    ],
)
def test_a_goal_counts_for_every_experience_that_has_it(tmp_path: Path, goal: str, counts_for: list[int]) -> None:
    async def step(site: Site) -> list[int]:
        token = site.page("hero", "banner", "form", "teaser", "plain", "gone")
        status, _ = await became(site, beacon(token, "reward", goal=goal))
        assert status == 204
        return [place for place, event, _, value in site.kept(token) if (event, value) == ("reward", 1.0)]

    assert run(tmp_path, step) == [counts_for]


@pytest.mark.parametrize(
    ("value", "share"), [(25, 0.5), (50, 1.0), (1e308, 1.0), (0, 0.0), (-5, 0.0), (5e-324, 0.0), (None, 1.0)]
)
def test_what_a_server_says_is_a_share_of_the_most_there_is(tmp_path: Path, value: float | None, share: float) -> None:
    async def step(site: Site) -> list[float]:
        token = site.page("form")
        body = beacon(token, "reward", goal="signup", **({} if value is None else {"value": value}))
        await became(site, body, valued=True)
        return [kept[3] for kept in site.kept(token)]

    assert run(tmp_path, step) == [[pytest.approx(share)]]


def test_what_a_visitor_says_a_reward_is_worth_does_not_count(tmp_path: Path) -> None:
    async def step(site: Site) -> list[float]:
        token = site.page("form")
        await became(site, beacon(token, "reward", goal="signup", value=25))
        return [kept[3] for kept in site.kept(token)]

    assert run(tmp_path, step) == [[1.0]]


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("bounce", 1, [(0, 1.0), (1, 1.0)]),
        ("bounce", -3, [(0, 0.0), (1, 0.0)]),
        ("lcp", 1234.5, [(0, 1234.5)]),
        ("lcp", 1e18, [(0, 60_000.0)]),
        ("inp", 80, []),
        ("weight", 80, []),
    ],
)
def test_a_measure_counts_where_it_is_a_guardrail(
    tmp_path: Path, name: str, value: float, kept: list[tuple[int, float]]
) -> None:
    async def step(site: Site) -> list[tuple[int, float]]:
        token = site.page("hero", "banner", "form")
        assert (await became(site, beacon(token, "measure", goal=name, value=value)))[0] == 204
        return [(place, value) for place, _, _, value in site.kept(token)]

    assert run(tmp_path, step) == [kept]


def test_a_goal_that_was_reached_before_the_rules_knew_it_is_ignored(tmp_path: Path) -> None:
    async def step(site: Site) -> tuple[int, str]:
        token = site.page()
        site.editions.current = None
        return await became(site, beacon(token, "reward", goal=CLICK))

    assert run(tmp_path, step) == [(204, "ignored")]


def test_where_nothing_can_be_written_it_is_to_be_sent_again(tmp_path: Path) -> None:
    async def step(site: Site) -> list[tuple[int, str]]:
        return [await became(site, beacon(site.page())) for _ in range(2)]

    (tmp_path / "windsock.db").mkdir()
    assert run(tmp_path, step) == [[(503, "refused"), (503, "refused")]]
