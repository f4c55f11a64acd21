"""The kill switch: which experiences are off, on every worker and over restarts.

What is off is written to a file beside the store; nothing is off where there is no file. A file that cannot be read
says only that something was off: then everything is, until somebody says otherwise. A site's own page does no harm.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path
from typing import Final

from edge.edition import EVERYTHING
from edge.live.current import Document
from edge.live.published import publish, read

Off = frozenset[str]
"""Names of experiences that are off; `EVERYTHING` among them: all are, also those that come later."""

_LARGEST: Final = 1 << 20
"""Bytes of the file."""


def switched_off(off: Off, name: str | None) -> Off:
    """What is off when this experience is switched off, or everything."""
    return off | {name or EVERYTHING}


def switched_on(off: Off, name: str | None, names: Collection[str]) -> Off:
    """What is off when this experience is switched on, or everything; `names` are those that there are."""
    if name is None:
        return frozenset()
    every = off.union(names) if EVERYTHING in off else off
    return every - {name, EVERYTHING}


def load(file: Path) -> Off:
    """What is off by this file. Raises ValueError when it is there and cannot be read."""
    if not os.path.lexists(file):
        return frozenset()
    names = (read(file, _LARGEST) or {}).get("off")
    if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
        raise ValueError(f"{file} does not say what is switched off")
    return frozenset(names)


def save(off: Off, file: Path) -> None:
    """Write down what is off. Raises OSError when it could not be, and what the file said before still holds."""
    publish({"off": sorted(off)}, file)


def off_in(document: Document) -> Off:
    """What is off by a published document."""
    return frozenset(map(str, document.get("off", ())))


def told(off: Off) -> str:
    """What is off, in words."""
    if EVERYTHING in off:
        return "everything is off"
    return f"off: {', '.join(sorted(off))}" if off else "nothing is off"
