from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from edge.live.current import Document
from edge.live.published import follow, publish, read


def test_what_is_published_is_read_whole_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    publish({"version": "1", "name": "é"}, tmp_path / "edition.json")
    assert read(tmp_path / "edition.json") == {"version": "1", "name": "é"}
    assert [file.name for file in tmp_path.iterdir()] == ["edition.json"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'"text"', b"\xff\xfe", b'{"version": NaN}'])
def test_a_file_that_is_no_document_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "edition.json").write_bytes(content)
    assert read(tmp_path / "edition.json") is None


def test_a_file_that_is_not_there_is_none(tmp_path: Path) -> None:
    assert read(tmp_path / "edition.json") is None


def test_followers_get_each_document_that_appears_and_none_twice(tmp_path: Path) -> None:
    file = tmp_path / "edition.json"
    seen: list[str] = []

    async def watch() -> None:
        arrived = asyncio.Event()

        def take(document: Document) -> None:
            seen.append(document["version"])
            arrived.set()

        following = asyncio.ensure_future(follow(file, take))
        for version in ("1", "2"):
            publish({"version": version}, file)
            await asyncio.wait_for(arrived.wait(), 5)
            arrived.clear()
        following.cancel()

    asyncio.run(watch())
    assert seen == ["1", "2"]
