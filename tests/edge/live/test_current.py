from __future__ import annotations

import gc
import threading
from pathlib import Path

import pytest

from edge.live.current import OLD, STALE, Current, Document
from rules.compile import compile as compile_rules
from rules.load import load
from rules.values import RuleSet
from tests.learned import NOW, snapshot

RULES = """
experience: hero
purpose: content
where: /
slot: "#hero"
variants: {classic: original, phone: {text: Hello}}
choose:
  - when: {device: mobile}
    show: phone
"""


@pytest.fixture
def document(tmp_path: Path) -> Document:
    (tmp_path / "hero.yaml").write_text(RULES)
    found = load(tmp_path).document
    assert found is not None
    return found


def test_a_document_becomes_the_edition_that_serves(document: Document) -> None:
    taken: list[float] = []
    current = Current(lambda: 7.0, taken.append)
    assert current.take(document)
    assert current.current is not None
    assert list(current.current.named) == ["hero"]
    assert (current.current.version, current.current.published, taken) == (document["version"], 7.0, [7.0])


@pytest.mark.parametrize("rubbish", [{}, {"version": "1"}, {"version": 3, "experiences": [None], "site": []}])
def test_what_is_no_rules_document_leaves_the_last_edition_in_place(document: Document, rubbish: Document) -> None:
    current = Current(lambda: 7.0)
    current.take(document)
    before = current.current
    assert not current.take(rubbish)
    assert current.current is before


def test_an_older_document_that_takes_long_never_replaces_a_newer_one(
    document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, newer_is_taken = threading.Event(), threading.Event()

    def compiled(given: Document) -> RuleSet:
        if given["version"] == "older":
            begun.set()
            assert newer_is_taken.wait(10)
        return compile_rules(given)

    monkeypatch.setattr("edge.live.current.compile_rules", compiled)
    taken: list[float] = []
    current = Current(lambda: 7.0, taken.append)
    slow = threading.Thread(target=current.take, args=({**document, "version": "older"},))
    slow.start()
    assert begun.wait(10)
    current.take({**document, "version": "newer"})
    newer_is_taken.set()
    slow.join()
    assert current.current is not None
    assert (current.current.version, taken) == ("newer", [7.0])


def test_to_take_a_document_leaves_the_memory_of_the_process_to_whoever_owns_it(document: Document) -> None:
    before = gc.get_freeze_count()
    Current(lambda: 7.0).take(document)
    assert gc.get_freeze_count() == before


# What was learned


LEARNED = snapshot({}, breached={"hero": "lcp is worse"})


def serving(document: Document, now: list[float]) -> Current:
    current = Current(lambda: now[0])
    assert current.take(document)
    current.learn(LEARNED)
    return current


def test_a_snapshot_is_decided_by_whichever_comes_first(document: Document) -> None:
    later, earlier = serving(document, [NOW]), Current(lambda: NOW)
    earlier.learn(LEARNED)
    earlier.take(document)
    for current in (later, earlier):
        assert current.current is not None
        assert (current.current.snapshot, current.current.breached) == (LEARNED, {"hero": "lcp is worse"})


def test_other_rules_leave_what_was_learned_in_place(document: Document) -> None:
    current = serving(document, [NOW])
    for other in ({**document, "version": "other"}, {**document, "off": ["hero"]}):
        current.take(other)
        assert current.current is not None
        assert current.current.snapshot is LEARNED


def test_a_snapshot_says_nothing_of_a_new_edition(document: Document) -> None:
    taken: list[float] = []
    current = Current(lambda: NOW, taken.append)
    current.take(document)
    current.learn(LEARNED)
    assert len(taken) == 1


def test_without_a_snapshot_nothing_is_known_and_nothing_is_stopped(document: Document) -> None:
    current = serving(document, [NOW])
    current.learn(None)
    assert current.current is not None
    assert (current.current.snapshot, current.current.breached) == (None, {})


def test_an_old_snapshot_is_named_once_in_the_log_and_still_used(
    document: Document, caplog: pytest.LogCaptureFixture
) -> None:
    now = [NOW]
    current = serving(document, now)
    for now[0] in (NOW + OLD - 1, NOW + OLD + 1, NOW + OLD + 2):
        current.check_age()
    assert [record.levelname for record in caplog.records if "snapshot" in record.getMessage()] == ["WARNING"]
    assert current.current is not None
    assert current.current.snapshot is LEARNED


def test_a_snapshot_of_yesterday_is_given_up_but_what_it_stopped_stays_stopped(document: Document) -> None:
    now = [NOW]
    current = serving(document, now)
    now[0] = NOW + STALE + 1
    current.check_age()
    assert current.current is not None
    assert (current.current.snapshot, current.current.stale) == (None, True)
    assert current.current.breached == {"hero": "lcp is worse"}
    current.take({**document, "version": "other"})
    assert (current.current.snapshot, current.current.stale) == (None, True)


def test_a_newer_snapshot_ends_that(document: Document) -> None:
    now = [NOW]
    current = serving(document, now)
    now[0] = NOW + STALE + 1
    current.check_age()
    newer = snapshot({}, made=now[0])
    current.learn(newer)
    assert current.current is not None
    assert (current.current.snapshot, current.current.stale, current.current.breached) == (newer, False, {})
