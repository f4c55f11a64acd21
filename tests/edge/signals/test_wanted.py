"""What the rules of an edition ask of a request."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.signals.wanted import wanted
from rules.compile import compile as compile_rules
from rules.load import load
from rules.values import RuleSet

RULE = """
experience: hero
purpose: content
where: /*
slot: "#hero"
variants:
  classic: original
  rain: {{html: <b>rain</b>{never}}}
choose:
  - {entry}
"""


def rules(folder: Path, entry: str, never: str = "") -> RuleSet:
    (folder / "hero.yaml").write_text(RULE.format(entry=entry, never=never))
    document = load(folder).document
    assert document is not None
    return compile_rules(document)


@pytest.mark.parametrize(
    ("entry", "names", "languages"),
    [
        ("{show: rain}", set(), ()),
        ("{when: {country: NO}, show: rain}", {"country"}, ()),
        ("{when: {not: {any: [{hour: 22-6}, {city: 'B*'}]}}, show: rain}", {"hour", "city"}, ()),
        ("{when: {language: [no, de], temperature: '< 5'}, show: rain}", {"language", "temperature"}, ("de", "no")),
        ("{learn: [classic, rain], from: [device, weather]}", {"device", "weather"}, ()),
    ],
)
def test_every_signal_that_a_rule_mentions_is_wanted(
    tmp_path: Path, entry: str, names: set[str], languages: tuple[str, ...]
) -> None:
    found = wanted(rules(tmp_path, entry))
    assert (set(found.signals), found.languages) == (names, languages)


def test_of_what_stands_in_braces_only_signals_are_wanted(tmp_path: Path) -> None:
    rule = RULE.replace("/*", "/to/{{city}}").replace("<b>rain</b>", "'{{city}} {{place.name}}'")
    (tmp_path / "hero.yaml").write_text(rule.format(entry="{show: rain}", never=""))
    (tmp_path / "site.yaml").write_text("places: {oslo: {name: Oslo, at: [59.91, 10.75]}}\nabout: '/to/{place}'\n")
    document = load(tmp_path).document
    assert document is not None
    assert wanted(compile_rules(document)).signals == {"place.name"}


def test_what_a_variant_must_not_meet_is_wanted_too(tmp_path: Path) -> None:
    assert wanted(rules(tmp_path, "{show: rain}", ", never_when: {os: ios}")).signals == {"os"}
