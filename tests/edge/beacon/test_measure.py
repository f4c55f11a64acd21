"""What a worker does for a page that counts something."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from prometheus_client import CollectorRegistry

from edge.beacon.measure import Measure
from edge.beacon.page import Page, Pages
from edge.decisions.values import Decision
from edge.events.log import Log, Tally
from edge.settings import default
from edge.telemetry.beacons import BeaconMetrics
from tests.edge.beacon.site import KEY, NOW, Editions, rules

LEARNED = Decision("hero", "b", "learned", 1, 0.5, {}, model="hero/visitor/device,temperature", cell=("mobile", "5..9"))
HELD = Decision("hero", "a", "holdout", None, 1.0, {})
PLAIN = Decision("plain", "a", "split", 1, 0.5, {})


def measured(folder: Path, asked: Callable[[Measure], str]) -> str:
    """What it gives, after all that it counts is written."""
    settings = replace(default(), durability="normal")

    async def whole() -> str:
        edition = rules(folder / "rules")
        metrics = BeaconMetrics(CollectorRegistry())
        measure = Measure(settings, folder / "windsock.db", Editions(edition), [KEY], metrics, lambda: NOW)
        given = asked(measure)
        await measure.close()
        return given

    return asyncio.run(whole())


def test_a_page_gets_a_token_with_what_counts_on_it(tmp_path: Path) -> None:
    edition = rules(tmp_path / "known")
    token = measured(tmp_path, lambda measure: measure.page([PLAIN, LEARNED], edition, {}))
    page = Pages([KEY]).open(token, NOW)
    assert isinstance(page, Page)
    assert [(each[0], each[5], each[6]) for each in page.rows] == [("hero", LEARNED.model, ["mobile", "5..9"])]


def test_a_page_on_which_nothing_counts_gets_none_and_is_not_counted(tmp_path: Path) -> None:
    edition = rules(tmp_path / "known")
    assert measured(tmp_path, lambda measure: measure.page([PLAIN], edition, {})) == ""
    assert not (tmp_path / "windsock.db").exists()


def test_decisions_are_counted_by_side_also_when_no_beacon_comes(tmp_path: Path) -> None:
    edition = rules(tmp_path / "known")

    def three(measure: Measure) -> str:
        for decision in (LEARNED, LEARNED, HELD):
            measure.page([decision], edition, {})
        return ""

    measured(tmp_path, three)
    hour = int(NOW) // 3600
    with Log(tmp_path / "windsock.db") as log:
        assert sorted(log.tallies(), key=lambda each: each.side) == [
            Tally(hour, "hero", "a", "holdout", "holdout", 1),
            Tally(hour, "hero", "b", "personal", "learned", 2),
        ]


def test_the_values_that_a_model_met_are_counted_as_they_were_once_they_are_several(tmp_path: Path) -> None:
    edition = rules(tmp_path / "known")

    def visits(measure: Measure) -> str:
        for number in range(12):
            measure.page([LEARNED], edition, {"device": "mobile" if number else "tv", "temperature": 7.2})
        return ""

    measured(tmp_path, visits)
    with Log(tmp_path / "windsock.db") as log:
        assert log.seen(int(NOW) // 86_400) == {
            (LEARNED.model, "device"): {"mobile": 11},
            (LEARNED.model, "temperature"): {"5..9": 12},
        }
