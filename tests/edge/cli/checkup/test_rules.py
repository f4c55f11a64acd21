"""What the doctor sees of a rules folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from edge.cli.checkup.finding import Finding
from edge.cli.checkup.rules import rules
from edge.settings import default

GOOD = """experience: hero
purpose: content
where: /
slot: "#hero"
ends: 2099-01-01
variants:
  classic: original
  rain: {text: It rains}
choose:
  - when: {device: mobile}
    show: rain
goal: click "#hero a"
"""


def _rules(folder: Path) -> Finding:
    [found] = rules(replace(default(), rules=folder), lambda: 1_790_000_000.0)
    return found


def test_a_folder_that_loads_is_well(tmp_path: Path) -> None:
    (tmp_path / "hero.yaml").write_text(GOOD)
    assert _rules(tmp_path).state == "ok"


def test_a_folder_with_warnings_loads_and_says_how_many(tmp_path: Path) -> None:
    (tmp_path / "hero.yaml").write_text(GOOD.replace("It rains", "We see that you are in Oslo"))
    found = _rules(tmp_path)
    assert found.state == "warn"
    assert "1 warning" in found.text


def test_a_folder_with_a_broken_file_fails_and_says_where(tmp_path: Path) -> None:
    (tmp_path / "hero.yaml").write_text(GOOD.replace("show: rain", "show: snow"))
    found = _rules(tmp_path)
    assert found.state == "fail"
    assert "hero.yaml" in found.text
    assert "windsock check" in found.text


def test_a_folder_that_is_not_there_fails_and_says_how_to_make_one(tmp_path: Path) -> None:
    found = _rules(tmp_path / "nowhere")
    assert found.state == "fail"
    assert "windsock init" in found.text
