"""The marketer's own tests: for given signals, which variant is shown?"""

from __future__ import annotations

from collections.abc import Iterator

from rules.choose import Choice, choose
from rules.model import TestFile
from rules.problem import Mistake
from rules.spelling import listed
from rules.values import Experience


def failures(experience: Experience, tests: list[TestFile]) -> Iterator[Mistake]:
    """A mistake for each test that does not hold. Only `choose` is asked, no schedule and no coin."""
    for at, test in enumerate(tests):
        choice = choose(experience, test.given)
        possible = {variant for variant, _ in choice.shares}
        if possible != set(test.expect):
            yield Mistake(("tests", at), *_told(choice, test))


def _told(choice: Choice, test: TestFile) -> tuple[str, str]:
    given = ", ".join(f"{name}={_shown(value)}" for name, value in test.given.items()) or "nothing"
    by = f"by entry {choice.rule}" if choice.rule else "as the default, since no entry matches"
    shown = [variant for variant, _ in choice.shares]
    what = f"{listed(shown)} {'is shown' if len(shown) == 1 else 'are drawn from'} {by}"
    message = f"this test fails: given {given}, {what}, not {listed(test.expect, 'or')}"
    if len(shown) > 1:
        return message, f"write `expect: [{', '.join(shown)}]`, or change `choose`"
    return message, "change `choose`, or the test; signals that are not given are unknown"


def _shown(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value
