from __future__ import annotations

import asyncio
import os
import re
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

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


def _link(file: Path, target: str) -> None:
    file.unlink()
    file.symlink_to(target)


def _pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def _replaced_by_a_file(file: Path) -> None:
    shutil.rmtree(file.parent)
    file.parent.write_text("")


def _replaced_by_a_link(file: Path) -> None:
    shutil.rmtree(file.parent)
    file.parent.symlink_to(file.parent)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "emptied": lambda file: file.write_text(""),
    "half of it": lambda file: file.write_text(RULES[:70]),
    "bytes": lambda file: file.write_bytes(os.urandom(5000)),
    "zeros": lambda file: file.write_bytes(bytes(5000)),
    "10 MB": lambda file: file.write_text(RULES + "# " + "x" * 10_000_000),
    "an alias bomb": lambda file: file.write_text(
        "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{f'*a{n - 1},' * 9}]\n" for n in range(1, 20))
    ),
    "as deep as can be": lambda file: file.write_text("experience: " + "[" * 100_000),
    "a pipe": _pipe,
    "a device": lambda file: _link(file, "/dev/zero"),
    "a link that leaves": lambda file: _link(file, "/etc/passwd"),
    "a link to itself": lambda file: _link(file, "hero.yaml"),
    "a link to nowhere": lambda file: _link(file, "gone.yaml"),
    "the same twice": lambda file: file.with_name("copy.yaml").write_text(RULES),
    "deleted": lambda file: file.unlink(),
    "all deleted": lambda file: shutil.rmtree(file.parent),
    "the folder is a file": _replaced_by_a_file,
    "the folder is a link to itself": _replaced_by_a_link,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_whatever_happens_to_a_file_the_last_good_rules_stay_and_the_problem_is_named(
    tmp_path: Path, damage: str
) -> None:
    path = tmp_path / "rules"
    path.mkdir()
    (path / "hero.yaml").write_text(RULES)
    folder, taken = Folder(path), list[Document]()
    folder.pass_on(taken.append)
    DAMAGES[damage](path / "hero.yaml")
    assert not folder.pass_on(taken.append)
    assert len(taken) == 1
    assert re.search(r"hero\.yaml|the rules folder|/rules` is a file", folder.problem)
    assert "\n" not in folder.problem


def test_the_problem_is_gone_when_the_file_is_mended(tmp_path: Path) -> None:
    (tmp_path / "hero.yaml").write_text("experience: [")
    folder = Folder(tmp_path)
    folder.pass_on(lambda _: None)
    (tmp_path / "hero.yaml").write_text(RULES)
    assert folder.pass_on(lambda _: None)
    assert folder.problem == ""


def test_an_experience_that_is_away_for_a_moment_while_its_file_is_saved_is_never_missing(tmp_path: Path) -> None:
    (tmp_path / "hero.yaml").write_text(RULES)
    (tmp_path / "other.yaml").write_text(RULES.replace("experience: hero", "experience: other"))
    folder, taken = Folder(tmp_path), list[Document]()
    folder.pass_on(taken.append)
    (tmp_path / "hero.yaml").rename(tmp_path / "hero.yaml~")
    saved = threading.Timer(0.05, (tmp_path / "hero.yaml").write_text, [RULES.replace("Hello", "Hei")])
    saved.start()
    assert folder.pass_on(taken.append)
    saved.join()
    folder.pass_on(taken.append)
    assert [len(document["experiences"]) for document in taken] == [2, 2]
    (tmp_path / "hero.yaml").unlink()
    assert folder.pass_on(taken.append)
    assert len(taken[-1]["experiences"]) == 1


def emptied(path: Path) -> None:
    for file in path.iterdir():
        file.unlink()


def test_a_folder_that_is_emptied_never_replaces_what_serves_and_says_how_to_switch_off(tmp_path: Path) -> None:
    (tmp_path / "hero.yaml").write_text(RULES)
    folder, taken = Folder(tmp_path), list[Document]()
    folder.pass_on(taken.append)
    emptied(tmp_path)
    assert not folder.pass_on(taken.append)
    assert len(taken) == 1
    assert folder.problem == (
        f"the rules folder {tmp_path} has no experiences any more; "
        "put them back, or switch everything off with `holdout: 100%` in its site.yaml"
    )
    (tmp_path / "hero.yaml").write_text(RULES)
    assert folder.pass_on(taken.append)
    assert folder.problem == ""


def test_an_emptied_folder_whose_site_holds_everybody_out_is_meant(tmp_path: Path) -> None:
    (tmp_path / "hero.yaml").write_text(RULES)
    folder, taken = Folder(tmp_path), list[Document]()
    folder.pass_on(taken.append)
    emptied(tmp_path)
    (tmp_path / "site.yaml").write_text("holdout: 100%")
    assert folder.pass_on(taken.append)
    assert (taken[-1]["experiences"], folder.problem) == ([], "")


def test_a_folder_that_is_empty_from_the_start_serves_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    taken = list[Document]()
    assert Folder(tmp_path).pass_on(taken.append)
    assert len(taken) == 1
    assert [record.getMessage() for record in caplog.records if record.levelname == "WARNING"] == [
        f"the rules folder {tmp_path} has no experiences; pages pass as they are"
    ]


def test_a_folder_that_is_empty_while_experiences_serve_from_before_is_not_passed_on(tmp_path: Path) -> None:
    taken = list[Document]()
    assert not Folder(tmp_path, full=True).pass_on(taken.append)
    assert taken == []


def test_what_could_not_be_taken_is_a_problem_and_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "hero.yaml").write_text(RULES)
    folder, answers = Folder(tmp_path), iter((False, True))
    assert not folder.pass_on(lambda _: next(answers))
    assert "could not be taken" in folder.problem
    assert folder.pass_on(lambda _: next(answers))
    assert folder.problem == ""


def test_a_reading_that_began_earlier_is_never_passed_on_after_a_later_one(tmp_path: Path) -> None:
    (tmp_path / "hero.yaml").write_text(RULES)
    folder, words = Folder(tmp_path), list[str]()
    first, go_on = threading.Event(), threading.Event()

    def slowly(_: Document) -> None:
        first.set()
        go_on.wait(5)
        words.append("first")

    slow = threading.Thread(target=folder.pass_on, args=(slowly,))
    slow.start()
    first.wait(5)
    (tmp_path / "hero.yaml").write_text(RULES.replace("Hello", "Hei"))
    quick = threading.Thread(target=folder.pass_on, args=(lambda _: words.append("second"),))
    quick.start()
    quick.join(0.3)  # it would be through by now, were it not waiting
    go_on.set()
    slow.join()
    quick.join()
    assert words == ["first", "second"]


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
