"""The demo as a whole, on a stage that is not well."""

from __future__ import annotations

import io
import socket

import pytest
from rich.console import Console

from edge.demo.play import play
from edge.demo.stage import Addresses, Stage
from edge.errors import WindsockError


class Nobody(Stage):
    """A stage on which nothing was started: every address refuses."""

    def __init__(self, *, ended: bool = False) -> None:
        super().__init__()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{free.getsockname()[1]}"
        self.at = Addresses(url, url, url, url)
        self._ended = ended

    def check(self) -> None:
        if self._ended:
            raise WindsockError("a part of the demo has ended: out of memory")


def quiet() -> Console:
    return Console(file=io.StringIO())


def test_pages_that_nobody_answers_have_failed() -> None:
    told = play(Nobody(), quiet(), 2)
    assert told.failed == told.pages >= 1
    assert told.fallbacks is None


def test_a_part_that_has_ended_ends_the_demo() -> None:
    with pytest.raises(WindsockError, match="out of memory"):
        play(Nobody(ended=True), quiet(), 5)


def test_on_a_terminal_the_view_is_drawn() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=100, height=30)
    play(Nobody(), console, 2)
    drawn = console.file.getvalue()  # type: ignore[attr-defined]  # the StringIO from above
    assert "who is there" in drawn
    assert "failed: no answer" in drawn
