"""The site behind the edge: whether it answers, whether its start page can be edited, and what would clash."""

from __future__ import annotations

import secrets
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

import httpx

from edge.cli.checkup.finding import Finding
from edge.clock import Clock
from edge.errors import WindsockError
from edge.pages.charset import UNDECLARED, charset_of
from edge.settings import Settings
from edge.web.tls import towards_origin

RESERVED: Final = "/_windsock/"
COOKIE: Final = "windsock"
_REDIRECTS: Final = 5
_CLOCK_SECONDS: Final = 30


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of the origin, its body read as far as the edge would edit it."""

    path: str
    status: int
    headers: httpx.Headers
    body: bytes
    whole: bool
    seconds: float


def origin(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Everything that can be seen by asking the origin for a few pages."""
    if not settings.origin:
        yield Finding("origin", "fail", "none is set: give --origin http://…, the site behind the edge")
        return
    try:
        with client_of(settings) as client:
            yield from _look(client, settings, clock)
    except WindsockError as error:
        yield Finding("origin", "fail", str(error))
    except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError) as error:
        yield Finding("origin", "fail", f"{settings.origin} {trouble(error, settings)}")


def client_of(settings: Settings) -> httpx.Client:
    """Asks as the edge would; close it after use."""
    socket = str(settings.origin_socket) if settings.origin_socket else None
    return httpx.Client(
        headers=[("Accept-Encoding", "gzip"), *settings.origin_headers],
        timeout=httpx.Timeout(settings.first_byte_timeout, connect=settings.connect_timeout),
        transport=httpx.HTTPTransport(verify=towards_origin(settings), trust_env=False, uds=socket),
        trust_env=False,
    )


def _look(client: httpx.Client, settings: Settings, clock: Clock) -> Iterator[Finding]:
    page = fetch(client, settings, "/")
    asked = page.path
    for _ in range(_REDIRECTS):
        onward = _onward(page, settings)
        if not onward:
            break
        page = fetch(client, settings, onward)
    yield _answers(page, settings, asked)
    yield from _clock_of(page, clock)
    if page.status == httpx.codes.OK:
        yield from _start_page(page, settings)
        yield from _compression(client, settings, page)
    yield from _clashes(client, settings, page)


def fetch(client: httpx.Client, settings: Settings, path: str, **fields: str) -> Page:
    """One page of the origin, read as far as the edge would edit it. Raises httpx.HTTPError."""
    body = bytearray()
    with client.stream("GET", settings.origin + path, headers=fields) as response:
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > settings.max_page_bytes:
                break
        whole = len(body) <= settings.max_page_bytes
    return Page(path, response.status_code, response.headers, bytes(body), whole, response.elapsed.total_seconds())


def _onward(page: Page, settings: Settings) -> str:
    """The path that a redirect leads to on the same site; empty otherwise."""
    if not 300 <= page.status < 400 or "location" not in page.headers:
        return ""
    to = urlsplit(str(httpx.URL(settings.origin + page.path).join(page.headers["location"])))
    site = urlsplit(settings.origin)
    if to.netloc != site.netloc or not to.path.startswith(site.path):
        return ""
    return to.path.removeprefix(site.path) + (f"?{to.query}" if to.query else "")


def _answers(page: Page, settings: Settings, asked: str) -> Finding:
    seen = f"{settings.origin} answers {page.status} in {page.seconds * 1000:.0f} ms"
    if page.path != asked:
        seen += f" (its start page is {page.path})"
    if page.status >= 500:
        return Finding("origin", "fail", f"{seen}: it has an error of its own; visitors would see that")
    if 300 <= page.status < 400:
        to = page.headers.get("location", "nowhere")
        return Finding(
            "origin", "warn", f"{seen} and sends visitors to {to}; set --origin to the site that serves the pages"
        )
    if page.status != httpx.codes.OK:
        return Finding("origin", "warn", f"{seen}; its start page could not be looked at")
    return Finding("origin", "ok", seen)


def _clock_of(page: Page, clock: Clock) -> Iterator[Finding]:
    try:
        apart = clock() - parsedate_to_datetime(page.headers["date"]).timestamp()
    except (KeyError, ValueError):
        yield Finding("clock", "warn", "the origin names no date, so this machine's clock could not be compared")
        return
    if abs(apart) > _CLOCK_SECONDS:
        way = "ahead of" if apart > 0 else "behind"
        yield Finding("clock", "warn", f"this machine is {abs(apart):.0f} s {way} the origin; set the clock by NTP")
    else:
        yield Finding("clock", "ok", "agrees with the origin's")


def _start_page(page: Page, settings: Settings) -> Iterator[Finding]:
    kind = page.headers.get("content-type", "none named")
    if not kind.lower().startswith(("text/html", "application/xhtml+xml")):
        yield Finding("pages", "warn", f"the start page is not HTML but {kind}: it passes untouched")
    elif not page.whole:
        yield Finding(
            "pages",
            "warn",
            f"the start page is larger than {settings.max_page_bytes} bytes: it passes untouched; see --max-page-bytes",
        )
    else:
        yield _charset(page, kind)
        yield _hydration(page)


def _charset(page: Page, kind: str) -> Finding:
    charset = charset_of(page.body, kind)
    if charset is None:
        return Finding("pages", "warn", "the start page is in a charset that cannot be edited: serve it as UTF-8")
    if charset is UNDECLARED:
        return Finding(
            "pages",
            "ok",
            "the start page is HTML that names no charset; letters beyond ASCII are written as references",
        )
    return Finding("pages", "ok", f"the start page is HTML in {charset.reads}: it can be edited")


def _hydration(page: Page) -> Finding:
    from edge.pages.hydration import framework

    found = framework(page.body)
    if found is None:
        return Finding("hydration", "ok", "no framework takes the start page over in the browser: edits stay")
    return Finding(
        "hydration",
        "warn",
        f"{found} takes the start page over in the browser and may undo an edit inside its root: "
        "choose slots outside of it, or use `slot: header` or `slot: path` and let the site make the difference",
    )


def _compression(client: httpx.Client, settings: Settings, page: Page) -> Iterator[Finding]:
    """Some servers compress for browsers and not for proxies, which they tell by the `Via` that a proxy must send."""
    if page.headers.get("content-encoding") != "gzip":
        return
    if fetch(client, settings, page.path, via="1.1 windsock").headers.get("content-encoding") == "gzip":
        yield Finding("compression", "ok", "the origin compresses its pages for the edge, too")
        return
    yield Finding(
        "compression",
        "warn",
        "the origin compresses its pages, but not behind a proxy: through the edge they would be several times larger; "
        "allow it (nginx: gzip_proxied any;)",
    )


def _clashes(client: httpx.Client, settings: Settings, page: Page) -> Iterator[Finding]:
    own = [value for value in page.headers.get_list("set-cookie") if value.partition("=")[0].strip() == COOKIE]
    if own:
        yield Finding(
            "names", "fail", f"the origin sets a cookie named {COOKIE}: it would never get it back; rename that cookie"
        )
    status = fetch(client, settings, RESERVED).status
    anything = fetch(client, settings, f"/{secrets.token_hex(8)}/").status
    if status == httpx.codes.OK and anything != status:
        yield Finding(
            "names", "fail", f"the origin has pages under {RESERVED}: visitors could not reach them; move them"
        )
    elif not own:
        yield Finding("names", "ok", f"nothing of the origin's is called {RESERVED} or {COOKIE}")


def trouble(error: Exception, settings: Settings) -> str:
    """What happened, in plain words, and what to do."""
    text = str(error)
    if isinstance(error, httpx.ConnectTimeout):
        return f"could not be reached within {settings.connect_timeout:g} s; check the address and the firewall"
    if isinstance(error, httpx.TimeoutException):
        return f"did not answer within {settings.first_byte_timeout:g} s; see what it is busy with"
    if "CERTIFICATE_VERIFY_FAILED" in text:
        reason = text.partition("certificate verify failed: ")[2].partition(" (_ssl")[0] or "unknown issuer"
        return f"has a certificate that is not trusted ({reason}); name its authority with --origin-ca FILE"
    if isinstance(error, ssl.SSLError) or "SSL" in text:
        return f"does not speak TLS as expected ({text}); is it http rather than https?"
    if "Name or service not known" in text or "nodename" in text or "name resolution" in text:
        return "has a host name that cannot be found; check the spelling and the DNS"
    if "refused" in text:
        return "refuses connections: nothing listens there; start the site or correct --origin"
    return f"could not be read ({type(error).__name__}: {text}); check that it speaks HTTP/1.1"
