"""What the learner tells Prometheus."""

from __future__ import annotations

from typing import Final

_FAMILIES: Final = (
    ("rows", "Exposures that were learned."),
    ("rows_dropped", "Exposures that were not plausible and were not learned."),
    ("snapshots", "Snapshots that were published."),
    ("drift_alarms", "Variants whose success changed for no reason known here."),
    ("breaches", "Guardrails that were breached."),
    ("rebuilds", "Models that were made anew from the log."),
    ("failures", "Steps of the learner that failed."),
)
_GAUGES: Final = (
    ("lag_seconds", "How long the oldest closed exposure has waited to be learned."),
    ("snapshot_number", "The number of the snapshot that serves."),
    ("snapshot_timestamp_seconds", "When it was made."),
    ("snapshot_held", "Models whose latest numbers are held back."),
    ("models", "Models that learn."),
    ("experiences_stopped", "Experiences that a guardrail has stopped."),
)


class LearnerMetrics:
    """Of the one process that learns; names begin with `windsock_learner_`."""

    def __init__(self) -> None:
        import prometheus_client as prometheus

        from edge.telemetry.reserve import install

        install()
        registry = prometheus.CollectorRegistry()
        self._counters = {
            name: prometheus.Counter(f"windsock_learner_{name}", text, registry=registry) for name, text in _FAMILIES
        }
        self._gauges = {
            name: prometheus.Gauge(f"windsock_learner_{name}", text, multiprocess_mode="mostrecent", registry=registry)
            for name, text in _GAUGES
        }

    def add(self, name: str, amount: float = 1) -> None:
        """So many more."""
        if amount:
            self._counters[name].inc(amount)

    def set(self, name: str, value: float) -> None:
        """It is so from now on."""
        self._gauges[name].set(value)
