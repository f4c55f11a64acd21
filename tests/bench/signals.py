"""What all signals of a request cost: `python -m tests.bench.signals`.

Every signal is asked for: place, near, weather, clock, holiday, event, device, language, source, query, the page's
place, load, a push. Requests are read as a server hands them over, each a new object, and come a hundredth of a second
apart, so that minutes and seconds pass. Warm: a thousand visitors with their own addresses, browsers, campaigns and
links who come again and again, from hundreds of places. Cold: visitors whose address, User-Agent, Accept-Language,
Referer and query were never seen, and who send no hints, so that the name must be taken apart. Hostile: 8 KB in one
field of somebody who was never seen. CPU time of this process; the median of single requests, of hostile ones the worst
field's. Exits with 1 when a goal is missed.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Iterable, Iterator
from ipaddress import ip_network
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

from edge.signals.atlas import Atlas
from edge.signals.facts import Facts
from edge.signals.geofile import GeoFile
from edge.signals.holiday import Holidays
from edge.signals.read import Reader, prepare
from edge.signals.weather.reading import Reading
from edge.signals.weather.sheet import Told
from edge.web.peer import Trust
from edge.web.read import read
from edge.web.request import Request
from rules.compile import compile as compile_rules
from rules.load import load
from rules.values import RuleSet
from tests.geo import DATABASE, SOURCE
from tests.hostile import FIELDS, PIECES, SIZE

WARM: Final = 5.0
COLD: Final = 60.0
HOSTILE: Final = 1000.0
"""Microseconds."""
GROWTH: Final = 16
"""MiB that 100,000 further visitors may add, once the memories are full."""
POOL: Final = 1000
BETWEEN: Final = 0.01
"""Seconds from one request to the next."""

_SITE: Final = """
timezone: Europe/Oslo
places: {harbour: {name: The harbour, at: [58.1, -5.2], timezone: Europe/London, country: GB}}
about: "/to/{place}"
stores: {diego: {name: San Diego, at: [32.72, -117.16]}, moss: {name: Moss, at: [59.43, 10.66]}}
near: {within: 100}
load: {busy: 600, quiet: 60}
signals: {mood: {pushed: true, values: [calm, busy]}, theme: {query: theme}}
events: {sale: 2026-12-01 - 2026-12-24}
"""
_RAIN: Final = Told((Reading(0, "rain", 7.5, 5.0, 3.0, True),), 4e9)
_FACTS: Final = Facts({"*": _RAIN}, {"mood": ("busy", 4e9), "place/harbour/queue": ("long", 4e9)}, "busy")
_KNOWN: Final = (
    {"near.name", "weather", "hour", "holiday", "event", "device", "language", "source", "previous.path", "utm.source"}
    | {"query.theme", "place.weather", "place.hour", "place.queue", "mood", "load", "theme", "city", "timezone"}
)  # fmt: skip
_NAMES: Final = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{0}.0.{0}.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_{0} like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/{0} Safari/604",
    "Mozilla/5.0 (X11; Linux x86_64; rv:{0}.0) Gecko/20100101 Firefox/{0}.0",
)
_HINTS: Final = (
    (b"sec-ch-ua", b'"Not/A)Brand";v="8", "Chromium";v="126", "Google Chrome";v="126"'),
    (b"sec-ch-ua-mobile", b"?0"),
    (b"sec-ch-ua-platform", b'"Windows"'),
)


def visitor(number: int, address: str, hinted: bool = False) -> Request:
    """A visitor like no other, with what a browser sends."""
    headers = [
        (b"Host", b"shop.example"),
        (b"Connection", b"keep-alive"),
        *(_HINTS if hinted and number % len(_NAMES) == 0 else ()),
        (b"Upgrade-Insecure-Requests", b"1"),
        (b"User-Agent", _NAMES[number % len(_NAMES)].format(number).encode()),
        (b"Accept", b"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
        (b"Sec-Fetch-Site", b"same-origin"),
        (b"Accept-Language", b"sv,en;q=0.8,de;q=0.5,x-%d" % number),
        (b"Accept-Encoding", b"gzip, deflate, br"),
        (b"Referer", b"https://shop.example/tents/%d?page=2" % number),
        (b"Cookie", b"basket=%d; windsock=1234" % number),
    ]
    query = b"utm_source=letter&utm_medium=email&theme=dark&n=%d" % number
    return _asked(headers, address, query)


def _asked(headers: Iterable[tuple[bytes, bytes]], address: str, query: bytes = b"") -> Request:
    path = "/to/harbour"
    line = {"type": "http", "method": "GET", "scheme": "https", "path": path, "raw_path": path.encode()}
    return read({**line, "query_string": query, "headers": list(headers), "client": (address, 50_000)}, Trust())


def addresses(atlas: Atlas) -> list[str]:
    """Addresses of a thousand visitors, from all places that the geo database knows well enough."""
    networks = [ip_network(each) for entry in json.loads(SOURCE.read_bytes()) for each in entry]
    known = [each for each in networks if each.num_addresses >= POOL and atlas.find(str(each[1])).timezone]
    return [str(known[number % len(known)][number]) for number in range(POOL)]


def unseen(number: int) -> str:
    """An address in San Diego that nobody else has."""
    return f"2001:480:10:{number & 0xFFFF:x}::{number >> 16:x}"


def rules() -> RuleSet:
    """A site that has everything."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "site.yaml").write_text(_SITE)
        document = load(Path(folder)).document
    assert document is not None
    return compile_rules(document)


class Bench:
    """A reader that knows all there is, and a clock that moves on with each request."""

    def __init__(self) -> None:
        prepare()
        self.atlas = Atlas()
        GeoFile(DATABASE, self.atlas.take, shared=False).look()
        self.reader, self.site, self.at = Reader(self.atlas, holidays=Holidays(waits=True), every=True), rules(), 1.8e9
        self.reader.facts = _FACTS
        self._addresses = addresses(self.atlas)

    def cost(self, requests: Iterable[Request]) -> float:
        """The median over the requests, each measured alone, without what measuring costs: microseconds of CPU."""
        clock, reader, site, at = time.process_time_ns, self.reader, self.site, self.at
        taken, nothing = [], []
        for request in requests:
            at += BETWEEN
            begin = clock()
            nothing.append(clock() - begin)
            begin = clock()
            reader(request, site, at)
            taken.append(clock() - begin)
        self.at = at
        return (median(taken) - median(nothing)) / 1000

    def regulars(self) -> Iterator[Request]:
        """A thousand visitors, each from its own address, in a new request each."""
        return (visitor(number, address, hinted=True) for number, address in enumerate(self._addresses))

    def newcomers(self, start: int, count: int = 2000) -> Iterator[Request]:
        """Visitors who were never here."""
        return (visitor(number, unseen(number)) for number in range(start, start + count))

    def growth(self, start: int) -> float:
        """MiB that 100,000 newcomers add to what this process has needed at most."""
        self.cost(self.newcomers(start, 10_000))
        before = _resident()
        self.cost(self.newcomers(start + 10_000, 100_000))
        return _resident() - before

    def check(self) -> None:
        """What is fast and tells less than it should would be measured in vain."""
        missing = _KNOWN - self.reader(visitor(1, unseen(1)), self.site, self.at).signals.keys()
        if missing:
            raise SystemExit(f"the visitors of this measurement have no {', '.join(sorted(missing))}")


def _hostile(field: bytes, piece: bytes, turn: int) -> Request:
    """Somebody who sends 8 KB of it, a little different each time."""
    sent = (b"%d=" % turn + piece * (SIZE // len(piece)))[:SIZE]
    return _asked([(b"host", b"shop.example"), (field, sent)], "", sent if field == b"query" else b"")


def _resident() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    """Measure, print, and judge."""
    bench = Bench()
    bench.check()
    cold = min(bench.cost(bench.newcomers(start)) for start in (2, 2002, 4002))
    for _ in range(2):
        bench.cost(bench.regulars())
    warm = min(bench.cost(bench.regulars()) for _ in range(5))
    hostile = {
        (field, piece): bench.cost(_hostile(field, piece, turn) for turn in range(15))
        for field in FIELDS
        for piece in PIECES
    }
    worst = max(hostile, key=hostile.__getitem__)
    rows = (
        ("warm", warm, WARM, "µs"),
        ("cold", cold, COLD, "µs"),
        (f"8 KB of {worst[1][:16]!r} in {worst[0].decode()}", hostile[worst], HOSTILE, "µs"),
        ("100,000 visitors", bench.growth(10_000), GROWTH, "MiB more"),
    )
    for name, value, goal, unit in rows:
        print(f"signals, {name:<42} {value:6.1f} {unit:<8}  goal ≤ {goal:g}: {'held' if value <= goal else 'MISSED'}")
    return int(any(value > goal for _, value, goal, _ in rows))


if __name__ == "__main__":
    sys.exit(main())
