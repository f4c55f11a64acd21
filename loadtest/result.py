"""What a run of Locust measured, from the statistics that it writes as JSON.

Locust keeps response times as a histogram of whole numbers: exact below 100, then to two digits. Pages are in
milliseconds; decisions are far below one, so they are recorded in microseconds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any, Final

DECIDE: Final = "DECIDE"
"""The request type of the entry that is a decision and not a page."""

DECIDE_NAME: Final = "decision in µs, not ms"


@dataclass(frozen=True, slots=True)
class Spread:
    """How a time is spread over all requests, in milliseconds."""

    p50: float
    p95: float
    p99: float


@dataclass(frozen=True, slots=True)
class Result:
    """What a load test says at its end."""

    pages: int
    failed: int
    per_second: float
    page: Spread | None  # None: there was no page
    decision: Spread | None  # None: nobody told how long it took
    failures: Mapping[str, int]  # kind of page -> how many failed


def read(entries: Iterable[Mapping[str, Any]]) -> Result:
    """Read the entries of Locust's statistics."""
    rows = list(entries)
    pages = [row for row in rows if row["method"] != DECIDE]
    decisions = [row for row in rows if row["method"] == DECIDE]
    asked = sum(row["num_requests"] for row in pages)
    seconds = _seconds(pages)
    return Result(
        pages=asked,
        failed=sum(row["num_failures"] for row in pages),
        per_second=asked / seconds if seconds else 0.0,
        page=_spread(pages, 1.0),
        decision=_spread(decisions, 0.001),
        failures={row["name"]: row["num_failures"] for row in pages if row["num_failures"]},
    )


def _seconds(rows: Iterable[Mapping[str, Any]]) -> float:
    """How long it took from the first start to the last answer."""
    times = [(row["start_time"], row["last_request_timestamp"]) for row in rows if row["last_request_timestamp"]]
    return max(last for _, last in times) - min(first for first, _ in times) if times else 0.0


def _spread(rows: Iterable[Mapping[str, Any]], unit: float) -> Spread | None:
    counts: Counter[float] = Counter()
    for row in rows:
        for value, count in row["response_times"].items():
            counts[float(value)] += count
    if not counts:
        return None
    return Spread(*(round(quantile(counts, share) * unit, 6) for share in (0.5, 0.95, 0.99)))


def quantile(counts: Mapping[float, int], share: float) -> float:
    """Give the smallest value that at least `share` of all do not exceed; `counts` holds how often each occurs."""
    wanted = max(1, ceil(share * sum(counts.values())))
    for value in sorted(counts):
        wanted -= counts[value]
        if wanted <= 0:
            return value
    raise ValueError("there is no quantile of nothing")
