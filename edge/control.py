"""The control process: reads the rules for all workers, and serves the private listener.

It is the only process that knows YAML. Workers that have an edition do not need it: when it ends, pages go on, and
`windsock serve` starts it again. Run as `python -m edge.control RUN`, with the directory that `edge.serve` made.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

from granian.constants import Interfaces
from granian.server.embed import Server

from edge import clock
from edge.console.app import private_app
from edge.console.state import State
from edge.errors import WindsockError
from edge.live.current import Current, Document
from edge.live.folder import Folder
from edge.live.published import publish, read
from edge.question import answer
from edge.run import Run, last_good, orphaned
from edge.settings import Address, Settings, from_json
from edge.telemetry.log import configure
from rules.document import version

_log = logging.getLogger("windsock")

NOT_STARTED = 2
_KNOCK = 1.0
"""Seconds for somebody to answer where visitors arrive."""


def main(directory: str) -> int:
    """Run until SIGTERM; 2 with one line on stderr when there is no edition to start with."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes; the one that started us ends us
    run = Run(Path(directory))
    settings = from_json(run.settings.read_text())
    configure(settings.log_format)
    try:
        asyncio.run(_control(run, settings))
    except WindsockError as error:
        print(error, file=sys.stderr)
        return NOT_STARTED
    return 0


async def _control(run: Run, settings: Settings) -> None:
    served = list(_served_last(run, settings))
    folder = Folder(settings.rules, full=any(document["experiences"] for document in served))
    current = Current(clock.system)
    take = partial(_take, run, current, settings)
    if not await asyncio.to_thread(folder.pass_on, take):
        _from_last_good(served, settings, folder, take)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    state = State(current, folder, run, partial(_reachable, settings.listen))
    app = private_app(state, partial(_explain, settings), settings.admin_token)
    server = Server(
        app,
        address=settings.admin.host,
        port=settings.admin.port,
        interface=Interfaces.ASGINL,
        websockets=False,
        log_enabled=False,  # it warns that embedding is young, and calls every shutdown unexpected
    )
    tasks = [
        asyncio.ensure_future(folder.watch(take, stop)),
        asyncio.ensure_future(server.serve()),
        asyncio.ensure_future(_orphaned(run, stop)),
    ]
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait([stopping, *tasks], return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    server.stop()  # type: ignore[no-untyped-call]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _explain(settings: Settings, state: State, pairs: list[tuple[str, str]]) -> dict[str, object]:
    edition = state.editions.current
    if edition is None:
        raise ValueError("there is no edition yet; /readyz says why")
    return answer(pairs, edition, clock.system(), strict=settings.consent == "strict")


def _take(run: Run, current: Current, settings: Settings, document: Document) -> bool:
    """Answer from it here, publish it to the workers and keep it for the next start; False when it cannot be used."""
    if not current.take(document):
        return False
    publish(document, run.edition)
    kept = last_good(settings)
    if kept is not None:
        with suppress(OSError):  # on a read-only disk there is no edition to start from while the rules are broken
            publish({**document, "folder": _name(settings)}, kept)
    return True


def _from_last_good(
    served: list[Document], settings: Settings, folder: Folder, take: Callable[[Document], bool]
) -> None:
    """Start while the folder is broken: with the edition that the workers serve, or the one that served last."""
    if not any(take(document) for document in served):
        raise WindsockError(f"{folder.problem}; windsock check {settings.rules} tells more")
    _log.error("the edition that served last serves again: %s", folder.problem)


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


async def _reachable(listen: Address) -> bool:
    """Whether somebody answers where visitors arrive: workers read their edition before they listen."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(listen.host, listen.host)  # noqa: S104 - any address is reached here
    with suppress(OSError):
        _, writer = await asyncio.wait_for(asyncio.open_connection(host, listen.port), _KNOCK)
        writer.close()
        return True
    return False


async def _orphaned(run: Run, stop: asyncio.Event) -> None:
    """End with the process that started us, and clean up for it if it could not."""
    await orphaned()
    run.remove()
    stop.set()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
