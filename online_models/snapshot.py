"""What the learner publishes and the edge decides by: numbers only, checked before they are believed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import orjson

from online_models.shape import demand, items, number, numbers, table, text

SCHEMA: Final = 1
LIMIT: Final = 1_000_000
"""Bytes of a snapshot at most."""
_COUNT: Final = 2.0**53


@dataclass(frozen=True, slots=True)
class Model:
    """What one policy has learned for one experience."""

    policy: str
    arms: tuple[str, ...]  # in the order of the rules
    numbers: Mapping[str, Any]  # what the policy's distribution needs
    signals: tuple[str, ...] = ()
    values: tuple[frozenset[str] | None, ...] = ()  # for each signal those that are told apart; None: all
    evidence: Mapping[str, tuple[float, float]] = field(default_factory=dict)  # arm: closed exposures, rewards
    young: frozenset[str] = frozenset()  # arms with too few closed exposures: their share is capped


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All models at one moment."""

    number: int
    version: str = ""  # the checksum: 16 hexadecimal characters
    made: float = 0.0  # seconds since the epoch
    upto: int = 0  # the last event that went into it
    models: Mapping[str, Model] = field(default_factory=dict)
    breached: Mapping[str, str] = field(default_factory=dict)  # experience: the guardrail's sentence
    held: str = ""  # a sentence, while a large move is held back


def seal(snapshot: Snapshot) -> Snapshot:
    """The same snapshot with its version: the checksum of all that is in it."""
    return replace(snapshot, version=_checksum(_plain(snapshot)))


def write(snapshot: Snapshot) -> bytes:
    """The snapshot as JSON, with its checksum. Raises ValueError where `read` would refuse it."""
    body = _plain(snapshot)
    raw = orjson.dumps(body | {"version": _checksum(body)}, option=orjson.OPT_SORT_KEYS)
    read(raw)
    return raw


def read(raw: bytes) -> Snapshot:
    """The snapshot in these bytes. Raises ValueError, and nothing else, saying what is wrong with them."""
    demand(len(raw) <= LIMIT, f"it has {len(raw)} bytes; at most {LIMIT} are read")
    body = table(orjson.loads(raw), "schema", "version", "number", "made", "upto", "models", "breached", "held")
    version = text(body.pop("version"))
    demand(body["schema"] == SCHEMA, f"its schema is not {SCHEMA}; another Windsock wrote it")
    demand(version == _checksum(body), "its checksum is wrong")
    return Snapshot(
        int(number(body["number"], 0, _COUNT)),
        version,
        number(body["made"], 0, _COUNT),
        int(number(body["upto"], 0, _COUNT)),
        {key: _model(model) for key, model in table(body["models"]).items()},
        {name: text(sentence) for name, sentence in table(body["breached"]).items()},
        text(body["held"]),
    )


def _model(value: Any) -> Model:
    raw = table(value, "policy", "arms", "numbers", "signals", "values", "evidence", "young")
    signals = _texts(raw["signals"])
    kept = items(raw["values"]) and items(raw["values"], len(signals))
    return Model(
        text(raw["policy"]),
        _texts(raw["arms"]),
        numbers(text(raw["policy"]), raw["numbers"], len(signals)),
        signals,
        tuple(None if each is None else frozenset(_texts(each)) for each in kept),
        {arm: _counts(counts) for arm, counts in table(raw["evidence"]).items()},
        frozenset(_texts(raw["young"])),
    )


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(text(each) for each in items(value))


def _counts(value: Any) -> tuple[float, float]:
    exposures, rewards = items(value, 2)
    return number(exposures, 0, _COUNT), number(rewards, 0, _COUNT)


def _plain(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "number": snapshot.number,
        "made": float(snapshot.made),
        "upto": snapshot.upto,
        "models": {key: _plain_model(model) for key, model in snapshot.models.items()},
        "breached": dict(snapshot.breached),
        "held": snapshot.held,
    }


def _plain_model(model: Model) -> dict[str, Any]:
    return {
        "policy": model.policy,
        "arms": model.arms,
        "numbers": model.numbers,
        "signals": model.signals,
        "values": [None if kept is None else sorted(kept) for kept in model.values],
        "evidence": {arm: (float(exposures), float(rewards)) for arm, (exposures, rewards) in model.evidence.items()},
        "young": sorted(model.young),
    }


def _checksum(body: dict[str, Any]) -> str:
    try:
        canonical = orjson.dumps(body, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError as error:  # a TypeError by birth: nested too deeply, or no JSON
        raise ValueError(f"the snapshot is not sound: {error}") from None
    return hashlib.sha256(canonical).hexdigest()[:16]
