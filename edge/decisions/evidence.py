"""What a learned decision rests on: its cell, the evidence for each variant, and the snapshot with its age."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from edge.decisions.learned import Lesson, odds, young
from edge.decisions.values import Decision
from edge.edition import Edition
from online_models.snapshot import Snapshot
from rules.values import Entry, Experience

_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def evidence(experience: Experience, decision: Decision, edition: Edition, now: float) -> dict[str, object]:
    """As plain data, for a decision that has a model; `now` is in seconds since the epoch, ages are in seconds.

    `beside`: the model decided nothing and `would` have given these shares, None where it decided. `young`: variants
    whose share is capped. `stale`: there is a snapshot, too old to be used.
    """
    entry, snapshot = _entry(experience, decision), edition.snapshot
    known = snapshot.models.get(decision.model) if snapshot else None
    arms = [name for name, _ in entry.shares]
    counted = known.evidence if known else {}
    return {
        "model": decision.model,
        "policy": entry.policy,
        "cell": dict(zip(entry.asked, decision.cell, strict=True)),
        "would": _would(experience, entry, decision, edition) if entry.beside else None,
        "evidence": {
            name: dict(zip(("exposures", "rewards"), counted.get(name, (0, 0)), strict=True)) for name in arms
        },
        "young": [name for name in arms if name in young(known, entry.policy, arms)],
        "snapshot": _snapshot(snapshot, now),
        "stale": edition.stale,
    }


def told(experience: Experience, decision: Decision, edition: Edition, now: float) -> Iterator[str]:
    """The same for people, a line each."""
    entry, snapshot = _entry(experience, decision), edition.snapshot
    found = evidence(experience, decision, edition, now)
    cell = ", ".join(f"{name} {value}" for name, value in zip(entry.asked, decision.cell, strict=True))
    yield f"policy {entry.policy}, {f'for the cell {cell}' if cell else 'the same for everybody'}"
    if entry.beside:
        would = _would(experience, entry, decision, edition)
        yield f"it decides nothing; it would give {', '.join(f'{name} {p:.2%}' for name, p in would.items())}"
    known = snapshot.models.get(decision.model) if snapshot else None
    for name, (exposures, rewards) in (known.evidence if known else {}).items():
        new = "; new, so its share is capped" if name in found["young"] else ""  # type: ignore[operator]  # it is a list
        yield f"{name}: {rewards:,.6g} successes in {exposures:,.6g} exposures{new}"
    yield _of(snapshot, known is not None, edition.stale, now)


def _of(snapshot: Snapshot | None, known: bool, stale: bool, now: float) -> str:
    """Where the numbers come from."""
    if snapshot is None:
        why = "the last snapshot is more than a day old and not used" if stale else "nothing is learned yet"
        return f"{why}: shares are even"
    made = f"snapshot {snapshot.number} ({snapshot.version}), made {_ago(now - snapshot.made)}"
    held = f"; {snapshot.held}" if snapshot.held else ""
    return f"by {made}{held}" if known else f"{made}, knows nothing of it yet: shares are even"


def _ago(seconds: float) -> str:
    size, unit = next(((size, unit) for size, unit in _UNITS if seconds >= size), (1, "second"))
    number = max(int(seconds // size), 0)
    return f"{number} {unit}{'' if number == 1 else 's'} ago"


def _would(experience: Experience, entry: Entry, decision: Decision, edition: Edition) -> Mapping[str, float]:
    taught = Lesson(decision.model, entry.policy, decision.cell)
    return odds(taught, entry.shares, experience.seats.play, edition).distribution


def _snapshot(snapshot: Snapshot | None, now: float) -> dict[str, object] | None:
    if snapshot is None:
        return None
    age = round(now - snapshot.made, 3)
    return {"number": snapshot.number, "version": snapshot.version, "age": age, "held": snapshot.held}


def _entry(experience: Experience, decision: Decision) -> Entry:
    """The entry whose model it is."""
    return next(entry for entry in experience.choose if entry.model(experience.name) == decision.model)
