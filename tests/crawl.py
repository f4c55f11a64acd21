"""Real input: 500 pages that nobody here has written, read through the edge by two visitors.

nginx serves Python's documentation, and `windsock serve` stands in front of it. Two readers walk through the site from
its start page. For each address that they meet, page or not, the status, the fields and the bytes are compared with
what nginx says directly: all the same, but for the variants in their slots. `make crawl` prints what differs.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from html import unescape
from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.parse import urldefrag, urljoin

import httpx

from tests.comparison import AT_ONCE, Ask, Comparison, Report, is_page
from tests.nginx import MISSING, documentation, is_here
from tests.readers import READERS, RULES
from tests.wire import served

PAGES: Final = 500
"""Pages whose links are followed."""
STYLE: Final = "/_static/pydoctheme.css"
PICTURE: Final = "/_static/og-image.png"

_LINK: Final = re.compile(rb'<(?:a|link|script|img)\s[^>]*?\b(?:href|src)="([^"]*)"')
_STYLE_LINK: Final = re.compile(rb"url\([\"']?([^\"')]+)")


def links(address: str, answer: httpx.Response) -> list[str]:
    """The addresses of the same site that an answer leads to, in order, each once."""
    kind = answer.headers.get("content-type", "").partition(";")[0]
    pattern = {"text/html": _LINK, "text/css": _STYLE_LINK}.get(kind)
    found = [match.decode() for match in pattern.findall(answer.content)] if pattern else []
    found += answer.headers.get_list("location")
    whole = (urldefrag(urljoin(f"http://site{address}", unescape(link))).url for link in found)
    return list(dict.fromkeys(url.removeprefix("http://site") for url in whole if url.startswith("http://site/")))


async def crawl(comparison: Comparison, pages: int = PAGES) -> None:
    """Walk breadth first from the start page, and follow the links of that many pages."""
    report, known, wave = comparison.report, {"/"}, ["/"]
    while wave:
        answers = await asyncio.gather(*(comparison.look(Ask(address)) for address in wave))
        further: list[str] = []
        for address, answer in zip(wave, answers, strict=True):
            page = is_page(answer)
            opened = page and report.pages < pages
            report.pages += opened
            report.others += not opened
            if opened or not page:
                further += links(address, answer)
        wave = [address for address in dict.fromkeys(further) if address not in known]
        known.update(wave)


async def manners(comparison: Comparison) -> None:
    """What a browser asks besides whole documents, and what no link leads to."""
    style = (await comparison.look(Ask(STYLE, status=200))).headers
    picture = (await comparison.look(Ask(PICTURE, status=200))).headers
    for ask in (
        Ask("/", "HEAD", status=200),
        Ask(STYLE, "HEAD", status=200),
        Ask("/no-such-page.html", "HEAD", status=404),
        Ask(STYLE, fields={"If-None-Match": style["etag"]}, status=304),
        Ask(STYLE, fields={"If-None-Match": '"another"'}, status=200),
        Ask(STYLE, fields={"If-Modified-Since": style["last-modified"]}, status=304),
        Ask(PICTURE, fields={"Range": "bytes=10-99"}, status=206),
        Ask(PICTURE, fields={"Range": "bytes=-100"}, status=206),
        Ask(PICTURE, fields={"Range": "bytes=10-99", "If-Range": picture["etag"]}, status=206),
        Ask(PICTURE, fields={"Range": "bytes=10-99", "If-Range": '"another"'}, status=200),
        Ask(PICTURE, fields={"Range": "bytes=9999999-"}, status=416),
        Ask("/library", status=301),
        Ask("/library/", status=200),
        Ask("/_static/", status=403),
        Ask("/no-such-page.html", status=404),
        Ask("/no-such.css?v=1", status=404),
        Ask("/search.html?q=%C3%A4+%2F&q", status=200),
        Ask("/library/%61bc.html", status=200),
        Ask("/index.html", "POST", status=405),
        Ask(STYLE, "DELETE", status=405),
    ):
        await comparison.look(ask)


async def second_visits(comparison: Comparison) -> None:
    """A page that a reader has already is not sent again, and is not taken for the other reader's."""
    tags = [(await comparison.through(reader, Ask("/"))).headers.get("etag", "") for reader in READERS]
    for reader in READERS:
        for owner, tag in zip(READERS, tags, strict=True):
            ask = Ask("/", fields={"If-None-Match": tag})
            answer = await comparison.through(reader, ask)
            if answer.status_code != (HTTPStatus.NOT_MODIFIED if owner is reader else HTTPStatus.OK):
                comparison.note(reader, ask, f"status {answer.status_code} for the page of the one {owner.name}")


Part = Callable[[Comparison], Awaitable[None]]
PARTS: Final[tuple[Part, ...]] = (crawl, manners, second_visits)


def compare(site: str, edge: str, *parts: Part) -> Report:
    """Compare a site with the edge in front of it, in these parts."""

    async def comparing() -> Report:
        limits = httpx.Limits(max_connections=AT_ONCE)
        async with (
            httpx.AsyncClient(base_url=site, limits=limits, timeout=30, trust_env=False) as direct,
            httpx.AsyncClient(base_url=edge, limits=limits, timeout=30, trust_env=False) as through,
        ):
            comparison = Comparison(direct, through)
            for part in parts:
                await part(comparison)
        return comparison.report

    began = time.monotonic()
    report = asyncio.run(comparing())
    report.seconds = time.monotonic() - began
    return report


@contextlib.contextmanager
def both() -> Iterator[tuple[str, str]]:
    """The site and the edge in front of it, for the time of a block: their URLs."""
    with tempfile.TemporaryDirectory() as folder, documentation() as site:
        for name, text in RULES.items():
            Path(folder, name).write_text(text)
        with served(site, Path(folder)) as edge:
            yield site, f"http://127.0.0.1:{edge.port}"


def main() -> int:
    """0 when nothing differs, 1 when something does, 2 when there is nothing to crawl."""
    if not is_here():
        print(MISSING, file=sys.stderr)
        return 2
    with both() as (site, edge):
        report = compare(site, edge, *PARTS)
    print(report)
    return 1 if report.differences or report.pages < PAGES else 0


if __name__ == "__main__":
    sys.exit(main())
