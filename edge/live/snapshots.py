"""A published snapshot on its way into the edition: believed only when it is right as a whole."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from edge.live.current import Current
from online_models.snapshot import read

_log = logging.getLogger("windsock")

_AGES: Final = 5.0
"""Seconds between two looks at how old it is."""


def learner(current: Current) -> Callable[[bytes], None]:
    """What lets `current` decide by a snapshot, given its bytes; one that is not right leaves the last in place."""

    def learn(snapshot: bytes) -> None:
        if not snapshot:
            return
        try:
            current.learn(read(snapshot))
        except ValueError as error:
            _log.error("a snapshot is not right and the last one keeps serving: %s", error)

    return learn


async def watch_age(current: Current) -> None:
    """Say when no newer one comes, and do without one that is stale."""
    while True:
        await asyncio.sleep(_AGES)
        current.check_age()
