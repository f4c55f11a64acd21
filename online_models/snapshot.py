"""What the learner publishes and the edge decides by: numbers only, checked before they are believed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

import orjson

SCHEMA: Final = 1
LIMIT: Final = 1_000_000
"""Bytes of a snapshot at most."""
POLICIES: Final = ("visitor", "everyone", "cautious", "even", "rules", "greedy", "gap")


@dataclass(frozen=True, slots=True)
class Model:
    """What one policy has learned for one experience."""

    policy: str
    arms: tuple[str, ...]  # in the order of the rules
    numbers: Mapping[str, Any]  # what the policy's distribution needs
    signals: tuple[str, ...] = ()
    values: tuple[frozenset[str] | None, ...] = ()  # per signal the values that are kept, others become `other`; None: all
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
    """The snapshot as JSON, with its checksum."""
    body = _plain(snapshot)
    return orjson.dumps(body | {"version": _checksum(body)}, option=orjson.OPT_SORT_KEYS)


def read(raw: bytes) -> Snapshot:
    """The snapshot in these bytes. Raises ValueError saying what is wrong with them."""
    if len(raw) > LIMIT:
        raise ValueError(f"the snapshot has more than {LIMIT} bytes")
    body = orjson.loads(raw)
    version = body.pop("version")
    if body.pop("schema") != SCHEMA or version != _checksum(body | {"schema": SCHEMA}):
        raise ValueError("the snapshot's checksum is wrong")
    models = {key: _model(model) for key, model in body.pop("models").items()}
    return Snapshot(version=version, models=models, **body)


def _model(raw: dict[str, Any]) -> Model:
    values = tuple(None if kept is None else frozenset(kept) for kept in raw["values"])
    evidence = {arm: (n, rewards) for arm, (n, rewards) in raw["evidence"].items()}
    return Model(
        raw["policy"], tuple(raw["arms"]), raw["numbers"], tuple(raw["signals"]), values, evidence, frozenset(raw["young"])
    )


def _plain(snapshot: Snapshot) -> dict[str, Any]:
    body = asdict(snapshot) | {"schema": SCHEMA}
    del body["version"]
    for model in body["models"].values():
        model["values"] = [None if kept is None else sorted(kept) for kept in model["values"]]
        model["young"] = sorted(model["young"])
    return body


def _checksum(body: dict[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
