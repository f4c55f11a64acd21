"""Braces that mean to be a placeholder and are none: `{slugg}`, or `{name}` where `where` catches `{title}`.

Such braces would stand on the page as they are. Yet braces have other uses, so not every word in them is a mistake:
what `{a}` means in a script, a style or a comment, in `{{a}}` and `${a}`, nobody but its author knows. It is a mistake
in a `text` and in an attribute that is `set`, where braces have no other use; and in markup, where people or browsers
read it, if `where` catches something or the word is spelled like a placeholder.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Final

from rules.placeholder import PLACEHOLDER, spot_at, value_spot
from rules.problem import Mistake, Place
from rules.scan import scan
from rules.spelling import listed, nearest
from rules.words import FACTS

_BRACES: Final = re.compile(r"(?<![{$])\{([A-Za-z][A-Za-z0-9_.-]{0,63})\}(?!\})")
_SPELLED: Final = tuple(f"{family}.{name}" for family, names in FACTS.items() for name in names)


def strays(path: Place, text: str, caught: Collection[str]) -> Iterator[Mistake]:
    """A mistake for each such word in a value of a variant; `caught` is what `where` catches there."""
    if "{" not in text:
        return
    found = [each for each in _BRACES.finditer(text) if not _is_one(each[0], caught)]
    for name in dict.fromkeys(each[1] for each in found if _meant(path, text, each, caught)):
        yield _stray(path, name, caught)


def _is_one(braces: str, caught: Collection[str]) -> bool:
    known = PLACEHOLDER.fullmatch(braces)
    return known is not None and ("." in known[1] or known[1] in caught)


def _meant(path: Place, text: str, braces: re.Match[str], caught: Collection[str]) -> bool:
    """Whether these braces can be nothing but a placeholder where they stand."""
    if "set" in path[2:-1]:
        return not value_spot(str(path[-1]), text, *braces.span(), braces[1]).wrong.startswith("stands")
    if path[-1] == "text":
        return True
    if not caught and _near(braces[1], caught) is None:
        return False
    start, end = (len(text[:at].encode("utf-8", "replace")) for at in braces.span())
    page = text.encode("utf-8", "replace")
    return not spot_at(page, tuple(scan(page)), start, end, braces[1]).wrong.startswith("stands")


def _near(name: str, caught: Collection[str]) -> str | None:
    return nearest(name, (*caught, *_SPELLED))


def _stray(path: Place, name: str, caught: Collection[str]) -> Mistake:
    catches = f"it catches {listed(f'{{{each}}}' for each in caught)}" if caught else "it catches nothing"
    near = _near(name, caught)
    instead = (
        f"did you mean `{{{near}}}`?"
        if near
        else "what can stand here: " + ", ".join(f"{{{each}}}" for each in (*caught, "place.name", "near.name"))
    )
    if "." in name:
        message = f"nothing stands for `{{{name}}}`"
    else:
        message = f"`{{{name}}}` is not caught by `where` ({catches})"
        instead += "" if near else f'; or catch it: `where: "/to/{{{name.lower()}}}"`' if name.isalpha() else ""
    return Mistake(path, message, f"{instead}; for braces that visitors read write html with `&#123;`")
