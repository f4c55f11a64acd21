"""The demo's stage: everything starts, and nothing is left behind."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import httpx
import pytest

from edge.demo.belief import Belief, beliefs
from edge.demo.crowd import Walk, browser
from edge.demo.stage import Stage
from edge.demo.taste import EXPERIENCE
from edge.demo.window import Glances, Window, passers_by
from edge.errors import WindsockError
from edge.events.log import Log
from loadtest.reading import shown
from loadtest.visitors import PERSONAS, persona


def answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def test_shop_edge_and_door_answer_until_the_stage_is_cleared() -> None:
    with Stage() as stage:
        at = stage.at
        assert answers(f"{at.shop}/")
        assert answers(f"{at.site}/")
        assert answers(f"{at.admin}/readyz")
        assert answers(f"{at.door}/as/")
    for url in (at.shop, at.site, at.admin, at.door):
        assert not answers(f"{url}/")


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage(door=False) as stage:
        assert soon(lambda: bool(believed(stage)["oslo"].sky))  # weather comes a moment after the first page
        yield stage


def believed(stage: Stage) -> dict[str, Belief]:
    """What the edge believes of everybody."""

    async def ask() -> dict[str, Belief]:
        async with browser(stage.at.site, "") as client:
            return await beliefs(client)

    return asyncio.run(ask())


def decided(stage: Stage, name: str, path: str = "") -> dict[str, str]:
    """Experience -> variant on a page as that persona opens it; without a path its first one."""
    who = persona(name)
    assert who is not None
    fields = {**dict(who.fields()), "X-Windsock-Debug": stage.debug_token}
    page = httpx.get(stage.at.site + (path or who.start), headers=fields, trust_env=False)
    assert page.status_code in (200, 302)
    return {one.experience: one.variant for one in shown(page.headers["x-windsock-decisions"])}


@pytest.mark.parametrize("name", [who.name for who in PERSONAS])
def test_every_persona_is_decided_for_on_its_first_page(stage: Stage, name: str) -> None:
    assert decided(stage, name)


def test_one_address_in_the_rain_of_seattle_and_in_the_sun_of_lisbon(stage: Stage) -> None:
    seattle, lisbon = decided(stage, "sofa", "/"), decided(stage, "lisbon", "/")
    assert (seattle["hero-picture"], seattle["weather-gear"]) == ("rain", "rain-gear")
    assert (lisbon["hero-picture"] != "rain", lisbon["weather-gear"]) == (True, "boots")


def test_a_page_about_lisbon_shows_its_sun_to_who_sits_in_the_snow_of_oslo(stage: Stage) -> None:
    assert decided(stage, "oslo")["place-page"] == "sun"
    assert decided(stage, "oslo", "/walk/ben-sgiath")["walk-artwork"] == "snow"


def test_the_edge_says_where_it_believes_a_visitor_to_be(stage: Stage) -> None:
    found = believed(stage)
    oslo = found["oslo"]
    assert (oslo.city, oslo.timezone, oslo.sky) == ("Oslo", "Europe/Oslo", "snow -3°")
    assert found["crawler"].city == ""


def test_what_passers_by_do_at_the_shop_window_is_in_the_log(stage: Stage) -> None:
    glances = Glances()

    async def pass_by() -> None:
        async with browser(stage.at.site, stage.debug_token) as client:
            for visit in islice(passers_by(3), 12):
                await Walk(client, visit, lambda _: None, Window(client, glances, 3)).through(rest=0)

    asyncio.run(pass_by())
    with Log(stage.store) as log:
        exposures = [each for _, each in log.exposures() if each.experience == EXPERIENCE]
        clicks = log.outcomes_of([each.decision for each in exposures])
    sides = Counter(each.side for each in exposures)
    assert (sides["holdout"], sides["personal"]) == (glances.held().saw, glances.at_first().saw)
    assert len(clicks) == glances.held().clicked + glances.at_first().clicked > 0
    assert (len(exposures), glances.lost) == (12, 0)


def test_what_the_kitchen_pushes_is_on_the_board_at_once_and_not_for_ever(stage: Stage) -> None:
    signal = f"{stage.at.admin}/signals/place/portlennan/soup"
    assert httpx.put(signal, json={"value": "gone", "ttl": "2s"}, trust_env=False).status_code == 200
    assert soon(lambda: decided(stage, "oslo", "/cafe")["cafe-board"] == "soup-gone")
    assert soon(lambda: decided(stage, "oslo", "/cafe")["cafe-board"] != "soup-gone")


def test_the_board_turns_busy_when_many_want_soup(stage: Stage) -> None:
    assert decided(stage, "oslo", "/cafe")["cafe-board"] != "busy"
    with httpx.Client(base_url=stage.at.site, trust_env=False) as client:
        for _ in range(540):  # in 20 seconds that is more than 1,500 a minute
            client.get("/cafe")
    assert soon(lambda: decided(stage, "oslo", "/cafe")["cafe-board"] == "busy")


def soon(holds: Callable[[], bool]) -> bool:
    """Whether it holds within a few seconds."""
    until = time.monotonic() + 8
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def test_another_port_is_taken_where_somebody_has_the_usual_one() -> None:
    with socket.socket() as somebody:
        with contextlib.suppress(OSError):  # somebody else has it, which is as good
            somebody.bind(("127.0.0.1", 8080))
        with Stage(door=False) as stage:
            assert stage.at.site != "http://127.0.0.1:8080"
            assert answers(f"{stage.at.site}/")


def test_rules_that_cannot_be_used_are_told_in_one_line_and_nothing_stays(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "nowhere", door=False)
    with pytest.raises(WindsockError, match="the edge did not start") as told, stage:
        pass
    assert "nowhere" in str(told.value)
    assert "\n" not in str(told.value)
    assert not answers(f"{stage.at.shop}/")


def test_the_operators_own_settings_play_no_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINDSOCK_ORIGIN", "http://127.0.0.1:9")
    monkeypatch.setenv("WINDSOCK_BYPASS", "/*")
    with Stage(door=False) as stage:
        fields = {"X-Windsock-Debug": stage.debug_token}
        page = httpx.get(f"{stage.at.site}/", headers=fields, trust_env=False)
    assert "hero-picture=" in page.headers["x-windsock-decisions"]


def test_a_part_that_ends_on_its_own_is_noticed() -> None:
    with Stage(door=False) as stage:
        stage.check()
        stage._processes[0].ask_to_end()
        stage._processes[0].end()
        with pytest.raises(WindsockError, match="has ended"):
            stage.check()
