"""Every example of rules/README.md is a valid file, or becomes one with the lines that it leaves out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import rules
from rules.load import load
from rules.spelling import listed

README = Path(rules.__file__).parent / "README.md"
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", README.read_text(), re.DOTALL | re.MULTILINE)

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
    assert [str(problem) for problem in load(tmp_path).problems] == []


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
