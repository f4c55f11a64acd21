"""What a visitor would see, and why: as data and as text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edge.context import Context
from edge.decisions.decide import decide
from edge.decisions.explain import explain, tell
from edge.decisions.values import Draw
from edge.edition import Edition
from rules.compile import compile as compile_rules
from rules.load import load
from rules.words import SIGNALS

HERO = """
experience: hero
purpose: content
where: /
slot: "#hero"
variants:
  classic: original
  phone: {html: "<p>Phone</p>"}
  norsk: {html: "<p>Hei</p>"}
choose:
  - when: {language: "no", weekend: true}
    show: norsk
  - when: {device: mobile}
    show: phone
"""
NAV = """
experience: nav
purpose: content
where: /*
slot: header
variants: {a: original, b: {header: {X-Nav: wide}}}
choose:
  - when: {not: {device: tv}}
    split: {a: 75, b: 25}
"""
ABOUT = """
experience: about
purpose: content
where: /about
slot: "#about"
holdout: 5%
variants: {plain: original, warm: {text: Hello}}
choose:
  - show: warm
"""
MOVE = """
experience: move
purpose: content
where: /old
slot: redirect
variants: {stay: original, go: {redirect: /new}}
choose:
  - show: go
"""
LATER = """
experience: later
purpose: content
where: /
slot: "#later"
starts: 2030-01-01
variants: {plain: original, warm: {text: Hello}}
choose:
  - show: warm
"""

MakeEdition = Callable[..., Edition]


@pytest.fixture
def make(tmp_path: Path) -> MakeEdition:
    def made(**files: str) -> Edition:
        for name, text in files.items():
            (tmp_path / f"{name}.yaml").write_text(text)
        loaded = load(tmp_path)
        assert loaded.document is not None, loaded.problems
        return Edition(compile_rules(loaded.document))

    return made


def context(path: str = "/", **signals: Any) -> Context:
    return Context({"path": path, **signals}, path, "shop.example", {}, 1_795_000_000.0)


def decisions(answer: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {decision["experience"]: decision for decision in answer["decisions"]}


def test_the_data_has_the_promised_form(make: MakeEdition) -> None:
    answer = explain(context(device="mobile"), make(hero=HERO, nav=NAV), Draw(7))
    assert list(answer) == ["path", "signals", "decisions"]
    assert answer["path"] == "/"
    assert decisions(answer)["hero"] == {
        "experience": "hero",
        "variant": "phone",
        "reason": "rule",
        "rule": 2,
        "probability": 1.0,
        "distribution": {"phone": 1.0},
        "shows": {"#hero": "<p>Phone</p>"},
    }


def test_every_signal_is_listed_and_those_of_this_request_besides(make: MakeEdition) -> None:
    signals: Any = explain(context(device="mobile", **{"query.dark": "1"}), make(hero=HERO), Draw(7))["signals"]
    assert set(signals) == {*SIGNALS, "query.dark"}
    assert (signals["device"], signals["query.dark"], signals["country"]) == ("mobile", "1", "unknown")


def test_every_experience_is_spoken_of_and_those_of_other_pages_are_outside(make: MakeEdition) -> None:
    answer = decisions(explain(context(), make(hero=HERO, about=ABOUT, later=LATER), Draw(7)))
    assert list(answer) == ["about", "hero", "later"]
    assert answer["about"] == {
        "experience": "about",
        "variant": "plain",
        "reason": "outside",
        "rule": None,
        "probability": 1.0,
        "distribution": {"plain": 1.0},
        "shows": {},
    }


def test_without_a_bucket_a_drawn_variant_is_null(make: MakeEdition) -> None:
    nav = decisions(explain(context(device="mobile"), make(nav=NAV), Draw(None)))["nav"]
    assert (nav["variant"], nav["probability"], nav["distribution"]) == (None, None, {"a": 0.75, "b": 0.25})


def test_it_says_what_decide_says(make: MakeEdition) -> None:
    edition = make(hero=HERO, nav=NAV, about=ABOUT)
    for bucket in range(0, 4096, 64):
        told = decisions(explain(context("/about", device="mobile"), edition, Draw(bucket)))
        for decision in decide(context("/about", device="mobile"), edition, Draw(bucket)):
            assert told[decision.experience]["variant"] == decision.variant


def test_people_read_which_entry_matched_and_what_the_others_lacked(make: MakeEdition) -> None:
    edition = make(hero=HERO, nav=NAV, about=ABOUT, later=LATER)
    text = tell(context(device="mobile", language="no", weekend=False), edition, Draw(7))
    edition = make(nav=NAV)
    variant, rank = decide(context(), edition, Draw(7))[-1].variant, edition.named["nav"].seats.rank[7]
    paragraphs = text.split("\n\n")
    assert paragraphs[1:] == [
        "hero: phone, by entry 2\n  #hero: <p>Phone</p>\n"
        "  entry 1 needs weekend true; here it is false\n  entry 2 matches: device is mobile",
        "later: plain, its default: it starts on 2030-01-01\n  #later: left as the page has it",
        f"nav: {variant}, drawn by entry 1: a 75.00%, b 25.00%\n"
        f"  {'no header of its own goes to the site' if variant == 'a' else 'header to the site: X-Nav: wide'}\n"
        "  entry 1 matches: device is not tv\n"
        f"  bucket 7 has rank {rank:,} of the 4,096 in play\n"
        "  over all 4,096 buckets: a 3,072, b 1,024",
        "not on this path: about",
    ]


def test_people_read_what_is_known_and_what_is_not(make: MakeEdition) -> None:
    first = tell(context(device="mobile"), make(hero=HERO), Draw(7)).split("\n\n")[0].splitlines()
    assert first[0] == "/  for a visitor of whom this is known:"
    assert first[1:3] == ["  device  mobile", "  path    /"]
    assert first[3].startswith("  unknown: country, region, ")


@pytest.mark.parametrize(
    ("files", "path", "draw", "line"),
    [
        ({"hero": HERO}, "/", Draw(7), "hero: classic, its default: no entry matches"),
        (
            {"nav": NAV},
            "/",
            Draw(None),
            "nav: drawn by entry 1: a 75.00%, b 25.00% (say --bucket 0 to 4095 to see a draw)",
        ),
        (
            {"nav": NAV.replace("slot:", "sticky: false\nslot:")},
            "/",
            Draw(7),
            "nav: drawn by entry 1: a 75.00%, b 25.00% (drawn anew on each visit)",
        ),
        (
            {"about": ABOUT.replace("where: /about", "where: {host: a.example}")},
            "/",
            Draw(7),
            "not on this host (shop.",
        ),
        ({"about": ABOUT.replace("where: /about", "where: {query: {a: b}}")}, "/", Draw(7), "not with this query: ab"),
        (
            {"about": ABOUT.replace("where: /about", "where: {path: /x, query: {a: b}}")},
            "/",
            Draw(7),
            "not on this path: about",
        ),
        ({"nav": NAV}, "/", Draw(None, strict=True), "nav: a, by entry 1"),
        ({"about": ABOUT}, "/about", Draw(7), "about: warm, by entry 1"),
        (
            {"about": ABOUT.replace("5%", "100%")},
            "/about",
            Draw(7),
            "about: plain, its default: bucket 7 is one of the 4,096 of 4,096 buckets that the holdout keeps",
        ),
        (
            {"about": ABOUT.replace("holdout: 5%", "rollout: 0%")},
            "/about",
            Draw(7),
            "about: plain, its default: bucket 7 is not among the 0 of 4,096 buckets that the rollout lets in",
        ),
        ({"move": MOVE, "nav": NAV}, "/old", Draw(7), "not met, since move redirects: nav"),
        ({}, "/", Draw(7), "these rules hold no experience"),
    ],
)
def test_each_reason_has_its_words(make: MakeEdition, files: dict[str, str], path: str, draw: Draw, line: str) -> None:
    text = tell(context(path, device="mobile" if "nav" in files else "other"), make(**files), draw)
    assert line in text


def test_what_is_switched_off_says_how_to_switch_it_on(make: MakeEdition) -> None:
    edition = replace(make(hero=HERO, nav=NAV), off=frozenset({"hero"}))
    text = tell(context(), edition, Draw(7))
    assert "hero: classic, its default: it is switched off; windsock on hero switches it on again" in text
    assert "everything is switched off" in tell(context(), replace(edition, off=frozenset({"*"})), Draw(7))


def test_a_preview_shows_its_variant_whatever_the_entries_say(make: MakeEdition) -> None:
    text = tell(context(), make(hero=HERO), Draw(7, forced={"hero": "norsk"}))
    assert text.endswith("hero: norsk, by a preview\n  #hero: <p>Hei</p>")


def test_who_belongs_to_another_experience_of_a_group_reads_which_coin_said_so(make: MakeEdition) -> None:
    first, second = (HERO.replace("hero", name).replace("choose:", "group: top\nchoose:") for name in ("one", "two"))
    edition = make(one=first, two=second)
    text = tell(context(device="mobile"), edition, Draw(7))
    assert text.count("bucket 7 belongs to another experience of the group top") == 1
    assert "over all 4,096 buckets: phone 2,048, others of the group top 2,048" in text


def test_a_variant_that_is_left_out_of_a_draw_says_why(make: MakeEdition) -> None:
    nav = NAV.replace("{X-Nav: wide}}", "{X-Nav: wide}, never_when: {country: NO}}").replace(
        "{not: {device: tv}}", "{device: tv}"
    )
    text = tell(context(device="tv", country="NO"), make(nav=nav), Draw(7))
    assert "b is left out, since country is NO" in text


def test_how_chance_goes_adds_up_to_all_buckets(make: MakeEdition) -> None:
    about = ABOUT.replace("holdout: 5%", "holdout: 5%\nrollout: 50%").replace(
        "show: warm", "split: {plain: 1, warm: 2}"
    )
    for bucket in range(0, 4096, 256):
        text = tell(context("/about"), make(about=about), Draw(bucket))
        line = next(line for line in text.splitlines() if "over all" in line)
        counted = [int(number.replace(",", "")) for number in re.findall(r"[\d,]*\d", line.partition(":")[2])]
        assert sum(counted) == 4096


def test_where_chance_decides_people_read_what_each_variant_would_be(make: MakeEdition) -> None:
    text = tell(context(device="mobile"), make(nav=NAV), Draw(None))
    assert "\n  a: no header of its own goes to the site\n  b: header to the site: X-Nav: wide\n" in text


def test_of_two_that_change_the_same_slot_the_first_is_shown(make: MakeEdition) -> None:
    edition = make(one=HERO.replace("hero\n", "one\n", 1), two=HERO.replace("hero\n", "two\n", 1))
    assert "two: phone, by entry 2\n  not shown: one changes the same slot, and comes first" in tell(
        context(device="mobile"), edition, Draw(7)
    )
    told = decisions(explain(context(device="mobile"), edition, Draw(7)))
    assert (told["one"]["shows"], told["two"]["shows"]) == ({"#hero": "<p>Phone</p>"}, {})


def test_only_what_is_asked_for_is_told(make: MakeEdition) -> None:
    edition = make(hero=HERO, nav=NAV, about=ABOUT)
    assert list(decisions(explain(context(), edition, Draw(7), ["nav"]))) == ["nav"]
    told = tell(context(), edition, Draw(7), ["nav"])
    assert "nav: " in told
    assert "hero" not in told
    assert "about" not in told
