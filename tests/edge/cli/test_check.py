from __future__ import annotations

import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from edge.cli import run
from tests.rules.hero import HERO

ROOT = Path(__file__).parents[3]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "hero.yaml").write_text(HERO)
    return tmp_path


def damage(folder: Path, old: str, new: str) -> None:
    (folder / "hero.yaml").write_text(HERO.replace(old, new))


def test_a_good_folder_exits_with_0(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(folder)]) == 0
    assert capsys.readouterr().out == f"{folder}: 1 experience, all is well\n"


def test_the_folder_may_be_named_as_in_the_other_commands(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "--rules", str(folder)]) == 0
    assert capsys.readouterr().out == f"{folder}: 1 experience, all is well\n"
    assert run(["check", str(folder), "--rules", "other"]) == 2
    assert capsys.readouterr().err.startswith(f"windsock check: the folder is named twice: {folder} and --rules other;")


def test_a_problem_is_one_line_with_file_line_column_and_remedy(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damage(folder, "device", "devise")
    assert run(["check", str(folder)]) == 1
    first, last = capsys.readouterr().out.splitlines()
    assert first == f"{folder}/hero.yaml:7:12: error: unknown signal `devise` (did you mean `device`?)"
    assert last == f"{folder}: 1 error; these rules would not be served"


def test_a_warning_exits_with_0(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    damage(folder, "b: {text: B}", "b: {text: B}, c: {text: C}")
    assert run(["check", str(folder)]) == 0
    assert "warning: nothing shows the variant `c`" in capsys.readouterr().out


def test_json_is_what_the_product_says(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    damage(folder, "device", "devise")
    assert run(["check", str(folder), "--format", "json"]) == 1
    problem = {
        "file": "hero.yaml",
        "line": 7,
        "column": 12,
        "severity": "error",
        "message": "unknown signal `devise`",
        "hint": "did you mean `device`?",
    }
    assert json.loads(capsys.readouterr().out) == {"problems": [problem]}


def test_json_of_a_good_folder_has_no_problems(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(folder), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"problems": []}


def test_github_gets_annotations_with_its_own_escapes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    damage(folder, "purpose: content", "purpose: 100%")
    assert run(["check", str(folder), "--format", "github"]) == 1
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(f"::error file={folder}/hero.yaml,line=2,col=10::`100%25` is no purpose")


def test_github_hears_nothing_of_a_good_folder(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(folder), "--format", "github"]) == 0
    assert capsys.readouterr().out == ""


def test_a_terminal_gets_problems_below_their_file(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    damage(folder, "device", "devise")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "dumb")  # no colours, so that the words can be compared
    assert run(["check", str(folder)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith("hero.yaml")
    assert lines[1].split() == ["7:12", "error", "unknown", "signal", "`devise`"]
    assert lines[2].strip() == "→ did you mean `device`?"


@pytest.mark.parametrize("output", ["text", "json", "github"])
def test_a_missing_folder_exits_with_2(tmp_path: Path, output: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(tmp_path / "nowhere"), "--format", output]) == 2
    told = capsys.readouterr()
    assert "does not exist" in told.out + told.err


def test_a_format_that_is_none_exits_with_2_and_one_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(folder), "--format", "xml"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_without_a_folder_the_setting_counts(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINDSOCK_RULES", str(folder))
    assert run(["check"]) == 0


def test_a_pipe_gets_no_colours(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    damage(folder, "device", "devise")
    run(["check", str(folder)])
    assert "\x1b" not in capsys.readouterr().out


def test_a_terminal_gets_colours(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    damage(folder, "device", "devise")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    run(["check", str(folder)])
    assert "\x1b[31merror" in capsys.readouterr().out


def test_errors_and_warnings_of_the_rules_stand_in_the_order_of_lines(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damage(folder, "b: {text: B}", "b: {text: You are in Oslo}, c: {text: C}")
    assert run(["check", str(folder), "--format", "github"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(",col=")[0] for line in lines] == [f"::warning file={folder}/hero.yaml,line=5"] * 2


def test_a_failed_test_says_what_was_shown_instead_and_by_which_entry(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "hero.yaml").write_text(HERO + "tests:\n  - {given: {device: mobile}, expect: a}\n")
    assert run(["check", str(folder)]) == 1
    first, _ = capsys.readouterr().out.splitlines()
    assert first.startswith(f"{folder}/hero.yaml:10:5: error: this test fails: given device=mobile, ")
    assert "`b` is shown by entry 1, not `a`" in first


def test_all_files_are_checked_at_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    damage(folder, "device", "devise")
    (folder / "two.yaml").write_text(HERO.replace("hero", "two").replace("show: b", "show: c"))
    assert run(["check", str(folder)]) == 1
    assert [line.split(":")[0].rpartition("/")[2] for line in capsys.readouterr().out.splitlines()[:2]] == [
        "hero.yaml",
        "two.yaml",
    ]


def test_the_pre_commit_hook_checks_the_rules(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hooks: list[dict[str, Any]] = YAML(typ="safe").load((ROOT / ".pre-commit-hooks.yaml").read_text())
    hook = hooks[0]
    arguments: list[str] = [*hook["entry"].split(), *hook["args"]]
    program = arguments.pop(0)
    assert program in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    assert re.search(hook["files"], "rules/site/heroes/rain.html")
    assert not re.search(hook["files"], "shop/page.py")
    monkeypatch.chdir(folder)
    (folder / "rules" / "site").mkdir(parents=True)
    (folder / "hero.yaml").rename(folder / "rules" / "site" / "hero.yaml")
    assert run(arguments) == 0
    (folder / "rules" / "site" / "hero.yaml").write_text("experience: [")
    assert run(arguments) == 1


def test_warnings_about_the_files_that_are_right_stand_beside_the_errors_of_others(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damage(folder, "b: {text: B}", "b: {text: B}, c: {text: C}")
    (folder / "two.yaml").write_text(HERO.replace("hero", "two").replace("device", "devise"))
    assert run(["check", str(folder)]) == 1
    first, second, last = capsys.readouterr().out.splitlines()
    assert first.startswith(f"{folder}/hero.yaml:5:")
    assert "warning: nothing shows the variant `c`" in first
    assert second.startswith(f"{folder}/two.yaml:7:12: error: unknown signal `devise`")
    assert last == f"{folder}: 1 error and 1 warning; these rules would not be served"


def test_a_file_with_an_error_has_no_warnings(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    damage(folder, "b: {text: B}", "b: {text: B}, c: {text: C}")
    text = (folder / "hero.yaml").read_text()
    (folder / "hero.yaml").write_text(text + "tests:\n  - {given: {device: mobile}, expect: a}\n")
    assert run(["check", str(folder)]) == 1
    assert "warning" not in capsys.readouterr().out


def test_a_page_without_its_site_is_one_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(folder), "--page", "/shop"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == "windsock check: --page /shop is a page of a site; name the site, too: --origin https://…\n"
