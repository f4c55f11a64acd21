"""The control process: reads the rules for all workers, and serves the private listener.

It is the only process that knows YAML. Workers that have an edition do not need it: when it ends, pages go on, and
`windsock serve` starts it again. Run as `python -m edge.control RUN PID FD FD`, with the directory that `edge.serve`
made, the process that started this one, and the sockets in which that keeps the geo database.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Timer

from granian.constants import Interfaces
from granian.server.embed import Server

from edge import clock
from edge.beacon.rewards import Rewards
from edge.console.app import private_app
from edge.console.guard import Guard
from edge.console.state import State
from edge.edition import Edition
from edge.errors import WindsockError
from edge.events.log import Log
from edge.learning.command import lift
from edge.live.current import Current, Document
from edge.live.folder import Folder
from edge.live.published import content, follow_content, publish, read
from edge.live.publisher import Publisher
from edge.live.snapshots import learner, watch_age
from edge.question import answer, whence
from edge.run import Run, events, last_good, listening, orphaned, switches
from edge.settings import Address, Settings, from_json
from edge.settings.secret import keys_from_now_on
from edge.signals.atlas import Atlas
from edge.signals.called import Called
from edge.signals.custom import longest_call
from edge.signals.facts import NOTHING, Facts, facts
from edge.signals.front import advice
from edge.signals.geofile import GeoFile
from edge.signals.kept import Kept
from edge.signals.read import Reader, for_questions
from edge.signals.weather.cell import Cell
from edge.signals.weather.sheet import whole
from edge.telemetry.beacons import BeaconMetrics
from edge.telemetry.log import configure
from edge.telemetry.metrics import WeatherMetrics
from edge.web.consent import Consent
from edge.world import sky
from edge.world.tell import Teller
from edge.world.wishes import heard
from edge.world.world import World
from rules.document import version
from rules.values import RuleSet

_log = logging.getLogger("windsock")

NOT_STARTED = 2
_KNOCK = 1.0
"""Seconds for somebody to answer where visitors arrive."""
_LAST = 5.0
"""Seconds for what is under way when it is told to end."""
_AGAIN = 1.0
"""Seconds between two tries to publish what found no room."""


def main(directory: str, parent: int, *kept: int) -> int:
    """Run until SIGTERM; 2 with one line on stderr when there is no edition to start with."""
    for number in (signal.SIGINT, signal.SIGHUP):  # a terminal tells all processes; the one that started us ends us
        signal.signal(number, signal.SIG_IGN)
    run = Run(Path(directory))
    settings = from_json(run.settings.read_text())
    configure(settings.log_format)
    try:
        asyncio.run(_control(run, settings, parent, Kept.inherited(kept)))
    except WindsockError as error:
        print(error, file=sys.stderr)
        return NOT_STARTED
    return 0


async def _control(run: Run, settings: Settings, parent: int, kept: Kept | None) -> None:
    served = list(_served_last(run, settings))
    folder = Folder(settings.rules, full=any(document["experiences"] for document in served))
    current = Current(clock.system)
    atlas = Atlas()
    places = GeoFile(settings.geo_database, partial(_locate, run, atlas), kept=kept)
    publisher = Lifting(current, run.edition, last_good(settings), switches(settings), _name(settings))
    publisher.log = events(settings)
    await asyncio.to_thread(places.recall)
    await asyncio.to_thread(places.look)
    await asyncio.to_thread(_first, publisher, folder, served)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)

    def wish(cell: Cell, at: float) -> None:  # noqa: ARG001 -- the signature of a Wish; from a thread, see console/app.py
        loop.call_soon_threadsafe(world.want, cell)

    signals = for_questions(settings, atlas, wish)
    world, counts = _world(run, signals), WeatherMetrics()
    reachable, front = partial(_reachable, settings.listen), partial(_front, run)
    rewards = _rewards(settings, current)
    reward = rewards.take if rewards is not None else None
    state = State(current, folder, run, publisher, reachable, places, front, world.push, reward)
    server = _listener(state, settings, signals)
    tasks = [
        asyncio.ensure_future(task)
        for task in (
            folder.watch(publisher.take, stop),
            _read_again(folder, publisher),
            server.serve(),
            _settle(publisher, settings),
            places.watch(),
            follow_content(run.snapshot, learner(current)),
            watch_age(current),
            world.run(partial(_rules, current)),
            sky.watch(settings, world, counts, clock.system),
            sky.count(world, counts, clock.system),
            _orphaned(run, parent, stop),
        )
    ]
    stopping = asyncio.ensure_future(stop.wait())
    with heard(run.wishes, world.want, world.pages):
        await asyncio.wait([stopping, *tasks], return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    _end_in_time()
    server.stop()  # type: ignore[no-untyped-call]
    for task in tasks:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    if rewards is not None:
        await rewards.close()
    for ended in results:
        if isinstance(ended, Exception):
            raise ended


class Lifting(Publisher):
    """Switching an experience on also ends the breach that stopped it; the learner reads so in the audit of its log."""

    log: Path | None = None

    def switch(self, name: str | None, *, on: bool) -> str:
        """Switch an experience, or everything. Returns why this will not outlive a restart, or nothing."""
        problem = super().switch(name, on=on)
        edition = self._current.current
        if not on or self.log is None or edition is None or not edition.breached:
            return problem
        try:
            with Log(self.log) as log:
                lift(log, name, clock.system(), "private listener")
        except (OSError, sqlite3.Error, WindsockError) as error:
            return f"the breach of a guardrail could not be ended: {error}"
        return problem


def _first(publisher: Publisher, folder: Folder, served: list[Document]) -> None:
    """Publish an edition to start with: the folder's, else the one that served last. Raises WindsockError."""
    publisher.recall()
    if not folder.pass_on(publisher.take):
        if not any(publisher.take(document) for document in served):
            raise WindsockError(f"{folder.problem}; windsock check {folder.path} tells more")
        _log.error("the edition that served last serves again: %s", folder.problem)
    if publisher.problem and not served:
        raise WindsockError(publisher.problem)


def _listener(state: State, settings: Settings, signals: Reader) -> Server:
    """The private listener."""
    calls = Called(longest_call(settings), clock.system)
    guard = Guard(settings.admin_token, settings.admin.host)
    return Server(
        private_app(
            state, partial(_explain, settings, signals, calls), guard, partial(_whence, settings, signals, calls)
        ),
        address=settings.admin.host,
        port=settings.admin.port,
        interface=Interfaces.ASGINL,
        websockets=False,
        log_enabled=False,  # it warns that embedding is young, and calls every shutdown unexpected
    )


async def _read_again(folder: Folder, publisher: Publisher) -> None:
    """Read the rules on SIGHUP, changed or not: some file systems tell of no change."""
    asked = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, asked.set)
    while True:
        await asked.wait()
        asked.clear()
        await folder.look(publisher.take)


async def _settle(publisher: Publisher, settings: Settings) -> None:
    """See that nothing is left undone: a switch from before the listener stood, an edition that found no room."""
    await listening(settings.admin.port)
    await asyncio.to_thread(publisher.recall)
    while True:
        await asyncio.sleep(_AGAIN)
        await asyncio.to_thread(publisher.again)


def _locate(run: Run, atlas: Atlas, document: Document) -> None:
    """Answer from this geo database here, and tell the workers where it is. Raises OSError without room for that."""
    atlas.take(document)
    publish(document, run.geo)


def _world(run: Run, signals: Reader) -> World:
    """The world, with what the workers have been told of it before this process was started again."""
    before = NOTHING
    with suppress(KeyError, TypeError, ValueError):
        before = facts(read(run.facts) or {}, Facts(whole(content(run.weather) or b"")))
    signals.facts = before
    return World(clock.system, partial(_tell, Teller(run.facts, run.weather), signals), before)


def _tell(teller: Teller, signals: Reader, known: Facts) -> None:
    """Answer questions by these facts from now on, and let the workers know them. Raises OSError without room."""
    signals.facts = known
    teller(known)


def _rewards(settings: Settings, current: Current) -> Rewards | None:
    """What takes the rewards of servers; None where the store is no file."""
    file = events(settings)
    if file is None:
        return None
    return Rewards(settings, file, current, keys_from_now_on(settings), BeaconMetrics(), clock.system)


def _rules(current: Current) -> RuleSet | None:
    return current.current.rules if current.current is not None else None


def _front(run: Run) -> str:
    """What to do about a proxy that workers have found in front of us; empty when there is nothing to do."""
    with suppress(OSError):
        return advice(run.front.read_text())
    return ""


def _explain(
    settings: Settings, signals: Reader, calls: Called, state: State, pairs: list[tuple[str, str]]
) -> dict[str, object]:
    consent = Consent(settings.consent, settings.consent_cookie)
    return answer(pairs, _edition(state), clock.system(), consent, signals, calls)


def _whence(
    settings: Settings, signals: Reader, calls: Called, state: State, pairs: list[tuple[str, str]]
) -> dict[str, object]:
    return whence(pairs, _edition(state), clock.system(), settings, signals, calls)


def _edition(state: State) -> Edition:
    if state.editions.current is None:
        raise ValueError("there is no edition yet; /readyz says why")
    return state.editions.current


def _served_last(run: Run, settings: Settings) -> Iterator[Document]:
    """What the workers serve, and what was kept for a start of this folder; a file that is damaged is named."""
    kept = last_good(settings)
    for path in (run.edition, kept):
        document = read(path) if path is not None else None
        if document is not None and (path == run.edition or document.get("folder") == _name(settings)):
            if _intact(document):
                yield document
            else:
                _log.warning("%s is damaged and is not used", path)


def _intact(document: Document) -> bool:
    """Whether it is what was published: its version is a digest of all that it says."""
    try:
        return bool(document["version"] == version({name: document[name] for name in ("site", "experiences")}))
    except (KeyError, ValueError, RecursionError):
        return False


def _name(settings: Settings) -> str:
    return str(settings.rules.absolute())  # a link keeps its name while releases come and go behind it


def _end_in_time() -> None:
    """Whatever takes long, such as a name that is looked up in a thread, is left to itself."""
    timer = Timer(_LAST, os._exit, (0,))
    timer.daemon = True
    timer.start()


async def _reachable(listen: Address) -> bool:
    """Whether somebody answers where visitors arrive."""
    with suppress(OSError):
        _, writer = await asyncio.wait_for(asyncio.open_connection(*listen.from_here), _KNOCK)
        writer.close()
        return True
    return False


async def _orphaned(run: Run, parent: int, stop: asyncio.Event) -> None:
    """End with the process that started us, and clean up for it if it could not."""
    await orphaned(parent)
    run.remove()
    stop.set()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], *map(int, sys.argv[2:])))
