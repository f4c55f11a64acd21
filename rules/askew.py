"""Lines that do not fit each other, and what runs on from one into the next.

The parser names the line at which it noticed, which is often the one after the mistake: a key without its colon goes on
into the next line, quotes that are left open end at the next ones, and the first of several keys decides how far all of
them are indented. Each function here knows one such mistake and says where it is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from rules.outline import Line, odd, outline
from rules.quotes import opened
from rules.stop import Stop, Told, line_of
from rules.unseen import unseen


def askew(stop: Stop) -> Iterator[Told]:
    """What is wrong above or at the line where the parser gave up, the most certain first."""
    lines = outline(stop.lines)
    until = [line for line in lines if line.number <= stop.at[0]]
    yield from _unseen(stop)
    yield from _quotes(stop, until)
    yield from _hidden_key(stop)
    yield from _no_colon(stop, until)
    yield from _block(stop, until)
    if until and until[-1].number == stop.at[0]:
        yield from _indented(stop, lines, len(until) - 1)


def _unseen(stop: Stop) -> Iterator[Told]:
    """A copied space behind a colon is none."""
    for number in sorted({stop.began[0], stop.at[0]}):
        line = line_of(stop.lines, number)
        if (found := re.match(r"\s*(?:-\s+)?\w+:?(?=[^\S ])|[^\S ]+", line)) and (told := unseen(line)):
            yield (number, found.end() + 1), *told


def _quotes(stop: Stop, lines: list[Line]) -> Iterator[Told]:
    """Quotes that are not closed, or too early, and a `#` in brackets, which hides the closing ones."""
    for found in opened(stop.lines, lines):
        text = found.text[:80]
        if found.kind == "comment":
            name = re.match(r"#[\w-]+", text)
            hint = f'put quotes round what begins with it: "{name[0] if name else text}"'
            yield found.at, "in YAML `#` begins a comment, to the end of the line", hint
        elif found.kind == "open":
            yield found.at, "quotes are opened here and not closed", "close the quotes"
        elif found.at[0] == stop.at[0] and (word := _APOSTROPHE.match(found.text, max(0, found.length - 40))):
            message = f"the apostrophe in `{word[1]}` closes the quotes"
            yield found.at, message, f"put double quotes round the text: \"… {word[1]} …\", or write ''"


def _hidden_key(stop: Stop) -> Iterator[Told]:
    """A key that lost the quotes before its `#` is a comment; what belongs to it stands below nothing."""
    for number in range(stop.at[0] - 1, 0, -1):
        line = line_of(stop.lines, number)
        if found := _LOST_QUOTES.fullmatch(line):
            hint = f'put quotes round it: "{found[2]}": …'
            yield (number, found.start(2) + 1), "in YAML `#` begins a comment, so this line is none", hint
        if line.strip() and not line.lstrip().startswith("#"):
            return


def _no_colon(stop: Stop, lines: list[Line]) -> Iterator[Told]:
    """A key without its colon: it goes on into the block of text below it, into brackets, or into the next line."""
    for line in lines:
        if found := _NO_COLON_BLOCK.fullmatch(line.text):
            yield _told(line, found[1], f"{found[1]}: |")
    if lines and lines[-1].number == stop.at[0]:
        yield from _before_brackets(stop, lines[-1])
        if "mapping values" in stop.said or "expected ':'" in stop.said:
            yield from _above(lines)


def _before_brackets(stop: Stop, here: Line) -> Iterator[Told]:
    """A key without its colon before brackets, also inside of others."""
    if found := _NO_COLON_BRACKET.match(here.text):
        yield _told(here, found[1], f"{found[1]}: {found[2]}…")
    before, sign = stop.line[: stop.at[1] - 1], stop.line[stop.at[1] - 1 : stop.at[1]]
    if (found := _NO_COLON_INSIDE.search(before)) and sign in ("{", "["):
        at = (stop.at[0], found.start(1) + 1)
        yield at, f"there is no colon behind `{found[1]}`", f"write `{found[1]}: {sign}…`"


def _above(lines: list[Line]) -> Iterator[Told]:
    """A key without its colon in the line above, so that this line was taken for the rest of it."""
    if len(lines) < 2 or lines[-1].indent < lines[-2].indent:
        return
    here, above = lines[-1], lines[-2]
    outer = lines[-3] if len(lines) > 2 else None
    text_of_outer = outer is not None and above.indent > outer.first and not outer.text.endswith(":")
    if (found := _NO_COLON.fullmatch(above.text)) and not text_of_outer:
        yield _told(above, found[1], _with_colon(found[1], found[2] or "", here.indent > above.first))


def without_colon(key: str) -> tuple[str, str] | None:
    """Message and hint for what YAML takes for a key, where brackets begin in it: `when {country`."""
    found = re.match(r"(\w[\w.-]*)\s+([\[{])", key)
    return (f"there is no colon behind `{found[1]}`", f"write `{found[1]}: {found[2]}…`") if found else None


def _with_colon(key: str, rest: str, holds: bool) -> str:
    """The line as it was meant: with a value, or holding the lines below it."""
    if holds:
        return f"{key} {rest}".strip() + ":"
    return f"{key}: {rest or '…'}"


def _told(line: Line, key: str, hint: str) -> Told:
    at = (line.number, line.first + 1)
    return at, f"there is no colon behind `{key}`", f"write `{hint.strip()[:80]}`"


def _block(stop: Stop, lines: list[Line]) -> Iterator[Told]:
    """A text below a `|` whose lines do not all belong to it."""
    began = [line for line in lines if line.number <= stop.began[0]] if "expected ':'" in stop.said else lines
    if len(began) < 2 or not began[-2].holds:
        return
    header, here = began[-2:]
    if not header.block and not re.match(r"[^<{]*:(?:\s|$)", here.text):
        hint = f"begin each line of the text with {header.first + 2} spaces"
        yield (here.number, here.first + 1), "the text is not indented below its `|`", hint
    elif header.block and header.indent < here.indent < header.block[0][1]:
        often = Counter(indent for _, indent in header.block)
        first, deep = header.block[0]
        at, begins = (here.number, deep) if often[deep] > 1 else (first, here.indent)
        hint = f"begin it with {begins} spaces, as the other lines of the text"
        yield (at, 1), "this line of the text is not indented as the others", hint


def _indented(stop: Stop, lines: list[Line], at: int) -> Iterator[Told]:
    """A line that begins further to the left or to the right than those that it belongs to."""
    if at and not _KEY.match(lines[at - 1].text):  # a text that goes on here
        return
    first = stop.at[1] - 1 <= lines[at].first or re.match(r"[^:]*$", stop.line[lines[at].first : stop.at[1] - 1])
    if not first or not any(said in stop.said for said in ("<block end>", "document start", "mapping values")):
        return
    found = odd(lines, at)
    if found is not None and found[0].indent not in found[1] and _KEY.match(found[0].text):
        line, begins = found
        spaces = " or ".join(map(str, begins)) if begins != (0,) else "no"
        hint = f"begin it with {spaces} space{'' if begins == (1,) else 's'}: what belongs together is indented alike"
        yield (line.number, line.first + 1), "this line is not indented as those that it belongs to", hint


_APOSTROPHE: Final = re.compile(r".*?((?<!\w)\w+'\w+)", re.DOTALL)
"""The word in which quotes end, near their end."""

_LOST_QUOTES: Final = re.compile(r"""(\s*)(#[\w-]+)["']\s*:.*""")
_NO_COLON: Final = re.compile(
    r"""(?:-\s+)*([\w/#*{}"'][\w./#*{}"'-]*?)(?<!:)(?:\s+(?![|>\-#])((?:[^:]|:(?=\S))*?))??(?:\s#.*)?"""
)
_NO_COLON_BLOCK: Final = re.compile(r"""(?:-\s+)*(\w[\w.-]*)\s*[|>][+-]?""")
_NO_COLON_BRACKET: Final = re.compile(r"""(?:-\s+)*("[^"]*"|'[^']*'|\w[\w.-]*)\s+([\[{])""")
_NO_COLON_INSIDE: Final = re.compile(r"[{,]\s*([\w.-]+)\s+$")
_KEY: Final = re.compile(r"""-\s|[^\s<].*?:(?:\s|$)""")
