from __future__ import annotations

import json

import pytest

from edge.cli import run
from rules.schema import schema


def test_it_prints_the_schema_of_rule_files(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema"]) == 0
    assert json.loads(capsys.readouterr().out) == schema()
