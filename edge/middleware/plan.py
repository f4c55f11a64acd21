"""From decisions to what happens to one request and its answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import quote

from edge.context import Context
from edge.decisions.values import Decision
from edge.edition import Edition
from edge.middleware.measured import Measured, fallen, measured
from edge.web.request import Headers, Request
from rules.values import Experience, Form, Variant
from rules.where import leads_elsewhere

_SAFE_METHODS: Final = frozenset({"GET", "HEAD"})
_URL_CHARACTERS: Final = "/%:?#[]@!$&'()*+,;=~-._"

PageForms = tuple[tuple[str, tuple[tuple[str, Form], ...]], ...]
"""(experience, ((selector, form), …)) in the order in which experiences are applied."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All that follows from the decisions. The empty plan leaves everything as it is."""

    edition: Edition | None = None  # the one they were made with
    decisions: tuple[Decision, ...] = ()
    variants: bytes = b""  # all that was decided, in short: what an answer of this plan depends on
    forms: PageForms = ()
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # for an experience, what `{name}` stands for
    told: bytes = b""  # the value of X-Windsock-Variants
    headers: Headers = ()  # further fields for the origin
    path: bytes = b""  # the target to ask the origin for instead
    redirect: bytes = b""  # where to send the visitor instead
    private: bool = False  # personal, whatever the answer is
    private_page: bool = False  # personal if the answer is a page
    draws: bool = False  # the bucket had a part in it, whatever the answer is
    draws_page: bool = False  # … if the answer is a page
    in_pages: frozenset[str] = frozenset()  # experiences that only meet a visitor on a page
    elsewhere: frozenset[str] = frozenset()  # experiences that meet them whatever the answer is
    measured: Measured | None = None  # what of it is measured if it is a page

    @property
    def holds(self) -> bool:
        """Whether a page must be whole before it goes on."""
        return bool(self.forms) or self.measured is not None


NOTHING: Final = Plan()


def make(
    request: Request, context: Context, edition: Edition, decisions: Sequence[Decision], *, measures: bool = False
) -> Plan:
    """The plan for one request.

    An answer is personal when an active experience that the edge applies itself, or one that is drawn, matches the
    URL, whatever the variant. A `header` experience by plain rules is the origin's to vary on. `measures`: what counts
    is measured.
    """
    met = [(decision, edition.named[decision.experience]) for decision in decisions]
    met = list(_with_one_path([(d, x) for d, x in met if _can_apply(request, x)]))
    running = [(d, x) for d, x in met if d.reason != "off"]
    active = [(d, x) for d, x in running if d.reason != "outside" or (x.coins and x.window.open(context.at))]
    elsewhere = [(d, x) for d, x in active if x.delivery != "page"]
    on_page = [(d, x) for d, x in active if x.delivery == "page"]
    chosen = [(x, x.variants[d.variant]) for d, x in active if d.variant is not None]
    decided = tuple([d for d, _ in met])
    plan = Plan(
        edition=edition,
        decisions=decided,
        variants=_variants(decided),
        forms=_forms(chosen),
        values=_values(decided),
        private_page=bool(on_page),
        draws_page=any(d.drawn for d, _ in on_page),
        in_pages=frozenset([x.name for _, x in on_page]),
        measured=measured(request, context, edition, decided) if measures else None,
    )
    if not elsewhere:
        return plan
    return replace(
        plan,
        told=_told(elsewhere),
        headers=_headers(chosen),
        path=_target(request, chosen, "path"),
        redirect=_target(request, chosen, "redirect"),
        private=any(x.delivery != "header" or x.coins for _, x in elsewhere),
        draws=any(d.drawn for d, _ in elsewhere),
        elsewhere=frozenset([x.name for _, x in elsewhere]),
    )


def _can_apply(request: Request, experience: Experience) -> bool:
    """Pages, paths and redirects are for requests that only ask; another path is asked for twice if need be."""
    if experience.delivery == "header":
        return True
    return request.method in _SAFE_METHODS and not (experience.delivery == "path" and _announces_body(request))


def _with_one_path(met: Sequence[tuple[Decision, Experience]]) -> Iterator[tuple[Decision, Experience]]:
    """Where several experiences want another path, the first one has it, and the others count as not shown."""
    taken = False
    for decision, experience in met:
        wants = experience.delivery == "path" and decision.reason != "off" and _target_of(decision, experience) != ""
        yield (fallen(decision, experience) if wants and taken else decision), experience
        taken |= wants


def _target_of(decision: Decision, experience: Experience) -> str:
    variant = experience.variants.get(decision.variant or "")
    return variant.target if variant else ""


def _announces_body(request: Request) -> bool:
    return b"transfer-encoding" in request.fields or bool(request.fields.get(b"content-length", b"").strip(b" 0"))


def with_default_path(plan: Plan) -> Plan:
    """The plan without its other path: that experience shows its default."""
    named = plan.edition.named if plan.edition else {}
    decisions = tuple(_defaulted(decision, named[decision.experience]) for decision in plan.decisions)
    elsewhere = [(d, named[d.experience]) for d in decisions if d.experience in plan.elsewhere]
    wanted = plan.measured
    if wanted is not None:
        counted = tuple(_defaulted(decision, named[decision.experience]) for decision in wanted.decisions)
        wanted = replace(wanted, decisions=counted)
    variants, told = _variants(decisions), _told(elsewhere)
    return replace(plan, decisions=decisions, variants=variants, path=b"", told=told, measured=wanted)


def _defaulted(decision: Decision, experience: Experience) -> Decision:
    return fallen(decision, experience) if experience.delivery == "path" else decision


def _forms(chosen: list[tuple[Experience, Variant]]) -> PageForms:
    return tuple([(x.name, variant.forms) for x, variant in chosen if variant.forms])


def _variants(decisions: tuple[Decision, ...]) -> bytes:
    return ",".join([f"{d.experience}={d.variant}" for d in decisions]).encode()


def _values(decisions: tuple[Decision, ...]) -> Mapping[str, Mapping[str, str]]:
    return {d.experience: d.values for d in decisions if d.values}


def _told(elsewhere: list[tuple[Decision, Experience]]) -> bytes:
    told = (f"{d.experience}={d.variant}" for d, x in elsewhere if x.delivery in ("header", "path") and d.variant)
    return ", ".join(told).encode("ascii", "replace")


def _headers(chosen: list[tuple[Experience, Variant]]) -> Headers:
    return tuple(
        (name.lower().encode("ascii"), value.encode("latin-1", "replace"))
        for _, variant in chosen
        for name, value in variant.headers
    )


def _target(request: Request, chosen: list[tuple[Experience, Variant]], delivery: str) -> bytes:
    """The first target of that delivery with the visitor's query kept; empty when it is where we are."""
    for experience, variant in chosen:
        if experience.delivery == delivery and variant.target:
            if not leads_elsewhere(variant.target, request.path, request.host, request.scheme):
                return b""
            target = quote(variant.target, safe=_URL_CHARACTERS).encode("ascii")
            joint = b"&" if b"?" in target else b"?"
            return target + joint + request.query_string if request.query_string else target
    return b""
