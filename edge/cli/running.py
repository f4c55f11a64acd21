"""The running edge, asked over its private listener."""

from __future__ import annotations

import json
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any, Final

from edge.errors import WindsockError
from edge.settings import Settings

_PATIENCE: Final = 10.0
"""Seconds for it to answer; it may wait for its workers."""
_LONGEST: Final = 1 << 20
"""Bytes of its answer."""


def asked(settings: Settings, method: str, target: str, tells: str, body: object = None) -> dict[str, Any] | None:
    """What the edge answers; None when none is there. `tells` names something that stands in its answer.

    Raises WindsockError, in one line, when it says no or does not answer.
    """
    connection = HTTPConnection(*settings.admin.from_here, timeout=_PATIENCE)
    headers = {"content-type": "application/json"} if body is not None else {}
    if settings.admin_token:
        headers["authorization"] = f"Bearer {settings.admin_token}"
    try:
        connection.request(method, target, None if body is None else json.dumps(body), headers)
        return _understood(settings, connection.getresponse(), tells)
    except ConnectionRefusedError:
        return None
    except (OSError, HTTPException) as error:
        raise WindsockError(
            f"the edge at {settings.admin} does not answer ({error or type(error).__name__}); try again, or see its log"
        ) from None
    finally:
        connection.close()


def _understood(settings: Settings, response: HTTPResponse, tells: str) -> dict[str, Any]:
    try:
        said = json.loads(response.read(_LONGEST))
    except ValueError:
        said = None
    if isinstance(said, dict) and response.status == 200 and tells in said:
        return said
    if isinstance(said, dict) and "error" in said:
        raise WindsockError(str(said["error"]))
    raise WindsockError(f"what answers at {settings.admin} is no edge; name the edge's private listener with --admin")
