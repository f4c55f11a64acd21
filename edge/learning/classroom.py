"""Who learns and who is watched, by the rules and the orders of now.

A model goes on as long as its course is the same, from what is in memory or from its state. Otherwise it is made anew
and reads the log from the beginning. With another goal there is nothing in the log for it: it begins now.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

import orjson

from edge.events.log import Log
from edge.learning.course import Course, courses, heirloom
from edge.learning.guardrail import Design, Guardrail
from edge.learning.learned import Learned
from edge.learning.orders import Orders
from edge.learning.pupil import Pupil
from edge.learning.watched import Watched, designs, state_of
from rules.values import RuleSet

_log = logging.getLogger("windsock")

States = Mapping[str, tuple[int, str]]
"""(the `seq` up to which, the state as JSON) by name, as the log keeps them."""
Tell = Callable[[str, Mapping[str, object]], None]
"""Hears what is done here: what, and details."""

_DAMAGED: Final = (LookupError, TypeError, AttributeError)


class Classroom:
    """Pupils by model, guardrails by experience; `changed` names the states that are not kept as they are now."""

    def __init__(self, tell: Tell) -> None:
        self.pupils: dict[str, Pupil] = {}
        self.watched: dict[str, Watched] = {}
        self.changed: set[str] = set()
        self.failed: dict[str, Course] = {}  # models that cannot learn by this course
        self._tell = tell

    def arrange(self, rules: RuleSet, orders: Orders, states: States, now: float) -> None:
        """Let those learn whom the rules ask for; whoever goes on keeps what it has."""
        wanted = {key: orders.given(course) for key, course in courses(rules).items()}
        for key in self.pupils.keys() - wanted.keys():
            del self.pupils[key]
        self.failed = {key: course for key, course in self.failed.items() if wanted.get(key) == course}
        for key, course in wanted.items():
            if key not in self.failed:
                self._enrol(course, states, wanted, now)
        self._watch(designs(rules), orders, states)

    def _enrol(self, course: Course, states: States, wanted: Mapping[str, Course], now: float) -> None:
        key, present = course.key, self.pupils.get(course.key)
        upto, state = _parsed(states.get(key))
        if present is not None:
            state = {"course": present.course.plain()}
        inherits = _heirloom(state)
        course = replace(course, heirloom=heirloom(course, states, wanted) if inherits is None else inherits)
        if present is not None and present.course.plain() == course.plain():
            present.offer(course)
            return
        if present is None and state is not None:
            try:
                self.pupils[key] = Pupil.of(course, upto, state)
            except ValueError as error:
                _log.warning("a model is made anew from the log: %s", error, extra={"model": key})
            else:
                return
        if key in states or present is not None:
            self._tell("rebuild", {"model": key})
        if _goal(state, course.goal) != course.goal:
            forget = {"experience": course.experience, "since": 0.0, "until": now, "why": "it has another goal"}
            self._tell("reset", forget)
            course = replace(course, forgotten=(*course.forgotten, (0.0, now)))
        self.pupils[key] = Pupil(Learned(course))
        self.changed.add(key)

    def _watch(self, wanted: Mapping[str, Design], orders: Orders, states: States) -> None:
        for name in self.watched.keys() - wanted.keys():
            del self.watched[name]
        for name, design in wanted.items():
            lifted, present = orders.lifted.get(name, 0.0), self.watched.get(name)
            if present is not None and present.lifted == lifted:
                present.redesigned(design)
                continue
            upto, state = (present.reading.upto, present.state()) if present else _parsed(states.get(state_of(name)))
            try:
                self.watched[name] = Watched.of(name, design, lifted, upto, state)
            except ValueError:
                self.watched[name] = Watched(name, Guardrail(design), lifted)
            self.changed.add(state_of(name))

    def read(self, log: Log, now: float, last: int) -> tuple[dict[str, int], bool]:
        """Let everybody take in what is closed: how many rows each, by state, and whether there may be more at once."""
        rows, more = {}, False
        for key, pupil in list(self.pupils.items()):
            with self.alone(key):
                rows[key], further = pupil.read(log, now, last)
                more |= further
        for name, watched in self.watched.items():
            rows[state_of(name)], further = watched.read(log, now, last)
            more |= further
        self.changed.update(state for state, number in rows.items() if number)
        return rows, more

    @contextmanager
    def alone(self, key: str) -> Iterator[None]:
        """Whatever fails in the block is the fault of this model, and must not keep the others from learning.

        Its last numbers serve until its course is another one.
        """
        try:
            yield
        except sqlite3.Error:
            raise
        except Exception:
            _log.exception("a model cannot learn and its last numbers serve", extra={"model": key})
            self.failed[key] = replace(self.pupils.pop(key).course, heirloom=())  # as the rules have it

    def states(self) -> dict[str, tuple[int, str]]:
        """Those that are to be kept."""
        found = {}
        for key in self.changed & self.pupils.keys():
            with self.alone(key):
                pupil = self.pupils[key]
                found[key] = pupil.reading.upto, orjson.dumps(pupil.learned.state()).decode()
        for name, watched in self.watched.items():
            if state_of(name) in self.changed:
                found[state_of(name)] = watched.reading.upto, orjson.dumps(watched.state()).decode()
        return found

    def upto(self, last: int) -> int:
        """The `seq` up to which nobody here needs the log any more."""
        readings = [pupil.reading for pupil in self.pupils.values()]
        readings += [watched.reading for watched in self.watched.values()]
        return min((reading.upto for reading in readings), default=last)


def _parsed(row: tuple[int, str] | None) -> tuple[int, Any]:
    if row is not None:
        try:
            return row[0], orjson.loads(row[1])
        except ValueError:
            _log.warning("a state in the event log is damaged and is made anew")
    return 0, None


def _heirloom(state: Any) -> tuple[str, ...] | None:
    try:
        return tuple(map(str, state["course"]["heirloom"]))
    except _DAMAGED:
        return None


def _goal(state: Any, otherwise: str) -> str:
    try:
        return str(state["course"]["goal"])
    except _DAMAGED:
        return otherwise
