"""The rules folder: whether it loads, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator

from edge.cli.checkup.finding import Finding
from edge.settings import Settings


def rules(settings: Settings) -> Iterator[Finding]:
    """How many experiences there are, and how many problems; `windsock check` shows each."""
    folder = settings.rules
    if not folder.is_dir():
        yield Finding("rules", "fail", f"the folder {folder} is not there; make one with: windsock init {folder}")
        return
    from rules.load import load

    problems = load(folder).problems
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        more = f", and {len(problems) - 1} more" if len(problems) > 1 else ""
        yield Finding("rules", "fail", f"{folder}: {errors[0]}{more}; see windsock check {folder}")
    elif problems:
        yield Finding("rules", "warn", f"{folder} loads with {len(problems)} warnings; see windsock check {folder}")
    else:
        yield Finding("rules", "ok", f"{folder} loads")
