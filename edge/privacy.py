"""Everything that Windsock keeps, anywhere: what it is, why, and for how long. `windsock privacy` prints this table.

It is complete: a test lets visitors come to a running edge, looks for them in every file, line and count that it leaves
behind, and finds nobody; another finds each of those files in this table. Whoever makes Windsock keep one thing more
adds a row here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from edge.run import events, last_good, switches
from edge.settings import Settings
from edge.settings.secret import secret_file

Where = Literal["device", "disk", "run", "memory", "output", "others"]

PLACES: Final[dict[Where, str]] = {
    "device": "On the visitor's device",
    "disk": "On the edge's disk, beside the store",
    "run": "In shared memory (/dev/shm, else the folder for temporary files), for this user only; gone with the edge",
    "memory": "In the memory of a process; never written, gone when the process ends",
    "output": "What the edge says",
    "others": "What others are told",
}
"""Where something is kept -> a heading for it, in the order in which they are listed."""

NEVER: Final = (
    "Never written to a disk, a log or a count: visitors' addresses, User-Agents, referrers, queries, the site's own "
    "cookies, what somebody types, or anything else that tells one visitor from another."
)

SHOWN: Final = (
    "consent",
    "consent_cookie",
    "store",
    "retention_days",
    "secret_file",
    "weather",
    "debug_token",
    "log_format",
)
"""The settings that this table depends on."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One thing that is kept. `name` is what it is called there; in a path `*` is any run of characters."""

    where: Where
    name: str
    what: str
    why: str
    until: str
    now: bool = True  # with the settings in force


def kept(settings: Settings) -> tuple[Kept, ...]:
    """All that is kept, with these settings and with others."""
    return (*_device(settings), *_disk(settings), *_run(settings), *_memory(), *_output(settings), *_others(settings))


def _device(settings: Settings) -> Iterator[Kept]:
    yield Kept(
        "device",
        "cookie windsock",
        "a number from 0 to 4095, which thousands of visitors share; or the word off",
        "to show the same form again where chance has decided; or to remember that somebody has left",
        "395 days, never renewed; the number only once something was drawn",
        settings.consent != "strict",
    )
    yield Kept(
        "device",
        "cookie windsock-session",
        "how many pages were seen in this session, and r for who had been here before it",
        "for rules about session.pages and session.returning; only while such a rule is there",
        "until the browser is closed; taken back when consent is",
        settings.consent == "consented" and bool(settings.consent_cookie),
    )
    yield Kept(
        "device",
        "windsock in sessionStorage",
        "of the last 20 pages of this tab with a goal that a later page reaches: the signed token of the page (its "
        "name is random), the goal, and until when it waits; nothing of the visitor",
        "so that the later page can tell that the goal was reached",
        "until the tab is closed, each at most until its reward window is over; removed when somebody leaves",
        settings.consent != "strict" and events(settings) is not None,
    )


def _disk(settings: Settings) -> Iterator[Kept]:
    yield from _log(settings)
    edition, off = last_good(settings), switches(settings)
    if edition is not None and off is not None:
        yield Kept(
            "disk",
            str(edition),
            "the rules as they served last (folder, site, experiences, version, off); nothing of visitors",
            "so that a restart can serve while the rules folder is broken",
            "until the next edition",
        )
        yield Kept(
            "disk",
            str(off),
            "the names of experiences that are switched off",
            "so that they stay off over a restart",
            "until they are switched on",
        )
    yield Kept(
        "disk",
        str(secret_file(settings)),
        "the keys that sign preview links and tokens (mode 0600)",
        "so that nobody else can make one",
        "until it is deleted or replaced",
    )


def _log(settings: Settings) -> Iterator[Kept]:
    """The event log: each of its tables, and the two files that SQLite keeps beside it."""
    file = events(settings)
    if file is None:
        return
    days = f"{settings.retention_days} day{'s' * (settings.retention_days != 1)} (retention_days)"
    for table, what, why, until in (
        (
            "exposures",
            "of a page that was seen, for each decision: a random name (decision), experience, variant, side, reason, "
            "rule, model, cell (the values of the few signals that are learned from), snapshot, p, window, when it was "
            "made (issued) and seen (at)",
            "to learn which variant works, and to prove it",
            days,
        ),
        (
            "outcomes",
            "what followed: the decision, event (reward or measure), goal, value, at",
            "likewise",
            days,
        ),
        (
            "tallies",
            "how many decisions of an hour had an experience, variant, side and reason (n)",
            "so that lost beacons show",
            days,
        ),
        (
            "seen",
            "how often (n) a model met a value of a signal on a day; a value that was met less than 10 times is not "
            "written",
            "to tell frequent values from rare ones, which are all called `other`",
            days,
        ),
        ("states", "what each model has learned (model, seq, state): sums over visitors", "to go on after a restart",
         "until it is reset"),
        ("snapshots", "the numbers by which pages were drawn (number, made, body)", "to go back to",
         "the last 20 are kept"),
        ("audit", "who did what to a model (at, who, what, details)", "to know later", "until the file is deleted"),
    ):  # fmt: skip
        yield Kept("disk", f"{file}, {table}", what, why, until)
    yield Kept(
        "disk",
        f"{file}*",
        "these tables, as SQLite keeps them: the file, its journal (-wal), an index of that (-shm); and the lock of "
        "who learns (-learner)",
        "they are how the tables are kept",
        "until they are deleted",
    )


def _run(settings: Settings) -> Iterator[Kept]:
    for name, what, why in (
        ("settings.json", "the settings, tokens among them (mode 0600)", "so that all processes have the same"),
        ("lock", "nothing", "tells that this edge runs"),
        ("edition.json", "the rules and what is off, as they are served now", "for the workers"),
        ("snapshot.json", "the numbers by which pages are drawn, as they were learned", "for the workers"),
        ("geo.json", "where the copy of the geo database is, its type and date", "for the workers"),
        ("facts.json", "what the site has pushed, and how busy it is", "for the workers"),
        ("weather", "the weather by squares of 0.25° that somebody asked for in the last two hours", "for the workers"),
        (
            "wishes",
            "nothing: a socket on which workers name squares and say how many pages were asked for",
            "weather, load",
        ),
        (
            "front",
            "the private address of a proxy of yours that is not listed",
            "so that /readyz can say what to set in trusted_proxies",
        ),
        ("ready/*", "the version that a worker serves, and what is off there", "for /readyz and windsock off"),
        ("metrics/*.db", "counters of each process, see /metrics", "so that /metrics can add them up"),
    ):
        yield Kept("run", f"windsock-*/{name}", what, why, "until the edge ends")
    yield Kept(
        "run",
        "windsock-geo",
        "a copy of the geo database, without a name in any folder",
        "so that a damaged file hurts nobody",
        "until a newer one is read, or the edge ends",
        settings.geo_database is not None,
    )


def _memory() -> Iterator[Kept]:
    yield Kept(
        "memory",
        "the request",
        "all that a browser sends, the address among it",
        "to answer it",
        "until it is answered",
    )
    yield Kept(
        "memory",
        "networks",
        "the /24 (IPv4) or /48 (IPv6) of the last 8,192 networks that sent a beacon, and how many they sent just now",
        "so that no network can flood the event log",
        "until newer ones take its place",
    )
    for name, what in (
        ("places", "where the last 4,096 addresses are, under a keyed hash that nobody outside can repeat"),
        ("clients", "the last 4,096 User-Agents with their hints, and what they stand for"),
        (
            "languages, referrers, queries, fields of a CDN",
            "a few thousand values of such fields, and what they stand for",
        ),
    ):
        yield Kept(
            "memory",
            name,
            f"{what}; not who sent them, nor when",
            "so that the next visitor with the same is answered faster",
            "until newer ones take its place",
        )


def _output(settings: Settings) -> Iterator[Kept]:
    yield Kept(
        "output",
        "log, on standard output",
        "time, level, what happened; of a failed request its method, its path without the query (200 characters), "
        "the kind of failure and a reference; of the edge itself files, versions, and addresses of your own proxies",
        "to find out what is wrong",
        "as long as whoever collects it keeps it",
    )
    yield Kept(
        "output",
        "/metrics",
        "counts by experience, variant, reason, status, kind of failure, kind of beacon and weather service; times as "
        "histograms",
        "to see how the edge does",
        "as long as whoever collects it keeps it",
    )
    yield Kept(
        "output",
        "X-Windsock-Token",
        "experiences, variants and reasons of one page, its path and the edition; nothing about who was there",
        "so that windsock explain --token can tell of it",
        "goes to who sends the debug_token, and can be read for 30 days",
        bool(settings.debug_token),
    )


def _others(settings: Settings) -> Iterator[Kept]:
    yield Kept(
        "others",
        "the origin",
        "the request, with the visitor's address in X-Forwarded-For and the variants in X-Windsock-Variants; our own "
        "cookies are taken out",
        "it is your site",
        "as your site says",
    )
    yield Kept(
        "others",
        "the weather service",
        "the middle of a square of 0.25°, about 28 km, in which some visitor is; nothing of who, and from this machine",
        "to know the weather there",
        "as that service says",
        settings.weather in ("met", "open-meteo"),
    )
