"""`POST /_windsock/beacon`: what browsers say of a page.

| answer | when |
|---|---|
| 204 | it is in the log: now, or since before; or it is of somebody who is not counted, and nothing is kept |
| 400 | it is no beacon |
| 403 | its token is forged, expired or of another site; or another site sent it |
| 405 | it is no POST |
| 408, 413 | it did not come within 5 s; it has more than 8 KiB |
| 429, 503 | too many from one network; it cannot be written at the moment: with `Retry-After` |

Who is strict (`Sec-GPC: 1`, opted out, a strict site) is heard and forgotten. Who sends it does not matter beyond that:
a page that a robot asks for has no token, so whoever has one may speak of its page.
"""

from __future__ import annotations

from typing import Final

from edge.beacon.body import Bodies
from edge.beacon.cap import Cap
from edge.beacon.intake import DONE, Answer, Intake
from edge.telemetry.beacons import BeaconMetrics
from edge.web import cookie
from edge.web.asgi import Receive, Send
from edge.web.consent import Consent
from edge.web.request import Headers, Request
from edge.web.sender import from_here

PATH: Final = b"/_windsock/beacon"

_UNCOUNTED: Final = Answer(DONE, "ignored")
_MISSING: Final = {
    "large": Answer(413, "malformed", "A beacon has at most 8 KiB."),
    "slow": Answer(408, "slow", "This beacon took too long."),
}
_FOREIGN: Final = Answer(403, "foreign", "This beacon was sent by another site, so it does not count.")
_CAPPED: Final = Answer(429, "capped", "Too many beacons come from this network; send it again in a while.")
_NO_POST: Final = Answer(405, "malformed", "Send a beacon with POST.")

_PLAIN: Final[Headers] = ((b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store"))
_MORE: Final[dict[int, Headers]] = {
    405: ((b"allow", b"POST"),),
    408: ((b"connection", b"close"),),
    413: ((b"connection", b"close"),),
    429: ((b"retry-after", b"10"),),
    503: ((b"retry-after", b"5"),),
}


class Beacon:
    """The endpoint, one for a worker."""

    def __init__(self, intake: Intake, consent: Consent, metrics: BeaconMetrics, cap: Cap | None = None) -> None:
        self._intake, self._consent, self._metrics = intake, consent, metrics
        self._cap, self._bodies = cap or Cap(), Bodies()

    async def __call__(self, request: Request, receive: Receive, send: Send) -> None:
        """Answer one request."""
        answer = await self._answer(request, receive)
        if answer is None:
            return
        self._metrics.beacon(answer.event, answer.became)
        await _say(answer, send, head=request.method == "HEAD")

    async def _answer(self, request: Request, receive: Receive) -> Answer | None:
        """None when nobody is there any more."""
        if request.method != "POST":
            return _NO_POST
        if not from_here(request):
            return _FOREIGN
        if not self._counts(request):
            return _UNCOUNTED
        if not self._cap.allows(request.client):
            return _CAPPED
        body = await self._bodies.whole(request, receive)
        if isinstance(body, bytes):
            return await self._intake.take(body)
        return _MISSING.get(body)

    def _counts(self, request: Request) -> bool:
        sent = b";".join([value for name, value in request.headers if name == b"cookie"])
        stored = cookie.read(request.headers) if b"off" in sent else None  # nothing else in it matters here
        return self._consent.of(request, stored) != "strict"


async def _say(answer: Answer, send: Send, *, head: bool) -> None:
    if answer.status == DONE:
        await send({"type": "http.response.start", "status": DONE, "headers": [(b"cache-control", b"no-store")]})
        await send({"type": "http.response.body", "body": b""})
        return
    body = f"{answer.text}\n".encode()
    headers = [*_PLAIN, *_MORE.get(answer.status, ()), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head else body})
