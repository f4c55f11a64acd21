"""One GET to a weather service, which is not trusted: late, huge and redirected answers are no answers.

A redirect is never followed: it could lead into the network behind us. An operator who uses another address sets
`weather_url`.
"""

from __future__ import annotations

import asyncio
import zlib
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final

import httpx

from edge.signals.weather.service import Call

SECONDS: Final = 10.0
LARGEST: Final = 4 * 2**20
"""Bytes of an answer; fifty cells take 30 KB, a forecast of nine days 100 KB."""
REST: Final = 60.0
"""Seconds for which a service is left alone that says 429 and not for how long."""
LONGEST_REST: Final = 86_400.0
"""Seconds for which a service is left alone at most, whatever it asks for."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What came: a body, or None for "as before" (304)."""

    body: bytes | None
    expires: float  # seconds since the epoch; 0 when the answer does not say
    last_modified: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing that can be used."""

    reason: str  # one word or two, for the metric: timeout, status 429, redirect, too large, unreachable
    wait: float = 0.0  # seconds that the service wants to be left alone


def client() -> httpx.AsyncClient:
    """A client that follows nothing, believes no environment and keeps few connections."""
    limits = httpx.Limits(max_connections=4, max_keepalive_connections=2)
    return httpx.AsyncClient(follow_redirects=False, trust_env=False, timeout=SECONDS, limits=limits)


async def get(http: httpx.AsyncClient, call: Call, validator: str, seconds: float = SECONDS) -> Answered | Refused:
    """The answer to a call, within `seconds` for all of it."""
    try:
        async with asyncio.timeout(seconds):
            return await _get(http, call, validator)
    except (TimeoutError, httpx.TimeoutException):
        return Refused("timeout")
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, zlib.error):
        return Refused("unreachable")


async def _get(http: httpx.AsyncClient, call: Call, validator: str) -> Answered | Refused:
    headers = {"Accept": "application/json", "Accept-Encoding": "gzip", **call.headers}
    if validator:
        headers["If-Modified-Since"] = validator
    async with http.stream("GET", call.url, params=call.parameters, headers=headers) as response:
        if response.status_code == HTTPStatus.NOT_MODIFIED:
            return _answered(None, response)
        if response.is_redirect or 300 <= response.status_code < 400:
            return Refused("redirect")
        if response.status_code not in (HTTPStatus.OK, HTTPStatus.NON_AUTHORITATIVE_INFORMATION):
            return Refused(f"status {response.status_code}", _wait(response))
        body = bytearray()
        async for part in response.aiter_raw():
            body += part
            if len(body) > LARGEST:
                return Refused("too large")
        return _whole(bytes(body), response)


def _whole(body: bytes, response: httpx.Response) -> Answered | Refused:
    """The body as it was before it was compressed, unless that is too much."""
    if response.headers.get("content-encoding", "identity").lower() == "gzip":
        inflate = zlib.decompressobj(wbits=31)
        body = inflate.decompress(body, LARGEST + 1)
        if len(body) > LARGEST:
            return Refused("too large")
        if not inflate.eof:
            return Refused("broken off")
    return _answered(body, response)


def _answered(body: bytes | None, response: httpx.Response) -> Answered:
    changed = response.headers.get("last-modified", "")
    known = changed.isascii() and len(changed) < 60 and _date(changed) > 0
    return Answered(body, _date(response.headers.get("expires", "")), changed if known else "")


def _date(written: str) -> float:
    try:
        return parsedate_to_datetime(written).timestamp()
    except (ValueError, TypeError, OverflowError):
        return 0.0


def _wait(response: httpx.Response) -> float:
    """Seconds of `Retry-After`; a date there is not worth the trouble: waits grow by themselves."""
    written = response.headers.get("retry-after", "").strip()
    if written.isascii() and written.isdigit() and len(written) < 10:
        return min(float(written), LONGEST_REST)
    return REST if response.status_code == HTTPStatus.TOO_MANY_REQUESTS else 0.0
