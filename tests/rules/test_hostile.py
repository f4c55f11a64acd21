"""Whatever stands in a rule file: a document or problems, never an exception. Files are damaged by chance here."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules.compile import compile as compiled
from rules.compile import vocabulary
from rules.lint import lint
from rules.load import Loaded, load
from rules.yaml import read

CASES = Path(__file__).parent / "cases"
RULES = Path(__file__).parents[2] / "rules"
FILES = {path.stem: path.read_text() for path in CASES.glob("*.yaml")}
TREES = {stem: read(stem, text).data for stem, text in FILES.items()}

NAMES = st.sampled_from(["[key]", "<page>", "[]", "<>", "html", "when", "any", "$schema"]) | st.text(max_size=8)
SCALARS = st.sampled_from(
    [None, True, False, 0, 5, -1, 1.5, "", " ", "a", "original", "header", "unknown", "*", "5%", "{slug}", "2026-02-30"]
) | st.text(max_size=10)
JUNK = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
TODAY = date(2026, 11, 22)
DAMAGE = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def loaded(file: str, text: str | bytes) -> Loaded:
    content = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    with TemporaryDirectory() as folder:
        (Path(folder) / "heroes").mkdir()
        (Path(folder) / "heroes" / "cosy.html").write_text("<p>")
        (Path(folder) / f"{file}.yaml").write_bytes(content)
        found = load(Path(folder))
    last = max(1, len(content.decode(errors="replace").splitlines()) + 1)
    assert all(problem.message and problem.hint and 1 <= problem.line <= last for problem in found.problems)
    assert (found.document is None) == any(problem.severity == "error" for problem in found.problems)
    if found.document is not None:
        compiled(json.loads(json.dumps(found.document)))
        warnings = [*lint(found.document, vocabulary(found.document["site"]), TODAY)]
        assert all(mistake.message and mistake.hint for _, mistake in warnings)
    return found


def places(tree: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place in a tree."""
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [path, *(place for step, inner in items for place in places(inner, (*path, step)))]


def replaced(tree: Any, path: tuple[str | int, ...], value: object) -> Any:
    if not path:
        return value
    if isinstance(tree, dict):
        return {key: replaced(inner, path[1:], value) if key == path[0] else inner for key, inner in tree.items()}
    return [replaced(inner, path[1:], value) if at == path[0] else inner for at, inner in enumerate(tree)]


@st.composite
def damaged_trees(draw: st.DrawFn) -> tuple[str, object]:
    """A valid file in which one value is replaced with junk."""
    stem = draw(st.sampled_from(sorted(TREES)))
    tree = TREES[stem]
    return stem, replaced(tree, draw(st.sampled_from(places(tree))), draw(JUNK))


@DAMAGE
@given(damaged_trees())
def test_a_file_with_junk_in_any_place_is_a_document_or_problems(damaged: tuple[str, object]) -> None:
    stem, tree = damaged
    loaded(stem, json.dumps(tree))


@DAMAGE
@given(st.sampled_from(sorted(FILES)), st.integers(0, 1500), st.integers(0, 30), st.text(max_size=5))
def test_a_file_with_any_text_cut_out_or_put_in_is_a_document_or_problems(
    stem: str, start: int, length: int, text: str
) -> None:
    whole = FILES[stem]
    at = start % len(whole)
    loaded(stem, whole[:at] + text + whole[at + length :])


EXAMPLES = {
    f"{path.parent.name}/{path.stem}": path.read_text()
    for path in sorted([*CASES.glob("*.yaml"), *RULES.glob("site/*.yaml"), *RULES.glob("starter/*.yaml")])
}
Damage = Callable[[str], str]


def line_deleted(number: int) -> Damage:
    return lambda text: "".join(line for at, line in enumerate(lines(text)) if at != number % len(lines(text)))


def line_doubled(number: int) -> Damage:
    return lambda text: "".join(line * (1 + (at == number % len(lines(text)))) for at, line in enumerate(lines(text)))


def lines_swapped(one: int, other: int) -> Damage:
    def swapped(text: str) -> str:
        found = lines(text)
        first, second = one % len(found), other % len(found)
        found[first], found[second] = found[second], found[first]
        return "".join(found)

    return swapped


def flipped(at: int, character: str) -> Damage:
    return lambda text: text[: at % len(text)] + character + text[at % len(text) + 1 :] if text else character


def indented(number: int, spaces: int) -> Damage:
    return lambda text: "".join(
        " " * spaces + line.lstrip(" ") if at == number % len(lines(text)) else line
        for at, line in enumerate(lines(text))
    )


def lines(text: str) -> list[str]:
    return text.splitlines(keepends=True) or [""]


AT = st.integers(0, 5000)
ODD = st.sampled_from([*"{}[]:#&*!|>'\"%@`,?-~\t\n\r\0\x85\u2028\ufeff<é😀", ": ", "- "])
DAMAGES = st.one_of(
    st.builds(line_deleted, AT),
    st.builds(line_doubled, AT),
    st.builds(lines_swapped, AT, AT),
    st.builds(flipped, AT, ODD),
    st.builds(indented, AT, st.integers(0, 9)),
)


SOON = settings(max_examples=300, deadline=timedelta(seconds=10), suppress_health_check=[HealthCheck.too_slow])


@SOON
@given(st.sampled_from(sorted(EXAMPLES)), AT)
def test_a_valid_file_cut_off_at_any_byte_is_a_document_or_problems(name: str, at: int) -> None:
    content = EXAMPLES[name].encode()
    loaded("site" if name.endswith("/site") else "hero", content[: at % (len(content) + 1)])


@SOON
@given(st.sampled_from(sorted(EXAMPLES)), st.lists(DAMAGES, min_size=1, max_size=3))
def test_a_valid_file_that_is_damaged_by_chance_is_a_document_or_problems_and_soon(
    name: str, damages: list[Damage]
) -> None:
    text = EXAMPLES[name]
    for damage in damages:
        text = damage(text)
    loaded("site" if name.endswith("/site") else "hero", text)


@DAMAGE
@given(JUNK)
def test_a_file_of_junk_is_a_document_or_problems(junk: object) -> None:
    loaded("site", json.dumps(junk))
    loaded("hero", json.dumps(junk))
