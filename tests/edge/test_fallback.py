"""The ladder, row by row: whatever fails, the visitor gets a page."""

from __future__ import annotations

from edge.fallback import FALLBACKS, Failure, Rung


def test_every_failure_has_a_row() -> None:
    assert set(FALLBACKS) == set(Failure)


def test_an_error_page_is_always_502_503_or_504_with_an_error_type_that_proxies_know() -> None:
    errors = {failure: row for failure, row in FALLBACKS.items() if row.rung is Rung.ERROR}
    assert {row.status for row in errors.values()} <= {0, 502, 503, 504}
    assert all(row.proxy_error for row in errors.values())


def test_no_failure_of_our_own_changes_a_status() -> None:
    ours = [row for failure, row in FALLBACKS.items() if not failure.value.startswith(("origin", "loop"))]
    assert {row.status for row in ours} == {0}
