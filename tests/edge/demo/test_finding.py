"""What the edge has found out, as it tells it itself."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from edge.demo.belief import Belief
from edge.demo.finding import Evidence, Findings
from edge.demo.taste import EXPERIENCE, VARIANTS

LISBON = Belief("Lisbon", "Europe/Lisbon", country="PT", daypart="night", device="mobile")
EVEN = dict.fromkeys(VARIANTS, 1 / 3)
MOVED = {"boots": 0.1, "stove": 0.2, "lantern": 0.7}
LEARNED = {
    "evidence": {"boots": {"exposures": 9.0, "rewards": 1.0}, "lantern": {"exposures": 21.0, "rewards": 14.0}},
    "snapshot": {"number": 3},
}


def told(shares: Mapping[str, float], learned: Mapping[str, Any] = LEARNED) -> dict[str, Any]:
    """What /explain answers."""
    return {
        "decisions": [{"experience": "hero"}, {"experience": EXPERIENCE, "distribution": shares, "learned": learned}]
    }


def asked(
    *answers: httpx.Response, beliefs: Mapping[str, Belief] | None = None
) -> tuple[Findings, list[httpx.Request]]:
    """What was found when an edge gave these answers, one each time; and what it was asked."""
    heard: list[httpx.Request] = []
    left = list(answers)

    def edge(request: httpx.Request) -> httpx.Response:
        heard.append(request)
        return left.pop(0)

    found = Findings("http://admin", httpx.MockTransport(edge))

    async def ask() -> None:
        for _ in answers:
            await found.ask({"lisbon": LISBON} if beliefs is None else beliefs)

    asyncio.run(ask())
    return found, heard


def test_it_asks_with_what_the_edge_believes_of_a_passer_by() -> None:
    _, (request,) = asked(httpx.Response(200, json=told(EVEN)))
    assert request.url.path == "/explain"
    assert request.url.params.get_list("signal") == ["country=PT", "daypart=night", "device=mobile"]


def test_the_first_shares_are_remembered_and_the_last_ones_are_now() -> None:
    answers = [httpx.Response(200, json=told(shares)) for shares in (EVEN, MOVED, MOVED)]
    found, _ = asked(*answers)
    (lisbon,) = found.found
    assert (lisbon.before, lisbon.now) == (EVEN, MOVED)
    assert lisbon.place.startswith("Lisbon ")
    assert lisbon.likes in VARIANTS


def test_what_it_rests_on_is_added_up_over_the_variants() -> None:
    found, _ = asked(httpx.Response(200, json=told(MOVED)))
    assert found.evidence == Evidence(30, 15, 3)


def test_before_there_is_a_snapshot_it_rests_on_nothing() -> None:
    found, _ = asked(httpx.Response(200, json=told(EVEN, {"evidence": {}, "snapshot": None})))
    assert found.evidence == Evidence()


def test_of_whom_nothing_is_known_nothing_is_asked() -> None:
    found, heard = asked(httpx.Response(200, json=told(EVEN)), beliefs={})
    assert (found.found, heard) == ([], [])


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(503, text="no edition"),
        httpx.Response(200, json={"decisions": []}),
        httpx.Response(200, json={"decisions": [{"experience": EXPERIENCE, "distribution": {}}]}),
    ],
    ids=["no edition", "no such experience", "switched off"],
)
def test_an_edge_that_does_not_tell_has_found_nothing(answer: httpx.Response) -> None:
    found, _ = asked(answer)
    assert found.found == []
