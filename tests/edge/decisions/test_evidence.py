"""What a learned decision rests on, as explain tells it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edge.context import Context
from edge.decisions.explain import explain, tell
from edge.decisions.values import Draw
from edge.edition import Edition
from online_models.snapshot import Model
from rules.compile import compile as compiled
from rules.load import load
from tests.learned import NOW, model, snapshot

HERO = """
experience: hero
purpose: content
where: /
slot: "#hero"
variants: {a: original, b: {text: B}, c: {text: C}}
choose:
  - CHOOSE
goal: click "#hero a"
"""
LEARN = "{learn: [a, b, c], from: [device]}"
RATES = {"a": 0.05, "b": 0.3, "c": 0.1}
Make = Callable[..., Edition]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def made(models: Mapping[str, Model] | None = None, choose: str = LEARN, made: float = NOW) -> Edition:
        (tmp_path / "hero.yaml").write_text(HERO.replace("CHOOSE", choose))
        loaded = load(tmp_path)
        assert loaded.document is not None, loaded.problems
        return Edition(compiled(loaded.document), snapshot=None if models is None else snapshot(models, made))

    return made


def known(**more: Any) -> Mapping[str, Model]:
    return {"hero/visitor/device": model(rates=RATES, **more)}


PHONE = Context({"path": "/", "device": "mobile"}, "/", "shop.example", {}, NOW)


def data(edition: Edition, draw: Draw = Draw(7), now: float = NOW + 8) -> dict[str, Any]:  # noqa: B008 - frozen
    answer: Any = explain(PHONE, edition, draw, now=now)
    return dict(answer["decisions"][0])


def text(edition: Edition, draw: Draw = Draw(7), now: float = NOW + 8) -> str:  # noqa: B008 - frozen
    return tell(PHONE, edition, draw, now=now)


def test_the_data_tells_cell_evidence_and_snapshot(make: Make) -> None:
    edition = make(known(young=frozenset("c")))
    assert edition.snapshot is not None
    decision = data(edition)
    assert decision["reason"] == "learned"
    assert decision["distribution"]["b"] > 0.5
    assert decision["learned"] == {
        "model": "hero/visitor/device",
        "policy": "visitor",
        "cell": {"device": "mobile"},
        "would": None,
        "evidence": {
            "a": {"exposures": 300, "rewards": 15},
            "b": {"exposures": 300, "rewards": 90},
            "c": {"exposures": 300, "rewards": 30},
        },
        "young": ["c"],
        "snapshot": {"number": 7, "version": edition.snapshot.version, "age": 8.0, "held": ""},
        "stale": False,
    }


def test_the_text_tells_the_same(make: Make) -> None:
    told = text(make(known(young=frozenset("c"))))
    assert "hero: b, drawn by entry 1" in told or "drawn by entry 1" in told
    assert "  policy visitor, for the cell device mobile\n" in told
    assert "  b: 90 successes in 300 exposures\n" in told
    assert "  c: 30 successes in 300 exposures; new, so its share is capped\n" in told
    assert "  by snapshot 7 (" in told
    assert told.endswith("made 8 seconds ago")


@pytest.mark.parametrize(
    ("age", "words"),
    [(0, "0 seconds"), (1, "1 second"), (61, "1 minute"), (7_300, "2 hours"), (86_400, "1 day"), (-5, "0 seconds")],
)
def test_the_age_of_a_snapshot_is_told_in_one_unit(make: Make, age: float, words: str) -> None:
    assert text(make(known()), now=NOW + age).endswith(f"made {words} ago")


def test_without_a_bucket_the_distribution_and_its_evidence_are_told(make: Make) -> None:
    decision = data(make(known()), Draw(None))
    assert decision["variant"] is None
    assert decision["learned"]["cell"] == {"device": "mobile"}
    assert "b: 90 successes" in text(make(known()), Draw(None))


def test_where_nothing_is_drawn_it_still_is_told_what_the_share_rests_on(make: Make) -> None:
    assert data(make(known()), Draw(None, strict=True))["learned"]["evidence"]["b"]["rewards"] == 90


def test_before_anything_is_learned_that_is_said(make: Make) -> None:
    assert data(make())["learned"]["snapshot"] is None
    assert text(make()).endswith("nothing is learned yet: shares are even")
    assert text(make({})).endswith("knows nothing of it yet: shares are even")


def test_a_snapshot_that_is_too_old_is_said_not_to_be_used(make: Make) -> None:
    stale = replace(make(), stale=True)
    assert data(stale)["learned"]["stale"] is True
    assert text(stale).endswith("the last snapshot is more than a day old and not used: shares are even")


def test_a_move_that_is_held_back_is_said(make: Make) -> None:
    edition = make(known())
    assert edition.snapshot is not None
    why = "a large move of hero is held back, for 10 minutes at most"
    held = replace(edition, snapshot=replace(edition.snapshot, held=why))
    assert f"; {why}" in text(held)
    assert data(held)["learned"]["snapshot"]["held"] == why


def test_a_snapshot_that_is_rolled_back_to_is_said_with_the_way_out(make: Make) -> None:
    edition = make(known())
    assert edition.snapshot is not None
    why = "the models of snapshot 3 serve; windsock model rollback --release ends that"
    assert f"; {why}" in text(replace(edition, snapshot=replace(edition.snapshot, held=why)))


def test_one_winner_for_all_has_no_cell(make: Make) -> None:
    assert "policy everyone, the same for everybody" in text(make(choose="{learn: [a, b], policy: everyone}"))


def test_an_apprentice_says_what_it_would_give(make: Make) -> None:
    rules = "{learn: [a, b], from: [device], policy: rules}\n  - show: b"
    knows = {"hero/rules/device": model("rules", "ab", rates={"a": 0.3, "b": 0.05})}
    decision = data(make(knows, rules))
    assert (decision["variant"], decision["reason"], decision["rule"], decision["probability"]) == ("b", "rule", 2, 1.0)
    assert decision["learned"]["would"]["a"] > 0.9
    told = text(make(knows, rules))
    assert "  entry 1 decides nothing: its model learns beside the others\n" in told
    assert "  it decides nothing; it would give a 9" in told


def test_a_breached_guardrail_is_told_in_one_line(make: Make) -> None:
    why = "lcp is worse than with a, by at least 30 ms over 812 pages"
    stopped = replace(make(known()), breached={"hero": why})
    decision = data(stopped)
    assert (decision["variant"], decision["reason"], decision["why"]) == ("a", "off", why)
    assert f"hero: a, its default: its guardrail stopped it: {why}" in text(stopped)


def test_a_switch_is_told_before_a_breach(make: Make) -> None:
    off = replace(make(known()), breached={"hero": "lcp is worse"}, off=frozenset({"hero"}))
    assert "why" not in data(off)
    assert "switched off; windsock on hero" in text(off)


def test_of_what_is_not_learned_nothing_more_is_told(make: Make) -> None:
    assert data(make(choose="show: b")).keys() == {
        *("experience", "variant", "reason", "rule", "probability", "distribution", "shows")
    }
