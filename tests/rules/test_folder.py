from __future__ import annotations

import os
from pathlib import Path

import pytest

from rules import folder as folders
from rules.folder import Folder, open_folder
from rules.load import load
from rules.problem import ReadingError

HERO = """\
experience: hero
purpose: content
where: /
slot: h1
variants: {a: original, b: {file: b.html}}
choose: [{show: b}]
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = tmp_path / "rules"
    made.mkdir()
    return made


def refused(folder: Folder, name: str) -> str:
    with pytest.raises(ReadingError) as caught:
        folder.text(name)
    return str(caught.value)


def test_links_that_stay_inside_are_followed(root: Path) -> None:
    """Mounted configuration looks like this: hero.yaml -> ..data/hero.yaml, ..data -> ..2026_11_22/."""
    real = root / "..2026_11_22"
    real.mkdir()
    (real / "hero.yaml").write_text(HERO)
    (real / "b.html").write_text("<p>B</p>")
    (root / "..data").symlink_to("..2026_11_22")
    for name in ("hero.yaml", "b.html"):
        (root / name).symlink_to(f"..data/{name}")
    loaded = load(root)
    assert loaded.problems == ()
    assert loaded.document is not None
    assert [each["file"] for each in loaded.document["experiences"]] == ["hero.yaml"]


def test_the_folder_itself_may_be_a_link(root: Path, tmp_path: Path) -> None:
    (root / "a.txt").write_text("x")
    (tmp_path / "link").symlink_to(root)
    assert open_folder(tmp_path / "link").text("a.txt") == "x"


def test_links_that_leave_the_folder_are_refused(root: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text(HERO)
    (root / "hero.yaml").symlink_to(tmp_path / "secret.yaml")
    loaded = load(root)
    assert loaded.document is None
    assert "leads out of the rules folder" in loaded.problems[0].message


@pytest.mark.parametrize("name", ["../secret", "/etc/hostname", "sub/../../secret", "~/x", "a\x00b", "x" * 5000])
def test_names_that_leave_the_folder_or_make_no_sense_are_refused(root: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_text("x")
    refused(open_folder(root), name)


def test_folders_outside_are_not_entered(root: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "x.yaml").write_text("x")
    (root / "sub").symlink_to(tmp_path / "outside")
    assert open_folder(root).rule_files() == []


def test_folders_that_contain_themselves_are_entered_once(root: Path) -> None:
    (root / "sub").mkdir()
    (root / "sub" / "again").symlink_to(root)
    (root / "loop").symlink_to("loop")
    (root / "sub" / "x.yaml").write_text("x")
    assert open_folder(root).rule_files() == ["sub/x.yaml"]


def test_a_link_to_itself_cannot_be_read(root: Path) -> None:
    (root / "loop.yaml").symlink_to("loop.yaml")
    assert "cannot be read" in load(root).problems[0].message


def test_a_link_to_nothing_cannot_be_read(root: Path) -> None:
    (root / "gone.yaml").symlink_to("nothing")
    assert "does not exist" in load(root).problems[0].message


def test_a_pipe_is_not_waited_for(root: Path) -> None:
    os.mkfifo(root / "pipe.yaml")
    assert "no regular file" in load(root).problems[0].message


def test_a_folder_named_like_a_file_is_entered(root: Path) -> None:
    (root / "folder.yaml").mkdir()
    assert load(root).problems == ()


def test_text_that_is_not_utf_8_is_a_problem_and_a_byte_order_mark_is_not(root: Path) -> None:
    (root / "a.txt").write_bytes(b"caf\xe9")
    (root / "b.txt").write_bytes(b"\xef\xbb\xbfx")
    assert "not UTF-8 (byte 4)" in refused(open_folder(root), "a.txt")
    assert open_folder(root).text("b.txt") == "x"


def test_a_file_that_is_too_large_is_not_read_to_its_end(root: Path) -> None:
    with (root / "huge.yaml").open("wb") as file:
        file.truncate(1 << 40)
    assert "larger than" in load(root).problems[0].message


def test_a_name_that_is_no_text_does_no_harm(root: Path) -> None:
    Path(os.fsdecode(os.fsencode(root) + b"/\xff.yaml")).write_text("a: [")
    problems = load(root).problems
    assert problems
    assert str(problems[0]).encode()


def test_too_many_files_are_not_read(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "MOST", 3)
    for number in range(5):
        (root / f"{number}.txt").write_text("")
    assert "is this the right folder" in load(root).problems[0].hint


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ReadingError, match="does not exist"):
        open_folder(tmp_path / "nowhere")
