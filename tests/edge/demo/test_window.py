"""At the shop window."""

from __future__ import annotations

import asyncio
from itertools import islice
from time import monotonic

import httpx
import orjson
import pytest

from edge.demo import window as windows
from edge.demo.taste import EXPERIENCE, PLAIN, VARIANTS
from edge.demo.window import AWHILE, PASSERS_BY, Clicks, Glance, Glances, Window, passers_by
from loadtest.reading import Shown
from loadtest.visitors import persona

GOAL = 'click "#row-shop a"'
PAGE = (
    '<script type="application/json" id="windsock-data">'
    + orjson.dumps({"t": "1.t", "g": [[GOAL, "click", "#row-shop a"]]}).decode()
    + "</script>"
)


@pytest.fixture(autouse=True)
def _nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "SLOWEST", 0.0)
    monkeypatch.setattr(windows, "SOONEST", 0.0)


def looked(*variants: str, reason: str = "learned", page: str = PAGE, status: int = 204) -> tuple[Glances, list[str]]:
    """What comes of it when the one from Lisbon sees these variants, one after the other; and what was said."""
    heard: list[str] = []
    glances = Glances()
    who = persona("lisbon")
    assert who is not None

    def edge(request: httpx.Request) -> httpx.Response:
        heard.append(orjson.loads(request.content)["event"])
        return httpx.Response(status)

    async def look() -> None:
        async with httpx.AsyncClient(base_url="http://site", transport=httpx.MockTransport(edge)) as client:
            window = Window(client, glances, 7)
            for variant in variants:
                shown = (Shown("hero", "dawn", "rule", 1.0), Shown(EXPERIENCE, variant, reason, 0.5))
                await window.look(who, page, shown, {})

    asyncio.run(look())
    return glances, heard


def test_who_passes_by_comes_to_the_home_page_and_goes() -> None:
    some = list(islice(passers_by(1), 200))
    assert {(each.persona.start, each.steps) for each in some} == {("/", ())}
    assert {each.persona.name for each in some} == set(PASSERS_BY)


def test_the_same_seed_brings_the_same_people() -> None:
    assert list(islice(passers_by(3), 50)) == list(islice(passers_by(3), 50))


def test_every_look_is_told_and_so_is_every_click() -> None:
    glances, heard = looked(*VARIANTS * 40)
    clicked = glances.at_first().clicked
    assert heard.count("exposure") == glances.at_first().saw == 120
    assert 0 < clicked == heard.count("reward") < 120
    assert (glances.kept, glances.lost) == (120 + clicked, 0)


def test_what_is_liked_is_clicked_on_more_often() -> None:
    shares = [looked(*[variant] * 300)[0].at_first().share for variant in VARIANTS]
    assert max(shares) > 2 * min(shares)


def test_what_the_edge_does_not_write_down_is_counted_as_lost() -> None:
    glances, heard = looked(PLAIN, PLAIN, status=503)
    assert (glances.kept, glances.lost) == (0, len(heard))


def test_a_page_that_counts_nothing_is_not_looked_at() -> None:
    glances, heard = looked(*VARIANTS, page="<p>Text</p>")
    assert (heard, glances.at_first()) == ([], Clicks(0, 0))


def test_who_is_held_out_is_told_apart() -> None:
    glances, _ = looked(PLAIN, PLAIN, reason="holdout")
    assert (glances.held().saw, glances.lately().saw, glances.at_first().saw) == (2, 0, 0)


def test_what_was_at_first_is_told_from_what_was_lately() -> None:
    begun = monotonic()
    glances = Glances(_begun=begun)
    for second in range(100):
        glances.add(Glance("sofa", "boots", held=False, clicked=second >= 60, at=begun + second))
    assert glances.at_first() == Clicks(0, int(AWHILE))
    assert glances.lately() == Clicks(int(AWHILE) + 1, int(AWHILE) + 1)


def test_nobody_is_a_share_of_nothing() -> None:
    assert Clicks(0, 0).share == 0.0
    assert Glances().lately() == Clicks(0, 0)
