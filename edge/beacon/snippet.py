"""`/_windsock/w.js`: what a page tells of itself, and what counts as what.

| | when it is told |
|---|---|
| exposure | once the page is visible; a prerendered one when it is shown; never a prefetched one |
| click | a person's click, middle click or key on an element of the selector or inside of it |
| visit | by the later page, once that is visible, for all pages of this tab that wait for it |
| event | `windsock("event", name)`, here or on a later page of this tab that has the snippet |
| dwell | so many seconds visible, in one go or in several |
| scroll | that share of the page has been in view, once all of it is loaded; a short page is in view at once |

Measures are told when the page is first left: hidden, closed, or another one in its place.

| | |
|---|---|
| bounce | 1: left within 10 s of being seen, without a press, a key or a turn of the wheel; else 0 |
| lcp | milliseconds until the largest thing in view was painted; none where the page began in the background |
| cls | the largest sum of shifts within 5 s of each other, with gaps under 1 s |
| inp | milliseconds of the slowest reaction to a press or a key; none where there was none |
| errors | scripts that failed, and promises that nobody caught, from when the snippet runs |

A page that comes back out of the browser's back/forward cache is the same page with the same token: its exposure is
not told again. What waits for a later page stands in `sessionStorage` under `windsock`: the tokens of the last 20 pages
of the tab, each until its reward window is over. Where a page has no data block, or the browser asks for privacy
(`Sec-GPC`), the snippet removes what waits and does nothing else.
"""

from __future__ import annotations

from gzip import compress
from importlib.resources import files
from typing import Final

from edge.web import plain, validator
from edge.web.asgi import Receive, Send
from edge.web.coding import accepts_gzip
from edge.web.request import Headers, Request

PATH: Final = b"/_windsock/w.js"


def _bare(source: str) -> bytes:
    """Without indentation, empty lines and lines of comment: what is sent is what is read, only shorter."""
    lines = (line.strip() for line in source.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//")).encode("ascii")


BODY: Final = _bare((files("edge.beacon") / "w.js").read_text("ascii"))
GZIPPED: Final = compress(BODY, 9, mtime=0)

_TAGS: Final = {False: validator.of(BODY), True: validator.of(GZIPPED)}
_CACHED: Final[Headers] = (
    (b"content-type", b"text/javascript; charset=utf-8"),
    (b"cache-control", b"public, max-age=3600, stale-while-revalidate=86400"),
    (b"vary", b"accept-encoding"),
    (b"x-content-type-options", b"nosniff"),
)


async def answer(request: Request, receive: Receive, send: Send) -> None:  # noqa: ARG001 -- the signature of a page
    """Answer a request for it."""
    if request.method not in ("GET", "HEAD"):
        await plain.respond(send, 405, ((b"allow", b"GET, HEAD"),))
        return
    gzipped = accepts_gzip(request.headers)
    coding = ((b"content-encoding", b"gzip"),) if gzipped else ()
    tag = _TAGS[gzipped]
    if validator.unchanged(request.headers, tag):
        await plain.respond(send, 304, (*_CACHED, (b"etag", tag)))
        return
    headers = (*_CACHED, *coding, (b"etag", tag))
    await plain.respond(send, 200, headers, GZIPPED if gzipped else BODY, head=request.method == "HEAD")
