"""From a request to its context."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.signals.asked import LINKS, SURROUNDINGS, VISITORS
from edge.signals.atlas import REMEMBERED, Atlas
from edge.signals.cdn import cdn
from edge.signals.client import Client
from edge.signals.facts import Facts
from edge.signals.geofile import GeoFile
from edge.signals.holiday import Holidays
from edge.signals.read import Reader, read
from edge.web.request import Headers, Request
from rules.choose import choose
from rules.compile import compile as compile_rules
from rules.load import load
from rules.values import RuleSet
from rules.words import FAMILIES, SIGNALS
from tests.geo import DATABASE
from tests.hostile import PIECES, SIZE
from tests.work import lines

RULES = RuleSet((), ZoneInfo("Europe/Oslo"), "v1")
EVENING = datetime(2026, 11, 22, 18, 30, tzinfo=UTC).timestamp()
FROM_DATA = {
    "country", "region", "city", "continent", "timezone", "weather", "temperature", "feels_like", "wind", "is_day",
    "load", "near", "holiday", "event", "session.pages", "session.returning",
}  # fmt: skip


RULE = """
experience: hero
purpose: content
where: /*
slot: "#hero"
variants:
  classic: original
  rain: {{html: <b>rain</b>}}
choose:
  - {entry}
"""


def rules(folder: Path, entry: str) -> RuleSet:
    (folder / "hero.yaml").write_text(RULE.format(entry=entry))
    document = load(folder).document
    assert document is not None
    return compile_rules(document)


def request(*headers: tuple[bytes, bytes], query: bytes = b"", path: str = "/pricing") -> Request:
    fields: dict[bytes, bytes] = {}
    for name, value in headers:
        fields.setdefault(name, value)
    return Request("GET", "https", "shop.example", path, path.encode(), query, headers, fields)


PHONE: Headers = (
    (
        b"user-agent",
        b"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        b"Version/17.5 Mobile/15E148 Safari/604.1",
    ),
    (b"accept-language", b"no, en;q=0.5"),
    (b"referer", b"https://shop.example/caf%C3%A9"),
    (b"save-data", b"on"),
)


def test_one_request_tells_all_this() -> None:
    context = read(request(*PHONE, query=b"utm_medium=email&dark=1"), RULES, EVENING)
    assert context.signals == {
        "path": "/pricing",
        "host": "shop.example",
        "method": "GET",
        "hour": 19,
        "daypart": "evening",
        "weekday": "sun",
        "weekend": True,
        "date": "2026-11-22",
        "month": 11,
        "season": "autumn",
        "device": "mobile",
        "os": "ios",
        "browser": "safari",
        "save_data": True,
        "language": "no",
        "source": "email",
        "previous.path": "/café",
        "query.utm_medium": "email",
        "utm.medium": "email",
        "query.dark": "1",
    }
    assert (context.path, context.host, context.at) == ("/pricing", "shop.example", EVENING)
    assert context.query == {"utm_medium": "email", "dark": "1"}


def test_a_request_that_says_nothing_leaves_most_unknown() -> None:
    signals = read(request(), RULES, EVENING).signals
    assert "language" not in signals
    assert "previous.path" not in signals
    assert (signals["device"], signals["source"]) == ("unknown", "direct")


def test_the_path_of_another_site_is_nobodys_business() -> None:
    assert "previous.path" not in read(request((b"referer", b"https://other.example/secret")), RULES, EVENING).signals


def test_every_signal_is_one_that_rules_know() -> None:
    found = set(read(request(*PHONE), RULES, EVENING).signals)
    assert found | FROM_DATA == set(SIGNALS)
    assert not found & FROM_DATA


NAMES = (b"user-agent", b"accept-language", b"referer", b"sec-ch-ua", b"sec-ch-ua-platform", b"sec-ch-ua-mobile",
         b"save-data")  # fmt: skip


@given(
    st.lists(st.tuples(st.sampled_from(NAMES), st.binary(max_size=200)), max_size=8),
    st.binary(max_size=300),
    st.text(max_size=50),
)
@settings(max_examples=300)
def test_whatever_a_visitor_sends_gives_a_context(headers: list[tuple[bytes, bytes]], query: bytes, path: str) -> None:
    signals = read(request(*headers, query=query, path=path), RULES, EVENING).signals
    assert all(isinstance(value, str | int | float | bool) for value in signals.values())


SOMEWHERE = "89.160.20.112"


@pytest.fixture(scope="module")
def atlas() -> Atlas:
    atlas = Atlas()
    GeoFile(DATABASE, atlas.take, shared=False).look()
    return atlas


def from_somewhere(*headers: tuple[bytes, bytes], vouched: bool = False, client: str = SOMEWHERE) -> Request:
    return replace(request(*headers), client=client, vouched=vouched)


def test_the_address_tells_the_place_and_the_place_the_time(atlas: Atlas) -> None:
    reader = Reader(atlas, holidays=Holidays(waits=True), every=True)
    midsummer = datetime(2026, 6, 6, 23, 30, tzinfo=UTC).timestamp()
    rules = RuleSet((), ZoneInfo("America/New_York"), "v1")
    signals = reader(from_somewhere(), rules, midsummer).signals
    wanted = {
        "country": "SE", "region": "SE-E", "city": "Linköping", "continent": "EU", "timezone": "Europe/Stockholm",
        "hour": 1, "date": "2026-06-07", "weekday": "sun", "season": "summer", "holiday": "none",
    }  # fmt: skip
    assert {name: signals[name] for name in wanted} == wanted
    assert reader(from_somewhere(), rules, midsummer - 86_400).signals["holiday"] == "National Day"


def test_what_a_listed_cdn_says_comes_before_the_database(atlas: Atlas) -> None:
    reader = Reader(atlas, cdn("cloudflare"), every=True)
    told = from_somewhere((b"cf-ipcountry", b"NO"), vouched=True)
    signals = reader(told, RULES, EVENING).signals
    assert (signals["country"], signals["timezone"], signals.get("city")) == ("NO", "Europe/Oslo", None)


def test_the_database_completes_what_the_cdn_says_of_the_same_country(atlas: Atlas) -> None:
    reader = Reader(atlas, cdn("cloudflare"), every=True)
    signals = reader(from_somewhere((b"cf-ipcountry", b"SE"), vouched=True), RULES, EVENING).signals
    assert (signals["country"], signals["city"]) == ("SE", "Linköping")


def test_where_the_cdn_does_not_know_the_database_may(atlas: Atlas) -> None:
    reader = Reader(atlas, cdn("cloudflare"), every=True)
    assert reader(from_somewhere((b"cf-ipcountry", b"XX"), vouched=True), RULES, EVENING).signals["country"] == "SE"
    assert "country" not in reader(from_somewhere((b"cf-ipcountry", b"T1"), vouched=True), RULES, EVENING).signals


def test_only_what_the_rules_mention_is_worked_out(
    atlas: Atlas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for part in ("client.read", "language.best", "source.signals"):
        monkeypatch.setattr(f"edge.signals.{part}", lambda *_: pytest.fail("worked out"))
    signals = Reader(atlas)(from_somewhere(*PHONE), rules(tmp_path, "{when: {city: Linköping}, show: rain}"), EVENING)
    assert signals.signals["city"] == "Linköping"
    assert "hour" not in signals.signals


def test_a_rule_about_the_hour_alone_asks_for_the_visitors_hour(atlas: Atlas, tmp_path: Path) -> None:
    folder = rules(tmp_path, "{when: {hour: 18-22}, show: rain}")
    somewhere = from_somewhere(client="2001:218::1")  # Japan
    assert Reader(atlas)(somewhere, folder, EVENING).signals["hour"] == 3


def test_without_a_rule_that_asks_for_it_no_address_is_looked_up(
    atlas: Atlas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(atlas, "find", lambda _: pytest.fail("looked up"))
    context = Reader(atlas)(from_somewhere(*PHONE), rules(tmp_path, "{when: {device: mobile}, show: rain}"), EVENING)
    assert context.signals["device"] == "mobile"


def test_the_language_is_one_that_the_rules_mention(tmp_path: Path) -> None:
    spoken = request((b"accept-language", b"sv, en;q=0.8, de;q=0.5"))
    mentioned = rules(tmp_path, "{when: {language: [de, en]}, show: rain}")
    assert Reader()(spoken, mentioned, EVENING).signals["language"] == "en"


def test_a_new_edition_is_asked_anew(tmp_path: Path) -> None:
    reader = Reader()
    for name, asked in (("device", "mobile"), ("os", "ios"), ("language", "no")):
        folder = tmp_path / name
        folder.mkdir()
        edition = rules(folder, f"{{when: {{{name}: {asked}}}, show: rain}}")
        assert name in reader(request(*PHONE), edition, EVENING).signals


def test_rules_that_mention_a_signal_decide_as_with_all_signals(atlas: Atlas, tmp_path: Path) -> None:
    mentioned = rules(tmp_path, "{when: {hour: 17-22, city: L*, os: ios, source: internal}, show: rain}")
    some = Reader(atlas)(from_somewhere(*PHONE), mentioned, EVENING).signals
    every = Reader(atlas, every=True)(from_somewhere(*PHONE), mentioned, EVENING).signals
    assert all(some[name] == every[name] for name in ("hour", "city", "os", "source"))
    assert choose(mentioned.experiences[0], some) == choose(mentioned.experiences[0], every)


def test_a_hundred_thousand_visitors_leave_memories_of_a_fixed_size(
    atlas: Atlas, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge.signals.client.recognise", lambda *_: Client())
    monkeypatch.setattr("edge.signals.client._remembered", lambda *_: Client())
    reader = Reader(atlas, every=True)
    for number in range(100_000):
        agent, link = (b"user-agent", b"visitor %d" % number), (b"referer", b"https://shop.example/%d" % number)
        reader(from_somewhere(agent, link, client=f"2001:480:10:{number & 0xFFFF:x}::{number:x}"), RULES, EVENING)
    assert atlas._opened is not None
    asked = reader._asked
    assert 0 < atlas._opened._seen.count <= REMEMBERED
    assert 0 < asked._visitors.count <= VISITORS
    assert 0 < asked._links.count <= LINKS
    assert 0 < asked.moments._known.count <= SURROUNDINGS


@pytest.mark.parametrize("piece", PIECES)
def test_eight_kilobytes_in_every_field_are_bounded_work(piece: bytes) -> None:
    long = piece * (SIZE // len(piece))
    hostile = request(*((name, b"1" + long) for name in NAMES), query=long, path="/" + "a" * SIZE)
    assert lines(lambda: read(hostile, RULES, EVENING)) < 50_000


@pytest.mark.parametrize("ends", [5.0, 59.0])
def test_a_push_is_told_until_its_very_end(ends: float, tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text("signals: {mood: {pushed: true, values: [calm, busy]}}")
    document = load(tmp_path).document
    assert document is not None
    reader, site = Reader(every=True), compile_rules(document)
    reader.facts = Facts(pushed={"mood": ("busy", EVENING + ends)})
    told = [reader(request(), site, EVENING + at).signals.get("mood") for at in (0, ends - 0.01, ends, 0)]
    assert told == ["busy", "busy", None, "busy"]


def test_what_the_world_tells_anew_counts_at_once() -> None:
    reader = Reader(every=True)
    assert "load" not in reader(request(), RULES, EVENING).signals
    reader.facts = Facts(load="busy")
    assert reader(request(), RULES, EVENING).signals["load"] == "busy"


def test_the_clock_moves_on_with_the_minute() -> None:
    hours = [read(request(), RULES, EVENING + 60 * minute).signals["hour"] for minute in (0, 29.99, 30, 0)]
    assert hours == [19, 19, 20, 19]


def test_the_readme_names_every_signal() -> None:
    readme = Path(__file__).parents[3] / "edge" / "signals" / "README.md"
    table = [line.split("|")[1] for line in readme.read_text("utf-8").splitlines() if line.startswith("| `")]
    named = {name for cell in table for name in re.findall(r"`([^`]+)`", cell)}
    assert named == {*SIGNALS, *(f"{family}.NAME" for family in FAMILIES)}
