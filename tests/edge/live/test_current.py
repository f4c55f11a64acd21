from __future__ import annotations

from pathlib import Path

import pytest

from edge.live.current import Current, Document
from rules.load import load

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
