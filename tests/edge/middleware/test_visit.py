"""What is known of a visitor, what is drawn, and what is counted."""

from __future__ import annotations

from typing import Any

import pytest

from edge.middleware.personalize import Options, Personalize
from edge.web.consent import Consent
from tests.asgi import Page, Said, ask
from tests.edge.middleware.site import BODY, DEBUG, EDITED, HERO, NAV, PHONE, RULED_NAV, SPLIT, TWO, Make, Wrap, run

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


# A session, of who has agreed to it

AGREED = Options(consent=Consent("consented", "ok"), debug_token="open-sesame")
SECOND = f"""{TWO}
  - {{when: {{session.pages: "> 1", session.returning: false}}, show: phone}}
  - show: classic
"""
ABOUT = "windsock-session={}; Path=/; HttpOnly; SameSite=Lax"
TAKEN_BACK = "windsock-session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"


def met(app: Personalize, *cookies: str, target: str = "/", **more: str) -> tuple[bytes, list[str]]:
    """The page, and what is kept of the session."""
    fields = [(name.replace("_", "-"), value) for name, value in more.items()]
    answer = run(ask(app, target, ("Cookie", "; ".join(cookies)), *fields))
    return answer.body, [each for each in answer.field("set-cookie") if each.startswith("windsock-session")]


def test_the_pages_of_a_session_are_counted_on_the_device_and_in_the_rules(edition: Make, wrap: Wrap) -> None:
    app = wrap(Page(BODY), edition(hero=SECOND), options=AGREED)
    assert met(app, "ok=yes") == (BODY, [ABOUT.format("1")])
    assert met(app, "ok=yes", "windsock=7", "windsock-session=1") == (EDITED, [ABOUT.format("2")])


def test_who_had_a_bucket_before_is_returning(edition: Make, wrap: Wrap) -> None:
    app = wrap(Page(BODY), edition(hero=SECOND), options=AGREED)
    assert met(app, "ok=yes", "windsock=7") == (BODY, [ABOUT.format("1r")])
    assert met(app, "ok=yes", "windsock=7", "windsock-session=1r") == (BODY, [ABOUT.format("2r")])


def test_a_session_is_private_and_secure_on_https(edition: Make, wrap: Wrap) -> None:
    app = wrap(Page(BODY), edition(hero=SECOND), options=AGREED)
    answer = run(ask(app, "/", ("Cookie", "ok=yes"), scheme="https"))
    assert answer.field("set-cookie") == [ABOUT.format("1") + "; Secure"]
    assert answer.field("cache-control") == ["private, no-cache"]


def test_without_a_yes_nothing_is_kept_drawn_or_counted(edition: Make, wrap: Wrap, metrics: Any) -> None:
    app = wrap(Page(BODY), edition(hero=SPLIT), chance=lambda: 1, options=AGREED)
    answer = run(ask(app, "/"))
    assert (answer.body, answer.field("set-cookie")) == (BODY, [])
    metrics.flush()
    assert metrics.registry.get_sample_value("windsock_decisions_total", LABELS) is None


@pytest.mark.parametrize(
    ("cookies", "more"),
    [
        (["windsock-session=5"], {}),
        (["windsock-session=5", "ok=no"], {}),
        (["ok=yes", "windsock-session=5", "windsock=off"], {}),
        (["ok=yes", "windsock-session=5"], {"sec_gpc": "1"}),
    ],
)
def test_a_session_is_taken_back_with_the_consent(
    edition: Make, wrap: Wrap, cookies: list[str], more: dict[str, str]
) -> None:
    app = wrap(Page(BODY), edition(hero=SECOND), options=AGREED)
    assert met(app, *cookies, **more) == (BODY, [TAKEN_BACK])


def test_a_session_that_no_rule_asks_for_is_not_kept(edition: Make, wrap: Wrap) -> None:
    app = wrap(Page(BODY), edition(hero=HERO), options=AGREED)
    assert met(app, "ok=yes")[1] == []
    assert met(app, "ok=yes", "windsock-session=5")[1] == [TAKEN_BACK]


def test_a_site_that_is_exempt_keeps_no_session(edition: Make, wrap: Wrap) -> None:
    assert met(wrap(Page(BODY), edition(hero=SECOND)), "ok=yes") == (BODY, [])


@pytest.mark.parametrize(
    ("target", "more"),
    [("/elsewhere", {}), ("/", {"sec_purpose": "prefetch"}), ("/", {"sec_fetch_dest": "empty"})],
)
def test_only_a_personal_page_that_somebody_sees_counts(
    edition: Make, wrap: Wrap, target: str, more: dict[str, str]
) -> None:
    app = wrap(Page(BODY), edition(hero=SECOND), options=AGREED)
    assert met(app, "ok=yes", "windsock-session=5", target=target, **more)[1] == []


def test_a_page_that_caches_may_keep_sets_no_session(edge_of_headers: Personalize) -> None:
    assert met(edge_of_headers, "ok=yes") == (BODY, [])


@pytest.fixture
def edge_of_headers(edition: Make, wrap: Wrap) -> Personalize:
    """With one experience that only the origin sees, by a plain rule about the session."""
    return wrap(Page(BODY), edition(nav=RULED_NAV.replace("device: mobile", "session.pages: 2")), options=AGREED)


@pytest.mark.parametrize(
    ("status", "kind", "kept"), [(500, b"text/html", False), (200, b"image/png", False), (404, b"text/html", True)]
)
def test_an_error_or_a_picture_is_no_page_of_a_session(
    edition: Make, wrap: Wrap, status: int, kind: bytes, kept: bool
) -> None:
    page = Page(BODY, headers=((b"content-type", kind),), status=status)
    app = wrap(page, edition(hero=SECOND), options=AGREED)
    assert bool(met(app, "ok=yes")[1]) is kept


def test_the_origin_never_hears_of_a_session(edition: Make, wrap: Wrap) -> None:
    page = Page(BODY)
    met(wrap(page, edition(hero=SECOND), options=AGREED), "ok=yes", "windsock-session=5r", "theirs=1")
    assert page.asked("cookie") == ["ok=yes; theirs=1"]
