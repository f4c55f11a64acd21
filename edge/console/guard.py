"""Who may ask the private listener, and what for.

It listens to this machine alone, yet a browser on this machine reads pages from anywhere: such a page may send
requests here, and by a name of its own that leads here (DNS rebinding) it may read the answers. So without a token a
request must name this machine in `Host`; and one that another site caused (Fetch Metadata, `Origin`) is refused.
Health and metrics are open to everybody who can connect.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from edge.console.json import as_json

Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Guard:
    """With a token, what `secret` guards needs it as `Authorization: Bearer`; `host` is where the listener listens."""

    token: str = ""
    host: str = "127.0.0.1"

    def site(self, endpoint: Endpoint) -> Endpoint:
        """For this machine, and for no other site that a browser shows."""

        async def guarded(request: Request) -> Response:
            trouble = self._stranger(request)
            return as_json({"error": trouble}, 403) if trouble else await endpoint(request)

        return guarded

    def secret(self, endpoint: Endpoint) -> Endpoint:
        """The same, and for who has the token where there is one."""

        async def guarded(request: Request) -> Response:
            said = request.headers.get("authorization", "")
            if self.token and not hmac.compare_digest(said.encode(), f"Bearer {self.token}".encode()):
                return as_json({"error": "send the admin_token as Authorization: Bearer …"}, 401)
            return await endpoint(request)

        return self.site(guarded)

    def _stranger(self, request: Request) -> str:
        """What speaks against the request, or nothing."""
        host = request.headers.get("host", "")
        if not self.token and not self._here(host):
            return "this listener is for this machine: ask it by its address, such as 127.0.0.1, or set an admin_token"
        if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return "another site may not ask this listener"
        origin = request.headers.get("origin")
        if origin is not None and request.method != "GET" and urlsplit(origin).netloc != host:
            return "another site may not change anything here"
        return ""

    def _here(self, authority: str) -> bool:
        """Whether a Host names this machine."""
        try:
            name = (urlsplit(f"//{authority}").hostname or "").removesuffix(".")
            return name in (self.host, "localhost") or ip_address(name).is_loopback
        except ValueError:
            return False
