"""A test per row of `edge.fallback` that concerns our own parts: the visitor notices nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from edge.edition import Edition
from edge.fallback import Failure
from edge.middleware import personalize as module
from edge.middleware.personalize import Personalize
from edge.telemetry.metrics import Metrics
from edge.web.asgi import Receive, Scope, Send
from edge.web.cut import Cut
from edge.web.request import Request
from rules.values import Value
from tests.asgi import Page, Said, ask
from tests.edge.middleware.site import BODY, EDITED, HERO, HOME, NAV, PHONE, Make, Wrap


def run(app: Personalize, target: str = "/") -> Said:
    return asyncio.run(ask(app, target, PHONE, ("X-Windsock-Debug", "open-sesame")))


def failures(metrics: Metrics, failure: Failure) -> float:
    metrics.flush()
    return metrics.registry.get_sample_value("windsock_failures_total", {"failure": failure.value}) or 0.0


@dataclass
class Hanging:
    """A provider that answers after five seconds."""

    name: str = "weather"

    async def __call__(self, request: Request) -> Mapping[str, Value]:
        """Hang."""
        await asyncio.sleep(5)
        return {"weather": "rain"}


@dataclass
class Raising:
    """A provider that breaks."""

    name: str = "weather"

    async def __call__(self, request: Request) -> Mapping[str, Value]:
        """Break."""
        raise OSError("no such service")


def test_a_provider_that_hangs_costs_the_budget_and_gives_the_default(
    edition: Make, wrap: Wrap, metrics: Metrics
) -> None:
    said = run(wrap(Page(BODY), edition(hero=HERO), providers=[Hanging()]))
    assert (said.status, said.body) == (200, BODY)
    assert said.field("x-windsock-decisions") == ["hero=classic;p=1;r=timeout"]
    decide = float(said.field("server-timing")[0].split("decide;dur=")[1].split(",")[0])
    assert decide < 1000
    assert failures(metrics, Failure.BUDGET) == 1


def test_a_provider_that_raises_leaves_its_signals_unknown(edition: Make, wrap: Wrap, metrics: Metrics) -> None:
    assert run(wrap(Page(BODY), edition(hero=HERO), providers=[Raising()])).body == EDITED
    assert failures(metrics, Failure.SIGNAL) == 1


class Explosive:
    """A window that raises when it is looked through."""

    def open(self, *_: object) -> bool:
        """Raise."""
        raise ZeroDivisionError


def test_a_rule_that_raises_gives_its_default_and_leaves_the_others_alone(
    edition: Make, wrap: Wrap, metrics: Metrics
) -> None:
    made = edition(hero=HERO, other=HERO.replace("experience: hero", "experience: other"))
    broken, fine = made.rules.experiences
    window: Any = Explosive()
    rules = replace(made.rules, experiences=(replace(broken, window=window), fine))
    said = run(wrap(Page(BODY), Edition(rules)))
    assert said.body == EDITED
    assert "hero=classic;p=1;r=error" in said.field("x-windsock-decisions")[0]
    assert failures(metrics, Failure.RULE) == 1


def test_when_deciding_breaks_as_a_whole_the_page_is_the_origins(
    edition: Make, wrap: Wrap, metrics: Metrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(module, "decide", broken)
    assert run(wrap(Page(BODY), edition(hero=HERO))).body == BODY
    assert failures(metrics, Failure.DECIDING) == 1


def test_before_the_first_edition_the_page_is_the_origins(wrap: Wrap, metrics: Metrics) -> None:
    assert run(wrap(Page(BODY), None)).body == BODY
    assert failures(metrics, Failure.NOT_READY) == 1


def test_a_selector_without_match_leaves_its_place_and_the_others_as_decided(
    edition: Make, wrap: Wrap, metrics: Metrics
) -> None:
    lost = HERO.replace("experience: hero", "experience: lost").replace('"#hero"', '"#no-such-place"')
    assert run(wrap(Page(BODY), edition(hero=HERO, lost=lost))).body == EDITED
    assert failures(metrics, Failure.SLOT) == 1


@pytest.mark.parametrize(
    ("fields", "body", "reason"),
    [
        (((b"content-type", b"text/html; charset=utf-16"),), BODY, "charset"),
        (((b"content-type", b"text/html"), (b"content-encoding", b"br")), b"\x0b\x02\x80", "coding"),
        (((b"content-type", b"text/html"), (b"content-encoding", b"gzip")), b"\x1f\x8bbroken", "broken"),
        (((b"content-type", b"text/html"), (b"cache-control", b"public, No-Transform")), BODY, "no-transform"),
    ],
)
def test_a_page_that_cannot_be_edited_safely_passes_untouched_and_the_reason_is_counted(
    edition: Make, wrap: Wrap, metrics: Metrics, fields: tuple[tuple[bytes, bytes], ...], body: bytes, reason: str
) -> None:
    said = run(wrap(Page(body, fields), edition(hero=HERO)))
    assert (said.status, said.body) == (200, body)
    assert failures(metrics, Failure.PAGE) == 1
    assert metrics.registry.get_sample_value("windsock_pages_untouched_total", {"reason": reason}) == 1


def test_a_page_that_is_too_large_streams_through_untouched(edition: Make, wrap: Wrap, metrics: Metrics) -> None:
    large = [BODY, b"x" * 6 * 2**20, b"y" * 6 * 2**20, b"z"]
    assert run(wrap(Page(large), edition(hero=HERO))).body == b"".join(large)
    assert failures(metrics, Failure.PAGE) == 1


@dataclass
class Site:
    """An app where the other path answers with an error."""

    status: int

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer by path."""
        page = Page(BODY) if scope["path"] == "/" else Page(b"broken", status=self.status)
        await page(scope, receive, send)


@pytest.mark.parametrize("status", [404, 500, 503])
def test_a_path_variant_that_fails_gives_the_page_that_was_asked_for(
    edition: Make, wrap: Wrap, metrics: Metrics, status: int
) -> None:
    said = run(wrap(Site(status), edition(home=HOME, nav=NAV)))
    assert (said.status, said.body) == (200, BODY)
    assert "home=one;p=1;r=error" in said.field("x-windsock-decisions")[0]
    assert failures(metrics, Failure.VARIANT_PATH) == 1


def test_the_log_does_not_hold_the_query_of_a_path_variant_that_fails(
    edition: Make, wrap: Wrap, caplog: pytest.LogCaptureFixture
) -> None:
    run(wrap(Site(500), edition(home=HOME)), "/?email=nora@example.org")
    assert "/home-b answered 500" in str([vars(record) for record in caplog.records])
    assert "nora" not in str([vars(record) for record in caplog.records])


def test_a_page_that_breaks_off_while_it_is_held_is_a_plain_502(edition: Make, wrap: Wrap) -> None:
    async def cut(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
        await send({"type": "http.response.body", "body": BODY[:20], "more_body": True})
        raise Cut

    said = run(wrap(cut, edition(hero=HERO)))
    assert (said.status, said.field("proxy-status")) == (502, ["windsock; error=connection_terminated"])


def test_a_page_that_breaks_off_while_it_streams_ends_the_connection(edition: Make, wrap: Wrap) -> None:
    async def cut(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
        raise Cut

    with pytest.raises(Cut):
        run(wrap(cut, edition(hero=HERO)))


def test_what_the_app_behind_raises_is_the_apps_own_affair(edition: Make, wrap: Wrap) -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise LookupError("the app's own")

    with pytest.raises(LookupError):
        run(wrap(broken, edition(hero=HERO)))


def test_anything_but_http_passes_through(edition: Make, wrap: Wrap) -> None:
    seen: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["type"])

    async def nothing(*_: object) -> Any:
        return {}

    asyncio.run(wrap(app, edition(hero=HERO))({"type": "websocket"}, nothing, nothing))
    assert seen == ["websocket"]
