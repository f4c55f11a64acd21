"""What went wrong with a command, in one line: what, where, and what to do."""

from __future__ import annotations

from errno import EDQUOT, ENOSPC
from pathlib import Path
from traceback import extract_tb

import typer

from edge.errors import WindsockError


def complaint(error: Exception, command: str) -> str:
    """The line for stderr; `command` is `windsock` or `windsock check`."""
    return f"{command}: {' '.join(_sentence(error, command).split())}"


def _sentence(error: Exception, command: str) -> str:
    if isinstance(error, WindsockError):
        return str(error)
    if isinstance(error, typer.TyperException):
        return _misunderstood(error, command)
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}; check that the path is right and may be used"
    if isinstance(error, OSError) and error.errno in (ENOSPC, EDQUOT):
        return f"{error.strerror}; make some room and try again"
    return _defect(error)


def _misunderstood(error: typer.TyperException, command: str) -> str:
    """A flag or an argument that the command does not have, or that it cannot read."""
    unknown = getattr(error, "option_name", "")
    if unknown and hasattr(error, "possibilities"):
        near = error.possibilities
        return f"there is no flag {unknown}; " + (f"did you mean {near[0]}?" if near else f"see {command} --help")
    message = " ".join(error.format_message().split()).replace("Value error, ", "").rstrip(".")
    return f"{message[:1].lower()}{message[1:]}; see {command} --help"


def _defect(error: Exception) -> str:
    where = extract_tb(error.__traceback__)[-1]
    return (
        f"this is a defect in Windsock, please report it: {type(error).__name__}: {error} "
        f"({Path(where.filename).name}, line {where.lineno}); `python -X dev -m edge.cli …` shows the whole trace"
    )
