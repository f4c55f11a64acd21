"""What a page costs a worker while the learner learns as fast as it can, beside the same edge with nothing to learn.

    python -m tests.bench.full_speed [--json]

One edge with one worker and a page with one experience that learns, under load from visitors of many cells. The log is
fed before every other measurement, with more rows than the learner can learn meanwhile; before the others it has caught
up. So the worker meets what learning does to it: a core that is shared, a log that is written by two, a snapshot each
second, and cells to be worked out again by its numbers. Figures are of the worker's CPU; the ratio is taken round by
round, and its median counts. The learner runs on the core of the load, beside wrk and the origin. Needs nginx and wrk.
"""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

import httpx

from edge.events.log import Log
from loadtest.bench import nginx
from loadtest.bench.cores import LOAD, SERVER, pinned
from loadtest.bench.missing import BenchError, beside_python, program
from loadtest.bench.server import Server, free_port
from loadtest.bench.tree import cpu_seconds
from loadtest.bench.wrk import parse
from tests.bench.rules import Figure, printed
from tests.edge.learning.lesson import GOAL, clicked, put, shown
from tests.running import children, until

ROUNDS: Final = 5
SECONDS: Final = 2
FED: Final = 120_000
"""Rows for one measurement, more than can be learned in it."""
VARIANTS: Final = "abcdef"
SIGNALS: Final = ("device", "os", "language", "source")
KEY: Final = f"hero/visitor/{','.join(SIGNALS)}"
AGO: Final = 7200.0
"""Seconds since those rows were shown: their windows are over."""
RULE: Final = f"""
experience: hero
purpose: content
where: "*"
slot: h1
variants: {{a: original, {", ".join(f"{name}: {{text: {name.upper()}}}" for name in VARIANTS[1:])}}}
choose:
  - learn: [{", ".join(VARIANTS)}]
    from: [{", ".join(SIGNALS)}]
goal: {GOAL}
reward_window: 1m
"""
PAGE: Final = f"<!doctype html><html><body><h1>Hello</h1><p>{'What this page has to say. ' * 700}</p></body></html>"
_SCRIPT: Final = """
local agents = {
  "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:145.0) Gecko/20100101 Firefox/145.0",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1",
}
local languages, at = {"en", "de", "da", "fr", "nb", "sv", "it", "es"}, 0
request = function()
  at = at + 1
  return wrk.format("GET", "/", {
    ["User-Agent"] = agents[at % #agents + 1], ["Accept-Language"] = languages[at % 7 + 1],
    ["Cookie"] = "windsock=" .. at * 37 % 4096, ["Accept"] = "text/html",
  })
end
"""
_LEARNED: Final = re.compile(r"^windsock_learner_rows(?:_dropped)?_total(?:\{[^}]*\})? (\S+)$", re.MULTILINE)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 where the gate does not hold, 2 where it cannot be measured."""
    try:
        return printed(measure, "learner at full speed", arguments)
    except BenchError as error:
        print(error, file=sys.stderr)
        return 2


def measure() -> tuple[Figure, ...]:
    """All figures."""
    with TemporaryDirectory(prefix="windsock-bench-") as folder, _edge(Path(folder)) as edge:
        edge.feed(1000)
        edge.calm()
        pairs = [(edge.calm(), edge.learning()) for _ in range(ROUNDS)]
    free, full = median(calm for calm, _ in pairs), median(busy for _, (busy, _) in pairs)
    rows = median(speed for _, (_, speed) in pairs)
    what = (
        f"a page while {rows:,.0f} rows are learned a second, against one while none is ({full:.0f} and {free:.0f} µs)"
    )
    return (Figure(what, median(busy / calm for calm, (busy, _) in pairs), "×", 1.1),)


@dataclass
class Edge:
    """A running edge with one worker."""

    folder: Path
    url: str
    admin: str
    worker: int
    fed: int = 0
    chance: random.Random = field(default_factory=lambda: random.Random(1))

    def calm(self) -> float:
        """What a page costs when everything is learned."""
        until(lambda: self._learned() >= self.fed, 120)
        time.sleep(1.5)  # the last snapshot of it
        return self.cost()

    def learning(self) -> tuple[float, float]:
        """What a page costs while there is more to learn than can be, and how many rows a second were."""
        self.feed(FED)
        before, start = self._learned(), time.monotonic()
        cost = self.cost()
        learned, seconds = self._learned() - before, time.monotonic() - start
        if not 0 < learned < self.fed - before:
            raise BenchError(f"the learner learned {learned:.0f} rows, so it was not busy all the time")
        return cost, learned / seconds

    def cost(self) -> float:
        """Microseconds of the worker's CPU for a page."""
        before = cpu_seconds(self.worker)
        how = ["-t1", "-c16", f"-d{SECONDS}s", "--timeout", "10s", "-s", str(self.folder / "load.lua"), self.url]
        done = subprocess.run(pinned([program("wrk"), *how], LOAD), capture_output=True, text=True, timeout=60)
        said = parse(done.stdout)
        if said.errors or not said.requests:
            raise BenchError(f"{said.errors} of {said.requests} pages failed; nothing is measured")
        return (cpu_seconds(self.worker) - before) / said.requests * 1e6

    def feed(self, number: int) -> None:
        """Write so many rows, some with a reward, whose windows are over."""
        at, names = time.time() - AGO, range(self.fed, self.fed + number)
        rows = [
            shown(f"v{name}", self.chance.choice(VARIANTS), at + name / 1000, cell=self._cell(), model=KEY)
            for name in names
        ]
        with Log(self.folder / "windsock.db") as log:
            put(log, rows, [clicked(row.decision, row.at + 5) for row in rows if self.chance.random() < 0.03])
        self.fed += number

    def _cell(self) -> tuple[str, ...]:
        return tuple(str(self.chance.randrange(6)) for _ in SIGNALS)

    def _learned(self) -> float:
        """Rows that the learner is done with."""
        text = httpx.get(f"{self.admin}/metrics", trust_env=False).text
        return sum(map(float, _LEARNED.findall(text)))


@contextmanager
def _edge(folder: Path) -> Iterator[Edge]:
    (folder / "rules").mkdir()
    (folder / "rules" / "hero.yaml").write_text(RULE)
    (folder / "site").mkdir()
    (folder / "site" / "index.html").write_text(PAGE)
    report = Path(nginx.__file__).with_name("report.lua").read_text("utf-8")
    (folder / "load.lua").write_text(_SCRIPT + report)
    port, admin = free_port(), free_port()
    with nginx.origin(folder, folder / "site") as origin:
        origin.wait("/")
        command = [beside_python("windsock"), "serve", "--origin", origin.url, "--rules", str(folder / "rules")]
        command += ["--listen", f"127.0.0.1:{port}", "--admin", f"127.0.0.1:{admin}", "--workers", "1"]
        command += ["--store", f"sqlite:///{folder}/windsock.db"]
        with Server("windsock", command, port, SERVER, folder) as server:
            server.wait("/")
            ready = httpx.get(f"http://127.0.0.1:{admin}/readyz", trust_env=False).json()
            _apart(server.pid)
            yield Edge(folder, server.url, f"http://127.0.0.1:{admin}", int(next(iter(ready["workers"]))))


def _apart(root: int) -> None:
    """Move the learner to the other core, with all its threads."""
    learner = next(pid for pid in children(root) if b"edge.learner" in Path(f"/proc/{pid}/cmdline").read_bytes())
    done = subprocess.run(
        [program("taskset"), "-a", "-p", "-c", str(sorted(os.sched_getaffinity(0))[LOAD]), str(learner)],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise BenchError(f"the learner stays where it is: {done.stderr.strip()}")


if __name__ == "__main__":
    sys.exit(main())
