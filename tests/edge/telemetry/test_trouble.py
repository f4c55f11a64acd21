"""A failure is always counted, and said as often as a person can read it."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

import pytest

from edge.fallback import Failure
from edge.telemetry.metrics import Metrics
from edge.telemetry.trouble import ATTEMPT, Trouble

SCOPE = {"type": "http", "method": "GET", "path": "/a", "query_string": b"email=nora", "headers": []}


@dataclass
class Dial:
    """A clock that is turned by hand."""

    now: float = 1000.0

    def __call__(self) -> float:
        """Seconds."""
        return self.now


def reported(trouble: Trouble, times: int, failure: Failure = Failure.LOOP) -> list[str]:
    """So many failures; the references that their visitors get."""

    async def report() -> list[str]:
        return [trouble.report(failure, SCOPE, "Via names us") for _ in range(times)]

    return asyncio.run(report())


def counted(metrics: Metrics, name: str, **labels: str) -> float:
    metrics.flush()
    return metrics.registry.get_sample_value(f"windsock_{name}_total", labels) or 0.0


def test_each_failure_is_counted_by_kind_and_by_rung() -> None:
    metrics = Metrics()
    reported(Trouble(metrics, Dial()), 25)
    assert (counted(metrics, "failures", failure="loop"), counted(metrics, "fallbacks", rung="error")) == (25, 25)


def test_a_failure_that_comes_with_every_request_has_ten_lines_at_once_and_one_a_second(
    caplog: pytest.LogCaptureFixture,
) -> None:
    dial = Dial()
    trouble = Trouble(Metrics(), dial)
    reported(trouble, 1000)
    assert len(caplog.records) == 10
    for _ in range(100):
        dial.now += 0.125
        reported(trouble, 1)
    assert len(caplog.records) == 22


def test_the_next_line_says_how_many_were_left_out(caplog: pytest.LogCaptureFixture) -> None:
    dial = Dial()
    trouble = Trouble(Metrics(), dial)
    reported(trouble, 13)
    dial.now += 1
    reported(trouble, 1)
    dial.now += 1
    reported(trouble, 1)
    assert [vars(record).get("left_out", 0) for record in caplog.records] == [*[0] * 10, 3, 0]


def test_one_kind_of_failure_does_not_hide_another(caplog: pytest.LogCaptureFixture) -> None:
    trouble = Trouble(Metrics(), Dial())
    reported(trouble, 100)
    reported(trouble, 1, Failure.ORIGIN_CUT)
    assert vars(caplog.records[-1])["failure"] == "origin-cut"


def test_every_visitors_reference_stands_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    references = reported(Trouble(Metrics(), Dial()), 30)
    assert set(references) == {vars(record)["reference"] for record in caplog.records}


def test_no_line_holds_the_query(caplog: pytest.LogCaptureFixture) -> None:
    reported(Trouble(Metrics(), Dial()), 1)
    assert "nora" not in str(vars(caplog.records[0]))


@dataclass
class Tried:
    """An answer that is only tried."""

    began: bool


@pytest.mark.parametrize(("began", "level", "rung"), [(False, logging.WARNING, 0), (True, logging.ERROR, 1)])
def test_what_fails_while_it_is_tried_costs_the_visitor_nothing_until_they_have_seen_some_of_it(
    caplog: pytest.LogCaptureFixture, began: bool, level: int, rung: float
) -> None:
    metrics = Metrics()

    async def report() -> None:
        Trouble(metrics).report(Failure.ORIGIN_CUT, {**SCOPE, "extensions": {ATTEMPT: Tried(began)}}, "closed")

    asyncio.run(report())
    assert caplog.records[0].levelno == level
    assert counted(metrics, "fallbacks", rung="error") == rung
    assert counted(metrics, "failures", failure="origin-cut") == 1
