"""`windsock matrix`, as it is typed: what it lists can be asked about, and what is missing fails."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from edge.cli import run
from tests.edge.cli.refused import refused
from tests.wire import RawOrigin

HERO = """
experience: hero
purpose: content
where: /
slot: "#hero"
starts: 2020-01-01
variants: {classic: original, phone: {text: Phone}, cold: {text: Cold}, south: {text: South}}
choose:
  - when: {device: mobile, country: "NO"}
    show: phone
  - when: {temperature: "< 40F"}
    show: cold
  - when: {season: summer, month: dec}
    show: south
"""
NAV = """
experience: nav
purpose: content
where: /
slot: header
variants: {a: original, b: {header: {X-Nav: wide}}}
choose:
  - when: {utm.source: letter, save_data: false}
    split: {a: 50, b: 50}
"""
BACK = """
experience: back
purpose: content
where: /
slot: path
variants: {usual: original, other: {path: /home-b}}
choose:
  - when: {source: email}
    show: other
"""

Asked = Callable[..., Any]


@pytest.fixture
def folder(rules: Path) -> Path:
    (rules / "hero.yaml").write_text(HERO)
    (rules / "nav.yaml").write_text(NAV)
    return rules


@pytest.fixture
def asked(folder: Path, capsys: pytest.CaptureFixture[str]) -> Asked:
    def answer(command: str, *arguments: str, code: int = 0) -> Any:
        assert folder.is_dir()
        found = run([command, *arguments, "--json"])
        out, err = capsys.readouterr()
        assert (found, err) == (code, "")
        return json.loads(out)

    return answer


def test_each_visitor_that_is_listed_gets_the_combination_when_explain_is_asked(asked: Asked) -> None:
    listed = asked("matrix", "/")["combinations"]
    combinations = [tuple(each["variants"].items()) for each in listed]
    assert len(set(combinations)) == len(combinations) == 8
    for each in listed:
        decisions = asked("explain", "/", *each["arguments"])["decisions"]
        assert {decision["experience"]: decision["variant"] for decision in decisions} == each["variants"]


def test_people_read_a_line_each_that_can_be_typed_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "nav.yaml").unlink()
    assert run(["matrix", "/"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "/: 4 combinations of hero"
    assert lines[2] == "  hero=classic  anybody"
    assert lines[3:5] == [
        "  hero=cold     --signal temperature=3.444444",
        "  hero=phone    --signal country=NO --signal device=mobile",
    ]
    assert shlex.split(lines[5])[:4] == ["hero=south", "--signal", "country=AU", "--at"]


def test_experiences_that_have_nothing_to_do_with_each_other_stand_in_lists_of_their_own(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "nav.yaml").write_text(BACK.replace("back", "nav"))
    assert run(["matrix", "/"]) == 0
    first, *_, nav = capsys.readouterr().out.split("\n\n")
    assert first.splitlines() == [
        "/: 8 combinations of hero, nav",
        "each line of a list below goes with each line of the others; --json lists every combination",
    ]
    assert nav == "  nav=usual  anybody\n  nav=other  --signal source=email\n"


ADVENT = """
experience: advent
purpose: content
where: /
slot: "#advent"
starts: 2099-12-01
variants: {none: original, line: {text: Advent}}
choose:
  - show: line
"""


@pytest.mark.parametrize(("when", "possible"), [("country: JP", True), ("city: Seattle", False)])
def test_nobody_is_at_a_place_whose_clock_is_another(folder: Path, asked: Asked, when: str, possible: bool) -> None:
    (folder / "nav.yaml").unlink()
    (folder / "advent.yaml").write_text(ADVENT.replace("starts: 2099-12-01", "every: 12:00-14:00"))
    (folder / "hero.yaml").write_text(HERO.replace("season: summer, month: dec", f'hour: "20-22", {when}'))
    listed = asked("matrix", "/")["combinations"]
    together = [each for each in listed if each["variants"] == {"advent": "line", "hero": "south"}]
    assert bool(together) is possible
    for each in together:
        assert "timezone=Asia/Tokyo" in each["arguments"]
        assert not any(argument.startswith("hour=") for argument in each["arguments"])


def test_a_country_has_its_own_seasons(folder: Path, asked: Asked) -> None:
    (folder / "nav.yaml").unlink()
    (folder / "hero.yaml").write_text(
        HERO.replace("season: summer, month: dec", "country: AU, season: autumn, month: nov")
    )
    assert "south" not in asked("matrix", "/")["experiences"]["hero"]


def test_the_hours_of_another_clock_are_looked_through_too(folder: Path, asked: Asked) -> None:
    (folder / "nav.yaml").unlink()
    hero = HERO.replace("season: summer, month: dec", "hour: 21, country: JP")
    (folder / "hero.yaml").write_text(hero.replace("starts: 2020-01-01", "every: 12:30-13:30"))
    assert "--at" in asked("matrix", "/")["experiences"]["hero"]["south"]


def test_an_event_is_on_when_it_is_on(folder: Path, asked: Asked) -> None:
    (folder / "nav.yaml").unlink()
    (folder / "site.yaml").write_text("events: {fair: 2098-09-05 - 2098-09-07, past: 2020-01-01}\n")
    (folder / "hero.yaml").write_text(
        HERO.replace("season: summer, month: dec", "event: fair").replace(
            "device: mobile, country", "event: past, country"
        )
    )
    listed = asked("matrix", "/", code=1)
    assert listed["experiences"]["hero"]["south"] == ["--at", "2098-09-05T12:00"]
    assert listed["unreachable"] == [["hero", "phone"]]


def test_a_variant_that_needs_another_clock_at_a_place_is_not_called_out_of_reach(folder: Path, asked: Asked) -> None:
    (folder / "nav.yaml").unlink()
    (folder / "hero.yaml").write_text(
        HERO.replace("season: summer, month: dec", 'hour: "20-22", city: Honolulu').replace(
            "starts: 2020-01-01", "every: 12:00-14:00"
        )
    )
    assert asked("matrix", "/")["elsewhere"] == [["hero", "south"]]


def test_what_is_given_stays_as_it_is(asked: Asked) -> None:
    listed = asked("matrix", "/", "--signal", "device=tv", "--signal", "temperature=20", "--at", "2026-11-22T12:00")
    assert [each["variants"]["hero"] for each in listed["combinations"]] == ["classic"] * 2
    assert listed["combinations"][0]["arguments"][:4] == ["--signal", "device=tv", "--signal", "temperature=20"]
    assert sorted(listed["elsewhere"]) == [["hero", "cold"], ["hero", "phone"], ["hero", "south"]]


def test_a_parameter_of_the_address_stays_as_it_is(asked: Asked) -> None:
    assert {each["variants"]["nav"] for each in asked("matrix", "/?utm_source=x")["combinations"]} == {"a"}


def test_a_variant_that_nobody_gets_fails(folder: Path, asked: Asked) -> None:
    (folder / "hero.yaml").write_text(HERO.replace("choose:", "choose:\n  - when: {device: mobile}\n    show: cold"))
    listed = asked("matrix", "/", code=1)
    assert listed["unreachable"] == [["hero", "phone"]]
    assert listed["problems"][0].startswith(
        "hero: nobody gets phone; no entry shows it to anybody whom the entries above"
    )


def test_a_file_that_is_missing_fails(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "hero.yaml").write_text(HERO.replace("{text: Cold}", "{file: cold.html}"))
    assert run(["matrix", "/"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("hero.yaml:")
    assert "cold.html" in err


@pytest.fixture
def origin() -> Iterator[RawOrigin]:
    origin = RawOrigin()
    origin.page("/", b"<!doctype html><body><h1 id=hero>Classic</h1></body>")
    yield origin
    origin.close()


def test_with_an_origin_every_slot_is_looked_for(folder: Path, asked: Asked, origin: RawOrigin) -> None:
    assert asked("matrix", "/", "--origin", origin.url)["problems"] == []
    (folder / "hero.yaml").write_text(HERO.replace('"#hero"', '"#gone"'))
    assert asked("matrix", "/", "--origin", origin.url, code=1)["problems"] == [
        f"hero: {variant} is not shown on {origin.url}/: no element matches #gone"
        for variant in ("cold", "phone", "south")
    ]


def test_another_path_is_looked_at_where_a_variant_shows_it(folder: Path, asked: Asked, origin: RawOrigin) -> None:
    (folder / "back.yaml").write_text(BACK)
    assert asked("matrix", "/", "--origin", origin.url, code=1)["problems"] == [
        f"{origin.url}/home-b answers 404: nothing can be shown there"
    ]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ([], "windsock matrix: missing argument"),
        (["pricing"], "windsock matrix: `pricing` is no page"),
        (["/", "--signal", "devise=tv"], "windsock matrix: unknown signal `devise`; did you mean `device`?"),
        (["/", "--at", "soon"], "windsock matrix: at `soon` is no moment"),
        (["/", "--rules", "nowhere"], "windsock matrix: the rules folder `nowhere` cannot be read"),
        (["/", "--origin", "http://127.0.0.1:1"], "windsock matrix: http://127.0.0.1:1 refuses connections"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_what_cannot_be_understood_is_one_line_and_exit_code_2(
    arguments: list[str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refused(["matrix", *arguments], capsys).startswith(line)


@pytest.mark.usefixtures("folder")
def test_a_page_without_experiences_is_said_to_be_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["matrix", "/nothing"]) == 0
    assert capsys.readouterr().out == "/nothing: no experience is on this page\n"


def test_too_many_combinations_are_listed_experience_by_experience(folder: Path, asked: Asked) -> None:
    for number in range(10):
        (folder / f"x{number}.yaml").write_text(
            BACK.replace("experience: back", f"experience: x{number}")
            .replace("slot: path", f"slot: '#x{number}'")
            .replace("{path: /home-b}", "{text: X}")
            .replace("source: email", f"query.x{number}: '1'")
        )
    listed = asked("matrix", "/")
    assert listed["combinations"] is None
    assert listed["experiences"]["x7"] == {"usual": [], "other": ["--signal", "query.x7=1"]}
