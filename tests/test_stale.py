"""Weather that grows old: its service has stopped answering, and three hours later nobody claims to know it.

The app, the service on loopback and all between them are real; only the clock is turned by hand.
"""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Final

import pytest

from edge.app import Personalization
from edge.signals.weather.table import STALE
from tests.asgi import Page, ask
from tests.running import BODY
from tests.wire import RawOrigin

RULE: Final = """
experience: hero
purpose: content
where: /
slot: "#hero"
variants: {classic: original, rain: {text: Rain}, nobody: {text: Nobody knows}}
choose:
  - {when: {weather: rain}, show: rain}
  - {when: {weather: unknown}, show: nobody}
"""
HERE: Final = (("X-Country", "NO"), ("X-Latitude", "59.91"), ("X-Longitude", "10.75"))
STEP: Final = 1800.0


class Service(dict[bytes, bytes]):
    """A weather service where it rains; it can be told to stop."""

    works = True

    def __init__(self, now: float) -> None:
        self._now = now

    def get(self, key: bytes, default: object = None) -> bytes:
        """Its answer to any question."""
        if not self.works:
            return b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
        body = json.dumps({"current": {"time": self._now, "temperature_2m": 4.0, "weather_code": 61}}).encode()
        return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


class Clock:
    """A clock that is put forward by hand."""

    forward = 0.0

    def __call__(self) -> float:
        return time.time() + self.forward


def test_what_could_not_be_renewed_is_shown_until_it_is_too_old_and_then_the_page_of_unknown_weather(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "hero.yaml").write_text(RULE)
    clock, origin = Clock(), RawOrigin()
    service = Service(clock())
    origin.answers = service  # type: ignore[assignment]  # it answers any target
    monkeypatch.setattr("edge.clock.system", clock)
    app = Personalization(
        Page(BODY), rules=tmp_path, trusted_proxies="192.0.2.1", weather="open-meteo", weather_url=origin.url + "/",
        cdn="country: X-Country, latitude: X-Latitude, longitude: X-Longitude",
    )  # fmt: skip

    async def page() -> bytes:
        return (await ask(app, "/", *HERE)).body

    async def life() -> None:
        try:
            async with asyncio.timeout(20):
                while b"Rain" not in await page():  # noqa: ASYNC110 -- a visitor, not a waiter
                    await asyncio.sleep(0.02)
            service.works = False
            while clock.forward + STEP < STALE:
                clock.forward += STEP
                assert b"Rain" in await page()
            clock.forward = STALE
            assert b"Nobody knows" in await page()
        finally:
            await app.aclose()

    asyncio.run(life())
    origin.close()
