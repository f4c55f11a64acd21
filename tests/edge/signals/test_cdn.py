"""What a CDN says of a visitor's place: the fields of each vendor, from `cdn.toml`."""

from __future__ import annotations

import base64
import tomllib
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import WindsockError
from edge.settings.cdn import FACTS, VENDORS
from edge.signals.cdn import PRESETS, REMEMBERED, cdn
from edge.signals.place import Place
from edge.signals.read import Reader
from edge.web.peer import Trust
from edge.web.read import read as read_request
from rules.values import RuleSet

CASES: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("cdn.toml").read_text("utf-8"))["case"]
RULES = RuleSet((), ZoneInfo("Europe/Oslo"), "v1")
PLACE = ("country", "region", "city", "continent", "timezone")


def fields(case: dict[str, Any]) -> dict[bytes, bytes]:
    if "json" in case:
        return {b"x-nf-geo": base64.b64encode(case["json"].encode())}
    return {name.encode(): value.encode("latin-1") for name, value in case["fields"].items()}


def signals(case: dict[str, Any], *trusted: str, dropped: list[None] | None = None) -> dict[str, object]:
    """The signals of a request with these fields that 192.0.2.7 sends to an edge that trusts these proxies."""
    from ipaddress import ip_network

    scope = {
        "type": "http", "method": "GET", "path": "/", "query_string": b"", "client": ("192.0.2.7", 1),
        "headers": [(b"host", b"shop.example"), *fields(case).items()],
    }  # fmt: skip
    request = read_request(scope, Trust(map(ip_network, trusted)))
    counted = [] if dropped is None else dropped
    reader = Reader(cdn=cdn(case["cdn"]), dropped=lambda: counted.append(None), every=True)
    return dict(reader(request, RULES, 1_795_000_000.0).signals)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_field_of_a_listed_proxy_tells_the_place(case: dict[str, Any]) -> None:
    vendor = cdn(case["cdn"])
    assert vendor is not None
    found = vendor.place(fields(case))
    if "is" not in case:
        assert found is None
        return
    assert found is not None
    assert [getattr(found, name) for name in PLACE] == case["is"]
    assert [found.latitude, found.longitude] == case.get("at", [None, None])
    known = signals(case, "192.0.2.0/24")
    assert [known.get(name, "") for name in PLACE] == case["is"]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_same_from_anybody_else_changes_nothing_and_is_counted(case: dict[str, Any]) -> None:
    dropped: list[None] = []
    bare = {**case, "fields": {}}
    bare.pop("json", None)
    assert signals(case, "198.51.100.0/24", dropped=dropped) == signals(bare, "198.51.100.0/24")
    assert len(dropped) == 1
    assert signals(case) == signals(bare)


def test_a_request_without_such_fields_is_not_counted() -> None:
    dropped: list[None] = []
    signals({"cdn": "cloudflare", "fields": {}}, dropped=dropped)
    assert dropped == []


def test_every_vendor_that_can_be_set_is_known() -> None:
    assert set(PRESETS) == set(VENDORS)
    assert {case["cdn"] for case in CASES} >= set(VENDORS)


def test_no_cdn_is_none() -> None:
    assert cdn("") is None


def test_a_vendor_that_is_nobodys_stops_the_start() -> None:
    with pytest.raises(WindsockError, match="cloudflare"):
        cdn("clodflare")


@pytest.mark.parametrize("setting", [*VENDORS, ", ".join(f"{fact}: X-{fact}" for fact in FACTS)])
@given(data=st.data())
def test_whatever_a_field_holds_gives_a_place_or_none(setting: str, data: st.DataObject) -> None:
    vendor = cdn(setting)
    assert vendor is not None
    found = vendor.place({name: data.draw(st.binary(max_size=60)) for name in vendor.headers})
    assert found is None or isinstance(found, Place)


NESTED = [b"[" * 2000, base64.b64encode(b'{"a":' * 400), b"{" * 9000, b"%7B" * 900, b"=," * 4000, b"\\x" * 4000]


@pytest.mark.parametrize("value", NESTED, ids=[value[:8].decode() for value in NESTED])
@pytest.mark.parametrize("setting", VENDORS)
def test_long_and_nested_fields_tell_nothing(setting: str, value: bytes) -> None:
    vendor = cdn(setting)
    assert vendor is not None
    assert vendor.place(dict.fromkeys(vendor.headers, value)) is None


FRONT = b"Amazon CloudFront"


@pytest.mark.parametrize(
    ("agent", "true", "told"),
    [
        (FRONT, "desktop", {"device": "desktop"}),
        (FRONT, "mobile ios", {"device": "mobile", "os": "ios"}),
        (FRONT, "mobile tablet android", {"device": "tablet", "os": "android"}),
        (FRONT, "smarttv desktop", {"device": "tv"}),
        (FRONT, "", {}),
        (b"Mozilla/5.0 (compatible; Googlebot/2.1)", "desktop", {}),
        (None, "mobile", {}),
    ],
)
def test_cloudfront_tells_the_device_when_it_keeps_the_user_agent_back(
    agent: bytes | None, true: str, told: dict[str, str]
) -> None:
    vendor = cdn("cloudfront")
    assert vendor is not None
    kinds = ("desktop", "mobile", "tablet", "smarttv", "ios", "android")
    said = {f"cloudfront-is-{kind}-viewer".encode(): str(kind in true.split()).lower().encode() for kind in kinds}
    assert vendor.client(said if agent is None else {**said, b"user-agent": agent}) == told


def test_a_device_field_counts_from_a_listed_proxy_only() -> None:
    sent = {"user-agent": FRONT.decode(), "cloudfront-is-tablet-viewer": "true"}
    case = {"cdn": "cloudfront", "fields": sent}
    dropped: list[None] = []
    assert signals(case, "192.0.2.0/24")["device"] == "tablet"
    assert signals(case, "198.51.100.0/24", dropped=dropped)["device"] == "other"
    assert len(dropped) == 1


def test_a_hundred_thousand_places_keep_memory_flat() -> None:
    vendor = cdn("cloudflare")
    assert vendor is not None
    for number in range(100_000):
        vendor.place({b"cf-ipcity": b"%d" % number})
    assert vendor._read.cache_info().currsize <= REMEMBERED
