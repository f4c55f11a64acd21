from __future__ import annotations

import gc
import threading
from pathlib import Path

import pytest

from edge.live.current import Current, Document
from rules.compile import compile as compile_rules
from rules.load import load
from rules.values import RuleSet

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
