"""`windsock doctor`: what is well and what is not, before visitors find out."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Final

import typer

from edge import clock
from edge.cli.checkup.finding import Finding
from edge.cli.checkup.origin import origin
from edge.cli.checkup.place import place
from edge.cli.checkup.rules import rules
from edge.cli.checkup.surroundings import ports, proxies
from edge.cli.checkup.weather import weather
from edge.cli.flags import settings_options
from edge.settings import Settings, unbuilt

_COLOURS: Final = {"ok": typer.colors.GREEN, "warn": typer.colors.YELLOW, "fail": typer.colors.RED}


@settings_options
def doctor(
    settings: Settings,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Look at the origin, the rules, places, weather, clock, proxies and ports; say what is well and what is not.

    Takes the settings of `serve`. Exits with 1 when something fails.
    """
    found = []
    for finding in _findings(settings):
        found.append(finding)
        if not as_json:
            _say(finding)
    if as_json:
        print(json.dumps({"findings": [asdict(finding) for finding in found]}, indent=2, ensure_ascii=False))
    if any(finding.state == "fail" for finding in found):
        raise typer.Exit(1)


def _findings(settings: Settings) -> Iterator[Finding]:
    yield from origin(settings, clock.system)
    yield from rules(settings, clock.system)
    yield from place(settings, clock.system)
    yield from weather(settings, clock.system)
    yield from proxies(settings)
    yield from ports(settings)
    for line in unbuilt(settings):
        yield Finding("settings", "warn", line)


def _say(finding: Finding) -> None:
    typer.secho(f"{finding.state:<6}", fg=_COLOURS[finding.state], bold=finding.state != "ok", nl=False)
    typer.echo(f"{finding.about:<10} {' '.join(finding.text.split())}")
    sys.stdout.flush()
