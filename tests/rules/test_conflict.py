"""Experiences that get in each other's way, and those that do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from rules.compile import vocabulary
from rules.conflict import meet, overlaps
from rules.load import load


def told(folder: Path, **files: str) -> list[tuple[str, str]]:
    """The warnings about these files: file and message."""
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)
    loaded = load(folder)
    assert loaded.document is not None, loaded.problems
    found = overlaps(loaded.document["experiences"], vocabulary(loaded.document["site"]))
    return [(file, mistake.message) for file, mistake in found]


def hero(
    name: str, slot: str = '"#hero"', form: str = "text: B", where: str = "/", when: str = "", more: str = ""
) -> str:
    entry = f"when: {{{when}}}\n    show: b" if when else "show: b"
    return (
        f"experience: {name}\npurpose: content\nwhere: {where}\nslot: {slot}\n{more}"
        f"variants:\n  a: original\n  b: {{{form}}}\nchoose:\n  - {entry}\n"
    )


def test_two_that_change_one_element_are_told_in_the_later_file(tmp_path: Path) -> None:
    ((file, message),) = told(tmp_path, one=hero("first"), two=hero("second"))
    assert file == "two.yaml"
    assert "`#hero` is also a slot of `first` (one.yaml)" in message


def test_one_inside_the_other_is_told_where_the_outer_goes(tmp_path: Path) -> None:
    ((_, message),) = told(tmp_path, one=hero("first"), two=hero("second", slot='"#hero > h1"'))
    assert "`#hero > h1` lies inside `#hero`" in message


@pytest.mark.parametrize(
    ("one", "other"),
    [("text: B", "html: <p>b</p>"), ("set: {class: b}", "html: <p>b</p>"), ("set: {class: b}", "remove: true")],
)
def test_who_changes_and_who_replaces_an_element_meet_whichever_stands_first(
    tmp_path: Path, one: str, other: str
) -> None:
    for first, second in ((one, other), (other, one)):
        ((file, _),) = told(tmp_path, one=hero("first", form=first), two=hero("second", form=second))
        assert file == "two.yaml"


def test_one_around_the_other_is_told_too(tmp_path: Path) -> None:
    ((file, message),) = told(tmp_path, one=hero("first", slot='"#hero > h1"'), two=hero("second"))
    assert (file, "`#hero` holds `#hero > h1`, a slot of `first`" in message) == ("two.yaml", True)


APART = {
    "other pages": (hero("first"), hero("second", where="/shop/*")),
    "other hosts": (
        hero("first", where="{path: /, host: a.example}"),
        hero("second", where="{path: /, host: b.example}"),
    ),
    "one group": (hero("first", more="group: top\n"), hero("second", more="group: top\n")),
    "one after the other": (
        hero("first", more="ends: 2026-11-30\n"),
        hero("second", more="starts: 2026-12-01\n"),
    ),
    "other visitors": (hero("first", when="device: tv"), hero("second", when="device: mobile")),
    "attributes and words": (hero("first", form="set: {class: b}"), hero("second")),
    "beside each other": (hero("first", form="before: <p>a</p>"), hero("second", form="after: <p>b</p>")),
    "inside one that stays": (hero("first", form="set: {class: b}"), hero("second", slot='"#hero h1"')),
    "other elements": (hero("first"), hero("second", slot='"#hero2"')),
    "a sibling": (hero("first"), hero("second", slot='"#hero + p"')),
}


@pytest.mark.parametrize(("first", "second"), APART.values(), ids=APART.keys())
def test_these_are_not_in_each_others_way(tmp_path: Path, first: str, second: str) -> None:
    assert told(tmp_path, one=first, two=second) == []


def test_of_very_many_in_one_place_each_is_told_once(tmp_path: Path) -> None:
    found = told(tmp_path, **{f"f{number:03}": hero(f"e{number}") for number in range(60)})
    assert [file for file, _ in found] == [f"f{number:03}.yaml" for number in range(1, 60)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/", "/"),
        ("/shop/*", "/shop/boots"),
        ("/shop/*", "*/boots"),
        ("/*", "/to/{slug}"),
        ("/to/{slug}", "/to/{place}"),
        ("/a*b*c", "/a*c"),
    ],
)
def test_patterns_that_share_a_text_meet(one: str, other: str) -> None:
    assert meet(one, other)
    assert meet(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [("/", "/a"), ("/shop/*", "/gear/*"), ("/shop/*", "/shop"), ("*/boots", "*/shoes"), ("/to/{slug}", "/to/a/b")],
)
def test_patterns_that_share_no_text_do_not_meet(one: str, other: str) -> None:
    assert not meet(one, other)
    assert not meet(other, one)
