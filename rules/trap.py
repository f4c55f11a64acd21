"""What people meant when YAML did not understand them.

A parser says what it expected and where it gave up ("mapping values are not allowed here"); a marketer needs to know
which character did it, on which line, and what to write instead. Each trap is known by the text at the place where the
parser stopped, and by what it was doing there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from rules.askew import askew
from rules.stop import Mark, Stop, Told, line_of
from rules.words import FAMILIES, SIGNALS


def explain(text: str, at: Mark, began: Mark, said: str) -> Told:
    """What is wrong in a text where the parser gave up, in something that `began` earlier, and what it `said`."""
    stop = Stop(text.splitlines(), at, began, said)
    for trap in (_by_line, _in_braces, askew, _markup, _by_character, _by_shape, _by_words):
        for told in trap(stop):
            return told
    return at, f"this cannot be read as YAML ({said})", "put quotes round the text, or compare with rules/README.md"


def without_value(step: str | int, line: str, column: int, below: str = "") -> tuple[str, str]:
    """Message and hint for a key (or the position in a list) without a value, which stands in this line, from 1.

    `below` is the next line.
    """
    before, rest = line[: column - 1].rstrip(), line[column - 1 :]
    what = f"`{step}` has no value" if isinstance(step, str) else "this entry has no value"
    comment = re.search(r"[:-]\s+#\s?(\S.*)", rest)
    if comment:
        return what, f'in YAML `#` begins a comment; put quotes round the value: {step}: "#{comment[1].strip()}"'
    if (hidden := re.match(r"\s*(#[\w-]+)\s*:", below)) and not re.search(r"\S", rest.partition(":")[2]):
        return what, f'in YAML `#` begins a comment, so the next line is none: put quotes round it: "{hidden[1]}": …'
    if several := _several(before, rest):
        return what, f"one of several is a list: {several}"
    if before.endswith(",") and re.match(r"[^{}\[\]:]+[},]", rest):
        return what, f"inside braces a comma ends a text: put quotes round the whole of it, with `{step}`"
    if re.match(r"[\w.]+\s*[},]", rest):
        return what, f'put quotes round a text with braces: "{{{step}}}"'
    word, _, behind = str(step).partition(" ")
    if behind and (word in SIGNALS or word.partition(".")[0] in FAMILIES):
        return what, f"a colon is missing: write `{word}: {behind}`"
    if step in _HOLDS_LINES:
        return what, "indent the lines that belong to it by two spaces, or delete the key"
    return what, "write one, or delete the line"


def _several(before: str, rest: str) -> str | None:
    """Values of a signal that stand beside each other without brackets: `{daypart: evening, night}`."""
    first = re.search(r"([\w.]+):\s*([\w -]+(?:,[\w -]+)*),$", before)
    more = re.match(r"[\w -]+(?:,[\w -]+)*(?=[,}])", rest)
    if first is None or more is None or (first[1] not in SIGNALS and first[1].partition(".")[0] not in FAMILIES):
        return None
    return f"{first[1]}: [{first[2].strip()}, {more[0].strip()}]"


def _by_line(stop: Stop) -> Iterator[Told]:
    """Lines that are no YAML at all, where the parser stopped or just above."""
    line, above = stop.line, line_of(stop.lines, stop.at[0] - 1)
    if found := _FENCE.match(line):
        yield (stop.at[0], 1), f"`{found[1]}` does not belong into the file", "delete this line"
    if "mapping values" not in stop.said and "expected ':'" not in stop.said:
        return
    began = (stop.began[0], line_of(stop.lines, stop.began[0]))
    for number, text in (began, (stop.at[0] - 1, above), (stop.at[0], line)):
        if (found := _NO_SPACE.match(text)) and not re.search(r":\s", text[found.end() - 1 :]):
            hint = f"write `{found[1]}: {text[found.end() :].strip()}`"
            yield (number, found.end()), f"a space is missing behind `{found[1]}:`", hint
        if found := _EQUALS.match(text):
            hint = f"write `{found[1]}: {found[2].strip()}`"
            yield (number, found.start(1) + 1), "`=` is not the sign for a value", hint


def _markup(stop: Stop) -> Iterator[Told]:
    """Markup over several lines without the sign for it."""
    if ("mapping values" in stop.said or "expected ':'" in stop.said) and _TAG.match(stop.line):
        hint = "write `html: |`, and the markup below it, indented"
        yield stop.at, "markup over several lines needs a `|` behind its key", hint


def _in_braces(stop: Stop) -> Iterator[Told]:
    """A text with braces inside of braces."""
    if found := _BEGINS_BRACED.match(stop.line) if "<block end>" in stop.said else None:
        at = (stop.at[0], found.start(1) + 1)
        yield at, "a text that begins with braces needs quotes", f"put quotes round it: {_quoted(found[1].strip())}"
    for found in _BRACED.finditer(stop.line) if "','" in stop.said else ():
        text = found[1].strip()
        yield (stop.at[0], found.start(1) + 1), "a text with braces needs quotes", f'put quotes round it: "{text}"'


def _quoted(text: str) -> str:
    return f"'{text}'" if '"' in text else f'"{text}"'


def _by_character(stop: Stop) -> Iterator[Told]:
    line = stop.line
    rest = line[stop.at[1] - 1 :]
    if "\t" in line[: len(line) - len(line.lstrip())] or rest.startswith("\t"):
        yield stop.at, "the line is indented with a tab", "use spaces; YAML does not allow tabs there"
    for begins in _RESERVED:
        if rest.startswith(begins) or line[max(0, stop.at[1] - 2) :].startswith(begins):
            yield stop.at, f"a value may not begin with `{begins}` in YAML", f'put quotes round it: "{begins} …"'
    if rest[:1] in ("}", "]"):
        yield stop.at, f"there is a `{rest[0]}` too many", "delete it, or put quotes round a text with brackets"


def _by_shape(stop: Stop) -> Iterator[Told]:
    line = stop.line
    if found := re.search(r"(\w+):\s+([>|]=?)\s*(?=[\d\"'])[\"']?(\d*)", line):
        fahrenheit = "F" if found[1] in ("temperature", "feels_like") and int(found[3] or 0) > 59 else ""
        hint = f'put quotes round a comparison: {found[1]}: "> {found[3] or 20}{fahrenheit}"'
        yield stop.at, "`>` and `|` begin a block of text in YAML", hint
    if re.search(r"[\"']\s*$", line[: stop.at[1] - 1]) and "mapping values" not in stop.said:
        quoted = re.search(r"[\"'].*", line)
        listed = f"several are a list: [{quoted[0].strip()}]" if quoted and line[stop.at[1] - 1 :][:1] == "," else ""
        yield stop.at, "there is text after the closing quotes", listed or "put the quotes round the whole text"
    if "','" in stop.said and (found := _SECOND_COLON.search(line)):
        hint = f'put quotes round it: "{found[1].strip()} …"'
        yield (stop.at[0], found.start(1) + 1), "inside braces a text may not hold `: `", hint
    if re.search(r":\s+-\s", line):
        yield stop.at, "a list cannot begin beside its key", "begin it on the next line, or write [one, two]"


def _by_words(stop: Stop) -> Iterator[Told]:
    for words, at_the_beginning, message, hint in _SAID:
        if words in stop.said:
            yield (stop.began if at_the_beginning else stop.at), message, hint


_HOLDS_LINES: Final = (
    *("variants", "choose", "tests", "where", "when", "split", "given", "goal"),
    *("dayparts", "places", "events"),
)
"""Keys whose values usually stand in the lines below them."""

_FENCE: Final = re.compile(r"\s*(`{3,}|~{3,})")
_NO_SPACE: Final = re.compile(r"\s*(?:-\s+)?([A-Za-z_]+):(?=[^\s/:])")
_EQUALS: Final = re.compile(r"\s*(?:-\s+)?([A-Za-z_]+)\s*=\s*(.*)")
_SECOND_COLON: Final = re.compile(r"""\{[^{}"']*?:\s+(?!["'])([^,{}"]*?:)\s""")
_TAG: Final = re.compile(r"\s*</?[A-Za-z][^>]*>?")

_BRACED: Final = re.compile(r""":\s+((?:[^\s"'{}\[\],][^"'{},\[\]]*)?\{[\w.]+\}(?:[^,{}\[\]"']|\{[\w.]+\})*)""")
"""A value without quotes that holds a name in braces."""

_BEGINS_BRACED: Final = re.compile(r"\s*(?:-\s+)?[\w.-]+:\s+(\{[\w.]+\}\s*[^\s#].*)")
"""A text that begins with a name in braces, on the line of its key."""

_RESERVED: Final = ("*", "&", "@", "`", "%", "!")
"""Characters that have another meaning at the beginning of a value, or none."""

_SAID: Final = (
    # what the parser says, whether the place is where it began, message, hint
    (
        "mapping values",
        False,
        "there is a second `: ` in this line, or it is indented further than the one above",
        'put quotes round a text that holds ": ", or use `html: |` with the markup below it, indented',
    ),
    (
        "could not find expected ':'",
        True,
        "this line is no `key: value`",
        "write `key: value`, with a space after the colon",
    ),
    (
        "','",
        True,
        "after this bracket a comma or the closing bracket is missing",
        "write [a, b] and {a: 1, b: 2}; put quotes round a text that holds `: `, commas or brackets",
    ),
    ("escape character", False, "a backslash means something else inside double quotes", "use single quotes"),
    ("quoted scalar", True, "quotes are opened here and not closed", "close the quotes"),
    ("end of stream", True, "the file ends inside quotes or brackets", "close what was opened"),
    ("node content", True, "a value is missing, or a bracket is not closed", "close the bracket that was opened"),
    (
        "block ",
        False,
        "this line does not fit the lines above it",
        "indent keys that belong together alike, and write `key: value`",
    ),
)
