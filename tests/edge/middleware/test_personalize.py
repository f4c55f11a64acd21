"""The life of a request, as a visitor, an origin and a cache on the way see it."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from edge.edition import Edition
from edge.middleware.personalize import Options, Personalize
from tests.asgi import Page, Said, ask

Make = Callable[..., Edition]
Wrap = Callable[..., Personalize]

BODY = b"<!doctype html><body><section id=hero><h1>Classic</h1></section><p>caf\xc3\xa9</p></body>"
EDITED = BODY.replace(b"<section id=hero><h1>Classic</h1></section>", b"<b>Phone</b>")
HERO = """
experience: hero
purpose: content
where: /
slot: "#hero"
variants: {classic: original, phone: {html: "<b>Phone</b>"}}
choose:
  - when: {device: mobile}
    show: phone
"""
SPLIT = """
experience: hero
purpose: content
where: /
slot: "#hero"
variants: {classic: original, phone: {html: "<b>Phone</b>"}}
choose:
  - split: {classic: 50, phone: 50}
"""
NAV = """
experience: nav
purpose: content
where: /*
slot: header
variants: {a: original, b: {header: {X-Nav: wide}}}
default: a
choose:
  - split: {a: 50, b: 50}
"""
RULED_NAV = NAV.replace("- split: {a: 50, b: 50}", "- {when: {device: mobile}, show: b}")
HOME = """
experience: home
purpose: content
where: /
slot: path
variants: {one: original, two: {path: /home-b}}
default: one
choose:
  - when: {device: mobile}
    show: two
"""
WELCOME = """
experience: welcome
purpose: content
where: /
slot: redirect
variants: {here: original, german: {redirect: /de/}}
default: here
choose:
  - when: {language: de}
    show: german
"""
PHONE = ("User-Agent", "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148")
DEBUG = ("X-Windsock-Debug", "open-sesame")


def run(asking: Coroutine[Any, Any, Said]) -> Said:
    return asyncio.run(asking)


def test_a_visitor_gets_the_variant_in_the_slot_and_the_origins_bytes_elsewhere(edition: Make, wrap: Wrap) -> None:
    app = wrap(Page(BODY), edition(hero=HERO))
    assert run(ask(app, "/", PHONE)).body == EDITED
    assert run(ask(app, "/")).body == BODY


def test_the_length_is_that_of_the_edited_page(edition: Make, wrap: Wrap) -> None:
    page = Page(BODY, ((b"content-type", b"text/html; charset=utf-8"), (b"content-length", b"%d" % len(BODY))))
    assert run(ask(wrap(page, edition(hero=HERO)), "/", PHONE)).field("content-length") == [str(len(EDITED))]


@pytest.mark.parametrize("cut", range(0, len(BODY), 7))
def test_it_does_not_matter_in_which_pieces_the_page_arrives(edition: Make, wrap: Wrap, cut: int) -> None:
    assert run(ask(wrap(Page([BODY[:cut], BODY[cut:]]), edition(hero=HERO)), "/", PHONE)).body == EDITED


def test_a_compressed_page_is_edited_and_compressed_again(edition: Make, wrap: Wrap) -> None:
    filler = b"<!--" + b"x" * 2000 + b"-->"
    page = Page(
        gzip.compress(BODY + filler),
        ((b"content-type", b"text/html; charset=utf-8"), (b"content-encoding", b"gzip")),
    )
    said = run(ask(wrap(page, edition(hero=HERO)), "/", PHONE, ("Accept-Encoding", "gzip, br")))
    assert page.asked("accept-encoding") == ["gzip"]
    assert said.field("content-encoding") == ["gzip"]
    assert gzip.decompress(said.body) == EDITED + filler


def test_a_visitor_without_gzip_gets_the_edited_page_plain(edition: Make, wrap: Wrap) -> None:
    page = Page(gzip.compress(BODY), ((b"content-type", b"text/html; charset=utf-8"), (b"content-encoding", b"gzip")))
    said = run(ask(wrap(page, edition(hero=HERO)), "/", PHONE))
    assert (said.body, said.field("content-encoding")) == (EDITED, [])


def test_codings_are_left_alone_where_nothing_is_edited(edition: Make, wrap: Wrap) -> None:
    page = Page(BODY)
    run(ask(wrap(page, edition(hero=HERO)), "/", ("Accept-Encoding", "br, zstd")))
    assert page.asked("accept-encoding") == ["br, zstd"]


ORIGINS_OWN = (
    (b"content-type", b"text/html; charset=utf-8"),
    (b"etag", b'"origin"'),
    (b"last-modified", b"Sun, 22 Nov 2026 10:00:00 GMT"),
    (b"expires", b"Sun, 22 Nov 2026 12:00:00 GMT"),
    (b"cache-control", b"public, max-age=3600"),
    (b"age", b"5"),
    (b"cdn-cache-control", b"max-age=60"),
    (b"content-digest", b"sha-256=:abc:"),
    (b"netlify-cdn-cache-control", b"public, max-age=99"),
    (b"edge-control", b"max-age=99"),
)


@pytest.mark.parametrize("fields", [(), (PHONE,)])
def test_a_personal_page_is_private_whatever_the_variant(
    edition: Make, wrap: Wrap, fields: tuple[tuple[str, str], ...]
) -> None:
    said = run(ask(wrap(Page(BODY, ORIGINS_OWN), edition(hero=HERO)), "/", *fields))
    assert said.field("cache-control") == ["private, no-cache"]
    assert '"origin"' not in said.field("etag")
    for name, _ in ORIGINS_OWN[2:4] + ORIGINS_OWN[5:]:
        assert said.field(name.decode()) == []


def test_what_the_origin_forbids_on_a_personal_page_stays_forbidden(edition: Make, wrap: Wrap) -> None:
    fields = ((b"content-type", b"text/html"), (b"cache-control", b"public, no-store, No-Transform"))
    said = run(ask(wrap(Page(BODY, fields), edition(hero=HERO)), "/"))
    assert said.field("cache-control") == ["private, no-cache, no-store, no-transform"]


def test_an_unchanged_personal_page_does_not_become_public_again(edition: Make, wrap: Wrap) -> None:
    page = Page(b"", (*ORIGINS_OWN[1:],), status=304)
    said = run(ask(wrap(page, edition(hero=HERO)), "/", ("If-None-Match", '"origin"')))
    assert (said.status, said.field("cache-control"), said.field("etag")) == (304, ["private, no-cache"], [])


def test_an_unchanged_picture_keeps_the_origins_fields(edition: Make, wrap: Wrap) -> None:
    page = Page(b"", (*ORIGINS_OWN[1:],), status=304)
    said = run(ask(wrap(page, edition(hero=HERO)), "/", ("If-None-Match", '"origin"'), ("Sec-Fetch-Dest", "image")))
    assert (said.status, said.field("etag")) == (304, ['"origin"'])


@pytest.mark.parametrize("status", [403, 405, 500])
def test_an_error_page_of_the_origin_keeps_its_fields(edition: Make, wrap: Wrap, status: int) -> None:
    said = run(ask(wrap(Page(BODY, ORIGINS_OWN, status=status), edition(hero=HERO)), "/", PHONE))
    assert said.headers[: len(ORIGINS_OWN)] == ORIGINS_OWN
    assert said.body == BODY


def test_every_other_page_keeps_the_origins_fields(edition: Make, wrap: Wrap) -> None:
    said = run(ask(wrap(Page(BODY, ORIGINS_OWN), edition(hero=HERO)), "/other", PHONE))
    assert said.headers[: len(ORIGINS_OWN)] == ORIGINS_OWN


def test_a_picture_under_a_page_slot_keeps_the_origins_fields(edition: Make, wrap: Wrap) -> None:
    picture = ((b"content-type", b"image/png"), (b"etag", b'"p"'), (b"cache-control", b"max-age=9"))
    said = run(ask(wrap(Page(b"\x89PNG", picture), edition(hero=SPLIT)), "/"))
    assert (said.field("etag"), said.field("cache-control"), said.field("set-cookie")) == (['"p"'], ["max-age=9"], [])


def test_a_fixed_header_variant_is_the_origins_to_vary_on_and_a_drawn_one_makes_the_page_personal(
    edition: Make, wrap: Wrap
) -> None:
    ruled = run(ask(wrap(Page(BODY, ORIGINS_OWN), edition(nav=RULED_NAV)), "/"))
    drawn = run(ask(wrap(Page(BODY, ORIGINS_OWN), edition(nav=NAV)), "/"))
    assert ruled.field("cache-control") == ["public, max-age=3600"]
    assert drawn.field("cache-control") == ["private, no-cache"]


@pytest.mark.parametrize("fields", [(), (PHONE,)])
def test_who_has_the_very_same_page_gets_304(edition: Make, wrap: Wrap, fields: tuple[tuple[str, str], ...]) -> None:
    page = Page(BODY, ORIGINS_OWN)
    app = wrap(page, edition(hero=HERO))
    tag = run(ask(app, "/", *fields)).field("etag")[0]
    again = run(ask(app, "/", *fields, ("If-None-Match", tag)))
    assert (again.status, again.body, again.field("etag")) == (304, b"", [tag])
    assert page.asked("if-none-match") == []


def test_a_page_from_before_the_edit_is_not_revived(edition: Make, wrap: Wrap) -> None:
    page = Page(BODY, ORIGINS_OWN)
    run(ask(wrap(page, edition(hero=HERO)), "/", PHONE, ("If-None-Match", '"origin"'), ("If-Modified-Since", "x")))
    assert page.asked("if-none-match") == page.asked("if-modified-since") == []


def test_a_part_of_a_personal_page_is_private_and_has_no_validator_of_the_whole(edition: Make, wrap: Wrap) -> None:
    said = run(
        ask(wrap(Page(BODY[:5], ORIGINS_OWN, status=206), edition(hero=HERO)), "/", PHONE, ("Range", "bytes=0-4"))
    )
    assert (said.body, said.field("cache-control"), said.field("etag")) == (BODY[:5], ["private, no-cache"], [])


def test_head_of_an_edited_page_does_not_claim_the_origins_length(edition: Make, wrap: Wrap) -> None:
    page = Page(b"", (*ORIGINS_OWN, (b"content-length", b"99")))
    said = run(ask(wrap(page, edition(hero=HERO)), "/", PHONE, method="HEAD"))
    assert (said.status, said.field("content-length"), said.field("cache-control")) == (200, [], ["private, no-cache"])


def test_the_origin_is_told_the_variants_and_a_forged_copy_is_gone(edition: Make, wrap: Wrap) -> None:
    page = Page(BODY)
    forged = (("X-Windsock-Variants", "nav=forged"), ("X-Nav", "forged"), ("Cookie", "a=1; windsock=3"))
    run(ask(wrap(page, edition(nav=NAV)), "/x", *forged))
    assert page.asked("x-windsock-variants")[0] in ("nav=a", "nav=b")
    assert len(page.asked("x-windsock-variants")) == 1
    assert page.asked("x-nav") in ([], ["wide"])
    assert page.asked("cookie") == ["a=1"]


def test_one_bucket_meets_one_variant_and_both_are_met(edition: Make, wrap: Wrap) -> None:
    page = Page(BODY)
    app = wrap(page, edition(nav=NAV))
    met = set()
    for bucket in range(64):
        for _ in range(2):
            run(ask(app, "/x", ("Cookie", f"windsock={bucket}")))
        assert page.scopes[-1]["headers"] == page.scopes[-2]["headers"]
        met.add(page.asked("x-windsock-variants")[0])
    assert met == {"nav=a", "nav=b"}


def test_a_bucket_is_stored_only_where_something_is_drawn(edition: Make, wrap: Wrap) -> None:
    assert run(ask(wrap(Page(BODY), edition(hero=HERO)), "/")).field("set-cookie") == []
    cookies = run(ask(wrap(Page(BODY), edition(hero=SPLIT), chance=lambda: 77), "/")).field("set-cookie")
    assert cookies == ["windsock=77; Path=/; HttpOnly; SameSite=Lax; Max-Age=34128000"]


def test_a_known_bucket_is_never_renewed(edition: Make, wrap: Wrap) -> None:
    said = run(ask(wrap(Page(BODY), edition(hero=SPLIT)), "/", ("Cookie", "windsock=77")))
    assert said.field("set-cookie") == []


@pytest.mark.parametrize("strict", [("Sec-GPC", "1"), ("Cookie", "windsock=off")])
def test_a_strict_visitor_is_not_drawn_not_stored_and_not_counted(
    edition: Make, wrap: Wrap, metrics: Any, strict: tuple[str, str]
) -> None:
    app = wrap(Page(BODY), edition(hero=SPLIT), chance=lambda: 1)
    for _ in range(3):
        said = run(ask(app, "/", strict))
        assert (said.body, said.field("set-cookie")) == (BODY, [])
    metrics.flush()
    assert metrics.registry.get_sample_value("windsock_decisions_total", LABELS) is None


LABELS = {"experience": "hero", "variant": "classic", "reason": "split"}


def test_decisions_are_counted_by_variant_and_reason(edition: Make, wrap: Wrap, metrics: Any) -> None:
    app = wrap(Page(BODY), edition(hero=HERO))

    async def twice() -> Said:
        await ask(app, "/", PHONE)
        return await ask(app, "/", PHONE)

    run(twice())
    metrics.flush()
    labels = {"experience": "hero", "variant": "phone", "reason": "rule"}
    assert metrics.registry.get_sample_value("windsock_decisions_total", labels) == 2


def test_decisions_are_told_to_the_debug_token_only(edition: Make, wrap: Wrap) -> None:
    app = wrap(Page(BODY), edition(hero=HERO))
    assert run(ask(app, "/", PHONE, DEBUG)).field("x-windsock-decisions") == ["hero=phone;p=1;r=rule"]
    assert run(ask(app, "/", PHONE, ("X-Windsock-Debug", "guess"))).field("x-windsock-decisions") == []


def test_the_debug_token_does_not_reach_the_origin(edition: Make, wrap: Wrap) -> None:
    page = Page(BODY)
    run(ask(wrap(page, edition(hero=HERO)), "/", DEBUG))
    assert page.asked("x-windsock-debug") == []


def test_another_path_is_asked_for_with_the_visitors_query(edition: Make, wrap: Wrap) -> None:
    page = Page(BODY)
    run(ask(wrap(page, edition(home=HOME)), "/?a=1", PHONE))
    scope = page.scopes[-1]
    assert (scope["raw_path"], scope["path"], scope["query_string"]) == (b"/home-b", "/home-b", b"a=1")
    assert page.asked("x-windsock-variants") == ["home=two"]


def test_a_redirect_keeps_the_query_is_private_and_asks_no_origin(edition: Make, wrap: Wrap) -> None:
    page = Page(BODY)
    said = run(ask(wrap(page, edition(welcome=WELCOME, nav=NAV)), "/?utm_source=x", ("Accept-Language", "de")))
    assert (said.status, said.field("location"), page.scopes) == (302, ["/de/?utm_source=x"], [])
    assert said.field("cache-control") == ["private, no-cache"]
    assert said.field("set-cookie") == []


@pytest.mark.parametrize("written", ["/café/", "/caf%C3%A9/"])
@pytest.mark.parametrize("target", ["/caf%C3%A9/", "/caf%c3%a9/", "/c%61f%C3%A9/?x=1"])
def test_who_is_there_already_is_not_redirected_however_the_address_is_written(
    edition: Make, wrap: Wrap, written: str, target: str
) -> None:
    welcome = WELCOME.replace("where: /", 'where: "*"').replace("/de/", f'"{written}"')
    said = run(ask(wrap(Page(BODY), edition(welcome=welcome, hero=HERO)), target, ("Accept-Language", "de")))
    assert (said.status, said.body) == (200, BODY)


def test_a_form_that_is_sent_is_never_redirected_or_rewritten(edition: Make, wrap: Wrap) -> None:
    page = Page(BODY)
    app = wrap(page, edition(welcome=WELCOME, home=HOME, hero=HERO))
    said = run(ask(app, "/", PHONE, ("Accept-Language", "de"), method="POST"))
    assert (said.status, said.body, page.scopes[-1]["raw_path"]) == (200, BODY, b"/")


def test_what_cannot_apply_to_a_form_that_is_sent_is_neither_told_nor_counted(edition: Make, wrap: Wrap) -> None:
    page = Page(BODY)
    app = wrap(page, edition(welcome=WELCOME, home=HOME, hero=HERO, nav=NAV))
    said = run(ask(app, "/", PHONE, DEBUG, ("Accept-Language", "de"), ("Cookie", "windsock=7"), method="POST"))
    assert page.asked("x-windsock-variants")[0].startswith("nav=")
    assert [told.partition("=")[0] for told in said.field("x-windsock-decisions")[0].split(", ")] == ["nav"]


def test_a_question_with_a_body_is_not_asked_elsewhere(edition: Make, wrap: Wrap) -> None:
    page = Page(BODY)
    run(ask(wrap(page, edition(home=HOME)), "/", PHONE, ("Content-Length", "5")))
    assert (page.scopes[-1]["raw_path"], page.asked("x-windsock-variants")) == (b"/", [])


def test_a_page_that_nobody_sees_yet_is_not_counted(edition: Make, wrap: Wrap, metrics: Any) -> None:
    said = run(ask(wrap(Page(BODY), edition(hero=SPLIT), chance=lambda: 1), "/", ("Sec-Purpose", "prefetch")))
    assert len(said.field("set-cookie")) == 1
    metrics.flush()
    assert metrics.registry.get_sample_value("windsock_decisions_total", LABELS) is None


def test_observing_decides_and_counts_and_leaves_the_page_untouched(edition: Make, wrap: Wrap, metrics: Any) -> None:
    page = Page(BODY, ORIGINS_OWN)
    rules = edition(hero=HERO, nav=NAV, home=HOME)
    said = run(ask(wrap(page, rules, options=Options(observe=True)), "/", PHONE))
    assert (said.body, said.headers[: len(ORIGINS_OWN)], said.field("set-cookie")) == (BODY, ORIGINS_OWN, [])
    assert (page.scopes[-1]["raw_path"], page.asked("x-windsock-variants")) == (b"/", [])
    metrics.flush()
    labels = {"experience": "hero", "variant": "phone", "reason": "rule"}
    assert metrics.registry.get_sample_value("windsock_decisions_total", labels) == 1


def test_a_bypassed_path_is_not_decided_on(edition: Make, wrap: Wrap) -> None:
    options = Options(bypass=lambda path: path.startswith("/api/"))
    page = Page(BODY)
    run(ask(wrap(page, edition(nav=NAV), options=options), "/api/x"))
    assert page.asked("x-windsock-variants") == []


def test_everything_under_our_prefix_that_is_not_there_is_404(edition: Make, wrap: Wrap) -> None:
    page = Page(BODY)
    said = run(ask(wrap(page, edition(hero=HERO)), "/_windsock/metrics"))
    assert (said.status, page.scopes) == (404, [])


def test_our_cache_status_stands_behind_those_nearer_to_the_origin(edition: Make, wrap: Wrap) -> None:
    page = Page(BODY, ((b"content-type", b"text/html"), (b"cache-status", b"Varnish; hit")))
    said = run(ask(wrap(page, edition(hero=HERO)), "/"))
    assert said.field("cache-status") == ["Varnish; hit, windsock; fwd=bypass"]


def test_the_answer_says_where_its_time_went(edition: Make, wrap: Wrap) -> None:
    timing = run(ask(wrap(Page(BODY), edition(hero=HERO)), "/")).field("server-timing")[0]
    assert [part.partition(";dur=")[0].strip() for part in timing.split(",")] == ["windsock", "decide", "origin"]
    assert all(float(part.partition(";dur=")[2]) >= 0 for part in timing.split(","))
