"""The table of cells: which are wanted, what is known of each, and when each is to be fetched again.

Pure: time and chance are arguments, and nothing here speaks to anybody. A cell goes through these states:

    unknown ──admitted──▶ wanted ──fetched──▶ fresh ──due──▶ due ──fetched──▶ fresh
                             │                                │
                             └──────── failed: waits, twice as long each time, then due again

A reading that could not be renewed is used up to `STALE` seconds after it was fetched; then its cell is unknown again,
and pages show what they show where nothing is known. New cells come in through a bucket of tokens, so that a crowd
from everywhere cannot use up what a service allows in one minute; a cell that nobody asked for in `FORGOTTEN` seconds
leaves the table. When the table is full, new cells wait until others have left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from edge.signals.weather.cell import Cell
from edge.signals.weather.service import Series

STALE: Final = 3 * 3600.0
FORGOTTEN: Final = 2 * 3600.0
MOST_CELLS: Final = 2_000
FIRST_WAIT: Final = 60.0
LONGEST_WAIT: Final = 3600.0
PASSED: Final = 3600.0
"""Seconds since the last reading of a forecast began, after which nobody is believed that it has not changed."""
SET_BACK: Final = 60.0
"""Seconds by which a clock goes back when it is set, and not only put right."""
RECALLED: Final = 1800.0
"""Seconds after which a reading is fetched anew whose own end nobody remembers."""
NEW_CELLS_PER_SECOND: Final = 0.2
NEW_CELLS_AT_ONCE: Final = 50


@dataclass(slots=True)
class _Row:
    wanted_at: float
    due_at: float
    series: Series = ()
    fetched_at: float = 0.0
    validator: str = ""  # the answer's Last-Modified
    failures: int = 0
    kept: bool = False  # a place of the site's own: never forgotten, let in without a token


@dataclass(frozen=True, slots=True)
class Known:
    """What pages may be told of a cell."""

    series: Series
    fetched_at: float

    @property
    def until(self) -> float:
        """When it is too old to be told."""
        return self.fetched_at + STALE


class Table:
    """The cells of one running edge."""

    def __init__(self, now: float) -> None:
        self._rows: dict[Cell, _Row] = {}
        self._tokens, self._filled_at = float(NEW_CELLS_AT_ONCE), now
        self._kept = 0  # how many are the site's own places
        self._looked_at = now
        self.refused = 0

    def __len__(self) -> int:
        return len(self._rows)

    def keep(self, cells: Iterable[Cell], now: float) -> None:
        """These cells, and of the kept ones only these, are fetched whether or not anybody asks."""
        places = set(cells)
        self._kept = len(places)
        for cell, row in self._rows.items():
            row.kept = cell in places
        for cell in places - self._rows.keys():
            self._rows[cell] = _Row(now, now, kept=True)

    def recall(self, cell: Cell, known: Known, now: float) -> None:
        """What an earlier table knew: used on, and fetched again when its service would have liked it to be."""
        if known.until > now and cell not in self._rows and not self._full:
            due_at = max(now, min(known.fetched_at, now) + RECALLED)
            self._rows[cell] = _Row(now, due_at, known.series, known.fetched_at)

    def want(self, cell: Cell, now: float) -> bool:
        """Somebody asks for the weather there. Whether the cell is in the table; if not, it may be a moment later."""
        row = self._rows.get(cell)
        if row is not None:
            row.wanted_at = now
            return True
        if self._full or not self._token(now):
            self.refused += 1
            return False
        self._rows[cell] = _Row(now, now)
        return True

    def due(self, now: float, most: int) -> list[Cell]:
        """The cells to fetch now, those that wait longest first. Forgets what nobody wants."""
        self._follow_the_clock(now)
        for cell in [cell for cell, row in self._rows.items() if not row.kept and row.wanted_at < now - FORGOTTEN]:
            del self._rows[cell]
        waiting = [(row.due_at, cell) for cell, row in self._rows.items() if row.due_at <= now]
        return [cell for _, cell in sorted(waiting)[:most]]

    def validator(self, cell: Cell, now: float) -> str:
        """The `Last-Modified` of what is known, for a conditional request; empty where that says nothing of now."""
        row = self._rows.get(cell)
        return row.validator if row is not None and row.series and now - row.series[-1].since < PASSED else ""

    def fetched(self, cell: Cell, series: Series | None, now: float, due_at: float, validator: str = "") -> None:
        """The service has answered; None: what is known is still right."""
        row = self._rows.get(cell)
        if row is None:
            return
        row.series = row.series if series is None else series
        row.fetched_at, row.due_at, row.failures = now, due_at, 0
        row.validator = validator or (row.validator if series is None else "")

    def failed(self, cells: Iterable[Cell], now: float, chance: Callable[[], float]) -> None:
        """The service has not said what it is like there; it is asked again after a while.

        `chance` gives numbers from 0 to 1 that spread the waits: cells that failed together do not come back together.
        """
        for row in filter(None, map(self._rows.get, cells)):
            longer = min(FIRST_WAIT * 2**row.failures, LONGEST_WAIT)
            row.due_at = now + longer * (0.75 + chance() / 2)
            row.failures = min(row.failures + 1, 10)

    def known(self, now: float) -> Mapping[Cell, Known]:
        """All that pages may be told now."""
        return {cell: known for cell, known in self._all() if known.until > now}

    def oldest(self, now: float) -> float:
        """Seconds since the oldest reading in use was fetched; 0 without one."""
        return max((now - known.fetched_at for known in self.known(now).values()), default=0.0)

    @property
    def _full(self) -> bool:
        return len(self._rows) - self._kept >= MOST_CELLS

    def _follow_the_clock(self, now: float) -> None:
        """Where the clock was set back all moments go back with it: else cells would be due when it is there again."""
        back, self._looked_at = self._looked_at - now, now
        for row in self._rows.values() if back > SET_BACK else ():
            row.wanted_at, row.due_at, row.fetched_at = row.wanted_at - back, row.due_at - back, row.fetched_at - back

    def _all(self) -> Iterator[tuple[Cell, Known]]:
        for cell, row in self._rows.items():
            if row.series:
                yield cell, Known(row.series, row.fetched_at)

    def _token(self, now: float) -> bool:
        gained = max(0.0, now - self._filled_at) * NEW_CELLS_PER_SECOND
        self._tokens, self._filled_at = min(self._tokens + gained, NEW_CELLS_AT_ONCE), now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


def renewal(now: float, ends: float, lifetime: float, *, early: bool, chance: float) -> float:
    """When to fetch again what is good until `ends`: a little before, or a little after where that is not allowed.

    `chance` from 0 to 1 spreads cells that were fetched together. `ends` before now (a wrong clock, a wrong field) is
    read as `lifetime` from now; no end counts that is more than a day away.
    """
    span = ends - now if now + FIRST_WAIT < ends < now + 86_400 else lifetime
    return now + span * (0.95 - chance * 0.15) if early else now + span + chance * min(span * 0.15, 300)
