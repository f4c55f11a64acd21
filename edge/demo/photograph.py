"""Takes the pictures of the README: one address, two visitors, the personas and the live view.

    python -m edge.demo.photograph [FOLDER]

It starts the demo twice, once when it is morning for the site and once in the evening (by the zone in `site.yaml`),
and looks at it through a headless Chromium. Buckets are chosen, so that a picture changes only when the shop does.
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
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Final

import httpx
from rich.console import Console
from rich.terminal_theme import MONOKAI

from edge.demo.crowd import Sight, browser, crowd
from edge.demo.darkroom import Darkroom
from edge.demo.screen import Screen
from edge.demo.stage import Stage
from edge.demo.tally import Tally
from edge.errors import WindsockError
from loadtest.reading import shown
from loadtest.visitors import persona, visits

FOLDER: Final = Path(__file__).with_name("pictures")
MORNING: Final = 8
EVENING: Final = 20

_FLAGS: Final = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
_REHEARSAL: Final = 12.0
"""Seconds for which visitors come before the live view is photographed."""


def main(folder: Path = FOLDER) -> None:
    """Take all pictures into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as workshop, Darkroom(Path(workshop)) as room:
        with _stage_at(MORNING) as stage:
            desk = _bucket(stage, "early-bird", {"home-layout": "shelf", "navigation": "wide"})
            shoot(room.step_in(stage.at.door, "early-bird", desk), room.folder / "desk.png", 1280, 860)
            shoot(f"{stage.at.door}/as/", folder / "personas.png", 1120, 900)
        with _stage_at(EVENING) as stage:
            phone = room.step_in(stage.at.door, "sofa", _bucket(stage, "sofa", {"home-layout": "shelf"}))
            room.put("visitors.html", _filled("visitors.html", phone=phone))
            shoot(room.url("visitors.html"), folder / "two-visitors.png", 1240, 700)
            room.put("terminal.html", _filled("terminal.html", view=asyncio.run(_live_view(stage))))
        shoot(room.url("terminal.html"), folder / "terminal.png", 1140, 716)


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
def _stage_at(hour: int) -> Iterator[Stage]:
    """Start the demo where it is about that hour now."""
    with tempfile.TemporaryDirectory() as folder:
        rules = Path(folder, "site")
        shutil.copytree(Path(str(files("rules") / "site")), rules)
        site = rules / "site.yaml"
        moved = re.sub(
            r"(?m)^timezone: .*$", f"timezone: {zone_where_it_is(hour, datetime.now(UTC).hour)}", site.read_text()
        )
        site.write_text(moved)
        with Stage(rules) as stage:
            yield stage


def zone_where_it_is(hour: int, utc_hour: int) -> str:
    """Name the zone whose clock shows `hour` when it is `utc_hour` in UTC."""
    ahead = (hour - utc_hour + 11) % 24 - 11  # -11 to 12 hours before UTC
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"  # POSIX counts westwards


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
    tally = Tally()
    screen = Screen(stage.at, tally)

    def note(sight: Sight) -> None:
        tally.add(sight)
        screen.note(sight)

    async with browser(stage.at.site, stage.debug_token) as client:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(crowd(client, visits(7), 16, note), _REHEARSAL)
    console = Console(
        width=124, height=38, record=True, file=io.StringIO(), force_terminal=True, color_system="truecolor"
    )
    console.print(screen.render(console.height, {}))
    return console.export_html(theme=MONOKAI, inline_styles=True, code_format="{code}")


def _filled(name: str, **parts: str) -> str:
    return Template((files("edge.demo") / "frames" / name).read_text("utf-8")).substitute(parts)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
