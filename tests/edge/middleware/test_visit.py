"""What is known of a visitor, what is drawn, and what is counted."""

from __future__ import annotations

from typing import Any

import pytest

from tests.asgi import Page, Said, ask
from tests.edge.middleware.site import BODY, DEBUG, HERO, NAV, PHONE, SPLIT, Make, Wrap, run

LABELS = {"experience": "hero", "variant": "classic", "reason": "split"}


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


def test_a_page_that_nobody_sees_yet_is_not_counted(edition: Make, wrap: Wrap, metrics: Any) -> None:
    said = run(ask(wrap(Page(BODY), edition(hero=SPLIT), chance=lambda: 1), "/", ("Sec-Purpose", "prefetch")))
    assert len(said.field("set-cookie")) == 1
    metrics.flush()
    assert metrics.registry.get_sample_value("windsock_decisions_total", LABELS) is None


@pytest.mark.parametrize(
    ("fields", "numbers"),
    [((), 1), ((("Cookie", "windsock=7"),), 1), ((("Cookie", "windsock=off"),), 0), ((("Sec-GPC", "1"),), 0)],
)
def test_a_request_takes_one_random_number_at_most(
    edition: Make, wrap: Wrap, fields: tuple[tuple[str, str], ...], numbers: int
) -> None:
    drawn: list[int] = []

    def chance() -> int:
        drawn.append(5)
        return 5

    kiosk = SPLIT.replace("experience: hero", "experience: kiosk\nsticky: false").replace("#hero", "p")
    run(ask(wrap(Page(BODY), edition(hero=SPLIT, kiosk=kiosk), chance=chance), "/", *fields))
    assert len(drawn) == numbers
