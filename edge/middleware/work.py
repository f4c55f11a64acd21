"""Work that grows with the size of a body: at once while it is short, in a thread where others would wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Concatenate, Final, ParamSpec, TypeVar

AT_ONCE: Final = 64 * 1024
"""Bytes that are hashed, compressed or put together at once: a fraction of a millisecond, a few for compression."""

P = ParamSpec("P")
R = TypeVar("R")


async def off_the_loop(work: Callable[Concatenate[bytes, P], R], body: bytes, *args: P.args, **kwargs: P.kwargs) -> R:
    """`work(body, …)`, in a thread where the body is large."""
    if len(body) <= AT_ONCE:
        return work(body, *args, **kwargs)
    return await asyncio.to_thread(work, body, *args, **kwargs)
