"""What a visitor would see, and why: for programs, and for people.

Both forms come from the one `decide`, and speak of every experience of the edition: those that are not on this page
are `outside`, and so are those that a redirect leaves no page for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from edge.context import Context
from edge.decisions.becomes import becomes, lines, taken
from edge.decisions.blanks import stands_for
from edge.decisions.chance import draws, side
from edge.decisions.decide import decide, default
from edge.decisions.evidence import evidence, told
from edge.decisions.values import Decision, Draw
from edge.decisions.words import closed, missed, shown, wish
from edge.edition import EVERYTHING, Edition
from rules.values import UNKNOWN, Experience, Value
from rules.when import evaluate
from rules.words import SIGNALS

Met = Mapping[str, Decision]
"""Experience -> what was decided, for those that are on the page."""


def explain(
    context: Context, edition: Edition, draw: Draw, only: Collection[str] = (), now: float | None = None
) -> dict[str, object]:
    """The answer as plain data: `path`, `signals` and `decisions`, as `windsock explain --json` prints them.

    Signals: each one there is, `unknown` where it is not known, and those that this request has besides (`query.*`).
    `shows` of a decision: slot -> what becomes of it; empty where that is nothing, or not settled. `learned`: what it
    rests on, of a decision that is learned of. `why`: the guardrail that stopped it. `only`: the names of the
    experiences that are told of, if not all. `now`: by which the age of a snapshot is told, if not the visit's.
    """
    met = {decision.experience: decision for decision in decide(context, edition, draw)}
    hidden = _taken(met, edition)
    return {
        "path": context.path,
        "signals": _signals(context),
        "decisions": [
            {
                **_plain(met.get(each.name) or default(each, "outside")),
                "shows": _shows(each, met, hidden, context),
                **_rests(each, met.get(each.name), edition, context.at if now is None else now),
            }
            for each in edition.rules.experiences
            if not only or each.name in only
        ],
    }


def tell(context: Context, edition: Edition, draw: Draw, only: Collection[str] = (), now: float | None = None) -> str:
    """The same as a text of some lines: what is known, then each experience of this page with its reasons."""
    met = {decision.experience: decision for decision in decide(context, edition, draw)}
    wanted = [each for each in edition.rules.experiences if not only or each.name in only]
    paragraphs = _told_decisions(context, edition, draw, met, wanted, context.at if now is None else now)
    return "\n".join((*_told_signals(context), *_told_draw(draw), *paragraphs))


def _shows(experience: Experience, met: Met, hidden: Mapping[str, str], context: Context) -> dict[str, str]:
    decision = met.get(experience.name)
    if decision is None or decision.variant is None or experience.name in hidden:
        return {}
    return becomes(experience, experience.variants[decision.variant], decision.values, context)


def _rests(experience: Experience, decision: Decision | None, edition: Edition, now: float) -> dict[str, object]:
    """What was learned, or the breach, that a decision rests on."""
    if decision is None:
        return {}
    if decision.model:
        return {"learned": evidence(experience, decision, edition, now)}
    why = _breach(experience, decision, edition)
    return {"why": why} if why else {}


def _breach(experience: Experience, decision: Decision, edition: Edition) -> str:
    """The guardrail that stopped it, in a sentence; empty where none did, or it is switched off besides."""
    switched = EVERYTHING in edition.off or experience.name in edition.off
    return edition.breached.get(experience.name, "") if decision.reason == "off" and not switched else ""


def _taken(met: Met, edition: Edition) -> dict[str, str]:
    """Those that are not shown, since one before them changes the same slot, which is named."""
    variants = ((name, edition.named[name].variants.get(decision.variant or "")) for name, decision in met.items())
    return taken([(name, variant) for name, variant in variants if variant is not None])


def _signals(context: Context) -> dict[str, Value]:
    known = context.signals
    return {**{name: known.get(name, UNKNOWN) for name in SIGNALS}, **known}


def _plain(decision: Decision) -> dict[str, object]:
    return {
        "experience": decision.experience,
        "variant": decision.variant,
        "reason": decision.reason,
        "rule": decision.rule,
        "probability": decision.probability,
        "distribution": dict(decision.distribution),
    }


def _told_signals(context: Context) -> Iterator[str]:
    signals = _signals(context)
    known = [(name, value) for name, value in signals.items() if value != UNKNOWN]
    width = max(len(name) for name, _ in known)
    yield f"{context.path}  for a visitor of whom this is known:"
    yield from (f"  {name:{width}}  {shown(value)}" for name, value in known)
    yield f"  unknown: {', '.join(name for name, value in signals.items() if value == UNKNOWN)}"


def _told_draw(draw: Draw) -> Iterator[str]:
    if draw.strict:
        yield ""
        yield "nothing is drawn for this visitor: the largest share is shown"


def _told_decisions(
    context: Context, edition: Edition, draw: Draw, met: Met, wanted: Sequence[Experience], now: float
) -> Iterator[str]:
    in_play = {decision.experience: decision for decision in decide(context, edition, Draw(None))}
    hidden = _taken(met, edition)
    if not edition.rules.experiences:
        yield "\nthese rules hold no experience"
    if EVERYTHING in edition.off:
        yield "\neverything is switched off: every page is the site's own; windsock on switches it on again"
    for experience in wanted:
        decision = met.get(experience.name)
        if decision is not None:
            yield ""
            breach = _breach(experience, decision, edition)
            yield f"{experience.name}: {_verdict(experience, decision, context, draw, breach)}"
            yield from (f"  {line}" for line in _outcome(experience, decision, context, hidden))
            others = in_play.get(experience.name) if decision.reason in ("outside", "holdout") else decision
            yield from (f"  {line}" for line in _reasons(experience, others or decision, context, draw))
            if (others or decision).model:
                yield from (f"  {line}" for line in told(experience, others or decision, edition, now))
    for why, names in _elsewhere(context, edition, met, wanted).items():
        yield ""
        yield f"{why}: {', '.join(names)}"


def _outcome(experience: Experience, decision: Decision, context: Context, hidden: Mapping[str, str]) -> Iterator[str]:
    """What becomes of each slot; where chance decides, with each of the variants."""
    if experience.name in hidden:
        yield f"not shown: {hidden[experience.name]} changes the same slot, and comes first"
    elif decision.variant is not None:
        yield from lines(experience, experience.variants[decision.variant], decision.values, context)
    else:
        for name, variant in experience.variants.items():
            if decision.distribution.get(name):
                values = stands_for(experience, name, context)
                yield from (f"{name}: {line}" for line in lines(experience, variant, values, context))


def _elsewhere(context: Context, edition: Edition, met: Met, wanted: Sequence[Experience]) -> dict[str, list[str]]:
    """Why not here -> the experiences that are not on this page."""
    found: dict[str, list[str]] = {}
    redirected = next((name for name in met if edition.named[name].delivery == "redirect"), None)
    alone = f"not met, since {redirected} redirects" if redirected and len(met) == 1 else ""
    for experience in wanted:
        if experience.name not in met:
            found.setdefault(alone or _why_not_here(experience, context), []).append(experience.name)
    return found


def _why_not_here(experience: Experience, context: Context) -> str:
    """Which part of the address is another one than `where` asks for."""
    where, path = experience.where, context.path
    if not replace(where, hosts=(), query=()).matches(path, context.host, context.query):
        return "not on this path"
    if not replace(where, query=()).matches(path, context.host, context.query):
        return f"not on this host ({context.host})" if context.host else "not without a host (ask for a whole address)"
    return "not with this query"


def _verdict(experience: Experience, decision: Decision, context: Context, draw: Draw, breach: str) -> str:
    """What is shown, and the step that settled it."""
    if decision.variant is None:
        return f"drawn by entry {decision.rule}: {_odds(decision)} ({_how_to_see_one(experience)})"
    if decision.reason in ("split", "learned") and len(decision.distribution) > 1:
        return f"{decision.variant}, drawn by entry {decision.rule}: {_odds(decision)}"
    if decision.reason in ("rule", "split", "learned"):
        return f"{decision.variant}, by entry {decision.rule}"
    if decision.reason == "preview":
        return f"{decision.variant}, by a preview"
    if breach:
        return f"{decision.variant}, its default: its guardrail stopped it: {breach}"
    return f"{decision.variant}, its default: {_why_default(experience, decision, context, draw)}"


def _how_to_see_one(experience: Experience) -> str:
    return "say --bucket 0 to 4095 to see a draw" if experience.sticky else "drawn anew on each visit"


def _why_default(experience: Experience, decision: Decision, context: Context, draw: Draw) -> str:
    match decision.reason:
        case "off":
            return f"it is switched off; windsock on {experience.name} switches it on again"
        case "outside":
            return closed(experience.window, context.at) or side(experience, draw)
        case "holdout":
            return side(experience, draw)
        case "default":
            return f"entry {decision.rule} is left with no variant" if decision.rule else "no entry matches"
        case "error":
            return "something in it failed"
    return decision.reason


def _odds(decision: Decision) -> str:
    return ", ".join(f"{name} {p:.2%}" for name, p in decision.distribution.items())


def _reasons(experience: Experience, decision: Decision, context: Context, draw: Draw) -> Iterator[str]:
    """Each entry up to the one that was taken, what it lacked, and how chance goes; also where a coin came before."""
    if decision.reason in ("rule", "split", "learned", "default"):
        yield from _entries(experience, decision, context)
        yield from () if draw.strict else draws(experience, decision, draw)


def _entries(experience: Experience, decision: Decision, context: Context) -> Iterator[str]:
    for number, entry in enumerate(experience.choose, 1):
        if number == decision.rule:
            yield f"entry {number} {f'matches: {wish(entry.when)}' if entry.when else 'always matches'}"
            yield from _left_out(experience, number, decision, context)
            return
        lacked = missed(entry.when, context.signals) if entry.when is not None else ()
        if entry.beside and not lacked:
            yield f"entry {number} decides nothing: its model learns beside the others"
        elif lacked:
            yield f"entry {number} {'; it '.join(lacked)}"


def _left_out(experience: Experience, number: int, decision: Decision, context: Context) -> Iterator[str]:
    """The variants of an entry that cannot be shown to this visitor, and why."""
    entry = experience.choose[number - 1]
    for name, _ in entry.shares:
        variant = experience.variants[name]
        never = variant.never_when
        if entry.kind != "show" and never is not None and evaluate(never, context.signals) is True:
            yield f"{name} is left out, since {wish(never)}"
        elif name not in decision.distribution and variant.placeholders:
            yield f"{name} is left out, since nothing is known to stand for {_blanks(variant.placeholders, context)}"


def _blanks(names: tuple[str, ...], context: Context) -> str:
    empty = [name for name in names if "." not in name or context.signals.get(name, UNKNOWN) == UNKNOWN]
    return " and ".join(f"{{{name}}}" for name in empty)
