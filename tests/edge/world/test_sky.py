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
