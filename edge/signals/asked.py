"""What one edition asks of a request, found out once, and what of the answers is remembered for as long as it lasts.

Three parts make a context, and each is remembered whole, as a mapping that is ready to be merged: who asks, the way
here, and the surroundings at this moment. A memory is bounded in count. A field that was sent is not in it, only what
it says: that is found again by the process's own hash of the field, which nobody outside can foresee.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from edge.signals import client, language, query, source
from edge.signals.custom import Fields
from edge.signals.event import Calendar
from edge.signals.facts import NOTHING, Facts
from edge.signals.place import Place
from edge.signals.recent import Recent
from edge.signals.surroundings import TIME, WEATHER, Surroundings, Wish
from edge.signals.time import Times
from edge.signals.wanted import wanted
from rules.values import RuleSet, Site, Spot, Value
from rules.vocabulary import COMMON

PLACE: Final = ("country", "region", "city", "continent", "timezone")
CLIENT: Final = ("device", "os", "browser", "save_data")
ORIGIN: Final = ("source", "previous.path")
VISITORS: Final = 4096
"""Clients with a language that are kept."""
LINKS: Final = 4096
"""Links that are kept, each with the page that it stood on."""
SURROUNDINGS: Final = 4096
"""Visitors' places that are kept, each with the place that the page is about."""

Visitor = tuple[bytes, bytes, bytes, bytes, bytes, bytes]
"""User-Agent, Sec-CH-UA, Sec-CH-UA-Platform, Sec-CH-UA-Mobile, Save-Data, Accept-Language, as they came."""
Way = tuple[Mapping[str, str], Mapping[str, Value]]
"""The parameters of the query, and the signals of the way here."""


@lru_cache(maxsize=VISITORS)
def _signals(who: client.Client | None, light: bool, spoken: str | None) -> Mapping[str, Value]:
    """The same object for all visitors of whom the same is known, since that is in the processor's cache."""
    signals: dict[str, Value] = {}
    if who is not None:
        signals = {"device": who.device, "os": who.os, "browser": who.browser, "save_data": light}
    return {**signals, "language": spoken} if spoken else signals


class Asked:
    """What an edition asks for. `every`: all there is; without rules: what needs none."""

    def __init__(self, rules: RuleSet | None, every: bool, wish: Wish) -> None:
        self.rules = rules
        site, own = (rules.site, rules.own) if rules else (Site(), COMMON)
        asked = wanted(rules) if rules else None
        names = asked.signals if asked else frozenset()

        def any_of(*signals: str) -> bool:
            return every or not names.isdisjoint(signals)

        def any_of_family(family: str) -> bool:
            return every or any(name.partition(".")[0] == family for name in names)

        self.times = Times(rules.zone, rules.dayparts) if rules else Times()
        self.surroundings = Surroundings(site, self.times, wish, any_of)
        self.fields = Fields(site, own, any_of)
        self.holiday, self.calendar = any_of("holiday"), Calendar(site.events if any_of("event") else ())
        self.time = self.holiday or bool(self.calendar) or any_of(*TIME)
        self.weather = any_of(*WEATHER)
        self.near = bool(site.near) and any_of_family("near")
        self.place = self.time or self.weather or self.near or any_of(*PLACE)
        self.about = bool(site.about) and any_of_family("place")
        self.surrounded = self.place or self.about or any_of("load", *site.signals)
        self.who = any_of(*CLIENT, "language")
        self.origin = any_of(*ORIGIN)
        self._client, self._language = any_of(*CLIENT), any_of("language")
        self._languages = asked.languages if asked else ()
        self.moments = Moments()
        self._visitors: Recent[int, Mapping[str, Value]] = Recent(VISITORS)
        self._links: Recent[int, Way] = Recent(LINKS)

    def of_visitor(self, fields: Mapping[bytes, bytes]) -> Mapping[str, Value]:
        """What the fields of a request say of the client and of the language that is spoken there."""
        field = fields.get
        sent = (
            field(b"user-agent", b""),
            field(b"sec-ch-ua", b""),
            field(b"sec-ch-ua-platform", b""),
            field(b"sec-ch-ua-mobile", b""),
            field(b"save-data", b""),
            field(b"accept-language", b""),
        )
        key = hash(sent)
        found = self._visitors[key]
        if found is None:
            found = self._of_visitor(sent)
            self._visitors.keep(key, found)
        return found

    def of_link(self, referer: bytes, host: str, query_string: bytes) -> Way:
        """What the address says of the link here, and the Referer of the page that it stood on."""
        link = (referer, host, query_string)
        key = hash(link)
        found = self._links[key]
        if found is None:
            found = self._of_link(*link)
            if len(query_string) <= query.USUAL:
                self._links.keep(key, found)
        return found

    def _of_visitor(self, sent: Visitor) -> Mapping[str, Value]:
        *named, save, spoken = sent
        if not self._client:
            return _signals(None, False, self._best(spoken))
        return _signals(client.read(*named), client.light(save), self._best(spoken) if self._language else None)

    def _best(self, spoken: bytes) -> str | None:
        return language.best(spoken[: language.LONGEST], self._languages)

    def _of_link(self, referer: bytes, host: str, query_string: bytes) -> Way:
        parameters = query.parse(query_string)
        signals: dict[str, Value] = {**query.signals(parameters)}
        if self.origin:
            signals |= source.signals(referer[: source.LONGEST], host, parameters)
        signals |= self.fields.of_query(parameters)
        return parameters, signals


Moment = tuple[Place, float, float, Mapping[str, Value]]
"""Surroundings: of a visitor at this place, from a moment until another, in seconds since the epoch."""


class Moments:
    """The surroundings of one edition's visitors, each kept for as long as nothing in them changes.

    Looked up by the identities of a place and of what the page is about, which costs less than to compare them: equal
    places are one object (`place.place`).
    """

    def __init__(self) -> None:
        self._forget(NOTHING)

    def at(self, place: Place, spot: Spot | None, facts: Facts, at: float) -> Mapping[str, Value] | None:
        """Those that hold at this moment, if they are known."""
        if self._facts is not facts:
            self._forget(facts)
        found = self._known[id(place), id(spot)]
        if found is not None:
            known, since, until, signals = found
            if known is place and since <= at < until:
                return signals
        return None

    def keep(self, place: Place, spot: Spot | None, since: float, until: float, signals: Mapping[str, Value]) -> None:
        """These hold from the one moment until the other."""
        self._known.keep((id(place), id(spot)), (place, since, until, signals))

    def _forget(self, facts: Facts) -> None:
        self._facts = facts
        self._known: Recent[tuple[int, int], Moment] = Recent(SURROUNDINGS)
