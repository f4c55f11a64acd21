"""Public holidays by country."""

from __future__ import annotations

import threading

import pytest

from edge.signals.holiday import Holidays, calendar
from rules.phrase import condition
from rules.when import evaluate
from rules.words import COUNTRIES


@pytest.mark.parametrize(
    ("country", "date", "name"),
    [
        ("NO", "2026-05-17", "Constitution Day"),
        ("US", "2026-07-04", "Independence Day"),
        ("US", "2026-11-26", "Thanksgiving Day"),
        ("DE", "2026-10-03", "German Unity Day"),
        ("NO", "2026-05-16", "none"),  # an ordinary day is known to be one
        ("US", "2026-07-03", "Independence Day"),  # observed on a Friday
        ("GB", "2026-12-28", "Boxing Day"),  # observed on a Monday
        ("CN", "2026-02-14", "none"),
        ("CN", "2026-02-20", "Day off"),  # substituted from another day
        ("TR", "2026-05-27", "Eid al-Adha"),  # estimated by the moon
        ("IT", "2026-11-01", "All Saints' Day; National Unity Day"),
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


@pytest.mark.parametrize("name", ["All Saints' Day", "National Unity Day", "All Saints*"])
def test_a_rule_with_one_name_is_met_on_a_day_of_two(name: str) -> None:
    signals = {"holiday": str(Holidays(waits=True).on("IT", "2026-11-01"))}
    assert evaluate(condition({"holiday": name}), signals) is True
    assert evaluate(condition({"not": {"holiday": name}}), signals) is False
    assert evaluate(condition({"holiday": "Easter Monday"}), signals) is False


def test_every_country_has_a_calendar_or_none() -> None:
    known = [country for country in sorted(COUNTRIES) if calendar(country, 2026)]
    assert len(known) > 200
