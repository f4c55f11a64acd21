"""Moments that tell schedules and clocks apart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from edge.decisions.matrix.formula import Leaf, Runs
from edge.decisions.matrix.moment import Clock, moments
from edge.signals.time import Times
from rules.phrase import phrase
from rules.vocabulary import signal
from rules.when import AnyOf, Between, Is
from rules.window import Window, moment, recurrence
from rules.words import DAYPARTS

OSLO = ZoneInfo("Europe/Oslo")
NOW = datetime(2026, 11, 22, 11, 7, tzinfo=UTC).timestamp()
TIMES = Times(OSLO)
CLOCK = Clock(NOW, OSLO, DAYPARTS, lambda at, _: TIMES.signals(at))

ASKED = st.sampled_from(
    [
        ("hour", "22-6"), ("hour", "9"), ("hour", "> 17"), ("daypart", "evening"), ("daypart", "night"),
        ("weekday", "mon-fri"), ("weekday", "sun"), ("weekend", "true"), ("month", "dec"), ("month", "nov-feb"),
        ("season", "summer"), ("date", "2026-12-24"), ("date", "2026-12-20 - 2027-01-06"), ("date", "< 2027-03-01"),
    ]
)  # fmt: skip
WINDOWS = st.sampled_from(
    [
        Window(starts=moment("2026-12-01 09:30", OSLO)),
        Window(ends=moment("2026-12-24", OSLO, whole_day=True)),
        Window(every=(recurrence("mon-fri 06:00-12:30"),), zone=OSLO),
        Window(every=(recurrence("fri 22:00-02:00"),), zone=OSLO),
    ]
)


def leaves(asked: list[tuple[str, str]], windows: list[Window]) -> list[Leaf]:
    found: list[Leaf] = [Runs(window) for window in windows]
    for name, written in asked:
        read = phrase(signal(name), written)
        parts = read.parts if isinstance(read, AnyOf) else (read,)
        found += [part for part in parts if isinstance(part, Is | Between)]
    return found


@given(st.lists(ASKED, max_size=3), st.lists(WINDOWS, max_size=2))
@settings(max_examples=25, deadline=None)
def test_there_is_one_for_each_answer_of_the_next_months(asked: list[tuple[str, str]], windows: list[Window]) -> None:
    about = leaves(asked, windows)
    told = {tuple(leaf.holds(signals) for leaf in about) for signals in moments(about, CLOCK)}
    start = datetime.fromtimestamp(NOW, OSLO)
    for step in range(0, 130 * 24 * 2, 1):
        at = (start + timedelta(minutes=30 * step)).timestamp()
        signals = {**TIMES.signals(at), "at": at}
        assert tuple(leaf.holds(signals) for leaf in about) in told


def test_the_first_one_is_now_and_none_is_past() -> None:
    found = [float(signals["at"]) for signals in moments(leaves([("hour", "9"), ("season", "summer")], []), CLOCK)]
    assert found[0] == NOW
    assert min(found) == NOW


def test_where_nothing_is_asked_now_is_enough() -> None:
    assert [signals["at"] for signals in moments([], CLOCK)][:1] == [NOW]
