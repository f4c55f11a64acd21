"""A site's own signals: from headers, parameters and functions, none of which can hurt a page."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
import types
from collections.abc import Awaitable, Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

import pytest

from edge.signals import custom
from edge.signals.custom import FRESH, KEPT, PATIENCE, REST, Call, Calls, Fields, calls
from edge.web.request import Request
from rules.compile import compile as compile_rules
from rules.load import load
from rules.values import RuleSet, Source, Value

SITE = """
signals:
  membership: {header: X-Member, values: [gold, silver]}
  theme: {query: theme}
  queue: {call: "shop_of_the_test:queue", kind: number, within: 50ms}
"""


@pytest.fixture
def rules(tmp_path: Path) -> RuleSet:
    (tmp_path / "site.yaml").write_text(SITE)
    loaded = load(tmp_path)
    assert loaded.document is not None, loaded.problems
    return compile_rules(loaded.document)


def _request(path: str = "/", vouched: bool = True, **headers: str) -> Request:
    fields = {name.replace("_", "-").encode(): value.encode() for name, value in headers.items()}
    return Request("GET", "http", "", path, path.encode(), b"", tuple(fields.items()), fields, "", vouched)


@pytest.fixture
def shop() -> Iterator[types.ModuleType]:
    module = types.ModuleType("shop_of_the_test")
    sys.modules[module.__name__] = module
    yield module
    del sys.modules[module.__name__]


class Dial:
    """A clock that is turned by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def _functions(rules: RuleSet) -> list[Source]:
    return [source for source in rules.site.signals.values() if source.comes_from == "call"]


def _call(rules: RuleSet, dial: Dial, within: float = 5.0) -> Call:
    (call,) = calls(_functions(rules), rules.own, within, dial)
    call._within = within  # rules allow 100 ms at most; a busy machine may need more
    return call


def test_a_header_counts_when_a_trusted_proxy_brought_it(rules: RuleSet) -> None:
    fields = Fields(rules.site, rules.own)
    assert fields.of_fields(_request(x_member="Gold")) == {"membership": "gold"}
    assert fields.of_fields(_request(x_member="gold", vouched=False)) == {}


def test_a_value_that_is_none_of_its_kind_is_unknown(rules: RuleSet) -> None:
    assert Fields(rules.site, rules.own).of_fields(_request(x_member="platinum")) == {}


@pytest.mark.parametrize("coding", ["utf-8", "latin-1"])
def test_a_header_may_have_letters_of_any_alphabet(tmp_path: Path, coding: str) -> None:
    (tmp_path / "site.yaml").write_text("signals: {branch: {header: X-Branch, values: [Zürich, Genève]}}\n", "utf-8")
    document = load(tmp_path).document
    assert document is not None
    site = compile_rules(document)
    came = _request()
    came.fields[b"x-branch"] = "Genève".encode(coding)  # type: ignore[index]
    assert Fields(site.site, site.own).of_fields(came) == {"branch": "Genève"}


def test_a_query_parameter_is_a_signal(rules: RuleSet) -> None:
    assert Fields(rules.site, rules.own).of_query({"theme": "dark"}) == {"theme": "dark"}


def _ask(*steps: Callable[[], Awaitable[Mapping[str, Value]]]) -> list[Value | str]:
    """What each step gives: the signal, or the name of what was raised."""

    async def all_of_them() -> list[Value | str]:
        found: list[Value | str] = []
        for step in steps:
            try:
                found.append((await step())["queue"])
            except Exception as error:
                found.append(type(error).__name__)
        return found

    return asyncio.run(all_of_them())


async def _async_queue() -> str:
    return "12"


@pytest.mark.parametrize("function", [lambda: 12, lambda: "12", _async_queue], ids=["number", "text", "async"])
def test_a_function_gives_a_signal(rules: RuleSet, shop: types.ModuleType, function: Callable[[], object]) -> None:
    shop.queue = function  # type: ignore[attr-defined]
    call = _call(rules, Dial())
    assert _ask(lambda: call(_request())) == [12]


@pytest.mark.parametrize("answer", [None, "many", object(), float("nan"), [1]])
def test_an_answer_that_is_none_is_unknown(rules: RuleSet, shop: types.ModuleType, answer: object) -> None:
    shop.queue = lambda: answer  # type: ignore[attr-defined]
    call = _call(rules, Dial())
    assert _ask(lambda: call(_request())) == ["unknown"]


def test_an_answer_is_kept_for_a_few_seconds(rules: RuleSet, shop: types.ModuleType) -> None:
    asked = []
    shop.queue = lambda: len(asked.append(1) or asked)  # type: ignore[attr-defined, func-returns-value]
    dial = Dial()
    call = _call(rules, dial)
    assert _ask(lambda: call(_request()), lambda: call(_request("/other"))) == [1, 1]
    dial.now += FRESH
    assert _ask(lambda: call(_request())) == [1]  # while a new one is on its way


def test_a_function_that_takes_the_path_is_asked_for_each_page(rules: RuleSet, shop: types.ModuleType) -> None:
    shop.queue = lambda path: len(path)  # type: ignore[attr-defined]
    call = _call(rules, Dial())
    assert _ask(lambda: call(_request("/")), lambda: call(_request("/cafe"))) == [1, 5]


def test_a_slow_function_is_not_waited_for_and_its_answer_serves_the_next_visitor(
    rules: RuleSet, shop: types.ModuleType
) -> None:
    async def both() -> None:
        done = asyncio.Event()

        async def queue() -> int:
            await done.wait()
            return 7

        shop.queue = queue  # type: ignore[attr-defined]
        call = _call(rules, Dial(), within=0.01)
        with pytest.raises(TimeoutError):
            await call(_request())
        done.set()
        await asyncio.gather(*call._under_way.values())
        await asyncio.sleep(0)
        assert await call(_request()) == {"queue": 7}

    asyncio.run(both())


def test_a_function_that_hangs_takes_a_few_threads_and_no_more(rules: RuleSet, shop: types.ModuleType) -> None:
    end = threading.Event()
    shop.queue = lambda path: end.wait(20)  # type: ignore[attr-defined]
    call = _call(rules, Dial(), within=0.01)
    try:
        assert _ask(*(lambda n=n: call(_request(f"/{n}")) for n in range(20))) == ["TimeoutError"] * 20
        assert sum(thread.name.startswith("signal-queue") for thread in threading.enumerate()) <= 4
    finally:
        end.set()


def test_after_the_pause_another_thread_is_tried_until_a_few_hang_and_that_is_said(
    rules: RuleSet, shop: types.ModuleType, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(custom, "_LONGEST", 0.01)
    end, calls_ = threading.Event(), []

    def queue() -> int:
        calls_.append(1)
        end.wait(20)
        return 12

    shop.queue = queue  # type: ignore[attr-defined]
    dial = Dial()
    call = _call(rules, dial, within=1.0)

    async def asked() -> Mapping[str, Value]:
        dial.now += REST + KEPT
        return await call(_request())

    async def returned() -> Mapping[str, Value]:
        end.set()
        while call._hung:  # noqa: ASYNC110 -- nobody tells
            await asyncio.sleep(0.01)
        return await asked()

    monkeypatch.setattr(custom, "PATIENCE", 1)
    try:
        assert _ask(*[asked] * 8, returned) == ["TimeoutError"] * 8 + [12]
    finally:
        end.set()
    assert len(calls_) == 5
    assert caplog.text.count("the signal queue stays unknown: 4 calls of its function hang") == 1


def test_a_function_that_is_late_again_and_again_is_not_waited_for_any_more(
    rules: RuleSet, shop: types.ModuleType
) -> None:
    async def queue() -> int:
        await asyncio.Event().wait()
        return 7

    shop.queue = queue  # type: ignore[attr-defined]
    dial = Dial()
    call = _call(rules, dial, within=0.01)

    async def patience() -> list[bool]:
        waited = []
        for _ in range(PATIENCE + 2):
            asked = asyncio.ensure_future(call(_request()))
            await asyncio.sleep(0)
            waited.append(not asked.done())
            await asyncio.wait((asked,))
            assert isinstance(asked.exception(), TimeoutError)
        for task in call._under_way.values():
            task.cancel()
        return waited

    assert asyncio.run(patience()) == [True] * PATIENCE + [False, False]


HERO = """
experience: hero
purpose: content
where: /
slot: h1
variants: {a: original, b: {text: B}}
choose: [{when: {%s: "%s"}, show: b}]
"""


@pytest.mark.parametrize(("signal", "value", "loaded"), [("queue", "> 5", 1), ("theme", "dark", 0)])
def test_only_functions_that_a_rule_asks_for_are_loaded_and_no_visitor_waits_for_that(
    tmp_path: Path, shop: types.ModuleType, signal: str, value: str, loaded: int
) -> None:
    shop.queue = lambda: 12  # type: ignore[attr-defined]
    (tmp_path / "site.yaml").write_text(SITE)
    (tmp_path / "hero.yaml").write_text(HERO % (signal, value))
    document = load(tmp_path).document
    assert document is not None
    rules, found = compile_rules(document), Calls(0.02, Dial())
    found(rules)
    for thread in threading.enumerate():
        if thread.name == "signals of the site":
            thread.join()
    assert len(found(rules)) == loaded
    assert found(compile_rules(document)) == found(rules)


def test_new_words_for_the_same_function_count_at_once(tmp_path: Path, shop: types.ModuleType) -> None:
    shop.queue = lambda: "long"  # type: ignore[attr-defined]
    found = Calls(5.0, Dial(), waits=True)
    for words, value in (("[short]", "unknown"), ("[short, long]", "long")):
        (tmp_path / "site.yaml").write_text(SITE.replace("kind: number", f"values: {words}"))
        (tmp_path / "hero.yaml").write_text(HERO % ("queue", "short"))
        document = load(tmp_path).document
        assert document is not None
        (call,) = found(compile_rules(document))
        assert _ask(partial(call, _request())) == [value]


def test_a_function_that_does_not_say_what_it_takes_takes_nothing(rules: RuleSet, shop: types.ModuleType) -> None:
    shop.queue = time.time  # type: ignore[attr-defined]
    call = _call(rules, Dial())
    (found,) = _ask(lambda: call(_request()))
    assert isinstance(found, float)


def test_a_clock_that_was_set_back_does_not_prolong_the_rest(rules: RuleSet, shop: types.ModuleType) -> None:
    shop.queue = lambda: 1 // 0  # type: ignore[attr-defined]
    dial = Dial()
    call = _call(rules, dial)
    _ask(*[lambda: call(_request())] * PATIENCE)
    shop.queue = call._function = lambda: 12  # type: ignore[attr-defined]
    dial.now -= 3600
    assert _ask(lambda: call(_request())) == [12]


def test_a_function_that_fails_again_and_again_is_left_alone_for_a_while(
    rules: RuleSet, shop: types.ModuleType, caplog: pytest.LogCaptureFixture
) -> None:
    asked = []

    def queue() -> int:
        asked.append(1)
        raise ZeroDivisionError

    shop.queue = queue  # type: ignore[attr-defined]
    dial = Dial()
    call = _call(rules, dial)
    _ask(*[lambda: call(_request())] * (PATIENCE + 5))
    assert len(asked) == PATIENCE
    assert len(caplog.records) == 1
    dial.now += REST
    _ask(lambda: call(_request()))
    assert len(asked) == PATIENCE + 1


def test_the_last_answer_serves_a_minute_while_the_function_fails(rules: RuleSet, shop: types.ModuleType) -> None:
    answers: list[Callable[[], int]] = [lambda: 12]
    shop.queue = lambda: answers[0]()  # type: ignore[attr-defined]
    dial = Dial()
    call = _call(rules, dial)
    assert _ask(lambda: call(_request())) == [12]
    answers[0] = lambda: 1 // 0
    dial.now += KEPT - 1
    assert _ask(lambda: call(_request())) == [12]
    dial.now += 1
    assert _ask(lambda: call(_request())) == ["ZeroDivisionError"]


@pytest.mark.parametrize("value", [None, 3])
def test_what_cannot_be_loaded_is_said_and_stays_unknown(
    rules: RuleSet, shop: types.ModuleType, value: object, caplog: pytest.LogCaptureFixture
) -> None:
    if value is not None:
        shop.queue = value  # type: ignore[attr-defined]
    assert calls(_functions(rules), rules.own, 0.02, Dial()) == ()
    assert "the signal queue stays unknown" in caplog.text
