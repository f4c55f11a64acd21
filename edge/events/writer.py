"""Writes to the event log from a thread of its own, and tells each sender when its rows are safe.

Whoever submits rows gets a future that is done after the commit. While one commit waits for the disk, what comes
meanwhile is gathered for the next: so a commit costs the same for one row and for a thousand. The queue is bounded;
what finds no room is refused at once, and so is everything for a second after the file has failed. A row that could not
be written within `LATEST` seconds is refused as well: the learner relies on each being there soon after it came.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from edge.events.counts import Counts, Decided, Value
from edge.events.counts import write as write_counts
from edge.events.database import Durability
from edge.events.pen import Pen, Rows, Write

WAITING: Final = 10_000
"""Rows that may wait to be written."""
_GATHER: Final = 0.008
"""Seconds in which rows wait for others, before each commit."""
_COUNTS: Final = 1.0
"""Seconds from one writing of what is only counted to the next."""
_BATCH: Final = 2_000
"""Rows of one commit."""


class Unwritten(Exception):  # noqa: N818 - a reason; nobody is to blame
    """These rows are not in the log, and will not be; they may be sent again."""


class Commit(NamedTuple):
    """One try to write."""

    rows: int
    seconds: float
    problem: str = ""  # empty: it is done


class _Waiting(NamedTuple):
    what: Rows | Write
    rows: int
    since: float  # monotonic
    done: asyncio.Future[int]


class Writer:
    """Of one process; used from its event loop. `told` hears of each commit, on that loop."""

    def __init__(
        self, file: Path, durability: Durability = "full", told: Callable[[Commit], None] | None = None
    ) -> None:
        self.waiting = 0  # rows that are not committed yet
        self.counts = Counts()
        self._told = told
        self._pen = Pen(file, durability)
        self._queue: deque[_Waiting] = deque()
        self._wake, self._closing = threading.Event(), False
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._counting: asyncio.TimerHandle | None = None

    def submit(self, rows: Rows) -> asyncio.Future[int]:
        """Have rows of one kind written; the future gives how many of them are new, after the commit.

        Rows that stand in the log already stay as they are. Raises Unwritten at once, and the future later.
        """
        if self._closing or self.waiting + len(rows) > WAITING or not self._pen.ready():
            raise Unwritten(self._pen.problem or "too many rows wait to be written")
        return self._put(rows, len(rows))

    def tally(self, what: Decided) -> None:
        """Count one decision; it is in the file about a second later."""
        self.counts.decided(what)
        self._count_soon()

    def seen(self, what: Value) -> None:
        """Count one visit with that value of a signal; likewise."""
        self.counts.seen(what)
        self._count_soon()

    async def close(self) -> None:
        """Write what waits, then let go of the file."""
        if self._counting is not None:
            self._counting.cancel()
        self._write_counts()
        self._closing = True
        self._wake.set()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)
            await asyncio.sleep(0)  # who waits is told

    def _count_soon(self) -> None:
        if self._counting is None and not self._closing:
            self._counting = asyncio.get_running_loop().call_later(_COUNTS, self._write_counts)

    def _write_counts(self) -> None:
        """Hand on what was counted; where it cannot be written it is counted again."""
        self._counting = None
        if not self.counts:
            return
        if not self._pen.ready():
            self._count_soon()
            return
        decided, seen = self.counts.take()

        def back(done: asyncio.Future[int]) -> None:
            if done.exception() is not None:
                self.counts.again(decided, seen)
                self._count_soon()

        self._put(partial(write_counts, decided=decided, seen=seen), 0).add_done_callback(back)

    def _put(self, what: Rows | Write, rows: int) -> asyncio.Future[int]:
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            self._thread = threading.Thread(target=self._run, name="windsock-log", daemon=True)
            self._thread.start()
        done: asyncio.Future[int] = self._loop.create_future()
        self.waiting += rows
        self._queue.append(_Waiting(what, rows, time.monotonic(), done))
        if not self._wake.is_set():
            self._wake.set()
        return done

    def _run(self) -> None:
        """The thread: gather, write, tell; until it is closed and nothing waits."""
        while not (self._closing and not self._queue):
            self._wake.wait()
            self._wake.clear()
            while self._queue:
                if not self._closing and len(self._queue) < _BATCH:
                    time.sleep(_GATHER)
                self._commit(self._batch())
        self._pen.close()

    def _commit(self, batch: Sequence[_Waiting]) -> None:
        since = time.monotonic()
        new = self._pen.write([each.what for each in batch], [each.since for each in batch])
        commit = Commit(sum([each.rows for each in batch]), time.monotonic() - since, self._pen.problem)
        self._tell(partial(self._settle, batch, new, commit))

    def _batch(self) -> list[_Waiting]:
        batch: list[_Waiting] = []
        rows = 0
        while self._queue and rows < _BATCH:
            batch.append(self._queue.popleft())
            rows += batch[-1].rows + 1
        return batch

    def _tell(self, what: Callable[[], None]) -> None:
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                self._loop.call_soon_threadsafe(what)

    def _settle(self, batch: Sequence[_Waiting], new: Sequence[int | None], commit: Commit) -> None:
        self.waiting -= commit.rows
        for each, rows in zip(batch, new, strict=True):
            if each.done.done():  # who waited has left
                continue
            if rows is None:
                each.done.set_exception(Unwritten(commit.problem or "it took too long"))
            else:
                each.done.set_result(rows)
        if self._told is not None:
            self._told(commit)
