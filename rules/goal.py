"""What counts as success: how a goal is written in events and reports, and which pages reach one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rules.glob import pattern
from rules.lookup import Texts


def goal_text(goal: Mapping[str, object]) -> str:
    """A goal in one line: `click "#hero a"`, `visit /thanks`, `event signup`, `dwell 30s`, `scroll 80%`."""
    match goal:
        case {"click": selector}:
            return f'click "{selector}"'
        case {"visit": [*globs]}:
            return f"visit {' '.join(map(str, globs))}"
        case {"event": name}:
            return f"event {name}"
        case {"dwell": float() | int() as seconds}:
            return f"dwell {round(seconds, 3):.12g}s"
        case {"scroll": float() | int() as share}:
            return f"scroll {share * 100:.9g}%"
    return ""


class Visits:
    """Goals that a visit to a page reaches."""

    def __init__(self, goals: Iterable[Mapping[str, object]]) -> None:
        globs = {goal_text(goal): goal["visit"] for goal in goals if isinstance(goal.get("visit"), Sequence)}
        self.texts = tuple(globs)
        self._texts = Texts(
            (pattern(str(glob)), 1 << place)
            for place, each in enumerate(globs.values())
            for glob in (each if isinstance(each, Sequence) else ())
        )

    def reached(self, path: str) -> tuple[str, ...]:
        """The goals, as texts, that a visit to this decoded path reaches."""
        if not self.texts:
            return ()
        bits = self._texts.bits(path)
        return tuple(text for place, text in enumerate(self.texts) if bits >> place & 1) if bits else ()
