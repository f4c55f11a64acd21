"""What `windsock init` writes is right, also for who takes the comment signs away."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import rules
from rules.load import load

STARTER = Path(rules.__file__).parent / "starter"


@pytest.mark.parametrize("file", sorted(STARTER.glob("*.yaml")), ids=lambda file: file.name)
def test_an_option_without_its_comment_sign_is_right(file: Path, tmp_path: Path) -> None:
    text = file.read_text("utf-8")
    offered = re.sub(r"^( *)# ((?: *[a-z]+:| *- ).*)$", r"\1\2", text, flags=re.MULTILINE)
    assert offered != text
    (tmp_path / file.name).write_text(offered)
    loaded = load(tmp_path)
    assert [str(problem) for problem in loaded.problems] == []
    assert loaded.document is not None
