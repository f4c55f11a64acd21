"""The fetcher and a weather service on loopback that speaks well, slowly and wrongly."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
import time
from collections import Counter
from collections.abc import Callable

import httpx
import pytest

from edge import __version__
from edge.signals.weather.fetch import Fetcher
from edge.signals.weather.get import LARGEST, REST, Answered, Refused, client, get
from edge.signals.weather.met import Met
from edge.signals.weather.open_meteo import OpenMeteo
from edge.signals.weather.service import Call
from edge.signals.weather.table import Table
from tests.wire import RawOrigin

NOW = 1_795_350_000.0
OSLO, LISBON = (60.0, 10.75), (38.75, -9.25)


def _weather(code: int = 61) -> bytes:
    return json.dumps({"current": {"time": NOW, "temperature_2m": 7.1, "weather_code": code}}).encode()


def _raw(body: bytes, status: str = "200 OK", *fields: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(body)}", *fields]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Tally(Counter[str]):
    """Counts calls by outcome."""

    def called(self, service: str, outcome: str) -> None:
        self[f"{service}: {outcome}"] += 1


class Sky:
    """A service on loopback, the fetcher that asks it, and a clock that is turned by hand."""

    def __init__(self) -> None:
        self.origin, self.tally, self.now = RawOrigin(), Tally(), NOW
        self.table = Table(self.now)
        service = OpenMeteo(url=self.origin.url + "/")
        self.fetcher = Fetcher(service, self.table, self.tally, lambda: self.now, lambda: 0.5)

    def says(self, raw: bytes | Callable[[bytes, socket.socket], None]) -> None:
        """What the service answers from now on."""
        self.origin.answers.clear()
        self.origin.answer(self.target(), raw)

    def target(self) -> str:
        """What it is asked for."""
        call = OpenMeteo(url=self.origin.url + "/").call([OSLO])
        return str(httpx.URL(call.url, params=dict(call.parameters))).removeprefix(self.origin.url)

    def once(self) -> bool:
        """Let the fetcher make one call."""

        async def call() -> bool:
            async with client() as http:
                return await self.fetcher.once(http)

        return asyncio.run(call())


@pytest.fixture
def sky() -> Sky:
    sky = Sky()
    sky.table.want(OSLO, NOW)
    return sky


def test_a_wanted_cell_is_fetched(sky: Sky) -> None:
    sky.says(_raw(_weather()))
    assert sky.once()
    assert sky.table.known(NOW)[OSLO].series[0].weather == "rain"
    assert sky.tally == {"open-meteo: answered": 1}


def test_a_fetched_cell_is_not_asked_for_again_before_its_time(sky: Sky) -> None:
    sky.says(_raw(_weather()))
    sky.once()
    sky.now += 300
    assert not sky.once()
    assert len(sky.origin.heads) == 1


FAULTS = {
    "status 429": _raw(b"{}", "429 Too Many Requests", "Retry-After: 7200"),
    "status 500": _raw(b"{}", "500 Oops"),
    "status 403": _raw(b"no contact", "403 Forbidden"),
    "redirect": _raw(b"", "302 Found", "Location: http://127.0.0.1:1/"),
    "misunderstood": _raw(b'{"current": {"time": NaN}}'),
    "unreachable": b"what is this\r\n\r\n",
}


@pytest.mark.parametrize("reason", FAULTS)
def test_a_service_that_fails_is_counted_and_leaves_what_is_known(sky: Sky, reason: str) -> None:
    sky.says(_raw(_weather()))
    sky.once()
    sky.says(FAULTS[reason])
    sky.now += 1800
    assert not sky.once()
    assert sky.tally[f"open-meteo: {reason}"] == 1
    assert sky.table.known(sky.now)[OSLO].series[0].weather == "rain"


def test_who_asks_too_often_and_is_told_so_leaves_the_whole_service_alone_as_long_as_told(sky: Sky) -> None:
    sky.says(FAULTS["status 429"])
    sky.once()
    for after in (100, 7099, 7100):
        sky.now = NOW + 100 + after
        sky.table.keep([(float(after), 0.0)], sky.now)
        sky.once()
    assert len(sky.origin.heads) == 2


def test_where_it_is_not_told_how_long_it_leaves_it_alone_for_a_minute(sky: Sky) -> None:
    sky.says(_raw(b"{}", "429 Too Many Requests"))
    sky.once()
    for after in (0, REST - 1, REST):
        sky.now = NOW + after
        sky.table.keep([(after / 4, 0.0)], sky.now)
        sky.once()
    assert len(sky.origin.heads) == 2


def test_a_clock_that_is_set_back_does_not_prolong_that(sky: Sky) -> None:
    sky.says(FAULTS["status 429"])
    sky.once()
    sky.now -= 10 * 86_400
    sky.table.keep([LISBON], sky.now)
    sky.once()
    assert len(sky.origin.heads) == 2


def test_one_cell_that_makes_no_sense_does_not_cost_the_others_theirs(sky: Sky) -> None:
    sky.table.want(LISBON, NOW)
    service = OpenMeteo(url=sky.origin.url + "/")
    places = json.dumps([json.loads(_weather()), {"current": {"time": NOW, "temperature_2m": 999}}]).encode()
    told = service.read(places, [OSLO, LISBON], NOW)
    assert [len(series) for series in told] == [1, 0]
    assert sky.fetcher._take([OSLO, LISBON], Answered(places, 0, ""), NOW)
    assert set(sky.table.known(NOW)) == {OSLO}


def test_a_failure_is_said_once_and_so_is_its_end(sky: Sky, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="windsock")
    for raw in (FAULTS["status 500"], FAULTS["status 500"], _raw(_weather())):
        sky.says(raw)
        sky.once()
        sky.now += 400
        sky.table.want(OSLO, sky.now)
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


def test_no_more_is_asked_than_the_terms_allow(sky: Sky) -> None:
    sky.says(FAULTS["status 500"])
    terms = OpenMeteo(url=sky.origin.url).terms

    async def again_and_again() -> None:
        async with client() as http:
            for number in range(terms.burst * 2):
                sky.table.keep([(number / 100, 0.0)], NOW)
                await sky.fetcher.once(http)

    asyncio.run(again_and_again())
    assert len(sky.origin.heads) == terms.burst - 1  # the first one asks for two cells


def test_a_fetcher_that_goes_on_from_another_has_nothing_left_of_what_is_allowed_at_once(sky: Sky) -> None:
    service, sky.now = OpenMeteo(), NOW
    sky.fetcher = Fetcher(service, sky.table, sky.tally, lambda: sky.now, lambda: 0.5, again=True)
    assert not sky.once()
    assert sky.fetcher._allowed(NOW + 60) == int(60 * service.terms.calls_per_second)


def _get(url: str, seconds: float = 5.0, validator: str = "") -> Answered | Refused:
    async def ask() -> Answered | Refused:
        async with client() as http:
            return await get(http, Call(url, {}), validator, seconds)

    return asyncio.run(ask())


def test_an_answer_that_does_not_end_is_given_up() -> None:
    origin = RawOrigin()

    def trickle(head: bytes, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")
        connection.recv(1)  # until the other side gives up

    origin.answer("/", trickle)
    began = time.monotonic()
    assert _get(origin.url + "/", seconds=0.3) == Refused("timeout")
    assert time.monotonic() - began < 5


def test_an_answer_of_a_hundred_megabytes_is_refused_before_it_has_come() -> None:
    origin, sent = RawOrigin(), []

    def flood(head: bytes, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n")
        for _ in range(100):
            connection.sendall(b" " * 2**20)
            sent.append(1)

    origin.answer("/", flood)
    assert _get(origin.url + "/") == Refused("too large")
    assert len(sent) < 50


def test_a_small_answer_that_unpacks_to_a_huge_one_is_refused() -> None:
    origin = RawOrigin()
    origin.answer("/", _raw(gzip.compress(b" " * (LARGEST + 1)), "200 OK", "Content-Encoding: gzip"))
    assert _get(origin.url + "/") == Refused("too large")


def test_a_compressed_answer_is_read() -> None:
    origin = RawOrigin()
    origin.answer("/", _raw(gzip.compress(b"[1]"), "200 OK", "Content-Encoding: gzip"))
    answer = _get(origin.url + "/")
    assert isinstance(answer, Answered)
    assert answer.body == b"[1]"


def test_a_repeat_is_asked_with_the_condition_and_nothing_changed_is_an_answer() -> None:
    origin, date = RawOrigin(), "Sun, 22 Nov 2026 12:00:00 GMT"
    expires = "Expires: Sun, 22 Nov 2026 12:30:00 GMT"
    origin.answer("/", f"HTTP/1.1 304 Not Modified\r\n{expires}\r\n\r\n".encode())
    answer = _get(origin.url + "/", validator=date)
    assert f"if-modified-since: {date}".encode() in origin.heads[0].lower().replace(
        date.lower().encode(), date.encode()
    )
    assert isinstance(answer, Answered)
    assert (answer.body, answer.expires) == (None, 1_795_350_600.0)


@pytest.mark.parametrize("date", ["yesterday", "\xe9", "Sun, 22 Nov 2026 12:00:00 GMT" + " " * 60])
def test_a_date_that_is_none_is_not_said_back(date: str) -> None:
    origin = RawOrigin()
    origin.answer(
        "/", _raw(b"[1]", "200 OK").replace(b"\r\n\r\n", f"\r\nLast-Modified: {date}x\r\n\r\n".encode("latin-1"), 1)
    )
    answer = _get(origin.url + "/")
    assert isinstance(answer, Answered)
    assert answer.last_modified == ""


def test_met_says_who_it_is() -> None:
    origin = RawOrigin()
    call = Met("ops@shop.example", origin.url + "/").call([OSLO])
    origin.answer("/?lat=60.0000&lon=10.7500", _raw(b"{}"))

    async def ask() -> None:
        async with client() as http:
            await get(http, call, "")

    asyncio.run(ask())
    assert b"User-Agent: windsock/%s ops@shop.example" % __version__.encode() in origin.heads[0].split(b"\r\n")
