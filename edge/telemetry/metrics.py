"""Counters for Prometheus, right over several workers and cheap on the request path.

A request only adds to a plain dictionary and a list. Every `FLUSH` seconds at most, the event loop moves them into
prometheus-client, a label or a bucket at a time. Its memory-mapped files (`PROMETHEUS_MULTIPROC_DIR`) let the private
listener add up all workers, also those that have ended. prometheus-client looks for that directory while it is
imported: so it is imported only when the first `Metrics` is made.
"""

from __future__ import annotations

import asyncio
import os
from bisect import bisect_left
from collections import Counter
from typing import TYPE_CHECKING, Final

from edge import __version__
from edge.fallback import Rung

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry, Histogram

FLUSH: Final = 0.05
"""Seconds until a count shows on `/metrics`."""

_DECISION_BUCKETS: Final = (0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1)
_REQUEST_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

_STATUSES: Final = tuple([("requests", f"{hundreds}xx") for hundreds in range(10)])


class Metrics:
    """What happened in this process."""

    def __init__(self) -> None:
        import prometheus_client as prometheus

        from edge.telemetry.reserve import install

        install()
        self.registry = prometheus.CollectorRegistry()
        self._counters = {
            name: prometheus.Counter(f"windsock_{name}", text, labels, registry=self.registry)
            for name, text, labels in (
                ("decisions", "Decisions by experience, variant and reason.", ("experience", "variant", "reason")),
                ("fallbacks", "Requests that had to go down the ladder, by rung.", ("rung",)),
                ("failures", "What failed while a visitor waited.", ("failure",)),
                ("pages_untouched", "Pages that could not be edited, by reason.", ("reason",)),
                ("unmeasured", "Pages that count something and could not be measured, by reason.", ("reason",)),
                ("slots_missed", "Slots that were not found or not editable.", ("experience", "reason")),
                ("requests", "Requests by status class.", ("status",)),
                ("refusals", "Requests that the request check turned away, by status.", ("status",)),
                ("cache_requests", "Requests by what the cache did.", ("result",)),
                ("cdn_fields_dropped", "Requests with the CDN's fields that did not come through it.", ()),
            )
        }
        self._histograms = {
            "decision": prometheus.Histogram(
                "windsock_decision_duration_seconds",
                "Time to read the signals and decide.",
                buckets=_DECISION_BUCKETS,
                registry=self.registry,
            ),
            "request": prometheus.Histogram(
                "http_server_request_duration_seconds",
                "Time to the first byte of the answer.",
                buckets=_REQUEST_BUCKETS,
                registry=self.registry,
            ),
        }
        self._reload = prometheus.Gauge(
            "windsock_config_last_reload_success_timestamp_seconds",
            "When the current edition was taken.",
            multiprocess_mode="mostrecent",
            registry=self.registry,
        )
        self._circuit = prometheus.Gauge(
            "windsock_origin_circuit",
            "Whether the origin is asked: 0 yes, 1 by a few probes, 2 not at all.",
            multiprocess_mode="mostrecent",
            registry=self.registry,
        )
        prometheus.Gauge(
            "windsock_build_info",
            "Always 1; the version is a label.",
            ("version",),
            multiprocess_mode="max",
            registry=self.registry,
        ).labels(__version__).set(1)
        for rung in Rung:
            self._counters["fallbacks"].labels(rung.value)
        self._counts: Counter[tuple[str, ...]] = Counter()  # by name and labels
        self._requests: list[float] = []  # seconds, as in the histograms of these names
        self._decisions: list[float] = []
        self._dirty = False

    def decided(self, experience: str, variant: str, reason: str) -> None:
        """One decision that a visitor met."""
        self._add("decisions", experience, variant, reason)

    def fell(self, failure: str, rung: Rung) -> None:
        """One request went down the ladder."""
        self._add("fallbacks", rung.value)
        self._add("failures", failure)

    def failed(self, failure: str) -> None:
        """Something failed, and what the visitor gets is not known yet."""
        self._add("failures", failure)

    def untouched(self, reason: str) -> None:
        """One page that should have been edited was not."""
        self._add("pages_untouched", reason)

    def unmeasured(self, reason: str) -> None:
        """One page, or one experience on it, that should have been measured was not."""
        self._add("unmeasured", reason)

    def missed(self, experience: str, reason: str) -> None:
        """One experience found no place on its page."""
        self._add("slots_missed", experience, reason)

    def answered(self, status: int, seconds: float, cache: str = "bypass") -> None:
        """One answer, with the time to its first byte."""
        self._counts[_STATUSES[status // 100 % 10]] += 1
        self._counts["cache_requests", cache] += 1
        self._requests.append(seconds)
        if not self._dirty:
            self._flush_soon()

    def decided_in(self, seconds: float) -> None:
        """How long signals and decisions took."""
        self._decisions.append(seconds)

    def reloaded(self, at: float) -> None:
        """A new edition serves since `at` (seconds since the epoch)."""
        self._reload.set(at)

    def circuit(self, state: int) -> None:
        """The origin is asked (0), tried (1), or left alone (2) from now on."""
        self._circuit.set(state)

    def refused(self, status: int) -> None:
        """One request that was not clearly one to this site."""
        self._add("refusals", str(status))

    def dropped(self) -> None:
        """One request brought the CDN's fields and did not come from a listed proxy."""
        self._add("cdn_fields_dropped")

    def _add(self, *counted: str) -> None:
        self._counts[counted] += 1
        if not self._dirty:
            self._flush_soon()

    def _flush_soon(self) -> None:
        self._dirty = True
        asyncio.get_running_loop().call_later(FLUSH, self.flush)

    def flush(self) -> None:
        """Move what was counted into prometheus-client."""
        self._dirty = False
        for (name, *labels), amount in self._counts.items():
            counter = self._counters[name]
            (counter.labels(*labels) if labels else counter).inc(amount)
        self._counts.clear()
        _move(self._requests, self._histograms["request"])
        _move(self._decisions, self._histograms["decision"])

    def exposition(self) -> bytes:
        """The text that Prometheus scrapes: this process, or all that share `PROMETHEUS_MULTIPROC_DIR`."""
        import prometheus_client as prometheus

        self.flush()
        return exposition() if os.environ.get(_SHARED) else prometheus.generate_latest(self.registry)


def _move(times: list[float], histogram: Histogram) -> None:
    """What `observe` would do for each of them, at one step a bucket; what it needs for that is private there."""
    for place, amount in Counter([bisect_left(histogram._upper_bounds, seconds) for seconds in times]).items():
        histogram._buckets[place].inc(amount)
    histogram._sum.inc(sum(times))
    times.clear()


class WeatherMetrics:
    """What the one process counts that knows the weather; in a registry of its own, unless it serves as well."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        import prometheus_client as prometheus

        from edge.telemetry.reserve import install

        install()
        registry = registry or prometheus.CollectorRegistry()
        self._calls = prometheus.Counter(
            "windsock_weather_calls", "Calls of the weather service.", ("service", "outcome"), registry=registry
        )
        self._refused = prometheus.Counter(
            "windsock_weather_cells_refused", "New cells that had to wait.", registry=registry
        )
        self._cells, self._age = (
            prometheus.Gauge(f"windsock_weather_{name}", text, multiprocess_mode="mostrecent", registry=registry)
            for name, text in (("cells", "Cells that are known."), ("age_seconds", "Age of the oldest reading in use."))
        )

    def called(self, service: str, outcome: str) -> None:
        """One call was made."""
        self._calls.labels(service, outcome).inc()

    def known(self, cells: int, oldest: float, refused: int) -> None:
        """So many cells are known, the oldest for so many seconds; so many more were refused since the last time."""
        self._cells.set(cells)
        self._age.set(oldest)
        self._refused.inc(refused)


_SHARED: Final = "PROMETHEUS_MULTIPROC_DIR"


def exposition() -> bytes:
    """The text that Prometheus scrapes: all workers together, from the directory that they share."""
    import prometheus_client as prometheus
    from prometheus_client import multiprocess

    shared = prometheus.CollectorRegistry()
    multiprocess.MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
    return prometheus.generate_latest(shared)
