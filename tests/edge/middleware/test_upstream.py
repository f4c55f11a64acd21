"""What the origin is asked, and what no visitor can tell it in our name."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from edge.web.asgi import Receive, Scope, Send
from tests.asgi import Page, ask
from tests.edge.middleware.site import BODY, DEBUG, HERO, HOME, NAV, ORIGINS_OWN, PHONE, RULED_NAV, Make, Wrap, run


def test_codings_are_left_alone_where_nothing_is_edited(edition: Make, wrap: Wrap) -> None:
    page = Page(BODY)
    run(ask(wrap(page, edition(hero=HERO)), "/", ("Accept-Encoding", "br, zstd")))
    assert page.asked("accept-encoding") == ["br, zstd"]


def test_a_page_from_before_the_edit_is_not_revived(edition: Make, wrap: Wrap) -> None:
    page = Page(BODY, ORIGINS_OWN)
    run(ask(wrap(page, edition(hero=HERO)), "/", PHONE, ("If-None-Match", '"origin"'), ("If-Modified-Since", "x")))
    assert page.asked("if-none-match") == page.asked("if-modified-since") == []


def test_the_origin_is_told_the_variants_and_a_forged_copy_is_gone(edition: Make, wrap: Wrap) -> None:
    page = Page(BODY)
    forged = (("X-Windsock-Variants", "nav=forged"), ("X-Nav", "forged"), ("Cookie", "a=1; windsock=3"))
    run(ask(wrap(page, edition(nav=NAV)), "/x", *forged))
    assert page.asked("x-windsock-variants")[0] in ("nav=a", "nav=b")
    assert len(page.asked("x-windsock-variants")) == 1
    assert page.asked("x-nav") in ([], ["wide"])
    assert page.asked("cookie") == ["a=1"]


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


OURS = ("X-Windsock-Variants", "x_windsock_variants", "X-Windsock-Anything", "X-Nav", "x_nav", "x_forwarded_for")


@pytest.mark.parametrize(
    ("dest", "target", "kept"),
    [((), "/", True), (("document",), "/", False), (("empty",), "/", True), (("video",), "/", True), ((), "/x", True)],
)
def test_what_is_said_to_be_a_page_is_asked_for_as_a_whole(
    edition: Make, wrap: Wrap, dest: tuple[str, ...], target: str, kept: bool
) -> None:
    page = Page(BODY)
    for_what = [("Sec-Fetch-Dest", value) for value in dest]
    part = (("Range", "bytes=0-9"), ("If-Range", '"origin"'))
    run(ask(wrap(page, edition(hero=HERO)), target, PHONE, *for_what, *part))
    assert (page.asked("range"), page.asked("if-range")) == ((["bytes=0-9"], ['"origin"']) if kept else ([], []))


@pytest.mark.parametrize("name", OURS)
@pytest.mark.parametrize("target", ["/", "/no-experience-here"])
def test_nobody_can_speak_in_the_name_of_the_edge_on_any_page(
    edition: Make, wrap: Wrap, name: str, target: str
) -> None:
    page = Page(BODY)
    run(ask(wrap(page, edition(nav=RULED_NAV.replace("/*", "/"))), target, (name, "forged"), ("X-Mine", "kept")))
    assert "forged" not in page.asked(name.lower())
    assert page.asked("x-mine") == ["kept"]


@pytest.mark.parametrize("name", OURS)
def test_nor_on_a_websocket(edition: Make, wrap: Wrap, name: str) -> None:
    seen: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope)

    fields = [(name.encode(), b"forged"), (b"cookie", b"a=1; windsock=7"), (b"x-mine", b"kept")]
    asyncio.run(wrap(app, edition(nav=RULED_NAV))({"type": "websocket", "headers": fields}, never, never))
    assert seen[0]["headers"] == [(b"cookie", b"a=1"), (b"x-mine", b"kept")]


def test_a_lifespan_passes_as_it_is(edition: Make, wrap: Wrap) -> None:
    seen: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope)

    asyncio.run(wrap(app, edition(nav=NAV))({"type": "lifespan"}, never, never))
    assert seen == [{"type": "lifespan"}]


async def never(*_: Any) -> Any:
    """Nothing is received or sent here."""


def test_forwarding_fields_of_the_operators_own_proxy_are_kept(edition: Make, wrap: Wrap) -> None:
    page = Page(BODY)
    run(ask(wrap(page, edition(hero=HERO)), "/other", ("X-Forwarded-For", "192.0.2.7"), ("X_Api_Key", "1")))
    assert (page.asked("x-forwarded-for"), page.asked("x_api_key")) == (["192.0.2.7"], ["1"])


@pytest.mark.parametrize(
    ("connection", "left"), [("X-Nav", ""), ("close, x-nav, x-mine", "close, x-mine"), ("keep-alive", "keep-alive")]
)
def test_a_visitors_connection_field_drops_none_of_ours(edition: Make, wrap: Wrap, connection: str, left: str) -> None:
    page = Page(BODY)
    run(ask(wrap(page, edition(nav=RULED_NAV)), "/", PHONE, ("Connection", connection)))
    assert (page.asked("x-nav"), page.asked("connection")) == (["wide"], [left])


def test_nor_the_coding_that_a_page_is_asked_for_in(edition: Make, wrap: Wrap) -> None:
    page = Page(BODY)
    fields = (("Accept-Encoding", "br, gzip"), ("Connection", "accept-encoding, close"))
    run(ask(wrap(page, edition(hero=HERO)), "/", PHONE, *fields))
    assert (page.asked("accept-encoding"), page.asked("connection")) == (["gzip"], ["close"])


def test_a_server_may_send_a_file_by_itself_where_nothing_is_edited(edition: Make, wrap: Wrap) -> None:
    scopes: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        scopes.append(scope)

    scope = {"type": "http", "method": "GET", "query_string": b"", "extensions": {"http.response.pathsend": {}}}
    headers = [(b"user-agent", PHONE[1].encode())]
    for path in ("/", "/other"):
        asked = {**scope, "path": path, "headers": headers}
        asyncio.run(wrap(app, edition(hero=HERO))(asked, never, never))
    assert [bool(each["extensions"]) for each in scopes] == [False, True]
