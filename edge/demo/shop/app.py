"""The shop's server: a plain ASGI app that answers from memory, as any site would.

    granian --interface asgi edge.demo.shop.app:app

It renders its navigation by the request header `X-Nav: wide` and says so in `Vary`. That is all it knows of the edge.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from edge.demo.shop.pages import Answer, lost, pages, pictures
from edge.web.asgi import Receive, Scope, Send

_COMPACT: Final = pages("compact")
_WIDE: Final = pages("wide")
_PICTURES: Final = pictures()
_LOST: Final = lost()
_FORMS: Final = ("/order", "/letter")
"""What can be sent to the shop; both thank the visitor and forget it."""


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request."""
    if scope["type"] != "http":
        return
    headers = dict(scope["headers"])
    path: str = scope["path"]
    if path in _FORMS and scope["method"] == "POST":
        await _read_all(receive)
        await _send(send, 303, {"Location": "/thanks", "Cache-Control": "no-store"}, b"")
    elif scope["method"] not in ("GET", "HEAD"):
        await _send(send, 405, {"Allow": "GET, HEAD"}, b"")
    else:
        status, answer, varies = _find(path, headers)
        await _answer(send, status, answer, headers, varies=varies, head=scope["method"] == "HEAD")


def _find(path: str, headers: Mapping[bytes, bytes]) -> tuple[int, Answer, bool]:
    """Give status, answer, and whether it depends on the navigation."""
    if picture := _PICTURES.get(path):
        return 200, picture, False
    shelf = _WIDE if headers.get(b"x-nav") == b"wide" else _COMPACT
    page = shelf.get(path)
    return (200, page, True) if page else (404, _LOST, False)


async def _answer(
    send: Send, status: int, answer: Answer, asked: Mapping[bytes, bytes], *, varies: bool, head: bool
) -> None:
    fields = {"Cache-Control": answer.keep, "ETag": answer.etag}
    if varies:
        fields["Vary"] = "X-Nav"
    if status == 200 and answer.etag.encode() in _etags(asked):
        await _send(send, 304, fields, b"")
        return
    fields |= {"Content-Type": answer.kind, "X-Content-Type-Options": "nosniff"}
    fields["Content-Length"] = str(len(answer.body))
    await _send(send, status, fields, b"" if head else answer.body)


def _etags(asked: Mapping[bytes, bytes]) -> tuple[bytes, ...]:
    return tuple(tag.strip().removeprefix(b"W/") for tag in asked.get(b"if-none-match", b"").split(b","))


async def _send(send: Send, status: int, fields: Mapping[str, str], body: bytes) -> None:
    headers = [(name.lower().encode(), value.encode()) for name, value in fields.items()]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _read_all(receive: Receive) -> None:
    while (await receive()).get("more_body", False):
        pass
