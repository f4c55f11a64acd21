from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from rules.compile import compile as compiled
from rules.load import load
from rules.values import BUCKETS, Experience, Form, RuleSet

CASES = Path(__file__).parent / "cases"


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    document = load(CASES).document
    assert document is not None
    return compiled(document)


def named(rules: RuleSet, name: str) -> Experience:
    return next(experience for experience in rules.experiences if experience.name == name)


def test_experiences_stand_in_the_order_of_their_files(rules: RuleSet) -> None:
    assert [experience.file for experience in rules.experiences] == [
        "header.yaml",
        "path.yaml",
        "redirect.yaml",
        "several.yaml",
        "whole.yaml",
    ]


def test_the_site_gives_zone_dayparts_and_holdout(rules: RuleSet) -> None:
    assert rules.zone == ZoneInfo("Europe/Oslo")
    assert rules.dayparts == {"morning": (6.0, 12.0), "evening": (17.0, 22.0), "night": (22.0, 6.0)}
    assert len(rules.held) == 82


def test_without_a_site_the_zone_is_utc(tmp_path: Path) -> None:
    document = load(tmp_path).document
    assert document is not None
    empty = compiled(document)
    assert empty.zone == UTC
    assert empty.dayparts.keys() == {"morning", "afternoon", "evening", "night"}


def test_every_form_of_a_variant_arrives(rules: RuleSet) -> None:
    variants = named(rules, "homepage-hero").variants
    assert variants["classic"].original
    assert variants["rain"].forms == (("#hero", Form("replace", '<section id="hero">Rain</section>\n')),)
    assert variants["cosy"].forms == (("#hero", Form("replace", '<section id="hero">Cosy</section>\n')),)
    picture = (("src", "/img/rain.jpg"), ("alt", "Rain on the pier"), ("hidden", None))
    assert variants["photo"].forms == (("#hero", Form("set", "", picture)),)
    assert variants["rain"].never_when is not None


def test_several_slots_change_together(rules: RuleSet) -> None:
    assert [slot for slot, _ in named(rules, "destination").variants["snow"].forms] == ["#picture", "#title"]


def test_headers_paths_and_redirects_arrive(rules: RuleSet) -> None:
    assert named(rules, "navigation").delivery == "header"
    assert named(rules, "navigation").variants["wide"].headers == (("X-Nav", "wide"),)
    assert named(rules, "layout").variants["other"].target == "/home-b"
    assert named(rules, "language").variants["german"].target == "/de/"


def test_coins_are_counts_of_buckets(rules: RuleSet) -> None:
    hero = named(rules, "homepage-hero")
    assert (hero.holdout, hero.rollout, hero.sticky, hero.coins) == (205, 2048, True, True)
    assert hero.seats.play < 2048


def test_learn_has_equal_shares(rules: RuleSet) -> None:
    entry = named(rules, "homepage-hero").choose[3]
    assert entry.shares == (("classic", 1.0), ("rain", 1.0), ("cosy", 1.0))
    assert (entry.kind, entry.policy) == ("learn", "visitor")
    assert entry.signals == ("daypart", "device", "weather", "country")


def test_experiences_that_draw_nothing_share_their_seats(tmp_path: Path) -> None:
    text = (CASES / "redirect.yaml").read_text()
    for number in range(3):
        (tmp_path / f"{number}.yaml").write_text(text.replace("experience: language", f"experience: e{number}"))
    document = load(tmp_path).document
    assert document is not None
    experiences = compiled(document).experiences
    assert len({id(experience.seats) for experience in experiences}) == 1
    assert not any(experience.coins for experience in experiences)
    assert experiences[0].seats.play == BUCKETS


def test_the_holdout_of_the_site_makes_every_experience_drawn(rules: RuleSet) -> None:
    assert all(experience.coins for experience in rules.experiences)


def test_under_a_holdout_of_the_site_those_who_draw_nothing_share_their_seats(tmp_path: Path) -> None:
    text = (CASES / "redirect.yaml").read_text()
    for number in range(3):
        (tmp_path / f"{number}.yaml").write_text(text.replace("experience: language", f"experience: e{number}"))
    (tmp_path / "site.yaml").write_text("holdout: 2%")
    document = load(tmp_path).document
    assert document is not None
    experiences = compiled(document).experiences
    assert len({id(experience.seats) for experience in experiences}) == 1
    assert experiences[0].seats.play == BUCKETS - 82


_ELSEWHERE = """
import json, sys
from rules.compile import compile
rules = compile(json.load(sys.stdin))
print(json.dumps([
    [name for name in ("pydantic", "ruamel.yaml", "selectolax") if name in sys.modules],
    [list(experience.seats.rank) for experience in rules.experiences],
    [repr((experience.where, experience.window, experience.variants, experience.choose))
     for experience in rules.experiences],
]))
"""


def test_another_process_comes_to_the_same_rules_from_the_published_document(rules: RuleSet) -> None:
    document = json.dumps(load(CASES).document)
    ran = subprocess.run([sys.executable, "-c", _ELSEWHERE], input=document, capture_output=True, text=True, check=True)
    heavy, ranks, texts = json.loads(ran.stdout)
    here = rules.experiences
    assert heavy == []
    assert ranks == [list(experience.seats.rank) for experience in here]
    assert [_without_sets(text) for text in texts] == [
        _without_sets(repr((each.where, each.window, each.variants, each.choose))) for each in here
    ]


def _without_sets(text: str) -> list[str]:
    """Sets print their members in an order of their own: compare the characters."""
    return sorted(text)


def test_equal_documents_give_equal_rules() -> None:
    one, other = load(CASES).document, load(CASES).document
    assert one is not None
    assert other is not None
    assert compiled(one) == compiled(json.loads(json.dumps(other)))
