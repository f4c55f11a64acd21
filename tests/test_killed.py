"""All of it killed at once, while people come: what was acknowledged is there, once, and learned once."""

from __future__ import annotations

import json
import os
import random
import signal
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

from edge.errors import WindsockError
from edge.events.log import Log
from edge.learning.learner import last_good
from online_models.snapshot import Model
from rules.compile import compile as compile_rules
from rules.load import load
from tests.beacons import beacon, post, rows
from tests.edge.learning.lesson import Lesson
from tests.running import children, serving, until
from tests.test_learning import BODY, GOAL, MODEL, RULE, visit
from tests.wire import RawOrigin, Served

RULES: Final = RULE.replace("reward_window: 1s", "reward_window: 3s")


@dataclass
class People:
    """They see the page, and one in three clicks. What was answered with 204 is remembered, by the name of the page."""

    rng: random.Random
    seen: set[str] = field(default_factory=set)
    clicked: set[str] = field(default_factory=set)
    _over: threading.Event = field(default_factory=threading.Event)

    def come(self, served: Served) -> None:
        """One after the other, until the edge is gone."""
        while not self._over.is_set():
            with suppress(OSError, ValueError, IndexError, AssertionError):
                token = visit(served).block["t"]
                if post(served, beacon(token)) == 204:
                    self.seen.add(name(token))
                if self.rng.random() < 1 / 3 and post(served, beacon(token, "reward", goal=GOAL)) == 204:
                    self.clicked.add(name(token))

    def until_killed(self, served: Served, after: float) -> None:
        """They come, and after so many seconds every process of the edge is killed."""
        self._over.clear()
        threads = [threading.Thread(target=self.come, args=(served,)) for _ in range(3)]
        for thread in threads:
            thread.start()
        time.sleep(after)
        kill_all(served)
        self._over.set()
        for thread in threads:
            thread.join()


def name(token: str) -> str:
    """The name of a page, which its token tells."""
    from base64 import urlsafe_b64decode

    text = token.split(".")[2]
    return str(json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))["body"]["i"])


def kill_all(served: Served) -> None:
    """kill -9 of all of it; the one that would start others again goes first."""
    pids = [served.process.pid, *children(served.process.pid)]
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    served.process.wait()
    until(lambda: not any(Path(f"/proc/{pid}/fd").exists() and _runs(pid) for pid in pids), 20)


def _runs(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def killed(folder: Path, rounds: int, durability: str, seed: int = 1) -> dict[str, Any]:
    """So many rounds, and then what became of it, counted."""
    (folder / "rules").mkdir()
    (folder / "rules" / "hero.yaml").write_text(RULES)
    origin, people = RawOrigin(), People(random.Random(seed))
    origin.page("/", BODY)
    flags = ("--workers", "2", "--durability", durability)
    try:
        for _ in range(rounds):
            with serving(origin, folder / "rules", *flags) as served:
                people.until_killed(served, people.rng.uniform(0.2, 2.5))
        with serving(origin, folder / "rules", *flags):
            personal = sum(row[4] == "personal" for row in rows(folder, "exposures"))
            until(lambda: learned(folder) >= personal, 60)
    finally:
        origin.close()
    return told(folder, people, personal)


def learned(folder: Path) -> float:
    """Exposures in the latest snapshot."""
    with suppress(WindsockError), Log(folder / "windsock.db") as log:
        snapshot = last_good(log)
        return visits(snapshot.models[MODEL]) if snapshot is not None and MODEL in snapshot.models else 0.0
    return 0.0


def visits(model: Model) -> float:
    return sum(exposures for exposures, _ in model.evidence.values())


def told(folder: Path, people: People, personal: int) -> dict[str, Any]:
    """What was acknowledged, what of it is lost, what stands twice, and whether the log gives the same numbers."""
    exposed = [str(row[1]) for row in rows(folder, "exposures")]
    rewarded = [str(row[1]) for row in rows(folder, "outcomes")]
    document = load(folder / "rules").document
    assert document is not None
    with Log(folder / "windsock.db") as log:
        snapshot = last_good(log)
        assert snapshot is not None
        log.forget(list(log.states()))
        rebuilt = Lesson(log, compile_rules(document), time.time()).until(time.time() + 30)
    return {
        "acknowledged": len(people.seen) + len(people.clicked),
        "lost": len(people.seen - pages(exposed)) + len(people.clicked - pages(rewarded)),
        "twice": len(exposed) - len(set(exposed)) + len(rewarded) - len(set(rewarded)),
        "learned": visits(snapshot.models[MODEL]) - personal,
        "same": rebuilt.models == snapshot.models,
    }


def pages(decisions: list[str]) -> set[str]:
    """The pages that these decisions were made for."""
    return {decision.rpartition(".")[0] for decision in decisions}


@pytest.mark.parametrize("durability", ["normal", "full"])
def test_what_was_acknowledged_survives_that_everything_is_killed_and_is_learned_once(
    durability: str, tmp_path: Path
) -> None:
    found = killed(tmp_path, 2, durability)
    assert found.pop("acknowledged") > 0
    assert found == {"lost": 0, "twice": 0, "learned": 0, "same": True}
