from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.edition import EVERYTHING
from edge.live.switches import load, save, switched_off, switched_on, told

NAMES = ("hero", "banner", "nav")
offs = st.frozensets(st.sampled_from((*NAMES, "gone", EVERYTHING)))
names = st.sampled_from(NAMES)


def is_off(off: frozenset[str], name: str) -> bool:
    return name in off or EVERYTHING in off


@given(offs, names, names)
def test_switching_one_concerns_that_one_alone(off: frozenset[str], name: str, other: str) -> None:
    for after in (switched_off(off, name), switched_on(off, name, NAMES)):
        assert is_off(after, name) == (after == switched_off(off, name))
        assert other == name or is_off(after, other) == is_off(off, other)


@given(offs)
def test_everything_is_everything(off: frozenset[str]) -> None:
    assert all(is_off(switched_off(off, None), name) for name in (*NAMES, "later"))
    assert switched_on(off, None, NAMES) == frozenset()


@given(offs)
def test_what_is_written_down_is_read_again(tmp_path_factory: pytest.TempPathFactory, off: frozenset[str]) -> None:
    file = tmp_path_factory.mktemp("store") / "windsock.off.json"
    save(off, file)
    assert load(file) == off


def test_where_there_is_no_file_nothing_is_off(tmp_path: Path) -> None:
    assert load(tmp_path / "windsock.off.json") == frozenset()


@pytest.mark.parametrize(
    "damage", ["", "{", "[]", "{}", '{"off": "hero"}', '{"off": [7]}', '{"off": [""]}', '{"off": 1}']
)
def test_a_file_that_does_not_say_what_is_off_is_an_error(tmp_path: Path, damage: str) -> None:
    (tmp_path / "windsock.off.json").write_text(damage)
    with pytest.raises(ValueError, match=r"windsock\.off\.json does not say what is switched off"):
        load(tmp_path / "windsock.off.json")


def test_a_link_that_leads_nowhere_is_no_absence(tmp_path: Path) -> None:
    (tmp_path / "windsock.off.json").symlink_to(tmp_path / "gone")
    with pytest.raises(ValueError, match="does not say"):
        load(tmp_path / "windsock.off.json")


@pytest.mark.parametrize(
    ("off", "words"),
    [
        ((), "nothing is off"),
        (("nav", "hero"), "off: hero, nav"),
        ((EVERYTHING,), "everything is off"),
        ((EVERYTHING, "hero"), "everything is off"),
    ],
)
def test_it_is_told_in_words(off: tuple[str, ...], words: str) -> None:
    assert told(frozenset(off)) == words
