"""`windsock explain`, as it is typed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edge.cli import run

HERO = """
experience: hero
purpose: content
where: /
slot: "#hero"
variants: {classic: original, phone: {text: Phone}, late: {text: Late}}
choose:
  - when: {device: mobile, country: NO}
    show: phone
  - when: {hour: "22-6"}
    show: late
"""
NAV = """
experience: nav
purpose: content
where: /*
slot: header
variants: {a: original, b: {header: {X-Nav: wide}}}
choose:
  - split: {a: 50, b: 50}
"""
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile Safari/604.1"

Explain = Callable[..., Any]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WINDSOCK_RULES", raising=False)
    rules = tmp_path / "rules" / "site"
    rules.mkdir(parents=True)
    (rules / "site.yaml").write_text("timezone: Europe/Oslo\n")
    (rules / "hero.yaml").write_text(HERO)
    (rules / "nav.yaml").write_text(NAV)
    return rules


@pytest.fixture
def explain(folder: Path, capsys: pytest.CaptureFixture[str]) -> Explain:
    def explained(*arguments: str) -> Any:
        code = run(["explain", *arguments, "--rules", str(folder), "--json"])
        out, err = capsys.readouterr()
        assert (code, err) == (0, "")
        return json.loads(out)

    return explained


def variants(answer: Any) -> dict[str, str | None]:
    return {decision["experience"]: decision["variant"] for decision in answer["decisions"]}


def test_signals_may_be_given(explain: Explain) -> None:
    answer = explain("/", "--signal", "device=mobile", "--signal", "country=NO", "--at", "2026-11-22T12:00")
    assert variants(answer) == {"hero": "phone", "nav": None}
    assert answer["path"] == "/"


def test_a_visitor_may_be_described(explain: Explain) -> None:
    answer = explain(
        "https://shop.example/?dark=1", "--user-agent", IPHONE, "--header", "Accept-Language: no", "--bucket", "7",
        "--ip", "203.0.113.7", "--at", "2026-11-22T23:00",
    )  # fmt: skip
    signals = answer["signals"]
    assert (signals["device"], signals["language"], signals["host"]) == ("mobile", "no", "shop.example")
    assert (signals["hour"], signals["query.dark"]) == (23, "1")
    assert variants(answer)["hero"] == "late"
    assert variants(answer)["nav"] in ("a", "b")


def test_over_all_buckets_it_says_what_is_drawn(explain: Explain) -> None:
    seen = {variants(explain("/", "--bucket", str(bucket)))["nav"] for bucket in range(0, 4096, 512)}
    assert seen == {"a", "b"}


def test_an_address_appears_nowhere(explain: Explain) -> None:
    assert "203.0.113.7" not in json.dumps(explain("/", "--ip", "203.0.113.7"))


@pytest.mark.usefixtures("folder")
def test_people_get_a_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "/", "--at", "2026-11-22T12:00"]) == 0
    out = capsys.readouterr().out
    assert "hero: classic, its default: no entry matches" in out
    assert "  entry 2 does not match: hour is 12, not at least 22 or less than 6" in out


def test_the_folder_may_come_from_the_environment(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "nav.yaml").unlink()
    monkeypatch.setenv("WINDSOCK_RULES", str(folder))
    assert run(["explain", "/", "--json"]) == 0
    assert list(variants(json.loads(capsys.readouterr().out))) == ["hero"]


def test_where_nothing_may_be_drawn_the_largest_share_is_shown(
    explain: Explain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WINDSOCK_CONSENT", "strict")
    assert variants(explain("/", "--bucket", "7"))["nav"] == "a"


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["pricing"], "windsock explain: `pricing` is no page; write a path such as /pricing"),
        (["/", "--bucket", "x"], "windsock explain: bucket `x` is none; write a whole number from 0 to 4095"),
        (["/", "--signal", "devise=tv"], "windsock explain: unknown signal `devise`; did you mean `device`?"),
        (["/", "--at", "soon"], "windsock explain: at `soon` is no moment"),
        (["/", "--colour"], "windsock explain: there is no flag --colour"),
        ([], "windsock explain: missing argument"),
        (["/", "--rules", "nowhere"], "windsock explain: the rules folder `nowhere` cannot be read"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_what_cannot_be_understood_is_one_line_and_exit_code_2(
    arguments: list[str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["explain", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(line)
    assert err.count("\n") == 1


def test_broken_rules_are_told_one_problem_a_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "nav.yaml").write_text(NAV.replace("slot", "slots"))
    (folder / "hero.yaml").write_text(HERO.replace("country: NO", "country: Norway"))
    assert run(["explain", "/"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert [line.split(":")[0] for line in err.splitlines()][:2] == ["hero.yaml", "nav.yaml"]
