"""The token of a page: which decisions are in it, and for how long it speaks."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.beacon.page import LONGEST, Page, Pages, rows
from edge.decisions.values import Decision, Reason
from tests.edge.beacon.site import KEY, NOW, row, rules

PAGES = Pages([KEY])


def decision(experience: str = "hero", reason: Reason = "split", variant: str | None = "b") -> Decision:
    return Decision(experience, variant, reason, 1, 0.5, {"a": 0.5, "b": 0.5}, drawn=True)


def opened(token: str, after: float = 0.0) -> Page | str:
    return PAGES.open(token, NOW + after)


def test_a_page_comes_back_as_it_was_said() -> None:
    page = opened(PAGES.seal([row("hero"), row("form", "holdout")], NOW))
    assert isinstance(page, Page)
    assert (page.issued, len(page.id), page.decision(1)) == (int(NOW), 12, f"{page.id}.1")
    assert [each.side for each in page.exposures(NOW)] == ["personal", "holdout"]


def test_a_page_of_which_nothing_fits_has_no_token() -> None:
    (experience, *told), cell = row("hero"), ["\N{GRINNING FACE}" * 64] * 40
    assert PAGES.seal([(experience, *told[:5], cell, *told[6:])], NOW) == ""  # type: ignore[list-item]


def test_no_two_pages_have_one_name() -> None:
    tokens = {PAGES.seal([row("hero")], NOW) for _ in range(1000)}
    assert len(tokens) == 1000


@pytest.mark.parametrize(
    ("windows", "seconds"), [([600.0], 4200), ([600.0, 86_400.0], 90_000), ([90 * 86_400.0], LONGEST)]
)
def test_it_speaks_until_an_hour_after_the_longest_window_and_30_days_at_most(
    windows: list[float], seconds: int
) -> None:
    token = PAGES.seal([row("hero", window=window) for window in windows], NOW)
    assert isinstance(opened(token, seconds - 1), Page)
    assert opened(token, seconds) == "expired"


def test_a_token_fits_into_a_beacon_however_much_was_decided() -> None:
    token = PAGES.seal([row(f"experience-{number}") for number in range(300)], NOW)
    page = opened(token)
    assert isinstance(page, Page)
    assert len(token) <= 7000
    assert [each[0] for each in page.rows] == [f"experience-{number}" for number in range(len(page.rows))]
    assert len(page.rows) > 20


@pytest.mark.parametrize(
    ("reason", "side"),
    [
        ("split", "personal"),
        ("learned", "personal"),
        ("rule", "personal"),
        ("default", "personal"),
        ("error", "personal"),
        ("holdout", "holdout"),
        ("off", None),
        ("outside", None),
        ("preview", None),
        ("timeout", None),
    ],
)
def test_a_decision_after_the_coin_of_the_holdout_is_on_a_side(
    tmp_path: Path, reason: Reason, side: str | None
) -> None:
    found = rows([decision(reason=reason)], rules(tmp_path / "rules").named)
    assert [each[2] for each in found] == ([side] if side else [])


def test_only_experiences_that_are_measured_are_in_it(tmp_path: Path) -> None:
    named = rules(tmp_path / "rules").named
    decisions = [decision(name) for name in ("plain", "hero", "gone", "teaser")]
    found = rows([*decisions, decision("form", variant=None)], named)
    assert [(each[0], each[-1]) for each in found] == [("hero", 600.0), ("teaser", 30 * 86_400.0)]
