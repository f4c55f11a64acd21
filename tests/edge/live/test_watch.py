"""Saving as people and machines do it: each ends in the new rules, and nothing half-written is ever passed on."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edge.live.current import Document
from edge.live.folder import Folder
from edge.live.watch import layout
from tests.edge.live.test_current import RULES

NEW = RULES.replace("Hello", "Hei")
Steps = Iterator[None]


def written_in_place(file: Path) -> Steps:
    """VS Code, nano: cut to nothing, then filled."""
    with file.open("w") as opened:
        yield
        opened.write(NEW[:60])
        opened.flush()
        yield
        opened.write(NEW[60:])


def vim(file: Path) -> Steps:
    """The old file becomes a backup, a new one of its name is written, the backup goes."""
    swap, backup = file.with_name(f".{file.name}.swp"), file.with_name(f"{file.name}~")
    swap.write_bytes(b"b0VIM 8.2")
    yield
    file.rename(backup)
    yield
    file.write_text(NEW)
    backup.unlink()
    swap.unlink()


def jetbrains(file: Path) -> Steps:
    """A safe write: beside it, with two renames."""
    beside, old = (file.with_name(f"{file.name}___jb_{what}___") for what in ("tmp", "old"))
    beside.write_text(NEW)
    yield
    file.rename(old)
    yield
    beside.rename(file)
    old.unlink()


def emacs(file: Path) -> Steps:
    """A lock that is a link to nowhere, a file with the edits so far, a backup."""
    lock, so_far = file.with_name(f".#{file.name}"), file.with_name(f"#{file.name}#")
    lock.symlink_to("me@desk.4711:1")
    so_far.write_text(NEW[:40])
    yield
    shutil.copy(file, file.with_name(f"{file.name}~"))
    file.write_text(NEW)
    yield
    lock.unlink()
    so_far.unlink()


def renamed_over(file: Path) -> Steps:
    """sed -i, git checkout, most programs that mean it well."""
    beside = file.with_name("sedXw3k")
    beside.write_text(NEW)
    yield
    beside.replace(file)


def mounted(file: Path) -> Steps:
    """As Kubernetes does it: hero.yaml -> ..data/hero.yaml, ..data -> ..2026_1, and ..data is swapped."""
    folder = file.parent
    (folder / "..2026_1").mkdir()
    (folder / "..2026_1" / file.name).write_text(RULES)
    (folder / "..data").symlink_to("..2026_1")
    (folder / "link").symlink_to(f"..data/{file.name}")
    (folder / "link").replace(file)
    yield
    (folder / "..2026_2").mkdir()
    yield
    (folder / "..2026_2" / file.name).write_text(NEW)
    (folder / "..data_tmp").symlink_to("..2026_2")
    (folder / "..data_tmp").replace(folder / "..data")
    shutil.rmtree(folder / "..2026_1")


def into_a_new_folder(file: Path) -> Steps:
    """The file moves, and is edited where it is now."""
    below = file.parent / "home" / "page"
    below.mkdir(parents=True)
    file.rename(below / file.name)
    yield
    (below / file.name).write_text(NEW)


WAYS = (written_in_place, vim, jetbrains, emacs, renamed_over, mounted, into_a_new_folder)


async def taken_while(path: Path, days: Callable[[list[Document]], Steps]) -> list[Document]:
    """What is passed on while the steps are taken one by one, with time to look at each."""
    stop, taken = asyncio.Event(), list[Document]()
    watching = asyncio.ensure_future(Folder(path).watch(taken.append, stop))
    try:
        async with asyncio.timeout(10):
            while not taken:  # noqa: ASYNC110 - the watch tells nobody else
                await asyncio.sleep(0.01)
            for _ in days(taken):
                await asyncio.sleep(0.2)
            while "Hei" not in str(taken[-1]):  # noqa: ASYNC110 - the same
                await asyncio.sleep(0.01)
    finally:
        stop.set()
        await watching
    return taken


@pytest.mark.parametrize("way", WAYS)
def test_however_a_file_is_saved_the_new_rules_are_passed_on_and_nothing_in_between(
    tmp_path: Path, way: Callable[[Path], Steps]
) -> None:
    file = tmp_path / "hero.yaml"
    file.write_text(RULES)
    taken = asyncio.run(taken_while(tmp_path, lambda _: way(file)))
    assert ["Hei" in str(document) for document in taken] == [*[False] * (len(taken) - 1), True]
    assert {len(document["experiences"]) for document in taken} == {1}
    assert len({document["version"] for document in taken}) <= 3  # an experience knows the file that it stands in


def test_a_link_that_leaves_the_folder_is_not_watched(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    (rules / "home").mkdir(parents=True)
    (tmp_path / "elsewhere" / "deep").mkdir(parents=True)
    (rules / "all").symlink_to("/")
    (rules / "elsewhere").symlink_to(tmp_path / "elsewhere")
    assert {path for path, _, _ in layout(rules)} == {str(rules), str(rules / "home")}


def test_what_tools_hide_is_not_watched_and_mounted_configuration_is(tmp_path: Path) -> None:
    for name in (".git", "..2026_1", "home"):
        (tmp_path / name / "below").mkdir(parents=True)
    names = {str(Path(path).relative_to(tmp_path)) for path, _, _ in layout(tmp_path)}
    assert names == {".", "..2026_1", "..2026_1/below", "home", "home/below"}


def test_a_folder_that_is_not_there_has_nothing_to_watch(tmp_path: Path) -> None:
    assert layout(tmp_path / "none") == frozenset()
    (tmp_path / "file").write_text("")
    assert {path for path, _, _ in layout(tmp_path / "file")} <= {str(tmp_path / "file")}
