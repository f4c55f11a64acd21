"""From the document that `rules.load` has checked to frozen values.

The document is plain data: one process reads and checks the files and publishes it as JSON, every worker compiles it.
So nothing here reads YAML or checks anything again, and a worker needs neither pydantic nor ruamel.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from rules.draw import held_by_site, part, seats
from rules.glob import glob, pattern
from rules.phrase import condition
from rules.values import BUCKETS, Entry, Experience, Form, RuleSet, Seats, Variant
from rules.when import Condition
from rules.where import Where
from rules.window import Window, moment, recurrence

Document = Mapping[str, Any]
"""A rules folder as JSON: `site`, `experiences` and `version`; see `rules.document`."""


def compile(document: Document) -> RuleSet:  # noqa: A001 - the word for it; the built-in is not used here
    """The rules of a document that `rules.load` gave. Equal documents give equal rules, in any process."""
    site = document["site"]
    held = held_by_site(part(site["holdout"]))
    return RuleSet(
        experiences=tuple(experience(each, site, held) for each in document["experiences"]),
        zone=zone_of(site["timezone"]),
        version=document["version"],
        dayparts={name: (start, end) for name, (start, end) in site["dayparts"].items()},
        held=held,
    )


def experience(plain: Document, site: Document, held: frozenset[int] = frozenset()) -> Experience:
    """One experience of a document, `site` being the document's, `held` the buckets of the site's holdout."""
    dayparts = site["dayparts"]
    entries = tuple(_entry(entry, dayparts) for entry in plain["choose"])
    holdout, rollout = part(plain["holdout"]), part(plain["rollout"])
    return Experience(
        name=plain["name"],
        purpose=plain["purpose"],
        delivery=plain["delivery"],
        slots=tuple(plain["slots"]),
        where=_where(plain["where"]),
        window=_window(plain["window"], zone_of(site["timezone"])),
        variants={name: _variant(name, variant, dayparts) for name, variant in plain["variants"].items()},
        default=plain["default"],
        choose=entries,
        holdout=holdout,
        rollout=rollout,
        sticky=plain["sticky"],
        seats=_seats(plain["name"], entries, holdout, rollout, held),
        file=plain["file"],
        goal=plain["goal"],
    )


def zone_of(name: str) -> tzinfo:
    """The zone of a name that has been checked."""
    return UTC if name == "UTC" else ZoneInfo(name)


def _seats(name: str, entries: tuple[Entry, ...], holdout: int, rollout: int, held: frozenset[int]) -> Seats:
    """Its own where it has a coin of its own; those who have none share one object."""
    ranked = any(entry.kind != "show" for entry in entries)
    own = ranked or holdout or rollout < BUCKETS
    return seats(name if own else "", holdout, rollout, held, ranked=ranked)


def _where(plain: Document) -> Where:
    return Where(
        paths=tuple(map(pattern, plain["path"])),
        hosts=tuple(map(glob, plain["host"])),
        query=tuple((name, tuple(map(glob, globs))) for name, globs in plain["query"].items()),
    )


def _window(plain: Document, zone: tzinfo) -> Window:
    always = Window()
    return Window(
        starts=moment(plain["starts"], zone) if plain["starts"] else always.starts,
        ends=moment(plain["ends"], zone, whole_day=True) if plain["ends"] else always.ends,
        every=tuple(map(recurrence, plain["every"])),
        zone=zone,
    )


def _variant(name: str, plain: Document, dayparts: Collection[str]) -> Variant:
    return Variant(
        name=name,
        forms=tuple((selector, _form(form)) for selector, form in plain["forms"]),
        headers=tuple((header, value) for header, value in plain["headers"]),
        target=plain["target"],
        never_when=_condition(plain["never_when"], dayparts),
    )


def _form(plain: Document) -> Form:
    return Form(plain["kind"], plain["text"], tuple((name, value) for name, value in plain["attributes"]))


def _entry(plain: Document, dayparts: Collection[str]) -> Entry:
    return Entry(
        when=_condition(plain["when"], dayparts),
        kind=plain["kind"],
        shares=tuple((variant, weight) for variant, weight in plain["shares"]),
        signals=tuple(plain["signals"]),
        policy=plain["policy"],
    )


def _condition(tree: object, dayparts: Collection[str]) -> Condition | None:
    return None if tree is None else condition(tree, dayparts)
