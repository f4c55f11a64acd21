"""The composition root: the only file that knows every part."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Callable, Iterable
from pathlib import Path

import httpx

from edge import clock
from edge.beacon.measure import Measure
from edge.errors import WindsockError
from edge.gateway.circuit import Circuit
from edge.gateway.forward import Gateway
from edge.gateway.forwarding import Forwarding
from edge.gateway.limits import Limits
from edge.gateway.stock import Stock
from edge.gateway.transport import Transport
from edge.live.current import Current
from edge.live.folder import Folder
from edge.live.switched import Switched
from edge.middleware import hold
from edge.middleware.personalize import Options, Personalize
from edge.run import events, switches
from edge.settings import Raw, Settings, load, unbuilt
from edge.settings.secret import keys_at_start
from edge.signals.atlas import Atlas
from edge.signals.cdn import cdn
from edge.signals.custom import Calls, longest_call
from edge.signals.facts import Facts
from edge.signals.front import Front, advice
from edge.signals.geofile import GeoFile
from edge.signals.read import Reader, prepare
from edge.signals.surroundings import Wish, nobody
from edge.telemetry.beacons import BeaconMetrics
from edge.telemetry.metrics import Metrics, WeatherMetrics
from edge.telemetry.trouble import Trouble
from edge.web.asgi import App, Receive, Scope, Send
from edge.web.consent import Consent
from edge.web.host import Hosts
from edge.web.peer import Trust
from edge.web.tls import towards_origin
from edge.world.alone import Alone
from edge.world.sky import wrong
from rules.glob import pattern
from rules.values import RuleSet, Value

_log = logging.getLogger("windsock")

_MOST_CONNECTIONS = 65_536
_MOST_PATIENCE = 2.0  # seconds with the path of a variant, before the page that was asked for is shown


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
        self._measure = measure(self._settings, self._current, metrics, secrets) if kept else None
        self._personalize = personalize(
            app, self._settings, self._current, metrics, secrets, self._signals, self._measure
        )
        self._watching: asyncio.Task[None] | None = None
        self._stop: asyncio.Event | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve; the folder is watched from the first message on, with a lifespan or without one."""
        if scope["type"] == "lifespan":
            await self._lifespan(scope, receive, send)
            return
        self._watch()
        self._alone.pages.asked(scope)
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
        """Stop watching the folder, and write what waits to be written."""
        if self._measure is not None:
            await self._measure.close()
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
    measure: Measure | None = None,
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
        providers=Calls(longest_call(settings), clock.system),
        own_pages=measure.paths if measure is not None else None,
        marks=measure,
    )


def measure(settings: Settings, current: Current, metrics: Metrics, secrets: tuple[bytes, ...]) -> Measure | None:
    """What measures pages and takes their beacons; None where the store is no file."""
    file = events(settings)
    if file is None:
        return None
    return Measure(settings, file, current, secrets, BeaconMetrics(metrics.registry), clock.system)


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
