"""Whatever stands in a rule file: a document or problems, never an exception. Files are damaged by chance here."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules.compile import compile as compiled
from rules.load import Loaded, load
from rules.yaml import read

CASES = Path(__file__).parent / "cases"
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
DAMAGE = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def loaded(file: str, text: str) -> Loaded:
    with TemporaryDirectory() as folder:
        (Path(folder) / "heroes").mkdir()
        (Path(folder) / "heroes" / "cosy.html").write_text("<p>")
        (Path(folder) / f"{file}.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
        found = load(Path(folder))
    lines = max(1, len(text.splitlines()) + 1)
    assert all(problem.message and problem.hint and 1 <= problem.line <= lines for problem in found.problems)
    assert (found.document is None) == any(problem.severity == "error" for problem in found.problems)
    if found.document is not None:
        compiled(json.loads(json.dumps(found.document)))
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


@DAMAGE
@given(JUNK)
def test_a_file_of_junk_is_a_document_or_problems(junk: object) -> None:
    loaded("site", json.dumps(junk))
    loaded("hero", json.dumps(junk))
