"""What the private listener can see of the running edge, and what it can switch."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from edge.console.reward import Reward
from edge.edition import Edition
from edge.run import Serves


class Editions(Protocol):
    """Where the current edition is found."""

    current: Edition | None


class Rules(Protocol):
    """The rules folder, with the first thing that is wrong with it now."""

    problem: str


class Workers(Protocol):
    """The serving processes."""

    def serving(self) -> Mapping[int, Serves]:
        """What each of them serves, by process id."""


class Switches(Protocol):
    """The kill switch; `problem` is why workers cannot be told at the moment, or empty."""

    problem: str
    off: frozenset[str]

    def names(self) -> tuple[str, ...]:
        """The experiences that there are."""

    def switch(self, name: str | None, *, on: bool) -> str:
        """Switch an experience, or everything. Returns why this will not outlive a restart, or nothing."""


class Places(Protocol):
    """The geo database; `problem` is what is wrong with its file now, or empty."""

    problem: str


@dataclass(frozen=True, slots=True)
class State:
    """The parts that answer."""

    editions: Editions
    rules: Rules
    workers: Workers
    switches: Switches
    reachable: Callable[[], Awaitable[bool]]  # whether a visitor can connect
    places: Places | None = None
    front: Callable[[], str] = str  # what to do about a proxy in front that is not listed, or nothing
    push: Callable[[str, bytes], float] | None = None  # takes a pushed signal; until when it holds; ValueError
    reward: Reward | None = None  # takes what a server says of a page
