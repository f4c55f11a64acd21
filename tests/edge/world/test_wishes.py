"""What workers tell the process that knows the world."""

from __future__ import annotations

import asyncio
from pathlib import Path

from edge.signals.weather.cell import Cell
from edge.world.wishes import Wishes, heard

OSLO, LISBON = (60.0, 10.75), (38.75, -9.25)
LAST = 999


def _told(path: Path, *say: object) -> tuple[list[Cell], list[int]]:
    """What is heard of what a worker says; tuples are wishes at a time, numbers are pages, bytes are raw."""
    cells: list[Cell] = []
    pages: list[int] = []

    async def talk() -> None:
        last = asyncio.Event()

        def count(pages_: int) -> None:
            last.set() if pages_ == LAST else pages.append(pages_)

        with heard(path, cells.append, count):
            wishes = Wishes(path)
            for each in say:
                if isinstance(each, tuple):
                    wishes.weather(*each)
                elif isinstance(each, int):
                    wishes.pages(each)
                elif isinstance(each, bytes):
                    wishes._send(each)
            wishes.pages(LAST)
            await last.wait()
            wishes.close()

    asyncio.run(asyncio.wait_for(talk(), 20))
    return cells, pages


def test_cells_and_pages_arrive(tmp_path: Path) -> None:
    assert _told(tmp_path / "w", (OSLO, 0.0), 12, (LISBON, 0.0)) == ([OSLO, LISBON], [12])


def test_the_same_cell_is_wished_for_once_a_minute(tmp_path: Path) -> None:
    assert _told(tmp_path / "w", *((OSLO, float(second)) for second in range(121)))[0] == [OSLO] * 3


def test_no_pages_are_not_worth_a_word(tmp_path: Path) -> None:
    assert _told(tmp_path / "w", 0, 3) == ([], [3])


def test_what_is_not_understood_is_passed_over(tmp_path: Path) -> None:
    assert _told(tmp_path / "w", b"", b"cell", b"cell 1,2", b"pages x", b"\xff" * 60, 3) == ([], [3])


def test_a_worker_does_not_mind_that_nobody_listens(tmp_path: Path) -> None:
    wishes = Wishes(tmp_path / "nobody")
    wishes.weather(OSLO, 0.0)
    wishes.pages(1)
    wishes.close()


def test_a_wish_that_nobody_could_hear_is_said_again_by_the_next_visitor(tmp_path: Path) -> None:
    wishes = Wishes(tmp_path / "w")
    wishes.weather(OSLO, 0.0)

    async def talk() -> Cell:
        first: asyncio.Future[Cell] = asyncio.get_running_loop().create_future()
        with heard(tmp_path / "w", first.set_result, lambda _: None):
            wishes.weather(OSLO, 1.0)
            return await first

    assert asyncio.run(asyncio.wait_for(talk(), 20)) == OSLO
    wishes.close()
