"""All signals of one request that need nobody to be asked.

A request is answered from parts that repeat: who asks, the way here, and the surroundings at this moment. `asked.py`
remembers each of them; here they are merged into the context of each request that shares them. A part that no rule of
the edition asks for is not looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from edge.context import Context
from edge.errors import WindsockError
from edge.settings import Settings
from edge.signals import agent, zones
from edge.signals.asked import Asked
from edge.signals.atlas import Atlas
from edge.signals.cdn import Cdn, cdn
from edge.signals.facts import Facts, of_file
from edge.signals.front import Front
from edge.signals.geofile import GeoFile
from edge.signals.holiday import Holidays
from edge.signals.place import NOWHERE, Place, completed
from edge.signals.surroundings import SOON, Wish, nobody
from edge.signals.weather import fixture
from edge.signals.weather.sheet import Told
from edge.web.request import Request
from rules.values import UNKNOWN, RuleSet, Spot, Value

_MINUTE: Final = 60
_NOTHING: Final[Mapping[str, Value]] = {}


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
        self._asked = Asked(None, every, wish)
        self._telling: Reader | None = None

    def __call__(self, request: Request, rules: RuleSet, at: float) -> Context:
        """The context of a request that arrived at `at`, seconds since the epoch, on a site with these rules.

        Total: whatever the visitor sent gives a context, in bounded time. A signal that the request does not tell is
        missing, which counts as `unknown`. The table in `edge/signals/README.md` says where each one comes from.
        """
        asked = self._asked
        if asked.rules is not rules:
            asked = self._asked = Asked(rules, self._every, self._wish)
        fields = request.fields
        if not request.vouched:
            self._noticed(request)
        parameters, way = asked.of_link(fields.get(b"referer", b""), request.host, request.query_string)
        signals: dict[str, Value] = {
            **(self._surroundings(asked, request, at) if asked.surrounded else _NOTHING),
            **(self._who(asked, request) if asked.who else _NOTHING),
            **way,
            "path": request.path,
            "host": request.host or UNKNOWN,
            "method": request.method,
        }
        if request.vouched:
            signals.update(asked.fields.of_fields(request))
        return Context(signals, request.path, request.host, parameters, at, request.scheme)

    def everything(self, request: Request, rules: RuleSet, at: float) -> Context:
        """The same with every signal that is known, for who wants to be told."""
        if self._telling is None:
            self._telling = Reader(self.atlas, self.cdn, self._holidays, every=True, wish=self._wish)
        self._telling.facts = self.facts
        return self._telling(request, rules, at)

    def holiday(self, country: str, date: str) -> str | None:
        """What is celebrated in a country on a date (YYYY-MM-DD); `none`, or None where that is not known."""
        return self._holidays.on(country, date)

    def place(self, request: Request) -> Place:
        """Where the visitor is: what the CDN says of a vouched request, then what the atlas knows of its address."""
        found = self.atlas.find(request.client)
        if self.cdn is None or not request.vouched:
            return found
        told = self.cdn.place(request.fields)
        return found if told is None else completed(told, found)

    def _who(self, asked: Asked, request: Request) -> Mapping[str, Value]:
        """What the request says of itself, and what a CDN says of one that it has made its own."""
        found = asked.of_visitor(request.fields)
        if self.cdn is None or not request.vouched:
            return found
        return {**found, **self.cdn.client(request.fields)}

    def _surroundings(self, asked: Asked, request: Request, at: float) -> Mapping[str, Value]:
        """Place, weather, near, time and calendar, what the page is about, and what the site says: as remembered."""
        place = self.place(request) if asked.place else NOWHERE
        spot = asked.surroundings.spot_of(request.path) if asked.about else None
        found = asked.moments.at(place, spot, self.facts, at)
        if found is None:
            found = self._worked_out(asked, place, spot, at)
            asked.moments.keep(place, spot, at, self._until(asked, place, spot, at, found), found)
        return found

    def _worked_out(self, asked: Asked, place: Place, spot: Spot | None, at: float) -> Mapping[str, Value]:
        around = asked.surroundings
        signals: dict[str, Value] = dict(place.signals)
        if asked.weather:
            signals.update(around.weather(self.facts, place, at))
        if asked.near:
            signals.update(around.near(self.facts, place, at))
        if asked.time:
            signals.update(self._now(asked, place, at))
        signals.update(around.about(self.facts, spot, at))
        signals.update(around.site(self.facts, at))
        return signals

    def _now(self, asked: Asked, place: Place, at: float) -> Mapping[str, Value]:
        """The clock and the calendar there."""
        found = dict(asked.times.signals(at, place))
        date = str(found["date"])
        if asked.holiday and place.country:
            holiday = self.holiday(place.country, date)
            if holiday is not None:
                found["holiday"] = holiday
        if asked.calendar:
            found["event"] = asked.calendar.on(date)
        return found

    def _until(self, asked: Asked, place: Place, spot: Spot | None, at: float, signals: Mapping[str, Value]) -> float:
        """Until when they hold: for this minute at most, and only a moment where the holidays are being worked out."""
        unsettled = asked.holiday and place.country and "holiday" not in signals
        minute = (at // _MINUTE + 1) * _MINUTE
        return min(minute, at + SOON if unsettled else minute, asked.surroundings.until(self.facts, place, spot, at))

    def _noticed(self, request: Request) -> None:
        """Nobody vouches for this request: what its fields claim about the way here is noticed, and no more."""
        if self._front is not None and not self._front.clear:
            self._front.sees(request.client, b"x-forwarded-for" in request.fields)
        if self.cdn is not None and self.cdn.sent(request.fields):
            self._dropped()


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
    agent.load()
    zones.load()


read: Final = Reader(every=True)
"""Tells every signal that a request has in itself."""
