"""JSON answers."""

from __future__ import annotations

import orjson
from starlette.responses import Response


def as_json(content: object, status: int = 200) -> Response:
    """An answer that nobody may store."""
    body = orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    return Response(body, status, {"cache-control": "no-store"}, media_type="application/json")
