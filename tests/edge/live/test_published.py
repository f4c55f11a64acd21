from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from edge.live.current import Document
from edge.live.published import follow, publish, read


def test_what_is_published_is_read_whole_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    publish({"version": "1", "name": "é"}, tmp_path / "edition.json")
    assert read(tmp_path / "edition.json") == {"version": "1", "name": "é"}
    assert [file.name for file in tmp_path.iterdir()] == ["edition.json"]


def test_what_could_not_be_published_leaves_the_old_one_and_nothing_beside_it(tmp_path: Path) -> None:
    program = (
        "import resource, sys; from pathlib import Path; from edge.live.published import publish\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, -1))\n"  # as good as a full disk
        "publish({'version': '2' * 10000}, Path(sys.argv[1]))"
    )
    publish({"version": "1"}, tmp_path / "edition.json")
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path / "edition.json")], stderr=subprocess.PIPE)
    assert b"OSError: [Errno 27]" in done.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["edition.json"]
    assert read(tmp_path / "edition.json") == {"version": "1"}


def test_what_a_process_that_was_killed_has_left_goes_with_the_next_one(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    for owner in (gone.pid, os.getppid(), "notes"):
        (tmp_path / f".edition.json.{owner}").write_text("half of")
    publish({"version": "1"}, tmp_path / "edition.json")
    assert {file.name for file in tmp_path.iterdir()} == {
        "edition.json",
        ".edition.json.notes",
        f".edition.json.{os.getppid()}",
    }


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'"text"', b"\xff\xfe", b'{"version": NaN}'])
def test_a_file_that_is_no_document_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "edition.json").write_bytes(content)
    assert read(tmp_path / "edition.json") is None


def test_a_file_that_is_not_there_is_none(tmp_path: Path) -> None:
    assert read(tmp_path / "edition.json") is None


def test_what_is_no_regular_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "edition.json")
    assert read(tmp_path / "edition.json") is None


def test_followers_get_each_document_that_appears_and_none_twice(tmp_path: Path) -> None:
    file = tmp_path / "edition.json"
    seen: list[str] = []

    async def watch() -> None:
        following = asyncio.ensure_future(follow(file, lambda document: seen.append(document["version"])))
        for number, version in enumerate(("1", "2"), start=1):
            publish({"version": version}, file)
            await asyncio.wait_for(until(partial(_as_many, seen, number)), 5)
        following.cancel()

    asyncio.run(watch())
    assert seen == ["1", "2"]


def test_visitors_do_not_wait_while_a_document_is_taken(tmp_path: Path) -> None:
    """`take` blocks here until the loop has gone on."""
    gone_on, taken = threading.Event(), threading.Event()

    def take(_: Document) -> None:
        if gone_on.wait(5):
            taken.set()

    async def watch() -> None:
        publish({"version": "1"}, tmp_path / "edition.json")
        following = asyncio.ensure_future(follow(tmp_path / "edition.json", take))
        await asyncio.sleep(0.05)
        gone_on.set()
        await asyncio.wait_for(until(taken.is_set), 5)
        following.cancel()

    asyncio.run(watch())


def _as_many(seen: list[str], number: int) -> bool:
    return len(seen) == number


async def until(done: Callable[[], bool]) -> None:
    """Ask again and again."""
    while not done():  # noqa: ASYNC110 - the thread tells nobody else
        await asyncio.sleep(0.01)


def test_what_cannot_be_taken_is_named_and_the_next_one_is_waited_for(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    taken: list[object] = []

    def take(document: Document) -> None:
        taken.append(document["number"])

    async def watch() -> None:
        following = asyncio.ensure_future(follow(tmp_path / "geo.json", take))
        for document in ({"nothing": 1}, {"number": 2}):
            publish(document, tmp_path / "geo.json")
            while not caplog.records or ("number" in document and not taken):  # noqa: ASYNC110 - the log tells nobody
                await asyncio.sleep(0.01)
        following.cancel()

    asyncio.run(asyncio.wait_for(watch(), 20))
    assert (taken, [record.getMessage() for record in caplog.records]) == (
        [2],
        ["geo.json could not be taken; what was there before it is used on"],
    )
