"""A variant's own path that does not answer well: the visitor gets the page that was asked for, and soon."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from edge.fallback import Failure
from edge.middleware.personalize import Options
from edge.telemetry.metrics import Metrics
from edge.telemetry.trouble import Trouble
from edge.web.asgi import App, Message, Receive, Scope, Send
from edge.web.cut import Cut
from tests.asgi import Page, Said, ask
from tests.edge.middleware.site import BODY, DEBUG, HERO, HOME, PHONE, Make, Wrap, run

START: Message = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]}
PLAIN: Message = {**START, "headers": [(b"content-type", b"text/plain")]}
HALF: Message = {"type": "http.response.body", "body": BODY[:20], "more_body": True}
SOON = Options(debug_token=DEBUG[1], attempt=0.02)

Behaves = Callable[[Send], Awaitable[None]]


async def raises(send: Send) -> None:
    """A defect."""
    raise ZeroDivisionError


async def hangs(send: Send) -> None:
    """Silence."""
    await asyncio.Event().wait()


async def hangs_on(send: Send) -> None:
    """Silence that cannot be stopped at once."""
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        await send(START)
        raise


async def says_nothing(send: Send) -> None:
    """No answer at all."""


async def breaks_off(send: Send) -> None:
    """An origin that dies in the middle of a page that is held back."""
    await send(START)
    await send(HALF)
    raise Cut


async def has_no_end(send: Send) -> None:
    """A page without an end."""
    await send(START)
    await send(HALF)


async def errs_for_ever(send: Send) -> None:
    """An error page that never ends."""
    await send({**START, "status": 500})
    await send(HALF)
    await asyncio.Event().wait()


async def errs_after_a_hint(send: Send) -> None:
    """An error after something that is no answer."""
    await send({"type": "http.response.early_hint", "links": []})
    await send({**START, "status": 503})


def site(other_path: Behaves) -> App:
    """A site whose `/home-b` behaves like that."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/home-b":
            await other_path(send)
        else:
            await Page(BODY)(scope, receive, send)

    return app


def failures(metrics: Metrics, failure: Failure) -> float:
    metrics.flush()
    return metrics.registry.get_sample_value("windsock_failures_total", {"failure": failure.value}) or 0.0


BEHAVIOURS = [raises, hangs, hangs_on, says_nothing, breaks_off, has_no_end, errs_for_ever, errs_after_a_hint]


@pytest.mark.parametrize("other_path", BEHAVIOURS)
def test_however_it_fails_the_visitor_gets_the_page_that_was_asked_for(
    edition: Make, wrap: Wrap, metrics: Metrics, other_path: Behaves
) -> None:
    app = wrap(site(other_path), edition(home=HOME, hero=HERO.replace("#hero", "#none")), options=SOON)
    said = run(ask(app, "/", PHONE, DEBUG))
    assert (said.status, said.body) == (200, BODY)
    assert "home=one;p=1;r=error" in said.field("x-windsock-decisions")[0]
    assert failures(metrics, Failure.VARIANT_PATH) == 1


@pytest.mark.parametrize(
    ("other_path", "evidence"),
    [
        (raises, "/home-b broke off: ZeroDivisionError()"),
        (hangs, "/home-b said nothing for 0.02 seconds"),
        (says_nothing, "/home-b ended without an answer"),
        (errs_for_ever, "/home-b answered 500"),
    ],
)
def test_the_log_says_how_it_failed(
    edition: Make, wrap: Wrap, caplog: pytest.LogCaptureFixture, other_path: Behaves, evidence: str
) -> None:
    run(ask(wrap(site(other_path), edition(home=HOME), options=SOON), "/", PHONE))
    assert [vars(record)["evidence"] for record in caplog.records] == [evidence]


def test_what_is_tried_is_stopped(edition: Make, wrap: Wrap) -> None:
    stopped = asyncio.Event()

    async def other_path(send: Send) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    async def visit() -> None:
        await ask(wrap(site(other_path), edition(home=HOME), options=SOON), "/", PHONE)
        await asyncio.wait_for(stopped.wait(), 5)

    asyncio.run(visit())


def test_a_visitor_who_leaves_stops_what_is_tried(edition: Make, wrap: Wrap) -> None:
    begun, stopped = asyncio.Event(), asyncio.Event()

    async def other_path(send: Send) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    async def visit() -> None:
        visit = asyncio.ensure_future(ask(wrap(site(other_path), edition(home=HOME)), "/", PHONE))
        await begun.wait()
        visit.cancel()
        with pytest.raises(asyncio.CancelledError):
            await visit
        await asyncio.wait_for(stopped.wait(), 5)

    asyncio.run(visit())


def test_a_page_that_breaks_off_on_its_way_to_the_visitor_ends_the_connection(
    edition: Make, wrap: Wrap, metrics: Metrics
) -> None:
    async def other_path(send: Send) -> None:
        await send(PLAIN)
        raise Cut

    with pytest.raises(Cut):
        run(ask(wrap(site(other_path), edition(home=HOME)), "/", PHONE))
    assert failures(metrics, Failure.VARIANT_PATH) == 0


def test_a_slow_page_that_has_begun_in_time_is_waited_for(edition: Make, wrap: Wrap) -> None:
    async def other_path(send: Send) -> None:
        await send(PLAIN)
        await asyncio.sleep(0.05)
        await send({"type": "http.response.body", "body": b"slow", "more_body": False})

    said: Said = run(ask(wrap(site(other_path), edition(home=HOME), options=SOON), "/", PHONE))
    assert said.body == b"slow"


def test_who_fails_behind_an_attempt_says_what_the_visitor_really_gets(
    edition: Make, wrap: Wrap, metrics: Metrics, caplog: pytest.LogCaptureFixture
) -> None:
    trouble = Trouble(metrics)

    async def gateway(scope: Scope, receive: Receive, send: Send) -> None:
        trouble.report(Failure.ORIGIN_REFUSED, scope, "nobody listens")
        await Page(b"a plain error page", status=502)(scope, receive, send)

    run(ask(wrap(gateway, edition(home=HOME)), "/", PHONE))
    assert [(vars(record)["failure"], record.args) for record in caplog.records] == [
        ("origin-refused", ("the page of the path that was asked for",)),
        ("variant-path", ("the page of the path that was asked for",)),
        ("origin-refused", ("a plain error page",)),
    ]
    metrics.flush()
    assert metrics.registry.get_sample_value("windsock_fallbacks_total", {"rung": "error"}) == 1
