from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

from edge.live.current import Document
from edge.live.folder import Folder
from tests.edge.live.test_current import RULES


def test_a_good_folder_is_passed_on_once_for_each_new_state(tmp_path: Path) -> None:
    (tmp_path / "hero.yaml").write_text(RULES)
    folder, taken = Folder(tmp_path), list[Document]()
    assert folder.pass_on(taken.append)
    assert folder.pass_on(taken.append)
    (tmp_path / "hero.yaml").write_text(RULES.replace("Hello", "Hei"))
    assert folder.pass_on(taken.append)
    assert len({document["version"] for document in taken}) == len(taken) == 2


def test_a_bad_file_never_replaces_a_good_one_and_is_named(tmp_path: Path) -> None:
    (tmp_path / "hero.yaml").write_text(RULES)
    folder, taken = Folder(tmp_path), list[Document]()
    folder.pass_on(taken.append)
    (tmp_path / "hero.yaml").write_text(RULES.replace("device", "devise"))
    assert not folder.pass_on(taken.append)
    assert len(taken) == 1
    assert folder.problem.startswith("hero.yaml:8:")
    assert "device" in folder.problem


def test_the_problem_is_gone_when_the_file_is_mended(tmp_path: Path) -> None:
    (tmp_path / "hero.yaml").write_text("experience: [")
    folder = Folder(tmp_path)
    folder.pass_on(lambda _: None)
    (tmp_path / "hero.yaml").write_text(RULES)
    assert folder.pass_on(lambda _: None)
    assert folder.problem == ""


def test_a_folder_that_is_deleted_and_made_anew_again_and_again_is_watched_all_the_time(tmp_path: Path) -> None:
    """The new folder may have the number of the old one, and what is saved while a watch is set up counts too."""
    path = tmp_path / "rules"
    taken = list[Document]()

    def save(text: str) -> None:
        path.mkdir(exist_ok=True)
        (path / "hero.yaml").write_text(text)

    async def until_taken(word: str) -> None:
        while not taken or word not in str(taken[-1]):  # noqa: ASYNC110 - the watch tells nobody else
            await asyncio.sleep(0.01)

    async def days() -> None:
        stop = asyncio.Event()
        watching = asyncio.ensure_future(Folder(path).watch(taken.append, stop))
        for number in range(4):
            save(RULES.replace("Hello", f"Made {number}"))
            await asyncio.wait_for(until_taken(f"Made {number}"), 5)
            save(RULES.replace("Hello", f"Edited {number}"))
            await asyncio.wait_for(until_taken(f"Edited {number}"), 5)
            shutil.rmtree(path)
        stop.set()
        await asyncio.wait_for(watching, 5)

    asyncio.run(days())


def test_what_is_saved_before_the_watch_stands_counts_too(tmp_path: Path) -> None:
    (tmp_path / "hero.yaml").write_text(RULES)

    async def watched() -> list[str]:
        stop = asyncio.Event()
        words: list[str] = []

        def take(document: Document) -> None:
            words.append("Hei" if "Hei" in str(document) else "Hello")
            (tmp_path / "hero.yaml").write_text(RULES.replace("Hello", "Hei"))
            if words[-1] == "Hei":
                stop.set()

        await asyncio.wait_for(Folder(tmp_path).watch(take, stop), 5)
        return words

    assert asyncio.run(watched()) == ["Hello", "Hei"]
