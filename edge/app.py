"""The composition root: the only file that knows every part."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
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
from edge.live.switched import Switched
from edge.middleware import hold
from edge.middleware.personalize import Options, Personalize
from edge.run import Run, Serves, listening, orphaned, say, switches
from edge.settings import Raw, Settings, load, unbuilt
from edge.settings.secret import keys_at_start
from edge.signals.atlas import Atlas
from edge.signals.cdn import cdn
from edge.signals.custom import Calls
from edge.signals.facts import Facts, facts
from edge.signals.front import Front, advice
from edge.signals.geofile import GeoFile
from edge.signals.read import Reader, prepare
from edge.signals.surroundings import Wish, nobody
from edge.telemetry.metrics import Metrics, WeatherMetrics
from edge.telemetry.trouble import Trouble
from edge.web import plain
from edge.web.asgi import App, Receive, Scope, Send
from edge.web.check import Check, Refusal
from edge.web.consent import Consent
from edge.web.host import Hosts
from edge.web.peer import Trust
from edge.web.tls import towards_origin
from edge.world.alone import Alone
from edge.world.pages import Pages
from edge.world.sky import wrong
from edge.world.wishes import Wishes
from rules.glob import pattern
from rules.values import RuleSet, Value

_log = logging.getLogger("windsock")

_MOST_CONNECTIONS = 65_536
_MOST_PATIENCE = 2.0  # seconds with the path of a variant, before the page that was asked for is shown
_FAREWELL = 5.0
_LAST = 20.0  # seconds for WebSockets and event streams to close, then for requests to end, when a worker ends
_SHARE = 0.8  # of the budget: what a signal of the site's own may take, so that the others are still decided on
_COLLECTIONS = (20_000, 20, 50)
"""Garbage is looked for this seldom: requests make none that waits for it, and looking costs each of them."""


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
        if problem := wrong(self._settings):
            raise WindsockError(problem)
        self._metrics = metrics = Metrics()
        self._current = Current(clock.system, metrics.reloaded)
        self._folder = Folder(self._settings.rules)
        kept = "store" in self._settings.sources
        self._switched = Switched(self._current, switches(self._settings) if kept else None)
        if not self._folder.pass_on(self._switched.take) or self._current.current is None:
            raise WindsockError(
                self._folder.problem or f"the rules in {rules} cannot be used; run windsock check {rules}"
            )
        prepare()
        atlas = Atlas()
        self._places = GeoFile(self._settings.geo_database, atlas.take, shared=False)
        self._places.look()
        weather = WeatherMetrics(metrics.registry)
        rules_now = self._current.current.rules
        self._alone = Alone(self._settings, self._learn, weather, clock.system, rules_now)
        self._signals = signals(self._settings, metrics, atlas, wish=self._alone.wish)
        self._app = app
        secrets = keys_at_start(self._settings)
        self._personalize = personalize(app, self._settings, self._current, metrics, secrets, self._signals)
        self._watching: asyncio.Task[None] | None = None
        self._stop: asyncio.Event | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve; the folder is watched from the first message on, with a lifespan or without one."""
        if scope["type"] == "lifespan":
            await self._lifespan(scope, receive, send)
            return
        self._watch()
        if scope["type"] == "http":
            self._alone.pages.asked(scope["path"])
        await self._personalize(scope, receive, send)

    def _watch(self) -> None:
        if self._watching is None or self._watching.done():
            self._stop = asyncio.Event()
            self._watching = asyncio.ensure_future(self._look(self._stop))

    async def _look(self, stop: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._folder.watch(self._switched.take, stop))
            tasks.create_task(self._switched.watch())
            tasks.create_task(self._places.watch())
            tasks.create_task(self._alone.run(self._rules))

    def _rules(self) -> RuleSet | None:
        return self._current.current.rules if self._current.current is not None else None

    def _learn(self, known: Facts) -> None:
        self._signals.facts = known

    def push(self, name: str, value: Value, ttl: str) -> None:
        """Push a signal, as `PUT /signals/NAME` does: `app.push("mood", "busy", "5m")`; this process knows it at once.

        `name` is one that `site.yaml` declares, or `place/PLACE/NAME`. May be called from any thread. Raises
        WindsockError, which says in one line what was not understood.
        """
        self._alone.world.put(name, value, ttl)

    async def _lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._watch()
        try:
            await self._app(scope, receive, send)
        finally:
            await self.aclose()

    def exposition(self) -> bytes:
        """What Prometheus scrapes: the counters of this process as text, or of all that share a directory.

        That directory is named by `PROMETHEUS_MULTIPROC_DIR`, as prometheus-client has it. The app decides where the
        text is served and to whom: counts per experience are nothing for visitors.
        """
        return self._metrics.exposition()

    async def aclose(self) -> None:
        """Stop watching the folder."""
        if self._stop is not None and self._watching is not None:
            self._stop.set()
            self._watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watching
            self._watching = None


def signals(
    settings: Settings,
    metrics: Metrics,
    atlas: Atlas,
    found: Callable[[str], None] = lambda address: None,  # noqa: ARG005 -- the signature is the contract
    wish: Wish = nobody,
) -> Reader:
    """What reads a visitor's signals; `found` is told of a proxy in front that is not listed."""

    def tell(address: str) -> None:
        _log.warning(advice(address))
        found(address)

    return Reader(atlas, cdn(settings.cdn), front=Front(tell), dropped=metrics.dropped, wish=wish)


def personalize(
    app: App,
    settings: Settings,
    current: Current,
    metrics: Metrics,
    secrets: tuple[bytes, ...] = (),
    signals: Reader | None = None,
) -> Personalize:
    """The middleware, with the operator's settings; `secrets` are what the secret file holds."""
    return Personalize(
        app,
        current,
        metrics,
        clock.system,
        Trust(settings.trusted_proxies),
        Options(
            observe=settings.observe,
            consent=Consent(settings.consent, settings.consent_cookie),
            budget=settings.decision_budget_ms / 1000,
            held=hold.Limits(page=settings.max_page_bytes, idle=settings.idle_timeout),
            attempt=min(_MOST_PATIENCE, settings.first_byte_timeout / 2),
            debug_token=settings.debug_token,
            secrets=secrets,
            bypass=_any_of(settings.bypass),
        ),
        signals=signals,
        providers=Calls(settings.decision_budget_ms / 1000 * _SHARE, clock.system),
    )


def _any_of(written: Iterable[str]) -> Callable[[str], bool]:
    patterns = [pattern(each) for each in written]
    if not patterns:
        return lambda _: False
    return lambda path: any(each.matches(path) for each in patterns)


def gateway(settings: Settings, metrics: Metrics, transport: httpx.AsyncBaseTransport) -> Gateway:
    """The gateway to the origin, with the operator's settings."""
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in settings.origin_headers]
    claims = cdn(settings.cdn)
    trouble = Trouble(metrics)
    return Gateway(
        transport,
        httpx.URL(settings.origin),
        Forwarding(
            Trust(settings.trusted_proxies),
            settings.preserve_host,
            headers,
            Hosts(settings.hosts),
            claims.names if claims is not None else frozenset(),
        ),
        trouble,
        Limits(settings.connect_timeout, settings.first_byte_timeout, settings.idle_timeout, settings.max_upload_bytes),
        Circuit(trouble, metrics.circuit),
    )


def transport(settings: Settings) -> httpx.AsyncBaseTransport:
    """What speaks to the origin: HTTP/1.1, with as many connections as visitors need.

    A bound on connections would let a few slow visitors keep all others waiting; the server bounds the visitors.
    """
    tls, socket = towards_origin(settings), str(settings.origin_socket) if settings.origin_socket else None
    if settings.origin_transport == "own":
        return Transport(httpx.URL(settings.origin), tls=tls, uds=socket, connections=_MOST_CONNECTIONS)
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=100, keepalive_expiry=4)
    return Stock(verify=tls, uds=socket, limits=limits, trust_env=False)


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
        self._wishes = Wishes(self._run.wishes)
        self._pages = Pages(self._wishes.pages)
        self._signals = signals(settings, self._metrics, self._atlas, self._found, self._wishes.weather)
        self._gateway = gateway(settings, self._metrics, self._transport)
        self._ending: asyncio.Task[None] | None = None
        self._personalize = personalize(
            self._gateway,
            settings,
            self._current,
            self._metrics,
            secrets,
            self._signals,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, and keep the edition current for as long as the server runs."""
        if scope["type"] == "lifespan":
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self._end)
            await lifespan(receive, send, [self._following, self._connected])
            return
        checked = self._check(scope)
        if isinstance(checked, Refusal):
            self._metrics.refused(checked.status)
            await plain.refuse(scope, receive, send, checked)
        else:
            self._pages.asked(scope["path"])
            await self._personalize(checked, receive, send)

    @contextlib.asynccontextmanager
    async def _following(self) -> AsyncIterator[None]:
        document = read(self._edition)
        if document is not None:
            self._current.take(document)
        places = read(self._run.geo)
        if places is not None:
            self._atlas.take(places)
        with contextlib.suppress(KeyError, TypeError, ValueError):
            self._learn(read(self._run.facts) or {})
        tasks = [
            asyncio.ensure_future(task)
            for task in (
                follow(self._edition, self._take),
                follow(self._run.geo, self._atlas.take),
                follow(self._run.facts, self._learn),
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
            self._wishes.close()
            self._metrics.flush()

    @contextlib.asynccontextmanager
    async def _connected(self) -> AsyncIterator[None]:
        async with self._transport:
            yield

    def _end(self) -> None:
        self._ending = self._ending or asyncio.ensure_future(self._say_farewell())

    async def _say_farewell(self) -> None:
        """Before the server drains: it waits for requests, hangs up on WebSockets, and event streams have no end.

        What is still not over when it is time is cut; the supervisor would only do that with more noise.
        """
        await self._gateway.closing.begin(_FAREWELL)
        os.kill(os.getpid(), signal.SIGINT)  # on which the server drains, as it does on SIGTERM where nobody else acts
        await asyncio.sleep(_LAST)
        _log.warning("visitors whose requests took more than %.0f s to end were cut off", _LAST)
        self._metrics.flush()
        os._exit(0)

    def _learn(self, document: Any) -> None:
        """Know the world as the control process tells it."""
        self._signals.facts = facts(document, self._signals.facts)

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
