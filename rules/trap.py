"""What people meant when YAML did not understand them.

A parser says what it expected ("mapping values are not allowed here"); a marketer needs to know which character did it
and what to write instead. Each trap is known by the text at the place where the parser stopped.
"""

from __future__ import annotations

import re


def explain(text: str, at: tuple[int, int], said: str) -> tuple[str, str]:
    """Message and hint for a place (line and column, from 1) where the parser stopped, and what it said there."""
    line = _line(text, at[0])
    rest = line[at[1] - 1 :]
    if "\t" in line[: len(line) - len(line.lstrip())] or rest.startswith("\t"):
        return "the line is indented with a tab", "use spaces; YAML does not allow tabs there"
    for begins, message, hint in _FIRST_CHARACTERS:
        if rest.startswith(begins):
            return message, hint
    if re.search(r":\s+[>|]\s*[\d\"']", line):
        return "`>` and `|` begin a block of text in YAML", 'put quotes round a comparison: "> 20"'
    if "mapping values" in said:
        hint = 'put quotes round a text that holds ": ", or use `html: |` with the markup in the lines below, indented'
        return "there is a second `: ` in this line, or the line is indented further than the one above", hint
    if "end of stream" in said or "unexpected end" in said or "quoted scalar" in said:
        return "the file ends inside quotes or brackets", "close the quotes or the bracket that were opened"
    if "block end" in said or "block mapping" in said or "could not find expected ':'" in said:
        return (
            "this line does not fit the lines above it",
            "give keys that belong together the same indentation, and write `key: value`",
        )
    if "','" in said:
        return (
            "a comma or a closing bracket is missing",
            "write [a, b] and {a: 1, b: 2}; put quotes round texts with brackets",
        )
    return f"this cannot be read as YAML ({said})", "put quotes round the text, or compare with rules/README.md"


_FIRST_CHARACTERS = (
    ("*", "a value may not begin with `*` in YAML", 'put quotes round it: "*"'),
    ("&", "a value may not begin with `&` in YAML", "put quotes round it"),
    ("@", "a value may not begin with `@` in YAML", "put quotes round it"),
    ("`", "a value may not begin with a backtick in YAML", "put quotes round it"),
    ("%", "a value may not begin with `%` in YAML", "put quotes round it"),
)


def _line(text: str, number: int) -> str:
    lines = text.splitlines()
    return lines[number - 1] if 0 < number <= len(lines) else ""
