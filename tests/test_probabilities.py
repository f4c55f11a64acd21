"""Is every probability that is stated the one that was drawn with?

Three ways to ask. Over all buckets each variant is shown exactly as often as its token says, in this process and by two
workers of a running edge. Where each request draws anew it is shown as often as chance allows. And what a policy is
worth by its own log is, over twenty histories, what it truly was. That another process comes to the same counts is
tested in tests/edge/decisions/test_learned.py.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from http.client import HTTPConnection
from math import sqrt
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

from edge.beacon.page import Page, Pages, Row, rows
from edge.context import Context
from edge.decisions.decide import decide
from edge.decisions.explain import explain
from edge.decisions.learned import dealt
from edge.decisions.values import Draw
from edge.edition import Edition
from edge.events.log import Exposure, Log
from edge.settings.secret import keys_of
from online_models.snapshot import Model, Snapshot
from rules.values import BUCKETS
from tests.beacons import beacon, post
from tests.edge.learning.lesson import HERO, KEY, NOW, Lesson, clicked, log_of, put, rules, visits
from tests.learned import model, snapshot
from tests.running import children, ready, serving, until
from tests.wire import RawOrigin, Served, get

PHONE: Final = Context({"path": "/", "device": "mobile"}, "/", "shop.example", {}, NOW)
PAGES: Final = Pages([b"a secret of this site, long enough"])
FREE: Final = HERO.replace("holdout: 10%\n", "")
MORE: Final = FREE.replace("[a, b, c]", "[a, b, c, d]").replace("c: {", "d: {text: D}, c: {")
KNOWN: Final = {"a": 0.02, "b": 0.3, "c": 0.05}
YOUNG: Final = frozenset("b")


def edition(folder: Path, rule: str, **known: Any) -> Edition:
    """This rule, and what was learned of it."""
    policy = "cautious" if "cautious" in rule else "visitor"
    found: dict[str, Model] = {KEY.replace("visitor", policy): model(policy, rates=KNOWN, **known)}
    return Edition(rules(folder / "rules", rule), snapshot=snapshot(found))


def told(edition: Edition, draw: Draw) -> Row | None:
    """What the token of a phone's page says of its one decision; None where that is on neither side."""
    counted = rows(decide(PHONE, edition, draw), edition.named)
    return opened(PAGES.seal(counted, NOW)).rows[0] if counted else None


def opened(token: str, pages: Pages = PAGES, now: float = NOW) -> Page:
    page = pages.open(token, now)
    assert isinstance(page, Page)
    return page


def exact(found: Iterator[Row | None]) -> dict[str, float]:
    """The probability of each variant that was drawn, once it is sure that it was drawn just so often."""
    drawn = [(row[1], row[8]) for row in found if row is not None and row[2] == "personal"]
    stated = dict(drawn)
    assert set(drawn) == set(stated.items()), "one variant has two probabilities"
    assert {variant: n / len(drawn) for variant, n in Counter(variant for variant, _ in drawn).items()} == stated
    return stated


# Over all buckets, in this process


SITES: Final = {
    "nothing else": (FREE, {}),
    "a holdout": (HERO, {}),
    "a rollout": (FREE + "rollout: 30%\n", {}),
    "a variant that is not for phones": (FREE.replace("{text: C}", "{text: C, never_when: {device: mobile}}"), {}),
    "a young variant": (FREE, {"young": YOUNG}),
    "none but young variants": (FREE, {"young": frozenset("abc")}),
    "a variant that nobody has met": (
        MORE,
        {},
    ),
    "a careful policy": (FREE.replace("from:", "policy: cautious\n    from:"), {}),
    "all at once": (
        HERO.replace("{text: C}", "{text: C, never_when: {device: mobile}}") + "rollout: 30%\n",
        {"young": YOUNG},
    ),
}


@pytest.mark.parametrize(("rule", "known"), SITES.values(), ids=SITES)
def test_over_all_buckets_each_variant_is_drawn_exactly_as_often_as_its_token_says(
    tmp_path: Path, rule: str, known: dict[str, Any]
) -> None:
    serves = edition(tmp_path, rule, **known)
    warm = [told(serves, Draw(bucket)) for bucket in range(BUCKETS)]
    stated = exact(iter(warm))
    assert stated["b"] > 0.45
    assert min(stated.values()) >= 0.02 / len(stated)
    assert stated["b"] <= 1 / 2 or not known

    def cold() -> Iterator[Row | None]:
        for bucket in range(0, BUCKETS, 4):
            serves.remembered.clear()
            yield told(serves, Draw(bucket))

    assert list(cold()) == warm[::4]


@pytest.mark.parametrize(("rule", "known"), SITES.values(), ids=SITES)
def test_explain_says_what_the_token_says(tmp_path: Path, rule: str, known: dict[str, Any]) -> None:
    serves = edition(tmp_path, rule, **known)
    for bucket in range(0, BUCKETS, 32):
        answer: Any = explain(PHONE, serves, Draw(bucket), now=NOW)
        (said,) = answer["decisions"]
        row = told(serves, Draw(bucket))
        if row is not None:
            assert (said["variant"], said["probability"], said["reason"]) == (row[1], row[8], row[3])
            assert said["distribution"][row[1]] == row[8]


def test_where_each_request_draws_anew_variants_come_as_often_as_is_stated(tmp_path: Path) -> None:
    serves, chance, n = edition(tmp_path, HERO + "sticky: false\n"), random.Random(6), 20_000
    found = [told(serves, Draw(7, chance.randrange(BUCKETS))) for _ in range(n)]
    drawn = [row for row in found if row is not None and row[2] == "personal"]
    within(n - len(drawn), n, 410 / BUCKETS)
    stated = {row[1]: row[8] for row in drawn}
    assert sum(stated.values()) == pytest.approx(1)
    for variant, p in stated.items():
        within(sum(row[1] == variant for row in drawn), len(drawn), p)


def within(n: int, of: int, p: float) -> None:
    """So many of so many are what a chance of p gives, four times in 100,000 aside."""
    assert abs(n - of * p) <= 4.1 * sqrt(of * p * (1 - p))


# What a policy is worth by its own log


BATCH: Final = 200
"""Visits from one snapshot to the next."""
VISITS: Final = 1_200
TRUTH: Final = {("b", "mobile"): 0.25, ("a", "desktop"): 0.2}
Shares = Mapping[str, float]
Policy = Callable[[str, Shares], Shares]
"""What somebody on a device would be shown, given the shares that they were drawn from."""


class Lived(NamedTuple):
    """One page of a log: what was shown with which probability, what came of it, and the shares by a replay."""

    variant: str
    device: str
    p: float
    reward: float
    shares: Shares


def truth(variant: str, device: str) -> float:
    """How likely it is clicked on."""
    return TRUTH.get((variant, device), 0.05)


def history(folder: Path, seed: int) -> list[Lived]:
    """The log of a site that learns while visitors come, from its first one on."""
    folder.mkdir()
    chance, serves = random.Random(seed), Edition(rules(folder / "rules", HERO))
    with log_of(folder / "windsock.db") as log:
        lesson = Lesson(log, serves.rules)
        for at in (NOW + 300 * batch for batch in range(VISITS // BATCH)):
            seen = [exposure for number in range(BATCH) for exposure in visited(serves, chance, at + number / BATCH)]
            won = [each for each in seen if chance.random() < truth(each.variant, "".join(each.cell))]
            put(log, seen, [clicked(each.decision, each.at + 5) for each in won])
            serves = replace(serves, snapshot=lesson.until(at + 200))
        return list(replayed(log, lesson.published, serves.named["hero"].seats.play))


def visited(serves: Edition, chance: random.Random, at: float) -> list[Exposure]:
    """A visitor who was never there comes, is shown something, and sees it."""
    context = replace(PHONE, signals={"path": "/", "device": chance.choice(("mobile", "desktop"))}, at=at)
    counted = rows(decide(context, serves, Draw(chance.randrange(BUCKETS))), serves.named)
    return opened(PAGES.seal(counted, at), now=at).exposures(at)


def replayed(log: Log, published: Sequence[Snapshot], play: int) -> Iterator[Lived]:
    """What is in the log of those who were not held out."""
    models = {each.version: each.models[KEY] for each in published}
    found = [each for _, each in log.exposures(0, VISITS) if each.side == "personal"]
    rewards = log.outcomes_of([each.decision for each in found])
    for each in found:
        shares = dealt(models.get(each.snapshot), "visitor", each.cell, ("a", "b", "c"), play).distribution
        yield Lived(each.variant, each.cell[0], each.p, float(each.decision in rewards), shares)


@pytest.fixture(scope="module")
def histories(tmp_path_factory: pytest.TempPathFactory) -> list[list[Lived]]:
    folder = tmp_path_factory.mktemp("histories")
    return [history(folder / str(seed), seed) for seed in range(20)]


def off(each: Lived, policy: Policy) -> tuple[float, float]:
    """How far the estimate of one page is from the truth, and its variance."""
    wanted = policy(each.device, each.shares)
    value = sum(p * truth(variant, each.device) for variant, p in wanted.items())
    square = sum(p**2 / each.shares[variant] * truth(variant, each.device) for variant, p in wanted.items())
    return wanted.get(each.variant, 0.0) / each.p * each.reward - value, square - value**2


POLICIES: Final[Mapping[str, Policy]] = {
    "the running one": lambda _, shares: shares,
    "even shares": lambda _, shares: dict.fromkeys(shares, 1 / len(shares)),
    "the best for each": lambda device, _: {"b" if device == "mobile" else "a": 1.0},
    "the worst for all": lambda _, __: {"c": 1.0},
}


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_what_a_policy_is_worth_by_the_log_is_what_it_truly_is(histories: list[list[Lived]], policy: Policy) -> None:
    found = [off(each, policy) for lived in histories for each in lived]
    assert abs(sum(by for by, _ in found)) <= 3 * sqrt(sum(variance for _, variance in found))


def test_in_these_histories_something_was_learned(histories: list[list[Lived]]) -> None:
    last = [each for lived in histories for each in lived[-100:] if each.device == "mobile"]
    assert sum(each.shares["b"] for each in last) / len(last) > 0.6
    assert all(each.p == each.shares[each.variant] for lived in histories for each in lived)


# By two workers of a running edge


HERE: Final = re.compile(rb'id="windsock-data">(.*?)</script>', re.DOTALL)
AGENT: Final = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1"


@pytest.fixture(scope="module")
def edge(origin: RawOrigin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """It has learned, and its learner rests, so that all pages come of the same numbers."""
    folder = tmp_path_factory.mktemp("probabilities")
    (folder / "rules").mkdir()
    (folder / "rules" / "hero.yaml").write_text(HERO)
    with serving(origin, folder / "rules", "--workers", "2") as edge:
        with Log(folder / "windsock.db") as log:
            visits(log, 1500, KNOWN, time.time() - 300)
        until(lambda: explained(edge, 0)["distribution"].get("b", 0) > 0.6, 120)
        learner = next(pid for pid in children(edge.process.pid) if b"edge.learner" in command(pid))
        os.kill(learner, signal.SIGSTOP)
        try:
            yield edge
        finally:
            os.kill(learner, signal.SIGCONT)


def command(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def explained(edge: Served, bucket: int) -> dict[str, Any]:
    """What /explain says of a phone with this bucket."""
    answer = json.loads(get(edge.admin, f"/explain?path=/&signal=device=mobile&bucket={bucket}")[2])
    (found,) = answer["decisions"]
    return dict(found)


class Caller:
    """A phone with one connection, which one worker has for as long as it lasts."""

    def __init__(self, edge: Served) -> None:
        self._pages = Pages(keys_of(edge.rules.parent / "windsock.secret"))
        self._line = HTTPConnection("127.0.0.1", edge.port, timeout=30)

    def token(self, bucket: int) -> str:
        """The token of the start page, for somebody who has this bucket."""
        fields = {"Cookie": f"windsock={bucket}", "User-Agent": AGENT, "Host": "site.example"}
        self._line.request("GET", "/", headers=fields)
        block = HERE.search(self._line.getresponse().read())
        assert block
        return str(json.loads(block[1])["t"])

    def opened(self, token: str) -> Page:
        """What a token says."""
        return opened(token, self._pages, time.time())

    def row(self, bucket: int) -> Row:
        """The one decision of that page."""
        return self.opened(self.token(bucket)).rows[0]

    def worker(self, edge: Served) -> int:
        """The process at the other end; known once something was asked."""
        ends = f":{edge.port:04X}", f":{self._line.sock.getsockname()[1]:04X}"
        lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()]
        inode = next(part[9] for part in lines if part[1].endswith(ends[0]) and part[2].endswith(ends[1]))
        return next(int(worker) for worker in ready(edge)["workers"] if holds(int(worker), f"socket:[{inode}]"))

    def close(self) -> None:
        """Hang up."""
        self._line.close()


def holds(pid: int, what: str) -> bool:
    """Whether a process has this open."""
    return any(str(link.readlink()) == what for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink())


@pytest.fixture(scope="module")
def callers(edge: Served) -> Iterator[list[Caller]]:
    """One for each of the two workers."""
    found: dict[int, Caller] = {}
    every = []
    while len(found) < 2:
        every.append(Caller(edge))
        every[-1].token(0)
        found.setdefault(every[-1].worker(edge), every[-1])
        assert len(every) < 500, "one of two workers gets no connection"
    yield list(found.values())
    for caller in every:
        caller.close()


def test_both_workers_draw_the_same_for_each_bucket_and_as_often_as_is_stated(callers: list[Caller]) -> None:
    found = [callers[bucket % 2].row(bucket) for bucket in range(BUCKETS)]
    assert exact(iter(found))["b"] > 0.6
    assert sum(row[2] == "holdout" for row in found) == 410
    assert len({row[7] for row in found if row[2] == "personal"}) == 1
    for bucket in range(0, BUCKETS, 32):
        assert callers[0].row(bucket) == callers[1].row(bucket) == found[bucket]


def test_the_log_and_explain_have_the_probability_of_the_token(edge: Served, callers: list[Caller]) -> None:
    for bucket in range(0, BUCKETS, 128):
        token = callers[0].token(bucket)
        page = callers[0].opened(token)
        assert post(edge, beacon(token)) == 204
        with Log(edge.rules.parent / "windsock.db") as log:
            (written,) = [each for _, each in log.exposures(log.last() - 1, 2)]
        said, row = explained(edge, bucket), page.rows[0]
        assert written.decision == page.decision(0)
        assert (written.variant, written.p) == (said["variant"], said["probability"]) == (row[1], row[8])
