from __future__ import annotations

import asyncio
import gzip
from collections.abc import Iterable

import pytest

from edge.pages import edit as edit_module
from edge.pages.body import decode, encode_gzip
from edge.pages.charset import Charset
from edge.pages.edit import Edited, Editor, Untouched, edit
from edge.pages.locate import Slots, locate
from rules.values import Form

HTML = "text/html; charset=utf-8"
PAGE = b"<!doctype html><html><body><h1 id=hero>Old</h1><p>text</p></body></html>"
HERO = ("hero", [("#hero", Form("text", "New"))])
EDITED = PAGE.replace(b"Old", b"New")
LARGE = PAGE.replace(b"text", b"text <b>more</b> " * 4_000)


@pytest.fixture
def searches(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The selectors of each search of a page."""
    made: list[list[str]] = []

    def counted(page: bytes, charset: Charset, selectors: Iterable[str]) -> Slots | Untouched:
        made.append(list(selectors))
        return locate(page, charset, made[-1])

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
def test_a_page_is_searched_once(page: bytes, searches: list[list[str]]) -> None:
    async def visits() -> None:
        editor = Editor()
        for _ in range(3):
            edited = await editor.edit(page, HTML, [HERO])
            assert isinstance(edited, Edited)
            assert edited.shown == ("hero",)

    asyncio.run(visits())
    assert searches == [["#hero"]]


def test_many_visitors_of_a_new_large_page_wait_for_one_search(searches: list[list[str]]) -> None:
    async def visits() -> list[Edited | Untouched]:
        editor = Editor()
        return await asyncio.gather(*(editor.edit(LARGE, HTML, [HERO]) for _ in range(20)))

    answers = asyncio.run(visits())
    assert len(searches) == 1
    assert all(answer == answers[0] for answer in answers)


def test_only_new_selectors_are_searched_for(searches: list[list[str]]) -> None:
    async def visits() -> None:
        editor = Editor()
        await editor.edit(PAGE, HTML, [HERO])
        await editor.edit(PAGE, HTML, [HERO, ("text", [("p", Form("remove"))])])
        await editor.edit(PAGE, HTML, [("text", [("p", Form("text", "x"))])])

    asyncio.run(visits())
    assert searches == [["#hero"], ["p"]]


def test_a_page_that_changed_by_one_byte_is_another_page(searches: list[list[str]]) -> None:
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


def test_the_memory_is_bounded(searches: list[list[str]]) -> None:
    async def visits() -> None:
        editor = Editor(remember=2)
        for number in (1, 2, 3, 1):
            await editor.edit(PAGE + b" " * number, HTML, [HERO])

    asyncio.run(visits())
    assert len(searches) == 4


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
