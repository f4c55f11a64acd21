"""What all signals of a request cost: `python -m tests.bench.signals`.

Every signal is asked for, weather, near and the page's place included, from a browser's fields and an address that the
geo database knows. Warm: the same visitor
again. Cold: an address, a User-Agent and a Referer that were never seen, and no hints, so that the name must be taken
apart. The median of single requests, in CPU time of this process. Exits with 1 when a goal is missed.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

from edge.signals.atlas import Atlas
from edge.signals.facts import Facts, Told
from edge.signals.geofile import GeoFile
from edge.signals.holiday import Holidays
from edge.signals.read import Reader, prepare
from edge.signals.weather.reading import Reading
from edge.web.request import Headers, Request
from rules.compile import compile as compile_rules
from rules.load import load
from rules.values import RuleSet
from tests.geo import DATABASE

WARM: Final = 5.0
COLD: Final = 60.0
"""Microseconds."""
GROWTH: Final = 16
"""MiB that 100,000 further visitors may add, once the memories are full."""

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
_NAMES: Final = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{0}.0.{0}.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_{0} like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/{0} Safari/604",
    "Mozilla/5.0 (X11; Linux x86_64; rv:{0}.0) Gecko/20100101 Firefox/{0}.0",
)
_HINTS: Final[Headers] = (
    (b"sec-ch-ua", b'"Not/A)Brand";v="8", "Chromium";v="126", "Google Chrome";v="126"'),
    (b"sec-ch-ua-mobile", b"?0"),
    (b"sec-ch-ua-platform", b'"Windows"'),
)


def visitor(number: int, hints: Headers = ()) -> Request:
    """A visitor like no other."""
    headers: Headers = (
        (b"host", b"shop.example"),
        (b"user-agent", _NAMES[number % len(_NAMES)].format(number).encode()),
        *hints,
        (b"accept", b"text/html,application/xhtml+xml"),
        (b"accept-language", b"sv,en;q=0.8,de;q=0.5"),
        (b"accept-encoding", b"gzip, br"),
        (b"referer", b"https://www.google.com/search?n=%d" % number),
    )
    address = f"2001:480:10:{number & 0xFFFF:x}::{number >> 16:x}"  # San Diego
    return Request("GET", "https", "shop.example", "/to/harbour", b"/to/harbour", b"", headers, dict(headers), address)


def rules() -> RuleSet:
    """A site that has everything."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "site.yaml").write_text(_SITE)
        document = load(Path(folder)).document
    assert document is not None
    return compile_rules(document)


def cost(reader: Reader, requests: Iterable[Request], site: RuleSet, at: float) -> float:
    """The median over the requests, each measured alone, without what measuring costs: microseconds of CPU."""
    clock = time.process_time_ns
    taken, nothing = [], []
    for request in requests:
        begin = clock()
        nothing.append(clock() - begin)
        begin = clock()
        reader(request, site, at)
        taken.append(clock() - begin)
    return (median(taken) - median(nothing)) / 1000


def resident() -> float:
    """MiB that this process has needed at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    """Measure, print, and judge."""
    prepare()
    atlas = Atlas()
    places = GeoFile(DATABASE, atlas.take, shared=False)
    places.look()
    reader, site, at = Reader(atlas, holidays=Holidays(waits=True), every=True), rules(), time.time()
    reader.facts = _FACTS
    known = visitor(0, _HINTS)
    if atlas.find(known.client).city != "San Diego":
        raise SystemExit("the geo database does not know the visitors of this measurement")
    known_signals = reader(visitor(1), site, at).signals
    if not {"weather", "near.name", "place.weather", "place.queue", "mood", "load", "event"} <= known_signals.keys():
        raise SystemExit("not every signal is known to the visitors of this measurement")
    cold = min(
        cost(reader, (visitor(number) for number in range(start, start + 2000)), site, at) for start in (2, 2002, 4002)
    )
    reader(known, site, at)
    warm = min(cost(reader, [known] * 5000, site, at) for _ in range(5))
    for number in range(10_000, 20_000):
        reader(visitor(number), site, at)
    before = resident()
    for number in range(20_000, 120_000):
        reader(visitor(number), site, at)
    growth = resident() - before
    rows = (("warm", warm, WARM, "µs"), ("cold", cold, COLD, "µs"), ("100,000 visitors", growth, GROWTH, "MiB more"))
    for name, value, goal, unit in rows:
        print(f"signals, {name:<18} {value:6.1f} {unit:<8}  goal ≤ {goal:g}: {'held' if value <= goal else 'MISSED'}")
    return int(any(value > goal for _, value, goal, _ in rows))


if __name__ == "__main__":
    sys.exit(main())
