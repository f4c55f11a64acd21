"""What the demo says: where everything is when it starts, and the summary when it ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from edge.demo.finding import Evidence, Finding, Learned
from edge.demo.stage import Addresses
from edge.demo.tally import Summary
from edge.demo.taste import EXPERIENCE
from edge.demo.window import Clicks


def welcome(at: Addresses) -> str:
    """Say where to look."""
    return "\n".join(
        (
            f"The shop through the edge   {at.site}/",
            f"As somebody else            {at.door}/as/",
            f"The shop itself             {at.shop}/",
            f"Metrics, explanations       {at.admin}/metrics",
        )
    )


def summary(told: Summary) -> str:
    """Give the summary as lines of text."""
    return "\n".join(_lines(told))


def _lines(told: Summary) -> Iterator[str]:
    yield f"visits      {told.visits:,}, {told.pages:,} pages, {told.failed:,} failed"
    for failure, count in told.failures.items():
        yield f"failed      {failure}, {count:,} times"
    yield "decisions"
    width = max(map(len, told.decisions), default=0)
    for experience, variants in told.decisions.items():
        yield f"  {experience:<{width}}  {shares(variants)}"
    yield from _learned(told.learned) if told.learned else ()
    yield f"cache       {told.hit_share:.0%} of {told.cache_asked:,} pages came from the cache"
    yield f"fallbacks   {fell(told.fallbacks)}"
    yield f"decision    {milliseconds(told.decide_median_ms)} median, {milliseconds(told.decide_p99_ms)} p99"


def _learned(told: Learned) -> Iterator[str]:
    glances = told.glances
    yield f"beacons     {glances.kept:,} written down, {glances.lost:,} lost"
    yield f"learned     {EXPERIENCE}, {rests(told.evidence)}"
    width = max((len(one.place) for one in told.findings), default=0)
    yield from (f"  {one.place:<{width}}  {moved(one)}; likes {one.likes}" for one in told.findings)
    clicks = (("at first", glances.at_first()), ("lately", glances.lately()), ("held out", glances.held()))
    yield f"shares      {glances.held_share:.0%} held out, {told.tried:.0%} drawn to find out"
    yield f"clicked     {', '.join(f'{when} {clicked(each)}' for when, each in clicks)}"


def rests(evidence: Evidence) -> str:
    """Say what it rests on: `from 612 pages seen and 187 clicks (snapshot 31)`."""
    if not evidence.snapshot:
        return "nothing yet"
    return f"from {evidence.exposures:,} pages seen and {evidence.rewards:,} clicks (snapshot {evidence.snapshot:,})"


def moved(finding: Finding) -> str:
    """Say how the shares have moved, the largest first: `stove 33% to 81%, boots 33% to 12%`."""
    order = sorted(finding.now, key=lambda name: -finding.now[name])
    return ", ".join(f"{name} {finding.before.get(name, 0):.0%} to {finding.now[name]:.0%}" for name in order)


def clicked(clicks: Clicks) -> str:
    """Say how many clicked: `24% of 310`."""
    return f"{clicks.share:.0%} of {clicks.saw:,}" if clicks.saw else "nobody"


def shares(variants: Mapping[str, int]) -> str:
    """Say how often each variant was shown: `classic 120 (80%), rain 30 (20%)`."""
    total = sum(variants.values())
    return ", ".join(f"{name} {count:,} ({count / total:.0%})" for name, count in variants.items())


def fell(fallbacks: Mapping[str, int] | None) -> str:
    """Say how many requests went down the ladder, by rung."""
    if fallbacks is None:
        return "not known, the edge did not answer"
    return ", ".join(f"{rung} {count:,}" for rung, count in sorted(fallbacks.items())) or "none"


def milliseconds(value: float | None) -> str:
    """Write a time so that small ones can be read."""
    if value is None:
        return "–"
    return f"{value:.2f} ms" if value < 10 else f"{value:.0f} ms"
