"""The world around a page, in a running edge: pushes, load and weather reach every worker, and no fault reaches a page.

Visitors say where they are in the fields of a CDN, so that each test has squares of the map to itself.
"""

from __future__ import annotations

import json
import os
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from edge.signals.weather.cell import cell_of
from tests.running import BODY, answers, control_of, counted, ready, serving, site, until
from tests.wire import RawOrigin, Script, Served, get

RULE: Final = """
experience: hero
purpose: content
where: [/, "/to/*"]
slot: "#hero"
variants:
  classic: original
  queue: {text: Queue}
  calm: {text: Calm}
  rain: {text: Rain}
  snow: {text: Snow}
choose:
  - {when: {place.queue: long}, show: queue}
  - {when: {mood: calm}, show: calm}
  - {when: {weather: rain}, show: rain}
  - {when: {weather: snow}, show: snow}
"""
CROWD: Final = """
experience: crowd
purpose: content
where: /crowd
slot: "#hero"
variants: {classic: original, crowded: {text: Crowded}}
choose: [{when: {load: busy}, show: crowded}]
"""
SITE: Final = """
places: {harbour: {name: The harbour, at: [58.1, -5.2]}}
about: "/to/{place}"
signals: {mood: {pushed: true, values: [calm, busy]}}
load: {busy: 2400, quiet: 1200}
"""
FLAGS: Final = (
    *("--workers", "2", "--trusted-proxies", "127.0.0.1"),
    *("--cdn", "country: X-Country, latitude: X-Latitude, longitude: X-Longitude"),
)
JSON: Final = "Content-Type: application/json"


@pytest.fixture(scope="module")
def origin() -> Iterator[RawOrigin]:
    origin = site()
    for path in ("/to/harbour", "/crowd"):
        origin.page(path, BODY)
    yield origin
    origin.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    (folder / "rules").mkdir()
    (folder / "rules" / "hero.yaml").write_text(RULE)
    (folder / "rules" / "crowd.yaml").write_text(CROWD)
    (folder / "rules" / "site.yaml").write_text(SITE)
    (folder / "weather.json").write_text("{}")
    return folder


@pytest.fixture(scope="module")
def edge(origin: RawOrigin, folder: Path) -> Iterator[Served]:
    """An edge with two workers that reads the weather from a file."""
    with serving(origin, folder / "rules", *FLAGS, "--weather", f"file:{folder / 'weather.json'}") as served:
        until(lambda: len(ready(served)["workers"]) == 2)
        yield served


def shown(served: Served, path: str = "/", at: tuple[float, float] = (0, 0)) -> str:
    """The headline for a visitor there."""
    fields = ("X-Country: NO", f"X-Latitude: {at[0]}", f"X-Longitude: {at[1]}")
    found = re.search('id="hero">([^<]*)<', get(served.port, path, *fields)[2].decode())
    assert found is not None
    return found[1]


def everybody(served: Served, headline: str, path: str = "/", at: tuple[float, float] = (0, 0)) -> bool:
    """Whether it is what visitors see, whichever worker they meet."""
    return all(shown(served, path, at) == headline for _ in range(10))


def push(served: Served, name: str, value: object, ttl: str) -> dict[str, Any]:
    body = json.dumps({"value": value, "ttl": ttl}).encode()
    status, _, said = get(served.admin, f"/signals/{name}", method="PUT", body=body)
    assert status == 200, said
    answer: dict[str, Any] = json.loads(said)
    return answer


def explained(served: Served) -> Any:
    """What the private listener knows of a visitor; asking it is no page view."""
    return json.loads(get(served.admin, "/explain?path=/to/harbour")[2])["signals"]


def test_a_crowd_makes_the_site_busy_on_every_worker_and_its_end_quiet(edge: Served) -> None:
    until(lambda: everybody(edge, "Classic", "/crowd"))
    while explained(edge).get("load") != "busy":
        for _ in range(100):
            get(edge.port, "/crowd")
    until(lambda: everybody(edge, "Crowded", "/crowd"))
    until(lambda: explained(edge).get("load") == "quiet", seconds=40)
    until(lambda: everybody(edge, "Classic", "/crowd"))


def test_what_is_pushed_is_on_every_worker_within_a_second_and_ends_with_its_lifetime(edge: Served) -> None:
    ends = push(edge, "mood", "calm", "3s")["until"]
    assert until(lambda: everybody(edge, "Calm")) < 1
    assert explained(edge)["mood"] == "calm"
    until(lambda: time.time() >= ends)
    assert everybody(edge, "Classic")


def test_a_place_has_its_own_and_other_pages_do_not(edge: Served) -> None:
    push(edge, "place/harbour/queue", "long", "2s")
    assert until(lambda: everybody(edge, "Queue", "/to/harbour")) < 1
    assert shown(edge) == "Classic"
    until(lambda: everybody(edge, "Classic", "/to/harbour"))


def test_the_weather_of_a_file_is_on_every_worker_and_follows_the_file(edge: Served, folder: Path) -> None:
    file = folder / "weather.json"
    oslo = (59.91, 10.75)
    file.write_text('{"59.91,10.75": {"weather": "rain"}, "*": {"weather": "clear"}}')
    until(lambda: everybody(edge, "Rain", at=oslo))
    assert shown(edge, at=(38.72, -9.14)) == "Classic"
    file.write_text('{"59.91,10.75": {"weather": "snow"}}')
    until(lambda: everybody(edge, "Snow", at=oslo))
    file.write_text("{")
    assert edge.says("the weather is not read")
    assert everybody(edge, "Snow", at=oslo)
    file.write_text("{}")
    until(lambda: everybody(edge, "Classic", at=oslo))


def test_when_the_control_process_is_killed_workers_know_on_and_pushes_survive_its_restart(edge: Served) -> None:
    push(edge, "mood", "calm", "60s")
    until(lambda: everybody(edge, "Calm"))
    os.kill(control_of(edge), 9)
    assert everybody(edge, "Calm")
    until(lambda: answers(edge.admin))
    assert explained(edge)["mood"] == "calm"
    assert everybody(edge, "Calm")
    push(edge, "mood", "busy", "60s")
    until(lambda: everybody(edge, "Classic"))


def test_a_worker_that_is_replaced_knows_the_world_from_its_first_page_on(edge: Served) -> None:
    push(edge, "mood", "calm", "60s")
    until(lambda: everybody(edge, "Calm"))
    before = set(ready(edge)["workers"])
    os.kill(int(min(before)), 9)
    until(lambda: len(workers := set(ready(edge)["workers"])) == 2 and workers != before)
    assert everybody(edge, "Calm")


class Service(dict[bytes, Any]):
    """A weather service: `answer` makes what it says to a request target, well or badly."""

    def __init__(self) -> None:
        self.answer: Callable[[str], bytes | Script] = lambda target: b""

    def get(self, key: bytes, default: object = None) -> bytes | Script:
        """What it says to this target."""
        return self.answer(key.decode())


def said(body: str, *fields: str, status: str = "200 OK") -> bytes:
    """A complete answer."""
    lines = [f"HTTP/1.1 {status}", *(fields or (JSON,)), f"Content-Length: {len(body.encode())}", "", body]
    return "\r\n".join(lines).encode()


def met(target: str) -> bytes:
    """MET Norway's answer: it rains."""
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    data = {
        "instant": {"details": {"air_temperature": 4.0, "wind_speed": 3.0, "relative_humidity": 80.0}},
        "next_1_hours": {"summary": {"symbol_code": "lightrain"}},
    }
    step = {"time": f"{now:%Y-%m-%dT%H:%M:%SZ}", "data": data}
    return said(json.dumps({"type": "Feature", "properties": {"timeseries": [step]}}))


def open_meteo(target: str) -> bytes:
    """Open-Meteo's answer: it rains at each of the places."""
    current = {"time": int(time.time()), "temperature_2m": 4.0, "weather_code": 61, "wind_speed_10m": 3.0, "is_day": 1}
    places = [{"current": current}] * (target.count("%2C", target.index("latitude="), target.index("&longitude")) + 1)
    return said(json.dumps(places if len(places) > 1 else places[0]))


def endless(_: bytes, connection: socket.socket) -> None:
    """100 MB, as fast as they are taken."""
    connection.sendall(f"HTTP/1.1 200 OK\r\n{JSON}\r\nContent-Length: {100 * 2**20}\r\n\r\n".encode())
    for _mebibyte in range(100):
        connection.sendall(b" " * 2**20)


def broken_off(_: bytes, connection: socket.socket) -> None:
    """The beginning of an answer."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{}")


def silent(_: bytes, connection: socket.socket) -> None:
    """Nothing, until the other side hangs up."""
    connection.recv(1)


FAULTS: Final[dict[str, tuple[bytes | Script, str]]] = {
    "wrong": (said("<html>Bad gateway</html>", "Content-Type: text/html"), "misunderstood"),
    "another shape": (said("[]"), "misunderstood"),
    "nan": (said('{"properties": NaN, "current": NaN}'), "misunderstood"),
    "429": (said("", "Retry-After: 1", status="429 Too Many Requests"), "status 429"),
    "100 MB": (endless, "too large"),
    "broken off": (broken_off, "unreachable"),
    "silent": (silent, "timeout"),  # the last: it holds the one who asks for ten seconds
}


@pytest.fixture(scope="module", params=["met", "open-meteo"])
def asked(request: pytest.FixtureRequest, origin: RawOrigin, folder: Path) -> Iterator[tuple[Served, RawOrigin]]:
    """An edge, and the weather service that it asks."""
    service = RawOrigin()
    service.answers = Service()
    service.answers.answer = good = {"met": met, "open-meteo": open_meteo}[request.param]
    flags = ("--weather", request.param, "--weather-url", f"{service.url}/forecast")
    contact = ("--weather-contact", "ops@shop.example") if request.param == "met" else ()
    rules = folder / request.param
    rules.mkdir()
    (rules / "hero.yaml").write_text(RULE.replace("place.queue", "place.weather").replace("long", "storm"))
    (rules / "site.yaml").write_text(SITE)
    with serving(origin, rules, *FLAGS, *flags, *contact) as served:
        until(lambda: len(ready(served)["workers"]) == 2)
        served.good = good  # type: ignore[attr-defined]
        yield served, service
    service.close()


CELLS: Final = iter([(latitude, longitude) for latitude in range(-60, 60, 5) for longitude in range(-170, 170, 5)])


def calls(served: Served, outcome: str) -> float:
    return counted(served, "windsock_weather_calls_total", outcome=outcome)


def test_the_weather_of_a_service_is_on_every_worker_soon_after_the_first_visitor(
    asked: tuple[Served, RawOrigin],
) -> None:
    served, service = asked
    here = next(CELLS)
    assert shown(served, at=here) in ("Classic", "Rain")
    until(lambda: everybody(served, "Rain", at=here))
    cell = cell_of(*here)
    assert cell is not None
    assert any(f"{cell[0]:.2f}".encode() in head for head in service.heads)
    until(lambda: counted(served, "windsock_weather_cells") >= 1)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_service_moves_no_page_and_leaves_the_weather_unknown(
    asked: tuple[Served, RawOrigin], fault: str
) -> None:
    served, service = asked
    answer, outcome = FAULTS[fault]
    before, known, here = calls(served, outcome), calls(served, "answered"), next(CELLS)
    service.answers.answer = lambda target: answer  # type: ignore[attr-defined]
    try:
        begun = len(service.heads)
        until(lambda: shown(served, at=here) != "Classic" or calls(served, outcome) > before, seconds=25)
        assert len(service.heads) > begun
        assert calls(served, "answered") == known
        assert everybody(served, "Classic", at=here)
    finally:
        service.answers.answer = served.good  # type: ignore[attr-defined]


def test_pages_come_while_the_service_has_not_answered_and_never_will(asked: tuple[Served, RawOrigin]) -> None:
    served, service = asked
    held, over = threading.Event(), threading.Event()

    def hang(_: bytes, connection: socket.socket) -> None:
        held.set()
        connection.recv(1)  # until the other side gives up
        over.set()

    here = next(CELLS)
    service.answers.answer = lambda target: hang  # type: ignore[attr-defined]
    try:
        until(lambda: shown(served, at=here) == "Classic" and held.is_set(), seconds=25)
        assert everybody(served, "Classic", at=here)
        assert not over.is_set(), "the service was given up before the pages came: this shows nothing"
    finally:
        service.answers.answer = served.good  # type: ignore[attr-defined]
    until(over.is_set, seconds=20)


def test_a_redirect_into_the_network_behind_us_is_not_followed(asked: tuple[Served, RawOrigin]) -> None:
    served, service = asked
    behind = RawOrigin()
    location = f"Location: {behind.url}/"
    service.answers.answer = lambda target: said("", location, status="302 Found")  # type: ignore[attr-defined]
    here = next(CELLS)
    before = calls(served, "redirect")
    shown(served, at=here)
    until(lambda: calls(served, "redirect") > before)
    service.answers.answer = served.good  # type: ignore[attr-defined]
    assert behind.heads == []
    assert shown(served, at=here) == "Classic"
    behind.close()


def test_after_all_faults_what_was_known_is_known_and_new_places_are_asked_for(
    asked: tuple[Served, RawOrigin],
) -> None:
    served, _ = asked
    here = next(CELLS)
    until(lambda: everybody(served, "Rain", at=here), seconds=20)
    os.kill(control_of(served), 9)
    assert everybody(served, "Rain", at=here)
    until(lambda: answers(served.admin))
    assert everybody(served, "Rain", at=here)
    assert served.process.poll() is None


def test_the_service_is_told_who_asks_and_nothing_about_visitors(asked: tuple[Served, RawOrigin]) -> None:
    _, service = asked
    for head in service.heads:
        lines = head.decode().split("\r\n")
        names = {line.partition(":")[0].lower() for line in lines[1:]}
        assert names <= {"host", "accept", "accept-encoding", "connection", "user-agent", "if-modified-since"}
        degrees = re.findall(r"-?\d+\.\d+", lines[0].partition(" HTTP")[0].replace("%2C", " "))
        assert all(float(number) % 0.25 == 0 and len(number.partition(".")[2]) <= 4 for number in degrees)
