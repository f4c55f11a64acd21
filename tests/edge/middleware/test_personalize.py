"""The life of a request, as a visitor and an origin see it."""

from __future__ import annotations

from typing import Any

from edge.middleware.personalize import Options
from tests.asgi import Page, ask
from tests.edge.middleware.site import BODY, HERO, HOME, NAV, ORIGINS_OWN, PHONE, WELCOME, Make, Wrap, run


def test_a_redirect_keeps_the_query_is_private_and_asks_no_origin(edition: Make, wrap: Wrap) -> None:
    page = Page(BODY)
    said = run(ask(wrap(page, edition(welcome=WELCOME, nav=NAV)), "/?utm_source=x", ("Accept-Language", "de")))
    assert (said.status, said.field("location"), page.scopes) == (302, ["/de/?utm_source=x"], [])
    assert said.field("cache-control") == ["private, no-cache"]
    assert said.field("set-cookie") == []
    assert said.field("cache-status") == ["windsock; detail=redirect"]


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


def test_the_answer_says_where_its_time_went(edition: Make, wrap: Wrap) -> None:
    timing = run(ask(wrap(Page(BODY), edition(hero=HERO)), "/")).field("server-timing")[0]
    assert [part.partition(";dur=")[0].strip() for part in timing.split(",")] == ["windsock", "decide", "origin"]
    assert all(float(part.partition(";dur=")[2]) >= 0 for part in timing.split(","))
