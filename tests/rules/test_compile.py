from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC
from pathlib import Path
from shutil import copytree
from zoneinfo import ZoneInfo

import pytest

from rules.compile import compile as compiled
from rules.load import load
from rules.values import BUCKETS, Entry, Experience, Form, RuleSet, Site

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
        "reach.yaml",
        "redirect.yaml",
        "rows.yaml",
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


def test_what_is_learned_has_a_name_a_half_life_and_a_prior(tmp_path: Path) -> None:
    text = (CASES / "whole.yaml").read_text()
    prior = "policy: visitor\n    half_life: 6h\n    prior: {rain: 8 of 200, classic: 1.5 of 100}"
    (tmp_path / "whole.yaml").write_text(text.replace("policy: visitor", prior))
    copytree(CASES / "heroes", tmp_path / "heroes")
    document = load(tmp_path).document
    assert document is not None
    hero = compiled(document).experiences[0]
    entry = hero.choose[3]
    assert (entry.half_life, entry.prior) == (6 * 3600, {"rain": (8, 200), "classic": (1.5, 100)})
    assert entry.model(hero.name) == "homepage-hero/visitor/daypart,device,weather,country"
    assert (hero.goal_text, hero.not_worse, hero.reward_window) == ('click "#hero a"', ("bounce", "lcp"), 600)


def test_where_nothing_is_said_what_was_learned_counts_half_after_two_weeks(rules: RuleSet) -> None:
    entry = named(rules, "homepage-hero").choose[3]
    assert (entry.half_life, entry.prior) == (14 * 86_400, {})


@pytest.mark.parametrize(
    ("policy", "key"),
    [("visitor", "hero/visitor/device,os"), ("rules", "hero/rules/device,os"), ("everyone", "hero/everyone/"),
     ("even", "hero/even/")],
)  # fmt: skip
def test_the_key_of_a_model_names_only_the_signals_that_it_asks_for(policy: str, key: str) -> None:
    assert Entry(None, "learn", (("a", 1.0), ("b", 1.0)), ("device", "os"), policy).model("hero") == key


def test_what_learns_nothing_has_no_model() -> None:
    assert Entry(None, "show", (("a", 1.0),)).model("hero") == ""


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


GROUPED = """
experience: {name}
purpose: content
where: "/to/{{slug}}"
slot: ul
group: top
variants:
  a: original
  b: {{order: ["#new", "#charts"]}}
  c: {{html: "<p title='{{place.name}}'>{{slug}} {{{{other}}}} {{slug}}</p>"}}
choose: [{{show: b}}, {{show: c}}]
"""


def write(folder: Path, *names: str) -> RuleSet:
    for at, name in enumerate(names):
        (folder / f"{at}.yaml").write_text(GROUPED.format(name=name))
    document = load(folder).document
    assert document is not None
    return compiled(json.loads(json.dumps(document)))


def test_an_order_arrives(tmp_path: Path) -> None:
    variant = named(write(tmp_path, "x"), "x").variants["b"]
    assert variant.forms == (("ul", Form("order", order=("#new", "#charts"))),)
    assert not variant.original


def test_placeholders_are_what_where_catches_and_facts_of_places_and_other_braces_are_text(tmp_path: Path) -> None:
    variants = named(write(tmp_path, "x"), "x").variants
    assert variants["c"].placeholders == ("place.name", "slug")
    assert (variants["a"].placeholders, variants["b"].placeholders) == ((), ())


def test_of_a_group_the_first_by_name_leads(tmp_path: Path) -> None:
    rules = write(tmp_path, "y", "x")
    assert [(each.name, each.group, each.leads) for each in rules.experiences] == [
        ("y", "top", False),
        ("x", "top", True),
    ]
    assert all(each.coins for each in rules.experiences)
    assert sum(each.seats.play for each in rules.experiences) == BUCKETS


def test_what_did_not_change_is_taken_over(tmp_path: Path) -> None:
    before = compiled(load(CASES).document or {})
    document = json.loads(json.dumps(load(CASES).document))
    document["experiences"][0]["holdout"] = 0.5
    after = compiled(document)
    assert [one is other for one, other in zip(before.experiences, after.experiences, strict=True)] == [False] + [
        True
    ] * (len(after.experiences) - 1)
    assert compiled(document) == after


def test_another_member_of_the_group_is_a_change(tmp_path: Path) -> None:
    alone = named(write(tmp_path, "x"), "x")
    assert alone.seats.play == BUCKETS
    assert named(write(tmp_path, "x", "y"), "x").seats.play == BUCKETS // 2


def test_a_document_of_an_earlier_version_can_still_be_read() -> None:
    document = json.loads(json.dumps(load(CASES).document))
    for key in ("places", "stores", "about", "near", "load", "signals", "events", "cache", "allow"):
        del document["site"][key]
    for each in document["experiences"]:
        del each["group"], each["until"]
    assert compiled(document).site == Site()


def test_equal_documents_give_equal_rules() -> None:
    one, other = load(CASES).document, load(CASES).document
    assert one is not None
    assert other is not None
    assert compiled(one) == compiled(json.loads(json.dumps(other)))
