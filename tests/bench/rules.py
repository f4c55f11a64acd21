"""What rules cost: matching, the whole decision, loading and reloading a folder, each with its gate.

    python -m tests.bench.rules [--json]

Times are of this process's CPU, medians of rounds. A ratio of two is taken round by round, so that a machine which is
busy with something else moves both. Exit code 1 where a gate does not hold.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import orjson

from edge.decisions.decide import decide
from edge.decisions.values import Draw
from edge.edition import Edition
from edge.signals.read import Reader
from edge.web.peer import Trust
from edge.web.read import read
from edge.web.request import Request
from rules.compile import compile as compiled
from rules.load import load
from rules.memory import Memory
from rules.signals import Signals
from rules.values import RuleSet

ROUNDS: Final = 15
PER_PAGE: Final = 4
NOW: Final = 1_795_000_000.0

FILE: Final = """\
experience: x{number}
purpose: content
where: /section-{section}/*
slot: "#slot-{number}"
holdout: 5%
variants:
  usual: original
  rain: {{html: "<section id=slot-{number}>Stay dry, number {number}</section>"}}
  photo: {{set: {{src: /img/rain-{number}.jpg, alt: Rain on the pier}}, never_when: {{save_data: true}}}}
choose:
  - when: {{country: [{country}, US], device: mobile, hour: "6-{hour}", temperature: "< {degrees}"}}
    show: rain
  - when: {{device: desktop, language: en, source: [direct, email], daypart: [morning, evening]}}
    split: {{usual: 50, photo: 50}}
  - when: {{source: search}}
    learn: [usual, rain, photo]
    from: [daypart, device, weather, country]
goal: click "#slot-{number} a"
tests:
  - {{given: {{country: {country}, device: mobile, hour: 6, temperature: -9}}, expect: rain}}
"""
COUNTRIES: Final = ("DK", "SE", "FI", "IS", "DE", "FR", "NL", "BE", "GB", "IE")
FIELDS: Final = (
    (b"host", b"shop.example"),
    (b"user-agent", b"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0"),
    (b"accept", b"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
    (b"accept-language", b"en-GB,en;q=0.8,de;q=0.5"),
    (b"accept-encoding", b"gzip, deflate, br"),
    (b"referer", b"https://shop.example/"),
    (b"cookie", b"windsock=1234"),
    (b"connection", b"keep-alive"),
    (b"upgrade-insecure-requests", b"1"),
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing that was measured."""

    what: str
    value: float
    unit: str
    most: float  # the gate

    @property
    def holds(self) -> bool:
        """Whether it is within its gate."""
        return self.value <= self.most


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 where a gate does not hold."""
    return printed(measure, "rules", arguments)


def printed(measured: Callable[[], Sequence[Figure]], what: str, arguments: Sequence[str] | None) -> int:
    """Print the figures of something, as the arguments ask for it; 1 where a gate does not hold."""
    parser = argparse.ArgumentParser(description=f"What {what} cost, with gates.")
    parser.add_argument("--json", action="store_true", help="print JSON")
    asked = parser.parse_args(arguments)
    figures = measured()
    if asked.json:
        print(json.dumps([{**asdict(figure), "holds": figure.holds} for figure in figures]))
    else:
        print(table(figures, what))
    return 0 if all(figure.holds for figure in figures) else 1


def measure() -> tuple[Figure, ...]:
    """All figures."""
    with TemporaryDirectory(prefix="windsock-bench-") as folder:
        one, hundred, thousand = (_folder(Path(folder) / str(size), size) for size in (1, 100, 1000))
        return (*_matching(one, thousand), *_decision(hundred, thousand), *_loading(thousand))


def table(figures: Sequence[Figure], what: str = "rules") -> str:
    """The figures as the rows of a table in Markdown."""
    rows = [
        f"| {figure.what} | {figure.value:,.3g} {figure.unit} | {figure.most:,.3g} {figure.unit} |"
        f"{'' if figure.holds else ' too much |'}"
        for figure in figures
    ]
    return "\n".join((f"| {what} | measured | at most |", "|---|---|---|", *rows))


def _folder(path: Path, size: int) -> Path:
    """A folder of so many experiences, of which a page has some."""
    path.mkdir()
    for number in range(size):
        rest = {"country": COUNTRIES[number % 10], "hour": 8 + number % 16, "degrees": number % 30}
        text = FILE.format(number=number, section=number // PER_PAGE, **rest)
        (path / f"{number:04}.yaml").write_text(text, encoding="utf-8")
    return path


def _edition(folder: Path) -> Edition:
    loaded = load(folder)
    assert loaded.document is not None, loaded.problems[:3]
    return Edition(compiled(loaded.document))


def _matching(one: Path, thousand: Path) -> tuple[Figure, ...]:
    few, many = _edition(one), _edition(thousand)
    signals: Signals = {"country": "US", "device": "mobile", "hour": 7, "temperature": 3.5, "source": "search"}

    def match(edition: Edition, section: int) -> None:
        index = edition.index
        page = index.page(f"/section-{section}/boots", "shop.example", {})
        left = index.left(page, signals)
        for position in page.positions:
            index.first(position, left, signals)

    ratios, costs = [], []
    for _ in range(ROUNDS):
        alone = _micros(lambda at: match(few, 0))
        among = _micros(lambda at: match(many, at % 250))
        ratios.append(among / alone)
        costs.append(among)
    return (
        Figure("matching with 1,000 experiences, against matching with one", statistics.median(ratios), "×", 6),
        Figure("matching with 1,000 experiences, four of them on the page", statistics.median(costs), "µs", 20),
    )


def _decision(hundred: Path, thousand: Path) -> tuple[Figure, ...]:
    return (
        Figure("the whole decision (signals and draw) with 100 experiences", _whole(_edition(hundred), 25), "µs", 20),
        Figure("the same with 1,000", _whole(_edition(thousand), 250), "µs", 30),
    )


def _whole(edition: Edition, sections: int) -> float:
    requests = [_request(section) for section in range(sections)]
    reader = Reader()

    def once(at: int) -> None:
        context = reader(requests[at % sections], edition.rules, NOW + at / 1000)
        decide(context, edition, Draw(at % 4096))

    return statistics.median(_micros(once) for _ in range(ROUNDS))


def _request(section: int) -> Request:
    path = f"/section-{section}/boots"
    return read(
        {
            "type": "http", "method": "GET", "scheme": "https", "path": path, "raw_path": path.encode(),
            "query_string": b"", "headers": FIELDS, "client": ("203.0.113.7", 50_000),
        },
        Trust(),
    )  # fmt: skip


def _loading(thousand: Path) -> tuple[Figure, ...]:
    memory: Memory = Memory()  # type: ignore[type-arg]  # of what `load` remembers
    first = _seconds(lambda: load(thousand, memory))
    edited = thousand / "0500.yaml"
    times = []
    for word in ("wet", "warm", "late"):
        edited.write_text(edited.read_text(encoding="utf-8").replace("Stay dry", f"Stay {word}"), encoding="utf-8")
        times.append(_seconds(lambda: load(thousand, memory)))
    document = orjson.dumps(load(thousand, memory).document)
    taken: list[RuleSet] = [compiled(orjson.loads(document))]
    again = statistics.median(_seconds(lambda: taken.append(_taken(document))) for _ in range(3))
    return (
        Figure("a folder of 1,000 files is read and checked", first, "s", 5),
        Figure("… and again after one of them changed", statistics.median(times) * 1000, "ms", 300),
        Figure("a worker takes over the new edition of 1,000", again * 1000, "ms", 300),
    )


def _taken(document: bytes) -> RuleSet:
    return Edition(compiled(orjson.loads(document))).rules


def _micros(once: Callable[[int], None], times: int = 2000) -> float:
    started = time.process_time()
    for at in range(times):
        once(at)
    return (time.process_time() - started) / times * 1e6


def _seconds(once: Callable[[], object]) -> float:
    started = time.process_time()
    once()
    return time.process_time() - started


if __name__ == "__main__":
    sys.exit(main())
