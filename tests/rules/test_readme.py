"""Every example of rules/README.md is a valid file, or becomes one with the lines that it leaves out."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import BaseModel

import rules
from rules.agree import DELIVERIES
from rules.lint import warnings
from rules.load import load
from rules.model import GUARDRAILS, POLICIES, EntryFile, ExperienceFile, GoalFile, TestFile, WhereFile
from rules.problem import Problem
from rules.sitefile import NOT_USED_YET, AllowFile, LoadFile, NearFile, PlaceFile, SiteFile, SourceFile
from rules.spelling import listed
from rules.variant import PageForm
from rules.written import PURPOSES, REFUSED

README = Path(rules.__file__).parent / "README.md"
TEXT = README.read_text("utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
MODELS = (
    *(ExperienceFile, WhereFile, PageForm, EntryFile, GoalFile, TestFile),
    *(SiteFile, PlaceFile, NearFile, LoadFile, SourceFile, AllowFile),
)
TODAY = datetime(2026, 11, 22, 12, tzinfo=UTC)

REST = {
    "experience": "experience: example",
    "purpose": "purpose: content",
    "where": "where: /",
    "slot": "slot: h1",
    "variants": "variants: {a: original, b: {text: B}}",
    "choose": "choose: [{split: {a: 1, b: 1}}]",
}
"""What an example may leave out."""


def _whole(example: str) -> str:
    keys = set(re.findall(r"^(\w+):", example, re.MULTILINE))
    return example + "".join(f"{line}\n" for key, line in REST.items() if key not in keys)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.split("\n")[0][:40])
def test_an_example_has_no_problem(example: str, tmp_path: Path) -> None:
    (tmp_path / "heroes").mkdir()
    (tmp_path / "heroes" / "cosy.html").write_text("<section>Cosy</section>")
    is_site = example.startswith("# site.yaml")
    (tmp_path / ("site.yaml" if is_site else "example.yaml")).write_text(example if is_site else _whole(example))
    loaded = load(tmp_path, today=TODAY.date())
    assert [str(problem) for problem in loaded.problems if not _said(problem)] == []
    assert loaded.document is not None
    assert [str(problem) for problem in warnings(tmp_path, loaded.document, TODAY.timestamp())] == []


def _said(problem: Problem) -> bool:
    """Whether it warns of a key that nothing acts on yet, and the page says that as well."""
    return any(
        f"`{key}` is read and not used yet" in problem.message and f"Nothing acts on `{key}` yet" in TEXT
        for key in NOT_USED_YET
    )


def test_what_is_built_is_not_called_missing() -> None:
    assert {key for key in re.findall(r"Nothing acts on `(\w+)` yet", TEXT) if key not in NOT_USED_YET} == set()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_key_is_shown_in_an_example(model: type[BaseModel]) -> None:
    keys = {field.alias or name for name, field in model.model_fields.items()} - {"$schema"}
    shown = "\n".join(EXAMPLES)
    assert {key for key in keys if not re.search(rf'(?:^|[ {{]){key}(?::| ")', shown, re.MULTILINE)} == set()


def test_every_word_of_a_list_is_named() -> None:
    for word in (*PURPOSES, *REFUSED, *POLICIES, *GUARDRAILS, *DELIVERIES):
        assert re.search(rf"\b{word}\b", TEXT), word


def test_the_order_of_steps_is_that_of_the_product() -> None:
    assert "off, preview, outside (`where`, schedule, rollout, group), holdout, `choose`" in " ".join(TEXT.split())


def test_the_limits_are_those_of_the_code() -> None:
    from rules.folder import MOST as FILES
    from rules.yaml import DEEPEST, LARGEST, LONGEST_LINE, MOST

    text = " ".join(README.read_text().split())
    for limit in (LARGEST, LONGEST_LINE, DEEPEST, MOST, FILES):
        assert f"{limit:,}" in text


def test_every_signal_is_listed() -> None:
    from rules.words import FAMILIES, SIGNALS

    text = README.read_text()
    missing = [name for name in [*SIGNALS, *(f"{family}.*" for family in FAMILIES)] if f"`{name}`" not in text]
    assert not missing, listed(missing)


def test_every_module_is_listed() -> None:
    modules = {path.stem for path in README.parent.glob("*.py")} - {"__init__"}
    assert {name for name in modules if f"`{name}`" not in README.read_text()} == set()
