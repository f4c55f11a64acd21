"""`windsock demo`: everything on this machine."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from typing import Annotated

import typer
from rich.console import Console

from edge.demo import report
from edge.demo.play import play
from edge.demo.stage import Stage

_Seconds = Annotated[
    float | None, typer.Option(min=1, metavar="N", help="End after N seconds; without it, Ctrl-C ends the demo.")
]


def demo(seconds: _Seconds = None) -> int:
    """Start a small shop, the edge in front of it and simulated visitors, all on this machine; show what is decided.

    Exits with 0, or with 1 if a page failed.
    """
    console = Console(highlight=False)
    with _ended_politely(), Stage() as stage:
        console.print(report.welcome(stage.at), soft_wrap=True)
        told = play(stage, console, seconds)
        console.print(report.summary(told), soft_wrap=True)
    return 1 if told.failed else 0


@contextlib.contextmanager
def _ended_politely() -> Iterator[None]:
    """Let SIGTERM and a closed terminal end the demo as Ctrl-C does: with everything stopped."""
    numbers = (signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, signal.default_int_handler) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
