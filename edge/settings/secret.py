"""The secret file: the keys that sign what comes back from outside, such as preview links.

One key a line, the current one first. A line above it makes a new one current, and the old one still verifies until
its line is taken out. The file is made at the first start, with mode 0600; without a name of its own it lies beside
the store's file, and where nothing can be written an edge goes on with keys that end with it.
"""

from __future__ import annotations

import logging
import os
import secrets
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from edge.errors import WindsockError
from edge.settings import Settings

_log = logging.getLogger("windsock")

SHORTEST: Final = 32
"""Characters of a key."""

_MOST: Final = 16
"""Keys in a file: the current one, and those that it replaced."""
_LARGEST: Final = 16 * 1024


def secret_file(settings: Settings) -> Path:
    """Where the keys are, or would be."""
    if settings.secret_file is not None:
        return settings.secret_file
    scheme, _, store = settings.store.partition("sqlite:///")
    return Path("windsock.secret") if scheme or not store else Path(store).with_suffix(".secret")


def keys_of(file: Path) -> tuple[bytes, ...]:
    """The keys in a file, the current one first. Raises WindsockError, in one line, for one that cannot be trusted."""
    try:
        with file.open("rb") as opened:
            lines = opened.read(_LARGEST).split(b"\n")
    except OSError as error:
        raise WindsockError(
            f"secret_file {file} cannot be read ({error.strerror}); windsock serve makes one at its first start"
        ) from None
    keys = tuple(line.strip() for line in lines if line.strip())
    if not keys:
        raise WindsockError(f"secret_file {file} is empty; delete it, and the next start makes a new one")
    if any(len(key) < SHORTEST or len(set(key)) < SHORTEST // 4 for key in keys) or len(keys) > _MOST:
        raise WindsockError(
            f"secret_file {file} holds a key that can be guessed; write at least {SHORTEST} random characters on a "
            f"line, at most {_MOST} lines, or delete the file, and the next start makes a new one"
        )
    return keys


def keys_at_start(settings: Settings) -> tuple[bytes, ...]:
    """The keys to start with; the file is made where there is none.

    Raises WindsockError for a file that cannot be used, and for one with a name of its own that cannot be made.
    """
    file = secret_file(settings)
    try:
        make(file)
    except OSError as error:
        if settings.secret_file is not None:
            raise WindsockError(
                f"secret_file {file} cannot be made ({error.strerror}); name one in a folder that may be written to"
            ) from None
        _log.warning(
            "the secret file %s cannot be made (%s): preview links from the command line will not be known here; "
            "name one with secret_file",
            file,
            error.strerror,
        )
        return (fresh(),)
    return keys_of(file)


def keys_again(settings: Settings, known: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """The keys as the file has them now; those that are known where there is none, or none that can be used."""
    file = secret_file(settings)
    try:
        return keys_of(file) if file.exists() else known
    except WindsockError as error:
        _log.warning("%s; the keys of before stay in use", error)
        return known


def keys_from_now_on(settings: Settings) -> Callable[[], tuple[bytes, ...]]:
    """What gives the keys as the file has them at each asking; those of before while it cannot be used."""
    known: tuple[bytes, ...] = (fresh(),)

    def keys() -> tuple[bytes, ...]:
        nonlocal known
        known = keys_again(settings, known)
        return known

    return keys


def fresh() -> bytes:
    """A new key, from the operating system."""
    return secrets.token_urlsafe(32).encode()


def make(file: Path) -> None:
    """Make the file with a fresh key where there is none; of several who try at once, one succeeds. Raises OSError."""
    if file.exists():
        return
    handle, name = tempfile.mkstemp(prefix=".secret-", dir=file.parent)  # with mode 0600
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.write(fresh() + b"\n")
            opened.flush()
            os.fsync(opened.fileno())
        with suppress(FileExistsError):
            file.hardlink_to(name)  # whole or not at all, and never over another one
    finally:
        Path(name).unlink()
