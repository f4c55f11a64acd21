"""The request as the app or origin behind us gets it.

What the edge tells the origin must be the edge's word: a visitor's copy of our own fields, or of a field that any
variant of the edition sets, is deleted on every request, also where no experience is active, and also under a name with
`_`, which many an app reads as one with `-`. Nor can a visitor have ours dropped by naming them in `Connection`.
"""

from __future__ import annotations

from typing import Final

from edge.middleware.plan import Plan
from edge.web.asgi import Scope
from edge.web.coding import accepts_gzip
from edge.web.cookie import stripped
from edge.web.fields import every, replaced, without
from edge.web.read import decoded
from edge.web.request import Headers, Request
from edge.web.validator import is_ours

_BYPASSING_US: Final = ("http.response.pathsend", "http.response.zerocopysend", "http.response.trailers")
_CONDITIONS: Final = frozenset({b"if-none-match", b"if-modified-since"})
_PARTS: Final = frozenset({b"range", b"if-range"})
_PAGE_DESTINATIONS: Final = frozenset({b"document", b"iframe", b"frame", b"embed", b"object", b"empty"})
_FORWARDING: Final = (b"x-forwarded-", b"x-real-ip")


def passed_on(scope: Scope, headers: Headers, owned: frozenset[bytes]) -> Scope:
    """A copy of the scope as it came with these fields, but for what only the edge may say."""
    return {**scope, "headers": list(cleaned(headers, owned))}


def scope_for(scope: Scope, request: Request, plan: Plan, owned: frozenset[bytes]) -> Scope:
    """A copy of the scope with our cookie gone and the plan's path and fields in place."""
    changed = {**scope, "headers": list(_fields(request, plan, owned))}
    extensions = scope.get("extensions")
    if extensions:
        changed["extensions"] = {name: value for name, value in extensions.items() if name not in _BYPASSING_US}
    if plan.path:
        raw_path, _, query = plan.path.partition(b"?")
        changed.update(path=decoded(raw_path), raw_path=raw_path, query_string=query)
    return changed


def cleaned(headers: Headers, owned: frozenset[bytes]) -> Headers:
    """The fields without our cookie, and without those that read as if the edge had made them."""
    names = [name for name, _ in headers]
    joined = b"\n".join(names)
    if b"cookie" in names:
        headers = stripped(headers)
    if b"windsock" in joined or b"_" in joined or not owned.isdisjoint(names):
        return tuple([pair for pair in headers if not _reads_as_ours(pair[0], owned)])
    return headers


def _reads_as_ours(name: bytes, owned: frozenset[bytes]) -> bool:
    plain = name.replace(b"_", b"-")
    return plain in owned or plain.startswith(b"x-windsock-") or (plain != name and plain.startswith(_FORWARDING))


def _fields(request: Request, plan: Plan, owned: frozenset[bytes]) -> Headers:
    headers = cleaned(request.headers, owned)
    if plan.holds and may_be_page(request):
        headers = _editable(headers)
    elif plan.private or plan.private_page:
        headers = _without_our_validators(headers)
    ours = (*plan.headers, (b"x-windsock-variants", plan.told)) if plan.told else plan.headers
    return (*_undisturbed(headers, ours), *ours) if ours else headers


def may_be_page(request: Request) -> bool:
    """Whether the answer may be a page: browsers say what they want it for (Fetch Metadata); others might mean one."""
    return request.fields.get(b"sec-fetch-dest", b"document") in _PAGE_DESTINATIONS


def _undisturbed(headers: Headers, ours: Headers) -> Headers:
    """The fields with a Connection that drops none of ours: what it says is about what the visitor has sent."""
    names = {name for name, _ in ours}
    named = every(headers, b"connection")
    others = [name for name in named if name.lower() not in names]
    return headers if len(others) == len(named) else replaced(headers, b"connection", b", ".join(others))


def _editable(headers: Headers) -> Headers:
    """Asks for a whole page in a coding that can be edited: a 304 would revive bytes from before the edit.

    A part would be one of the page as it was, so who says that a page is meant (Fetch Metadata) gets no part. Others
    may be going on with a download.
    """
    coding = (b"accept-encoding", b"gzip" if accepts_gzip(headers) else b"identity")
    page = (b"sec-fetch-dest", b"document") in headers or (b"sec-fetch-dest", b"iframe") in headers
    whole = _CONDITIONS | _PARTS if page else _CONDITIONS
    rest = without(headers, whole | {b"accept-encoding"})
    return (*_undisturbed(rest, (coding,)), coding)


def _without_our_validators(headers: Headers) -> Headers:
    """The origin has never heard of validators that the edge made."""
    tags = every(headers, b"if-none-match")
    theirs = [tag for tag in tags if not is_ours(tag)]
    if len(theirs) == len(tags):
        return headers
    rest = without(headers, frozenset({b"if-none-match"}))
    return (*rest, (b"if-none-match", b", ".join(theirs))) if theirs else rest
