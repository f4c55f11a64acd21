"""What follows from decisions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from edge.context import Context
from edge.decisions.values import Decision, Reason
from edge.edition import Edition
from edge.middleware.plan import make, with_default_path
from edge.web.request import Request
from tests.asgi import Page, ask
from tests.edge.middleware.conftest import NOW
from tests.edge.middleware.site import (
    BODY,
    DEBUG,
    HERO,
    HOME,
    NAV,
    ORIGINS_OWN,
    PHONE,
    RULED_NAV,
    WELCOME,
    Make,
    Wrap,
    run,
)


def test_a_fixed_header_variant_is_the_origins_to_vary_on_and_a_drawn_one_makes_the_page_personal(
    edition: Make, wrap: Wrap
) -> None:
    ruled = run(ask(wrap(Page(BODY, ORIGINS_OWN), edition(nav=RULED_NAV)), "/"))
    drawn = run(ask(wrap(Page(BODY, ORIGINS_OWN), edition(nav=NAV)), "/"))
    assert ruled.field("cache-control") == ["public, max-age=3600"]
    assert drawn.field("cache-control") == ["private, no-cache"]


@pytest.mark.parametrize("written", ["/café/", "/caf%C3%A9/"])
@pytest.mark.parametrize("target", ["/caf%C3%A9/", "/caf%c3%a9/", "/c%61f%C3%A9/?x=1"])
def test_who_is_there_already_is_not_redirected_however_the_address_is_written(
    edition: Make, wrap: Wrap, written: str, target: str
) -> None:
    welcome = WELCOME.replace("where: /", 'where: "*"').replace("/de/", f'"http://site.example{written}"')
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


REQUEST = Request("GET", "https", "site.example", "/", b"/", b"", (), {})
CONTEXT = Context({}, "/", "site.example", {}, NOW)


def decided(experience: str, variant: str | None, reason: Reason = "rule", **more: Any) -> Decision:
    """A decision."""
    return Decision(experience, variant, reason, None, 1.0, {}, **more)


def test_an_experience_in_the_page_makes_pages_personal_and_nothing_else(edition: Make) -> None:
    plan = make(REQUEST, CONTEXT, edition(hero=HERO), [decided("hero", "classic")])
    assert (plan.private, plan.private_page, plan.forms) == (False, True, ())
    assert (plan.in_pages, plan.elsewhere) == (frozenset({"hero"}), frozenset())


def test_a_variant_that_is_not_known_yet_changes_nothing_and_still_makes_the_page_personal(edition: Make) -> None:
    plan = make(REQUEST, CONTEXT, edition(hero=HERO), [decided("hero", None)])
    assert (plan.private_page, plan.forms) == (True, ())


def test_what_is_switched_off_or_outside_its_time_leaves_the_page_the_origins(edition: Make) -> None:
    reasons: list[Reason] = ["off", "outside"]
    for reason in reasons:
        plan = make(REQUEST, CONTEXT, edition(hero=HERO), [decided("hero", "classic", reason)])
        assert (plan.private_page, plan.forms) == (False, ())


def test_a_request_that_sends_a_body_is_asked_for_no_other_path_and_gets_no_form(edition: Make) -> None:
    rules = edition(hero=HERO, home=HOME)
    decisions = [decided("hero", "phone"), decided("home", "two")]
    sends = replace(REQUEST, method="POST", fields={b"content-length": b"5"})
    assert make(REQUEST, CONTEXT, rules, decisions).path == b"/home-b"
    assert make(sends, CONTEXT, rules, decisions).decisions == ()


def test_the_origin_hears_of_paths_and_fields_and_not_of_what_is_in_the_page(edition: Make) -> None:
    rules = edition(hero=HERO, home=HOME, nav=RULED_NAV)
    plan = make(REQUEST, CONTEXT, rules, [decided("hero", "phone"), decided("home", "two"), decided("nav", "b")])
    assert (plan.told, plan.headers) == (b"home=two, nav=b", ((b"x-nav", b"wide"),))
    assert plan.variants == b"hero=phone,home=two,nav=b"


def test_of_two_experiences_that_want_another_path_the_first_has_it_and_the_other_is_not_shown(edition: Make) -> None:
    rules = edition(home=HOME, late=HOME.replace(": home", ": late").replace("/home-b", "/late-b"))
    plan = make(REQUEST, CONTEXT, rules, [decided("home", "two"), decided("late", "two", model="late/even/")])
    assert (plan.path, plan.told) == (b"/home-b", b"home=two, late=one")
    assert [(each.reason, each.model) for each in plan.decisions] == [("rule", ""), ("error", "")]


def test_who_is_held_out_of_one_path_stays_so_when_that_of_another_experience_fails(edition: Make) -> None:
    rules = edition(home=HOME, late=HOME.replace(": home", ": late"))
    plan = make(REQUEST, CONTEXT, rules, [decided("home", "one", "holdout"), decided("late", "two")])
    assert [each.reason for each in with_default_path(plan).decisions] == ["holdout", "error"]


def test_without_its_other_path_that_experience_shows_its_default_and_says_why(edition: Make) -> None:
    rules = edition(home=HOME, nav=RULED_NAV)
    plan = with_default_path(make(REQUEST, CONTEXT, rules, [decided("home", "two"), decided("nav", "b")]))
    assert (plan.path, plan.told, plan.variants) == (b"", b"home=one, nav=b", b"home=one,nav=b")
    assert [decision.reason for decision in plan.decisions] == ["error", "rule"]


def test_a_bucket_that_had_no_part_in_it_is_not_stored(edition: Make) -> None:
    rules = edition(hero=HERO, nav=RULED_NAV)
    plan = make(REQUEST, CONTEXT, rules, [decided("hero", "phone", drawn=True), decided("nav", "b")])
    assert (plan.draws, plan.draws_page) == (False, True)


@pytest.mark.parametrize("target", ["https://site.example/", "https://SITE.example:443/", "/?from=home"])
def test_a_redirect_to_where_we_are_is_none(edition: Make, target: str) -> None:
    rules = edition(welcome=WELCOME)
    there = rules.named["welcome"].variants["german"]
    welcome = replace(rules.named["welcome"], variants={"german": replace(there, target=target)})
    here = Edition(replace(rules.rules, experiences=(welcome,)))
    assert make(REQUEST, CONTEXT, here, [decided("welcome", "german")]).redirect == b""
