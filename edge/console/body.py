"""The body of a request to the private listener: small, and read as a whole."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from edge.console.json import as_json

_LARGEST: Final = 8192
"""Bytes of a body."""


async def whole(request: Request) -> bytes | Response:
    """The body, or the answer to one that is too large."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST:
            return as_json({"error": f"the body has more than {_LARGEST} bytes"}, 413)
    return body
