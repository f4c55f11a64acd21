"""All signals of one request that need nobody to be asked.

A request is answered from parts that repeat: where its address is, what its User-Agent and hints say, which language
its field asks for, where it came from, what the clock shows there. Each part is worked out once, kept in a memory that
is bounded in count and whose keys are cut in length, and merged into the context of each request that shares it. A part
that no rule of the edition asks for is not looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

from edge.context import Context
from edge.errors import WindsockError
from edge.settings import Settings
from edge.signals import agent, client, language, query, source, zones
from edge.signals.atlas import Atlas
from edge.signals.cdn import Cdn, cdn
from edge.signals.custom import Fields
from edge.signals.event import Calendar
from edge.signals.facts import Facts, Told, of_file
from edge.signals.front import Front
from edge.signals.geofile import GeoFile
from edge.signals.holiday import Holidays
from edge.signals.place import Place, completed
from edge.signals.surroundings import TIME, WEATHER, Surroundings, Wish, nobody
from edge.signals.time import Times
from edge.signals.wanted import wanted
from edge.signals.weather import fixture
from edge.web.request import Request
from rules.values import UNKNOWN, RuleSet, Site, Value
from rules.vocabulary import COMMON

PLACE: Final = ("country", "region", "city", "continent", "timezone")
CLIENT: Final = ("device", "os", "browser", "save_data")
ORIGIN: Final = ("source", "previous.path")
REMEMBERED: Final = 4096
"""Places and paths of one second that are kept."""


class Reader:
    """Reads the context of a request. Without an atlas and a CDN every place is unknown.

    `every`: tell all signals, also those that no rule asks for. `dropped` is called for each request that brought the
    CDN's fields and did not come through it.
    """

    def __init__(
        self,
        atlas: Atlas | None = None,
        cdn: Cdn | None = None,
        holidays: Holidays | None = None,
        front: Front | None = None,
        dropped: Callable[[], None] = lambda: None,
        every: bool = False,
        wish: Wish = nobody,
    ) -> None:
        self.facts = Facts()
        self.atlas, self.cdn, self._holidays = atlas or Atlas(), cdn, holidays or Holidays()
        self._front, self._dropped, self._every = front, dropped, every
        self._wish = wish
        self._asked = _Asked(None, every, wish)
        self._telling: Reader | None = None

    def __call__(self, request: Request, rules: RuleSet, at: float) -> Context:
        """The context of a request that arrived at `at`, seconds since the epoch, on a site with these rules.

        Total: whatever the visitor sent gives a context, in bounded time. A signal that the request does not tell is
        missing, which counts as `unknown`. The table in `edge/signals/README.md` says where each one comes from.
        """
        asked = self._asked
        if asked.rules is not rules:
            asked = self._asked = _Asked(rules, self._every, self._wish)
        fields = request.fields
        signals: dict[str, Value] = {"path": request.path, "host": request.host or UNKNOWN, "method": request.method}
        if not request.vouched:
            self._noticed(request)
        if asked.place:
            signals.update(self._here_and_now(asked, self.place(request), at))
        if asked.client:
            signals.update(self._client(request))
        if asked.language:
            signals.update(_spoken(fields.get(b"accept-language", b"")[: language.LONGEST], asked.languages))
        parameters, named = query.read(request.query_string)
        if asked.origin:
            signals.update(_origin(fields.get(b"referer", b"")[: source.LONGEST], request.host, parameters))
        if named:
            signals.update(named)
        if asked.site:
            signals.update(self._around(asked, request.path, at))
            if asked.fields:
                signals.update(asked.fields.signals(request, parameters))
        return Context(signals, request.path, request.host, parameters, at, request.scheme)

    def everything(self, request: Request, rules: RuleSet, at: float) -> Context:
        """The same with every signal that is known, for who wants to be told."""
        if self._telling is None:
            self._telling = Reader(self.atlas, self.cdn, self._holidays, every=True, wish=self._wish)
        self._telling.facts = self.facts
        return self._telling(request, rules, at)

    def place(self, request: Request) -> Place:
        """Where the visitor is: what the CDN says of a vouched request, then what the atlas knows of its address."""
        found = self.atlas.find(request.client)
        if self.cdn is None or not request.vouched:
            return found
        told = self.cdn.place(request.fields)
        return found if told is None else completed(told, found)

    def _client(self, request: Request) -> Mapping[str, Value]:
        """What the request says of itself, and what a CDN says of one that it has made its own."""
        found = client.signals(request.fields)
        if self.cdn is None or not request.vouched:
            return found
        return {**found, **self.cdn.client(request.fields)}

    def _here_and_now(self, asked: _Asked, place: Place, at: float) -> Mapping[str, Value]:
        """Place, weather, near, time and calendar: the same for all in one place within one second."""
        second = asked.within(at, self.facts)
        found = second.here.get(id(place))
        if found is None or found[0] is not place:
            same = second.equal.get(place)
            if second.full:
                second.here.clear()
                second.equal.clear()
            if same is None:
                same = second.equal[place] = self._worked_out(asked, place, at)
            found = second.here[id(place)] = place, same
        return found[1]

    def _worked_out(self, asked: _Asked, place: Place, at: float) -> Mapping[str, Value]:
        signals: dict[str, Value] = dict(place.signals)
        if asked.weather:
            signals.update(asked.surroundings.weather(self.facts, place, at))
        if asked.near:
            signals.update(asked.surroundings.near(self.facts, place, at))
        if asked.time:
            times = asked.times.signals(at, place)
            signals.update(times)
            if asked.holiday and place.country:
                holiday = self._holidays.on(place.country, str(times["date"]))
                if holiday is not None:
                    signals["holiday"] = holiday
            if asked.calendar:
                signals["event"] = asked.calendar.on(str(times["date"]))
        return signals

    def _around(self, asked: _Asked, path: str, at: float) -> Mapping[str, Value]:
        """What the site itself says: of the page's place, of its load, and what it has pushed."""
        second = asked.within(at, self.facts)
        found = second.around.get(path)
        if found is None:
            found = dict(asked.surroundings.about(self.facts, path, at)) if asked.about else {}
            found.update(asked.surroundings.site(self.facts, at))
            if second.full:
                second.around.clear()
            second.around[path] = found
        return found

    def _noticed(self, request: Request) -> None:
        """Nobody vouches for this request: what its fields claim about the way here is noticed, and no more."""
        if self._front is not None and not self._front.clear:
            self._front.sees(request.client, b"x-forwarded-for" in request.fields)
        if self.cdn is not None and self.cdn.sent(request.fields):
            self._dropped()


class _Second:
    """What has been worked out within one second, from the same facts."""

    def __init__(self, number: int, facts: Facts) -> None:
        self.number, self.facts = number, facts
        self.here: dict[int, tuple[Place, Mapping[str, Value]]] = {}  # by the identity of the place that is kept beside
        self.equal: dict[Place, Mapping[str, Value]] = {}  # visitors of one city have equal places
        self.around: dict[str, Mapping[str, Value]] = {}  # by path

    @property
    def full(self) -> bool:
        """Whether it has grown too large."""
        return len(self.here) >= REMEMBERED or len(self.around) >= REMEMBERED


class _Asked:
    """What one edition asks for, worked out once."""

    def __init__(self, rules: RuleSet | None, every: bool, wish: Wish) -> None:
        self.rules = rules
        self.times = Times(rules.zone, rules.dayparts) if rules else Times()
        site, own = (rules.site, rules.own) if rules else (Site(), COMMON)
        asked = wanted(rules) if rules else None
        names = asked.signals if asked else frozenset()

        def any_of(*signals: str) -> bool:
            return every or not names.isdisjoint(signals)

        def any_of_family(family: str) -> bool:
            return every or any(name.partition(".")[0] == family for name in names)

        self.surroundings, self.fields = Surroundings(site, self.times, wish, any_of), Fields(site, own, any_of)
        self.holiday, self.calendar = any_of("holiday"), Calendar(site.events if any_of("event") else ())
        self.time = self.holiday or bool(self.calendar) or any_of(*TIME)
        self.weather = any_of(*WEATHER)
        self.near = bool(site.near) and any_of_family("near")
        self.place = self.time or self.weather or self.near or any_of(*PLACE)
        self.about = bool(site.about) and any_of_family("place")
        self.site = self.about or any_of("load", *site.signals)
        self.client = any_of(*CLIENT)
        self.origin = any_of(*ORIGIN)
        self.language = any_of("language")
        self.languages = asked.languages if asked else ()
        self._second = _Second(-1, Facts())

    def within(self, at: float, facts: Facts) -> _Second:
        """What is remembered at that moment."""
        second, number = self._second, int(at)
        if second.number != number or second.facts is not facts:
            second = self._second = _Second(number, facts)
        return second


def for_questions(settings: Settings, atlas: Atlas | None = None, wish: Wish = nobody) -> Reader:
    """Tells every signal, and waits for what it has to load.

    Where no atlas is given nobody else looks after it: it opens the geo database and the file of weather itself.
    Raises WindsockError for a file of weather that cannot be read.
    """
    reader = Reader(atlas, cdn(settings.cdn), Holidays(waits=True), every=True, wish=wish)
    if atlas is None:
        GeoFile(settings.geo_database, reader.atlas.take, shared=False).look()
        reader.facts = Facts(_weather(settings))
    return reader


def _weather(settings: Settings) -> Mapping[str, Told]:
    """What the file of weather says, where that is the service."""
    kind, _, file = settings.weather.partition(":")
    try:
        return of_file(fixture.read(Path(file))) if kind == "file" else {}
    except (OSError, ValueError) as error:
        raise WindsockError(f"the weather cannot be read: {error}") from None


def prepare() -> None:
    """Read now what the first visitors would wait for: a quarter of a second and 30 MB, shared by later forks."""
    agent.matcher()
    zones.load()


def _spoken(field: bytes, languages: tuple[str, ...]) -> Mapping[str, Value]:
    best = language.best(field, languages)
    return {} if best is None else {"language": best}


@lru_cache(maxsize=1024)
def _came_from(referer: bytes, host: str) -> tuple[source.Referrer | None, Mapping[str, Value]]:
    """The page that held the link, and the signals of a link that says nothing of itself."""
    came_from = source.referrer(referer)
    found: dict[str, Value] = {"source": source.source({}, came_from, host)}
    if came_from is not None and source.same_site(came_from.host, host):
        found["previous.path"] = came_from.path
    return came_from, found


def _origin(referer: bytes, host: str, parameters: Mapping[str, str]) -> Mapping[str, Value]:
    """Where the visitor comes from."""
    came_from, found = _came_from(referer, host)
    return {**found, "source": source.source(parameters, came_from, host)} if parameters else found


read: Final = Reader(every=True)
"""Tells every signal that a request has in itself."""
