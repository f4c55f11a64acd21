"""The word that somebody probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(written: str, allowed: Iterable[str]) -> str | None:
    """The allowed word that is spelled most like `written`, if one is near enough."""
    by_lower = {word.lower(): word for word in allowed}
    found = get_close_matches(written.lower()[:64], by_lower, n=1, cutoff=0.62)
    return by_lower[found[0]] if found else None


def advice(written: str, allowed: Iterable[str], *, all_of_them: str = "write one of") -> str:
    """`did you mean …?` where a word is near; otherwise which words there are."""
    words = list(allowed)
    near = nearest(written, words)
    if near is not None:
        return f"did you mean `{near}`?"
    return f"{all_of_them} {listed(words, 'or')}" if words else "compare it with rules/README.md"


def listed(words: Iterable[str], joint: str = "and") -> str:
    """`a`, `b` and `c`."""
    quoted = [f"`{word}`" for word in words]
    return f" {joint} ".join(filter(None, (", ".join(quoted[:-1]), *quoted[-1:])))
