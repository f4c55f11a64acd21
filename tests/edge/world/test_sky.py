"""Whoever looks after the weather can be sent home at any moment."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from edge.settings import Settings, load
from edge.signals.facts import FOR_EVER
from edge.signals.weather.reading import Reading
from edge.world import sky
from edge.world.world import World
from tests.wire import RawOrigin

OSLO = (60.0, 10.75)


class Nobody:
    """Counts nothing."""

    def called(self, service: str, outcome: str) -> None:
        """A call was made."""


def _settings(**said: str) -> Settings:
    return load(environment={}, arguments={"origin": "http://127.0.0.1:1", **said})


def _world() -> World:
    return World(time.time, lambda known: None)


def test_a_service_that_hangs_for_ever_keeps_nobody_from_ending() -> None:
    origin, asked, gone = RawOrigin(), threading.Event(), threading.Event()

    def hang(_: bytes, connection: socket.socket) -> None:
        asked.set()
        connection.recv(1)  # until the other side hangs up
        gone.set()

    world = _world()
    world.want(OSLO)

    async def end() -> None:
        settings = _settings(weather="open-meteo", weather_url=origin.url + "/")
        watching = asyncio.ensure_future(sky.watch(settings, world, Nobody(), time.time))
        assert await asyncio.to_thread(asked.wait, 10)
        assert not gone.is_set()
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
        assert await asyncio.to_thread(gone.wait, 10)

    class EveryTarget(dict[bytes, object]):
        def get(self, key: bytes, default: object = None) -> object:
            return hang

    origin.answers = EveryTarget()  # type: ignore[assignment]
    asyncio.run(end())
    origin.close()


@pytest.mark.parametrize("text", ["{}", '{"*": {"weather": "rain"}}'])
def test_a_file_is_the_weather_as_it_says(tmp_path: Path, text: str) -> None:
    (tmp_path / "weather.json").write_text(text)
    world = _world()

    async def look() -> None:
        settings = _settings(weather=f"file:{tmp_path / 'weather.json'}")
        before = world.file
        watching = asyncio.ensure_future(sky.watch(settings, world, Nobody(), time.time))
        while world.file is before:  # noqa: ASYNC110 -- nobody tells when a file was read
            await asyncio.sleep(0.01)
        watching.cancel()

    asyncio.run(asyncio.wait_for(look(), 10))
    assert [told.until for told in world.file.values()] == [FOR_EVER] * ("rain" in text)


def test_where_no_service_is_asked_no_cell_waits_for_one(tmp_path: Path) -> None:
    (tmp_path / "weather.json").write_text("{}")
    for weather in ("off", f"file:{tmp_path / 'weather.json'}"):
        world = _world()

        async def look(world: World, settings: Settings) -> None:
            watching = asyncio.ensure_future(sky.watch(settings, world, Nobody(), time.time))
            await asyncio.sleep(0)
            watching.cancel()

        asyncio.run(look(world, _settings(weather=weather)))
        world.want(OSLO)
        assert (len(world.table), world.table.refused) == (0, 0)


def test_the_figures_tell_of_cells_that_are_known_and_not_of_those_that_are_only_wanted() -> None:
    told: list[tuple[int, float, int]] = []

    class Figures:
        def known(self, cells: int, oldest: float, refused: int) -> None:
            told.append((cells, oldest, refused))

    async def look(world: World) -> None:
        counting = asyncio.ensure_future(sky.count(world, Figures(), lambda: 1000.0))
        await asyncio.sleep(0)
        counting.cancel()

    world = _world()
    for cell in (OSLO, (38.75, -9.25)):
        world.table.want(cell, 900.0)
    world.table.fetched(OSLO, (Reading(0, "rain"),), 950.0, due_at=3000.0)
    asyncio.run(look(world))
    assert told == [(1, 50.0, 0)]
