"""Asking the origin: one request through the circuit, and a plain page for every way in which no answer comes."""

from __future__ import annotations

from typing import Final

import httpx

from edge.fallback import Failure
from edge.gateway.circuit import Circuit
from edge.gateway.failures import failure_of
from edge.gateway.forwarding import Forwarding
from edge.gateway.limits import Limits
from edge.gateway.target import target
from edge.gateway.transport.lazy import Raw, Request
from edge.gateway.visitor import Left, TooLarge
from edge.telemetry.trouble import Trouble
from edge.web import plain
from edge.web.asgi import Scope, Send
from edge.web.request import Headers

_NOTHING: Final = httpx.ByteStream(b"")


class Origin:
    """The site behind the edge; `url` holds scheme, host, port and perhaps a path prefix."""

    def __init__(
        self,
        transport: httpx.AsyncBaseTransport,
        url: httpx.URL,
        forwarding: Forwarding,
        trouble: Trouble,
        limits: Limits,
        circuit: Circuit,
    ) -> None:
        self.prefix = url.raw_path.partition(b"?")[0].rstrip(b"/")
        self._transport = transport
        self._url = url.copy_with(raw_path=b"/")
        self._authority = self._url.netloc
        self._forwarding = forwarding
        self._trouble = trouble
        self._timeout = limits.extension()
        self._circuit = circuit

    async def ask(
        self, scope: Scope, send: Send, upload: httpx.AsyncByteStream | None = None, more: Headers = ()
    ) -> httpx.Response | None:
        """Its answer, whose body is still to come; None when there is none and the visitor has been told so.

        `more` are fields of this connection only. Raises `Left` or `TooLarge` for an upload that went wrong.
        """
        fields = self._forwarding.fields(scope, self._authority, uploads=upload is not None)
        if fields is None:
            await self._fail(scope, send, Failure.LOOP, "our own name is in Via again and again")
            return None
        ticket = self._circuit.admit(scope)
        if ticket is None:
            reference, retry = self._circuit.refused()
            await _say(scope, send, Failure.ORIGIN_OPEN, reference, retry)
            return None
        try:
            response = await self._transport.handle_async_request(self._request(scope, [*fields, *more], upload))
        except (Left, TooLarge):
            self._circuit.abandon(ticket)
            raise
        except (httpx.TransportError, httpx.InvalidURL) as error:
            failure = failure_of(error)
            self._circuit.failed(ticket, failure, error)
            await self._fail(scope, send, failure, str(error))
            return None
        except BaseException:
            self._circuit.abandon(ticket)
            raise
        self._circuit.answered(ticket, response)
        return response

    def broke(self, scope: Scope, failure: Failure, evidence: str) -> str:
        """Its answer turned out to be none; the reference of the line in the log."""
        return self._trouble.report(failure, scope, evidence)

    def _request(self, scope: Scope, fields: Raw, upload: httpx.AsyncByteStream | None) -> httpx.Request:
        extensions = {"timeout": self._timeout, "target": target(scope, self.prefix)}
        return Request(scope.get("method", "GET"), self._url, fields, upload or _NOTHING, extensions)

    async def _fail(self, scope: Scope, send: Send, failure: Failure, evidence: str) -> None:
        await _say(scope, send, failure, self._trouble.report(failure, scope, evidence))


async def _say(scope: Scope, send: Send, failure: Failure, reference: str, retry: int = 0) -> None:
    kind = plain.HTTP if scope["type"] == "http" else plain.HANDSHAKE
    await plain.error(send, failure, reference, head=scope.get("method") == "HEAD", retry=retry, kind=kind)
