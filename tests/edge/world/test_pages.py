"""Pages are counted, and told to the world once a second."""

from __future__ import annotations

import asyncio

import pytest

from edge.world import pages
from edge.world.pages import Pages


@pytest.mark.parametrize(
    ("path", "counted"),
    [("/", 1), ("/shop/boots", 1), ("/v1.2/", 1), ("/logo.svg", 0), ("/_windsock/choice", 0), ("", 1)],
)
def test_files_and_our_own_paths_are_no_pages(path: str, counted: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "_EVERY", 0.0)

    async def told() -> int:
        future: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        def tell(count: int) -> None:
            if not future.done():
                future.set_result(count)

        counter = Pages(tell)
        counter.asked(path)
        running = asyncio.ensure_future(counter.run())
        try:
            return await future
        finally:
            running.cancel()

    assert asyncio.run(told()) == counted
