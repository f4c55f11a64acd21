from __future__ import annotations

import pytest

from rules.outline import outline
from rules.quotes import opened


def kinds(*lines: str) -> list[tuple[str, tuple[int, int]]]:
    return [(found.kind, found.at) for found in opened(lines, outline(lines))]


@pytest.mark.parametrize(
    "line",
    [
        'a: "b"',
        "a: don't",
        "a: 'don''t' # it's",
        'a: {b: "c", d: [\'e\', "f"]}',
        '"a b": 1',
        "a: x 'y",
        'a: http://x/"y',
        "a: b #c",
        '- "a"',
        "",
    ],
)
def test_quotes_that_are_closed_and_apostrophes_within_a_text_are_fine(line: str) -> None:
    assert kinds(line) == []


def test_quotes_may_be_closed_some_lines_below() -> None:
    assert kinds('a: "b', "  c", '  d", e: 1', 'f: "g"') == []


def test_quotes_that_end_at_the_quotes_of_another_value_are_open() -> None:
    assert kinds('a: {b: "c}', 'd: {e: "f"}') == [("open", (1, 8))]


def test_quotes_without_an_end_are_open() -> None:
    assert kinds("a: 1", "b: 'c") == [("open", (2, 4))]


def test_an_apostrophe_within_quotes_ends_them_early() -> None:
    assert kinds("a: 'It's'") == [("early", (1, 4))]


def test_a_sign_for_comments_in_brackets_hides_what_follows() -> None:
    assert kinds('a: [#b, "#c"]') == [("comment", (1, 5))]


def test_a_block_of_text_is_not_looked_into() -> None:
    assert kinds("a: |", '  "b', "c: d") == []
