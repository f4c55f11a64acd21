"""The running edge, asked over its private listener."""

from __future__ import annotations

import json
from collections.abc import Sequence
from http.client import HTTPConnection, HTTPException
from typing import Any, Final
from urllib.parse import urlencode

from edge.errors import WindsockError
from edge.settings import Settings

_PATIENCE: Final = 10.0
"""Seconds for it to answer."""
_LONGEST: Final = 1 << 20
"""Bytes of its answer."""


def asked(settings: Settings, path: str, pairs: Sequence[tuple[str, str]]) -> dict[str, Any] | None:
    """What the edge answers to a question; None when none is there. Raises WindsockError when it does not answer."""
    connection = HTTPConnection(*settings.admin.from_here, timeout=_PATIENCE)
    headers = {"authorization": f"Bearer {settings.admin_token}"} if settings.admin_token else {}
    try:
        connection.request("GET", f"{path}?{urlencode(pairs)}", headers=headers)
        said = json.loads(connection.getresponse().read(_LONGEST))
    except ConnectionRefusedError:
        return None
    except (OSError, HTTPException) as error:
        raise WindsockError(f"the edge at {settings.admin} does not answer ({error or type(error).__name__})") from None
    except ValueError:
        said = None
    finally:
        connection.close()
    if isinstance(said, dict) and "signals" in said:
        return said
    if isinstance(said, dict) and "error" in said:
        raise WindsockError(str(said["error"]))
    raise WindsockError(
        f"what answers at {settings.admin} is no edge; name its private listener with --admin, or --rules"
    )
