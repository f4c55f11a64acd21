"""The site's own functions, asked from where nothing can be awaited."""

from __future__ import annotations

import sys
import threading
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge import clock
from edge.signals.called import Called
from edge.web.request import Request
from rules.compile import compile as compile_rules
from rules.load import load
from rules.values import RuleSet

SITE = """
signals:
  queue: {call: "desk_of_the_test:queue", kind: number, within: 100ms}
  mood: {call: "desk_of_the_test:mood"}
"""
RULE = """
experience: hero
purpose: content
where: /
slot: "#hero"
variants: {classic: original, busy: {text: Busy}}
choose:
  - {when: {queue: "> 5"}, show: busy}
"""
PAGE = Request("GET", "http", "", "/", b"/", b"", (), {}, "", False)


@pytest.fixture
def rules(tmp_path: Path) -> RuleSet:
    (tmp_path / "site.yaml").write_text(SITE)
    (tmp_path / "hero.yaml").write_text(RULE)
    loaded = load(tmp_path)
    assert loaded.document is not None, loaded.problems
    return compile_rules(loaded.document)


@pytest.fixture
def desk() -> Iterator[types.ModuleType]:
    module = types.ModuleType("desk_of_the_test")
    sys.modules[module.__name__] = module
    yield module
    del sys.modules[module.__name__]


def test_a_function_that_a_rule_asks_for_is_called(rules: RuleSet, desk: types.ModuleType) -> None:
    desk.queue = lambda: 12  # type: ignore[attr-defined]
    assert Called(5.0, clock.system)(PAGE, rules) == {"queue": 12}


def test_one_whose_signal_is_given_is_not_called(rules: RuleSet, desk: types.ModuleType) -> None:
    asked: list[int] = []
    desk.queue = lambda: asked.append(1)  # type: ignore[attr-defined]
    assert Called(5.0, clock.system)(PAGE, rules, {"queue": 3}) == {}
    assert asked == []


def test_its_answer_is_kept_from_one_question_to_the_next(rules: RuleSet, desk: types.ModuleType) -> None:
    asked: list[int] = []
    desk.queue = lambda: len(asked.append(1) or asked)  # type: ignore[attr-defined, func-returns-value]
    called = Called(5.0, lambda: 1000.0)
    assert [called(PAGE, rules)["queue"] for _ in range(3)] == [1, 1, 1]


def test_one_that_hangs_or_fails_is_unknown_and_takes_a_few_threads_at_most(
    rules: RuleSet, desk: types.ModuleType
) -> None:
    end = threading.Event()
    desk.queue = lambda: end.wait(20)  # type: ignore[attr-defined]
    called = Called(0.01, clock.system)
    try:
        assert [called(PAGE, rules) for _ in range(10)] == [{"queue": "unknown"}] * 10
        assert sum(thread.name.startswith("signal-queue") for thread in threading.enumerate()) <= 4
    finally:
        end.set()
