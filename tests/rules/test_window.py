from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from rules.problem import ReadingError
from rules.window import Recurrence, Window, moment, recurrence, weekday

OSLO = ZoneInfo("Europe/Oslo")
NEW_YORK = ZoneInfo("America/New_York")


def at(written: str, zone: ZoneInfo = OSLO, fold: int = 0) -> float:
    """Seconds since the epoch of a local time."""
    return datetime.fromisoformat(written).replace(tzinfo=zone, fold=fold).timestamp()


def window(starts: str = "", ends: str = "", every: tuple[str, ...] = (), zone: ZoneInfo = OSLO) -> Window:
    always = Window()
    return Window(
        moment(starts, zone) if starts else always.starts,
        moment(ends, zone, whole_day=True) if ends else always.ends,
        tuple(map(recurrence, every)),
        zone,
    )


def test_without_dates_it_is_always_open() -> None:
    assert Window().open(0.0)
    assert Window().open(9e9)


def test_it_opens_with_the_first_second_of_the_start() -> None:
    assert not window(starts="2026-11-01").open(at("2026-10-31T23:59:59"))
    assert window(starts="2026-11-01").open(at("2026-11-01T00:00:00"))


def test_a_bare_end_date_includes_that_day() -> None:
    assert window(ends="2027-01-31").open(at("2027-01-31T23:59:59"))
    assert not window(ends="2027-01-31").open(at("2027-02-01T00:00:00"))


def test_an_end_with_a_clock_is_not_included() -> None:
    assert window(ends="2027-01-31 18:00").open(at("2027-01-31T17:59:59"))
    assert not window(ends="2027-01-31 18:00").open(at("2027-01-31T18:00:00"))


def test_dates_are_on_the_clocks_of_the_zone() -> None:
    assert window(starts="2026-11-01", zone=NEW_YORK).starts - window(starts="2026-11-01").starts == 5 * 3600


def test_an_end_on_the_day_of_a_change_of_clocks_includes_all_25_hours() -> None:
    day = window(starts="2026-10-25", ends="2026-10-25")
    assert day.ends - day.starts == 25 * 3600


def test_an_hour_that_no_clock_shows_still_is_a_moment() -> None:
    assert moment("2026-03-29 02:30", OSLO) == at("2026-03-29T03:30:00")


def test_an_hour_that_clocks_show_twice_means_the_first() -> None:
    assert moment("2026-10-25 02:30", OSLO) == at("2026-10-25T02:30:00", fold=0)


MORNINGS = window(every=("mon-fri 06:00-12:00",))


@pytest.mark.parametrize(
    ("when", "is_open"),
    [
        ("2026-11-23T06:00:00", True),  # a Monday
        ("2026-11-23T11:59:59", True),
        ("2026-11-23T12:00:00", False),
        ("2026-11-23T05:59:59", False),
        ("2026-11-27T08:00:00", True),
        ("2026-11-28T08:00:00", False),  # a Saturday
    ],
)
def test_every_is_a_span_of_the_clock_on_some_days(when: str, is_open: bool) -> None:
    assert MORNINGS.open(at(when)) is is_open


@pytest.mark.parametrize(
    ("when", "is_open"),
    [
        ("2026-11-27T21:59:59", False),
        ("2026-11-27T22:00:00", True),  # Friday night
        ("2026-11-28T01:59:59", True),  # which goes on into Saturday
        ("2026-11-28T02:00:00", False),
        ("2026-11-28T22:30:00", False),
        ("2026-11-27T01:00:00", False),  # Thursday night is not meant
    ],
)
def test_a_span_over_midnight_belongs_to_the_day_it_begins_on(when: str, is_open: bool) -> None:
    assert window(every=("fri 22:00-02:00",)).open(at(when)) is is_open


def test_every_follows_the_clocks_when_they_change() -> None:
    sunday = window(every=("sun 02:00-03:00",))
    assert sunday.open(at("2026-10-25T02:30:00", fold=0))
    assert sunday.open(at("2026-10-25T02:30:00", fold=1))
    spring = datetime(2026, 3, 29, 1, 30, tzinfo=UTC).timestamp()  # clocks go from 02:00 to 03:00 at 01:00 UTC
    assert not sunday.open(spring)


def test_one_of_several_spans_is_enough() -> None:
    either = window(every=("sat-sun", "22:00-24:00"))
    assert either.open(at("2026-11-28T09:00:00"))
    assert either.open(at("2026-11-24T23:59:59"))
    assert not either.open(at("2026-11-24T21:00:00"))


@pytest.mark.parametrize(
    ("written", "days", "start", "end"),
    [
        ("mon-fri 06:00-12:00", {0, 1, 2, 3, 4}, 360, 720),
        ("mon-fri 8-18", {0, 1, 2, 3, 4}, 480, 1080),
        ("22-6:30", set(range(7)), 1320, 390),
        ("sat 20-24", {5}, 1200, 1440),
        ("Fri-Mon", {4, 5, 6, 0}, 0, 1440),
        ("sat, sun 9:00-17:30", {5, 6}, 540, 1050),
        ("monday", {0}, 0, 1440),
        ("18:00-24:00", set(range(7)), 1080, 1440),
        ("tue – thu 08:00 – 09:00", {1, 2, 3}, 480, 540),
    ],
)
def test_every_is_written_with_days_hours_or_both(written: str, days: set[int], start: int, end: int) -> None:
    assert recurrence(written) == Recurrence(frozenset(days), start, end)


@pytest.mark.parametrize(
    "written", ["", "weekdays", "mon-fri 6", "25-26", "8-8", "25:00-26:00", "08:00-08:00", "mon 24:00-02:00", "-"]
)
def test_what_is_no_time_of_the_week_is_refused(written: str) -> None:
    with pytest.raises(ReadingError):
        recurrence(written)


@pytest.mark.parametrize(
    "written", ["2026-02-30", "01.11.2026", "2026-11-01 24:00", "1969-01-01", "3000-01-01", "soon", ""]
)
def test_what_is_no_date_is_refused(written: str) -> None:
    with pytest.raises(ReadingError):
        moment(written, UTC)


def test_days_have_short_names_long_names_and_numbers() -> None:
    assert [weekday(name) for name in ("mon", "Sunday", "3", " sat ")] == [0, 6, 2, 5]
