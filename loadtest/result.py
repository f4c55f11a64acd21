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

FAILED: Final = "FAILED"
"""The request type of the entry that is a reason why pages failed; Locust keeps none beside the page itself."""


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
    per_second: float  # over the whole run
    page: Spread | None  # None: there was no page
    decision: Spread | None  # None: nobody told how long it took
    failures: Mapping[str, int]  # "KIND OF PAGE: WHY" -> how many failed


def read(entries: Iterable[Mapping[str, Any]], seconds: float) -> Result:
    """Read the entries of Locust's statistics of a run that took so many seconds."""
    rows = list(entries)
    pages = [row for row in rows if row["method"] not in (DECIDE, FAILED)]
    decisions = [row for row in rows if row["method"] == DECIDE]
    asked = sum(row["num_requests"] for row in pages)
    return Result(
        pages=asked,
        failed=sum(row["num_failures"] for row in pages),
        per_second=asked / seconds,
        page=_spread(pages, 1.0),
        decision=_spread(decisions, 0.001),
        failures={row["name"]: row["num_requests"] for row in rows if row["method"] == FAILED},
    )


def reason(status: int | None, error: BaseException) -> str:
    """Why a page failed: `status 502`, or what kept it from having one, such as `connection refused`."""
    if status and status >= 400:
        return f"status {status}"
    told = error.strerror if isinstance(error, OSError) and error.strerror else str(error) or type(error).__name__
    line = " ".join(told.split())[:80]
    return line[:1].lower() + line[1:] if " " in line else line


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
