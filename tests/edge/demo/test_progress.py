"""What was learned, as the live view shows it."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from edge.demo.finding import Evidence, Finding, Learned
from edge.demo.progress import panel
from edge.demo.window import Glance, Glances

SOME = Evidence(518, 186, 44)
EVEN = {"boots": 1 / 3, "stove": 1 / 3, "lantern": 1 / 3}
LISBON = Finding("lisbon", "Lisbon 00:05 mobile", EVEN, {"boots": 0.1, "stove": 0.19, "lantern": 0.71}, "lantern")


def drawn(*findings: Finding, most: int = 5, width: int = 120, evidence: Evidence = SOME) -> list[str]:
    glances = Glances(_begun=0.0)
    for at in range(10):
        glances.add(Glance("lisbon", "boots", held=at == 0, clicked=at < 4, at=float(at)))
    console = Console(file=io.StringIO(), width=width)
    found, lines = panel(Learned(findings, evidence, glances), most)
    console.print(found)
    rows = console.file.getvalue().splitlines()  # type: ignore[attr-defined]  # the StringIO from above
    assert len(rows) == lines
    return list(rows)


def test_the_largest_share_comes_first_and_each_says_from_where_it_has_moved() -> None:
    (_, row, _) = drawn(LISBON)
    assert row.index("lantern 33% → 71%") < row.index("stove 33% → 19%") < row.index("boots 33% → 10%")
    assert "Lisbon 00:05 mobile" in row


def test_what_they_like_in_truth_has_a_tick() -> None:
    assert "lantern 33% → 71% ✓" in drawn(LISBON)[1]
    assert drawn(LISBON)[1].count("✓") == 1


def test_the_frame_says_what_it_rests_on_and_what_it_brings() -> None:
    top, *_, bottom = drawn(LISBON)
    assert "learned from 518 pages seen and 186 clicks (snapshot 44)" in top
    assert "clicked 33% → 33% · 10% held out, who clicked 100% · 29% drawn to find out" in bottom


def test_before_anything_is_learned_it_says_so() -> None:
    top, row, _ = drawn(evidence=Evidence())
    assert "learned nothing yet" in top
    assert "nothing is known yet" in row


@pytest.mark.parametrize("most", [2, 3, 9])
def test_as_many_are_shown_as_there_is_room_for(most: int) -> None:
    assert len(drawn(*[LISBON] * 5, most=most)) == min(most, 5) + 2


def test_a_narrow_window_cuts_lines_rather_than_breaking_them() -> None:
    assert all(len(row) <= 70 for row in drawn(LISBON, width=70))
