"""Takes the rounds: every target once in each, in an order that moves on by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from loadtest.bench.missing import BenchError
from loadtest.bench.page import SIZE
from loadtest.bench.rounds import Round, Sample
from loadtest.bench.server import Server
from loadtest.bench.targets import Target
from loadtest.bench.tree import cpu_seconds
from loadtest.bench.wrk import CONNECTIONS, load

_SMALLEST: Final = SIZE * 9 // 10
