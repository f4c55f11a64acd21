"""What people did to the models, read from the audit: nothing else has to be remembered, and nothing is lost.

Each command writes one line into the audit of the event log, and that line is the order. The learner reads the lines in
their order and does what they say, at once where it runs, and otherwise when it does.

    reset      {"experience", "since", "until"}        forget what was learned of exposures between these moments
    import     {"models": {key: {variant: [successes, visits]}}}
    rollback   {"number"}                              the models of that snapshot serve, until
    release    {}                                      the newest serve again
    lift       {"experience"}                          a breach is over, and its comparison begins anew
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from edge.events.log import Audit
from edge.learning.course import Counts, Course

_log = logging.getLogger("windsock")


@dataclass(slots=True)
class Orders:
    """All orders up to now."""

    upto: int = 0  # the last line that was read
    forgotten: dict[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)  # by experience
    imported: dict[str, dict[str, Counts]] = field(default_factory=dict)  # by model
    lifted: dict[str, float] = field(default_factory=dict)  # experience -> when
    pinned: int | None = None

    def read(self, lines: Iterable[tuple[int, Audit]]) -> bool:
        """Obey further lines; whether there was an order among them."""
        found = False
        for seq, line in lines:
            self.upto = seq
            try:
                found |= self._obey(line)
            except (ValueError, TypeError, LookupError, AttributeError):
                _log.error("line %d of the audit cannot be understood and is passed over", seq)
        return found

    def _obey(self, line: Audit) -> bool:
        said: Any = orjson.loads(line.details or "{}")
        match line.what:
            case "reset":
                name, span = str(said["experience"]), (float(said["since"]), float(said["until"]))
                before = self.forgotten.get(name, ())
                self.forgotten[name] = before if span in before else (*before, span)
            case "import":
                self.imported |= {str(key): _counts(arms) for key, arms in said["models"].items()}
            case "rollback":
                self.pinned = int(said["number"])
            case "release":
                self.pinned = None
            case "lift":
                self.lifted[str(said["experience"])] = line.at
            case _:
                return False
        return True

    def given(self, course: Course) -> Course:
        """The course as it is by these orders."""
        return replace(
            course,
            forgotten=self.forgotten.get(course.experience, ()),
            warm=self.imported.get(course.key),
        )


def _counts(arms: Mapping[str, Any]) -> dict[str, Counts]:
    return {str(arm): (float(successes), float(visits)) for arm, (successes, visits) in arms.items()}
