"""Whatever went wrong becomes one line."""

from __future__ import annotations

import pytest
import typer

from edge.cli.complaint import complaint
from edge.errors import WindsockError


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (WindsockError("rules are broken\nin two lines"), "windsock check: rules are broken in two lines"),
        (
            typer.BadParameter("Value error,\n\t1 is not 2."),
            "windsock check: invalid value: 1 is not 2; see windsock check --help",
        ),
        (
            FileNotFoundError(2, "No such file or directory", "a.yaml"),
            "windsock check: a.yaml: No such file or directory; check that the path is right and may be used",
        ),
        (
            OSError(28, "No space left on device"),
            "windsock check: No space left on device; make some room and try again",
        ),
    ],
)
def test_what_went_wrong_is_told_in_one_line(error: Exception, line: str) -> None:
    assert complaint(error, "windsock check") == line


def test_a_defect_names_its_place_and_asks_to_be_reported() -> None:
    try:
        raise KeyError("missing")
    except KeyError as error:
        told = complaint(error, "windsock check")
    assert "this is a defect in Windsock, please report it: KeyError: 'missing' (test_complaint.py, line" in told
