"""The shop's server, asked as a browser asks."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from edge.demo.shop.app import app


def ask(method: str, path: str, **fields: str) -> httpx.Response:
    async def once() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop") as client:
            headers = {name.replace("_", "-"): value for name, value in fields.items()}
            return await client.request(method, path, headers=headers)

    return asyncio.run(once())


def test_a_page_is_html_with_a_validator_and_a_short_life() -> None:
    page = ask("GET", "/")
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["cache-control"] == "public, max-age=60"
    assert page.headers["etag"].startswith('"')
    assert int(page.headers["content-length"]) == len(page.content)


def test_the_navigation_is_wide_when_the_request_asks_for_it() -> None:
    wide, compact = ask("GET", "/", x_nav="wide"), ask("GET", "/")
    assert "shelves" in wide.text
    assert "shelves" not in compact.text
    assert wide.headers["etag"] != compact.headers["etag"]
    assert wide.headers["vary"] == compact.headers["vary"] == "X-Nav"


def test_a_picture_is_the_same_for_everybody() -> None:
    picture = ask("GET", "/img/hero-day.svg")
    assert picture.headers["content-type"] == "image/svg+xml"
    assert picture.headers["cache-control"] == "public, max-age=3600"
    assert "vary" not in picture.headers


def test_an_unchanged_page_is_not_sent_again() -> None:
    tag = ask("GET", "/").headers["etag"]
    for written in (tag, f"W/{tag}", f'"other", {tag}'):
        again = ask("GET", "/", if_none_match=written)
        assert again.status_code == 304
        assert again.content == b""


def test_a_changed_page_is_sent_again() -> None:
    assert ask("GET", "/", if_none_match='"other"').status_code == 200


def test_head_has_the_fields_and_no_body() -> None:
    head, page = ask("HEAD", "/"), ask("GET", "/")
    assert head.content == b""
    assert head.headers["content-length"] == page.headers["content-length"]


def test_an_address_without_a_page_is_404_with_a_way_back() -> None:
    page = ask("GET", "/nowhere")
    assert page.status_code == 404
    assert 'href="/"' in page.text


@pytest.mark.parametrize("form", ["/order", "/letter"])
def test_a_form_is_thanked_for(form: str) -> None:
    answer = ask("POST", form)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/thanks"


def test_what_cannot_be_done_is_said() -> None:
    answer = ask("DELETE", "/")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"
