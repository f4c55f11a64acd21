"""The world is found out once, and every worker is told when something has changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.signals.facts import FOR_EVER, NOTHING, Facts
from edge.signals.load import SPAN
from edge.signals.weather.reading import Reading
from edge.signals.weather.sheet import Told
from edge.world.world import World
from rules.compile import compile as compile_rules
from rules.load import load
from rules.values import RuleSet

OSLO = (60.0, 10.75)
RAIN = (Reading(0, weather="rain"),)
BUSY = b'{"value": "busy", "ttl": "5m"}'


class Beating:
    """A world whose clock is turned by hand; `told` is what workers have been told, in order."""

    def __init__(self, before: Facts = NOTHING) -> None:
        self.now = 1000.0
        self.told: list[Facts] = []
        self.broken = False
        self.world = World(lambda: self.now, self._publish, before)

    def _publish(self, known: Facts) -> None:
        if self.broken:
            raise OSError("no space left on device")
        self.told.append(known)

    def beat(self, after: float = 0.0) -> Facts:
        """Let time pass and a beat come; what workers know then."""
        self.now += after
        self.world.beat()
        return self.told[-1]


def _rules(folder: Path, site: str) -> RuleSet:
    (folder / "site.yaml").write_text(site)
    loaded = load(folder)
    assert loaded.document is not None, loaded.problems
    return compile_rules(loaded.document)


@pytest.fixture
def beating(tmp_path: Path) -> Beating:
    made = Beating()
    site = "load: {busy: 600, quiet: 60}\nsignals: {mood: {pushed: true, values: [calm, busy]}}\n"
    made.world.rules(_rules(tmp_path, site))
    return made


def test_what_is_pushed_is_told_and_forgotten_in_time(beating: Beating) -> None:
    assert beating.world.push("mood", BUSY) == 1300
    assert beating.beat().value("mood", beating.now) == "busy"
    assert beating.beat(300).pushed == {}


def test_nothing_is_told_twice(beating: Beating) -> None:
    beating.beat()
    beating.beat(1)
    assert len(beating.told) == 1


def test_the_weather_that_is_fetched_is_told(beating: Beating) -> None:
    beating.world.want(OSLO)
    beating.world.table.fetched(OSLO, RAIN, beating.now, due_at=3000)
    assert beating.beat().weather_at("60.00,10.75", beating.now) == {"weather": "rain"}


def test_a_crowd_makes_the_site_busy_and_its_end_quiet(beating: Beating) -> None:
    beating.world.pages(300)
    assert beating.beat(5).load == "busy"
    assert beating.beat(60).load == "quiet"


def test_places_of_the_site_are_looked_after_before_anybody_asks(tmp_path: Path) -> None:
    beating = Beating()
    beating.world.rules(_rules(tmp_path, "places: {oslo: {name: Oslo, at: [59.91, 10.75]}}\n"))
    assert beating.world.table.due(beating.now, 9) == [OSLO]


def test_pushes_outlive_the_process_that_took_them() -> None:
    before = Facts(pushed={"mood": ("busy", 1300.0)})
    assert Beating(before).world.pushed.current(1100) == {"mood": ("busy", 1300.0)}


def test_what_could_not_be_told_is_told_as_soon_as_it_can_be(beating: Beating) -> None:
    beating.world.push("mood", BUSY)
    beating.broken = True
    beating.world.beat()
    beating.broken = False
    assert beating.beat(1).value("mood", beating.now) == "busy"


def test_that_nothing_can_be_told_is_said_once_and_so_is_its_end(
    beating: Beating, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "windsock")
    beating.world.push("mood", BUSY)
    beating.broken = True
    for _ in range(5):
        beating.world.beat()
    beating.broken = False
    beating.beat(1)
    beating.beat(1)
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


def test_the_weather_outlives_the_process_that_fetched_it(beating: Beating) -> None:
    beating.world.want(OSLO)
    beating.world.table.fetched(OSLO, RAIN, beating.now, due_at=3000)
    after = Beating(beating.beat())
    after.now = 1500
    after.world.want(OSLO)
    assert after.world.table.known(1500)[OSLO].series == RAIN
    assert after.world.table.due(1500, 9) == []


def test_a_file_of_weather_that_is_not_read_yet_is_as_it_was_told() -> None:
    before = Facts({"*": Told(RAIN, FOR_EVER)}, load="busy")
    assert Beating(before).world._known(1000) == Facts({"*": Told(RAIN, FOR_EVER)}, load="unknown")


def test_a_world_that_has_just_begun_is_quiet_whoever_comes_first(beating: Beating) -> None:
    beating.world.pages(30)
    assert beating.beat(1).load == "normal"
    assert Beating().beat().load == "unknown"


def test_weather_that_is_as_it_was_is_the_same_object_whatever_else_changes(beating: Beating) -> None:
    beating.world.want(OSLO)
    beating.world.table.fetched(OSLO, RAIN, beating.now, due_at=3000)
    before = beating.beat(2).weather
    beating.world.push("mood", BUSY)
    assert beating.beat(2).weather is before
    assert len(beating.told) == 2


def test_who_goes_on_from_an_earlier_process_knows_that() -> None:
    assert Beating(Facts()).world.began_again
    assert not Beating().world.began_again


def test_how_busy_it_was_holds_until_pages_have_been_counted_again(tmp_path: Path) -> None:
    after = Beating(Facts(load="busy"))
    after.world.rules(_rules(tmp_path, "load: {busy: 600, quiet: 60}\n"))
    after.now += SPAN - 1
    assert after.world._known(after.now).load == "busy"
    after.now += 1
    assert after.world._known(after.now).load == "quiet"


def test_a_push_may_come_with_a_value_that_has_been_read(beating: Beating) -> None:
    beating.world.put("mood", "busy", "5m")
    assert beating.beat().value("mood", beating.now) == "busy"
