"""`windsock model`: what is learned, taken along, forgotten, and taken back."""

from __future__ import annotations

import getpass
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final

import orjson
import typer

from edge.cli.checkup.report import visible
from edge.cli.flags import settings_options
from edge.cli.log import moment
from edge.cli.told import clock, told
from edge.cli.visitor import Json
from edge.errors import WindsockError
from edge.events.log import Log
from edge.learner import learn_now
from edge.learning import command
from edge.learning.show import show
from edge.run import events
from edge.settings import Settings
from rules.spelling import nearest

_LARGEST: Final = 1_000_001
"""Bytes that are read of a file."""


@settings_options
def model(
    settings: Settings,
    action: Annotated[str, typer.Argument(metavar="show|export|import|reset|rollback", help="What to do.")],
    what: Annotated[
        str | None, typer.Argument(metavar="[EXPERIENCE|FILE|NUMBER]", help="Of what, or what with.")
    ] = None,
    since: Annotated[
        str, typer.Option(metavar="WHEN", help="With reset: forget what came since: 2026-11-22, 2026-11-22T19:00, 24h.")
    ] = "",
    release: Annotated[bool, typer.Option("--release", help="With rollback: let the newest serve again.")] = False,
    as_json: Json = False,
) -> None:
    """What was learned, and what to do about it. An edge may run meanwhile, and obeys within seconds.

    \b
    windsock model show homepage-hero
    windsock model export models.json
    windsock model import models.json      counts as a tenth of what it says, 500 visits a variant at most
    windsock model reset homepage-hero --since 24h
    windsock model rollback 41             that snapshot serves until windsock model rollback --release

    `reset` forgets exposures and makes the model anew from the rest of the log. Each of these is noted in the log.
    """
    act = _ACTIONS.get(action)
    if act is None:
        near = nearest(action, _ACTIONS)
        raise WindsockError(
            f"a model cannot {action!r}; "
            + (f"did you mean {near}?" if near else f"write one of {', '.join(_ACTIONS)}")
        )
    for given, flag, with_ in ((since, "--since", "reset"), (release, "--release", "rollback")):
        if given and action != with_:
            raise WindsockError(f"{flag} belongs to windsock model {with_}")
    try:
        with _log(settings) as log:
            said = act(log, what, moment(since, time.time()) if since else 0.0, release)
        if action in _ORDERS:
            said |= {"in_force": learn_now(settings)}
    except ValueError as error:
        raise WindsockError(str(error)) from None
    except sqlite3.Error as error:
        raise WindsockError(f"the event log {events(settings)} cannot be used at the moment ({error})") from None
    lines = [orjson.dumps(said, option=orjson.OPT_INDENT_2).decode()] if as_json else map(visible, _TOLD[action](said))
    print("\n".join(lines))


@contextmanager
def _log(settings: Settings) -> Iterator[Log]:
    file = events(settings)
    if file is None:
        raise WindsockError("this store is no file, so nothing is learned; name one with --store sqlite:///PATH")
    if not file.is_file():
        raise WindsockError(f"there is no event log at {file}; name the store of the edge with --store")
    with Log(file, settings.durability) as log:
        yield log


def _show(log: Log, what: str | None, since: float, release: bool) -> dict[str, Any]:  # noqa: ARG001 - one signature for all
    found = show(log, time.time(), what or "")
    if what and not found["models"] and what not in found["stopped"]:
        command.expect(what, log)
    return found


def _export(log: Log, what: str | None, since: float, release: bool) -> dict[str, Any]:  # noqa: ARG001
    content = command.export(log, time.time())
    file = Path(_needed(what, "export FILE"))
    file.write_bytes(content)
    return {"file": str(file), "models": len(orjson.loads(content)["models"])}


def _import(log: Log, what: str | None, since: float, release: bool) -> dict[str, Any]:  # noqa: ARG001
    with Path(_needed(what, "import FILE")).open("rb") as file:
        content = file.read(_LARGEST)
    return {"imported": command.warm(log, content, time.time(), _who())}


def _reset(log: Log, what: str | None, since: float, release: bool) -> dict[str, Any]:  # noqa: ARG001
    name = _needed(what, "reset EXPERIENCE")
    command.reset(log, name, since, time.time(), _who())
    return {"reset": name, "since": since}


def _rollback(log: Log, what: str | None, since: float, release: bool) -> dict[str, Any]:  # noqa: ARG001
    if release:
        if what:
            raise ValueError("--release takes no number: the newest snapshot serves again")
        command.release(log, time.time(), _who())
        return {"rolled_back_to": None}
    if what is not None and not (what.isascii() and what.isdigit() and len(what) < 16):
        raise ValueError(f"{what[:40]!r} is no snapshot's number; windsock model show lists them")
    return {"rolled_back_to": command.rollback(log, int(what) if what else None, time.time(), _who())}


def _needed(what: str | None, usage: str) -> str:
    if not what:
        raise ValueError(f"write windsock model {usage}")
    return what


def _who() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a process of nobody's
        return "windsock model"


def _when(said: dict[str, Any]) -> str:
    return "" if said["in_force"] else "; in force when the learner runs"


def _what(since: float) -> str:
    return f"what came since {clock(since)}" if since else "all that it has learned"


_ACTIONS: Final[dict[str, Callable[[Log, str | None, float, bool], dict[str, Any]]]] = {
    "show": _show,
    "export": _export,
    "import": _import,
    "reset": _reset,
    "rollback": _rollback,
}
_ORDERS: Final = frozenset({"import", "reset", "rollback"})
_TOLD: Final[dict[str, Callable[[dict[str, Any]], Any]]] = {
    "show": told,
    "export": lambda said: [f"{said['models']} model{'s' * (said['models'] != 1)} in {said['file']}"],
    "import": lambda said: [f"begun with what was imported: {', '.join(said['imported'])}{_when(said)}"],
    "reset": lambda said: [f"{said['reset']} forgets {_what(said['since'])}{_when(said)}"],
    "rollback": lambda said: [
        (
            f"the models of snapshot {said['rolled_back_to']} serve until windsock model rollback --release"
            if said["rolled_back_to"] is not None
            else "the newest snapshot serves"
        )
        + _when(said)
    ],
}
