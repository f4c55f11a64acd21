"""What MET Norway and Open-Meteo are asked, and how their answers are read."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.signals.weather.met import Met
from edge.signals.weather.open_meteo import OpenMeteo
from edge.signals.weather.reading import now_of
from edge.signals.weather.service import MisunderstoodError, Service

BERGEN = (60.5, 5.25)
SEATTLE = (47.5, -122.25)
NOW = datetime(2026, 11, 22, 12, 20, tzinfo=UTC).timestamp()
MET = Met("ops@shop.example")
SERVICES: list[Service] = [MET, OpenMeteo()]


def _step(hour: int, symbol: str = "rain", day: int = 22, **details: float) -> dict[str, Any]:
    details = {"air_temperature": 7.1, "wind_speed": 5.0, "relative_humidity": 90.0, **details}
    return {
        "time": f"2026-11-{day}T{hour:02}:00:00Z",
        "data": {"instant": {"details": details}, "next_1_hours": {"summary": {"symbol_code": symbol}}},
    }


def _forecast(*steps: dict[str, Any]) -> bytes:
    return json.dumps({"type": "Feature", "properties": {"timeseries": steps}}).encode()


def _current(**fields: object) -> bytes:
    current = {"time": NOW - 300, "temperature_2m": 7.1, "apparent_temperature": 3.2, "weather_code": 61,
               "wind_speed_10m": 4.0, "is_day": 1, **fields}  # fmt: skip
    return json.dumps({"latitude": 60.5, "longitude": 5.25, "current": current}).encode()


def test_met_is_told_who_asks_and_where_with_at_most_four_decimals() -> None:
    call = MET.call([BERGEN])
    assert call.headers["User-Agent"].endswith("ops@shop.example")
    assert call.parameters == {"lat": "60.5000", "lon": "5.2500"}


def test_the_hour_that_has_begun_is_the_weather_now() -> None:
    body = _forecast(_step(11, "clearsky_day"), _step(12, "heavyrain", wind_speed=9.0), _step(13, "snow"))
    ((now, next_hour),) = MET.read(body, [BERGEN], NOW)
    assert (now.weather, now.temperature, now.wind, now.is_day) == ("rain", 7.1, 9.0, True)
    assert next_hour.weather == "snow"


def test_a_forecast_serves_for_the_hours_to_come() -> None:
    (series,) = MET.read(
        _forecast(*(_step(hour, "rain" if hour < 15 else "fog") for hour in range(12, 24))), [BERGEN], NOW
    )
    assert (later := now_of(series, NOW + 3 * 3600)) is not None
    assert later.weather == "fog"
    assert series[-1].since <= NOW + 6 * 3600


def test_symbols_without_day_or_night_ask_the_sun() -> None:
    ((noon,),) = MET.read(_forecast(_step(12, "cloudy")), [BERGEN], NOW)
    ((night,),) = MET.read(_forecast(_step(23, "cloudy")), [BERGEN], NOW + 11 * 3600)
    assert (noon.is_day, night.is_day) == (True, False)


def test_a_forecast_that_says_little_is_read_as_far_as_it_goes() -> None:
    bare = {"time": "2026-11-22T12:00:00Z", "data": {"instant": {"details": {}}}}
    ((now,),) = MET.read(_forecast(bare), [BERGEN], NOW)
    assert (now.weather, now.temperature, now.feels_like, now.wind) == (None, None, None, None)


def test_open_meteo_is_asked_for_all_cells_at_once() -> None:
    call = OpenMeteo(key="secret").call([BERGEN, SEATTLE])
    assert call.parameters["latitude"] == "60.50,47.50"
    assert call.parameters["longitude"] == "5.25,-122.25"
    assert call.parameters["wind_speed_unit"] == "ms"
    assert call.parameters["apikey"] == "secret"


FREE = {60: 600, 3_600: 5_000, 86_400: 10_000, 31 * 86_400: 300_000}
"""Seconds -> calls that the free service allows in them; every place counts as one."""


@pytest.mark.parametrize("seconds", FREE)
def test_no_span_of_time_has_more_calls_than_the_free_service_allows_in_it(seconds: int) -> None:
    terms = OpenMeteo().terms
    starts = max(1, 6 * seconds // 86_400)  # of the whole edge; each begins with as many as are allowed at once
    assert terms.cells_per_call <= terms.burst
    assert starts * terms.burst + seconds * terms.calls_per_second <= FREE[seconds]


@pytest.mark.parametrize(
    ("url", "free"),
    [
        ("https://api.open-meteo.com/v1/forecast", True),
        ("https://api.open-meteo.com/v1/forecast/", True),
        ("https://API.Open-Meteo.com/v1/forecast", True),
        ("http://api.open-meteo.com/v1/forecast", True),
        ("https://api.open-meteo.com:443/v1/forecast?", True),
        ("https://api.open-meteo.com./v1/forecast", True),
        ("https://historical-forecast-api.open-meteo.com/v1/forecast", True),
        ("https://open-meteo.com/v1/forecast", True),
        ("https://customer-api.open-meteo.com/v1/forecast", False),
        ("http://weather.internal:8080/v1/forecast", False),
        ("https://api.open-meteo.com.shop.example/v1/forecast", False),
    ],
)
def test_the_free_service_is_known_however_its_address_is_written(url: str, free: bool) -> None:
    assert (OpenMeteo(url, key="secret").terms == OpenMeteo().terms) is free


def test_each_cell_gets_its_own_weather() -> None:
    both = [json.loads(_current(weather_code=code)) for code in (61, 0)]
    first, second = OpenMeteo().read(json.dumps(both).encode(), [BERGEN, SEATTLE], NOW)
    assert [first[0].weather, second[0].weather] == ["rain", "clear"]


def test_one_cell_is_answered_without_a_list() -> None:
    ((now,),) = OpenMeteo().read(_current(is_day=0), [BERGEN], NOW)
    assert now.signals() == {"weather": "rain", "temperature": 7.1, "feels_like": 3.2, "wind": 4.0, "is_day": False}


def test_an_unknown_code_leaves_the_numbers_standing() -> None:
    ((now,),) = OpenMeteo().read(_current(weather_code=12), [BERGEN], NOW)
    assert (now.weather, now.temperature) == (None, 7.1)


@pytest.mark.parametrize(
    ("service", "body"),
    [
        *((service, body) for service in SERVICES for body in
          (b"", b"<html>", b"[]", b"{}", b"null", b"3", b'"x"', b'{"a": NaN}', b"[" * 5000)),
        (MET, _forecast()),
        (MET, _forecast(_step(12, air_temperature=1e9))),
        (MET, _forecast(_step(12, air_temperature=-237.7))),  # where the formula of the apparent temperature ends
        (MET, _forecast(_step(12, air_temperature=-237.8))),
        (MET, _forecast(_step(20))),  # begins in eight hours
        (MET, _forecast(_step(3))),  # ended nine hours ago
        (MET, _forecast({"time": "soon", "data": {}})),
        (MET, b'{"properties": {"timeseries": 7}}'),
        (OpenMeteo(), _current(temperature_2m="warm")),
        (OpenMeteo(), _current(temperature_2m=-300)),
        (OpenMeteo(), _current(time=NOW - 86_400)),
        (OpenMeteo(), _current(time=None)),
        (OpenMeteo(), b'{"current": [1]}'),
        (OpenMeteo(), b'[{"current": {}}, {"current": {}}]'),
    ],
)  # fmt: skip
def test_an_answer_that_is_not_what_was_promised_is_refused(service: Service, body: bytes) -> None:
    with pytest.raises(MisunderstoodError):
        service.read(body, [BERGEN], NOW)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.just("2026-11-22T12:00:00Z"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["properties", "timeseries", "time", "data", "instant", "details", "current", "next_1_hours"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
@given(answer=JSON)
def test_no_answer_makes_the_reader_fall_over(service: Service, answer: object) -> None:
    with suppress(MisunderstoodError):
        service.read(json.dumps(answer).encode(), [BERGEN], NOW)


def test_of_a_forecast_without_end_no_more_is_read_than_there_are_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    read = []
    monkeypatch.setattr("edge.signals.weather.met.is_up", lambda *_: read.append(1))
    (series,) = MET.read(_forecast(*[_step(12)] * 10_000), [BERGEN], NOW)
    assert len(series) < len(read) < 1000
