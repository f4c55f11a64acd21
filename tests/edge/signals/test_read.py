"""From a request to its context."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.signals.agent import matcher
from edge.signals.read import read
from edge.web.request import Headers, Request
from rules.values import RuleSet
from rules.words import FAMILIES, SIGNALS

RULES = RuleSet((), ZoneInfo("Europe/Oslo"), "v1")
EVENING = datetime(2026, 11, 22, 18, 30, tzinfo=UTC).timestamp()
FROM_DATA = {
    "country", "region", "city", "continent", "timezone", "weather", "temperature", "feels_like", "wind", "is_day",
    "load", "near", "holiday", "event",
}  # fmt: skip


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


@pytest.mark.parametrize("piece", [b"a", b"%", b"\xff", b'"\\', b"en;q=0.1,", b"https://", b"/../", b";,&=+ "])
def test_eight_kilobytes_in_every_field_are_read_in_bounded_time(piece: bytes) -> None:
    matcher()
    long = piece * (8192 // len(piece))
    times = []
    for turn in range(5):
        hostile = request(*((name, b"%d" % turn + long) for name in NAMES), query=long, path="/" + "a" * 8192)
        start = time.process_time()
        read(hostile, RULES, EVENING)
        times.append(time.process_time() - start)
    assert min(times) < 0.005


def test_the_readme_names_every_signal() -> None:
    readme = Path(__file__).parents[3] / "edge" / "signals" / "README.md"
    table = [line.split("|")[1] for line in readme.read_text("utf-8").splitlines() if line.startswith("| `")]
    named = {name for cell in table for name in re.findall(r"`([^`]+)`", cell)}
    assert named == {*SIGNALS, *(f"{family}.NAME" for family in FAMILIES)}
