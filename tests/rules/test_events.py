"""Events are those of ruamel's own parser: the same, at the same places, and the same errors."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from rules.events import events

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
PIECES = [*"\n\n\t: ,[]{}#'\"&*!|>-?%\r\x85\u2028\ufeff@`ab", "- ", ": ", "\n\n", " #", "\n  ", "---\n", "...\n"]


def ruamels(text: str) -> Iterator[Any]:
    return YAML(typ="safe", pure=True).parse(text)  # type: ignore[no-any-return]


def told(parse: Callable[[str], Iterator[Any]], text: str) -> list[Any]:
    """Everything about each event, and about the error that ends them."""
    found: list[Any] = []
    try:
        for event in parse(text):
            places = [(mark.line, mark.column, mark.index) for mark in (event.start_mark, event.end_mark)]
            facts = [str(getattr(event, name, None)) for name in ("value", "anchor", "tag", "style", "implicit")]
            found.append((type(event).__name__, *facts, *places))
    except Exception as error:  # hostile text: whatever ruamel raises, it is the same
        marks = [getattr(error, name, None) for name in ("problem_mark", "context_mark")]
        at = [(mark.line, mark.column) if mark else None for mark in marks]
        found.append((type(error).__name__, str(getattr(error, "problem", error)), *at))
    return found


@pytest.mark.parametrize("file", CASES, ids=lambda path: path.stem)
def test_a_rule_file_has_the_same_events(file: Path) -> None:
    assert told(events, file.read_text()) == told(ruamels, file.read_text())


@pytest.mark.parametrize("file", CASES, ids=lambda path: path.stem)
def test_a_damaged_file_has_the_same_events_up_to_the_same_error(file: Path) -> None:
    chance = random.Random(file.stem)
    for _ in range(40):
        text = file.read_text()
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(text))
            text = text[:at] + chance.choice(PIECES) + text[at + chance.randint(0, 1) :]
        assert told(events, text) == told(ruamels, text), text


@given(st.lists(st.sampled_from([*PIECES, "key: value", "a: b\n", "- c\n", "word"]), max_size=14).map("".join))
@settings(max_examples=600, deadline=None)
def test_any_text_has_the_same_events(text: str) -> None:
    assert told(events, text) == told(ruamels, text)


@pytest.mark.parametrize(
    "text",
    [
        "a: one\n  two\nb: c\n",
        "a: one # no\nb: two#yes\n",
        "- one\n- two three\n- 'four'\n",
        "{a: b:c, d: http://x/y?z=1, e: [f g, h]}",
        "a:\n  - b: c\n    d: e\n\n# end\n",
        "a: b\n\n\n  # comment\nc: d",
        "top\nlevel\n",
        "a: b: c",
        "? a\n: b\n",
        "a: |\n  text\n   more\nb: >-\n  folded\n",
    ],
)
def test_what_is_plain_and_what_is_not_have_the_same_events(text: str) -> None:
    assert told(events, text) == told(ruamels, text)
