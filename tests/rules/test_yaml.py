from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rules.yaml import DEEPEST, LARGEST, MOST, read
from tests.work import lines


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("NO", "NO"),
        ("on", "on"),
        ("yes", "yes"),
        ("true", True),
        ("False", False),
        ("17:30", "17:30"),
        ("2026-11-01", "2026-11-01"),
        ("5%", "5%"),
        ("42", 42),
        ("-7", -7),
        ("0.5", 0.5),
        ("007", "007"),
        ("1.50", "1.50"),
        ("+5", "+5"),
        ("1e3", "1e3"),
        ("0x1F", "0x1F"),
        ("0o17", "0o17"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("1_000", "1_000"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("~", None),
        ("null", None),
        ("", None),
        ('"true"', "true"),
        ("'5'", "5"),
        ("|\n  two\n  lines\n", "two\nlines\n"),
    ],
)
def test_a_value_is_what_a_marketer_would_say_it_is(written: str, value: object) -> None:
    data = read("f", f"key: {written}").data
    assert data == {"key": value}
    assert isinstance(data, dict)
    assert type(data["key"]) is type(value)


def test_keys_are_always_text() -> None:
    assert read("f", "1: a\ntrue: b\n~: c\nno: d").data == {"1": "a", "true": "b", "~": "c", "no": "d"}


def test_lines_and_columns_of_keys_and_values_are_known() -> None:
    tree = read("f", "# a comment\nchoose:\n  - when: {country: [US,  CA]}\n    show: rain\n")
    assert tree.mark(("choose",), key=True) == (2, 1)
    assert tree.mark(("choose", 0, "when", "country", 1)) == (3, 27)
    assert tree.mark(("choose", 0, "show")) == (4, 11)
    assert tree.mark(("choose", 0, "show", "nothing", "here")) == (4, 11)
    assert tree.mark(("missing",)) == (2, 1)


def test_a_character_in_two_escapes_is_one_and_half_a_character_is_a_problem() -> None:
    assert read("f", '"\\ud83d\\ude00": "\\ud83d\\ude00"').data == {"😀": "😀"}
    assert "half of a character" in read("f", 'a: "\\ud83d"').problems[0].message


def test_an_empty_text_says_nothing() -> None:
    for text in ("", "\n\n", "# only a comment\n", "---\n"):
        assert read("f", text).data is None
        assert read("f", text).problems == ()


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert read("f", "\ufeffa: 1").data == {"a": 1}


def test_what_stands_twice_is_reported_once_for_each_place() -> None:
    assert [problem.line for problem in read("f", "a: 1\nb: 2\na: 3\na: 4").problems] == [3, 4]


M = LARGEST
HOSTILE = {
    "ten megabytes": "a: " + "x" * 10 * M,
    "as large as may be": "a: |\n" + "  x\n" * (M // 4 - 2),
    "deep lists": "[" * 1000,
    "deep mappings": "{a: " * 1000,
    "deep entries": "- " * 1000,
    "deep in blocks": "".join(" " * depth + "a:\n" for depth in range(DEEPEST + 2)),
    "laughs": "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]",
    "many values": "a: [" + "1, " * MOST + "1]",
    "many keys twice": "a: 1\n" * 10000,
    "a long line of marks": "!" * M,
    "spaces": " " * M,
    "tabs": "\t" * 1000,
    "colons": ":" * 50_000,
    "quotes": '"' * 50_000,
    "an open quote": '"' + "a\n" * 1000,
    "a zero byte": "a: \x00",
    "a lone surrogate": "a: \ud800",
    "an impossible escape": 'a: "\\U99999999"',
    "a template": "{% if x %}\na: 1\n{% endif %}",
    "json that is cut off": '{"a": [1, 2',
    "merge keys": "<<: {<<: {a: 1}}",
    "python": "!!python/object/apply:os.system ['true']",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_is_a_value_or_a_problem(text: str) -> None:
    tree = read("f", text)
    assert tree.data is not None or tree.problems or not text.strip()
    assert all(problem.line >= 1 and problem.column >= 1 and problem.hint for problem in tree.problems)


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from(" \n\t-:?,[]{}#&*!|>'\"%@`a1\\\x85\u2028é"), max_size=40))
@example("? ")
@example("a: !<x> b")
@example('"\\x')
@example("--- !!map {a: 1}\n...\n%")
def test_any_text_is_a_tree(text: str) -> None:
    tree = read("f", text)
    assert all(problem.message and problem.hint for problem in tree.problems)
    assert tree.mark(("a", 0)) >= (1, 1)


@pytest.mark.parametrize(
    "line", ["  - when: {country: [US, CA], weather: rain}\n", "  - [[[[]]]]\n", "  - 'a\n b'\n", "  - # x\n"]
)
def test_so_many_times_the_lines_are_so_many_times_the_work(line: str) -> None:
    few, many = ("choose:\n" + line * times for times in (50, 200))
    assert lines(lambda: read("f", many)) < 5 * lines(lambda: read("f", few))


def test_nesting_ends_at_its_limit() -> None:
    assert read("f", "[" * DEEPEST + "]" * DEEPEST).problems == ()
    (problem,) = read("f", "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1)).problems
    assert f"more than {DEEPEST} deep" in problem.message
