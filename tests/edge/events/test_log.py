"""What is written comes back, in order; what the learner keeps is kept whole or not at all; what is old goes."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from edge.events.log import KEPT, Audit, Exposure, Log, Outcome
from edge.events.writer import Writer
from tests.edge.events.rows import exposure, reward

DAY = 86_400.0


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "windsock.db"


@pytest.fixture
def log(file: Path) -> Iterator[Log]:
    with Log(file) as log:
        yield log


def written(file: Path, *batches: Sequence[Exposure] | Sequence[Outcome]) -> list[int]:
    """How many rows of each batch were new."""

    async def write() -> list[int]:
        writer = Writer(file, "normal")
        new = [await writer.submit(batch) for batch in batches]
        await writer.close()
        return new

    return asyncio.run(write())


def test_an_exposure_comes_back_to_the_last_bit(file: Path, log: Log) -> None:
    written(file, [exposure(), exposure("page.1", rule=None, cell=(), model="", snapshot="", at=1e9 + 1 / 3)])
    assert [each for _, each in log.exposures()] == [
        exposure(),
        exposure("page.1", rule=None, cell=(), model="", snapshot="", at=1e9 + 1 / 3),
    ]


def test_rows_come_in_the_order_of_their_commits_and_go_on_after_a_seq(file: Path, log: Log) -> None:
    written(file, [exposure("a.0")], [exposure("b.0")], [exposure("a.0"), exposure("c.0")])
    (first, _), (second, _), (third, _) = rows = log.exposures()
    assert [each.decision for _, each in rows] == ["a.0", "b.0", "c.0"]
    assert first < second < third <= log.last()
    assert [seq for seq, _ in log.exposures(first)] == [second, third]
    assert [seq for seq, _ in log.exposures(first, 1)] == [second]
    assert log.exposures(third) == []


def test_rows_of_one_experience_can_be_asked_for(file: Path, log: Log) -> None:
    written(file, [exposure("a.0"), exposure("a.1", experience="form"), exposure("b.0")])
    assert [each.decision for _, each in log.exposures(experience="hero")] == ["a.0", "b.0"]
    assert log.exposures(experience="gone") == []


def test_what_followed_is_found_by_decision(file: Path, log: Log) -> None:
    written(file, [reward("a.0"), reward("a.0", goal="event x"), reward("b.0", event="measure", goal="lcp", value=9.5)])
    found = log.outcomes_of(["a.0", "b.0", "c.0", *(f"d.{number}" for number in range(2000))])
    assert {decision: [each.goal for each in several] for decision, several in found.items()} == {
        "a.0": ['click "#hero a"', "event x"],
        "b.0": ["lcp"],
    }


def test_a_decision_has_one_exposure_and_each_goal_one_reward(file: Path, log: Log) -> None:
    assert written(file, [exposure()], [exposure(variant="snow")], [reward()], [reward(value=0.5, at=2000.0)]) == [
        1,
        0,
        1,
        0,
    ]
    assert [each for _, each in log.exposures()] == [exposure()]
    assert log.outcomes_of(["page.0"]) == {"page.0": [reward()]}


def test_a_number_is_never_given_twice(file: Path, log: Log) -> None:
    written(file, [exposure("a.0")])
    last = log.last()
    assert log.sweep(1e6, 1.0, last) == 1
    written(file, [exposure("b.0")])
    assert log.exposures()[0][0] > last


def test_states_and_snapshot_are_kept_together_or_not_at_all(log: Log) -> None:
    log.keep({"m": (7, "{}")}, (1, 5.0, b"one"))
    with pytest.raises(sqlite3.Error):
        log.keep({"m": (9, "{new}")}, (2, 6.0, None))  # type: ignore[arg-type]  # what cannot be written
    assert (log.states(), log.snapshots(), log.snapshot()) == ({"m": (7, "{}")}, [(1, 5.0)], b"one")


def test_the_latest_snapshots_are_kept(log: Log) -> None:
    for number in range(1, KEPT + 6):
        log.keep({}, (number, float(number), b"%d" % number))
    assert [number for number, _ in log.snapshots()] == list(range(KEPT + 5, 5, -1))
    assert (log.snapshot(), log.snapshot(7), log.snapshot(5)) == (b"%d" % (KEPT + 5), b"7", None)
    log.keep({}, gone=[7])
    assert log.snapshot(7) is None


def test_a_model_can_be_forgotten(log: Log) -> None:
    log.keep({"m": (7, "{}"), "n": (8, "{}")})
    log.forget(["m", "gone"])
    assert log.states() == {"n": (8, "{}")}


def test_who_did_what_is_noted_the_latest_first(log: Log) -> None:
    entries = [Audit(1.0, "learner", "returned", "hero"), Audit(2.0, "operator", "reset", "m")]
    for entry in entries:
        log.note(entry)
    assert log.notes() == entries[::-1]
    assert log.notes(1) == entries[1:]


@pytest.mark.parametrize(
    ("now", "upto", "left"),
    [
        (1000.25 + 30 * DAY - 1, 9, ["page.0", "page.1"]),
        (1000.25 + 30 * DAY + 1, 9, ["page.1"]),
        (1000.25 + 30 * DAY + 1, 0, ["page.0", "page.1"]),
        (1000.25 + 40 * DAY + 3599, 9, ["page.1"]),
        (1000.25 + 40 * DAY + 3601, 9, []),
    ],
)
def test_what_is_old_goes_once_it_is_learned_and_its_window_is_over(
    file: Path, log: Log, now: float, upto: int, left: list[str]
) -> None:
    written(file, [exposure("page.0"), exposure("page.1", window=40 * DAY)])
    log.sweep(now, 30 * DAY, upto)
    assert [each.decision for _, each in log.exposures()] == left


def test_a_sweep_takes_small_steps_until_nothing_is_left_to_do(file: Path, log: Log) -> None:
    written(
        file, [exposure(f"page.{number}") for number in range(25)], [reward(f"page.{number}") for number in range(25)]
    )
    steps = []
    while step := log.sweep(1e9, DAY, log.last(), 10):
        steps.append(step)
    assert (sum(steps), max(steps)) == (50, 20)
    assert (log.exposures(), log.outcomes_of(["page.3"])) == ([], {})


def test_what_followed_stays_as_long_as_what_it_followed(file: Path, log: Log) -> None:
    written(file, [exposure("page.0", window=40 * DAY)], [reward("page.0"), reward("never-seen.0")])
    log.sweep(1000 + 35 * DAY, 30 * DAY, 9)
    assert log.outcomes_of(["page.0", "never-seen.0"]) == {"page.0": [reward()]}
