"""The answer on its way: what is held back, how it is labelled, and when it is let go."""

from __future__ import annotations

import asyncio

import pytest

from edge.middleware.hold import Limits
from edge.middleware.personalize import Options
from edge.telemetry.metrics import Metrics
from edge.web.asgi import Message, Receive, Scope, Send
from edge.web.cut import Cut
from tests.asgi import Page, Said, ask
from tests.edge.middleware.site import (
    BODY,
    EDITED,
    HERO,
    ORIGINS_OWN,
    PHONE,
    SPLIT,
    Make,
    Visit,
    Wrap,
    run,
    said,
    untouched,
)


@pytest.mark.parametrize("cut", range(0, len(BODY), 7))
def test_it_does_not_matter_in_which_pieces_the_page_arrives(edition: Make, wrap: Wrap, cut: int) -> None:
    assert run(ask(wrap(Page([BODY[:cut], BODY[cut:]]), edition(hero=HERO)), "/", PHONE)).body == EDITED


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


def test_a_picture_under_a_page_slot_keeps_the_origins_fields(edition: Make, wrap: Wrap) -> None:
    picture = ((b"content-type", b"image/png"), (b"etag", b'"p"'), (b"cache-control", b"max-age=9"))
    said = run(ask(wrap(Page(b"\x89PNG", picture), edition(hero=SPLIT)), "/"))
    assert (said.field("etag"), said.field("cache-control"), said.field("set-cookie")) == (['"p"'], ["max-age=9"], [])


@pytest.mark.parametrize("fields", [(), (PHONE,)])
def test_who_has_the_very_same_page_gets_304(edition: Make, wrap: Wrap, fields: tuple[tuple[str, str], ...]) -> None:
    page = Page(BODY, ORIGINS_OWN)
    app = wrap(page, edition(hero=HERO))
    tag = run(ask(app, "/", *fields)).field("etag")[0]
    again = run(ask(app, "/", *fields, ("If-None-Match", tag)))
    assert (again.status, again.body, again.field("etag")) == (304, b"", [tag])
    assert page.asked("if-none-match") == []


def test_a_part_of_a_personal_page_is_private_and_has_no_validator_of_the_whole(edition: Make, wrap: Wrap) -> None:
    said = run(
        ask(wrap(Page(BODY[:5], ORIGINS_OWN, status=206), edition(hero=HERO)), "/", PHONE, ("Range", "bytes=0-4"))
    )
    assert (said.body, said.field("cache-control"), said.field("etag")) == (BODY[:5], ["private, no-cache"], [])


def test_head_of_an_edited_page_does_not_claim_the_origins_length(edition: Make, wrap: Wrap) -> None:
    page = Page(b"", (*ORIGINS_OWN, (b"content-length", b"99")))
    said = run(ask(wrap(page, edition(hero=HERO)), "/", PHONE, method="HEAD"))
    assert (said.status, said.field("content-length"), said.field("cache-control")) == (200, [], ["private, no-cache"])


def test_a_page_that_is_saved_to_a_file_is_not_edited(edition: Make, wrap: Wrap) -> None:
    saved = ((b"content-type", b"text/html"), (b"content-disposition", b'Attachment; filename="a.html"'))
    said = run(ask(wrap(Page(BODY, (*saved, *ORIGINS_OWN[1:])), edition(hero=HERO)), "/", PHONE))
    assert (said.body, said.field("etag")) == (BODY, ['"origin"'])


# Memory

LARGE = BODY + b"<!--" + b"x" * 300_000 + b"-->"
LARGE_EDITED = EDITED + LARGE[len(BODY) :]


def test_a_large_edited_page_goes_out_in_parts(edition: Make, wrap: Wrap) -> None:
    async def visit() -> list[Message]:
        async with Visit(wrap(Page(LARGE), edition(hero=HERO))) as visit:
            return await visit.all()

    _, *parts = asyncio.run(visit())
    assert b"".join(part["body"] for part in parts) == LARGE_EDITED
    assert max(len(part["body"]) for part in parts) == 64 * 1024


def test_many_visitors_of_a_large_page_share_one_room_and_who_finds_none_gets_the_origins_page(
    edition: Make, wrap: Wrap, metrics: Metrics
) -> None:
    app = wrap(Page([LARGE[:70_000], LARGE[70_000:]]), edition(hero=HERO), options=Options(held=Limits(room=500_000)))

    async def many() -> list[Said]:
        reading = [Visit(app) for _ in range(10)]
        for visit in reading:
            await visit.__aenter__()
        await asyncio.sleep(0)
        return [said(await visit.all()) for visit in reading]

    async def said_after() -> tuple[list[Said], Said]:
        return await many(), await ask(app, "/", PHONE)

    crowd, last = asyncio.run(said_after())
    bodies = {each.body for each in crowd}
    assert bodies == {LARGE, LARGE_EDITED}
    assert untouched(metrics, "no-room") == sum(each.body == LARGE for each in crowd)
    assert last.body == LARGE_EDITED


def test_ordinary_pages_are_edited_while_there_is_no_room_at_all(edition: Make, wrap: Wrap) -> None:
    app = wrap(Page(BODY), edition(hero=HERO), options=Options(held=Limits(room=0)))
    assert run(ask(app, "/", PHONE)).body == EDITED


@pytest.mark.parametrize(("limits", "reason"), [(Limits(page=1000), "too-large"), (Limits(room=0), "no-room")])
def test_a_page_whose_length_says_that_it_cannot_be_held_streams_from_its_first_byte(
    edition: Make, wrap: Wrap, metrics: Metrics, limits: Limits, reason: str
) -> None:
    async def stream() -> None:
        async with Visit(wrap(app, edition(hero=HERO), options=Options(held=limits))) as visit:
            assert (await visit.next())["status"] == 200
            await visit.next()
            assert (await visit.next())["body"] == b"one"
            more.set()
            assert (await visit.next())["body"] == b"two"

    more = asyncio.Event()
    fields = [(b"content-type", b"text/html"), (b"content-length", b"70000")]

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": fields})
        await send({"type": "http.response.body", "body": b"one", "more_body": True})
        await more.wait()
        await send({"type": "http.response.body", "body": b"two", "more_body": False})

    asyncio.run(stream())
    assert untouched(metrics, reason) == 1


def test_a_visitor_who_does_not_read_an_edited_page_is_not_waited_for_for_ever(edition: Make, wrap: Wrap) -> None:
    async def visit() -> None:
        app = wrap(Page(LARGE), edition(hero=HERO), options=Options(held=Limits(idle=0.01)))
        visit = Visit(app, reads=2)
        with pytest.raises(Cut):
            async with visit:
                await visit.over

    asyncio.run(visit())


def test_the_app_behind_does_not_wait_for_a_visitor_who_reads_slowly(edition: Make, wrap: Wrap) -> None:
    cleaned_up = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await Page(LARGE)(scope, receive, send)
        cleaned_up.set()

    async def visit() -> bytes:
        async with Visit(wrap(app, edition(hero=HERO)), reads=0) as visit:
            await asyncio.wait_for(cleaned_up.wait(), 5)
            visit.reads(100)
            return said(await visit.all()).body

    assert asyncio.run(visit()) == LARGE_EDITED


# Pages that are not whole


@pytest.mark.parametrize("parts", [[b""], [BODY[:9]], [BODY[:9], BODY[9:30]]])
def test_a_page_that_trickles_is_let_go_and_the_rest_streams(
    edition: Make, wrap: Wrap, metrics: Metrics, parts: list[bytes]
) -> None:
    more = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
        for part in parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await more.wait()
        await send({"type": "http.response.body", "body": BODY, "more_body": False})

    async def visit() -> None:
        options = Options(held=Limits(patience=0.01))
        async with Visit(wrap(app, edition(hero=HERO), options=options)) as visit:
            assert (await visit.next())["type"] == "http.response.start"
            assert [(await visit.next())["body"] for _ in parts] == parts
            more.set()
            assert await visit.next() == {"type": "http.response.body", "body": BODY, "more_body": False}

    asyncio.run(visit())
    assert untouched(metrics, "late") == 1


def test_what_an_app_sends_after_the_end_of_its_page_is_not_part_of_it(edition: Make, wrap: Wrap) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await Page(BODY)(scope, receive, send)
        await send({"type": "http.response.body", "body": b"and more", "more_body": False})

    assert run(ask(wrap(app, edition(hero=HERO)), "/", PHONE)).body == EDITED


def test_a_page_without_an_end_goes_out_as_far_as_it_came_and_without_an_end(
    edition: Make, wrap: Wrap, metrics: Metrics
) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
        await send({"type": "http.response.body", "body": BODY[:20], "more_body": True})

    async def visit() -> list[Message]:
        async with Visit(wrap(app, edition(hero=HERO))) as visit:
            return [await visit.next(), await visit.next()]

    _, body = asyncio.run(visit())
    assert (body["body"], body["more_body"]) == (BODY[:20], True)
    metrics.flush()
    assert metrics.registry.get_sample_value("windsock_fallbacks_total", {"rung": "untouched"}) == 0


def test_an_answer_that_begins_twice_is_no_page_but_the_servers_affair(edition: Make, wrap: Wrap) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
        await send({"type": "http.response.body", "body": BODY[:20], "more_body": True})
        await send({"type": "http.response.start", "status": 500, "headers": []})

    async def visit() -> list[Message]:
        async with Visit(wrap(app, edition(hero=HERO))) as visit:
            return [await visit.next(), await visit.next(), await visit.next()]

    assert [message.get("status") for message in asyncio.run(visit())] == [200, None, 500]
