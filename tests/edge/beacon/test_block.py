"""What a page carries before its `</body>`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from edge.beacon.block import Blocks
from edge.edition import Edition
from rules.compile import compile as compile_rules
from rules.load import load

RULE = """
experience: {name}
purpose: content
where: /
slot: "#{name}"
variants: {{classic: original, one: {{text: One}}}}
choose: [{{split: {{classic: 50, one: 50}}}}]
{more}
"""
MORE = {
    "click": """goal: {click: '#a > b, [title="</script>"]'}\nnot_worse: [bounce, lcp]""",
    "visit": "goal: {visit: [/thanks, /done]}\nreward_window: 2h",
    "event": "goal: {event: signup, max: 5}\nnot_worse: [lcp, inp]",
    "dwell": "goal: {dwell: 90s}",
    "scroll": "goal: {scroll: 80%}",
    "twin": "goal: {dwell: 90s}",
}


@pytest.fixture
def edition(tmp_path: Path) -> Edition:
    for name, more in MORE.items():
        (tmp_path / f"{name}.yaml").write_text(RULE.format(name=name, more=more))
    loaded = load(tmp_path)
    assert loaded.document is not None, loaded.problems
    return Edition(compile_rules(loaded.document))


def said(block: bytes) -> dict[str, Any]:
    found = re.fullmatch(
        rb'<script type="application/json" id="windsock-data">([^<>]*)</script>'
        rb'<script src="/_windsock/w\.js" defer></script>',
        block,
    )
    assert found is not None
    data: dict[str, Any] = json.loads(found[1])
    return data


def test_it_holds_the_token_the_goals_and_the_measures_each_once(edition: Edition) -> None:
    data = said(Blocks().block("1.a.b.c", tuple(MORE), ("visit /thanks",), edition))
    assert data.keys() == {"t", "g", "m", "v", "w"}
    assert (data["t"], data["m"], data["v"], data["w"]) == (
        "1.a.b.c",
        ["bounce", "lcp", "inp"],
        ["visit /thanks"],
        7200,
    )
    named = edition.named
    assert data["g"] == [
        [named["click"].goal_text, "click", '#a > b, [title="</script>"]'],
        ["visit /thanks /done", "visit", ""],
        ["event signup", "event", "signup"],
        ["dwell 90s", "dwell", 90],
        ["scroll 80%", "scroll", 0.8],
    ]


def test_a_page_that_only_reaches_goals_of_others_has_no_token(edition: Edition) -> None:
    data = said(Blocks().block("", ("click",), ("visit /thanks",), edition))
    assert data == {"t": "", "g": [], "m": [], "v": ["visit /thanks"], "w": 0}


def test_a_page_without_either_has_no_block(edition: Edition) -> None:
    assert Blocks().block("", ("click",), (), edition) == b""


def test_another_edition_has_its_own_goals(edition: Edition, tmp_path: Path) -> None:
    blocks = Blocks()
    blocks.block("t", ("dwell",), (), edition)
    (tmp_path / "dwell.yaml").write_text(RULE.format(name="dwell", more="goal: {dwell: 5s}"))
    document = load(tmp_path).document
    assert document is not None
    assert said(blocks.block("t", ("dwell",), (), Edition(compile_rules(document))))["g"] == [["dwell 5s", "dwell", 5]]


def test_it_is_in_ascii_whatever_the_goal(edition: Edition, tmp_path: Path) -> None:
    (tmp_path / "event.yaml").write_text(RULE.format(name="event", more="goal: 'click \"#größe\"'"))
    document = load(tmp_path).document
    assert document is not None
    block = Blocks().block("t", ("event",), (), Edition(compile_rules(document)))
    assert block.isascii()
    assert said(block)["g"][0][2] == "#größe"
