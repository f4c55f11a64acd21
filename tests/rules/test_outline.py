from __future__ import annotations

from rules.outline import odd, outline


def test_empty_lines_comments_and_blocks_of_text_are_passed_over() -> None:
    lines = outline(["a: |", "  one", "", "  # two", "# three", "b: 1"])
    assert [(line.number, line.block) for line in lines] == [(1, [(2, 2), (4, 2)]), (6, [])]


def test_an_entry_begins_at_its_dash_and_its_first_word_behind_that() -> None:
    (line,) = outline(["  - when: x"])
    assert (line.indent, line.first, line.entry) == (2, 4, True)


def test_of_two_lines_that_do_not_fit_the_rarer_is_odd() -> None:
    lines = outline(["a:", "   b: 1", "  c: 2", "d:", "  e: 3"])
    found = odd(lines, 2)
    assert found is not None
    assert (found[0].number, found[1]) == (2, (2,))


def test_one_line_alone_is_not_odd() -> None:
    assert odd(outline(["a: 1"]), 0) is None
