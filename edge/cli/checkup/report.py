"""The report of `windsock check`: for people, for programs, for pull requests."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Literal

from rich.console import Console
from rich.text import Text

from rules.load import Loaded
from rules.problem import Problem

Format = Literal["text", "json", "github"]


def report(folder: Path, loaded: Loaded, output: Format) -> None:
    """Print what was found, in one of the formats; colour and layout only on a terminal."""
    if output == "json":
        print(json.dumps({"problems": [asdict(problem) for problem in loaded.problems]}, indent=2))
    elif output == "github":
        print("".join(visible(_annotation(folder, problem)) + "\n" for problem in loaded.problems), end="")
    elif sys.stdout.isatty():
        _show(folder, loaded)
    else:
        lines = [*(_line(folder, problem) for problem in loaded.problems), _summary(folder, loaded)]
        print("".join(visible(line) + "\n" for line in lines), end="")


def visible(text: str) -> str:
    """One line as it may be printed: what would end it, or tell a terminal something, is written as an escape."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def _line(folder: Path, problem: Problem) -> str:
    """One problem in one line, as compilers write them."""
    hint = f" ({problem.hint})" if problem.hint else ""
    return f"{folder / problem.file}:{problem.line}:{problem.column}: {problem.severity}: {problem.message}{hint}"


def _annotation(folder: Path, problem: Problem) -> str:
    """A workflow command of GitHub Actions; it has escapes of its own for line breaks, colons and commas."""
    where = {"file": str(folder / problem.file), "line": problem.line, "col": problem.column}
    properties = ",".join(f"{key}={_escaped(str(value), ':,')}" for key, value in where.items())
    message = f"{problem.message}: {problem.hint}" if problem.hint else problem.message
    return f"::{problem.severity} {properties}::{_escaped(message)}"


def _escaped(text: str, also: str = "") -> str:
    for character in "%\r\n" + also:
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def _show(folder: Path, loaded: Loaded) -> None:
    """The report for a terminal: the problems of each file below its name."""
    console = Console(highlight=False, soft_wrap=True)
    for file, problems in groupby(loaded.problems, key=lambda problem: problem.file):
        console.print(Text(visible(str(folder / file)), style="bold"))
        for problem in problems:
            colour = "red" if problem.severity == "error" else "yellow"
            place = f"{problem.line}:{problem.column}".rjust(8)
            console.print(
                Text.assemble((place, "dim"), "  ", (problem.severity, colour), "  ", visible(problem.message))
            )
            if problem.hint:
                console.print(Text.assemble(" " * 10, ("→ ", "cyan"), visible(problem.hint)))
        console.print()
    console.print(Text(visible(_summary(folder, loaded)), style="bold green" if loaded.document else "bold red"))


def _summary(folder: Path, loaded: Loaded) -> str:
    counts = [
        _counted(sum(problem.severity == severity for problem in loaded.problems), severity)
        for severity in ("error", "warning")
    ]
    found = " and ".join(filter(None, counts))
    if loaded.document is None:
        return f"{folder}: {found}; these rules would not be served"
    experiences: Sequence[object] = loaded.document["experiences"]
    what = _counted(len(experiences), "experience") or "no experiences"
    return f"{folder}: {what}, {found or 'all is well'}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number != 1 else ''}" if number else ""
