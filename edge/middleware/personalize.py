"""The life of a request: read → signals → decide → origin → compose → respond.

An ASGI middleware around any app; in `windsock serve` that app is the gateway. The request path only reads the
current edition. Whatever fails in here becomes a row of `edge.fallback`: the app behind always gets the request, and
the visitor always gets its page.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from edge.clock import Clock
from edge.context import Context
from edge.decisions.decide import decide, defaults
from edge.decisions.values import Decision
from edge.edition import Edition
from edge.fallback import FALLBACKS, Failure
from edge.middleware import badge, choice
from edge.middleware import plan as planning
from edge.middleware.answer import Answer
from edge.middleware.attempt import Attempt, EmptyFirst
from edge.middleware.compose import Composer
from edge.middleware.desk import Desk
from edge.middleware.hold import Limits
from edge.middleware.measured import Marks
from edge.middleware.passing import Passing
from edge.middleware.plan import NOTHING, Plan
from edge.middleware.preview import PARAMETER, Previews
from edge.middleware.timing import Stopwatch
from edge.middleware.upstream import passed_on, scope_for
from edge.middleware.visit import Chance, Visit, uniform_bucket
from edge.middleware.witness import Witness
from edge.signals.provide import Provider, complete
from edge.signals.read import Reader
from edge.signals.session import Sessions
from edge.telemetry.metrics import Metrics
from edge.telemetry.trouble import ATTEMPT, Trouble
from edge.web import plain
from edge.web.asgi import App, Receive, Scope, Send
from edge.web.consent import EXEMPT, Consent
from edge.web.cut import Cut
from edge.web.peer import Trust
from edge.web.read import in_lower_case, read
from edge.web.request import Headers, Request
from rules.values import RuleSet, Signals

RESERVED = b"/_windsock/"

Providers = Callable[[RuleSet], Sequence[Provider]]
"""Who is asked for signals while a visitor waits, under these rules."""


def no_providers(rules: RuleSet) -> Sequence[Provider]:  # noqa: ARG001 -- the signature is the contract
    """Nobody."""
    return ()


OwnPage = Callable[[Request, Receive, Send], Awaitable[None]]
"""Answers at a path under `/_windsock/`."""


class Editions(Protocol):
    """Where the current edition is found: None until there is one."""

    current: Edition | None


@dataclass(frozen=True, slots=True)
class Options:
    """What the operator has set."""

    observe: bool = False
    consent: Consent = EXEMPT
    budget: float = 0.025  # seconds for signals and decisions
    held: Limits = field(default_factory=Limits)
    attempt: float = 2.0  # seconds until the answer of a variant's path must begin
    debug_token: str = ""
    secrets: tuple[bytes, ...] = field(default=(), repr=False)  # what the secret file holds; without it no previews
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
        providers: Providers = no_providers,
        chance: Chance = uniform_bucket,
        signals: Reader | None = None,
        own_pages: Mapping[bytes, OwnPage] | None = None,
        marks: Marks | None = None,
    ) -> None:
        self._app, self._editions, self._clock, self._trust = app, editions, clock, trust
        self._options, self._providers, self._chance = options, providers, chance
        self._signals, self._sessions = signals or Reader(), Sessions()
        self._own_pages = own_pages or {}
        self._metrics = metrics
        self._trouble = Trouble(metrics)
        self._previews = Previews(options.secrets) if options.secrets and not options.observe else None
        self._witness = Witness(options.secrets, clock) if options.secrets and options.debug_token else None
        self._desk = Desk(Composer(metrics, options.held.page, marks), options.held)
        self._measures = marks is not None and not options.observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; anything but HTTP passes through."""
        if scope["type"] != "http":
            came = scope.get("headers")  # a lifespan has none
            await self._app(passed_on(scope, in_lower_case(came), self._owned) if came else scope, receive, send)
            return
        watch = Stopwatch()
        preview = None
        if self._previews is not None and PARAMETER in scope["query_string"]:
            scope, preview = self._previews.take(scope, self._clock())
        request = read(scope, self._trust)
        if request.raw_path.startswith(RESERVED):
            await self._own_page(scope, request, receive, send)
            return
        edition = self._edition_for(scope, request)
        if edition is None:
            watch.origin_is_asked()
            passing = Passing(send, self._metrics, watch)
            await self._app(passed_on(scope, request.headers, self._owned), receive, passing.send)
            return
        visit = self._visit(request, edition)
        if preview is not None:
            visit.follows(preview)
        plan = await self._plan(scope, request, edition, visit)
        self._metrics.decided_in(watch.deciding_ends())
        if preview is not None:
            said = badge.Badge(preview, plan.decisions, request, edition.rules.zone)
            send = badge.Badged(send, said, self._options.held.page).send
        if plan.redirect:
            await self._redirect(request, visit, plan, watch, send)
        else:
            await self._respond(scope, receive, send, visit, plan, watch)

    async def _own_page(self, scope: Scope, request: Request, receive: Receive, send: Send) -> None:
        """What is under `/_windsock/`."""
        own = self._own_pages.get(request.raw_path)
        if own is not None:
            await own(request, receive, send)
        elif request.raw_path == choice.PATH:
            edition = self._editions.current
            told = choice.known(request, await self._known(scope, request, edition), self._options.consent)
            await choice.answer(request, told, receive, send)
        elif request.raw_path == choice.STYLE:
            await choice.style(request, send)
        else:
            answer = badge.stylesheet if request.raw_path == badge.STYLESHEET else plain.not_found
            await answer(send, head=request.method == "HEAD")

    async def _known(self, scope: Scope, request: Request, edition: Edition | None) -> Signals:
        """Every signal of this request, as far as it is known."""
        if edition is None:
            return {}
        try:
            context = self._signals.everything(request, edition.rules, self._clock())
            providers = self._providers(edition.rules)
            return (await complete(context, request, providers, self._options.budget))[0].signals
        except Exception as error:  # who wants to leave must get there, whatever is known
            self._trouble.report(Failure.SIGNAL, scope, repr(error), error)
            return {}

    @property
    def _owned(self) -> frozenset[bytes]:
        edition = self._editions.current
        return edition.owned if edition is not None else frozenset()

    def _edition_for(self, scope: Scope, request: Request) -> Edition | None:
        """The edition to decide with; None on a path that it does not concern or that is bypassed, or before any."""
        edition = self._editions.current
        if edition is None:
            self._trouble.report(Failure.NOT_READY, scope, "no edition yet")
            return None
        try:
            concerned = edition.concerns(request.path, request.host)
        except Exception:  # deciding will tell which experience it is
            concerned = True
        return edition if concerned and not self._options.bypass(request.path) else None

    def _visit(self, request: Request, edition: Edition) -> Visit:
        return Visit(
            request,
            consent=self._options.consent,
            metrics=self._metrics,
            chance=self._chance,
            debug_token=self._options.debug_token,
            witness=self._witness,
            asks_for_session=self._sessions.asked(edition.rules),
        )

    async def _plan(self, scope: Scope, request: Request, edition: Edition, visit: Visit) -> Plan:
        """What the decisions ask for; nothing on doubt."""
        try:
            context, decisions = await self._decide(scope, request, edition, visit)
            measures = self._measures and visit.counts
            plan = planning.make(request, context, edition, decisions, measures=measures)
            if measures and plan.redirect and any(edition.named[each.experience].counts for each in plan.decisions):
                self._metrics.unmeasured("redirect")
        except Exception as error:  # personalisation may fail; the page may not
            self._trouble.report(Failure.DECIDING, scope, repr(error), error)
            return NOTHING
        return Plan(decisions=plan.decisions, in_pages=plan.in_pages) if self._options.observe else plan

    async def _decide(
        self, scope: Scope, request: Request, edition: Edition, visit: Visit
    ) -> tuple[Context, tuple[Decision, ...]]:
        context = self._signals(request, edition.rules, self._clock())
        providers = self._providers(edition.rules)
        if providers:
            context, failures = await complete(context, request, providers, self._options.budget)
            for failure in failures:
                late = failure.reason == "timeout"
                self._trouble.report(Failure.BUDGET if late else Failure.SIGNAL, scope, failure.provider)
            if any(failure.reason == "timeout" for failure in failures) and visit.preview is None:
                return context, defaults(context, edition, "timeout")
        if visit.session is not None:
            context = replace(context, signals={**context.signals, **visit.session.signals})
        if visit.preview is not None:
            context = visit.preview.seen_by(context, edition.rules)
        decisions = decide(context, edition, visit.draw)
        for decision in decisions:
            if decision.reason == "error":
                self._trouble.report(Failure.RULE, scope, decision.experience)
        return context, decisions

    async def _respond(
        self, scope: Scope, receive: Receive, send: Send, visit: Visit, plan: Plan, watch: Stopwatch
    ) -> None:
        watch.origin_is_asked()
        if plan.path:
            if await self._other_path(scope, EmptyFirst(receive), Answer(visit, plan, send, self._desk, watch)):
                return
            receive = EmptyFirst(receive)
            plan = planning.with_default_path(plan)
        answer = Answer(visit, plan, send, self._desk, watch)
        try:
            async with answer:
                await self._app(scope_for(scope, visit.request, plan, self._owned), receive, answer.send)
        except Cut as cut:
            if answer.began:
                raise
            reference = self._trouble.report(Failure.ORIGIN_CLOSED, scope, str(cut))
            visit.begins(FALLBACKS[Failure.ORIGIN_CLOSED].status, watch.total())
            await plain.error(send, Failure.ORIGIN_CLOSED, reference, head=visit.request.method == "HEAD")

    async def _other_path(self, scope: Scope, receive: Receive, answer: Answer) -> bool:
        """Ask for the path of a variant; False when nothing came of it, and nothing has been sent."""
        asked = scope_for(scope, answer.visit.request, answer.plan, self._owned)
        asked["extensions"] = {**(asked.get("extensions") or {}), ATTEMPT: answer}
        why_not = await Attempt(self._app, answer, self._options.attempt)(asked, receive)
        if why_not:
            path = answer.plan.path.partition(b"?")[0].decode("ascii")
            self._trouble.report(Failure.VARIANT_PATH, scope, f"{path} {why_not}")
        return not why_not

    async def _redirect(self, request: Request, visit: Visit, plan: Plan, watch: Stopwatch, send: Send) -> None:
        headers: Headers = (
            (b"location", plan.redirect),
            (b"cache-control", b"private, no-cache"),
            (b"cache-status", b"windsock; detail=redirect"),
            watch.field(),
        )
        visit.met(plan, 302, page=False)
        visit.begins(302, watch.total())
        added = visit.fields(plan, 302, page=False)
        await plain.respond(send, 302, (*headers, *added), head=request.method == "HEAD")
