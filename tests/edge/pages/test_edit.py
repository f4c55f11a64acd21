from __future__ import annotations

import asyncio
import gzip
import threading
from collections.abc import Iterable
from typing import Any

import pytest

from edge.pages import edit as edit_module
from edge.pages.body import decode, encode_gzip
from edge.pages.charset import Charset
from edge.pages.edit import Edited, Editor, Untouched, digest_of, edit
from edge.pages.locate import locate
from edge.pages.splice import splice
from edge.pages.steps import Steps
from edge.pages.values import Asked, Slots
from rules.values import Form

HTML = "text/html; charset=utf-8"
PAGE = b"<!doctype html><html><body><h1 id=hero>Old</h1><p>text</p></body></html>"
HERO = ("hero", [("#hero", Form("text", "New"))])
EDITED = PAGE.replace(b"Old", b"New")
LARGE = PAGE.replace(b"text", b"text <b>more</b> " * 4_000)


@pytest.fixture
def searches(monkeypatch: pytest.MonkeyPatch) -> list[list[Asked]]:
    """The selectors of each search of a page."""
    made: list[list[Asked]] = []

    def counted(page: bytes, charset: Charset, selectors: Iterable[Asked], steps: Steps) -> Slots | Untouched:
        made.append(list(selectors))
        return locate(page, charset, made[-1], steps)

    monkeypatch.setattr(edit_module, "locate", counted)
    return made


def test_a_page_is_edited_once_and_for_all_forms() -> None:
    assert edit(PAGE, HTML, [HERO]) == Edited(EDITED, ("hero",))


def test_the_editor_gives_what_a_plain_edit_gives() -> None:
    assert asyncio.run(Editor().edit(PAGE, HTML, [HERO])) == edit(PAGE, HTML, [HERO])


def test_without_experiences_the_page_is_as_it_was() -> None:
    edited = asyncio.run(Editor().edit(PAGE, HTML, []))
    assert isinstance(edited, Edited)
    assert edited.body is PAGE


@pytest.mark.parametrize(
    ("why", "content_type", "page", "reason"),
    [
        ("a picture", "image/png", PAGE, "type"),
        ("XML has other rules", "application/xhtml+xml", PAGE, "type"),
        ("no type at all", "", PAGE, "type"),
        ("Japanese bytes", "text/html; charset=euc-jp", PAGE, "charset"),
        ("UTF-16", HTML, PAGE.decode().encode("utf-16"), "charset"),
        ("nested too deep", HTML, b"<div>" * 60_000, "too-deep"),
        ("over the limit", HTML, PAGE + b" " * 100_000, "too-large"),
    ],
)
def test_a_page_that_cannot_be_edited_is_untouched_for_a_reason(
    why: str, content_type: str, page: bytes, reason: str
) -> None:
    limit = 100_000 if reason == "too-large" else 10_000_000
    untouched = asyncio.run(Editor(limit=limit).edit(page, content_type, [HERO]))
    assert isinstance(untouched, Untouched), why
    assert untouched.reason == reason, why


@pytest.mark.parametrize("page", [PAGE, LARGE], ids=["small", "large"])
def test_a_page_is_searched_once(page: bytes, searches: list[list[Asked]]) -> None:
    async def visits() -> None:
        editor = Editor()
        for _ in range(3):
            edited = await editor.edit(page, HTML, [HERO])
            assert isinstance(edited, Edited)
            assert edited.shown == ("hero",)

    asyncio.run(visits())
    assert searches == [["#hero"]]


def test_many_visitors_of_a_new_large_page_wait_for_one_search(searches: list[list[Asked]]) -> None:
    async def visits() -> list[Edited | Untouched]:
        editor = Editor()
        return await asyncio.gather(*(editor.edit(LARGE, HTML, [HERO]) for _ in range(20)))

    answers = asyncio.run(visits())
    assert len(searches) == 1
    assert all(answer == answers[0] for answer in answers)


def test_only_new_selectors_are_searched_for(searches: list[list[Asked]]) -> None:
    async def visits() -> None:
        editor = Editor()
        await editor.edit(PAGE, HTML, [HERO])
        await editor.edit(PAGE, HTML, [HERO, ("text", [("p", Form("remove"))])])
        await editor.edit(PAGE, HTML, [("text", [("p", Form("text", "x"))])])

    asyncio.run(visits())
    assert searches == [["#hero"], ["p"]]


def test_a_page_that_changed_by_one_byte_is_another_page(searches: list[list[Asked]]) -> None:
    async def visits() -> None:
        editor = Editor()
        await editor.edit(PAGE, HTML, [HERO])
        moved = await editor.edit(b" " + PAGE, HTML, [HERO])
        assert moved == Edited(b" " + EDITED, ("hero",))

    asyncio.run(visits())
    assert len(searches) == 2


def test_the_same_bytes_in_another_charset_are_another_page() -> None:
    async def visits() -> None:
        editor = Editor()
        umlaut = ("hero", [("#hero", Form("text", "ü"))])
        for charset, written in (("utf-8", "ü".encode()), ("latin1", b"\xfc"), ("koi8-r", b"&#252;")):
            edited = await editor.edit(PAGE, f"text/html; charset={charset}", [umlaut])
            assert edited == Edited(PAGE.replace(b"Old", written), ("hero",))

    asyncio.run(visits())


def test_the_memory_is_bounded(searches: list[list[Asked]]) -> None:
    async def visits() -> None:
        editor = Editor(remember=2, keep=0)
        for number in (1, 2, 3, 1):
            await editor.edit(PAGE + b" " * number, HTML, [HERO])

    asyncio.run(visits())
    assert len(searches) == 4


def test_an_unchanged_page_with_the_same_variants_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []

    def counted(*args: Any) -> Edited:
        made.append(args)
        return splice(*args)

    monkeypatch.setattr(edit_module, "splice", counted)

    async def visits() -> None:
        editor = Editor()
        first = await editor.edit(PAGE, HTML, [HERO])
        assert await editor.edit(PAGE, HTML, [HERO], {}, digest_of(PAGE)) is first
        await editor.edit(PAGE, HTML, [HERO], {"hero": {"slug": "a"}})
        await editor.edit(PAGE, HTML, [("hero", [("#hero", Form("text", "Newer"))])])

    asyncio.run(visits())
    assert len(made) == 3


def test_what_a_page_became_is_remembered_up_to_some_bytes() -> None:
    async def visits() -> tuple[Edited | Untouched, Edited | Untouched]:
        editor = Editor(keep=16 * 1024)
        first = await editor.edit(PAGE, HTML, [HERO])
        for number in range(100):
            await editor.edit(PAGE + b" " * number, HTML, [HERO])
        large = LARGE + b" " * 16 * 1024
        assert await editor.edit(large, HTML, [HERO]) is not await editor.edit(large, HTML, [HERO])
        return first, await editor.edit(PAGE, HTML, [HERO])

    first, again = asyncio.run(visits())
    assert first == again
    assert first is not again


@pytest.mark.parametrize("page", [b"<div>" * 600, b"<div>" * 60_000], ids=["small", "large"])
def test_a_page_that_cannot_be_edited_is_tried_once(page: bytes, searches: list[list[Asked]]) -> None:
    async def visits() -> None:
        editor = Editor()
        for selector in ("#hero", "#hero", "p"):
            experience = ("e", [(selector, Form("remove"))])
            assert await editor.edit(page, HTML, [experience]) == Untouched("too-deep")

    asyncio.run(visits())
    assert len(searches) == 1


def test_a_small_page_that_takes_longer_than_expected_is_searched_in_a_thread(searches: list[list[Asked]]) -> None:
    page = PAGE + (b"<div>" * 300 + b"</div>" * 300) * 2
    selector = ", ".join(f"div:not(.c{number} div)" for number in range(16)) + ", p"

    async def visits() -> Edited | Untouched:
        return await Editor().edit(page, HTML, [("e", [(selector, Form("set", attributes=(("class", "k"),)))])])

    edited = asyncio.run(visits())
    assert isinstance(edited, Edited)
    assert edited.shown == ("e",)
    assert len(searches) == 2


def test_a_visitor_who_has_waited_long_enough_gets_the_page_as_it_was_and_the_next_one_gets_it_edited() -> None:
    async def visits() -> list[Edited | Untouched]:
        editor = Editor(patience=0)
        first = await editor.edit(LARGE, HTML, [HERO])
        for search in list(editor._busy.values()):
            await search
        return [first, await editor.edit(LARGE, HTML, [HERO])]

    first, second = asyncio.run(visits())
    assert first == Untouched("too-slow")
    assert isinstance(second, Edited)
    assert second.shown == ("hero",)


def test_where_too_many_new_pages_wait_the_next_ones_go_out_as_they_came() -> None:
    async def visits() -> list[Edited | Untouched]:
        editor = Editor(patience=60)
        pages = [LARGE + b" " * number for number in range(20)]
        return await asyncio.gather(*(editor.edit(page, HTML, [HERO]) for page in pages))

    answers = asyncio.run(visits())
    assert [type(answer) for answer in answers] == [Edited] * 16 + [Untouched] * 4
    assert answers[-1] == Untouched("too-slow")


def test_a_page_that_takes_too_long_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[object] = []

    def slow(page: bytes, charset: Charset, selectors: Iterable[Asked], steps: Steps) -> Slots | Untouched:
        tried.append(selectors)
        return locate(page, charset, selectors, Steps(steps.left // 1_000_000))

    monkeypatch.setattr(edit_module, "locate", slow)

    async def visits() -> None:
        editor = Editor()
        for page in (PAGE * 20, LARGE) * 3:
            assert await editor.edit(page, HTML, [HERO]) == Untouched("too-slow")

    asyncio.run(visits())
    assert len(tried) == 3  # the small one was begun at once, and again in a thread


def test_what_takes_too_long_on_a_known_page_leaves_what_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    async def visits() -> tuple[Edited | Untouched, Edited | Untouched]:
        editor = Editor()
        await editor.edit(PAGE, HTML, [HERO])
        monkeypatch.setattr(edit_module, "locate", lambda *_: Untouched("too-slow"))
        both = [HERO, ("text", [("p", Form("remove"))])]
        return await editor.edit(PAGE, HTML, both), await editor.edit(PAGE, HTML, both)

    first, second = asyncio.run(visits())
    assert first == Untouched("too-slow")
    assert second == Edited(EDITED, ("hero",), (("text", "too-slow"),))


def test_many_slots_on_a_small_page_are_looked_for_in_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[str] = []

    def seen(page: bytes, charset: Charset, selectors: Iterable[Asked], steps: Steps) -> Slots | Untouched:
        threads.append(threading.current_thread().name)
        return locate(page, charset, selectors, steps)

    monkeypatch.setattr(edit_module, "locate", seen)
    page = PAGE + b"<p>text</p>" * 500

    async def visits() -> None:
        editor = Editor()
        await editor.edit(page, HTML, [HERO])
        await editor.edit(page, HTML, [(f"e{n}", [(f"p:nth-of-type({n})", Form("remove"))]) for n in range(1, 60)])

    asyncio.run(visits())
    assert [name == threading.main_thread().name for name in threads] == [True, False]


def test_a_visitor_who_leaves_does_not_spoil_the_search_for_others() -> None:
    async def visits() -> Edited | Untouched:
        editor = Editor()
        gone = asyncio.create_task(editor.edit(LARGE, HTML, [HERO]))
        stays = asyncio.create_task(editor.edit(LARGE, HTML, [HERO]))
        await asyncio.sleep(0)
        gone.cancel()
        return await stays

    edited = asyncio.run(visits())
    assert isinstance(edited, Edited)
    assert edited.shown == ("hero",)


def test_a_fault_of_ours_leaves_the_page_untouched_and_says_what_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    fault = RuntimeError("a bug")

    def broken(*_: object) -> None:
        raise fault

    monkeypatch.setattr(edit_module, "locate", broken)
    for page in (PAGE, LARGE):
        untouched = asyncio.run(Editor().edit(page, HTML, [HERO]))
        assert isinstance(untouched, Untouched)
        assert (untouched.reason, untouched.error) == ("error", fault)
        assert edit(page, HTML, [HERO]) == Untouched("error", fault)


SINGLE_BYTE = [
    "windows-1252",
    "iso-8859-1",
    "iso-8859-2",
    "iso-8859-7",
    "koi8-r",
    "windows-1251",
    "macintosh",
    "ibm866",
]


@pytest.mark.parametrize("coding", ["identity", "gzip"])
@pytest.mark.parametrize("charset", ["utf-8", *SINGLE_BYTE])
def test_the_origins_bytes_stay_in_every_charset_and_coding(charset: str, coding: str) -> None:
    high = bytes(range(0x80, 0x100)) if charset != "utf-8" else "Grüße, 日本".encode()
    page = b"<html><body>" + high + b"<h1 id=hero>Old " + high + b"</h1>" + high + b"<p>" + high + b"</p></body></html>"
    sent = encode_gzip(page) if coding == "gzip" else page
    received = decode(sent, coding, 1_000_000)
    assert received == page
    edited = edit(page, f"text/html; charset={charset}", [HERO])
    assert edited == Edited(page.replace(b"Old " + high, b"New"), ("hero",))
    assert gzip.decompress(encode_gzip(edited.body)) == edited.body


@pytest.mark.parametrize("content_type", ["text/html", "Text/HTML ; charset=utf-8", "text/html;charset=x; charset=y"])
def test_only_the_type_before_the_parameters_counts(content_type: str) -> None:
    assert edit(PAGE, content_type, [HERO]) != Untouched("type")
