"""Learning from end to end, with a real edge: pages, beacons, the log, the learner, and what is shown afterwards.

A window is one second long here, and ten seconds of grace follow it. So visitors come once for all tests of this file,
in `learned`, and each test looks at something else of what became of it. How soon that is told afterwards is printed
(`pytest -s tests/test_learning.py`); how soon it must be is measured on a quiet machine, and here only that it comes.
"""

from __future__ import annotations

import json
import os
import re
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from edge.events.log import Log
from edge.learning.join import GRACE
from online_models.snapshot import Snapshot, read
from tests.running import children, until
from tests.wire import RawOrigin, Served, field, get

BODY: Final = b'<!doctype html><html><body><h1 id="hero">Classic</h1><a href="/next">on</a></body></html>'
RULE: Final = """
experience: hero
purpose: content
where: "*"
slot: "#hero"
holdout: 20%
variants: {classic: original, one: {text: One}, two: {text: Two}, three: {text: Three}}
choose:
  - learn: [one, two, three]
    from: [device]
goal: click "#hero"
reward_window: 1s
"""
MODEL: Final = "hero/visitor/device"
GOAL: Final = 'click "#hero"'
WINDOW: Final = 1.0
PATIENCE: Final = 60.0
"""Seconds for what takes 16 on a quiet machine: the window, its grace, and the way back."""

_HERO: Final = re.compile(rb'<h1 id="hero">(.*?)</h1>')
_BLOCK: Final = re.compile(rb'<script type="application/json" id="windsock-data">(.*?)</script>', re.DOTALL)
_SCRIPT: Final = re.compile(rb'<script src="/_windsock/w.js"[^>]*></script>')


@dataclass(frozen=True, slots=True)
class Page:
    """A page as a visitor got it."""

    variant: str
    block: dict[str, Any]  # empty where there is none
    head: bytes
    body: bytes


def visit(served: Served, *fields: str) -> Page:
    """Open the start page, as somebody who was never there unless `fields` say otherwise."""
    status, head, body = get(served.port, "/", *fields)
    assert status == 200
    hero, block = _HERO.search(body), _BLOCK.search(body)
    assert hero
    return Page(hero[1].decode().lower(), json.loads(block[1]) if block else {}, head, body)


def say(served: Served, token: str, event: str, **more: object) -> int:
    """Send a beacon; the status of the answer."""
    body = json.dumps({"token": token, "event": event, **more}).encode()
    return get(served.port, "/_windsock/beacon", "Content-Type: text/plain", method="POST", body=body)[0]


def see(served: Served, likes: str = "two") -> Page:
    """A visitor who sees the page, and clicks if it is what they like. All of it is acknowledged."""
    page = visit(served)
    assert say(served, page.block["t"], "exposure") == 204
    if page.variant == likes:
        assert say(served, page.block["t"], "reward", goal=GOAL) == 204
    return page


def explained(served: Served) -> dict[str, Any]:
    """What /explain says of the one experience."""
    told = json.loads(get(served.admin, "/explain?path=/&signal=device=other")[2])
    (decision,) = told["decisions"]
    found: dict[str, Any] = decision
    return found


def learned_of(served: Served) -> float:
    """The closed exposures that /explain knows of."""
    each: dict[str, dict[str, float]] = explained(served)["learned"]["evidence"]
    return sum(one["exposures"] for one in each.values())


def store(served: Served) -> Path:
    """The event log."""
    return served.rules.parent / "windsock.db"


def snapshot(served: Served) -> Snapshot | None:
    """The latest one in the log."""
    with Log(store(served)) as log:
        body = log.snapshot()
    return read(body) if body else None


def evidence(served: Served) -> tuple[float, float]:
    """Closed exposures and rewards that the model has learned from."""
    found = snapshot(served)
    if found is None or MODEL not in found.models:
        return (0.0, 0.0)
    numbers = list(found.models[MODEL].evidence.values())
    return sum(n for n, _ in numbers), sum(rewards for _, rewards in numbers)


def learner_of(served: Served) -> int:
    """The learner's process."""
    return next(
        pid for pid in children(served.process.pid) if b"edge.learner" in Path(f"/proc/{pid}/cmdline").read_bytes()
    )


def alive(served: Served) -> bool:
    """Whether there is a learner."""
    try:
        return bool(learner_of(served))
    except (StopIteration, OSError):
        return False


def serving(origin: RawOrigin, rules: Path) -> Served:
    """An edge with two workers, whose store stands beside its rules."""
    return Served(origin.url, rules, "--store", f"sqlite:///{rules.parent}/windsock.db", "--workers", "2")


@pytest.fixture(scope="module")
def origin() -> Iterator[RawOrigin]:
    """A site of one page."""
    origin = RawOrigin()
    origin.page("/", BODY)
    yield origin
    origin.close()


def written(folder: Path) -> Path:
    """A folder with the one rule."""
    (folder / "rules").mkdir()
    (folder / "rules" / "hero.yaml").write_text(RULE)
    return folder / "rules"


@pytest.fixture(scope="module")
def edge(origin: RawOrigin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """It runs for all tests that let it run."""
    served = serving(origin, written(tmp_path_factory.mktemp("learning")))
    yield served
    served.close()


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who came, and what was believed before anything was learned."""

    served: Served
    before: dict[str, Any]
    pages: list[Page]

    @property
    def drawn(self) -> list[Page]:
        """Those for whom a variant was drawn."""
        return [page for page in self.pages if page.variant != "classic"]


@pytest.fixture(scope="module")
def learned(edge: Served) -> Crowd:
    """A hundred visitors like `two`, and their windows have closed."""
    before = explained(edge)
    crowd = Crowd(edge, before, [see(edge) for _ in range(100)])
    closed = time.monotonic() + WINDOW + GRACE
    with Log(store(edge)) as log:
        personal = sum(each.side == "personal" for _, each in log.exposures(0, 10_000))
    until(lambda: learned_of(edge) == personal, PATIENCE)
    print(f"told of the last of {len(crowd.pages)} visitors {time.monotonic() - closed:.2f} s after its window")
    return crowd


def test_a_page_that_counts_something_carries_the_data_block_and_the_script_and_nothing_else(edge: Served) -> None:
    page = visit(edge)
    added = _SCRIPT.search(page.body)
    assert added
    bare = _BLOCK.sub(b"", page.body.replace(added[0], b""))
    assert _HERO.sub(b'<h1 id="hero">Classic</h1>', bare) == BODY
    assert page.body.endswith(added[0] + b"</body></html>")
    assert [goal[:2] for goal in page.block["g"]] == [[GOAL, "click"]]


def test_the_script_is_there_under_the_address_that_the_page_names(edge: Served) -> None:
    status, head, body = get(edge.port, "/_windsock/w.js")
    assert status == 200
    assert "javascript" in field(head, "content-type")[0]
    assert b"sendBeacon" in body


def test_what_is_said_twice_is_answered_alike_and_written_once(edge: Served) -> None:
    page = visit(edge)
    with Log(store(edge)) as log:
        before = log.last()
        for _ in range(2):
            assert say(edge, page.block["t"], "exposure") == 204
            assert say(edge, page.block["t"], "reward", goal=GOAL) == 204
        ((_, exposure),) = log.exposures(before)
        (outcome,) = log.outcomes_of([exposure.decision])[exposure.decision]
    assert (exposure.experience, exposure.variant, outcome.goal) == ("hero", page.variant, GOAL)


def test_who_asks_not_to_be_counted_gets_no_script_no_block_and_no_cookie(edge: Served) -> None:
    page = visit(edge, "Sec-GPC: 1")
    assert b"_windsock" not in page.body
    assert b"windsock" not in page.body
    assert field(page.head, "set-cookie") == []


def test_who_is_held_out_gets_the_same_script_and_block(learned: Crowd) -> None:
    held = next(page for page in learned.pages if page.variant == "classic")
    drawn = learned.drawn[0]
    assert {**held.block, "t": ""} == {**drawn.block, "t": ""}
    assert _SCRIPT.findall(held.body) == _SCRIPT.findall(drawn.body)


def test_what_was_clicked_on_is_shown_more_often(learned: Crowd) -> None:
    before, now = learned.before["distribution"], explained(learned.served)["distribution"]
    assert list(before.values()) == pytest.approx([1 / 3] * 3, abs=0.001)
    assert now["two"] > before["two"] + 0.05
    assert sum(now.values()) == pytest.approx(1)


def test_explain_names_the_snapshot_and_what_it_knows(learned: Crowd) -> None:
    told = explained(learned.served)["learned"]
    with Log(store(learned.served)) as log:
        numbers = [number for number, _ in log.snapshots()]
        seen = [exposure for _, exposure in log.exposures(0, 10_000)]
        clicked = log.outcomes_of([exposure.decision for exposure in seen])
    assert told["snapshot"]["number"] in numbers
    assert (told["model"], told["cell"]) == (MODEL, {"device": "other"})
    for variant, known in told["evidence"].items():
        shown = [exposure.decision for exposure in seen if exposure.variant == variant]
        assert known == {"exposures": len(shown), "rewards": sum(each in clicked for each in shown)}


def test_the_log_has_the_probability_that_explain_told(learned: Crowd) -> None:
    with Log(store(learned.served)) as log:
        seen = [exposure for _, exposure in log.exposures(0, 10_000)]
    nothing_known = seen[0].at + WINDOW + GRACE
    chances = {each.p for each in seen if each.side == "personal" and each.at < nothing_known}
    assert chances == set(learned.before["distribution"].values())


def test_nobody_who_is_held_out_is_learned_from(learned: Crowd) -> None:
    with Log(store(learned.served)) as log:
        sides = [exposure.side for _, exposure in log.exposures(0, 10_000)]
    assert "holdout" in sides
    until(lambda: evidence(learned.served)[0] == sides.count("personal"), PATIENCE)


def test_after_a_restart_the_same_snapshot_serves(origin: RawOrigin, tmp_path: Path) -> None:
    rules = written(tmp_path)
    served = serving(origin, rules)
    try:
        drawn = [page for page in (see(served) for _ in range(40)) if page.variant != "classic"]
        until(lambda: learned_of(served) == len(drawn), PATIENCE)
        before = explained(served)
    finally:
        served.close()
    served = serving(origin, rules)
    try:
        after = explained(served)
        assert after["distribution"] == before["distribution"]
        assert after["learned"]["evidence"] == before["learned"]["evidence"]
    finally:
        served.close()


def test_a_learner_that_is_killed_comes_back_and_counts_everything_once(origin: RawOrigin, tmp_path: Path) -> None:
    """It is killed again and again while visitors come and windows close."""
    served = serving(origin, written(tmp_path))
    over = threading.Event()
    seen: list[Page] = []

    def come() -> None:
        while not over.is_set():
            seen.append(see(served))
            over.wait(0.02)

    visitors = threading.Thread(target=come)
    visitors.start()
    try:
        for _ in range(4):
            until(lambda: alive(served), PATIENCE)
            os.kill(learner_of(served), signal.SIGKILL)
            enough = evidence(served)[0] + 1
            until(lambda: evidence(served)[0] >= enough, PATIENCE)  # noqa: B023 -- asked before the next turn
    finally:
        over.set()
        visitors.join()
    try:
        drawn = [page for page in seen if page.variant != "classic"]
        clicks = sum(page.variant == "two" for page in drawn)
        until(lambda: evidence(served)[0] >= len(drawn), PATIENCE)
        assert evidence(served) == (len(drawn), clicks)
    finally:
        served.close()
