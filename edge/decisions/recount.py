"""What a page has shown, told afterwards: the decisions are known, who was there is not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from edge.decisions.values import Decision, Reason
from edge.decisions.words import wish
from edge.edition import Edition


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page was decided to show."""

    path: str
    version: str  # of the edition
    at: int  # seconds since the epoch
    decisions: tuple[Decision, ...]
    left_out: int = 0  # decisions that had no room in the token


def recounted(shown: Shown, edition: Edition) -> dict[str, object]:
    """The page as plain data, in the form of `explain`; `edition` says whether these rules made it."""
    return {
        "path": shown.path,
        "at": shown.at,
        "edition": shown.version,
        "changed": shown.version != edition.version,
        "decisions": [
            {
                "experience": each.experience,
                "variant": each.variant,
                "reason": each.reason,
                "rule": each.rule,
                "probability": each.probability,
                "distribution": dict(each.distribution),
            }
            for each in shown.decisions
        ],
    }


def recount(shown: Shown, edition: Edition) -> str:
    """The page in some lines: what was shown, why, and by which words of the rules, if they are still the same."""
    when = datetime.fromtimestamp(shown.at, edition.rules.zone)
    same = shown.version == edition.version
    lines = [f"{shown.path}  as it was shown on {when:%Y-%m-%d at %H:%M:%S} ({edition.rules.zone})"]
    if not same:
        lines.append("  the rules have changed since; what they said then is not known here")
    for decision in shown.decisions:
        lines += ["", f"{decision.experience}: {_verdict(decision)}"]
        lines += [f"  {line}" for line in _entry(decision, edition)] if same else []
    if shown.left_out:
        lines += ["", f"and {shown.left_out} more, for which there was no room"]
    return "\n".join(lines)


def _verdict(decision: Decision) -> str:
    p = "" if decision.probability is None else f"{decision.probability:.2%}"
    return f"{decision.variant}, {REASONS[decision.reason].format(rule=decision.rule, p=p)}"


def _entry(decision: Decision, edition: Edition) -> Iterator[str]:
    """What the entry that counted asks for."""
    experience = edition.named.get(decision.experience)
    if experience is not None and decision.rule is not None and 0 < decision.rule <= len(experience.choose):
        when = experience.choose[decision.rule - 1].when
        yield f"entry {decision.rule} {f'matched: {wish(when)}' if when else 'always matches'}"


REASONS: Final[Mapping[Reason, str]] = {
    "rule": "by entry {rule}",
    "split": "drawn by entry {rule} with a probability of {p}",
    "learned": "drawn by entry {rule} with a probability of {p}, from what was learned",
    "holdout": "its default: this visitor was in the holdout",
    "default": "its default: no entry matched, or the one that did had nothing to show",
    "off": "its default: it was switched off",
    "outside": "its default: its schedule, rollout or group put this visitor aside",
    "preview": "by a preview",
    "timeout": "its default: the signals were not there in time",
    "error": "its default: something in it failed",
}
"""Reason -> what it means."""
