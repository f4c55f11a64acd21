"""httpx's own transport, for `origin_transport = "httpx"`, with the promises that it does not make by itself.

It skips over interim answers and trailers, but takes an answer with both Content-Length and Transfer-Encoding, hands
out a 101 that nobody asked for, and knows one time limit for the head of an answer and for every read of its body.
It also hands bytes that follow an answer to the next request on that connection: the own transport is the default.
"""

from __future__ import annotations

from http import HTTPStatus

import httpx

_EVENTS = "text/event-stream"


class Stock(httpx.AsyncHTTPTransport):
    """Refuses ambiguous answers, and reads bodies under the limit `idle` of the extension `timeout`."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer; `httpx.RemoteProtocolError` when it is not clearly one."""
        limits = dict(request.extensions.get("timeout", {}))
        request.extensions["timeout"] = limits
        response = await super().handle_async_request(request)
        fields = response.headers
        doubt = ""
        if "content-length" in fields and "transfer-encoding" in fields:
            doubt = "both Content-Length and Transfer-Encoding"
        elif response.status_code == HTTPStatus.SWITCHING_PROTOCOLS and "upgrade" not in request.headers:
            doubt = "a change of protocols that was not asked for"
        if doubt:
            await response.aclose()
            raise httpx.RemoteProtocolError(f"the origin answered with {doubt}")
        endless = fields.get("content-type", "").lower().startswith(_EVENTS)
        limits["read"] = None if endless else limits.get("idle", limits.get("read"))  # read anew for the body
        return response
