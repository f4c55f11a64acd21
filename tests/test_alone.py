"""The middleware without a control process: it finds out the world itself, in the app's own loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from edge.app import Personalization
from edge.errors import WindsockError
from edge.live.switches import save
from tests.asgi import Page, ask
from tests.running import BODY

RULE: Final = """
experience: hero
purpose: content
where: /
slot: "#hero"
variants: {classic: original, calm: {text: Calm}, rain: {text: Rain}, crowded: {text: Crowded}}
choose:
  - {when: {mood: calm}, show: calm}
  - {when: {load: busy}, show: crowded}
  - {when: {weather: rain}, show: rain}
"""
SITE: Final = """
signals: {mood: {pushed: true, values: [calm, busy]}}
load: {busy: 60, quiet: 30}
"""
HERE: Final = (("X-Country", "NO"), ("X-Latitude", "59.91"), ("X-Longitude", "10.75"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "hero.yaml").write_text(RULE)
    (tmp_path / "rules" / "site.yaml").write_text(SITE)
    return tmp_path


def app(folder: Path, **settings: str) -> Personalization:
    cdn = "country: X-Country, latitude: X-Latitude, longitude: X-Longitude"
    rules = folder / "rules"
    return Personalization(Page(BODY), rules=rules, trusted_proxies="192.0.2.1", cdn=cdn, **settings)


def sees(app: Personalization, headline: bytes, meanwhile: Callable[[], object] = lambda: None) -> None:
    """A visitor sees it within ten seconds, after the first page and what happens `meanwhile`."""

    async def visits() -> None:
        try:
            await ask(app, "/", *HERE)
            meanwhile()
            async with asyncio.timeout(10):
                while headline not in (await ask(app, "/", *HERE)).body:  # noqa: ASYNC110 -- a visitor, not a waiter
                    await asyncio.sleep(0.02)
        finally:
            await app.aclose()

    asyncio.run(visits())


def test_a_push_is_known_a_moment_later(folder: Path) -> None:
    made = app(folder)
    sees(made, b"Calm", lambda: made.push("mood", "calm", "5m"))


def test_what_cannot_be_pushed_says_why(folder: Path) -> None:
    with pytest.raises(WindsockError, match="did you mean `mood`"):
        app(folder).push("moood", "calm", "5m")


def test_it_counts_its_own_pages(folder: Path) -> None:
    sees(app(folder), b"Crowded")


def test_it_reads_the_weather_of_a_file(folder: Path) -> None:
    (folder / "rules" / "site.yaml").write_text(SITE.replace("load: {busy: 60, quiet: 30}", ""))
    (folder / "weather.json").write_text('{"*": {"weather": "rain"}}')
    made = app(folder, weather=f"file:{folder / 'weather.json'}")
    sees(made, b"Rain")
    assert b"windsock_weather_cells" in made.exposition()


def test_weather_that_cannot_be_asked_for_stops_the_start(folder: Path) -> None:
    with pytest.raises(WindsockError, match="set weather_contact"):
        app(folder, weather="met")


def test_it_follows_the_switches_beside_its_store(folder: Path) -> None:
    (folder / "rules" / "hero.yaml").write_text(RULE + "  - show: rain\n")
    made = app(folder, store=f"sqlite:///{folder}/windsock.db")
    sees(made, b"Classic", lambda: save(frozenset({"hero"}), folder / "windsock.off.json"))
