"""The circuit breaker, with a clock that is turned by hand."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from edge.gateway.breaker import Breaker, Outcome, Rules, State, Ticket

RULES = Rules(unreached=3, window=10.0, errors=20, share=0.9, pages=4, pause=1.0, longest_pause=4.0, probes=2)
PAGES = range(4)
ANSWERED, ERROR, UNREACHED = Outcome.ANSWERED, Outcome.ERROR, Outcome.UNREACHED


def after(*outcomes: Outcome, at: float = 0.0, breaker: Breaker | None = None, pages: Sequence[int] = PAGES) -> Breaker:
    """A breaker that has seen these outcomes, one after the other, on these pages in turn."""
    breaker = breaker or Breaker(RULES)
    for outcome, page in zip(outcomes, itertools.cycle(pages)):
        ticket = breaker.admit(page, at)
        assert ticket is not None
        breaker.settle(ticket, outcome, at)
    return breaker


def test_a_few_failures_to_reach_the_origin_in_a_row_open_it() -> None:
    assert after(*[UNREACHED] * 2).state is State.CLOSED
    assert after(*[UNREACHED] * 3).state is State.OPEN


def test_one_answer_between_them_keeps_it_closed_be_it_an_error() -> None:
    assert after(UNREACHED, UNREACHED, ANSWERED, UNREACHED, UNREACHED).state is State.CLOSED
    assert after(UNREACHED, UNREACHED, ERROR, UNREACHED, UNREACHED).state is State.CLOSED


def test_nothing_but_errors_opens_it_when_they_are_many() -> None:
    assert after(*[ERROR] * 19).state is State.CLOSED
    assert after(*[ERROR] * 20).state is State.OPEN


def test_an_origin_that_gives_half_of_its_pages_is_not_left_alone() -> None:
    assert after(*[ERROR, ANSWERED] * 500).state is State.CLOSED


def test_one_page_that_is_broken_says_nothing_of_the_others_however_often_it_is_asked_for() -> None:
    breaker = after(*[ANSWERED] * 4)
    assert after(*[ERROR] * 1000, breaker=breaker, pages=[0]).state is State.CLOSED
    assert after(*[ERROR] * 1000, breaker=Breaker(RULES), pages=[7, 8, 9]).state is State.CLOSED


def test_pages_that_never_were_there_say_nothing_once_others_are() -> None:
    breaker = after(*[ANSWERED] * 4)
    assert after(*[ERROR] * 1000, breaker=breaker, pages=range(100, 1100)).state is State.CLOSED
    assert after(*[ERROR] * 20, breaker=breaker, at=20.0).state is State.OPEN


def test_before_the_first_good_answer_every_page_counts() -> None:
    assert after(*[ERROR] * 20, pages=range(100, 200)).state is State.OPEN


def test_a_probe_on_a_page_that_was_broken_anyway_is_none() -> None:
    breaker = after(*[ERROR] * 20, breaker=after(*[ANSWERED] * 4), at=20.0)
    assert after(*[ERROR] * 50, at=21.0, breaker=breaker, pages=[7]).state is State.HALF_OPEN
    assert after(ERROR, at=21.0, breaker=breaker).state is State.OPEN


def test_it_remembers_only_so_many_pages() -> None:
    rules = replace(RULES, remembered=100)
    breaker = after(*[ANSWERED] * 300, breaker=Breaker(rules), pages=range(300))
    assert after(*[ERROR] * 50, breaker=breaker, pages=range(50), at=20.0).state is State.CLOSED
    assert after(*[ERROR] * 20, breaker=breaker, pages=range(250, 300), at=20.0).state is State.OPEN


def test_old_errors_are_forgotten() -> None:
    breaker = after(*[ERROR] * 19, at=0.0)
    assert after(*[ERROR] * 19, at=11.0, breaker=breaker).state is State.CLOSED
    assert after(ERROR, at=11.0, breaker=breaker).state is State.OPEN


def test_while_it_is_open_nobody_is_let_through_and_the_wait_is_known() -> None:
    breaker = after(*[UNREACHED] * 3, at=10.0)
    assert breaker.admit(0, 10.9) is None
    assert breaker.wait(10.25) == 0.75


def test_then_a_few_probes_are_let_through_at_once() -> None:
    breaker = after(*[UNREACHED] * 3)
    assert breaker.admit(0, 1.0) is not None
    assert breaker.admit(0, 1.0) is not None
    assert breaker.admit(0, 1.0) is None
    assert breaker.state is State.HALF_OPEN


def test_a_probe_that_comes_back_closes_it() -> None:
    breaker = after(*[UNREACHED] * 3)
    assert after(ANSWERED, at=1.0, breaker=breaker).state is State.CLOSED


def test_a_probe_that_fails_opens_it_for_twice_as_long_up_to_a_limit() -> None:
    breaker, now = after(*[UNREACHED] * 3), 0.0
    for pause in (1.0, 2.0, 4.0, 4.0):
        assert breaker.wait(now) == pause
        now += pause
        after(UNREACHED, at=now, breaker=breaker)
    after(ANSWERED, at=now + 4.0, breaker=breaker)
    after(*[UNREACHED] * 3, at=now + 4.0, breaker=breaker)
    assert breaker.wait(now + 4.0) == 1.0


def test_any_answer_closes_it_when_the_origin_could_not_be_reached_and_a_good_one_when_it_gave_errors() -> None:
    assert after(ERROR, at=1.0, breaker=after(*[UNREACHED] * 3)).state is State.CLOSED
    assert after(ERROR, at=1.0, breaker=after(*[ERROR] * 20)).state is State.OPEN
    assert after(ANSWERED, at=1.0, breaker=after(*[ERROR] * 20)).state is State.CLOSED


def test_a_probe_that_is_given_up_makes_room_for_another() -> None:
    breaker = after(*[UNREACHED] * 3)
    first, second = breaker.admit(0, 1.0), breaker.admit(0, 1.0)
    assert first is not None
    assert second is not None
    breaker.abandon(first)
    assert breaker.admit(0, 1.0) is not None


def test_what_was_asked_before_a_change_says_nothing_about_the_time_after_it() -> None:
    breaker = Breaker(RULES)
    late = breaker.admit(0, 0.0)
    assert late is not None
    after(*[UNREACHED] * 3, breaker=breaker)
    breaker.settle(late, ANSWERED, 0.5)
    assert breaker.admit(0, 0.5) is None
    probe = breaker.admit(0, 1.0)
    assert probe is not None
    breaker.settle(late, UNREACHED, 1.0)
    breaker.abandon(late)
    assert breaker.state is State.HALF_OPEN


STEPS = st.lists(
    st.tuples(st.floats(0, 3), st.sampled_from([ANSWERED, ERROR, UNREACHED, None]), st.integers(0, 5)), max_size=120
)


@settings(max_examples=200, deadline=None)
@given(STEPS)
def test_whatever_happens_probes_are_few_and_the_origin_is_always_tried_again(
    steps: list[tuple[float, Outcome | None, int]],
) -> None:
    """Each step: time passes, someone asks, and one of those under way comes to its end (or is given up: None)."""
    breaker, now = Breaker(RULES), 0.0
    under_way: list[tuple[Ticket, State]] = []
    for passed, outcome, which in steps:
        now += passed
        ticket = breaker.admit(0, now)
        if ticket is not None:
            under_way.append((ticket, breaker.state))
        else:
            assert breaker.state is not State.CLOSED
        if under_way and breaker.state is State.HALF_OPEN:
            newest = max(ticket.state for ticket, _ in under_way)
            probing = [ticket for ticket, state in under_way if (ticket.state, state) == (newest, State.HALF_OPEN)]
            assert len(probing) <= RULES.probes
        assert 0.0 <= breaker.wait(now) <= RULES.longest_pause
        if under_way and which < len(under_way):
            done, _ = under_way.pop(which)
            if outcome is None:
                breaker.abandon(done)
            else:
                breaker.settle(done, outcome, now)
    for ticket, _ in under_way:
        breaker.abandon(ticket)
    assert breaker.admit(0, now + RULES.longest_pause) is not None


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from([ANSWERED, ERROR]), max_size=200))
def test_it_never_opens_while_one_answer_in_five_is_good(outcomes: list[Outcome]) -> None:
    breaker = Breaker(RULES)
    for position, outcome in enumerate(outcomes):
        after(ANSWERED if position % 5 == 0 else outcome, at=position / 10, breaker=breaker)
    assert breaker.state is State.CLOSED
