"""What learning is worth: our policies and others in worlds where the truth is known, each promise with its gate.

    python -m tests.bench.learning [--seeds 10] [--visits 40000] [--world NAME] [--player NAME] [--panel]
                                   [--jobs N] [--chart FILE.svg] [--json]

Every player meets the same visitors, and each visitor would click for all players alike (`loadtest.worlds`). Ours runs
through the code that serves and learns (`tests.bench.ours`); the others are used as their manuals say
(`tests.bench.others`). The table is in Markdown; exit code 1 where a promise is not kept.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from loadtest.chart import chart
from loadtest.simulate import Run, simulate
from loadtest.worlds.crowd import Visit
from loadtest.worlds.kind import KINDS, PANEL, Kind
from loadtest.worlds.world import Fate, World
from tests.bench.gates import Gate, Result, gates
from tests.bench.players import PLAYERS, make

SOME: Final = ("visitor", "everyone", "vw squarecb -q", "beta-thompson")
OURS: Final = ("visitor", "everyone", "beta-thompson")
BURST: Final = 10
"""One bot for so many visits."""
REFRESH: Final = 20
"""A snapshot after so many visits."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A world, and what happens in it."""

    name: str
    kind: Kind
    players: tuple[str, ...]
    bots: bool = False
    late_variant: bool = False
    wait: bool = False  # for the end of the window, an hour, with clicks until then


def _plain(kind: Kind, players: tuple[str, ...]) -> Scene:
    return Scene(kind.name, kind, players)


_CONTEXTUAL, _FREE, _SEASONAL, _DRIFTING, _BUSY = KINDS
SCENES: Final = (
    _plain(_CONTEXTUAL, tuple(PLAYERS)),
    Scene("contextual, with bots", _CONTEXTUAL, OURS, bots=True),
    _plain(_FREE, (*SOME, "vw squarecb", "river thompson")),
    _plain(_SEASONAL, SOME),
    _plain(_DRIFTING, SOME),
    _plain(_BUSY, SOME),
    Scene("busy, clicks late", _BUSY, SOME, wait=True),
    Scene("busy, clicks late, a variant joins", _BUSY, OURS, wait=True, late_variant=True),
)
MORE: Final = tuple(_plain(kind, SOME) for kind in PANEL)


@dataclass(frozen=True, slots=True)
class Job:
    """One player in one scene with one seed."""

    scene: Scene
    player: str
    seed: int
    visits: int
    refresh: float  # seconds; 0: after every few visits


def main(arguments: Sequence[str] | None = None) -> int:
    """Play, print; 1 where a promise is not kept."""
    asked = _asked(arguments)
    jobs = _jobs(asked)
    found: dict[tuple[str, str], dict[int, Run]] = {}
    for job, run in _played(jobs, asked.jobs):
        found.setdefault((job.scene.name, job.player), {})[job.seed] = run
    results = [Result(job.scene.name, job.player, found[job.scene.name, job.player]) for job in jobs if job.seed == 0]
    promises = tuple(gates(results))
    print(_json(results, promises) if asked.json else f"{table(results)}\n\n{kept(promises)}")
    if asked.chart:
        asked.chart.write_text(_chart(results, asked.visits), encoding="utf-8")
    return 0 if all(gate.holds for gate in promises) else 1


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="What learning is worth, in worlds where the truth is known.")
    parser.add_argument("--seeds", type=int, default=10, help="worlds of each sort (10)")
    parser.add_argument("--visits", type=int, default=40_000, help="visits to each world (40000)")
    parser.add_argument("--world", action="append", default=[], help="only this one, by its beginning; may be repeated")
    parser.add_argument("--player", action="append", default=[], help="only this one; may be repeated")
    parser.add_argument("--panel", action="store_true", help="the odd worlds instead")
    parser.add_argument("--refresh", type=float, default=0, help="seconds between snapshots (as twenty visits take)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes (one per core)")
    parser.add_argument("--chart", type=Path, help="write a chart of regret, SVG")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser.parse_args(arguments)


def _jobs(asked: argparse.Namespace) -> list[Job]:
    scenes = [
        scene
        for scene in (MORE if asked.panel else SCENES)
        if not asked.world or any(scene.name.startswith(name) for name in asked.world)
    ]
    return [
        Job(scene, player, seed, asked.visits, asked.refresh)
        for scene in scenes
        for seed in range(asked.seeds)
        for player in scene.players
        if not asked.player or player in asked.player
    ]


def _played(jobs: Sequence[Job], processes: int) -> Iterator[tuple[Job, Run]]:
    """Play them all, with a bar on a terminal; in the order in which they end."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    bar = Progress(*columns, TimeRemainingColumn(), console=console, transient=True, disable=not console.is_terminal)
    with bar:
        task = bar.add_task("Playing", total=len(jobs))
        for job, run in _side_by_side(jobs, processes) if processes > 1 else ((job, play(job)) for job in jobs):
            yield job, run
            bar.update(task, advance=1, description=f"{job.scene.name}: {job.player}")


def _side_by_side(jobs: Sequence[Job], processes: int) -> Iterator[tuple[Job, Run]]:
    with ProcessPoolExecutor(processes) as pool:
        waiting = {pool.submit(play, job): job for job in jobs}
        for done in as_completed(waiting):
            yield waiting.pop(done), done.result()


def play(job: Job) -> Run:
    """Play one of them."""
    world, story = _met(job.scene, job.seed, job.visits)
    player = make(job.player, world, job.seed)
    refresh = job.refresh or job.scene.kind.days * 86_400 * REFRESH / job.visits
    return simulate(world, player, story, wait=job.scene.wait, refresh=refresh)


@lru_cache(maxsize=1)
def _met(scene: Scene, seed: int, visits: int) -> tuple[World, list[tuple[Visit, Fate]]]:
    """A world and its story, which the players of one scene and seed share."""
    bots = visits // BURST if scene.bots else 0
    world = World(scene.kind, seed, visits, late_variant=scene.late_variant, bots=bots)
    return world, list(world.story())


def table(results: Iterable[Result]) -> str:
    """Captures, and what else is worth a look, as a table in Markdown."""
    rows, last = [], ""
    for each in results:
        quarters = " ".join(f"{quarter:.2f}" for quarter in each.quarters)
        name = each.scene if each.scene != last else ""
        rows.append(f"| {name} | {each.player} | {each.mean:.2f} ± {each.spread:.2f} | {quarters} | {each.least:.2%} |")
        last = each.scene
    head = "| world | player | capture | of each quarter | smallest share |\n|---|---|---|---|---|"
    return "\n".join((head, *rows))


def kept(promises: Iterable[Gate]) -> str:
    """The promises, each with what was measured, as a table in Markdown."""
    rows = [
        f"| {gate.promise} | {gate.value:.3f} | {gate.bound} | {'kept' if gate.holds else 'missed'} |"
        for gate in promises
    ]
    return "\n".join(("| promise | measured | bound | |", "|---|---|---|---|", *rows))


def _json(results: Sequence[Result], promises: Sequence[Gate]) -> str:
    return json.dumps(
        {
            "results": [each.plain() for each in results],
            "promises": [
                {"promise": gate.promise, "value": gate.value, "bound": gate.bound, "holds": gate.holds}
                for gate in promises
            ],
        }
    )


def _chart(results: Sequence[Result], visits: int) -> str:
    """The regret of all players in the first scene, in the mean over the seeds; the best first."""
    scene = results[0].scene
    shown = sorted((each for each in results if each.scene == scene), key=lambda each: -each.mean)
    lines: Mapping[str, Sequence[float]] = {each.player: each.regret for each in shown}
    return chart(f"Clicks missed in a {scene} world", "visits", visits, lines)


if __name__ == "__main__":
    sys.exit(main())
