"""The request as the app or origin behind us gets it."""

from __future__ import annotations

from typing import Final

from edge.middleware.plan import Plan
from edge.web.asgi import Scope
from edge.web.coding import accepts_gzip
from edge.web.cookie import stripped
from edge.web.fields import every, without
from edge.web.read import decoded
from edge.web.request import Headers, Request
from edge.web.validator import is_ours

_BYPASSING_US: Final = ("http.response.pathsend", "http.response.zerocopysend", "http.response.trailers")
_CONDITIONS: Final = frozenset({b"if-none-match", b"if-modified-since"})
_PAGE_DESTINATIONS: Final = frozenset({b"document", b"iframe", b"frame", b"embed", b"object", b"empty"})


def scope_for(scope: Scope, request: Request, plan: Plan) -> Scope:
    """A copy of the scope with our cookie gone and the plan's path and fields in place."""
    changed = dict(scope)
    changed["headers"] = list(_fields(request, plan))
    extensions = scope.get("extensions")
    if extensions:
        changed["extensions"] = {name: value for name, value in extensions.items() if name not in _BYPASSING_US}
    if plan.path:
        raw_path, _, query = plan.path.partition(b"?")
        changed.update(path=decoded(raw_path), raw_path=raw_path, query_string=query)
    return changed


def _fields(request: Request, plan: Plan) -> Headers:
    headers = tuple(pair for pair in stripped(request.headers) if not pair[0].startswith(b"x-windsock-"))
    if plan.forms and may_be_page(request):
        headers = _editable(headers)
    elif plan.private or plan.private_page:
        headers = _without_our_validators(headers)
    if plan.owned:
        headers = (*without(headers, plan.owned), *plan.headers)
    return (*headers, (b"x-windsock-variants", plan.told)) if plan.told else headers


def may_be_page(request: Request) -> bool:
    """Whether the answer may be a page: browsers say what they want it for (Fetch Metadata); others might mean one."""
    return request.fields.get(b"sec-fetch-dest", b"document") in _PAGE_DESTINATIONS


def _editable(headers: Headers) -> Headers:
    """Asks for a whole page in a coding that can be edited: a 304 would revive bytes from before the edit."""
    coding = b"gzip" if accepts_gzip(headers) else b"identity"
    return (*without(headers, _CONDITIONS | {b"accept-encoding"}), (b"accept-encoding", coding))


def _without_our_validators(headers: Headers) -> Headers:
    """The origin has never heard of validators that the edge made."""
    tags = every(headers, b"if-none-match")
    theirs = [tag for tag in tags if not is_ours(tag)]
    if len(theirs) == len(tags):
        return headers
    rest = without(headers, frozenset({b"if-none-match"}))
    return (*rest, (b"if-none-match", b", ".join(theirs))) if theirs else rest
