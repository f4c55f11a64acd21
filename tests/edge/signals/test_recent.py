"""A memory of a fixed size."""

from __future__ import annotations

from edge.signals.recent import Recent


def test_what_is_kept_is_found_and_what_is_not_is_none() -> None:
    recent: Recent[str, int] = Recent(8)
    recent.keep("a", 1)
    assert (recent["a"], recent["b"]) == (1, None)


def test_it_never_holds_more_than_it_may() -> None:
    recent: Recent[int, int] = Recent(8)
    for number in range(1000):
        recent.keep(number, number)
        assert recent.count <= 8
    assert recent[999] == 999
    assert recent[0] is None


def test_what_is_in_use_stays_while_others_come_and_go() -> None:
    recent: Recent[int, str] = Recent(8)
    recent.keep(-1, "regular")
    for number in range(1000):
        recent.keep(number, "passer-by")
        assert recent[-1] == "regular"
