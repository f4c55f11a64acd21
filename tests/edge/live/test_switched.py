"""An app without a control process follows the file that `windsock off` writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.edition import EVERYTHING
from edge.live.current import Current
from edge.live.switched import Switched
from edge.live.switches import save
from rules.load import load


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "windsock.off.json"


@pytest.fixture
def document(tmp_path: Path) -> dict[str, object]:
    found = load(tmp_path).document
    assert found is not None
    return found


def _off(current: Current) -> frozenset[str]:
    assert current.current is not None
    return current.current.off


def test_what_is_off_at_the_start_is_off(file: Path, document: dict[str, object]) -> None:
    save(frozenset({"hero"}), file)
    current = Current(lambda: 0.0)
    assert Switched(current, file).take(document)
    assert _off(current) == {"hero"}


def test_what_is_switched_meanwhile_is_seen_at_the_next_look(file: Path, document: dict[str, object]) -> None:
    current = Current(lambda: 0.0)
    switched = Switched(current, file)
    switched.take(document)
    assert _off(current) == frozenset()
    save(frozenset({"hero"}), file)
    switched.look()
    assert _off(current) == {"hero"}
    save(frozenset(), file)
    switched.look()
    assert _off(current) == frozenset()


def test_a_switch_outlives_an_edit_of_the_rules(file: Path, document: dict[str, object]) -> None:
    save(frozenset({"hero"}), file)
    current = Current(lambda: 0.0)
    switched = Switched(current, file)
    switched.take(document)
    switched.take({**document, "version": "2"})
    assert _off(current) == {"hero"}


def test_a_damaged_file_switches_everything_off(
    file: Path, document: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    file.write_text("{")
    current = Current(lambda: 0.0)
    Switched(current, file).take(document)
    assert _off(current) == {EVERYTHING}
    assert "windsock on" in caplog.text


def test_without_a_file_nothing_is_off(document: dict[str, object]) -> None:
    current = Current(lambda: 0.0)
    Switched(current, None).take(document)
    assert _off(current) == frozenset()


def test_rules_that_cannot_be_used_are_not_taken(file: Path) -> None:
    assert not Switched(Current(lambda: 0.0), file).take({"version": "1"})
