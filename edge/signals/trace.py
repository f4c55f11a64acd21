"""Where each signal of a request comes from, how old it is, or why nobody knows it.

The request path has no time for this, so it says nothing of it. Here somebody who asks gets the same context from the
same parts, and each value is then followed back to the part that it came from. What is not known says why, in the
order in which an operator would look: what is not set, what the request does not say, what the source does not know.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from edge.settings import Settings
from edge.signals.address import packed, private
from edge.signals.asked import CLIENT, PLACE
from edge.signals.facts import ANYWHERE, FOR_EVER
from edge.signals.place import Place
from edge.signals.read import Reader
from edge.signals.session import SESSION, agreed
from edge.signals.surroundings import TIME, WEATHER, Surroundings
from edge.signals.time import Times
from edge.signals.weather.cell import cell_of, name_of
from edge.signals.weather.table import STALE
from edge.web.consent import Consent
from edge.web.request import Request
from rules.values import UNKNOWN, RuleSet, Signals, Source, Spot, Value
from rules.words import SIGNALS

_NO_POINT: Final = "the visitor's place is not known to a point"
_NAMED: Final = {
    "device": ("User-Agent", "Sec-CH-UA-Mobile", "Sec-CH-UA-Platform"),
    "os": ("Sec-CH-UA-Platform", "User-Agent"),
    "browser": ("Sec-CH-UA", "User-Agent"),
}
"""The fields that tell of a client."""


@dataclass(frozen=True, slots=True)
class Traced:
    """One signal, followed back."""

    value: Value
    source: str  # where it is unknown: why
    age: float | None = None  # seconds; None: of this very request


Found = str | tuple[str, float]
"""Where a value comes from, or why it is unknown; with its age in seconds where it is older than the request."""


@dataclass(frozen=True, slots=True)
class _Visit:
    """What is asked about, and the parts that know of it."""

    reader: Reader
    settings: Settings
    request: Request
    rules: RuleSet
    at: float
    signals: Signals
    place: Place

    def knows(self, name: str) -> bool:
        return self.signals.get(name, UNKNOWN) != UNKNOWN

    def sent(self, *fields: str) -> list[str]:
        """Those of these fields that are in the request."""
        return [field for field in fields if field.lower().encode() in self.request.fields]


def trace(
    reader: Reader, settings: Settings, request: Request, rules: RuleSet, at: float, given: Signals
) -> Mapping[str, Traced]:
    """Every signal that there is for this request, by name; `given` are those that the question says.

    The order is that of the vocabulary; then come the signals of the site's own, and those that only this page has.
    """
    context = reader.everything(request, rules, at)
    session = agreed(request, Consent(settings.consent, settings.consent_cookie))
    signals = {**context.signals, **(session.signals if session else {})}
    visit = _Visit(reader, settings, request, rules, at, signals, reader.place(request))
    names = dict.fromkeys((*SIGNALS, *rules.site.signals, *signals))
    found = {name: _traced(visit, name) for name in names}
    return found | {name: Traced(value, "given with the question") for name, value in given.items()}


def _traced(visit: _Visit, name: str) -> Traced:
    found = _way(visit, name)
    source, age = (found, None) if isinstance(found, str) else found
    return Traced(visit.signals.get(name, UNKNOWN), source, age)


def _way(visit: _Visit, name: str) -> Found:
    own = visit.rules.site.signals.get(name)
    if own is not None:
        return _own(visit, own)
    family, _, rest = name.partition(".")
    return _WAYS[name](visit, name) if name in _WAYS else _FAMILIES[family](visit, rest)


def _place(visit: _Visit, name: str) -> Found:
    cdn, about = visit.reader.cdn, visit.reader.atlas.about
    told = cdn.place(visit.request.fields) if cdn is not None and visit.request.vouched else None
    if told is not None and getattr(told, name):
        return f"the fields of the CDN ({visit.settings.cdn})"
    if visit.knows(name) and about is not None:
        built = about["built"]
        return f"{about['type']} of {datetime.fromtimestamp(built, UTC):%Y-%m-%d}", max(0.0, visit.at - built)
    return _nowhere(visit, name)


def _nowhere(visit: _Visit, name: str) -> str:
    """Why a part of the visitor's place is not known."""
    cdn, about, address = visit.reader.cdn, visit.reader.atlas.about, packed(visit.request.client)
    if about is None and cdn is None:
        return "the geo database is not read" if visit.settings.geo_database else "neither geo_database nor cdn is set"
    if address is None and (cdn is None or not visit.sent(*(header.decode() for header in cdn.headers))):
        return "no address is given"
    if address is not None and private(address):
        return "the address is a private one"
    who = about["type"] if about is not None else f"the CDN ({visit.settings.cdn})"
    return f"{who} does not know the {name} of this address"


def _clock(visit: _Visit, name: str) -> Found:
    if not visit.knows(name):
        return "no part of the day in site.yaml holds this hour"
    zone = visit.place.timezone
    return f"the clock in {zone}, where the visitor is" if zone else f"the clock in {visit.rules.zone}, the site's zone"


def _holiday(visit: _Visit, name: str) -> Found:
    country = visit.place.country
    if not country:
        return "the visitor's country is not known"
    return f"the public holidays of {country}" if visit.knows(name) else f"there is no calendar of {country}"


def _event(visit: _Visit, _: str) -> Found:
    return "events in site.yaml" if visit.rules.site.events else "site.yaml has no events"


def _client(visit: _Visit, name: str) -> Found:
    cdn = visit.reader.cdn
    if cdn is not None and visit.request.vouched and name in cdn.client(visit.request.fields):
        return f"the fields of the CDN ({visit.settings.cdn})"
    return ", ".join(visit.sent(*_NAMED[name])) or "no User-Agent is given"


def _field(field: str, missing: str) -> Callable[[_Visit, str], Found]:
    """The way to a signal that stands in one field."""
    return lambda visit, name: field if visit.sent(field) and visit.knows(name) else missing


def _way_here(visit: _Visit, _: str) -> Found:
    link = [
        f"{name.replace('query.', '')} in the query"
        for name in visit.signals
        if name.startswith("query.utm_") or name.endswith("clid")
    ]
    return ", ".join([*link, *visit.sent("Referer")]) or "no Referer, and nothing in the query"


def _weather(visit: _Visit, _: str) -> Found:
    return _sky(visit, visit.place, _NO_POINT)


def _sky(visit: _Visit, place: Place | Spot, nowhere: str) -> Found:
    """The weather at a place: which service, which square, and when it was fetched."""
    service = visit.settings.weather
    if service == "off":
        return "weather is off"
    if place.latitude is None or place.longitude is None:
        return nowhere
    cell = cell_of(place.latitude, place.longitude)
    square = name_of(cell) if cell else ""
    told = visit.reader.facts.weather.get(square) or visit.reader.facts.weather.get(ANYWHERE)
    if told is None:
        return f"{service} has not told of the square {square} yet"
    if told.until == FOR_EVER:
        return service
    age = max(0.0, visit.at - told.until + STALE)
    return f"{service}, the square {square}{'' if age < STALE else ', too old to be told'}", age


def _load(visit: _Visit, name: str) -> Found:
    if visit.rules.site.load is None:
        return "site.yaml has no load"
    return "pages a minute, over the last 20 seconds" if visit.knows(name) else "nobody counts pages here"


def _near(visit: _Visit, name: str) -> Found:
    if not visit.rules.site.near:
        return "site.yaml has no near"
    if visit.place.latitude is None:
        return _NO_POINT
    return "places and stores in site.yaml" if visit.knows(name) else "no place of the site is in reach"


def _of_near(visit: _Visit, rest: str) -> Found:
    spots = {**visit.rules.site.stores, **visit.rules.site.places}
    return _spot(visit, spots.get(str(visit.signals.get("near"))), rest)


def _of_place(visit: _Visit, rest: str) -> Found:
    return _spot(visit, Surroundings(visit.rules.site, Times()).spot_of(visit.request.path), rest)


def _spot(visit: _Visit, spot: Spot | None, rest: str) -> Found:
    """A fact about one of the site's places."""
    if spot is None:
        return "no place of the site"
    _, until = visit.reader.facts.pushed.get(f"place/{spot.key}/{rest}", (UNKNOWN, 0.0))
    if until > visit.at:
        return _pushed(until)
    if rest in WEATHER:
        return _sky(visit, spot, "")
    return f"the clock in {spot.timezone}" if rest in TIME else f"{spot.key} in site.yaml"


def _own(visit: _Visit, source: Source) -> Found:
    """A signal of the site's own."""
    if source.comes_from == "pushed":
        _, until = visit.reader.facts.pushed.get(source.name, (UNKNOWN, 0.0))
        return _pushed(until) if until > visit.at else "nothing is pushed"
    if source.comes_from == "call":
        return f"{source.key} is not called, since no rule asks for it"
    kind = "header" if source.comes_from == "header" else "parameter"
    if visit.knows(source.name):
        return f"the {kind} {source.key}"
    sent = visit.sent(source.key) if kind == "header" else f"query.{source.key}" in visit.signals
    return f"the {kind} {source.key} says nothing that it may" if sent else f"no {kind} {source.key} is sent"


def _pushed(until: float) -> str:
    return f"pushed, holds until {datetime.fromtimestamp(until, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _session(visit: _Visit, name: str) -> Found:
    return "the cookie windsock-session" if visit.knows(name) else "the visitor has not agreed to a session"


def _line(visit: _Visit, _: str) -> Found:  # noqa: ARG001 - a way
    return "the request line"


def _query(visit: _Visit, _: str) -> Found:  # noqa: ARG001 - a way
    return "the query"


_WAYS: Final[Mapping[str, Callable[[_Visit, str], Found]]] = {
    **dict.fromkeys(PLACE, _place),
    **dict.fromkeys(TIME, _clock),
    **dict.fromkeys(CLIENT, _client),
    **dict.fromkeys(WEATHER, _weather),
    **dict.fromkeys(SESSION, _session),
    **dict.fromkeys(("path", "method"), _line),
    "save_data": _field("Save-Data", "no Save-Data is sent"),
    "language": _field("Accept-Language", "no Accept-Language that the site has"),
    "previous.path": _field("Referer", "no Referer of this site"),
    "host": _field("Host", "no host is given; ask for a whole address"),
    "holiday": _holiday,
    "event": _event,
    "source": _way_here,
    "load": _load,
    "near": _near,
}
"""Signal -> the way back."""

_FAMILIES: Final[Mapping[str, Callable[[_Visit, str], Found]]] = {
    "query": _query,
    "utm": _query,
    "place": _of_place,
    "near": _of_near,
}
"""The same for signals whose names go on after a dot."""
