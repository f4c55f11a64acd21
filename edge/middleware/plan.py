"""From decisions to what happens to one request and its answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote

from edge.context import Context
from edge.decisions.decide import leads_elsewhere
from edge.decisions.values import Decision
from edge.edition import Edition
from edge.web.request import Headers, Request
from rules.values import Experience, Form, Variant

_SAFE_METHODS: Final = frozenset({"GET", "HEAD"})
_URL_CHARACTERS: Final = "/%:?#[]@!$&'()*+,;=~-._"

PageForms = tuple[tuple[str, tuple[tuple[str, Form], ...]], ...]
"""(experience, ((selector, form), …)) in the order in which experiences are applied."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All that follows from the decisions. The empty plan leaves everything as it is."""

    edition: Edition | None = None  # the one they were made with
    decisions: tuple[Decision, ...] = ()
    forms: PageForms = ()
    told: bytes = b""  # the value of X-Windsock-Variants
    headers: Headers = ()  # further fields for the origin
    owned: frozenset[bytes] = frozenset()  # names of such fields: a visitor's copy is deleted
    path: bytes = b""  # the target to ask the origin for instead
    redirect: bytes = b""  # where to send the visitor instead
    private: bool = False  # personal, whatever the answer is
    private_page: bool = False  # personal if the answer is a page
    draws: bool = False  # the bucket had a part in it, whatever the answer is
    draws_page: bool = False  # … if the answer is a page
    in_pages: frozenset[str] = frozenset()  # experiences that only meet a visitor on a page
    elsewhere: frozenset[str] = frozenset()  # experiences that meet them whatever the answer is


NOTHING: Final = Plan()


def make(request: Request, context: Context, edition: Edition, decisions: Sequence[Decision]) -> Plan:
    """The plan for one request.

    An answer is personal when an active experience that the edge applies itself, or one that is drawn, matches the
    URL, whatever the variant. A `header` experience by plain rules is the origin's to vary on.
    """
    met = [(decision, edition.named[decision.experience]) for decision in decisions]
    met = [(d, x) for d, x in met if _can_apply(request, x)]
    active = [(d, x) for d, x in met if d.reason != "outside" or (x.coins and x.window.open(context.at))]
    elsewhere = [(d, x) for d, x in active if x.delivery != "page"]
    on_page = [(d, x) for d, x in active if x.delivery == "page"]
    chosen = [(x, x.variants[d.variant]) for d, x in active if d.variant is not None]
    return Plan(
        edition=edition,
        decisions=tuple(d for d, _ in met),
        forms=_forms(chosen),
        told=_told(elsewhere),
        headers=_headers(chosen),
        owned=_owned(elsewhere),
        path=_target(request, chosen, "path"),
        redirect=_target(request, chosen, "redirect"),
        private=any(x.delivery != "header" or x.coins for _, x in elsewhere),
        private_page=bool(on_page),
        draws=any(d.drawn for d, _ in elsewhere),
        draws_page=any(d.drawn for d, _ in on_page),
        in_pages=frozenset(x.name for _, x in on_page),
        elsewhere=frozenset(x.name for _, x in elsewhere),
    )


def _can_apply(request: Request, experience: Experience) -> bool:
    """Pages, paths and redirects are for requests that only ask; another path is asked for twice if need be."""
    if experience.delivery == "header":
        return True
    return request.method in _SAFE_METHODS and not (experience.delivery == "path" and _announces_body(request))


def _announces_body(request: Request) -> bool:
    return b"transfer-encoding" in request.fields or bool(request.fields.get(b"content-length", b"").strip(b" 0"))


def with_default_path(plan: Plan) -> Plan:
    """The plan without its other path: that experience shows its default."""
    named = plan.edition.named if plan.edition else {}
    decisions = tuple(_defaulted(decision, named[decision.experience]) for decision in plan.decisions)
    elsewhere = [(d, named[d.experience]) for d in decisions if d.experience in plan.elsewhere]
    return replace(plan, decisions=decisions, path=b"", told=_told(elsewhere))


def _defaulted(decision: Decision, experience: Experience) -> Decision:
    if experience.delivery != "path":
        return decision
    return replace(decision, variant=experience.default, reason="error")


def _forms(chosen: list[tuple[Experience, Variant]]) -> PageForms:
    return tuple((x.name, variant.forms) for x, variant in chosen if variant.forms)


def _told(elsewhere: list[tuple[Decision, Experience]]) -> bytes:
    told = (f"{d.experience}={d.variant}" for d, x in elsewhere if x.delivery in ("header", "path") and d.variant)
    return ", ".join(told).encode("ascii", "replace")


def _headers(chosen: list[tuple[Experience, Variant]]) -> Headers:
    return tuple(
        (name.lower().encode("ascii"), value.encode("latin-1", "replace"))
        for _, variant in chosen
        for name, value in variant.headers
    )


def _owned(elsewhere: list[tuple[Decision, Experience]]) -> frozenset[bytes]:
    return frozenset(
        name.lower().encode("ascii")
        for _, x in elsewhere
        if x.delivery == "header"
        for variant in x.variants.values()
        for name, _ in variant.headers
    )


def _target(request: Request, chosen: list[tuple[Experience, Variant]], delivery: str) -> bytes:
    """The first target of that delivery with the visitor's query kept; empty when it is where we are."""
    for experience, variant in chosen:
        if experience.delivery == delivery and variant.target:
            if not leads_elsewhere(variant.target, request.path):
                return b""
            target = quote(variant.target, safe=_URL_CHARACTERS).encode("ascii")
            joint = b"&" if b"?" in target else b"?"
            return target + joint + request.query_string if request.query_string else target
    return b""
