"""Each signal is followed back to where it came from, with its age, or with why nobody knows it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.settings import Settings, load
from edge.signals.atlas import Atlas
from edge.signals.cdn import cdn
from edge.signals.facts import Facts
from edge.signals.geofile import GeoFile
from edge.signals.holiday import Holidays
from edge.signals.read import Reader
from edge.signals.trace import Traced, trace
from edge.signals.weather.reading import Reading
from edge.signals.weather.sheet import Told
from edge.signals.weather.table import STALE
from edge.web.request import Request
from rules.compile import compile as compile_rules
from rules.load import load as load_rules
from rules.values import RuleSet
from rules.words import SIGNALS
from tests.geo import DATABASE

NOW = datetime(2026, 11, 22, 18, 30, tzinfo=UTC).timestamp()
NOTHING = Facts()
LONDON = "81.2.69.160"
SQUARE = "51.50,0.00"
SITE = """
timezone: Europe/Oslo
dayparts: {lunch: 11-13}
places:
  lisbon: {name: Lisbon, at: [38.72, -9.14], timezone: Europe/Lisbon}
about: {"/to/{slug}": "{slug}"}
near: {of: [lisbon], within: 100}
load: {busy: 100, quiet: 10}
signals:
  mood: {pushed: true}
  member: {header: X-Member}
  stock: {call: "shop.stock:level"}
  size: {query: size}
"""


@pytest.fixture(scope="module")
def atlas() -> Atlas:
    atlas = Atlas()
    GeoFile(DATABASE, atlas.take, shared=False).look()
    return atlas


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> RuleSet:
    folder = tmp_path_factory.mktemp("rules")
    (folder / "site.yaml").write_text(SITE)
    return compiled(folder)


def compiled(folder: Path) -> RuleSet:
    loaded = load_rules(folder)
    assert loaded.document is not None, loaded.problems
    return compile_rules(loaded.document)


def request(path: str = "/", query: bytes = b"", client: str = "", **fields: str) -> Request:
    headers = tuple((name.replace("_", "-").encode(), value.encode()) for name, value in fields.items())
    return Request(
        "GET", "https", "shop.example", path, path.encode(), query, headers, dict(headers), client, vouched=True
    )


def traced(
    rules: RuleSet, asked: Request, atlas: Atlas | None = None, facts: Facts = NOTHING, **flags: str
) -> dict[str, Traced]:
    settings: Settings = load(arguments=flags)
    reader = Reader(atlas, cdn(settings.cdn), Holidays(waits=True), every=True)
    reader.facts = facts
    return dict(trace(reader, settings, asked, rules, NOW, {}))


def test_every_signal_that_there_is_has_a_source_or_a_reason(rules: RuleSet, atlas: Atlas) -> None:
    for asked in (request(), request("/to/lisbon", b"a=1&utm_b=2", LONDON, user_agent="curl/8")):
        for found in (traced(rules, asked), traced(rules, asked, atlas, weather="met", weather_contact="a@b.example")):
            assert found.keys() >= {*SIGNALS, "mood", "member", "stock", "size"}
            assert [name for name, each in found.items() if not each.source] == []


def test_a_place_names_its_database_and_how_old_that_is(rules: RuleSet, atlas: Atlas) -> None:
    assert atlas.about is not None
    country = traced(rules, request(client=LONDON), atlas)["country"]
    assert (country.value, country.age) == ("GB", NOW - atlas.about["built"])
    assert country.source.startswith("GeoIP2-City of 20")


@pytest.mark.parametrize(
    ("client", "flags", "with_atlas", "why"),
    [
        (LONDON, {}, False, "neither geo_database nor cdn is set"),
        (LONDON, {"geo_database": "gone.mmdb"}, False, "the geo database is not read"),
        ("", {}, True, "no address is given"),
        ("10.0.0.7", {}, True, "the address is a private one"),
        ("198.51.100.7", {}, True, "GeoIP2-City does not know the country of this address"),
        (
            "198.51.100.7",
            {"cdn": "cloudflare"},
            False,
            "the CDN (cloudflare) does not know the country of this address",
        ),
    ],
)
def test_a_place_that_is_not_known_says_what_is_missing(
    rules: RuleSet, atlas: Atlas, client: str, flags: dict[str, str], with_atlas: bool, why: str
) -> None:
    country = traced(rules, request(client=client), atlas if with_atlas else None, NOTHING, **flags)["country"]
    assert (country.value, country.source) == ("unknown", why)


def test_what_a_cdn_says_comes_first_and_is_named(rules: RuleSet, atlas: Atlas) -> None:
    found = traced(rules, request(client=LONDON, cf_ipcountry="GB", cf_ipcity="Leeds"), atlas, cdn="cloudflare")
    assert found["city"] == Traced("Leeds", "the fields of the CDN (cloudflare)")
    assert found["country"].source == found["city"].source


def told(age: float) -> Facts:
    return Facts({SQUARE: Told((Reading(NOW - 7200, "rain", 7.5),), NOW - age + STALE)})


@pytest.mark.parametrize(
    ("facts", "flags", "value", "source", "age"),
    [
        (Facts(), {}, "unknown", "weather is off", None),
        (told(600), {"weather": "met"}, "rain", f"met, the square {SQUARE}", 600),
        (Facts(), {"weather": "met"}, "unknown", f"met has not told of the square {SQUARE} yet", None),
        (told(STALE + 60), {"weather": "met"}, "unknown", f"met, the square {SQUARE}, too old to be told", STALE + 60),
        (
            Facts({"*": Told((Reading(0, "snow"),), 4e9)}),
            {"weather": "file:sky.json"},
            "snow",
            "file:sky.json",
            None,
        ),
    ],
)
def test_the_weather_names_its_service_its_square_and_its_age(
    rules: RuleSet, atlas: Atlas, facts: Facts, flags: dict[str, str], value: str, source: str, age: float | None
) -> None:
    flags = {**flags, "weather_contact": "a@b.example"}
    found = traced(rules, request(client=LONDON), atlas, facts, **flags)["weather"]
    assert (found.value, found.source, found.age) == (value, source, age)


def test_the_weather_of_nowhere_says_so(rules: RuleSet, atlas: Atlas) -> None:
    found = traced(rules, request(), atlas, weather="met", weather_contact="a@b.example")["weather"]
    assert found.source == "the visitor's place is not known to a point"


@pytest.mark.parametrize(
    ("pushed", "name", "value", "source"),
    [
        ({}, "mood", "unknown", "nothing is pushed"),
        ({"mood": ("busy", NOW - 1)}, "mood", "unknown", "nothing is pushed"),
        ({"mood": ("busy", NOW + 60)}, "mood", "busy", "pushed, holds until 2026-11-22T18:31:00Z"),
        ({"place/lisbon/queue": ("long", NOW + 60)}, "place.queue", "long", "pushed, holds until 2026-11-22T18:31:00Z"),
    ],
)
def test_what_is_pushed_says_until_when(rules: RuleSet, pushed: Any, name: str, value: str, source: str) -> None:
    assert traced(rules, request("/to/lisbon"), facts=Facts(pushed=pushed))[name] == Traced(value, source)


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("member", "the header x-member"),
        ("size", "the parameter size"),
        ("stock", "shop.stock:level is not called, since no rule asks for it"),
        ("place.name", "lisbon in site.yaml"),
        ("place.hour", "the clock in Europe/Lisbon"),
        ("place.weather", "weather is off"),
        ("daypart", "no part of the day in site.yaml holds this hour"),
        ("hour", "the clock in Europe/Oslo, the site's zone"),
        ("near", "the visitor's place is not known to a point"),
        ("load", "nobody counts pages here"),
        ("event", "site.yaml has no events"),
        ("session.pages", "the visitor has not agreed to a session"),
        ("source", "utm_source in the query, Referer"),
        ("previous.path", "Referer"),
        ("device", "User-Agent"),
        ("language", "no Accept-Language that the site has"),
    ],
)
def test_what_the_site_and_the_request_say_is_named(rules: RuleSet, name: str, source: str) -> None:
    asked = request(
        "/to/lisbon", b"size=3&utm_source=x", referer="https://shop.example/a", user_agent="curl/8", x_member="yes"
    )
    forecast = Facts({"38.75,-9.25": Told((Reading(0, "snow"),), 4e9)})
    assert traced(rules, asked, facts=replace(forecast, load="unknown"))[name].source == source


@pytest.mark.parametrize(
    ("name", "fields", "query", "source"),
    [
        ("member", {}, b"", "no header x-member is sent"),
        ("size", {}, b"color=red", "no parameter size is sent"),
        ("grade", {"x_grade": "tin"}, b"", "the header x-grade says nothing that it may"),
        ("room", {}, b"room=cellar", "the parameter room says nothing that it may"),
    ],
)
def test_a_signal_of_the_sites_own_that_is_not_known_says_why(
    tmp_path: Path, name: str, fields: dict[str, str], query: bytes, source: str
) -> None:
    (tmp_path / "site.yaml").write_text(
        f"{SITE}  grade: {{header: X-Grade, values: [gold, silver]}}\n  room: {{query: room, values: [hall, attic]}}\n"
    )
    assert traced(compiled(tmp_path), request(query=query, **fields))[name] == Traced("unknown", source)


@given(st.binary(max_size=60), st.binary(max_size=60), st.text(max_size=30))
def test_whatever_is_asked_each_signal_has_a_source(query: bytes, field: bytes, path: str) -> None:
    rules = RuleSet((), UTC, "v1")
    headers = tuple(
        (name, field) for name in (b"user-agent", b"referer", b"accept-language", b"cookie", b"cf-ipcountry")
    )
    asked = Request("GET", "http", "", path, b"/", query, headers, dict(headers), vouched=True)
    assert all(each.source for each in traced(rules, asked, cdn="cloudflare").values())
