"""The rules folder, watched: a save becomes a document, or a problem that is said once.

A bad file never replaces a good one. Editors write in steps, rename, or swap a symbolic link above all files: so
any change in the folder (`watch.py`) means "read everything again", and only what is right as a whole is passed on.
A folder that had experiences and has none is not right either: it was emptied by accident, or not mounted yet.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from edge.live.current import Document
from edge.live.watch import changes

if TYPE_CHECKING:  # workers have no use for what reads YAML
    from rules.load import Read
    from rules.memory import Memory

_log = logging.getLogger("windsock")

_GAP: Final = 0.15
"""Seconds until an experience that is gone is believed to be: editors take a file away before they put the new one."""
_EMPTIED: Final = (
    "the rules folder {} has no experiences any more; "
    "put them back, or switch everything off with `holdout: 100%` in its site.yaml"
)


class Folder:
    """One rules folder. `problem` is the first thing that is wrong with it now, or empty.

    `full`: the edition that serves has experiences, so that a folder without any does not replace it.
    """

    def __init__(self, path: Path, *, full: bool = False) -> None:
        self.path = path
        self.problem = ""
        self._full = full
        self._passed: object = None
        self._names: frozenset[str] = frozenset()
        self._memory: Memory[Read] | None = None
        self._one = threading.Lock()

    def pass_on(self, take: Callable[[Document], object]) -> bool:
        """Read the folder and pass it on if it is good and new; False when something in it is wrong.

        `take` says False to a document that it cannot use. One call at a time: what is read later is passed on later.
        """
        with self._one:
            document = self._read()
            if document is not None and self._names - _names(document):
                time.sleep(_GAP)
                document = self._read()
            return document is not None and (document["version"] == self._passed or self._taken(document, take))

    def _read(self) -> Document | None:
        """The folder as a document; None when anything in it is wrong."""
        from rules.load import load
        from rules.memory import Memory

        self._memory = self._memory or Memory()
        loaded = load(self.path, self._memory)
        errors = [problem for problem in loaded.problems if problem.severity == "error"]
        self.problem = str(errors[0]) if errors else ""
        if loaded.document is not None and self._full and _emptied(loaded.document):
            self.problem = _EMPTIED.format(self.path)
            return None
        return loaded.document

    def _taken(self, document: Document, take: Callable[[Document], object]) -> bool:
        if take(document) is False:
            self.problem = f"the rules in {self.path} are right and yet could not be taken; the log says why"
            return False
        self._passed, self._full = document["version"], bool(document["experiences"])
        self._names = _names(document)
        if _emptied(document):
            _log.warning("the rules folder %s has no experiences; pages pass as they are", self.path)
        return True

    async def watch(self, take: Callable[[Document], object], stop: asyncio.Event) -> None:
        """Pass on each new good state of the folder until `stop`. `take` is called from a thread."""
        async for _ in changes(self.path, stop):
            await self.look(take)

    async def look(self, take: Callable[[Document], object]) -> None:
        """Pass on what the folder holds now; what is wrong with it is said once."""
        known = self.problem
        if not await asyncio.to_thread(self.pass_on, take) and self.problem != known:
            _log.error("the last good edition keeps serving: %s", self.problem)


def _names(document: Document) -> frozenset[str]:
    return frozenset(str(experience["name"]) for experience in document["experiences"])


def _emptied(document: Document) -> bool:
    """Whether it has no experiences, and not on purpose."""
    return not document["experiences"] and document["site"]["holdout"] < 1
