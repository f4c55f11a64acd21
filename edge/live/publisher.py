"""What all workers shall believe: the rules as they were last good, and what is switched off.

Both are wanted first and published then. What could not be published (no space left) stays wanted, the last edition
serves on, `problem` says so, and `again` tries once more: so neither a save nor a switch is lost on a full disk.
"""

from __future__ import annotations

import logging
import threading
from functools import partial
from pathlib import Path
from typing import Any

from edge.edition import EVERYTHING
from edge.live import switches
from edge.live.current import Current, Document
from edge.live.published import publish, read

_log = logging.getLogger("windsock")


class Publisher:
    """Publishes at `edition`; keeps a copy for the next start at `kept`, and the switches at `file`, where given.

    `folder` is the name of the rules folder: another one does not start from this copy. May be used by several threads.
    """

    def __init__(self, current: Current, edition: Path, kept: Path | None, file: Path | None, folder: str) -> None:
        self.off: switches.Off = frozenset()
        self.problem = ""
        self._current, self._edition = current, edition
        self._kept, self._file, self._folder = kept, file, folder
        self._wanted: Document | None = None
        self._one = threading.Lock()

    def recall(self) -> None:
        """Take up the switches: those of the file, or of the edition that is published where that one is newer."""
        with self._one:
            served = read(self._edition)
            if served is not None and (self._file is None or _age(self._edition) > _age(self._file)):
                off = switches.off_in(served)
            else:
                off = self._written(served)
            if off != self.off:
                self._switch(off)

    def _written(self, served: Document | None) -> switches.Off:
        """What is off by the file; where it is damaged, what was off before, or everything."""
        try:
            return switches.load(self._file) if self._file is not None else frozenset()
        except ValueError as error:
            _log.error("%s; switch as it should be, with windsock off or windsock on", error)
            return frozenset({EVERYTHING}) if served is None else switches.off_in(served)

    def take(self, document: Document) -> bool:
        """Want these rules from now on; False when they cannot be used."""
        with self._one:
            before, self._wanted = self._wanted, document
            if self._published():
                return True
            self._wanted = before
            return False

    def switch(self, name: str | None, *, on: bool) -> str:
        """Switch an experience, or everything. Returns why this will not outlive a restart, or nothing."""
        with self._one:
            off = switches.switched_on(self.off, name, self.names()) if on else switches.switched_off(self.off, name)
            self._switch(off)
            return self._remembered()

    def names(self) -> tuple[str, ...]:
        """The experiences that there are."""
        edition = self._current.current
        return tuple(edition.named) if edition else ()

    def again(self) -> None:
        """Publish what is wanted, if that has not been possible so far."""
        if self.problem:
            with self._one:
                self._published()

    def _switch(self, off: switches.Off) -> None:
        self.off = off
        _log.warning("%s", switches.told(off), extra={"remedy": "windsock on"} if off else {})
        if self._wanted is not None:
            self._published()

    def _remembered(self) -> str:
        if self._file is None:
            return "the store is no file that switches could stand beside"
        try:
            switches.save(self.off, self._file)
        except OSError as error:
            _log.error("the switches could not be kept for the next start: %s", error)
            return f"{self._file} cannot be written ({error.strerror})"
        return ""

    def _published(self) -> bool:
        """Whether what is wanted makes sense; it serves, or `problem` says why it does not yet."""
        assert self._wanted is not None  # noqa: S101 - both callers have just seen to it
        wanted: dict[str, Any] = {**self._wanted, "off": sorted(self.off)}
        try:
            if not self._current.take(wanted, partial(publish, wanted, self._edition)):
                return False
        except OSError as error:
            self._complain(error)
            self._adopt()
            return True
        if self.problem:
            _log.info("there is room again: what was to be published serves")
        self.problem = ""
        self._keep(self._wanted)
        return True

    def _adopt(self) -> None:
        """Know at least what workers serve, when nothing has been published from here yet."""
        served = read(self._edition) if self._current.current is None else None
        if served is not None:
            self._current.take(served)

    def _complain(self, error: OSError) -> None:
        problem = (
            f"the edition could not be published ({error.strerror}) and the last one keeps serving; "
            f"make room in {self._edition.parent.parent}"
        )
        if problem != self.problem:
            _log.error("%s", problem)
        self.problem = problem

    def _keep(self, document: Document) -> None:
        """Keep it for the next start; without that there is none to start from while the rules are broken."""
        if self._kept is None:
            return
        try:
            publish({**document, "folder": self._folder}, self._kept)
        except OSError as error:
            _log.warning("this edition could not be kept for the next start: %s: %s", self._kept, error.strerror)


def _age(file: Path) -> int:
    """When it was written, in nanoseconds; 0 when it is not there."""
    try:
        return file.lstat().st_mtime_ns
    except OSError:
        return 0
