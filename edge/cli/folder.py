"""A rules folder for a command that asks what it says: an edition, or its problems and the end."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import typer

from edge import run
from edge.edition import EVERYTHING, Edition
from edge.live import switches
from edge.settings import Settings
from edge.settings import load as load_settings
from rules.compile import compile as compile_rules
from rules.load import Loaded, load


def settings_of(**flags: str | None) -> Settings:
    """The settings, with these flags, as a command line gives them."""
    return load_settings(flags, os.environ, None)


def edition_of(folder: Path, command: str, broken: int = 2) -> Edition:
    """What the folder says now.

    Where it cannot be served its problems are printed, and that is the end: with the exit code `broken`, or 2 where the
    folder itself cannot be read.
    """
    loaded = load(folder)
    if loaded.document is None:
        _say(loaded, command)
        raise typer.Exit(broken if all(problem.file for problem in loaded.problems) else 2)
    return Edition(compile_rules(loaded.document))


def part_of(folder: Path, command: str) -> tuple[Edition, tuple[str, ...]]:
    """What the files of the folder say that can be understood, also where it cannot be served; and the other files.

    The problems are printed; where nothing can be understood that is the end, with the exit code 2.
    """
    loaded = load(folder)
    document = loaded.document or loaded.part
    if loaded.document is None:
        _say(loaded, command)
    if document is None or not (document["experiences"] or loaded.document):
        raise typer.Exit(2)
    files = {each["file"] for each in document["experiences"]}
    errors = (problem.file for problem in loaded.problems if problem.severity == "error")
    return Edition(compile_rules(document)), tuple(dict.fromkeys(file for file in errors if file not in files))


def _say(loaded: Loaded, command: str) -> None:
    for problem in loaded.problems:
        print(problem if problem.file else f"windsock {command}: {problem}", file=sys.stderr)


def off_here(settings: Settings) -> frozenset[str]:
    """What `windsock off` has switched off on this machine; everything where that cannot be read, as the edge does."""
    file = run.switches(settings)
    try:
        return switches.load(file) if file is not None else frozenset()
    except ValueError:
        return frozenset({EVERYTHING})
