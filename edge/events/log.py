"""The event log, as the learner, the reports and `windsock log export` read it; and what the learner keeps in it.

Rows have the order in which they were committed: SQLite lets one process write at a time, so whoever has read up to a
`seq` has missed none below it, however many workers write.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from edge.events.database import Durability, connect
from edge.events.values import Exposure, Outcome, Tally

__all__ = ["KEPT", "Audit", "Exposure", "Log", "Outcome", "Tally"]

KEPT: Final = 20
"""Snapshots that are kept, the latest ones."""
_AT_ONCE: Final = 500
"""Values of one question."""
_EXPOSURE: Final = (
    "decision, experience, variant, side, reason, rule, model, cell, snapshot, p, window, issued, at"  # as in the value
)
_OUTCOME: Final = "decision, event, goal, value, at"


@dataclass(frozen=True, slots=True)
class Audit:
    """Who did what to the models, and when."""

    at: float  # seconds since the epoch
    who: str
    what: str
    details: str


class Log:
    """One connection to the file. Raises what `connect` raises; each method sqlite3.Error where the file fails."""

    def __init__(self, file: Path, durability: Durability = "full") -> None:
        self._connection = connect(file, durability)

    def __enter__(self) -> Log:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def exposures(self, after: int = 0, limit: int = 1000, experience: str = "") -> list[tuple[int, Exposure]]:
        """The next exposures after a `seq`, with theirs, in order; of one experience, or of all."""
        wanted = "experience = :experience AND" if experience else ""
        rows = self._all(
            f"SELECT seq, {_EXPOSURE} FROM exposures WHERE {wanted} seq > :after ORDER BY seq LIMIT :limit",  # noqa: S608 - fixed words
            {"experience": experience, "after": after, "limit": limit},
        )
        return [(row[0], exposure(row[1:])) for row in rows]

    def outcomes_of(self, decisions: Sequence[str]) -> dict[str, list[Outcome]]:
        """What followed these decisions, in the order in which it came; nothing of one that nothing followed."""
        found: dict[str, list[Outcome]] = defaultdict(list)
        for start in range(0, len(decisions), _AT_ONCE):
            some = decisions[start : start + _AT_ONCE]
            marks = ",".join("?" * len(some))
            for row in self._all(f"SELECT {_OUTCOME} FROM outcomes WHERE decision IN ({marks}) ORDER BY seq", some):  # noqa: S608 - question marks
                found[row[0]].append(Outcome(*row))
        return dict(found)

    def last(self) -> int:
        """The `seq` of the latest exposure that there ever was; 0 before any."""
        return int(self._one("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'exposures'")[0])

    def tallies(self, since: int = 0) -> list[Tally]:
        """The counts of decisions from an hour (hours since the epoch) on."""
        rows = self._all("SELECT hour, experience, variant, side, reason, n FROM tallies WHERE hour >= ?", (since,))
        return [Tally(*row) for row in rows]

    def seen(self, day: int) -> dict[tuple[str, str], dict[str, int]]:
        """How often each value of a signal was met on a day (days since the epoch), by (model, signal)."""
        found: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
        for model, signal, value, n in self._all("SELECT model, signal, value, n FROM seen WHERE day = ?", (day,)):
            found[model, signal][value] = n
        return dict(found)

    def sweep(self, now: float, keep: float, upto: int, limit: int = 1000) -> int:
        """Remove some of what is older than `keep` seconds, and say how many rows that were; until it gives 0.

        Of exposures only those up to a `seq`, which have been learned, and whose window has been over for an hour.
        """
        old = {"old": now - keep, "over": now - _AFTER, "upto": upto, "limit": limit}
        with self.transaction():
            return sum(self._connection.execute(sweep, old).rowcount for sweep in _SWEEPS)

    def states(self) -> dict[str, tuple[int, str]]:
        """What was learned: (the `seq` up to which, the state as JSON) by model."""
        return {model: (seq, state) for model, seq, state in self._all("SELECT model, seq, state FROM states")}

    def keep(
        self,
        states: Mapping[str, tuple[int, str]],
        snapshot: tuple[int, float, bytes] | None = None,
        gone: Iterable[int] = (),
    ) -> None:
        """Keep what was learned and the snapshot (number, when, body) made of it, and let go of others: all or nothing.

        At most `KEPT` snapshots are kept, the latest ones.
        """
        with self.transaction():
            rows = [(model, seq, state) for model, (seq, state) in states.items()]
            self._connection.executemany("INSERT OR REPLACE INTO states VALUES (?, ?, ?)", rows)
            self._connection.executemany("DELETE FROM snapshots WHERE number = ?", [(number,) for number in gone])
            if snapshot is not None:
                self._connection.execute("INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?)", snapshot)
                old = "SELECT number FROM snapshots ORDER BY number DESC LIMIT -1 OFFSET ?"
                self._connection.execute(f"DELETE FROM snapshots WHERE number IN ({old})", (KEPT,))  # noqa: S608 - no value in it

    def forget(self, models: Iterable[str]) -> None:
        """Forget what was learned into these models; their events stay."""
        with self.transaction():
            self._connection.executemany("DELETE FROM states WHERE model = ?", [(model,) for model in models])

    def snapshots(self) -> list[tuple[int, float]]:
        """(number, when it was made) of each that is kept, the latest first."""
        return [(number, made) for number, made in self._all("SELECT number, made FROM snapshots ORDER BY 1 DESC")]

    def snapshot(self, number: int | None = None) -> bytes | None:
        """The body of one; of the latest where none is named; None where it is not kept."""
        wanted = "ORDER BY number DESC LIMIT 1" if number is None else "WHERE number = ?"
        row = self._connection.execute(f"SELECT body FROM snapshots {wanted}", () if number is None else (number,))  # noqa: S608 - no value in it
        found = row.fetchone()
        return bytes(found[0]) if found else None

    def note(self, entry: Audit) -> None:
        """Write down who did what."""
        values = (entry.at, entry.who, entry.what, entry.details)
        self._connection.execute("INSERT INTO audit (at, who, what, details) VALUES (?, ?, ?, ?)", values)

    def notes(self, limit: int = 100) -> list[Audit]:
        """What was done, the latest first."""
        return [
            Audit(*row)
            for row in self._all("SELECT at, who, what, details FROM audit ORDER BY seq DESC LIMIT ?", (limit,))
        ]

    def noted(self, after: int = 0) -> list[tuple[int, Audit]]:
        """What was done after a `seq`, with theirs, in order."""
        rows = self._all("SELECT seq, at, who, what, details FROM audit WHERE seq > ? ORDER BY seq", (after,))
        return [(seq, Audit(*row)) for seq, *row in rows]

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All that is written in the block, or nothing of it; within another one it is part of that."""
        if self._connection.in_transaction:
            yield self._connection
            return
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield self._connection
            self._connection.execute("COMMIT")
        except BaseException:
            self._connection.rollback()
            raise

    def _all(self, question: str, values: Sequence[object] | Mapping[str, object] = ()) -> list[Any]:
        return self._connection.execute(question, values).fetchall()

    def _one(self, question: str) -> Any:
        return self._connection.execute(question).fetchone()


def exposure(row: Sequence[Any]) -> Exposure:
    """An exposure from its columns, in their order; one whose cell is damaged has none."""
    try:
        cell = tuple(orjson.loads(row[7]))
    except (ValueError, TypeError):
        cell = ()
    return Exposure(*(*row[:7], cell, *row[8:]))


_AFTER: Final = 3600.0
"""Seconds for which an exposure stays after its window, however short `retention_days` is."""

_SWEEPS: Final = (
    """DELETE FROM exposures WHERE seq IN (
        SELECT seq FROM (SELECT seq, at, window FROM exposures WHERE seq <= :upto ORDER BY seq LIMIT :limit)
        WHERE at < :old AND at + window < :over)""",
    """DELETE FROM outcomes WHERE seq IN (
        SELECT seq FROM (SELECT seq, at, decision FROM outcomes ORDER BY seq LIMIT :limit) AS first
        WHERE at < :old AND NOT EXISTS (SELECT 1 FROM exposures WHERE decision = first.decision))""",
    "DELETE FROM tallies WHERE hour < :old / 3600 - 1",
    "DELETE FROM seen WHERE day < :old / 86400 - 1",
)
"""What is old is looked for among the first rows only, so that no sweep takes long."""
