"""The learner: from the event log to the snapshot that serves, step by step.

Each step reads what has closed, learns it, and publishes once a second at most. What was learned, up to where, and the
snapshot that was made of it are written in one transaction, and only then does anybody see that snapshot: so a learner
that is killed at any moment goes on from the last transaction, and learns each row once. A state that is damaged, of
another version, or of another course is made anew from the log; meanwhile the last numbers of the model serve.

Nothing here knows of processes: time is an argument, and `publish` is whatever lets the workers know.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Final, Protocol

import orjson

from edge.events.log import Audit, Log
from edge.learning.classroom import Classroom
from edge.learning.hold import Hold
from edge.learning.kept import Values
from edge.learning.orders import Orders
from edge.learning.pupil import Pupil
from edge.learning.shelf import surplus
from online_models.snapshot import Model, Snapshot, read, write
from rules.values import RuleSet

_log = logging.getLogger("windsock")

PACE: Final = 1.0
"""Seconds from one snapshot to the next at least."""
RENEW: Final = 120.0
"""Seconds after which a snapshot is made although nothing was learned: old numbers that still hold are not stale."""
_WHO: Final = "learner"


class Counts(Protocol):
    """Who counts what the learner does."""

    def add(self, name: str, amount: float = 1) -> None:
        """So many more."""

    def set(self, name: str, value: float) -> None:
        """It is so from now on."""


class Uncounted:
    """Counts nothing."""

    def add(self, name: str, amount: float = 1) -> None:
        """Nothing."""

    def set(self, name: str, value: float) -> None:
        """Nothing."""


class Learner:
    """Of one event log. Raises sqlite3.Error where that fails; a new one then goes on from what was kept."""

    def __init__(self, log: Log, publish: Callable[[bytes], object], counts: Counts | None = None) -> None:
        kept = latest(log)
        self.snapshot = kept[0] if kept else None
        self.room = Classroom(self._tell)
        self.orders = Orders()
        self._log, self._publish, self._counts = log, publish, counts or Uncounted()
        self._rules: RuleSet | None = None
        self._now = 0.0
        self._hold = Hold()
        self._values = Values(log)
        self._pinned: tuple[int, Snapshot] | None = None
        self._stale = True  # something that a snapshot tells is not told yet
        self._unsent = kept[1] if kept else None
        self._notes: list[Audit] = []

    def take(self, rules: RuleSet, now: float) -> None:
        """Learn what these rules ask for from now on."""
        self.orders.read(self._log.noted(self.orders.upto))
        self._rules = rules
        self._arrange(now)

    def step(self, now: float) -> bool:
        """Learn what has closed, and publish it when it is time; whether there may be more to learn at once."""
        if self.orders.read(self._log.noted(self.orders.upto)) and self._rules is not None:
            self._arrange(now)
        before = {
            key: (pupil.learned.guard.dropped, dict(pupil.learned.alarms)) for key, pupil in self.room.pupils.items()
        }
        breached = self._breached()
        self._stale |= any(
            pupil.anew for pupil in self.room.pupils.values()
        )  # whose last numbers serve until it is not
        rows, more = self.room.read(self._log, now, self._log.last())
        self._stale |= any(rows.values())
        self._stale |= self._values.look(self.room.pupils, self.snapshot, now)
        self._count(rows, before, now)
        self._tell_breaches(breached, now)
        self._make(now)
        self._send()
        return more

    def _arrange(self, now: float) -> None:
        if self._rules is not None:
            self._now = now
            before = {key: pupil.learned for key, pupil in self.room.pupils.items()}
            self._save()  # whoever goes now may come back
            self.room.arrange(self._rules, self.orders, self._log.states(), now)
            for key, pupil in self.room.pupils.items():
                if pupil.learned is not before.get(key) and pupil.anew:
                    self._hold.release(key)
            self._recall_pinned()
            self._stale = True

    def _tell(self, what: str, details: Mapping[str, object]) -> None:
        """Something for the audit, with the next states."""
        if what == "rebuild":
            self._counts.add("rebuilds")
        self._notes.append(Audit(self._now, _WHO, what, orjson.dumps(details).decode()))

    def _count(
        self, rows: Mapping[str, int], before: Mapping[str, tuple[int, Mapping[str, float]]], now: float
    ) -> None:
        for key, pupil in self.room.pupils.items():
            dropped, alarms = before[key]
            now_dropped = pupil.learned.guard.dropped - dropped
            self._counts.add("rows", rows.get(key, 0) - now_dropped)
            self._counts.add("rows_dropped", now_dropped)
            for arm in (arm for arm, at in pupil.learned.alarms.items() if alarms.get(arm) != at):
                self._counts.add("drift_alarms")
                _log.warning("the success of a variant has changed", extra={"model": key, "variant": arm})
        self._counts.set("lag_seconds", max((pupil.reading.lag(now) for pupil in self.room.pupils.values()), default=0))
        self._counts.set("models", len(self.room.pupils))

    def _breached(self) -> dict[str, str]:
        every = {name: watched.guardrail.breach for name, watched in self.room.watched.items()}
        return {name: breach for name, breach in every.items() if breach}

    def _tell_breaches(self, before: Mapping[str, str], now: float) -> None:
        self._now = now
        for name, breach in self._breached().items():
            if name not in before:
                self._counts.add("breaches")
                _log.error("%s returns to its default: %s", name, breach, extra={"remedy": f"windsock on {name}"})
                self._tell("breach", {"experience": name, "why": breach})

    def _make(self, now: float) -> None:
        """A snapshot of what was learned, when there is something new and it is time; kept, then to be sent."""
        before = self.snapshot
        since = now - before.made if before else RENEW
        if self._rules is None or (0 <= since < PACE) or not (self._stale or since < 0 or since >= RENEW):
            return
        self._stale = False
        try:
            body = write(self._snapshot(before, now))
            snapshot = read(body)
        except ValueError as error:
            self._counts.add("failures")
            _log.error("the new snapshot is not right and the last one keeps serving: %s", error)
            self._save()
            return
        self._save((snapshot.number, now, body))
        self.snapshot, self._unsent = snapshot, body

    def _snapshot(self, before: Snapshot | None, now: float) -> Snapshot:
        models = self._pinned[1].models if self._pinned is not None else self._models(before, now)
        pupils = self.room.pupils.values()
        return Snapshot(
            number=before.number + 1 if before else 1,
            made=now,
            upto=max((pupil.reading.upto for pupil in pupils), default=0),
            models=models,
            breached=self._breached(),
            held=self._held(),
        )

    def _models(self, before: Snapshot | None, now: float) -> dict[str, Model]:
        """The numbers of each model: its last ones while it has yet to catch up, fails, or makes too large a move."""
        served = before.models if before else {}
        found = {}
        for key, pupil in list(self.room.pupils.items()):
            if key not in served or not pupil.anew:
                with self.room.alone(key):
                    found[key] = self._model(key, pupil, served.get(key), now)
        last = {key: served[key] for key in (*self.room.pupils, *self.room.failed) if key in served}
        return last | found

    def _model(self, key: str, pupil: Pupil, served: Model | None, now: float) -> Model:
        new = pupil.learned.model(self._values.of(key))
        read(write(Snapshot(number=0, models={key: new})))  # finite, and not too large
        return self._hold.judge(key, served, new, pupil.learned.traffic, now)

    def _held(self) -> str:
        if self._pinned is not None:
            number = self._pinned[0]
            return f"the models of snapshot {number} serve; windsock model rollback --release ends that"
        return self._hold.sentence()

    def _recall_pinned(self) -> None:
        number, before = self.orders.pinned, self._pinned
        if before is not None and number != before[0]:
            self._pinned = None
            for key in self.room.pupils:
                self._hold.release(key)
        if number is not None and self._pinned is None:
            try:
                self._pinned = number, read(self._log.snapshot(number) or b"")
            except ValueError:
                _log.error("snapshot %d is not kept any more; the newest one serves", number)

    def _save(self, snapshot: tuple[int, float, bytes] | None = None) -> None:
        """Write states, audit and snapshot: all of it, or nothing."""
        if snapshot is None and not self._notes and not self.room.changed:
            return
        spared = () if self.orders.pinned is None else (self.orders.pinned,)
        gone = surplus(self._log.snapshots(), snapshot[1], spared) if snapshot is not None else ()
        with self._log.transaction():
            for note in self._notes:
                self._log.note(note)
            self._log.keep(self.room.states(), snapshot, gone)
        self.room.changed.clear()
        self._notes.clear()

    def _send(self) -> None:
        """Let the workers know; what finds no room is tried again with the next step."""
        if self._unsent is None or self.snapshot is None:
            return
        try:
            self._publish(self._unsent)
        except OSError as error:
            self._counts.add("failures")
            _log.error("a snapshot could not be published (%s); the last one keeps serving", error.strerror)
            return
        self._unsent = None
        self._counts.add("snapshots")
        self._counts.set("snapshot_number", self.snapshot.number)
        self._counts.set("snapshot_timestamp_seconds", self.snapshot.made)
        self._counts.set("snapshot_held", len(self._hold.since))
        self._counts.set("experiences_stopped", len(self.snapshot.breached))


def latest(log: Log) -> tuple[Snapshot, bytes] | None:
    """The latest snapshot that is right, and how it is written."""
    for number, _ in log.snapshots():
        body = log.snapshot(number) or b""
        try:
            return read(body), body
        except ValueError:
            _log.error("snapshot %d in the event log is damaged and passed over", number)
    return None


def last_good(log: Log) -> Snapshot | None:
    """The latest snapshot that is right."""
    found = latest(log)
    return found[0] if found else None
