"""The thread that writes: each sender is told after the commit, or told that nothing came of it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest

from edge.events import pen
from edge.events.log import Log
from edge.events.writer import WAITING, Commit, Unwritten, Writer
from tests.edge.events.rows import exposure, reward


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "windsock.db"


def run(file: Path, use: Callable[[Writer], Awaitable[object]]) -> list[Commit]:
    """What the writer tells of its commits."""
    told: list[Commit] = []

    async def whole() -> None:
        writer = Writer(file, "normal", told.append)
        await use(writer)
        await writer.close()

    asyncio.run(whole())
    return told


def decisions(file: Path) -> list[str]:
    with Log(file) as log:
        return [each.decision for _, each in log.exposures(limit=100_000)]


def test_what_is_acknowledged_is_there_for_everybody(file: Path) -> None:
    async def use(writer: Writer) -> None:
        assert await writer.submit([exposure()]) == 1
        assert decisions(file) == ["page.0"]
        assert writer.waiting == 0

    run(file, use)


def test_what_comes_at_once_is_written_at_once(file: Path) -> None:
    async def use(writer: Writer) -> None:
        assert await asyncio.gather(*[writer.submit([exposure(f"{number}.0")]) for number in range(500)]) == [1] * 500

    commits = run(file, use)
    assert len(decisions(file)) == 500
    assert len(commits) <= 5


def test_each_sender_hears_what_was_new_of_its_own_also_where_others_repeat_themselves(file: Path) -> None:
    async def use(writer: Writer) -> None:
        await writer.submit([exposure("a.0")])
        shown = [["a.0"], ["b.0", "b.1"], ["b.1"]]
        waiting = [writer.submit([exposure(name) for name in names]) for names in shown]
        assert await asyncio.gather(*waiting, writer.submit([reward("b.0")])) == [0, 2, 0, 1]

    run(file, use)
    assert decisions(file) == ["a.0", "b.0", "b.1"]


def test_rows_are_written_in_the_order_in_which_they_came(file: Path) -> None:
    names = [f"{number}.0" for number in range(300)]

    async def use(writer: Writer) -> None:
        await asyncio.gather(*[writer.submit([exposure(name)]) for name in names])

    run(file, use)
    assert decisions(file) == names


def test_a_full_queue_refuses_at_once_and_has_room_again_later(file: Path) -> None:
    async def use(writer: Writer) -> None:
        first = writer.submit([exposure(f"{number}.0") for number in range(WAITING)])
        with pytest.raises(Unwritten, match="too many rows wait"):
            writer.submit([exposure("more.0")])
        assert await first == WAITING
        assert await writer.submit([exposure("more.0")]) == 1

    run(file, use)


def test_what_waits_when_it_is_closed_is_written_and_nothing_later(file: Path) -> None:
    async def whole() -> None:
        writer = Writer(file, "normal")
        waiting = writer.submit([exposure()])
        writer.tally((7, "hero", "rain", "personal", "rule"))
        await writer.close()
        assert await waiting == 1
        with pytest.raises(Unwritten):
            writer.submit([exposure("late.0")])

    asyncio.run(whole())
    assert decisions(file) == ["page.0"]
    with Log(file) as log:
        assert log.tallies()[0].n == 1


def test_one_that_was_never_used_makes_no_file(file: Path) -> None:
    async def use(writer: Writer) -> None: ...

    run(file, use)
    assert not file.exists()


def test_who_has_left_does_not_keep_others_from_being_told(file: Path) -> None:
    async def use(writer: Writer) -> None:
        gone, there = writer.submit([exposure("a.0")]), writer.submit([exposure("b.0")])
        gone.cancel()
        assert await there == 1

    run(file, use)
    assert decisions(file) == ["a.0", "b.0"]


def test_two_writers_at_once_lose_nothing_and_count_nothing_twice(file: Path) -> None:
    async def whole() -> int:
        writers = [Writer(file, "normal") for _ in range(3)]
        new = await asyncio.gather(
            *[writer.submit([reward(f"{number}.0")]) for number in range(300) for writer in writers]
        )
        for writer in writers:
            await writer.close()
        return sum(new)

    assert asyncio.run(whole()) == 300
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT count(*) FROM outcomes").fetchone() == (300,)


def test_a_file_that_cannot_be_written_refuses_and_is_tried_again(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pen, "_PAUSE", 0.05)
    file.mkdir()

    async def use(writer: Writer) -> None:
        with pytest.raises(Unwritten, match="is no file"):
            await writer.submit([exposure("a.0")])
        with pytest.raises(Unwritten, match="is no file"):
            writer.submit([exposure("b.0")])
        file.rmdir()  # noqa: ASYNC240 - nobody else is on this loop
        await asyncio.sleep(0.1)
        assert await writer.submit([exposure("c.0")]) == 1

    commits = run(file, use)
    assert [bool(commit.problem) for commit in commits] == [True, False]
    assert decisions(file) == ["c.0"]


def test_counts_that_cannot_be_written_are_written_later(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pen, "_PAUSE", 0.05)
    monkeypatch.setattr("edge.events.writer._COUNTS", 0.02)
    file.mkdir()

    async def use(writer: Writer) -> None:
        writer.tally((7, "hero", "rain", "personal", "rule"))
        while not writer._pen.problem:  # noqa: ASYNC110 - the thread tells nobody
            await asyncio.sleep(0.01)
        file.rmdir()  # noqa: ASYNC240 - nobody else is on this loop
        while not file.exists() or writer.counts:  # noqa: ASYNC110, ASYNC240 - likewise
            await asyncio.sleep(0.01)

    run(file, use)
    with Log(file) as log:
        assert log.tallies()[0].n == 1


def test_a_file_that_is_taken_away_is_made_anew(file: Path) -> None:
    async def use(writer: Writer) -> None:
        await writer.submit([exposure("a.0")])
        for path in file.parent.glob("windsock.db*"):
            path.unlink()
        assert await writer.submit([exposure("b.0")]) == 1

    run(file, use)
    assert decisions(file) == ["b.0"]


def test_what_waited_too_long_is_refused_and_not_written(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pen, "LATEST", -1.0)

    async def use(writer: Writer) -> None:
        with pytest.raises(Unwritten, match="too long"):
            await writer.submit([exposure()])

    run(file, use)
    assert decisions(file) == []


def test_a_row_that_cannot_be_written_takes_its_batch_with_it_and_the_thread_goes_on(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pen, "_PAUSE", 0.0)

    async def use(writer: Writer) -> None:
        with pytest.raises(Unwritten):
            await writer.submit([exposure(rule=2**70)])
        assert await writer.submit([exposure()]) == 1

    run(file, use)
    assert decisions(file) == ["page.0"]


@pytest.mark.parametrize(("durability", "level"), [("full", 2), ("normal", 1)])
def test_durability_is_how_commits_are_synced(file: Path, durability: str, level: int) -> None:
    with Log(file, durability) as log:  # type: ignore[arg-type]  # one of the two
        assert log._connection.execute("PRAGMA synchronous").fetchone() == (level,)
