"""What people can do to the models: each command is one line in the audit, which the learner obeys (`orders.py`).

Raises ValueError, in one line, for what cannot be done; then nothing is written.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import orjson

from edge.events.log import Audit, Log
from edge.learning.learner import last_good
from online_models.snapshot import LIMIT
from rules.spelling import advice

KIND: Final = "windsock models"
DISCOUNT: Final = 0.1
"""What imported visits count: they were of another time, or of another site."""
MOST: Final = 500.0
"""Visits of a variant that an import is worth at most."""


def reset(log: Log, experience: str, since: float, now: float, who: str) -> None:
    """Forget what was learned of an experience from exposures since that moment (0: ever) until now."""
    expect(experience, log)
    if not 0 <= since < now:
        raise ValueError("--since is no moment that has been")
    _order(log, now, who, "reset", {"experience": experience, "since": since, "until": now})


def rollback(log: Log, number: int | None, now: float, who: str) -> int:
    """Let the models of an earlier snapshot serve, by default of the one before the latest; its number."""
    kept = [each for each, _ in log.snapshots()]
    if number is None:
        if len(kept) < 2:
            raise ValueError("there is no earlier snapshot to roll back to")
        number = kept[1]
    if number not in kept:
        raise ValueError(f"snapshot {number} is not kept; windsock model show lists those that are")
    _order(log, now, who, "rollback", {"number": number})
    return number


def release(log: Log, now: float, who: str) -> None:
    """Let the newest snapshot serve again."""
    _order(log, now, who, "release", {})


def lift(log: Log, experience: str | None, now: float, who: str) -> list[str]:
    """End the breach of an experience, or of all that are stopped; the names of those that were."""
    snapshot = last_good(log)
    stopped = [name for name in (snapshot.breached if snapshot else ()) if experience in (None, name)]
    for name in stopped:
        _order(log, now, who, "lift", {"experience": name})
    return stopped


def export(log: Log, now: float) -> bytes:
    """What each model has seen: visits and successes by variant, nothing forgotten."""
    snapshot = last_good(log)
    if snapshot is None:
        raise ValueError("nothing has been learned yet")
    models = {
        key: {arm: [rewards, visits] for arm, (visits, rewards) in model.evidence.items()}
        for key, model in snapshot.models.items()
    }
    content = {"kind": KIND, "schema": 1, "made": now, "models": models}
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def warm(log: Log, content: bytes, now: float, who: str) -> list[str]:
    """Begin the models of such a file with its counts, at a discount; the models that were found here."""
    found = counts(content)
    here = known(log)
    models = {key: discounted(arms) for key, arms in found.items() if key in here}
    if not models:
        raise ValueError("no model of this file is learned here; start the edge with their rules first")
    _order(log, now, who, "import", {"models": models})
    return sorted(models)


def counts(content: bytes) -> dict[str, dict[str, tuple[float, float]]]:
    """(successes, visits) by model and variant, as an exported file says."""
    if len(content) > LIMIT:
        raise ValueError(f"the file has more than {LIMIT:,} bytes; that is no export")
    try:
        said = orjson.loads(content)
        if said["kind"] != KIND or said["schema"] != 1:
            raise ValueError("of another kind")
        return {str(key): {str(arm): _pair(pair) for arm, pair in arms.items()} for key, arms in said["models"].items()}
    except (ValueError, LookupError, TypeError, AttributeError):
        raise ValueError("this is no file that windsock model export has written") from None


def _pair(pair: Any) -> tuple[float, float]:
    successes, visits = (float(number) for number in pair)
    if not (math.isfinite(visits) and 0 <= successes <= visits <= 1e12):
        raise ValueError("no counts")
    return successes, visits


def discounted(arms: Mapping[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """What imported counts are worth."""
    worth = {arm: min(DISCOUNT, MOST / visits if visits else 0.0) for arm, (_, visits) in arms.items()}
    return {arm: (successes * worth[arm], visits * worth[arm]) for arm, (successes, visits) in arms.items()}


def known(log: Log) -> set[str]:
    """The models that are learned here, by their keys."""
    snapshot = last_good(log)
    return {key for key in (*log.states(), *(snapshot.models if snapshot else ())) if "/" in key}


def expect(experience: str, log: Log) -> None:
    """Raise ValueError where nothing is learned of such an experience."""
    names = {key.split("/")[0] for key in known(log)}
    if experience not in names:
        raise ValueError(f"nothing is learned of an experience `{experience[:80]}`; {advice(experience, names)}")


def _order(log: Log, now: float, who: str, what: str, details: Mapping[str, object]) -> None:
    log.note(Audit(now, who, what, orjson.dumps(details).decode()))
