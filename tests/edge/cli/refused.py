"""What a command does not understand: one line, nothing else, and exit code 2."""

from __future__ import annotations

import pytest

from edge.cli import run


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """The one line that a command says to these arguments."""
    assert run(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    return err
