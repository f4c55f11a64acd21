"""What the private listener can see of the running edge."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from edge.edition import Edition


class Editions(Protocol):
    """Where the current edition is found."""

    current: Edition | None


class Rules(Protocol):
    """The rules folder, with the first thing that is wrong with it now."""

    problem: str


class Workers(Protocol):
    """The serving processes."""

    def serving(self) -> dict[int, str]:
        """The version of the edition by process id."""


@dataclass(frozen=True, slots=True)
class State:
    """The parts that answer."""

    editions: Editions
    rules: Rules
    workers: Workers
    reachable: Callable[[], Awaitable[bool]]  # whether a visitor can connect
