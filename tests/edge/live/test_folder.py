from __future__ import annotations

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
