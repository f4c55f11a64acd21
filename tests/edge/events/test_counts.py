"""What is only counted: bounded, added up, and nothing of a single visitor."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.events import counts
from edge.events.counts import LONGEST, SEVERAL, VALUES, Counts, write
from edge.events.log import Log, Tally


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    with Log(tmp_path / "windsock.db") as log:
        yield log


def met(counted: Counts, value: str, times: int, day: int = 7) -> None:
    for _ in range(times):
        counted.seen((day, "m", "utm.source", value))


def flushed(log: Log, counted: Counts) -> None:
    with log.transaction() as connection:
        write(connection, *counted.take())


def test_counts_are_added_to_those_that_are_written(log: Log) -> None:
    counted = Counts()
    for _ in range(2):
        counted.decided((7, "hero", "rain", "personal", "learned"), 3)
        flushed(log, counted)
    assert log.tallies() == [Tally(7, "hero", "rain", "personal", "learned", 6)]
    assert log.tallies(since=8) == []


def test_a_value_is_written_once_it_was_met_several_times_and_then_each_time(log: Log) -> None:
    counted = Counts()
    met(counted, "ada@people.example", SEVERAL - 1)
    met(counted, "mail", SEVERAL)
    assert counted
    flushed(log, counted)
    assert log.seen(7) == {("m", "utm.source"): {"mail": SEVERAL}}
    met(counted, "mail", 2)
    flushed(log, counted)
    assert log.seen(7) == {("m", "utm.source"): {"mail": SEVERAL + 2}}


def test_each_day_begins_anew(log: Log) -> None:
    counted = Counts()
    met(counted, "mail", SEVERAL - 1)
    met(counted, "mail", SEVERAL - 1, day=8)
    assert not counted


def test_a_signal_has_so_many_values_a_day_and_no_more(log: Log) -> None:
    counted = Counts()
    for number in range(VALUES + 50):
        met(counted, f"value-{number}", SEVERAL)
    flushed(log, counted)
    met(counted, "one more", SEVERAL)
    met(counted, "value-0", 1)
    flushed(log, counted)
    found = log.seen(7)["m", "utm.source"]
    assert (len(found), found["value-0"], "one more" in found) == (VALUES, SEVERAL + 1, False)


def test_a_long_value_is_not_counted() -> None:
    counted = Counts()
    met(counted, "x" * (LONGEST + 1), SEVERAL)
    assert not counted


def test_so_many_things_are_counted_at_a_time_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "_MOST", 100)
    counted = Counts()
    for number in range(300):
        counted.decided((number, "hero", "rain", "personal", "rule"))
        met(counted, f"value-{number}", SEVERAL)
    decided, seen = counted.take()
    assert (len(decided), len(seen)) == (100, 100)


def test_what_could_not_be_written_is_taken_back(log: Log) -> None:
    counted = Counts()
    counted.decided((7, "hero", "rain", "personal", "rule"))
    met(counted, "mail", SEVERAL)
    counted.again(*counted.take())
    flushed(log, counted)
    assert (log.tallies()[0].n, log.seen(7)["m", "utm.source"]) == (1, {"mail": SEVERAL})
