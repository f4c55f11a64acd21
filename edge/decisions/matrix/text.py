"""Texts that tell patterns apart: for each set of patterns that one text can have at once, such a text.

All patterns read the text at the same time, each as an automaton whose states are bits of a number (see `rules.glob`),
and a search in breadth goes through everything that the states of all of them together can become. It tries only the
characters that stand in a pattern, and one that stands in none: every other one would do the same.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from rules.glob import Glob
from rules.signals import UNKNOWN

MOST: Final = 20_000
"""Texts that are tried."""

_SLACK: Final = 8
"""Further texts for a state whose first ones cannot be written."""


def texts(globs: Sequence[Glob], besides: Collection[str]) -> Iterator[str]:
    """Texts, none of those `besides`, among them one for each answer that these patterns can give together."""
    patterns = [_Pattern(written) for written in dict.fromkeys(re.sub(r"\*+", "*", each.written) for each in globs)]
    alphabet = _alphabet(globs)
    most = len(besides) + _SLACK
    seen: Counter[tuple[int, ...]] = Counter()
    answered: set[tuple[bool, ...]] = set()
    waiting = deque([("", tuple(pattern.start for pattern in patterns))])
    for _ in range(MOST):
        if not waiting:
            return
        text, states = waiting.popleft()
        answer = tuple(pattern.takes(state) for pattern, state in zip(patterns, states, strict=True))
        usable = text == text.strip() and text not in ("", UNKNOWN) and text not in besides
        if usable and answer not in answered:
            answered.add(answer)
            yield text
        seen[states] += most if usable else 1
        for character in alphabet:
            after = tuple(pattern.read(state, character) for pattern, state in zip(patterns, states, strict=True))
            if seen[after] < most:
                waiting.append((text + character, after))


def _alphabet(globs: Sequence[Glob]) -> list[str]:
    """A letter that no pattern names, and all that they name; spaces last."""
    named = {character for each in globs for character in each.written if character != "*"}
    other = next(character for character in map(chr, (*range(97, 123), *range(256, 1 << 16))) if character not in named)
    return [other, *sorted(named, key=lambda character: (character.isspace(), character))]


class _Pattern:
    """A pattern without two stars in a row. Bit i of a state: its first i characters account for what was read."""

    def __init__(self, written: str) -> None:
        self._advance: dict[str, int] = defaultdict(int)
        for place, character in enumerate(written):
            self._advance[character] |= 1 << place
        self._stars = self._advance.pop("*", 0)
        self._accepting = 1 << len(written)
        self.start = self._past_stars(1)

    def read(self, state: int, character: str) -> int:
        """The state after one more character."""
        return self._past_stars((state & self._advance.get(character, 0)) << 1 | state & self._stars)

    def takes(self, state: int) -> bool:
        """Whether what was read has the pattern."""
        return bool(state & self._accepting)

    def _past_stars(self, state: int) -> int:
        return state | (state & self._stars) << 1
