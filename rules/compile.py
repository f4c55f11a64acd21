"""From the document that `rules.load` has checked to frozen values.

The document is plain data: one process reads and checks the files and publishes it as JSON, every worker compiles it.
So nothing here reads YAML or checks anything again, and a worker needs neither pydantic nor ruamel.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, tzinfo
from hashlib import blake2b
from types import MappingProxyType
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from rules.draw import held_by_site, others, part, seats
from rules.glob import captures, glob, pattern
from rules.phrase import condition
from rules.placeholder import named
from rules.values import (
    BUCKETS,
    HALF_LIFE,
    REWARD_WINDOW,
    About,
    Entry,
    Event,
    Experience,
    Form,
    Load,
    Near,
    RuleSet,
    Seats,
    Site,
    Source,
    Spot,
    Variant,
)
from rules.vocabulary import Own
from rules.when import Condition
from rules.where import Where
from rules.window import Window, moment, recurrence
from rules.words import Signal

Document = Mapping[str, Any]
"""A rules folder as JSON: `site`, `experiences` and `version`; see `rules.document`."""

FAR: Final = 50.0
"""Kilometres to a store that still is near, where `site.yaml` does not say."""

Groups = Mapping[str, tuple[str, ...]]
"""Group -> the names of its experiences."""


def compile(document: Document) -> RuleSet:  # noqa: A001 - the word for it; the built-in is not used here
    """The rules of a document that `rules.load` gave. Equal documents give equal rules, in any process.

    What is as it was in the document before is taken over, so that an edit costs only what it changes.
    """
    plain, groups = document["site"], _groups(document["experiences"])
    held, own = held_by_site(part(plain["holdout"])), vocabulary(plain)
    under, before, now = _digest(plain).hex(), _last[0], {}
    for each in document["experiences"]:
        key = _digest((each, groups.get(each.get("group", "")), under))
        now[key] = before.get(key) or experience(each, plain, held, own, groups)
    _last[0] = now
    return RuleSet(
        experiences=tuple(now.values()),
        zone=zone_of(plain["timezone"]),
        version=document["version"],
        dayparts={name: (start, end) for name, (start, end) in plain["dayparts"].items()},
        held=held,
        site=site(plain),
        own=own,
    )


def experience(
    plain: Document,
    site: Document,
    held: frozenset[int] = frozenset(),
    own: Own | None = None,
    groups: Groups = MappingProxyType({}),
    *,
    drawn: bool = True,
) -> Experience:
    """One experience of a document, `site` being the document's.

    `held` are the buckets of the site's holdout, `own` is its vocabulary, and `groups` names what is in each group;
    left out, the experience stands alone. `drawn`: False where nobody will draw, which spares the shuffling.
    """
    own = own or vocabulary(site)
    entries = tuple(_entry(entry, own) for entry in plain["choose"])
    holdout, rollout, group = part(plain["holdout"]), part(plain["rollout"]), plain.get("group", "")
    names = groups.get(group) or (plain["name"],)
    catching = frozenset(name for written in plain["where"]["path"] for name in captures(written))
    return Experience(
        name=plain["name"],
        purpose=plain["purpose"],
        delivery=plain["delivery"],
        slots=tuple(plain["slots"]),
        where=_where(plain["where"]),
        window=_window(plain["window"], zone_of(site["timezone"]), plain.get("until")),
        variants={name: _variant(name, variant, own, catching) for name, variant in plain["variants"].items()},
        default=plain["default"],
        choose=entries,
        holdout=holdout,
        rollout=rollout,
        sticky=plain["sticky"],
        seats=_seats(plain["name"], entries, holdout, rollout, held, others(group, plain["name"], names))
        if drawn
        else seats("", 0, BUCKETS, ranked=False),
        file=plain["file"],
        goal=plain["goal"],
        not_worse=tuple(plain.get("not_worse", ())),
        reward_window=plain.get("reward_window") or REWARD_WINDOW,
        group=group,
        leads=names[0] == plain["name"],
    )


def _digest(plain: object) -> bytes:
    return blake2b(json.dumps(plain, separators=(",", ":")).encode(), digest_size=16).digest()


_last: Final[list[dict[bytes, Experience]]] = [{}]
"""What the last document held."""


def _groups(experiences: Iterable[Document]) -> Groups:
    """The names of the experiences of each group, in alphabetical order: a file that is renamed changes nothing."""
    members: dict[str, list[str]] = defaultdict(list)
    for each in experiences:
        if each.get("group"):
            members[each["group"]].append(each["name"])
    return {group: tuple(sorted(names)) for group, names in members.items()}


def vocabulary(site: Document) -> Own:
    """What a site adds to the words of conditions."""
    signals = {name: _signal(name, source) for name, source in site.get("signals", {}).items()}
    return Own(tuple(site["dayparts"]), signals, tuple(site.get("events", ())))


def _signal(name: str, plain: Document) -> Signal:
    words = tuple(plain["values"] or ())
    return Signal(name, plain["kind"] or ("word" if words else "text"), "a signal of the site's own", words)


def site(plain: Document) -> Site:
    """The rest of what `site.yaml` says. What a document of an earlier version does not hold is empty."""
    stores = _spots(plain.get("stores", {}))
    load = plain.get("load")
    return Site(
        places=_spots(plain.get("places", {})),
        stores=stores,
        about=tuple(
            About(pattern(path), "" if place[0] == "{" else place) for path, place in plain.get("about", {}).items()
        ),
        near=_near(plain, stores),
        load=Load(load["busy"], load["quiet"], load["margin"]) if load else None,
        signals={name: _source(name, source) for name, source in plain.get("signals", {}).items()},
        events=tuple(
            Event(name, tuple((first, last) for first, last in days)) for name, days in plain.get("events", {}).items()
        ),
        cache=tuple((pattern(path), seconds) for path, seconds in plain.get("cache", {}).items()),
    )


def _near(plain: Document, stores: Mapping[str, Spot]) -> tuple[Near, ...]:
    """Without `near` all stores count."""
    written = tuple(Near(tuple(near["of"] or stores), near["within"]) for near in plain.get("near", []))
    return written or ((Near(tuple(stores), FAR),) if stores else ())


def _spots(plain: Document) -> dict[str, Spot]:
    return {key: _spot(key, each) for key, each in plain.items()}


def _spot(key: str, plain: Document) -> Spot:
    latitude, longitude = plain["at"]
    return Spot(
        key=key,
        name=plain["name"],
        latitude=latitude,
        longitude=longitude,
        timezone=plain["timezone"] or "",
        country=plain["country"] or "",
        labels=plain["labels"],
    )


def _source(name: str, plain: Document) -> Source:
    kind: Literal["header", "query", "call", "pushed"]
    for kind in ("header", "query", "call"):
        if plain[kind]:
            return Source(name, kind, plain[kind], plain["within"])
    return Source(name, "pushed", "")


def zone_of(name: str) -> tzinfo:
    """The zone of a name that has been checked."""
    return UTC if name == "UTC" else ZoneInfo(name)


def _seats(
    name: str, entries: tuple[Entry, ...], holdout: int, rollout: int, held: frozenset[int], apart: frozenset[int]
) -> Seats:
    """Its own where it has a coin of its own; those who have none share one object."""
    ranked = any(entry.kind != "show" for entry in entries)
    own = ranked or holdout or rollout < BUCKETS
    return seats(name if own else "", holdout, rollout, held, ranked=ranked, apart=apart)


def _where(plain: Document) -> Where:
    return Where(
        paths=tuple(map(pattern, plain["path"])),
        hosts=tuple(map(glob, plain["host"])),
        query=tuple((name, tuple(map(glob, globs))) for name, globs in plain["query"].items()),
    )


def _window(plain: Document, zone: tzinfo, until: str | None) -> Window:
    """`until`: the last day of the permission that it needs, if it needs one."""
    always = Window()
    ends = [moment(day, zone, whole_day=True) for day in (plain["ends"], until) if day]
    return Window(
        starts=moment(plain["starts"], zone) if plain["starts"] else always.starts,
        ends=min(ends, default=always.ends),
        every=tuple(map(recurrence, plain["every"])),
        zone=zone,
    )


def _variant(name: str, plain: Document, own: Own, catching: frozenset[str]) -> Variant:
    forms = tuple((selector, _form(form)) for selector, form in plain["forms"])
    return Variant(
        name=name,
        forms=forms,
        headers=tuple((header, value) for header, value in plain["headers"]),
        target=plain["target"],
        never_when=_condition(plain["never_when"], own),
        placeholders=_placeholders((form for _, form in forms), catching),
    )


def _form(plain: Document) -> Form:
    attributes = tuple((name, value) for name, value in plain["attributes"])
    return Form(plain["kind"], plain["text"], attributes, tuple(plain.get("order", ())))


def _placeholders(forms: Iterable[Form], catching: frozenset[str]) -> tuple[str, ...]:
    """What stands in braces and is a fact of a place, or is caught by `where`; other braces are text."""
    texts = [text for form in forms for text in (form.text, *(value or "" for _, value in form.attributes))]
    return tuple(dict.fromkeys(name for text in texts for name in named(text) if "." in name or name in catching))


def _entry(plain: Document, own: Own) -> Entry:
    return Entry(
        when=_condition(plain["when"], own),
        kind=plain["kind"],
        shares=tuple((variant, weight) for variant, weight in plain["shares"]),
        signals=tuple(plain["signals"]),
        policy=plain["policy"],
        half_life=plain.get("half_life", HALF_LIFE),
        prior={variant: (successes, visits) for variant, (successes, visits) in plain.get("prior", {}).items()},
    )


def _condition(tree: object, own: Own) -> Condition | None:
    return None if tree is None else condition(tree, own)
