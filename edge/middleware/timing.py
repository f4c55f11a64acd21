"""How long the parts of one request took, for `Server-Timing` and the metrics."""

from __future__ import annotations

from time import perf_counter


class Stopwatch:
    """Seconds of one request, taken where they pass."""

    __slots__ = ("_answered", "_asked", "_decided", "_started")

    def __init__(self) -> None:
        self._started = self._decided = self._asked = self._answered = perf_counter()

    def deciding_ends(self) -> float:
        """Signals are read and decisions made; returns how long that took."""
        self._decided = perf_counter()
        return self._decided - self._started

    def origin_is_asked(self) -> None:
        """From here on it is the origin's time."""
        self._asked = self._answered = perf_counter()

    def origin_has_answered(self) -> None:
        """The origin's time is over: its answer begins to stream, or is here as a whole to be edited."""
        self._answered = perf_counter()

    def total(self) -> float:
        """Seconds since the request came."""
        return perf_counter() - self._started

    def field(self) -> tuple[bytes, bytes]:
        """The Server-Timing field at the moment when the answer begins, in milliseconds."""
        origin, decide = self._answered - self._asked, self._decided - self._started
        ours = self.total() - origin
        times = (ours * 1e3, decide * 1e3, origin * 1e3)
        return (b"server-timing", b"windsock;dur=%.3f, decide;dur=%.3f, origin;dur=%.3f" % times)
