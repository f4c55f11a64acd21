"""The composition root: the only file that knows every part."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import ssl
from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path
from typing import Any

import httpx

from edge import clock
from edge.errors import WindsockError
from edge.gateway.circuit import Circuit
from edge.gateway.forward import Gateway
from edge.gateway.forwarding import Forwarding
from edge.gateway.limits import Limits
from edge.gateway.stock import Stock
from edge.gateway.transport import Transport
from edge.live.current import Current
from edge.live.folder import Folder
from edge.live.published import follow, read
from edge.middleware.personalize import Options, Personalize
from edge.run import orphaned
from edge.settings import Raw, Settings, load, unbuilt
from edge.signals.agent import matcher
from edge.telemetry.metrics import Metrics
from edge.telemetry.trouble import Trouble
from edge.web import plain
from edge.web.asgi import App, Receive, Scope, Send
from edge.web.check import Check, Refusal
from edge.web.host import Hosts
from edge.web.peer import Trust
from rules.glob import pattern

_log = logging.getLogger("windsock")

_MOST_CONNECTIONS = 65_536


class Personalization:
    """Shows each visitor of an ASGI app the page that fits the moment.

    `app = edge.Personalization(app, rules="rules/site")`, around any Starlette, FastAPI, Django or other ASGI app.
    Further settings by the names of `windsock serve` (`debug_token="…"`, `consent="strict"`). A folder that is not
    right raises `WindsockError` here, once; later edits take effect while the app runs, and a bad one is only logged.
    """

    def __init__(self, app: App, /, rules: str | Path = "rules/site", **settings: Raw) -> None:
        self._settings = load(environment=os.environ, arguments={"rules": str(rules), **settings})
        for line in unbuilt(self._settings):
            _log.warning(line)
        metrics = Metrics()
        self._current = Current(clock.system, metrics.reloaded)
        self._folder = Folder(self._settings.rules)
        if not self._folder.pass_on(self._current.take) or self._current.current is None:
            raise WindsockError(
                self._folder.problem or f"the rules in {rules} cannot be used; run windsock check {rules}"
            )
        matcher()  # read now: the first visitor does not wait for it
        self._app = app
        self._personalize = personalize(app, self._settings, self._current, metrics)
        self._watching: asyncio.Task[None] | None = None
        self._stop: asyncio.Event | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve; the folder is watched from the first message on, with a lifespan or without one."""
        if scope["type"] == "lifespan":
            await self._lifespan(scope, receive, send)
            return
        self._watch()
        await self._personalize(scope, receive, send)

    def _watch(self) -> None:
        if self._watching is None or self._watching.done():
            self._stop = asyncio.Event()
            self._watching = asyncio.ensure_future(self._folder.watch(self._current.take, self._stop))

    async def _lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._watch()
        try:
            await self._app(scope, receive, send)
        finally:
            await self.aclose()

    async def aclose(self) -> None:
        """Stop watching the folder."""
        if self._stop is not None and self._watching is not None:
            self._stop.set()
            self._watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watching
            self._watching = None


def personalize(app: App, settings: Settings, current: Current, metrics: Metrics) -> Personalize:
    """The middleware, with the operator's settings."""
    return Personalize(
        app,
        current,
        metrics,
        clock.system,
        Trust(settings.trusted_proxies),
        Options(
            observe=settings.observe,
            consent=settings.consent,
            budget=settings.decision_budget_ms / 1000,
            max_page_bytes=settings.max_page_bytes,
            debug_token=settings.debug_token,
            bypass=_any_of(settings.bypass),
        ),
    )


def _any_of(written: Iterable[str]) -> Callable[[str], bool]:
    patterns = [pattern(each) for each in written]
    return lambda path: any(each.matches(path) for each in patterns)


def gateway(settings: Settings, metrics: Metrics, transport: httpx.AsyncBaseTransport) -> Gateway:
    """The gateway to the origin, with the operator's settings."""
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in settings.origin_headers]
    trouble = Trouble(metrics)
    return Gateway(
        transport,
        httpx.URL(settings.origin),
        Forwarding(Trust(settings.trusted_proxies), settings.preserve_host, headers, Hosts(settings.hosts)),
        trouble,
        Limits(settings.connect_timeout, settings.first_byte_timeout, settings.idle_timeout, settings.max_upload_bytes),
        Circuit(trouble, metrics.circuit),
    )


def transport(settings: Settings) -> httpx.AsyncBaseTransport:
    """What speaks to the origin: HTTP/1.1, with as many connections as visitors need.

    A bound on connections would let a few slow visitors keep all others waiting; the server bounds the visitors.
    """
    tls = ssl.create_default_context(cafile=str(settings.origin_ca) if settings.origin_ca else None)
    if settings.origin_transport == "own":
        return Transport(httpx.URL(settings.origin), tls=tls, connections=_MOST_CONNECTIONS)
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=100, keepalive_expiry=4)
    return Stock(verify=tls, limits=limits, trust_env=False)


class Worker:
    """The app of one serving process: personalised gateway, following the edition that the control process publishes.

    `edition` is that file; `ready` is written with the edition's version each time one has been taken.
    """

    def __init__(self, settings: Settings, edition: Path, ready: Path) -> None:
        self._edition, self._ready = edition, ready
        self._metrics = Metrics()
        self._current = Current(clock.system, self._taken)
        self._check = Check(Hosts(settings.hosts), settings.max_upload_bytes)
        self._transport = transport(settings)
        self._personalize = personalize(
            gateway(settings, self._metrics, self._transport), settings, self._current, self._metrics
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, and keep the edition current for as long as the server runs."""
        if scope["type"] == "lifespan":
            await lifespan(receive, send, [self._following, self._connected])
            return
        checked = self._check(scope)
        if isinstance(checked, Refusal):
            self._metrics.refused(checked.status)
            await plain.refuse(scope, receive, send, checked)
        else:
            await self._personalize(checked, receive, send)

    @contextlib.asynccontextmanager
    async def _following(self) -> AsyncIterator[None]:
        document = read(self._edition)
        if document is not None:
            self._current.take(document)
        tasks = [asyncio.ensure_future(follow(self._edition, self._take)), asyncio.ensure_future(_end_as_orphan())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            self._metrics.flush()

    @contextlib.asynccontextmanager
    async def _connected(self) -> AsyncIterator[None]:
        async with self._transport:
            yield

    def _take(self, document: Any) -> None:
        edition = self._current.current
        if edition is None or edition.version != document.get("version"):
            self._current.take(document)

    def _taken(self, at: float) -> None:
        gc.collect()
        gc.freeze()  # a full collection over a big edition would stop every visitor of this process
        self._metrics.reloaded(at)
        edition = self._current.current
        self._ready.write_text(edition.version if edition else "")


async def _end_as_orphan() -> None:
    """A worker without its supervisor would keep the port from the next one."""
    await orphaned()
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
