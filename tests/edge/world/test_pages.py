"""Pages are counted, and told to the world once a second."""

from __future__ import annotations

import asyncio

import pytest

from edge.world import pages
from edge.world.pages import Pages


@pytest.mark.parametrize(
    ("kind", "path", "counted"),
    [
        ("http", "/", 1),
        ("http", "/shop/boots", 1),
        ("http", "/v1.2/", 1),
        ("http", "/logo.svg", 0),
        ("http", "/_windsock/choice", 0),
        ("http", "", 1),
        ("websocket", "/chat", 0),
    ],
)
def test_files_our_own_paths_and_websockets_are_no_pages(
    kind: str, path: str, counted: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "_EVERY", 0.0)

    async def told() -> int:
        future: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        def tell(count: int) -> None:
            if not future.done():
                future.set_result(count)

        counter = Pages(tell)
        counter.asked({"type": kind, "path": path})
        running = asyncio.ensure_future(counter.run())
        try:
            return await future
        finally:
            running.cancel()

    assert asyncio.run(told()) == counted
