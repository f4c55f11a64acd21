"""What a visitor gets: pure, total and replayable.

Each experience takes these steps in order, and each step is final:

1. outside: `where`, then the window, then the rollout -> the default
2. holdout -> the default
3. `choose`: the first entry that matches -> shown, or drawn from its shares; none -> the default

Rollout, holdout and shares are coins, and all of them are read off the place of one bucket (see `rules.draw`): whole
counts of the buckets in play, so that the probability that is stated is the one that was drawn with. A share that
rounds to no bucket has probability 0, and where one variant has them all nothing is drawn. `learn` has no model behind
it yet: it is drawn from even shares and says so, with the reason `split`.

Three kinds of chance come in, as a `Draw`:

* a bucket: coins are tossed with it. For an experience that is not `sticky` it is the fresh one of this request.
* no bucket (somebody asks what *would* happen): no coin is tossed, and a variant that would be drawn is None.
* strict (nothing may be drawn for this visitor): the likelier side of each coin. So a rollout or a holdout counts only
  if it puts more than half of those aside whom it concerns, and the largest share is shown, ties to the default.

`Decision.drawn` says whether the visitor's own bucket was looked at, which is when a cookie is wanted for it: on this
page, in its window, and either the experience has a holdout or a rollout (then even an entry that only shows is part of
the draw: the visitor must stay on the side where the coin fell) or the entry that matched has several variants to draw
from. An experience without those coins whose `split` stands in another entry than the one that matched drew nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from edge.context import Context
from edge.decisions.values import Decision, Draw, Reason
from edge.edition import Edition
from edge.web.read import decoded
from rules.choose import Choice, choose
from rules.draw import Counts, counts, largest, pick
from rules.values import BUCKETS, HELD, OUTSIDE, Experience

_REASONS: Final[dict[str, Reason]] = {"show": "rule", "split": "split", "learn": "split", "default": "default"}


def decide(context: Context, edition: Edition, draw: Draw) -> tuple[Decision, ...]:
    """One decision for each experience on this page, in file order; a redirect that is decided stands alone.

    Never raises: an experience that does gives its default with the reason `error`, and the others are as they were.
    """
    path, host, query = context.path, context.host, context.query
    decisions = []
    for experience in edition.rules.experiences:
        try:
            if not experience.where.matches(path, host, query):
                continue
            decision = _decided(experience, context, draw)
        except Exception:  # whatever is wrong with an experience costs that experience only
            decision = default(experience, "error")
        if experience.delivery == "redirect" and _leaves(experience, decision, context):
            return (decision,)
        decisions.append(decision)
    return tuple(decisions)


def defaults(context: Context, edition: Edition, reason: Reason) -> tuple[Decision, ...]:
    """The default of each experience on this page, for a request that could not be decided in time."""
    return tuple(
        default(experience, reason) for experience in edition.rules.experiences if _is_here(experience, context)
    )


def default(experience: Experience, reason: Reason, drawn: bool = False) -> Decision:
    """The decision for an experience's default, which is certain once there is a reason for it."""
    name = experience.default
    return Decision(experience.name, name, reason, None, 1.0, {name: 1.0}, drawn)


def _is_here(experience: Experience, context: Context) -> bool:
    try:
        return experience.where.matches(context.path, context.host, context.query)
    except Exception:  # then its default does no harm
        return True


def _decided(experience: Experience, context: Context, draw: Draw) -> Decision:
    if not experience.window.open(context.at):
        return default(experience, "outside")
    seats = experience.seats
    bucket = None if draw.strict else draw.bucket if experience.sticky else draw.fresh
    seen = bucket is not None and experience.sticky
    aside = _aside(experience, bucket, draw.strict)
    if aside is not None:
        return default(experience, aside, drawn=seen)
    choice = choose(experience, context.signals)
    if draw.strict:
        return _certain(experience, choice, largest(choice.shares, experience.default))
    if len(choice.shares) == 1:
        return _certain(experience, choice, choice.shares[0][0], drawn=seen and seats.play < BUCKETS)
    return _drawn(experience, choice, None if bucket is None else seats.rank[bucket], seen)


def _aside(experience: Experience, bucket: int | None, strict: bool) -> Reason | None:
    """Whether the rollout or the holdout puts this visitor aside: `outside`, `holdout`, or None.

    The rollout comes first, so that the holdout is a part of those whom it lets in.
    """
    seats, rollout = experience.seats, experience.rollout
    if bucket is not None:
        rank = seats.rank[bucket]
        return "outside" if rank == OUTSIDE else "holdout" if rank == HELD else None
    if strict:
        held = rollout - seats.play
        return "outside" if BUCKETS - rollout > rollout else "holdout" if held > seats.play else None
    if seats.play == 0:
        return "holdout" if rollout else "outside"
    return None


def _certain(experience: Experience, choice: Choice, variant: str, drawn: bool = False) -> Decision:
    return Decision(experience.name, variant, _REASONS[choice.kind], choice.rule, 1.0, {variant: 1.0}, drawn)


def _drawn(experience: Experience, choice: Choice, rank: int | None, seen: bool) -> Decision:
    """The variant of this rank, by whole counts of those in play; no rank, no variant unless one has them all."""
    play = experience.seats.play
    counted, distribution, only = _odds(choice.shares, play)
    variant = only if rank is None else pick(counted, rank)
    return Decision(
        experience.name,
        variant,
        _REASONS[choice.kind],
        choice.rule,
        None if variant is None else distribution[variant],
        distribution,
        seen and (only is None or play < BUCKETS),
    )


@lru_cache(maxsize=4096)
def _odds(shares: tuple[tuple[str, float], ...], play: int) -> tuple[Counts, Mapping[str, float], str | None]:
    """Counts, the same as probabilities, and the variant that has them all, if one does."""
    counted = counts(shares, play)
    only = next((name for name, count in counted if count == play), None)
    return counted, {name: count / play for name, count in counted}, only


def _leaves(experience: Experience, decision: Decision, context: Context) -> bool:
    """Whether a redirect sends the visitor to another page than this one; only who reads a page can be sent."""
    if context.signals.get("method", "GET") not in ("GET", "HEAD"):
        return False
    variant = experience.variants.get(decision.variant or "")
    return variant is not None and bool(variant.target) and leads_elsewhere(variant.target, context.path)


@lru_cache(maxsize=4096)
def _decoded(target: str) -> str:
    return decoded(target.partition("?")[0].encode())


def leads_elsewhere(target: str, path: str) -> bool:
    """Whether a target, as it is written in a rule, is another page than the one at this decoded path."""
    return _decoded(target) != path
