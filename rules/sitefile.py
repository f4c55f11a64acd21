"""The shape of `site.yaml`: what holds for the whole site."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from rules import sitevalue, window, written
from rules.address import path_glob
from rules.field import (
    AS_LIST,
    STRING,
    STRINGS,
    Country,
    Day,
    Hours,
    Name,
    Or,
    Shape,
    Share,
    Text,
    Zone,
    read,
)
from rules.glob import captures
from rules.problem import Mistake, ReadingError, wrong
from rules.signals import UNKNOWN
from rules.spelling import advice, listed
from rules.vocabulary import KINDS, check_name
from rules.words import DAYPARTS, FAMILIES, NONE, PLACE, SIGNALS

NOT_USED_YET: Final = {
    "cache": "every page is kept as long as its own fields say",
}
"""Keys that are read and checked, and that nothing acts on: whoever builds what they are for takes them out."""

_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
SOURCES: Final = ("header", "query", "call", "pushed")


def _apart(dayparts: dict[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """No hour may lie in two parts of the day."""
    taken: dict[int, str] = {}
    for name, (start, end) in dayparts.items():
        for minute in window.around(round(start * 60), round(end * 60) - 1, window.DAY):
            if minute in taken:
                message = f"`{name}` and `{taken[minute]}` share the time from {minute // 60}:{minute % 60:02}"
                raise ReadingError(Mistake((name,), message, "let one end where the other begins"))
            taken[minute] = name
    return dayparts


def _label(name: str) -> str:
    if name in PLACE or name in ("name", "timezone"):
        raise wrong(f"`{name}` is a fact of its own and no label", "choose another word")
    return name


def _about(value: object) -> object:
    """A pattern or several stand for what their captures name."""
    if isinstance(value, dict):
        return value
    patterns = [path_glob(each) for each in (value if isinstance(value, list) else [value])]
    for each in patterns:
        if len(captures(each)) != 1:
            hint = "write one piece in braces, such as /to/{place}, or a mapping: {/fjords: bergen}"
            raise wrong(f"`{each}` does not say which piece of the path names the place", hint)
    return {each: f"{{{captures(each)[0]}}}" for each in patterns}


def _event(name: str) -> str:
    if name in (NONE, UNKNOWN):
        raise wrong(f"`{name}` is what `event` says when nothing is on, or known", "choose another name")
    return name


def _own_name(name: str) -> str:
    if name in SIGNALS or name in FAMILIES or name in ("any", "all", "not"):
        raise wrong(f"there is a signal `{name}` already", "choose another name")
    check_name(name)
    return name


class PlaceFile(Shape):
    """A place."""

    name: Text = Field(description="As visitors read it: {place.name}.", examples=["Bergen"])
    at: Annotated[tuple[float, float], *read(sitevalue.coordinates, ["array", "string"])] = Field(
        description="Latitude and longitude in degrees: [60.39, 5.32].", examples=[[60.39, 5.32]]
    )
    timezone: Zone | None = Field(None, description="Its zone; `place.hour` and `place.daypart` are on its clock.")
    country: Country | None = Field(None, description="Its country, two letters: place.country.")
    labels: dict[Annotated[Name, AfterValidator(_label)], Text] = Field(
        default={}, description="Facts of your own: `kind: coast` is place.kind.", examples=[{"kind": "coast"}]
    )


class NearFile(Shape):
    """Places that a visitor may be near to."""

    of: list[Name] | None = Field(None, min_length=1, description="Names of places or stores; left out: all stores.")
    within: Annotated[float, *read(sitevalue.kilometres, ["number", "string"])] = Field(
        description="Kilometres.", examples=[30]
    )


class LoadFile(Shape):
    """From when on the site is busy or quiet, in page views a minute."""

    busy: Annotated[float, *read(written.positive, ["number", "string"])] = Field(
        description="Page views a minute from which the site is busy.", examples=[600]
    )
    quiet: Annotated[float, *read(written.positive, ["number", "string"])] = Field(
        description="Page views a minute below which it is quiet.", examples=[60]
    )
    margin: Share = Field(0.2, description="How far back it must go before the word changes again.", examples=["20%"])

    @model_validator(mode="after")
    def _in_order(self) -> LoadFile:
        if self.quiet >= self.busy:
            raise ReadingError(Mistake(("quiet",), "quiet is not below busy", f"write less than {self.busy:g}"))
        return self


class SourceFile(Shape):
    """A signal of the site's own, and where it comes from: one of header, query, call, pushed."""

    header: Annotated[str, *read(sitevalue.signal_header)] | None = Field(
        None, description="A request header, believed from a trusted proxy only.", examples=["X-Member"]
    )
    query: Text | None = Field(None, description="A parameter of the page's address.", examples=["theme"])
    call: Annotated[str, *read(sitevalue.callable_name)] | None = Field(
        None, description="A Python function: module:function.", examples=["shop.queue:length"]
    )
    pushed: Literal[True] | None = Field(None, description="true: it is pushed with PUT /signals/NAME.")
    values: list[Text] | None = Field(None, min_length=1, description="The words it may have; left out: any text.")
    kind: Literal[KINDS] | None = Field(None, description="What its values are.")  # type: ignore[valid-type]  # a tuple
    within: Annotated[float, *read(sitevalue.moment_of_waiting)] = Field(
        0.05, description="How long a call may take: 50ms, at most 100ms.", examples=["50ms"]
    )

    @model_validator(mode="after")
    def _one_source(self) -> SourceFile:
        found = [source for source in SOURCES if getattr(self, source) is not None]
        if len(found) != 1:
            message = f"{listed(found)} stand together" if found else "it is not said where the signal comes from"
            raise wrong(message, "write one of header, query, call, pushed")
        if self.values and self.kind not in (None, "word"):
            raise ReadingError(Mistake(("kind",), f"`{self.kind}` does not go with `values`", "delete one", key=True))
        if self.kind == "word" and not self.values:
            raise ReadingError(Mistake(("kind",), "the words are missing", "add `values: [calm, busy]`"))
        if "within" in self.model_fields_set and self.call is None:
            raise ReadingError(Mistake(("within",), "`within` belongs to a `call`", "delete it here", key=True))
        return self


class AllowFile(Shape):
    """A purpose that is refused otherwise, for one experience and until a date."""

    experience: Name = Field(description="The name of the experience.")
    purpose: Annotated[str, *read(sitevalue.refused, enum=[*written.REFUSED])] = Field(description="What it is about.")
    reason: Annotated[str, *read(sitevalue.sentence)] = Field(
        description="Why it is right all the same.", examples=["the same price for everybody; seen by legal"]
    )
    until: Day = Field(description="The last day on which it holds.", examples=["2027-03-01"])


Place = dict[Name, PlaceFile]
About = Annotated[dict[Annotated[str, *read(path_glob)], Text], BeforeValidator(_about), Or(STRING, STRINGS)]
CacheTime = Annotated[float, *read(sitevalue.cache_time, pattern="^(never|[0-9.]+ *(s|sec|m|min|h|d))$")]
Days = Annotated[tuple[str, str], *read(sitevalue.days)]
Event = Annotated[list[Days], AS_LIST, Or(STRING)]
OwnName = Annotated[str, *read(sitevalue.signal_name, pattern="^[a-z][a-z0-9_]*$"), AfterValidator(_own_name)]


class SiteFile(Shape):
    """What holds for the whole site."""

    schema_: Text | None = Field(None, alias="$schema", description="Where an editor finds the schema of this file.")
    timezone: Zone = Field("UTC", description="The site's zone: Europe/Oslo.", examples=["Europe/Oslo"])
    holdout: Share = Field(0.0, description="Share of visitors who keep every default.", examples=["2%"])
    dayparts: Annotated[dict[Name, Hours], AfterValidator(_apart)] = Field(
        default=dict(DAYPARTS), min_length=1, description="Parts of the day: `morning: 6-12`."
    )
    places: Place = Field(default={}, description="Places that pages are about: place.weather, {place.name}.")
    about: About = Field(default={}, description="Which pages are about which place: /to/{place}.")
    stores: Place = Field(default={}, description="Places of the site's own, of which `near` is the nearest.")
    near: Annotated[list[NearFile], AS_LIST, Or({"x-windsock": "NearFile"})] = Field(
        default=[], description="How near a visitor must be: {within: 30} kilometres of a store; 50 if left out."
    )
    load: LoadFile | None = Field(None, description="From when on the site is busy or quiet.")
    signals: dict[OwnName, SourceFile] = Field(default={}, description="Signals of the site's own.")
    events: dict[Annotated[Name, AfterValidator(_event)], Event] = Field(
        default={},
        description="Days on which something is on, for `event`: sale: 2026-12-01 - 2026-12-24.",
        examples=[{"black-friday": "2026-11-27"}],
    )
    cache: dict[Annotated[str, *read(path_glob)], CacheTime] = Field(
        default={}, description="How long pages are kept, by patterns of paths; or never.", examples=[{"/shop/*": "5m"}]
    )
    allow: list[AllowFile] = Field(default=[], description="Purposes that are refused otherwise.")

    @model_validator(mode="after")
    def _agreement(self) -> SiteFile:
        mistakes = [*self._about_places(), *self._near_places(), *self._two_lists()]
        if mistakes:
            raise ReadingError(*mistakes)
        return self

    def _about_places(self) -> list[Mistake]:
        found = []
        for pattern, place in self.about.items():
            if place.startswith("{") and place.strip("{}") not in captures(pattern):
                hint = f"write it in the pattern as well, such as /to/{place}"
                found.append(Mistake(("about", pattern), f"`{place}` is not caught by `{pattern}`", hint))
            elif not place.startswith("{") and place not in self.places:
                found.append(Mistake(("about", pattern), f"there is no place `{place}`", advice(place, self.places)))
        if self.about and not self.places:
            found = [Mistake(("about",), "there are no places", "list them: `places: {bergen: …}`", key=True)]
        return found

    def _near_places(self) -> list[Mistake]:
        known = [*self.places, *self.stores]
        named = [(at, place, key) for at, near in enumerate(self.near) for place, key in enumerate(near.of or [])]
        found = [
            Mistake(("near", at, "of", place), f"there is no place or store `{key}`", advice(key, known))
            for at, place, key in named
            if key not in known
        ]
        if not self.stores and any(near.of is None for near in self.near):
            found.append(Mistake(("near",), "there are no stores", "list them: `stores: {oslo: …}`", key=True))
        return found

    def _two_lists(self) -> list[Mistake]:
        twice = [key for key in self.stores if key in self.places]
        hint = "give one of them another name"
        return [Mistake(("stores", key), f"there is a place `{key}` as well", hint, key=True) for key in twice]


def remarks(data: Any, today: date) -> Iterator[Mistake]:
    """Warnings: keys that nothing acts on, permissions that have ended."""
    keys = data if isinstance(data, dict) else {}
    for key in keys:
        if key in NOT_USED_YET:
            yield Mistake((key,), f"`{key}` is read and not used yet", NOT_USED_YET[key], "warning", key=True)
    for at, each in enumerate(keys["allow"] if isinstance(keys.get("allow"), list) else []):
        until = str(each.get("until")) if isinstance(each, dict) else ""
        if _DAY.fullmatch(until) and until < today.isoformat():
            message = "this permission has ended, and its experience is not shown any more"
            yield Mistake(("allow", at, "until"), message, "renew it, or delete both", "warning")
