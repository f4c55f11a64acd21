"""What was learned, as data: by model, variant and cell, with the evidence and all that is out of the ordinary."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

import orjson

from edge.events.log import Log
from edge.learning.learner import last_good
from edge.learning.orders import Orders
from online_models.distribution import distribution
from online_models.snapshot import Model, Snapshot

_ROWS: Final = 5_000
"""Exposures by which the traffic of cells is known, the latest ones."""
_CELLS: Final = 12
"""Cells that are told of, those with the most traffic."""
_NOTES: Final = 20


def show(log: Log, now: float, experience: str = "") -> dict[str, Any]:
    """All models, or those of one experience. Times are seconds since the epoch, ages seconds."""
    snapshot, orders = last_good(log), Orders()
    orders.read(log.noted())
    models = snapshot.models if snapshot else {}
    return {
        "snapshot": _snapshot(snapshot, now),
        "held": snapshot.held if snapshot else "",
        "rolled_back_to": orders.pinned,
        "stopped": dict(snapshot.breached) if snapshot else {},
        "models": [_model(log, key, model) for key, model in models.items() if experience in ("", key.split("/")[0])],
        "snapshots": [{"number": number, "made": made} for number, made in log.snapshots()],
        "audit": [
            {"at": note.at, "who": note.who, "what": note.what, "details": orjson.loads(note.details or "{}")}
            for note in log.notes(_NOTES)
        ],
    }


def _snapshot(snapshot: Snapshot | None, now: float) -> dict[str, Any] | None:
    if snapshot is None:
        return None
    age = round(now - snapshot.made, 1)
    return {
        "number": snapshot.number,
        "version": snapshot.version,
        "made": snapshot.made,
        "age": age,
        "upto": snapshot.upto,
    }


def _model(log: Log, key: str, model: Model) -> dict[str, Any]:
    traffic = _traffic(log, key, model)
    shares = {cell: distribution(model, model.policy, cell, model.arms) for cell in traffic}
    state = _state(log, key)
    whole = sum(traffic.values())
    share = {
        arm: sum(n * shares[cell][place] for cell, n in traffic.items()) / whole if whole else None
        for place, arm in enumerate(model.arms)
    }
    return {
        "model": key,
        "experience": key.split("/")[0],
        "policy": model.policy,
        "signals": list(model.signals),
        "learned": state.get("rows", 0),
        "dropped": state.get("guard", {}).get("dropped", 0),
        "variants": [_variant(arm, model, share.get(arm), state.get("alarms", {})) for arm in _arms(model)],
        "cells": [
            {"cell": list(cell), "visits": n, "shares": dict(zip(model.arms, shares[cell], strict=True))}
            for cell, n in traffic.most_common(_CELLS)
        ],
        "agreement": model.numbers.get("agreement"),
        "value": model.numbers.get("value"),
        "rewards": model.numbers.get("rewards"),
    }


def _arms(model: Model) -> list[str]:
    return [*model.arms, *(arm for arm in model.evidence if arm not in model.arms)]


def _variant(arm: str, model: Model, share: float | None, alarms: dict[str, float]) -> dict[str, Any]:
    visits, successes = model.evidence.get(arm, (0.0, 0.0))
    return {
        "variant": arm,
        "visits": visits,
        "successes": successes,
        "share": share,
        "new": arm in model.young,
        "withdrawn": arm not in model.arms,
        "changed": alarms.get(arm),
    }


def _traffic(log: Log, key: str, model: Model) -> Counter[tuple[str, ...]]:
    """Exposures by cell, of the latest ones."""
    rows = log.exposures(max(log.last() - _ROWS, 0), _ROWS, key.split("/")[0])
    cells = (row.cell for _, row in rows if row.model == key and row.side == "personal")
    return Counter(cell for cell in cells if len(cell) == len(model.signals))


def _state(log: Log, key: str) -> dict[str, Any]:
    try:
        state = orjson.loads(log.states()[key][1])
    except (LookupError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}
