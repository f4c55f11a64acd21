"""What a visitor gets: pure, total and replayable.

Each experience takes these steps in order, and each step is final:

1. off: it is switched off, or one of its guardrails stopped it -> the default
2. preview: somebody looks at one variant -> that one, on whatever page, at whatever time
3. outside: `where`, then the window, the rollout, the group -> the default
4. holdout -> the default
5. `choose`: the first entry that matches -> shown, or drawn from its shares; none -> the default

A variant with a placeholder that has no value here cannot be shown: it is out of the draw, and where it alone is to be
shown, also in a preview, the default is (see `rules.choose`).

Rollout, group, holdout and shares are coins, and all of them are read off the place of one bucket (see `rules.draw`):
whole counts of the buckets in play, so that the probability that is stated is the one that was drawn with. A share that
rounds to no bucket has probability 0, and where one variant has them all nothing is drawn. The shares of `learn` come
from the edition's snapshot, and are even where there is none (see `edge.decisions.learned`). An entry whose policy is
`rules` decides nothing: what the entries below it decide is told to its model, which learns beside them.

Three kinds of chance come in, as a `Draw`:

* a bucket: coins are tossed with it. For an experience that is not `sticky` it is the fresh one of this request.
* no bucket (somebody asks what *would* happen): no coin is tossed, and a variant that would be drawn is None.
* strict (nothing may be drawn for this visitor): the likelier side of each coin. So a rollout or a holdout counts only
  if it puts more than half of those aside whom it concerns, the first experience of a group meets the visitor, and the
  largest share is shown, ties to the default.

`Decision.drawn` says whether the visitor's own bucket was looked at, which is when a cookie is wanted for it: on this
page, in its window, and either the experience has a holdout, a rollout or a group (then even an entry that only shows
is part of the draw: the visitor must stay on the side where the coin fell) or the entry that matched has several
variants to draw from. An experience without those coins whose `split` stands in another entry than the one that matched
drew nothing.

Which experiences are on a page and which entry matches is looked up in the edition's index (see `rules.index`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Final

from edge.context import Context
from edge.decisions.blanks import fillings, stands_for
from edge.decisions.learned import Odds, lesson
from edge.decisions.learned import odds as learned_odds
from edge.decisions.values import Decision, Draw, Reason
from edge.edition import EVERYTHING, Edition
from rules.choose import Choice, Shares, choose, taken
from rules.draw import counts, largest, pick
from rules.index import Page
from rules.values import BUCKETS, HELD, Experience
from rules.where import leads_elsewhere

_REASONS: Final[dict[str, Reason]] = {"show": "rule", "split": "split", "learn": "learned", "default": "default"}


def decide(context: Context, edition: Edition, draw: Draw) -> tuple[Decision, ...]:
    """One decision for each experience on this page, in file order; a redirect that is decided stands alone.

    Never raises: an experience that does gives its default with the reason `error`, and the others are as they were.
    """
    index, experiences = edition.index, edition.rules.experiences
    page = index.page(context.path, context.host, context.query)
    left = _left(edition, page, context)
    decisions = []
    for position in _previewed(page, edition, draw) if draw.forced else page.positions:
        experience = experiences[position]
        try:
            settled = _settled(experience, context, edition, draw)
            decision = settled or _decided(experience, context, draw, edition, left)
        except Exception:  # whatever is wrong with an experience costs that experience only
            decision = default(experience, "error")
        if experience.placeholders:
            decision = replace(decision, values=stands_for(experience, decision.variant, context))
        if experience.delivery == "redirect" and _leaves(experience, decision, context):
            return (decision,)
        decisions.append(decision)
    return tuple(decisions)


def defaults(context: Context, edition: Edition, reason: Reason) -> tuple[Decision, ...]:
    """The default of each experience on this page, for a request that could not be decided in time."""
    page = edition.index.page(context.path, context.host, context.query)
    return tuple(default(edition.rules.experiences[position], reason) for position in page.positions)


def default(experience: Experience, reason: Reason, drawn: bool = False) -> Decision:
    """The decision for an experience's default, which is certain once there is a reason for it."""
    return _sure(experience.name, experience.default, reason, None, drawn)


@lru_cache(maxsize=16_384)
def _sure(experience: str, variant: str, reason: Reason, rule: int | None, drawn: bool) -> Decision:
    """A decision without chance; there are few of them, and each is asked for over and over."""
    return Decision(experience, variant, reason, rule, 1.0, {variant: 1.0}, drawn)


def _left(edition: Edition, page: Page, context: Context) -> int | None:
    """What the index leaves of the entries; None where it cannot say, so that each experience is asked by itself."""
    try:
        return edition.index.left(page, context.signals)
    except Exception:  # a value that is none
        return None


def _previewed(page: Page, edition: Edition, draw: Draw) -> Iterable[int]:
    """The experiences of the page and those that a preview shows on it, in file order."""
    forced = (at for at, each in enumerate(edition.rules.experiences) if each.name in draw.forced)
    return sorted({*page.positions, *forced})


def _settled(experience: Experience, context: Context, edition: Edition, draw: Draw) -> Decision | None:
    """The steps before all others: switched off, or shown in a preview."""
    off = edition.off
    if (off and (EVERYTHING in off or experience.name in off)) or experience.name in edition.breached:
        return default(experience, "off")
    forced = experience.variants.get(draw.forced.get(experience.name, "")) if draw.forced else None
    if forced is None:
        return None
    blank = set(forced.placeholders) - stands_for(experience, forced.name, context).keys()
    return _sure(experience.name, experience.default if blank else forced.name, "preview", None, False)


def _decided(experience: Experience, context: Context, draw: Draw, edition: Edition, left: int | None) -> Decision:
    if not experience.window.open(context.at):
        return default(experience, "outside")
    seats = experience.seats
    bucket = None if draw.strict else draw.bucket if experience.sticky else draw.fresh
    seen = bucket is not None and experience.sticky
    aside = _aside(experience, bucket, draw.strict)
    if aside is not None:
        return default(experience, aside, drawn=seen)
    choice = _choice(experience, context, edition, left)
    rank = None if bucket is None else seats.rank[bucket]
    if choice.kind == "learn":
        return _learned(experience, choice, context, edition, rank, draw)
    decided = _chosen(experience, choice, rank, seen, draw.strict)
    return decided if choice.beside is None else _told_beside(decided, experience, choice.beside, context, edition)


def _chosen(experience: Experience, choice: Choice, rank: int | None, seen: bool, strict: bool) -> Decision:
    """What `show` or `split` gives, or the default."""
    play, shares = experience.seats.play, choice.shares
    if strict:
        return _certain(experience, choice, largest(shares, experience.default))
    if len(shares) == 1:
        return _certain(experience, choice, shares[0][0], drawn=seen and play < BUCKETS)
    return _drawn(experience, choice, _odds(shares, play), rank, seen)


def _learned(
    experience: Experience, choice: Choice, context: Context, edition: Edition, rank: int | None, draw: Draw
) -> Decision:
    """What `learn` gives, with all that is needed to draw it again and to learn of it."""
    taught = lesson(experience.name, experience.choose[(choice.rule or 0) - 1], context.signals, edition)
    odds = learned_odds(taught, choice.shares, experience.seats.play, edition)
    version = "" if edition.snapshot is None else edition.snapshot.version
    if draw.strict:
        decided = _certain(experience, choice, largest(odds.counted, experience.default))
    else:
        decided = _drawn(experience, choice, odds, rank, rank is not None and experience.sticky)
    return replace(decided, model=taught.model, cell=taught.cell, snapshot=version)


def _told_beside(
    decided: Decision, experience: Experience, number: int, context: Context, edition: Edition
) -> Decision:
    """The decision with what the model beside it hears, if it knows the variant."""
    entry = experience.choose[number - 1]
    if decided.variant is not None and all(name != decided.variant for name, _ in entry.shares):
        return decided
    taught = lesson(experience.name, entry, context.signals, edition)
    return replace(decided, model=taught.model, cell=taught.cell)


def _choice(experience: Experience, context: Context, edition: Edition, left: int | None) -> Choice:
    values = fillings(experience, context) if experience.placeholders else None
    if left is None:
        return choose(experience, context.signals, values)
    place = edition.position[experience.name]
    rule = edition.index.first(place, left, context.signals)
    beside = edition.index.beside(place, left, context.signals) if experience.besides else None
    before = beside if beside is not None and (rule is None or beside < rule) else None
    return taken(rule, experience, context.signals, values, before)


def _aside(experience: Experience, bucket: int | None, strict: bool) -> Reason | None:
    """Whether rollout, group or holdout put this visitor aside: `outside`, `holdout`, or None.

    The holdout comes last, so that it is a part of those whom the others let in.
    """
    seats, rollout = experience.seats, experience.rollout
    if bucket is not None:
        rank = seats.rank[bucket]
        return None if rank < BUCKETS else "holdout" if rank == HELD else "outside"
    if strict:
        if BUCKETS - rollout > rollout or not experience.leads:
            return "outside"
        return "holdout" if seats.held > seats.play else None
    if seats.play == 0:
        return "holdout" if seats.held else "outside"
    return None


def _certain(experience: Experience, choice: Choice, variant: str, drawn: bool = False) -> Decision:
    return _sure(experience.name, variant, _REASONS[choice.kind], choice.rule, drawn)


def _drawn(experience: Experience, choice: Choice, odds: Odds, rank: int | None, seen: bool) -> Decision:
    """The variant of this rank, by whole counts of those in play; no rank, no variant unless one has them all."""
    variant = odds.only if rank is None else pick(odds.counted, rank)
    return Decision(
        experience.name,
        variant,
        _REASONS[choice.kind],
        choice.rule,
        None if variant is None else odds.distribution[variant],
        odds.distribution,
        seen and (odds.only is None or experience.seats.play < BUCKETS),
    )


@lru_cache(maxsize=4096)
def _odds(shares: Shares, play: int) -> Odds:
    """The odds of a split."""
    counted = counts(shares, play)
    only = next((name for name, count in counted if count == play), None)
    return Odds(counted, {name: count / play for name, count in counted}, only)


def _leaves(experience: Experience, decision: Decision, context: Context) -> bool:
    """Whether a redirect sends the visitor to another page than this one; only who reads a page can be sent."""
    if context.signals.get("method", "GET") not in ("GET", "HEAD"):
        return False
    variant = experience.variants.get(decision.variant or "")
    target = variant.target if variant else ""
    return bool(target) and leads_elsewhere(target, context.path, context.host, context.scheme)
