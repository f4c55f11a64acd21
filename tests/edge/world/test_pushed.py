"""What a site may push, and for how long it holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from edge.world.pushed import MOST, Pushed, PushError, read, understood
from rules.compile import compile as compile_rules
from rules.load import load
from rules.values import RuleSet, Value

NOW = 1000.0
SITE = """
places:
  harbour: {name: The harbour, at: [58.1, -5.2]}
signals:
  mood: {pushed: true, values: [calm, busy]}
  waiting: {pushed: true, kind: number}
  theme: {query: theme}
"""


@pytest.fixture
def rules(tmp_path: Path) -> RuleSet:
    (tmp_path / "site.yaml").write_text(SITE)
    loaded = load(tmp_path)
    assert loaded.document is not None, loaded.problems
    return compile_rules(loaded.document)


def _body(value: object, ttl: object = "5m") -> bytes:
    return json.dumps({"value": value, "ttl": ttl}).encode()


def _taken(path: str, body: bytes, rules: RuleSet, now: float) -> tuple[str, Value, float]:
    return understood(path, *read(body), rules, now)


def test_a_push_holds_for_its_lifetime(rules: RuleSet) -> None:
    assert _taken("mood", _body("busy"), rules, NOW) == ("mood", "busy", NOW + 300)


def test_values_are_written_as_in_a_rule(rules: RuleSet) -> None:
    assert _taken("waiting", _body("12"), rules, NOW)[1] == _taken("waiting", _body(12), rules, NOW)[1] == 12


def test_a_place_has_signals_of_its_own(rules: RuleSet) -> None:
    assert _taken("place/harbour/queue", _body("long"), rules, NOW)[:2] == ("place/harbour/queue", "long")


@pytest.mark.parametrize(
    ("path", "body", "says"),
    [
        ("mood", b"busy", 'send {"value"'),
        ("mood", b"{}", 'send {"value"'),
        ("mood", b"[" * 5000, 'send {"value"'),
        ("mood", _body(None), 'send {"value"'),
        ("mood", _body({"a": 1}), 'send {"value"'),
        ("mood", _body("x" * 300), 'send {"value"'),
        ("mood", _body("busy", "soon"), "no length of time"),
        ("mood", _body("busy", 5), "ttl"),
        ("mood", _body("bsy"), "busy"),
        ("waiting", _body("many"), "many"),
        ("theme", _body("dark"), "not a signal that is pushed"),
        ("country", _body("NO"), "not a signal that is pushed"),
        ("moood", _body("busy"), "mood"),
        ("place/harbor/queue", _body("long"), "harbour"),
        ("place/harbour", _body("long"), "cannot be pushed"),
        ("place/harbour/Queue!", _body("long"), "cannot be pushed"),
        ("place/harbour/weather", _body("rain"), "cannot be pushed"),
        ("place/harbour/daypart", _body("night"), "cannot be pushed"),
        ("place/harbour/a/b", _body("long"), "cannot be pushed"),
        ("", _body("long"), "not a signal"),
    ],
)
def test_what_cannot_be_taken_says_why_in_one_line(rules: RuleSet, path: str, body: bytes, says: str) -> None:
    with pytest.raises(PushError, match=says.replace("{", r"\{")) as raised:
        _taken(path, body, rules, NOW)
    assert "\n" not in str(raised.value)


def test_what_has_ended_is_gone() -> None:
    pushed = Pushed()
    pushed.put("mood", "busy", until=1300, now=NOW)
    assert pushed.current(1299) == {"mood": ("busy", 1300)}
    assert pushed.current(1300) == {}


def test_pushes_do_not_grow_without_end() -> None:
    pushed = Pushed()
    for number in range(MOST):
        pushed.put(f"place/harbour/q{number}", 1, until=2000, now=NOW)
    with pytest.raises(PushError, match="already"):
        pushed.put("one/more", 1, until=2000, now=NOW)
    pushed.put("place/harbour/q0", 2, until=2000, now=NOW)
    pushed.put("one/more", 1, until=3000, now=2000)
