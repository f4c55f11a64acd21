"""The guardrails of all experiences, each reading its own rows of the log.

What is measured on a page is known soon after it was shown, so its window is short, whatever the goal's.
"""

from __future__ import annotations

from typing import Any, Final

from edge.events.log import Exposure, Log
from edge.learning.guardrail import Design, Guardrail, sane
from edge.learning.join import measured
from edge.learning.reading import Reading
from rules.values import Experience, RuleSet

WINDOW: Final = 600.0
"""Seconds after a page was shown in which its measures count."""
_OF_STATE: Final = "guardrail:"


def designs(rules: RuleSet) -> dict[str, Design]:
    """How each experience is judged that must not make something worse, where there is anything to compare it with."""
    found = {experience.name: _design(experience) for experience in rules.experiences if experience.not_worse}
    return {name: design for name, design in found.items() if design.held or design.drawn}


def _design(experience: Experience) -> Design:
    seats, default = experience.seats, experience.variants[experience.default]
    measures = tuple(dict.fromkeys(experience.not_worse))
    if seats.held and seats.play:
        return Design(measures, experience.default, held=seats.held / (seats.held + seats.play))
    drawn = tuple(
        number
        for number, entry in enumerate(experience.choose, 1)
        if entry.kind != "show" and not entry.beside and experience.default in dict(entry.shares)
    )
    always = default.never_when is None and not default.placeholders
    return Design(measures, experience.default, drawn=drawn if always else ())


def state_of(experience: str) -> str:
    """Under which name the state of its guardrail is kept."""
    return f"{_OF_STATE}{experience}"


class Watched:
    """One experience's guardrail and where it has read to. `lifted`: when a breach of it was last lifted."""

    def __init__(self, experience: str, guardrail: Guardrail, lifted: float = 0.0, upto: int = 0) -> None:
        self.experience, self.guardrail, self.lifted = experience, guardrail, lifted
        self.reading = Reading(experience, WINDOW, self._wanted, upto)

    def _wanted(self, row: Exposure) -> bool:
        return row.at >= self.lifted and self._weight(row) is not None

    def _weight(self, row: Exposure) -> float | None:
        return self.guardrail.design.weight(row.variant, row.side, row.rule, row.p)

    def read(self, log: Log, now: float, last: int) -> tuple[int, bool]:
        """Take in what is closed: how many rows, and whether there may be more at once."""
        rows, more = self.reading.next(log, now, last)
        for row, outcomes in rows:
            weight = self._weight(row)
            if weight is not None:
                values = {name: sane(name, value) for name, value in measured(row, outcomes, WINDOW).items()}
                self.guardrail.add(weight, {name: value for name, value in values.items() if value is not None})
        return len(rows), more

    def redesigned(self, design: Design) -> None:
        """Compare by other rules from now on; a breach stands."""
        if design != self.guardrail.design:
            breach, self.guardrail = self.guardrail.breach, Guardrail(design)
            self.guardrail.breach = breach

    def state(self) -> dict[str, Any]:
        """All that is needed to go on, as JSON."""
        return {"schema": 1, "lifted": self.lifted, "guardrail": self.guardrail.state()}

    @classmethod
    def of(cls, experience: str, design: Design, lifted: float, upto: int, state: Any) -> Watched:
        """Go on from a state, unless a breach was lifted since. Raises ValueError for one that is damaged."""
        try:
            if state["schema"] != 1:
                raise ValueError("the state is of another version")
            if state["lifted"] != lifted:
                return cls(experience, Guardrail(design), lifted, upto)
            return cls(experience, Guardrail.of(state["guardrail"], design), lifted, upto)
        except (LookupError, TypeError, AttributeError) as error:
            raise ValueError(f"the state is damaged ({error!r})") from None
