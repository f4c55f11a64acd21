"""CSS selectors taken apart, and those refused whose search nobody can bound.

A parser that looks for `a b c d` tries, for each `d`, every way up: on a page of depth n that is n to the power of the
blanks. `x ~ b` and `:nth-child` count siblings again for each element, `:has` searches below each element. On the pages
that are edited (`edge/pages/select.py`) blanks, `>`, `+` and `~` are therefore walked over here and now, in steps that
are counted, and the parser is only asked for the **compounds** between them: `ul.menu`, `li:nth-child(2)`. What stands
in the brackets of a compound cannot be taken apart so: it may hold simple things, and `costly` says what is too much.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

LONGEST: Final = 256
"""Characters of a selector."""

MOST: Final = 16
"""Compounds of a selector, all its alternatives together."""

MOST_BRACKETS: Final = 4
"""Functions such as `:not(…)` in one compound."""

Combinator = Literal[" ", ">", "+", "~"]

_TOKEN: Final = re.compile(
    r"""\\[0-9A-Fa-f]{1,6}[ \t\n\f\r]?|\\.|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|/\*.*?\*/|[ \t\n\f\r]+|.""", re.DOTALL
)
_OPENING: Final = {"(": ")", "[": "]"}
_COUNTS: Final = re.compile(r":nth-", re.IGNORECASE)
_INNER: Final = frozenset(("is", "where", "not", "has"))
_PLAIN: Final = frozenset(("nth-child", "nth-last-child", "nth-of-type", "nth-last-of-type", "lang", "dir"))


@dataclass(frozen=True, slots=True)
class Chain:
    """One alternative: compounds from left to right, and the combinator between each and the next."""

    compounds: tuple[str, ...]
    combinators: tuple[Combinator, ...]


@lru_cache(maxsize=4096)
def chains(selector: str) -> tuple[Chain, ...]:
    """The alternatives of a selector list. ValueError where it is no selector, as far as that shows here."""
    return tuple(_chain(pieces) for pieces in _alternatives(selector))


@lru_cache(maxsize=4096)
def costly(selector: str) -> str | None:
    """Say in plain words why looking for this selector could keep every visitor waiting; None: it cannot."""
    if len(selector) > LONGEST:
        return f"it is longer than {LONGEST} characters"
    try:
        compounds = [compound for chain in chains(selector) for compound in chain.compounds]
        if len(compounds) > MOST:
            return f"it has more than {MOST} parts"
        return next((why for compound in compounds if (why := _heavy(compound))), None)
    except ValueError:
        return "its brackets, quotes or commas leave something open, or it holds a comment"


def laborious(compound: str) -> bool:
    """Whether finding a compound means counting siblings, or looking below or above each element."""
    return ":" in compound and _labour(compound) > 0


def _labour(compound: str) -> int:
    """How often, one inside the other, a whole row or a whole branch is looked at for one element."""
    counting = 1 if _COUNTS.search(_outside(compound)) else 0
    return max((counting, *(_of_function(name, content) for name, content in _functions(compound))))


def _of_function(name: str, content: str) -> int:
    if name not in _INNER:
        return 0
    relative = content.lstrip(" \t\n\f\r") if name == "has" else content
    found = chains(relative[1:] if relative[:1] in (">", "+", "~") else relative)
    inner = (len(chain.combinators) + max(map(_labour, chain.compounds)) for chain in found)
    return (name == "has") + max(inner)


def _heavy(compound: str) -> str | None:
    functions = _all_functions(compound)
    if len(functions) > MOST_BRACKETS:
        return f"`{compound}` has more than {MOST_BRACKETS} pairs of brackets"
    for name, content in functions:
        if name not in _INNER | _PLAIN:
            return f"`:{name}(…)` is not something that every browser knows"
        if name in _PLAIN and " of " in content.lower():
            return f"`:{name}(… of …)` counts again for each element"
    return f"`{compound}` looks around again at each element that it looks at" if _labour(compound) > 1 else None


def _all_functions(compound: str) -> list[tuple[str, str]]:
    """Those inside of others, too."""
    own = _functions(compound)
    return [*own, *(inner for name, content in own if name in _INNER for inner in _all_functions(content))]


def _outside(compound: str) -> str:
    """A compound without what stands in its brackets."""
    for _, content in _functions(compound):
        compound = compound.replace(f"({content})", "()", 1)
    return compound


def _functions(compound: str) -> list[tuple[str, str]]:
    """The names of the functional pseudo-classes of a compound, and what stands in their brackets."""
    found: list[tuple[str, str]] = []
    name = ""
    depth, inside = 0, ""
    written = ""
    for piece in _TOKEN.findall(compound):
        if depth and piece == ")":
            depth -= 1
            if not depth:
                found.append((name, inside))
                inside = written = ""
                continue
        if depth:
            inside += piece
            depth += piece == "("
            continue
        if piece == "(":
            name = written.rpartition(":")[2].lower()
            depth = 1
        else:
            written += piece
    return found


def _alternatives(selector: str) -> list[list[str]]:
    """The pieces of each alternative; what stands in brackets is one piece with what stands before it."""
    lists: list[list[str]] = [[]]
    closers: list[str] = []
    for piece in _TOKEN.findall(selector):
        if piece.startswith("/*") or piece in ('"', "'", "\\") or (piece in ")]" and closers[-1:] != [piece]):
            raise ValueError(selector)
        if closers:
            lists[-1][-1] += piece
        elif piece == ",":
            lists.append([])
        else:
            lists[-1].append(piece)
        if piece in _OPENING:
            closers.append(_OPENING[piece])
        elif piece in ")]":
            closers.pop()
    if closers:
        raise ValueError(selector)
    return lists


def _chain(pieces: list[str]) -> Chain:
    compounds, combinators = [""], []
    wanted: Combinator | None = None
    for piece in pieces:
        if piece.isspace():
            wanted = wanted or (" " if compounds[-1] else None)
        elif piece in (">", "+", "~"):
            if not compounds[-1] or wanted not in (None, " "):
                raise ValueError("a combinator needs something on both sides")
            wanted = piece  # type: ignore[assignment]  # narrowed by the tuple above
        else:
            if wanted and compounds[-1]:
                combinators.append(wanted)
                compounds.append("")
            wanted = None
            compounds[-1] += piece
    if not compounds[-1] or wanted not in (None, " "):
        raise ValueError("a selector is empty")
    return Chain(tuple(compounds), tuple(combinators))
