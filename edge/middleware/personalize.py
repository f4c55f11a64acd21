"""The life of a request: read → signals → decide → origin → compose → respond.

An ASGI middleware around any app; in `windsock serve` that app is the gateway. The request path only reads the
current edition. Whatever fails in here becomes a row of `edge.fallback`: the app behind always gets the request, and
the visitor always gets its page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from edge.clock import Clock
from edge.context import Context
from edge.decisions.decide import decide, defaults
from edge.decisions.values import Decision
from edge.edition import Edition
from edge.fallback import FALLBACKS, Failure
from edge.middleware import plan as planning
from edge.middleware.answer import Answer
from edge.middleware.attempt import Attempt, EmptyFirst
from edge.middleware.compose import Composer
from edge.middleware.plan import NOTHING, Plan
from edge.middleware.timing import Stopwatch
from edge.middleware.upstream import scope_for
from edge.middleware.visit import Chance, Visit, uniform_bucket
from edge.signals.provide import Provider, complete
from edge.signals.read import read as read_signals
from edge.telemetry.metrics import Metrics
from edge.telemetry.trouble import Trouble
from edge.web import plain
from edge.web.asgi import App, Receive, Scope, Send
from edge.web.cut import Cut
from edge.web.peer import Trust
from edge.web.read import read
from edge.web.request import Headers, Request

RESERVED = b"/_windsock/"


class Editions(Protocol):
    """Where the current edition is found: None until there is one."""

    current: Edition | None


@dataclass(frozen=True, slots=True)
class Options:
    """What the operator has set."""

    observe: bool = False
    consent: Literal["strict", "exempt", "consented"] = "exempt"
    budget: float = 0.025  # seconds for signals and decisions
    max_page_bytes: int = 10 * 2**20
    debug_token: str = ""
    bypass: Callable[[str], bool] = lambda path: False  # noqa: ARG005 -- the signature is the contract


class Personalize:
    """Shows each visitor of `app` the page that fits the moment, or the app's own page."""

    def __init__(
        self,
        app: App,
        editions: Editions,
        metrics: Metrics,
        clock: Clock,
        trust: Trust,
        options: Options = Options(),
        providers: Sequence[Provider] = (),
        chance: Chance = uniform_bucket,
    ) -> None:
        self._app, self._editions, self._clock, self._trust = app, editions, clock, trust
        self._options, self._providers, self._chance = options, tuple(providers), chance
        self._metrics = metrics
        self._trouble = Trouble(metrics)
        self._composer = Composer(metrics, options.max_page_bytes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; anything but HTTP passes through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        watch = Stopwatch()
        request = read(scope, self._trust)
        if request.raw_path.startswith(RESERVED):
            await plain.not_found(send, head=request.method == "HEAD")
            return
        visit = self._visit(request)
        plan = await self._plan(scope, request, visit)
        if plan is not NOTHING:
            self._metrics.decided_in(watch.deciding_ends())
        visit.variants = _tuple_of(plan)
        if plan.redirect:
            await self._redirect(request, visit, plan, watch, send)
            return
        await self._respond(scope, receive, send, request, visit, plan, watch)

    def _visit(self, request: Request) -> Visit:
        return Visit(
            request,
            strict=self._options.consent == "strict",
            metrics=self._metrics,
            chance=self._chance,
            debug_token=self._options.debug_token,
        )

    async def _plan(self, scope: Scope, request: Request, visit: Visit) -> Plan:
        """What the decisions ask for; nothing on a path that is bypassed, before the first edition, or on doubt."""
        edition = self._editions.current
        if edition is None:
            self._trouble.report(Failure.NOT_READY, scope, "no edition yet")
            return NOTHING
        if self._options.bypass(request.path):
            return NOTHING
        try:
            context, decisions = await self._decide(scope, request, edition, visit)
            plan = planning.make(request, context, edition, decisions)
        except Exception as error:  # personalisation may fail; the page may not
            self._trouble.report(Failure.DECIDING, scope, repr(error), error)
            return NOTHING
        if self._options.observe:
            return Plan(decisions=plan.decisions, in_pages=plan.in_pages)
        return plan

    async def _decide(
        self, scope: Scope, request: Request, edition: Edition, visit: Visit
    ) -> tuple[Context, tuple[Decision, ...]]:
        context = read_signals(request, edition.rules, self._clock())
        if self._providers:
            context, failures = await complete(context, request, self._providers, self._options.budget)
            for failure in failures:
                late = failure.reason == "timeout"
                self._trouble.report(Failure.BUDGET if late else Failure.SIGNAL, scope, failure.provider)
            if any(failure.reason == "timeout" for failure in failures):
                return context, defaults(context, edition, "timeout")
        decisions = decide(context, edition, visit.draw)
        for decision in decisions:
            if decision.reason == "error":
                self._trouble.report(Failure.RULE, scope, decision.experience)
        return context, decisions

    async def _respond(
        self, scope: Scope, receive: Receive, send: Send, request: Request, visit: Visit, plan: Plan, watch: Stopwatch
    ) -> None:
        watch.origin_is_asked()
        answer = Answer(visit, plan, send, self._composer, watch, self._options.max_page_bytes)
        try:
            if plan.path and await self._other_path(scope, receive, request, answer):
                return
            body = EmptyFirst(receive) if plan.path else receive
            await self._app(scope_for(scope, request, answer.plan), body, answer.send)
        except Cut as cut:
            if answer.began:
                raise
            reference = self._trouble.report(Failure.ORIGIN_CLOSED, scope, str(cut))
            visit.begins(FALLBACKS[Failure.ORIGIN_CLOSED].status, watch.total())
            await plain.error(send, Failure.ORIGIN_CLOSED, reference)

    async def _other_path(self, scope: Scope, receive: Receive, request: Request, answer: Answer) -> bool:
        """Ask for the path of a variant; False, with the plan of the default, when it answers with an error."""
        attempt = Attempt(answer.send)
        await self._app(scope_for(scope, request, answer.plan), EmptyFirst(receive), attempt.send)
        if attempt.failed is None:
            return True
        path = answer.plan.path.partition(b"?")[0].decode("ascii")
        self._trouble.report(Failure.VARIANT_PATH, scope, f"{path} answered {attempt.failed}")
        answer.plan = planning.with_default_path(answer.plan)
        answer.visit.variants = _tuple_of(answer.plan)
        return False

    async def _redirect(self, request: Request, visit: Visit, plan: Plan, watch: Stopwatch, send: Send) -> None:
        headers: Headers = ((b"location", plan.redirect), (b"cache-control", b"private, no-cache"), watch.field())
        visit.met(plan, 302, page=False)
        visit.begins(302, watch.total())
        added = visit.fields(plan, 302, page=False)
        await plain.respond(send, 302, (*headers, *added), head=request.method == "HEAD")


def _tuple_of(plan: Plan) -> bytes:
    return ",".join(f"{d.experience}={d.variant}" for d in plan.decisions).encode()
