"""What of a page is measured, and what stands in the way.

Both sides of every coin are measured alike, or the lift would be a lie. So what makes a page unfit is judged before
the coin counts: a page whose body cannot be found, or on which some variant of an experience could not be shown,
measures nothing of it, whatever this visitor sees. What fails after that, for this visitor alone, stays on its side: it
is told as the default with the reason `error`, and nothing is learned from it.

An experience that redirects is not measured: who is sent away never sees the page that could tell.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol
from urllib.parse import urlsplit

from edge.context import Context
from edge.decisions.values import Decision
from edge.edition import Edition
from edge.pages.values import Edited, Foot, Forms, Trial
from edge.signals import client
from edge.telemetry.metrics import Metrics
from edge.web.csp import forbids
from edge.web.request import Headers, Request
from rules.values import Experience, Signals

_log = logging.getLogger("windsock")

_SCRIPT: Final = "/_windsock/w.js"
_BEACON: Final = "/_windsock/beacon"
_METHODS: Final = frozenset({"GET", "HEAD", "POST"})
_DOCUMENTS: Final = frozenset({b"document", b"iframe", b"frame"})
_BEFORE_THE_COIN: Final = frozenset({"off", "outside", "preview", "timeout"})


@dataclass(frozen=True, slots=True)
class Measured:
    """What of one page is to be measured."""

    decisions: tuple[Decision, ...]  # of experiences that count, each on one of the two sides
    reached: tuple[str, ...]  # goals of other pages that a visit to this one reaches
    trial: Trial  # the variants that must be possible on it
    signals: Signals
    host: str  # of the page, with its port if it has one


class Marks(Protocol):
    """Makes what such a page carries."""

    def block(
        self, decisions: Sequence[Decision], reached: tuple[str, ...], edition: Edition, signals: Signals
    ) -> bytes:
        """The markup, which is counted as handed out; empty where nothing on the page counts."""


def measured(request: Request, context: Context, edition: Edition, decisions: Sequence[Decision]) -> Measured | None:
    """What of an answer to this request is to be measured if it is a page; None where nothing is."""
    counted = tuple(_counted(decisions, edition.named))
    reached = edition.goals.reached(context.path)
    if not (counted or reached) or not _is_of_a_person(request):
        return None
    host = request.fields.get(b"host", b"").decode("latin-1").lower()
    return Measured(counted, reached, _trial(counted, edition), context.signals, host)


def _counted(decisions: Sequence[Decision], named: Mapping[str, Experience]) -> Iterator[Decision]:
    for decision in decisions:
        experience = named[decision.experience]
        if decision.reason in _BEFORE_THE_COIN or decision.variant is None or experience.delivery == "redirect":
            continue
        if experience.counts:
            yield decision


def _is_of_a_person(request: Request) -> bool:
    """Whether the answer may be a page that a person looks at: no part of one (Fetch Metadata), and no robot's."""
    dest = request.fields.get(b"sec-fetch-dest")
    if request.method not in _METHODS or not (dest is None or dest in _DOCUMENTS):
        return False
    return client.read(request.fields.get(b"user-agent", b"")).device != "bot"


def _trial(counted: Sequence[Decision], edition: Edition) -> Trial:
    names = [decision.experience for decision in counted]
    return Trial(f"{edition.version} {','.join(names)}", {name: _forms(edition.named[name]) for name in names})


def _forms(experience: Experience) -> Sequence[Forms]:
    return [variant.forms for variant in experience.variants.values() if variant.forms]


def fallen(decision: Decision, experience: Experience) -> Decision:
    """The decision for a visitor whose variant could not be shown after all: the default, learned from by nobody.

    Who is held out stays so: the other side of the coin must not grow by what fails.
    """
    if decision.reason == "holdout":
        return decision
    shown = replace(decision, variant=experience.default, reason="error", probability=1.0)
    return replace(shown, distribution={experience.default: 1.0}, model="", cell=(), snapshot="")


class Marker:
    """Puts what measures a page before its `</body>`, or counts why not."""

    def __init__(self, metrics: Metrics, marks: Marks | None) -> None:
        self._metrics, self._marks = metrics, marks

    def block(self, wanted: Measured, edition: Edition, headers: Headers, edited: Edited) -> bytes:
        """The markup for an edited page; empty when it is not measured."""
        if self._marks is None or edited.measured is None:
            return b""
        found = edited.measured
        reason = _in_the_way(found.foot, headers, wanted.host)
        if reason:
            self._metrics.unmeasured(reason)
            return b""
        missing = {name for name, _ in edited.missing}
        decisions = []
        for decision in wanted.decisions:
            name = decision.experience
            if name in found.unfit:
                self._metrics.unmeasured(found.unfit[name])
            else:
                decisions.append(fallen(decision, edition.named[name]) if name in missing else decision)
        try:
            return self._marks.block(decisions, wanted.reached, edition, wanted.signals)
        except Exception:  # a page that cannot be measured is still a page
            _log.exception("a page could not be measured")
            self._metrics.unmeasured("error")
            return b""


def _in_the_way(foot: Foot | str, headers: Headers, host: str) -> str:
    """Why a page cannot be measured; empty when it can."""
    if not isinstance(foot, Foot):
        return "no-body" if foot == "no-match" else foot
    if foot.amp:
        return "amp"
    if foot.base and _leads_away(foot.base, host):
        return "base"
    forbidden = forbids(headers, foot.policies, host, _SCRIPT, _BEACON)
    return f"csp-{forbidden}" if forbidden else ""


def _leads_away(base: str, host: str) -> bool:
    """Whether addresses of the page that begin with `/` are those of another host."""
    try:
        there = urlsplit(base.replace("\\", "/"))
    except ValueError:
        return True
    return bool(there.scheme or there.netloc) and there.netloc.lower() != host
