"""The rules folder: whether it loads, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator

from edge.cli.checkup.finding import Finding
from edge.clock import Clock
from edge.settings import Settings


def rules(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """How many experiences there are, and how many problems; `windsock check` shows each."""
    folder = settings.rules
    if not folder.is_dir():
        yield Finding("rules", "fail", f"the folder {folder} is not there; make one with: windsock init {folder}")
        return
    from rules.lint import warnings
    from rules.load import load

    loaded = load(folder)
    problems = loaded.problems
    if loaded.document is not None:
        problems += warnings(folder, loaded.document, clock())
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        more = f", and {len(problems) - 1} more" if len(problems) > 1 else ""
        yield Finding("rules", "fail", f"{folder}: {errors[0]}{more}; see windsock check {folder}")
    elif problems:
        many = f"{len(problems)} warning{'s' if len(problems) > 1 else ''}"
        yield Finding("rules", "warn", f"{folder} loads with {many}; see windsock check {folder}")
    else:
        yield Finding("rules", "ok", f"{folder} loads")
