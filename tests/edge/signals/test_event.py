"""What is on by the visitor's date."""

from __future__ import annotations

import pytest

from edge.signals.event import Calendar
from rules.values import Event

SALE = Event("sale", (("2026-12-01", "2026-12-24"), ("2027-06-01", "2027-06-14")))
FRIDAY = Event("friday", (("2026-12-04", "2026-12-04"),))


@pytest.mark.parametrize(
    ("date", "on"),
    [
        ("2026-11-30", "none"),
        ("2026-12-01", "sale"),
        ("2026-12-24", "sale"),
        ("2026-12-25", "none"),
        ("2027-06-14", "sale"),
    ],
)
def test_first_and_last_day_are_included(date: str, on: str) -> None:
    assert Calendar([SALE]).on(date) == on


@pytest.mark.parametrize(("events", "on"), [((SALE, FRIDAY), "sale"), ((FRIDAY, SALE), "friday")])
def test_of_two_on_one_day_the_first_counts(events: tuple[Event, ...], on: str) -> None:
    assert Calendar(events).on("2026-12-04") == on
