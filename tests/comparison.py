"""The same question to a site and to the edge in front of it, and in what their answers differ.

Status, fields and bytes must be the same, but for the variants in their slots and for the fields that a personal page
has of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

import httpx

from tests.readers import READERS, Reader

AT_ONCE: Final = 6
"""Addresses that are looked at together."""

_OF_THE_HOP: Final = frozenset({"date", "connection", "transfer-encoding", "cache-status", "server-timing"})
_OF_THE_BYTES: Final = frozenset({"content-length", "etag", "last-modified", "accept-ranges", "cache-control"})


@dataclass(frozen=True, slots=True)
class Ask:
    """One request, and the status that the site itself should answer with (None: whichever)."""

    address: str
    method: str = "GET"
    fields: dict[str, str] = field(default_factory=dict)
    status: int | None = None


@dataclass(slots=True)
class Report:
    """What was compared, and in what the edge differed from the site."""

    pages: int = 0
    others: int = 0
    requests: int = 0
    differences: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def __str__(self) -> str:
        """A line for each difference, and the sums."""
        sums = (
            f"{self.pages} pages and {self.others} other addresses that they link to, as {len(READERS)} readers: "
            f"{self.requests} requests to the edge, {len(self.differences)} differences, {self.seconds:.0f} s"
        )
        return "\n".join([*self.differences, sums])


class Comparison:
    """Asks the site and the edge the same, and notes what differs."""

    def __init__(self, site: httpx.AsyncClient, edge: httpx.AsyncClient) -> None:
        self.report = Report()
        self._site, self._edge = site, edge
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def look(self, ask: Ask) -> httpx.Response:
        """Compare for each reader; returns what the site itself says."""
        async with self._turns:
            said = {ask.address: await self._direct(ask, ask.address)}
            for reader in READERS:
                document = reader.document(ask.address)
                if document not in said:
                    said[document] = await self._direct(ask, document)
                through = await self.through(reader, ask)
                for what in differences(reader, ask.address, said[document], through):
                    self.note(reader, ask, what)
        return said[ask.address]

    async def through(self, reader: Reader, ask: Ask) -> httpx.Response:
        """What the edge says to that reader."""
        self.report.requests += 1
        return await self._edge.request(ask.method, ask.address, headers={**reader.fields, **ask.fields})

    def note(self, reader: Reader, ask: Ask, what: str) -> None:
        """Something is not as it should be."""
        self.report.differences.append(f"{reader.name}: {ask.method} {ask.address} {ask.fields or ''}: {what}")

    async def _direct(self, ask: Ask, document: str) -> httpx.Response:
        answer = await self._site.request(ask.method, document, headers={"Accept-Encoding": "gzip", **ask.fields})
        if ask.status not in (None, answer.status_code):
            self.report.differences.append(f"{ask.method} {document}: the site itself says {answer.status_code}")
        return answer


def differences(reader: Reader, address: str, direct: httpx.Response, through: httpx.Response) -> Iterator[str]:
    """In what an answer of the edge is not what that reader should get."""
    path = address.partition("?")[0]
    personal = reader.cares(path) and _is_html(direct) and direct.status_code in (HTTPStatus.OK, HTTPStatus.NOT_FOUND)
    edited = personal and is_page(direct) and direct.request.method != "HEAD"
    expected = reader.page(path, direct.content) if edited else direct.content
    if through.status_code != direct.status_code:
        yield f"status {through.status_code}, directly {direct.status_code}"
    yield from _fields_differ(direct, through, _OF_THE_HOP | _OF_THE_BYTES if personal else _OF_THE_HOP)
    if personal and through.headers.get_list("cache-control") != ["private, no-cache"]:
        yield f"a personal page says {through.headers.get_list('cache-control')} about caches"
    if expected is None:
        yield "the page has no place for the variant"
    elif through.content != expected:
        yield _bytes_differ(expected, through.content)


def is_page(answer: httpx.Response) -> bool:
    """Whether this is a page of the site, and not its word that there is none."""
    return answer.status_code == HTTPStatus.OK and _is_html(answer)


def _is_html(answer: httpx.Response) -> bool:
    return str(answer.headers.get("content-type")).startswith("text/html")


def _fields_differ(direct: httpx.Response, through: httpx.Response, ignored: frozenset[str]) -> Iterator[str]:
    for name in sorted({*direct.headers, *through.headers} - ignored):
        if direct.headers.get_list(name) != through.headers.get_list(name):
            yield f"{name} is {through.headers.get_list(name)}, directly {direct.headers.get_list(name)}"


def _bytes_differ(expected: bytes, got: bytes) -> str:
    shorter = min(len(expected), len(got))
    at = next((at for at in range(shorter) if expected[at] != got[at]), shorter)
    around = slice(max(0, at - 20), at + 40)
    return f"bytes differ from {at}: {got[around]!r} instead of {expected[around]!r}"
