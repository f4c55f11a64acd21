"""Takes the pictures of the README: one address and two visitors, other pages, the personas and the live view.

    python -m edge.demo.photograph [FOLDER]

It starts the demo and looks at it through a headless Chromium; for the first picture with parts of the day that are
moved, so that it is day in Lisbon. Buckets are chosen, so that a picture changes only when the shop does.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Final
from zoneinfo import ZoneInfo

import httpx
from rich.console import Console
from rich.terminal_theme import MONOKAI

from edge.demo.belief import beliefs
from edge.demo.crowd import Note, Sight, boat, browser, crowd
from edge.demo.darkroom import Darkroom
from edge.demo.finding import Findings, Learned
from edge.demo.play import PASSENGERS, PASSERS, PEOPLE
from edge.demo.screen import Screen
from edge.demo.stage import Stage
from edge.demo.tally import Tally
from edge.demo.window import Glances, Window, passers_by
from edge.errors import WindsockError
from loadtest.reading import shown
from loadtest.visitors import persona, visits

FOLDER: Final = Path(__file__).with_name("pictures")
BY_DAY: Final = "Europe/Lisbon"
"""Where it is day in the pictures, whenever they are taken."""
MIDDAY: Final = 14

_FLAGS: Final = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
_REHEARSAL: Final = 75.0
"""Seconds for which visitors come before the live view is photographed: until something is learned."""
_BOAT: Final = 45.0
"""Seconds until a boat lands: the site is still busy in the picture."""


def main(folder: Path = FOLDER) -> None:
    """Take all pictures into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as workshop, Darkroom(Path(workshop)) as room:
        with _by_day() as stage:
            _two_visitors(stage, room, folder / "two-visitors.png")
        with Stage() as stage:
            shoot(f"{stage.at.door}/as/", folder / "personas.png", 1120, 1305)
            room.put("terminal.html", _filled("terminal.html", view=asyncio.run(_live_view(stage))))
            _other_pages(stage, room, folder / "other-pages.png")  # now, while the café is busy
        shoot(room.url("terminal.html"), folder / "terminal.png", 1240, 790)


def _two_visitors(stage: Stage, room: Darkroom, picture: Path) -> None:
    """The same page in the rain of Seattle and in the sun of Lisbon."""
    shoot(room.step_in(stage.at.door, "private"), room.folder / "desk.png", 1280, 860)
    phone = room.step_in(stage.at.door, "lisbon", bucket=_bucket(stage, "lisbon", {"home-layout": "shelf"}))
    desk = {"desk_title": "In the rain of Seattle, on a laptop", "desk_address": "leeside.example"}
    room.put("visitors.html", _filled("visitors.html", **desk, phone_title="In the sun of Lisbon, on a phone",
             phone_address="leeside.example", phone=phone))  # fmt: skip
    shoot(room.url("visitors.html"), picture, 1240, 700)


def _other_pages(stage: Stage, room: Darkroom, picture: Path) -> None:
    """A page about Lisbon as it is seen from Oslo, and the café's board."""
    phone = room.step_in(stage.at.door, "sofa", path="/cafe")
    shoot(room.step_in(stage.at.door, "oslo", path="/to/lisbon"), room.folder / "desk.png", 1280, 860)
    desk = {"desk_title": "A page about Lisbon, read in Oslo", "desk_address": "leeside.example/to/lisbon"}
    room.put("visitors.html", _filled("visitors.html", **desk, phone_title="The board of a busy café",
             phone_address="leeside.example/cafe", phone=phone))  # fmt: skip
    shoot(room.url("visitors.html"), picture, 1240, 700)


def shoot(url: str, picture: Path, width: int, height: int) -> None:
    """Look at `url` through a window of that size, in CSS pixels, and keep what is seen as PNG."""
    chromium = shutil.which("chromium")
    if not chromium:
        raise WindsockError("the pictures are taken with chromium, which is not installed: apt-get install chromium")
    with tempfile.TemporaryDirectory() as profile:
        where = (f"--user-data-dir={profile}", f"--screenshot={picture}", f"--window-size={width},{height}")
        subprocess.run([chromium, *_FLAGS, *where, url], check=True, capture_output=True, timeout=60)  # noqa: S603 -- ours
    if not picture.exists():
        raise WindsockError(f"chromium took no picture of {url}")


@contextlib.contextmanager
def _by_day() -> Iterator[Stage]:
    """Start the demo with its parts of the day moved."""
    with tempfile.TemporaryDirectory() as folder:
        rules = Path(folder, "site")
        shutil.copytree(Path(str(files("rules") / "site")), rules)
        site = rules / "site.yaml"
        site.write_text(moved(site.read_text(), datetime.now(ZoneInfo(BY_DAY)).hour - MIDDAY))
        with Stage(rules) as stage:
            yield stage


def moved(site: str, hours: int) -> str:
    """The text of a `site.yaml` whose dayparts begin and end so many hours later."""

    def later(part: re.Match[str]) -> str:
        return f"{part[1]}: {(int(part[2]) + hours) % 24}-{(int(part[3]) + hours) % 24}"

    return re.sub(r"(?m)^(  [a-z]+): (\d+)-(\d+)$", later, site)


def _bucket(stage: Stage, name: str, wanted: Mapping[str, str]) -> int:
    """Find the first bucket for which that persona gets these variants on its start page."""
    who = persona(name)
    if who is None:
        raise WindsockError(f"there is no persona {name!r}; the demo's /as/ lists them")
    for bucket in range(500):
        fields = {**dict(who.fields()), "X-Windsock-Debug": stage.debug_token, "Cookie": f"windsock={bucket}"}
        told = httpx.get(stage.at.site + who.start, headers=fields, trust_env=False).headers.get(
            "x-windsock-decisions", ""
        )
        got = {one.experience: one.variant for one in shown(told)}
        if all(got.get(experience) == variant for experience, variant in wanted.items()):
            return bucket
    raise WindsockError(f"{name} never gets {dict(wanted)}; look at rules/site")


async def _live_view(stage: Stage) -> str:
    """Let visitors come for a while, and give the live view as HTML."""
    tally, findings = Tally(), Findings(stage.at.admin)
    screen = Screen(stage.at, tally)

    def note(sight: Sight) -> None:
        tally.add(sight)
        screen.note(sight)

    async with browser(stage.at.site, stage.debug_token) as client:
        await findings.ask(await beliefs(client))
        glances = await _rehearse(client, note)
        believed = await beliefs(client)
        screen.believe(believed)
        await findings.ask(believed)
    console = Console(
        width=140, height=42, record=True, file=io.StringIO(), force_terminal=True, color_system="truecolor"
    )
    console.print(screen.render(console.height, {}, Learned(findings.found, findings.evidence, glances)))
    return console.export_html(theme=MONOKAI, inline_styles=True, code_format="{code}")


async def _rehearse(client: httpx.AsyncClient, note: Note) -> Glances:
    """Let everybody come, and towards the end a boat."""
    glances = Glances()
    window = Window(client, glances, 9)

    async def land() -> None:
        await asyncio.sleep(_BOAT)
        await boat(client, visits(8), PASSENGERS, note)

    people = (crowd(client, visits(7), PEOPLE, note, window), crowd(client, passers_by(7), PASSERS, note, window))
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(asyncio.gather(*people, land()), _REHEARSAL)
    return glances


def _filled(name: str, **parts: str) -> str:
    return Template((files("edge.demo") / "frames" / name).read_text("utf-8")).substitute(parts)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
