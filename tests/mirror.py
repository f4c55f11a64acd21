"""An ASGI app that answers with what it was asked, as JSON: shows what a server makes of the bytes on the wire."""

from __future__ import annotations

import json

from edge.web.asgi import Receive, Scope, Send

_SHOWN = ("type", "http_version", "method", "scheme", "path", "raw_path", "query_string", "headers", "subprotocols")


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer; `/unread` before the body is read, `/fails` with an exception after the start."""
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    heard = b""
    if scope["path"] != "/unread":
        while True:
            message = await receive()
            heard += message.get("body", b"")
            if not message.get("more_body", False):
                break
    shown = {name: scope.get(name) for name in _SHOWN} | {"body": heard}
    answer = json.dumps(shown, default=lambda raw: raw.decode("latin-1")).encode()
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept", "headers": [(b"x-extra", b"1")]})
        await send({"type": "websocket.send", "text": answer.decode()})
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(answer))]})
    if scope["path"] == "/fails":
        await send({"type": "http.response.body", "body": answer[:1], "more_body": True})
        raise RuntimeError("on purpose")
    await send({"type": "http.response.body", "body": answer})
