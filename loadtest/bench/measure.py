"""Takes the rounds: each target once in every round, in an order that moves on by one, so that none is always first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from loadtest.bench.missing import BenchError
from loadtest.bench.page import SIZE
from loadtest.bench.rounds import Load, Round, Sample
from loadtest.bench.server import Server
from loadtest.bench.targets import Target
from loadtest.bench.tree import cpu_seconds
from loadtest.bench.wrk import CONNECTIONS, load

_SMALLEST: Final = SIZE - 512
"""Bytes of an answer that can be the page; a variant may be shorter than what it replaces."""


def measure(
    targets: Sequence[Target],
    servers: Mapping[str, Server],
    rounds: int,
    seconds: int,
    progress: Callable[[str], None] = lambda _: None,
) -> list[Round]:
    """Load every target in every round, after one second each that does not count."""
    for target in targets:
        progress(f"warming up {target.name}")
        _sample(target, servers[target.server], 1)
    taken: list[Round] = []
    for number in range(rounds):
        first = number % len(targets)
        samples = {}
        for target in (*targets[first:], *targets[:first]):
            progress(f"round {number + 1} of {rounds}: {target.name}")
            samples[target.name] = _sample(target, servers[target.server], seconds)
        taken.append(samples)
    return taken


def _sample(target: Target, server: Server, seconds: int) -> Sample:
    before = cpu_seconds(server.pid)
    counted = load(server.url + target.path, seconds)
    used = cpu_seconds(server.pid) - before
    _check(target, counted)
    return Sample.of(used, counted, CONNECTIONS)


def _check(target: Target, counted: Load) -> None:
    """Errors are cheap: a figure with them in it would flatter the server."""
    if counted.errors:
        raise BenchError(f"{target.name} failed {counted.errors} of {counted.requests} requests; nothing is measured")
    if counted.bytes < counted.requests * _SMALLEST:
        raise BenchError(f"{target.name} answered with less than the page; nothing is measured")
