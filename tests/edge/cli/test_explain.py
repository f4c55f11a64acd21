"""`windsock explain`, as it is typed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edge.cli import run
from edge.decisions.values import Decision
from edge.events.log import Log
from edge.middleware.witness import Witness
from edge.settings.secret import fresh, keys_of, make
from online_models.snapshot import write
from rules.load import load
from tests.edge.cli.refused import refused
from tests.learned import NOW, model, snapshot

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
Token = Callable[..., str]


@pytest.fixture
def folder(rules: Path) -> Path:
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
    assert "  entry 2 needs hour at least 22 or less than 6; here it is 12" in out


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
        (["/", "--experience", "heros"], "windsock explain: there is no experience `heros`; did you mean `hero`?"),
        ([], "windsock explain: missing argument"),
        (["/", "--rules", "nowhere"], "windsock explain: the rules folder `nowhere` cannot be read"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_what_cannot_be_understood_is_one_line_and_exit_code_2(
    arguments: list[str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refused(["explain", *arguments], capsys).startswith(line)


FAILS = HERO + "tests:\n  - {given: {device: mobile}, expect: phone}\n"


def test_a_file_whose_tests_fail_is_explained_behind_its_problems(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "hero.yaml").write_text(FAILS)
    assert run(["explain", "/", "--signal", "device=mobile", "--signal", "country=NO"]) == 0
    out, err = capsys.readouterr()
    assert err.startswith("hero.yaml:13:")
    assert err.count("\n") == 1
    assert 'hero: phone, by entry 1\n  #hero: "Phone"\n  entry 1 matches' in out


def test_what_a_broken_file_leaves_is_explained_and_the_exit_code_is_1(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "nav.yaml").write_text(NAV.replace("slot", "slots"))
    assert run(["explain", "/", "--json"]) == 1
    out, err = capsys.readouterr()
    assert list(variants(json.loads(out))) == ["hero"]
    assert err.startswith("nav.yaml:")
    assert err.endswith("windsock explain: this is without nav.yaml; see above\n")


@pytest.mark.parametrize("broken", [("hero.yaml", "nav.yaml"), ("site.yaml",)])
def test_where_nothing_can_be_understood_only_the_problems_are_told(
    folder: Path, broken: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    for file in broken:
        (folder / file).write_text("nonsense: 1\n")
    assert run(["explain", "/"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert tuple(dict.fromkeys(line.split(":")[0] for line in err.splitlines())) == broken


def test_only_the_experiences_that_are_named_are_told(explain: Explain) -> None:
    assert list(variants(explain("/", "--experience", "nav"))) == ["nav"]
    assert list(variants(explain("/", "--experience", "nav", "--experience", "hero"))) == ["hero", "nav"]


def test_an_experience_in_a_broken_file_is_said_to_be_there(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "nav.yaml").write_text(NAV.replace("slot", "slots"))
    assert run(["explain", "/", "--experience", "nav"]) == 2
    assert "`nav`; it may be in nav.yaml, which cannot be understood; see above" in capsys.readouterr().err


@pytest.mark.usefixtures("folder")
def test_a_signal_that_cannot_be_now_is_remarked_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "/", "--signal", "month=jun", "--at", "2026-11-22T12:00"]) == 0
    assert capsys.readouterr().err == (
        "windsock explain: month=6 leaves the date at 2026-11-22; to move the whole clock say --at 2027-06-01T12:00 "
        "instead\n"
    )


SHOWN = [Decision("hero", "phone", "rule", 1, 1.0, {"phone": 1.0}), Decision("nav", "b", "split", 1, 0.5, {"b": 0.5})]


@pytest.fixture
def token(folder: Path) -> Token:
    """A token that the edge of this folder has given out."""
    make(folder.parent.parent / "windsock.secret")
    keys = keys_of(folder.parent.parent / "windsock.secret")

    def sealed(version: str = "", now: float = 0.0) -> str:
        loaded = load(folder)
        assert loaded.document is not None
        return Witness(keys, lambda: now or time.time()).seal(SHOWN, "/", version or loaded.document["version"])

    return sealed


def test_what_a_page_has_shown_is_told_by_its_token(token: Token, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "--token", token()]) == 0
    paragraphs = capsys.readouterr().out.rstrip().split("\n\n")
    assert paragraphs[0].startswith("/  as it was shown on ")
    assert paragraphs[1:] == [
        "hero: phone, by entry 1\n  entry 1 matched: device is mobile, and country is NO",
        "nav: b, drawn by entry 1 with a probability of 50.00%\n  entry 1 always matches",
    ]


def test_rules_that_have_changed_since_are_said_to_have(token: Token, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "--token", token("another version")]) == 0
    out = capsys.readouterr().out
    assert "the rules have changed since" in out
    assert "entry 1 matched" not in out


def test_programs_get_what_a_page_has_shown_as_data(token: Token, explain: Explain) -> None:
    answer = explain("--token", token())
    assert variants(answer) == {"hero": "phone", "nav": "b"}
    assert (answer["path"], answer["changed"]) == ("/", False)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--token", "1.x"], "windsock explain: this token is none that Windsock made; copy all of X-Windsock-Token"),
        (["/", "--token", "1.x"], "windsock explain: --token tells of a visit that has been; leave out URL"),
        (
            ["--token", "1.x", "--bucket", "7"],
            "windsock explain: --token tells of a visit",
        ),
        (["--token", "1.x", "--secret-file", "no"], "windsock explain: secret_file no cannot be read"),
    ],
)
def test_a_token_that_is_none_is_one_line(
    token: Token, arguments: list[str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert token()
    assert run(["explain", *arguments]) == 2
    assert capsys.readouterr().err.startswith(line)


def test_a_token_of_another_edge_or_of_long_ago_is_not_believed(
    token: Token, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["explain", "--token", token(now=time.time() - 31 * 86400)]) == 2
    assert "this token is too old to be explained" in capsys.readouterr().err
    of_before = token()
    (folder.parent.parent / "windsock.secret").write_bytes(fresh())
    assert run(["explain", "--token", of_before]) == 2
    assert "this token is signed with another key" in capsys.readouterr().err


def test_what_is_switched_off_here_is_off_in_the_explanation(folder: Path, explain: Explain) -> None:
    (folder.parent.parent / "windsock.off.json").write_text('{"off": ["hero"]}')
    reasons = {each["experience"]: each["reason"] for each in explain("/")["decisions"]}
    assert reasons == {"hero": "off", "nav": "split"}


LEARNED = """
experience: picture
purpose: content
where: /
slot: "#picture"
variants: {a: original, b: {text: B}, c: {text: C}}
choose:
  - learn: [a, b, c]
    from: [device]
goal: click "#picture"
"""


def store(folder: Path, body: bytes) -> None:
    with Log(folder.parent.parent / "windsock.db", "normal") as log:
        log.keep({}, (7, NOW, body))


def test_what_an_edge_here_has_learned_is_told(folder: Path, explain: Explain) -> None:
    (folder / "picture.yaml").write_text(LEARNED)
    known = model(rates={"a": 0.05, "b": 0.3, "c": 0.1})
    store(folder, write(snapshot({"picture/visitor/device": known}, made=time.time() - 60)))
    picture = explain("/", "--signal", "device=mobile", "--experience", "picture")["decisions"][0]
    assert picture["reason"] == "learned"
    assert picture["distribution"]["b"] > 0.5
    assert picture["learned"]["evidence"]["b"] == {"exposures": 300, "rewards": 90}
    assert 60 <= picture["learned"]["snapshot"]["age"] < 600


def test_a_guardrail_that_stopped_an_experience_here_is_named(folder: Path, explain: Explain) -> None:
    store(folder, write(snapshot({}, made=time.time() - 200_000, breached={"hero": "lcp is worse"})))
    hero = explain("/", "--experience", "hero")["decisions"][0]
    assert (hero["reason"], hero["why"]) == ("off", "lcp is worse")


@pytest.mark.usefixtures("explain")
def test_a_snapshot_that_cannot_be_read_is_named_and_done_without(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store(folder, b"{}")
    assert run(["explain", "/", "--rules", str(folder)]) == 0
    out, err = capsys.readouterr()
    assert "hero: " in out
    assert "what was learned is left out" in err
    assert err.count("\n") == 1


def test_a_store_that_is_not_there_is_not_made(folder: Path, explain: Explain) -> None:
    explain("/")
    assert not (folder.parent.parent / "windsock.db").exists()
