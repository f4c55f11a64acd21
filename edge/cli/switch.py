"""`windsock off` and `windsock on`: the kill switch, on a running edge and for the next start."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from edge.cli.flags import settings_options
from edge.cli.running import asked
from edge.edition import EVERYTHING
from edge.errors import WindsockError
from edge.live import switches
from edge.live.published import read
from edge.run import events, last_good
from edge.run import switches as switches_file
from edge.settings import Settings
from rules.spelling import advice

Experience = Annotated[
    str | None, typer.Argument(metavar="EXPERIENCE", help="The experience's name; without one, everything.")
]


@settings_options
def off(settings: Settings, experience: Experience = None) -> None:
    """Switch an experience off, or all of them: from now on everybody gets the default.

    Acts on every worker of the running edge within a second, and outlives restarts. Where no edge runs, the next
    start respects it. `windsock on` takes it back.
    """
    _switch(settings, experience, on=False)


@settings_options
def on(settings: Settings, experience: Experience = None) -> None:
    """Switch an experience on again, or all of them."""
    _switch(settings, experience, on=True)


def _switch(settings: Settings, name: str | None, *, on: bool) -> None:
    said = _asked(settings, name, on)
    if said is None:
        file = _written(settings, name, on)
        said = _asked(settings, name, on)  # an edge that was just starting may not have seen the file
        if said is None:
            print(f"no edge answers at {settings.admin}; the next start respects it ({file})")
            print(switches.told(switches.load(file)))
            return
    print(f"{switches.told(frozenset(said['off']))}, on {said['workers']} worker{'s' * (said['workers'] != 1)}")
    if not said["kept"]:
        typer.echo(f"windsock: this will not outlive a restart: {said['problem']}", err=True)
    if said["behind"]:
        why = said["problem"] or "see its log"
        typer.echo(f"windsock: worker {', '.join(map(str, said['behind']))} does not know it yet: {why}", err=True)
        raise typer.Exit(1)


def _asked(settings: Settings, name: str | None, on: bool) -> dict[str, Any] | None:
    """What the running edge says to it; None when none is there. Raises WindsockError when it says no."""
    return asked(settings, "POST", "/on" if on else "/off", "off", {"experience": name})


def _written(settings: Settings, name: str | None, on: bool) -> Path:
    """Write it down for the next start. Raises WindsockError for a name that nobody knows, or when it cannot be."""
    file = switches_file(settings)
    if file is None:
        raise WindsockError(
            f"no edge answers at {settings.admin}, and the store is no file that switches could stand beside; "
            "start the edge first, or name it with --admin"
        )
    names = _names(settings)
    try:
        before = switches.load(file)
    except ValueError:  # what it was is lost, and what it is now is said
        before = frozenset({EVERYTHING})
    known = names | before - {EVERYTHING}
    if name is not None and names and name not in known:
        raise WindsockError(f"there is no experience `{name}`; {advice(name, sorted(known))}")
    if on and name is not None and EVERYTHING in before and not names:
        raise WindsockError("everything is off and the rules cannot be read; windsock on switches everything on")
    switches.save(switches.switched_on(before, name, names) if on else switches.switched_off(before, name), file)
    log = events(settings)
    if on and log is not None and log.is_file():
        _lift(log, name)
    return file


def _lift(file: Path, name: str | None) -> None:
    """End the breach of a guardrail that has stopped the experience."""
    from edge.events.log import Log
    from edge.learning.command import lift

    with Log(file) as log:
        lift(log, name, time.time(), "windsock on")


def _names(settings: Settings) -> frozenset[str]:
    """The experiences by the rules folder, or while that is broken by the last good edition; none where neither is."""
    from rules.load import load

    kept = last_good(settings)
    document = load(settings.rules).document or (read(kept) if kept is not None else None) or {}
    return frozenset(str(experience["name"]) for experience in document.get("experiences", ()))
