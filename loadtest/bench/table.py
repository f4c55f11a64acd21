"""The result for people (a Markdown table) and for programs (JSON)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any, Final

from loadtest.bench.rounds import Ratio, Round, Verdict, middle, paired
from loadtest.bench.targets import Target

_HEADS: Final = (
    *("target", "CPU µs per request", "× nginx (least to most)", "× bare ASGI app (least to most)"),
    *("requests/s", "p50 / p99 ms"),
)


def lines(targets: Sequence[Target], rounds: Sequence[Round]) -> Iterator[str]:
    """The table, one line a target."""
    return _table([_HEADS, *(tuple(_row(target, rounds)) for target in targets)])


def promises(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """The gates, one line each, and what became of them."""
    words = {True: "held", False: "missed", None: ""}
    return _table(
        [("promise", "measured", ""), *((one.gate.promise, ratio(one.ratio), words[one.held]) for one in verdicts)]
    )


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for number, row in enumerate(rows):
        yield "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        if number == 0:
            yield "|" + "|".join("-" * (width + 2) for width in widths) + "|"


def _row(target: Target, rounds: Sequence[Round]) -> Iterator[str]:
    sample = middle(rounds, target.name)
    yield target.what
    yield f"{sample.cpu:,.0f}"
    for reference in ("nginx", "bare"):
        yield ratio(paired(rounds, target.name, reference))
    yield f"{sample.per_second:,.0f}"
    yield f"{sample.p50:.1f} / {sample.p99:.1f}"


def ratio(found: Ratio | None) -> str:
    """How many times as much, and how far the rounds lie apart."""
    return f"{found.median:.3g} ({found.least:.3g} to {found.most:.3g})" if found else "not measured"


def document(targets: Sequence[Target], rounds: Sequence[Round], verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """The same for a program: medians, ratios to both references, gates, and every sample."""
    return {
        "targets": {
            target.name: {
                **asdict(middle(rounds, target.name)),
                **{f"to_{other}": _ratio(paired(rounds, target.name, other)) for other in ("nginx", "bare")},
            }
            for target in targets
        },
        "gates": [{**asdict(one.gate), "ratio": _ratio(one.ratio), "held": one.held} for one in verdicts],
        "rounds": [{name: asdict(sample) for name, sample in each.items()} for each in rounds],
    }


def _ratio(found: Ratio | None) -> dict[str, float] | None:
    return asdict(found) if found else None
