"""How long the parts of one request took, for `Server-Timing` and the metrics."""

from __future__ import annotations

from time import perf_counter


class Stopwatch:
    """Seconds of one request, taken where they pass."""

    __slots__ = ("asked", "decided", "started")

    def __init__(self) -> None:
        self.started = self.decided = self.asked = perf_counter()

    def deciding_ends(self) -> float:
        """Signals are read and decisions made; returns how long that took."""
        self.decided = self.asked = perf_counter()
        return self.decided - self.started

    def origin_is_asked(self) -> None:
        """From here on it is the origin's time."""
        self.asked = perf_counter()

    def total(self) -> float:
        """Seconds since the request came."""
        return perf_counter() - self.started

    def field(self) -> tuple[bytes, bytes]:
        """The Server-Timing field at the moment when the answer begins, in milliseconds."""
        now = perf_counter()
        origin, decide = now - self.asked, self.decided - self.started
        ours = now - self.started - origin
        text = f"windsock;dur={ours * 1e3:.3f}, decide;dur={decide * 1e3:.3f}, origin;dur={origin * 1e3:.3f}"
        return (b"server-timing", text.encode())
