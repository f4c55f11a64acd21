from __future__ import annotations

import pytest

from edge.serve.relapse import Relapse


def test_a_worker_that_died_is_due_at_once_and_named_once() -> None:
    relapse = Relapse()
    relapse.died(1, 100.0)
    assert (relapse.wait(100.0), relapse.take(100.0), relapse.take(100.0)) == (0.0, [1], [])
    assert relapse.wait(100.0) is None


def test_the_more_often_it_dies_the_longer_it_waits_up_to_a_bound() -> None:
    relapse, now, waits = Relapse(), 100.0, []
    for _ in range(9):
        relapse.died(0, now)
        waits.append(relapse.wait(now))
        now += waits[-1] or 0.0
        assert relapse.take(now) == [0]
    assert waits == [0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0]


def test_after_a_quiet_minute_all_is_forgotten() -> None:
    relapse = Relapse()
    for at in (0.0, 1.0, 2.0):
        relapse.died(0, at)
    relapse.take(10.0)
    relapse.died(0, 70.0)
    assert relapse.wait(70.0) == 0.0


def test_others_do_not_wait_for_one_that_keeps_dying() -> None:
    relapse = Relapse()
    for at in (1.0, 1.1, 1.2):
        relapse.died(0, at)
        relapse.take(9.0)
    relapse.died(0, 9.0)
    relapse.died(1, 9.0)
    assert relapse.take(9.0) == [1]
    assert relapse.wait(9.0) == pytest.approx(1.0)


def test_it_is_known_how_often_all_of_them_have_died() -> None:
    relapse = Relapse()
    for worker, at in ((0, 1.0), (0, 2.0), (0, 3.0), (1, 3.0)):
        relapse.died(worker, at)
    assert (relapse.times(2), relapse.times(1), relapse.times(3)) == (1, 3, 0)
