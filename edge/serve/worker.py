"""The app of one serving process: the personalised gateway, and what it follows of the control process.

The edition, what was learned, the place of the geo database and the facts of the world are read once before it serves,
then followed.
How it ends is in `farewell.py`.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from edge import clock
from edge.app import gateway, measure, personalize, signals, transport
from edge.live.current import Current
from edge.live.published import content, follow, follow_content, read
from edge.live.snapshots import learner, watch_age
from edge.run import Run, Serves, listening, orphaned, say
from edge.serve.farewell import Farewell
from edge.settings import Settings
from edge.signals.atlas import Atlas
from edge.signals.facts import facts
from edge.signals.weather.sheet import Sheet
from edge.telemetry.metrics import Metrics
from edge.web import plain
from edge.web.asgi import Receive, Scope, Send
from edge.web.check import Check, Refusal
from edge.web.host import Hosts
from edge.world.pages import Pages
from edge.world.wishes import Wishes

_COLLECTIONS: Final = (20_000, 20, 50)
"""Garbage is looked for this seldom: requests make none that waits for it, and looking costs each of them."""


class Worker:
    """The app of one serving process: personalised gateway, following the edition that the control process publishes.

    `edition` is that file; `ready` is written once visitors can reach it, with what it serves, and each time that
    changes. It ends with the process `parent`, which started it.
    """

    def __init__(
        self, settings: Settings, edition: Path, ready: Path, parent: int, secrets: tuple[bytes, ...] = ()
    ) -> None:
        self._edition, self._ready, self._parent = edition, ready, parent
        self._port, self._listens = settings.listen.port, False
        self._metrics = Metrics()
        self._current = Current(clock.system, self._taken)
        self._check = Check(Hosts(settings.hosts), settings.max_upload_bytes)
        self._transport = transport(settings)
        self._run, self._atlas = Run(edition.parent), Atlas()
        self._one = threading.Lock()  # facts and weather come in threads of their own
        self._wishes = Wishes(self._run.wishes)
        self._pages = Pages(self._wishes.pages)
        self._signals = signals(settings, self._metrics, self._atlas, self._found, self._wishes.weather)
        self._gateway = gateway(settings, self._metrics, self._transport)
        self._farewell = Farewell(self._gateway.closing.begin, self._port, self._metrics.flush)
        self._measure = measure(settings, self._current, self._metrics, secrets)
        self._personalize = personalize(
            self._gateway,
            settings,
            self._current,
            self._metrics,
            secrets,
            self._signals,
            self._measure,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, and keep the edition current for as long as the server runs."""
        if scope["type"] == "lifespan":
            self._farewell.await_sigterm()
            await lifespan(receive, send, [self._following, self._connected])
            return
        checked = self._check(scope)
        if isinstance(checked, Refusal):
            self._metrics.refused(checked.status)
            await plain.refuse(scope, receive, send, checked)
        else:
            self._pages.asked(scope)
            await self._personalize(checked, receive, send)

    @contextlib.asynccontextmanager
    async def _following(self) -> AsyncIterator[None]:
        document = read(self._edition)
        if document is not None:
            self._current.take(document)
        places = read(self._run.geo)
        if places is not None:
            self._atlas.take(places)
        self._look_up(content(self._run.weather) or b"")
        with contextlib.suppress(KeyError, TypeError, ValueError):
            self._know(read(self._run.facts) or {})
        learn = learner(self._current)
        learn(content(self._run.snapshot) or b"")
        tasks = [
            asyncio.ensure_future(task)
            for task in (
                follow(self._edition, self._take),
                follow(self._run.geo, self._atlas.take),
                follow(self._run.facts, self._know),
                follow_content(self._run.weather, self._look_up),
                follow_content(self._run.snapshot, learn),
                watch_age(self._current),
                self._pages.run(),
                self._say_ready(),
                _end_as_orphan(self._parent),
            )
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            if self._measure is not None:
                await self._measure.close()
            self._wishes.close()
            self._metrics.flush()

    @contextlib.asynccontextmanager
    async def _connected(self) -> AsyncIterator[None]:
        async with self._transport:
            yield

    def _know(self, document: Any) -> None:
        """Know the world as the control process tells it."""
        with self._one:
            self._signals.facts = facts(document, self._signals.facts)

    def _look_up(self, sheet: bytes) -> None:
        """Know the weather from this sheet."""
        with self._one:
            self._signals.facts = replace(self._signals.facts, weather=Sheet(sheet))

    def _found(self, proxy: str) -> None:
        """Let the private listener know of it."""
        with contextlib.suppress(OSError):
            self._run.front.write_text(proxy)

    def _take(self, document: Any) -> None:
        edition = self._current.current
        off = frozenset(document.get("off", ()))
        if edition is None or (edition.version, edition.off) != (document.get("version"), off):
            self._current.take(document)

    def _taken(self, at: float) -> None:
        gc.set_threshold(*_COLLECTIONS)
        gc.collect()
        gc.freeze()  # a full collection over a big edition would stop every visitor of this process
        self._metrics.reloaded(at)
        self._say()

    async def _say_ready(self) -> None:
        """Only a worker whom visitors can reach is ready."""
        await listening(self._port)
        self._listens = True
        self._say()

    def _say(self) -> None:
        edition = self._current.current
        if self._listens and edition is not None:
            say(Serves(edition.version, edition.off), self._ready)


async def _end_as_orphan(parent: int) -> None:
    """A worker without its supervisor would keep the port from the next one."""
    await orphaned(parent)
    os.kill(os.getpid(), signal.SIGTERM)


async def lifespan(
    receive: Receive, send: Send, parts: Iterable[Callable[[], contextlib.AbstractAsyncContextManager[None]]]
) -> None:
    """Enter the parts at start-up, leave them in reverse at shutdown (ASGI lifespan)."""
    async with contextlib.AsyncExitStack() as stack:
        await receive()
        for part in parts:
            await stack.enter_async_context(part())
        await send({"type": "lifespan.startup.complete"})
        await receive()
    await send({"type": "lifespan.shutdown.complete"})
