"""Who caused a request that changes something: a page of this site, or another one."""

from __future__ import annotations

from edge.web.request import Request


def from_here(request: Request) -> bool:
    """Whether a page of this site sent it: other sites may not act for their visitors.

    The browser says so (Fetch Metadata); an older one only names the page's origin, which is compared with the host
    that was asked for, here or, by `X-Forwarded-Host`, at a proxy in front. Anybody's is believed: no page can make a
    browser send that field with a form, and a script's request with it is asked for first and refused (CORS).
    """
    site = request.fields.get(b"sec-fetch-site")
    if site is not None:
        return site in (b"same-origin", b"none")
    origin = request.fields.get(b"origin")
    hosts = (request.fields.get(b"host", b""), request.fields.get(b"x-forwarded-host", b"").partition(b",")[0].strip())
    return origin is None or origin.lower().rpartition(b"://")[2] in {host.lower() for host in hosts if host}
