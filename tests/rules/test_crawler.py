"""Nothing may be shown to crawlers alone, nor to everybody but them."""

from __future__ import annotations

from pathlib import Path

import pytest

from rules.crawler import refusals
from rules.load import load
from rules.problem import Problem
from tests.work import lines

WIDE = """\
experience: wide
purpose: content
where: /
slot: "#hero"
variants:
  plain: original
  b: {text: B}
  c: {text: C}
choose:
"""


def told(folder: Path, choose: str) -> list[Problem]:
    (folder / "site.yaml").write_text("signals: {agent: {header: X-Agent}, member: {header: X-Member}}")
    (folder / "wide.yaml").write_text(WIDE + choose)
    return [*load(folder).problems]


@pytest.mark.parametrize(
    "when",
    [
        "device: bot",
        "device: [mobile, bot]",
        "not: {device: bot}",
        "any: [{device: bot}, {country: US}]",
        "device: [mobile, tablet, desktop, tv, other]",
        "not: {device: [mobile, tablet, desktop, tv, other]}",
        "device: [mobile, tablet, desktop, tv, other], country: US",
        "browser: Googlebot",
        "os: bingbot",
        'agent: "*Googlebot*"',
        "agent: facebookexternalhit",
        'agent: "*oogleb*"',
        "any: [{device: [mobile, tablet, desktop]}, {device: [tv, other]}]",
        "any: [{device: [mobile, tablet, desktop], weather: rain}, {device: [tv, other], weather: rain}]",
        "all: [{not: {device: [tv, other]}}, {not: {device: [mobile, tablet, desktop]}}]",
    ],
)
def test_a_condition_that_leaves_out_crawlers_alone_is_refused(tmp_path: Path, when: str) -> None:
    lines = [each.line for each in told(tmp_path, f"  - when: {{{when}}}\n    show: b\n") if "cloaking" in each.message]
    assert lines == [10]


@pytest.mark.parametrize(
    "when",
    [
        "device: desktop",
        "device: [mobile, tablet]",
        "not: {device: tv}",
        "path: /robots*",
        'member: "*"',
        "any: [{device: [mobile, tablet, desktop]}, {device: tv}]",
        "any: [{device: [mobile, tablet, desktop], weather: rain}, {device: [tv, other], weather: snow}]",
    ],
)
def test_a_condition_for_some_devices_is_fine(tmp_path: Path, when: str) -> None:
    assert told(tmp_path, f"  - when: {{{when}}}\n    show: b\n") == []


@pytest.mark.parametrize(
    "entries",
    [
        [("device: [mobile, tablet, desktop]", "b"), ("device: [tv, other]", "b")],
        [("device: [mobile, tablet, desktop]", "b"), ("device: [tv, other]", "c")],
        [("device: [mobile, tablet, desktop]", "b"), ("device: [tv, other]", "b"), ("country: US", "b")],
        [("device: mobile, member: gold", "b"), ("device: [tablet, desktop, tv, other], member: gold", "c")],
        [('device: mobile, hour: ">= 0"', "b"), ('device: [tablet, desktop, tv, other], wind: ">= 0"', "c")],
        [("device: [mobile, tablet]", "c"), ("not: {device: [desktop, tv, other]}", "b"), ("country: US", "plain")],
    ],
)
def test_entries_that_leave_out_crawlers_together_are_refused(tmp_path: Path, entries: list[tuple[str, str]]) -> None:
    choose = "".join(f"  - when: {{{when}}}\n    show: {name}\n" for when, name in entries)
    assert ["cloaking" in problem.message for problem in told(tmp_path, choose)] == [True]


@pytest.mark.parametrize(
    "entries",
    [
        [("device: mobile", "b"), ("device: [tablet, desktop, tv]", "c")],
        [("device: mobile", "b"), ("device: [tablet, desktop, tv, other]", "plain")],
        [("device: mobile, weather: rain", "b"), ("device: [tablet, desktop, tv, other], weather: snow", "c")],
        [("device: [mobile, tablet]", "b"), ("not: {device: [mobile, tablet]}", "c")],
    ],
)
def test_entries_that_give_crawlers_what_some_people_get_are_fine(
    tmp_path: Path, entries: list[tuple[str, str]]
) -> None:
    choose = "".join(f"  - when: {{{when}}}\n    show: {name}\n" for when, name in entries)
    assert told(tmp_path, choose) == []


def test_so_many_times_the_entries_are_so_many_times_the_work() -> None:
    entries = [{"when": {"device": "mobile", "city": f"c{at}", "wind": at}, "show": "b"} for at in range(1000)]
    variants = {"plain": "original", "b": {"text": "B"}}

    def look(at: int) -> None:
        assert list(refusals({"choose": entries[:at], "variants": variants})) == []

    assert lines(lambda: look(1000)) < 2.5 * lines(lambda: look(500))
