"""What the doctor says of the weather: it asks once, as the edge would."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from edge.cli.checkup.finding import Finding
from edge.cli.checkup.weather import weather
from edge.settings import default
from edge.signals.weather import open_meteo
from tests.wire import RawOrigin

NOW = 1_795_360_800.0
MET = "/compact?lat=51.5000&lon=0.0000"
STEP = {
    "time": f"{datetime.fromtimestamp(NOW, UTC):%Y-%m-%dT%H:%M:%SZ}",
    "data": {
        "instant": {"details": {"air_temperature": 7.5}},
        "next_1_hours": {"summary": {"symbol_code": "rain"}},
    },
}
FORECAST = json.dumps({"properties": {"timeseries": [STEP]}}).encode()


@pytest.fixture
def origin() -> Iterator[RawOrigin]:
    origin = RawOrigin()
    yield origin
    origin.close()


def _weather(**settings: object) -> list[Finding]:
    return list(weather(replace(default(), **settings), lambda: NOW))  # type: ignore[arg-type]


def _met(origin: RawOrigin) -> list[Finding]:
    return _weather(weather="met", weather_contact="ops@shop.example", weather_url=f"{origin.url}/compact")


def test_it_is_off_by_default() -> None:
    assert _weather() == [Finding("weather", "ok", "off: weather and temperature are unknown")]


def test_a_service_that_answers_is_told_with_its_terms(origin: RawOrigin) -> None:
    origin.page(MET, FORECAST, "Content-Type: application/json")
    answer, terms = _met(origin)
    assert answer == Finding("weather", "ok", "met answers: at Greenwich it is rain, 7.5 °C")
    assert "MET Norway (CC BY 4.0)" in terms.text
    assert len(origin.heads) == 1


@pytest.mark.parametrize("contact", ["", "shop", "ops@", "björn@shop.example"])
def test_met_without_somebody_to_reach_fails_and_is_not_asked(contact: str) -> None:
    [found] = _weather(weather="met", weather_contact=contact)
    assert found.state == "fail"
    assert "set weather_contact to a mail address" in found.text


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", "check weather_contact"),
        (b"HTTP/1.1 429 Slow down\r\nContent-Length: 0\r\n\r\n", "asked too often"),
        (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n", "where it leads"),
        (b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n", "whether the service is well"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "is not understood"),
        (b"nonsense\r\n\r\n", "reaches it"),
    ],
)
def test_a_service_that_does_not_answer_well_fails_with_what_to_do(origin: RawOrigin, answer: bytes, says: str) -> None:
    origin.answer(MET, answer)
    found = _met(origin)[0]
    assert found.state == "fail"
    assert says in found.text


def test_the_free_service_of_open_meteo_is_not_for_commerce(monkeypatch: pytest.MonkeyPatch, origin: RawOrigin) -> None:
    monkeypatch.setattr(open_meteo, "URL", f"{origin.url}/forecast")
    assert [found.state for found in _weather(weather="open-meteo")] == ["fail", "warn", "ok"]
    assert [found.state for found in _weather(weather="open-meteo", weather_url=f"{origin.url}/mine")] == ["fail", "ok"]


def test_a_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "weather.json"
    file.write_text('{"*": {"weather": "rain"}, "59.75,10.75": {"weather": "snow"}}')
    assert _weather(weather=f"file:{file}") == [Finding("weather", "ok", f"{file} knows 2 places")]


@pytest.mark.parametrize("content", [None, "{", '{"*": {"weather": "frogs"}}'])
def test_a_file_that_cannot_be_read_fails(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "weather.json"
    if content is not None:
        file.write_text(content)
    [found] = _weather(weather=f"file:{file}")
    assert found.state == "fail"
    assert str(file) in found.text
