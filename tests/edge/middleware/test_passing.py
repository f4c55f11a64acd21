"""Answers that nothing is done to."""

from __future__ import annotations

import asyncio

from edge.telemetry.metrics import Metrics
from edge.web.asgi import Receive, Scope, Send
from tests.asgi import Page, ask
from tests.edge.middleware.site import BODY, HERO, ORIGINS_OWN, PHONE, Make, Visit, Wrap, run


def test_every_other_page_keeps_the_origins_fields(edition: Make, wrap: Wrap) -> None:
    said = run(ask(wrap(Page(BODY, ORIGINS_OWN), edition(hero=HERO)), "/other", PHONE))
    assert said.headers[: len(ORIGINS_OWN)] == ORIGINS_OWN


def test_our_cache_status_stands_behind_those_nearer_to_the_origin(edition: Make, wrap: Wrap) -> None:
    page = Page(BODY, ((b"content-type", b"text/html"), (b"cache-status", b"Varnish; hit")))
    said = run(ask(wrap(page, edition(hero=HERO)), "/"))
    assert said.field("cache-status") == ["Varnish; hit, windsock; fwd=bypass"]


def test_they_stream_as_they_come(edition: Make, wrap: Wrap) -> None:
    more = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": ORIGINS_OWN})
        await send({"type": "http.response.body", "body": b"one", "more_body": True})
        await more.wait()
        await send({"type": "http.response.body", "body": b"two"})

    async def visit() -> None:
        async with Visit(wrap(app, edition(hero=HERO.replace("where: /", "where: /elsewhere")))) as visit:
            assert (await visit.next())["status"] == 200
            assert (await visit.next())["body"] == b"one"
            more.set()
            assert (await visit.next())["body"] == b"two"

    asyncio.run(visit())


def test_they_are_counted_and_timed(edition: Make, wrap: Wrap, metrics: Metrics) -> None:
    said = run(ask(wrap(Page(BODY, status=404), edition(hero=HERO)), "/other"))
    assert said.field("server-timing")[0].startswith("windsock;dur=")
    metrics.flush()
    sample = metrics.registry.get_sample_value
    assert sample("windsock_requests_total", {"status": "4xx"}) == 1
    assert sample("http_server_request_duration_seconds_count") == 1
    assert sample("windsock_decision_duration_seconds_count") == 0


def test_nothing_is_drawn_for_them(edition: Make, wrap: Wrap) -> None:
    def never() -> int:
        raise AssertionError("drawn")

    assert run(ask(wrap(Page(BODY), edition(hero=HERO), chance=never), "/other")).body == BODY


def test_a_host_that_no_rule_is_about_passes_too(edition: Make, wrap: Wrap) -> None:
    other = HERO.replace("where: /", "where: {path: /, host: other.example}")
    assert run(ask(wrap(Page(BODY, ORIGINS_OWN), edition(hero=other)), "/", PHONE)).field("etag") == ['"origin"']
