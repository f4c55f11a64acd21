"""Preview links, followed: who has one sees what it forces; nobody is counted, and nothing is kept."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.edition import Edition
from edge.middleware.personalize import Options, Personalize
from edge.middleware.preview import LONGEST, Preview, Previews
from edge.telemetry.metrics import Metrics
from edge.web.token import Keys
from tests.asgi import Page, Said, ask
from tests.edge.middleware.conftest import NOW
from tests.edge.middleware.site import run

SECRET = b"0123456789abcdefghijklmnopqrstuv"
OPTIONS = Options(secrets=(SECRET,), debug_token="open-sesame")
LINKS = Previews([SECRET])
BODY = b"<!doctype html><html><body><h1 id=hero>Classic</h1><p>More</p></body></html>"
HERO = """
experience: hero
purpose: content
where: [/, /b]
slot: "#hero"
variants: {classic: original, rain: {text: Rain}, sun: {text: Sun}}
choose:
  - when: {weather: rain}
    show: rain
  - when: {query.ref: "p-*"}
    show: sun
"""
NAV = """
experience: nav
purpose: content
where: /
slot: header
variants: {a: original, b: {header: {X-Nav: wide}}}
choose: [{split: {a: 50, b: 50}}]
"""
MOVE = """
experience: move
purpose: content
where: /
slot: redirect
variants: {stay: original, go: {redirect: /new}}
choose: [{show: stay}]
"""

Follow = Callable[..., Any]


def link(preview: Preview, seconds: int = 3600, now: float = NOW, links: Previews = LINKS) -> str:
    return "windsock-preview=" + links.seal(preview, now, seconds)


RAIN = Preview({"hero": "rain"}, path="/")


@pytest.fixture
def origin() -> Page:
    return Page(BODY, headers=((b"content-type", b"text/html; charset=utf-8"), (b"etag", b'"1"')))


@pytest.fixture
def follow(edition: Callable[..., Edition], wrap: Callable[..., Personalize], origin: Page) -> Follow:
    def followed(query: str, *fields: tuple[str, str], path: str = "/", app: Any = origin, **more: Any) -> Said:
        options = more.pop("options", OPTIONS)
        off = more.pop("off", frozenset())
        files = more.pop("rules", {"hero": HERO, "nav": NAV})
        return run(
            ask(wrap(app, replace(edition(**files), off=off), options=options), f"{path}?{query}", *fields, **more)
        )

    return followed


def visited(said: Said) -> bool:
    """Whether it is the answer that every visitor gets."""
    return b"windsock-preview" not in said.body and said.field("x-robots-tag") == []


def test_a_forced_variant_is_shown_and_named_on_the_page(follow: Follow) -> None:
    said = follow(link(RAIN))
    assert b"<h1 id=hero>Rain</h1>" in said.body
    assert b"hero: <b>rain</b>" in said.body
    assert b"Valid until 2026-11-22 12:00 (UTC)" in said.body
    assert (
        "hero=rain;p=1;r=preview"
        in (follow(link(RAIN), ("X-Windsock-Debug", "open-sesame"))).field("x-windsock-decisions")[0]
    )


def test_a_forced_signal_is_so_for_this_page(follow: Follow) -> None:
    said = follow(link(Preview({}, ("weather=rain",))))
    assert b"<h1 id=hero>Rain</h1>" in said.body
    assert b"weather is <b>rain</b>" in said.body


def test_a_forced_parameter_is_one_for_the_rules_and_not_for_the_origin(follow: Follow, origin: Page) -> None:
    said = follow("a=1&" + link(Preview({}, ("query.ref=p-7",))))
    assert b"<h1 id=hero>Sun</h1>" in said.body
    assert origin.scopes[-1]["query_string"] == b"a=1"


@pytest.mark.parametrize(
    ("query", "rest"),
    [("{}", b""), ("a=1&{}", b"a=1"), ("{}&b=%20", b"b=%20"), ("a=1&{}&b&&c=", b"a=1&b&&c="), ("{0}&{0}", b"")],
)
def test_the_origin_sees_the_query_as_it_would_be_without_the_link(
    follow: Follow, origin: Page, query: str, rest: bytes
) -> None:
    follow(query.format(link(RAIN)))
    assert origin.scopes[-1]["query_string"] == rest


def test_nothing_is_counted_and_nothing_kept(follow: Follow, metrics: Metrics) -> None:
    said = follow(link(RAIN))
    assert said.field("set-cookie") == []
    assert said.field("cache-control") == ["private, no-store"]
    assert said.field("x-robots-tag") == ["noindex, nofollow"]
    assert (said.field("etag"), said.field("last-modified")) == ([], [])
    metrics.flush()
    assert not decided(metrics)
    follow("")
    metrics.flush()
    assert decided(metrics)


def decided(metrics: Metrics) -> list[float]:
    """What the counters of decisions say."""
    samples = [sample for metric in metrics.registry.collect() for sample in metric.samples]
    return [sample.value for sample in samples if sample.name == "windsock_decisions_total"]


def test_a_page_that_is_not_personal_is_kept_by_no_cache_either(follow: Follow) -> None:
    said = follow(link(Preview({}, ("weather=rain",), "/other")), path="/other", rules={"hero": HERO})
    assert said.body == BODY, "no experience is there: nothing is done"
    said = follow(link(Preview({}, ("weather=snow",))), rules={"hero": HERO.replace("weather: rain", "weather: fog")})
    assert said.field("cache-control") == ["private, no-store"]


def test_the_rest_of_the_page_is_the_origins(follow: Follow) -> None:
    said = follow(link(RAIN))
    start, _, rest = said.body.partition(b"Rain")
    assert (start, rest[-14:]) == (BODY.partition(b"Classic")[0], b"</body></html>")


def test_a_page_that_is_compressed_against_our_wish_gets_its_badge(follow: Follow) -> None:
    packed = Page(gzip.compress(BODY), ((b"content-type", b"text/html"), (b"content-encoding", b"gzip")))
    said = follow(link(RAIN), ("Accept-Encoding", "gzip"), app=packed)
    assert b"hero: <b>rain</b>" in said.body
    assert said.field("content-length") == [str(len(said.body))]
    assert packed.asked("accept-encoding") == ["identity"]


def test_a_condition_of_the_browser_is_not_passed_on(follow: Follow, origin: Page) -> None:
    follow(link(RAIN), ("If-None-Match", '"1"'), ("Range", "bytes=0-1"))
    assert (origin.asked("if-none-match"), origin.asked("range")) == ([], [])


def test_a_question_for_the_head_gets_no_badge_and_the_same_fields(follow: Follow) -> None:
    said = follow(link(RAIN), method="HEAD")
    assert (said.field("cache-control"), said.field("content-length")) == (["private, no-store"], [])


def test_a_forced_header_goes_to_the_origin(follow: Follow, origin: Page) -> None:
    said = follow(link(Preview({"nav": "b"})))
    assert origin.asked("x-nav") == ["wide"]
    assert said.field("cache-control") == ["private, no-store"]


def test_a_forced_redirect_leads_away_without_the_link(follow: Follow) -> None:
    said = follow("a=1&" + link(Preview({"move": "go"})), rules={"move": MOVE})
    assert (said.status, said.field("location")) == (302, ["/new?a=1"])
    assert said.field("cache-control") == ["private, no-store"]


def test_what_is_switched_off_stays_off_and_the_page_says_so(follow: Follow) -> None:
    said = follow(link(RAIN), off=frozenset({"hero"}))
    assert b"<h1 id=hero>Classic</h1>" in said.body
    assert b"hero: <b>rain</b> (not shown: it is switched off)" in said.body


def test_a_variant_that_is_gone_is_said_not_to_be_shown(follow: Follow) -> None:
    said = follow(link(Preview({"hero": "gone", "never": "was"})))
    assert b"hero: <b>gone</b> (not shown)" in said.body
    assert b"never: <b>was</b> (not shown)" in said.body


PLACE = """
experience: hero
purpose: content
where: "*"
slot: "#hero"
variants: {classic: original, there: {text: "In {place.name}"}}
choose: [{show: there}]
"""


def test_a_variant_with_nothing_for_its_braces_gives_way_to_the_default_and_the_page_says_so(follow: Follow) -> None:
    said = follow(link(Preview({"hero": "there"})), rules={"hero": PLACE})
    assert b"<h1 id=hero>Classic</h1>" in said.body
    assert b"hero: <b>there</b> (not shown: a placeholder of it has no value here; this is classic)" in said.body
    said = follow(link(Preview({"hero": "there"}, ("place.name=Bergen",))), rules={"hero": PLACE})
    assert b"<h1 id=hero>In Bergen</h1>" in said.body
    assert b"hero: <b>there</b></li>" in said.body


def test_a_signal_that_the_site_does_not_know_any_more_changes_nothing(follow: Follow) -> None:
    said = follow(link(Preview({"hero": "rain"}, ("mood=good",))))
    assert b"<h1 id=hero>Rain</h1>" in said.body


def test_a_link_is_for_its_path_whatever_the_query(follow: Follow) -> None:
    assert b"Rain" in (follow(link(RAIN) + "&x=1")).body
    assert visited(follow(link(RAIN), path="/b"))
    assert b"Rain" in (follow(link(replace(RAIN, path="/b")), path="/b")).body


def test_a_link_that_names_a_host_is_for_that_host(follow: Follow) -> None:
    here, elsewhere = replace(RAIN, host="site.example"), replace(RAIN, host="other.example")
    assert b"Rain" in (follow(link(here))).body
    assert b"Rain" in (follow(link(here), host="SITE.example:8443")).body
    assert visited(follow(link(elsewhere)))


def test_a_link_that_has_expired_shows_the_page_as_it_is_and_says_so(follow: Follow) -> None:
    said = follow(link(RAIN, 3600, NOW - 3600))
    assert b"<h1 id=hero>Classic</h1>" in said.body
    assert b"This preview link has expired." in said.body
    assert (said.field("set-cookie"), said.field("cache-control")) == ([], ["private, no-store"])


FORGED = [
    "windsock-preview=",
    "windsock-preview",
    "windsock-preview=1.AAAAAAAA.AAAA." + "A" * 43,
    "windsock-preview=%00%ff%",
    "windsock-preview=" + "A" * 7000,
    link(RAIN, links=Previews([b"the secret of another site, as long"])),
    link(RAIN, LONGEST + 1),
    link(RAIN)[:-2] + "AA",
    "windsock-preview=" + Keys([SECRET], "preview").seal({"v": {"hero": 1}, "s": [], "p": "/", "h": ""}, NOW, 60),
    "windsock-preview=" + Keys([SECRET], "preview").seal({"v": [], "s": [], "p": "/", "h": ""}, NOW, 60),
    "windsock-preview=" + Keys([SECRET], "preview").seal({}, NOW, 60),
    "windsock-preview=" + Keys([SECRET], "decision").seal({"v": {"hero": "rain"}, "s": [], "p": "/", "h": ""}, NOW, 60),
]


@pytest.mark.parametrize("query", FORGED)
def test_a_forged_link_is_as_if_it_were_not_there(follow: Follow, origin: Page, query: str) -> None:
    said = follow(query)
    assert visited(said)
    assert said.field("set-cookie") != []
    assert origin.scopes[-1]["query_string"] == b""


def test_where_pages_are_only_observed_a_link_changes_nothing(follow: Follow) -> None:
    said = follow(link(RAIN), options=replace(OPTIONS, observe=True))
    assert said.body == BODY


def test_on_a_path_that_is_bypassed_a_link_changes_nothing(follow: Follow) -> None:
    said = follow(link(RAIN), options=replace(OPTIONS, bypass=lambda path: path == "/"))
    assert said.body == BODY


def test_who_wants_nothing_drawn_can_follow_a_link(follow: Follow) -> None:
    assert b"Rain" in (follow(link(RAIN), ("Sec-GPC", "1"))).body


def test_the_badges_looks_are_a_file_of_the_same_site(follow: Follow) -> None:
    said = follow("", path="/_windsock/preview.css")
    assert (said.status, said.field("content-type")) == (200, ["text/css"])
    assert said.body.startswith(b"#windsock-preview")
    assert (follow("", path="/_windsock/preview.cs")).status == 404


@given(
    st.dictionaries(st.text(max_size=10), st.text(max_size=10), max_size=3),
    st.lists(st.text(max_size=20), max_size=3),
    st.text(max_size=10),
)
def test_what_is_sealed_is_taken(variants: dict[str, str], signals: list[str], host: str) -> None:
    preview = Preview(variants, tuple(signals), "/", "", int(NOW) + 60)
    scope = {"query_string": link(preview, 60).encode(), "headers": [(b"Host", host.encode())], "path": "/"}
    assert LINKS.take(scope, NOW)[1] == preview


@given(st.binary(max_size=60))
def test_every_query_can_be_taken(raw: bytes) -> None:
    for query in (raw, b"windsock-preview=" + raw):
        rest, preview = LINKS.take({"query_string": query, "headers": [], "path": "/"}, NOW)
        assert preview is None
        assert b"&windsock-preview=" not in b"&" + rest["query_string"]
