"""The table of cells: what is fetched when, and what pages are told meanwhile."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.signals.weather.reading import Reading
from edge.signals.weather.table import (
    FORGOTTEN,
    LONGEST_WAIT,
    MOST_CELLS,
    NEW_CELLS_AT_ONCE,
    NEW_CELLS_PER_SECOND,
    PASSED,
    STALE,
    Table,
    renewal,
)

OSLO, LISBON = (60.0, 10.75), (38.75, -9.25)


def half() -> float:
    return 0.5


RAIN = (Reading(0, weather="rain"),)


def _fresh(now: float = 1000.0) -> Table:
    table = Table(now)
    table.want(OSLO, now)
    table.fetched(OSLO, RAIN, now, due_at=now + 1800, validator="Sun, 22 Nov 2026 12:00:00 GMT")
    return table


def test_a_new_cell_is_due_at_once_and_unknown_until_it_is_fetched() -> None:
    table = Table(0)
    assert table.want(OSLO, 5)
    assert table.due(5, 10) == [OSLO]
    assert table.known(5) == {}


def test_a_fetched_cell_is_known_and_due_again_later() -> None:
    table = _fresh()
    assert table.due(2799, 10) == []
    assert table.due(2800, 10) == [OSLO]
    assert table.known(2800)[OSLO].series == RAIN


def test_the_last_reading_is_used_while_the_service_fails_and_then_no_more() -> None:
    table = _fresh(1000)
    table.failed([OSLO], 2800, half)
    assert OSLO in table.known(1000 + STALE - 1)
    assert OSLO not in table.known(1000 + STALE)


def test_waits_grow_with_each_failure_up_to_an_hour() -> None:
    table, now, waits = _fresh(0), 2000.0, []
    for _ in range(9):
        table.failed([OSLO], now, half)
        due = next(at for at in range(int(now), int(now) + 10_000) if table.due(at, 1))
        table.want(OSLO, due)
        waits.append(due - now)
        now = float(due)
    assert waits[:4] == [60, 120, 240, 480]
    assert waits[-1] == LONGEST_WAIT


def test_cells_that_failed_together_do_not_come_back_together() -> None:
    table, chances = Table(0), iter((0.0, 1.0))
    for cell in (OSLO, LISBON):
        table.want(cell, 0)
    table.failed([OSLO, LISBON], 0, lambda: next(chances))
    assert table.due(50, 2) == [OSLO]


def test_an_answer_that_nothing_has_changed_renews_what_is_known() -> None:
    table = _fresh(0)
    table.fetched(OSLO, None, 2000, due_at=4000)
    assert table.known(2000 + STALE - 1)[OSLO].series == RAIN
    assert table.validator(OSLO, 2000) == "Sun, 22 Nov 2026 12:00:00 GMT"


def test_a_new_answer_without_a_date_is_asked_for_without_a_condition() -> None:
    table = _fresh(0)
    table.fetched(OSLO, RAIN, 2000, due_at=4000)
    assert table.validator(OSLO, 2000) == ""


def test_a_forecast_that_has_passed_is_asked_for_without_a_condition() -> None:
    table = _fresh(0)
    table.fetched(OSLO, None, PASSED, due_at=PASSED + 1800)
    assert table.validator(OSLO, PASSED - 1) != ""
    assert table.validator(OSLO, PASSED) == ""


def test_a_clock_that_is_set_back_takes_the_table_with_it() -> None:
    table = _fresh(1e9)
    table.due(1e9, 10)
    assert table.due(1000, 10) == []
    assert table.due(1000 + 1800, 10) == [OSLO]
    assert OSLO in table.known(1000 + STALE - 1)
    assert OSLO not in table.known(1000 + STALE)


def test_the_sites_own_places_take_no_visitors_place() -> None:
    table = Table(0)
    table.keep([(number / 100, 0.0) for number in range(MOST_CELLS)], 0)
    assert table.want(LISBON, 0)


def test_a_crowd_from_everywhere_is_let_in_slowly() -> None:
    table = Table(0)
    cells = [(float(row), 0.0) for row in range(-80, 81)]
    assert sum(table.want(cell, 0) for cell in cells) == NEW_CELLS_AT_ONCE
    assert table.refused == len(cells) - NEW_CELLS_AT_ONCE
    assert sum(table.want(cell, 3 / NEW_CELLS_PER_SECOND) for cell in cells) == NEW_CELLS_AT_ONCE + 3


def test_a_clock_that_goes_back_gives_no_tokens() -> None:
    table = Table(1000)
    for row in range(NEW_CELLS_AT_ONCE):
        table.want((float(row), 0.0), 1000)
    assert not table.want(OSLO, 10)


def test_a_cell_that_nobody_asks_for_is_forgotten() -> None:
    table = _fresh(1000)
    assert table.due(1000 + FORGOTTEN + 1, 10) == []
    assert len(table) == 0


def test_the_sites_own_places_are_fetched_whether_or_not_anybody_asks() -> None:
    table = Table(0)
    table.keep([LISBON], 0)
    assert table.due(FORGOTTEN * 5, 10) == [LISBON]
    table.keep([], 1)
    table.due(FORGOTTEN * 5, 10)
    assert len(table) == 0


def test_the_table_does_not_grow_without_end() -> None:
    table = Table(0)
    for number in range(MOST_CELLS + 5):
        table.want((number / 100, 0.0), number * 10.0)
        table.want((0.0, 0.0), number * 10.0)
    assert len(table) <= MOST_CELLS


def test_those_that_wait_longest_come_first() -> None:
    table = Table(0)
    table.want(LISBON, 1)
    table.want(OSLO, 0)
    assert table.due(2, 1) == [OSLO]


CHANCE = st.floats(0, 1)


@given(st.floats(0, 1e10), st.floats(-1e11, 1e11), CHANCE)
def test_a_service_that_forbids_it_is_never_asked_before_its_end(now: float, ends: float, chance: float) -> None:
    at = renewal(now, ends, 1800, early=False, chance=chance)
    if now + 60 < ends < now + 86_400:
        assert ends <= at <= ends + 300
    else:
        assert at == pytest.approx(now + 1800, abs=301)


@given(CHANCE)
def test_others_are_asked_a_little_before_the_end_and_not_all_at_once(chance: float) -> None:
    assert 0.79 * 1800 <= renewal(0, 1800, 900, early=True, chance=chance) <= 0.96 * 1800
