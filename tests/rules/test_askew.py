"""A line with one character too many or too few is the one that is named, whatever the parser noticed and where."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from rules.askew import without_colon
from rules.yaml import read

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
KINDS = ("colon", "space", "quote")


def damages(line: str) -> Iterator[tuple[str, str]]:
    """A line without one of its colons, without one of its quotes, with a space before it."""
    yield "space", f" {line}"
    for found in re.finditer("[:\"']", line):
        kind = "colon" if found[0] == ":" else "quote"
        yield kind, line[: found.start()] + line[found.end() :]


def named(text: str) -> Iterator[tuple[str, bool]]:
    """Each damage that cannot be read, and whether its own line is named."""
    lines = text.split("\n")
    for at, line in enumerate(lines):
        for kind, damaged in damages(line) if line.strip() and not line.lstrip().startswith("#") else ():
            problems = read("f", "\n".join([*lines[:at], damaged, *lines[at + 1 :]])).problems
            if problems:
                yield kind, at + 1 in {problem.line for problem in problems}


def shares() -> dict[str, float]:
    """Of the damages that cannot be read: the share in which the damaged line is named, for each kind."""
    found = defaultdict(list)
    for file in CASES:
        for kind, right in named(file.read_text()):
            found[kind].append(right)
    assert min(len(rights) for rights in found.values()) >= 20
    return {kind: sum(rights) / len(rights) for kind, rights in found.items()}


def test_the_damaged_line_is_named_nearly_always() -> None:
    assert {kind: share >= 0.97 for kind, share in shares().items()} == dict.fromkeys(KINDS, True)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: |\n    x\n   y\nb: 1\n", 2),
        ("a: |\n    x\n    y\n   z\nb: 1\n", 4),
        ("a:\n    b: 1\n    c: 2\n   d: 3\n    e: 4\n", 4),
        ("a:\n     b: 1\n    c: 2\n    d: 3\ne:\n    f: 1\n", 2),
        ("- a: 1\n  b: 2\n c: 3\n", 3),
        ("a: 'x\nb: 'y'\n", 1),
        ('a: "one\n  two"\nb: "three\nc: "four"\n', 3),
    ],
)
def test_the_odd_line_is_named_and_not_the_one_that_shows_it(text: str, line: int) -> None:
    (problem,) = read("f", text).problems
    assert problem.line == line


@pytest.mark.parametrize(
    "text", ['a: "one\n  two"\nb: 1', "a:\n - b: |\n    x: y\n     z\n   c: 1", "a: [b,\n # c\n d]"]
)
def test_what_can_be_read_is_left_alone(text: str) -> None:
    assert read("f", text).problems == ()


def test_a_key_with_braces_of_a_path_has_its_colon() -> None:
    assert without_colon("/to/{place}") is None
    assert without_colon("when {country") == ("there is no colon behind `when`", "write `when: {…`")
