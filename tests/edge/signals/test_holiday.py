"""Public holidays by country."""

from __future__ import annotations

import threading

import pytest

from edge.signals.holiday import Holidays, calendar
from rules.words import COUNTRIES


@pytest.mark.parametrize(
    ("country", "date", "name"),
    [
        ("NO", "2026-05-17", "Constitution Day"),
        ("US", "2026-07-04", "Independence Day"),
        ("US", "2026-11-26", "Thanksgiving Day"),
        ("DE", "2026-10-03", "German Unity Day"),
        ("NO", "2026-05-16", "none"),  # an ordinary day is known to be one
    ],
)
def test_a_holiday_has_its_english_name(country: str, date: str, name: str) -> None:
    assert Holidays(waits=True).on(country, date) == name


@pytest.mark.parametrize("country", ["", "ZZ"])
def test_a_country_without_a_calendar_has_unknown_holidays(country: str) -> None:
    assert Holidays(waits=True).on(country, "2026-05-17") is None


def test_nobody_waits_for_a_calendar() -> None:
    holidays = Holidays()
    assert holidays.on("SE", "2026-06-06") in (None, "National Day")
    for thread in threading.enumerate():
        if thread.name == "holidays of SE":
            thread.join()
    assert holidays.on("SE", "2026-06-06") == "National Day"


def test_a_calendar_is_asked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr("edge.signals.holiday.calendar", lambda *key: asked.append(key))
    holidays = Holidays(waits=True)
    for _ in range(3):
        holidays.on("NO", "2026-05-17")
    assert asked == [("NO", 2026)]


def test_a_calendar_that_fails_costs_that_countrys_holidays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge.signals.holiday.calendar", lambda *key: 1 / 0)
    assert Holidays(waits=True).on("NO", "2026-05-17") is None


def test_every_country_has_a_calendar_or_none() -> None:
    known = [country for country in sorted(COUNTRIES) if calendar(country, 2026)]
    assert len(known) > 200
