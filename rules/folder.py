"""A rules folder on disk: which files belong to it, and what they hold.

A folder may come from anywhere a deployment puts it, also as mounted configuration made of symbolic links. Links are
followed as long as they stay inside; only regular files are opened, and only as much of them as a rule file may hold.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rules.problem import ReadingError, wrong
from rules.yaml import LARGEST

MOST: Final = 10_000
"""Files and folders that are looked at."""

SITE: Final = "site.yaml"


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that is there, by its real path."""

    root: Path

    def rule_files(self) -> list[str]:
        """The rule files, also in subfolders, in the order that counts. Hidden ones are passed over.

        Raises ReadingError when a folder cannot be looked into, or when there is too much in it.
        """
        found: list[str] = []
        entered: set[Path] = set()
        waiting = [""]
        while waiting:
            under = waiting.pop()
            real = (self.root / under).resolve()
            if real in entered or not real.is_relative_to(self.root):
                continue
            entered.add(real)
            for entry in self._entries(under):
                relative = f"{under}/{entry.name}" if under else entry.name
                (waiting if _is_folder(entry) else found).append(relative)
            if len(found) + len(waiting) + len(entered) > MOST:
                raise wrong(f"there are more than {MOST:,} files and folders", "is this the right folder?")
        return sorted(file for file in found if file.lower().endswith((".yaml", ".yml")) and file != SITE)

    def has_site(self) -> bool:
        """Whether there is a `site.yaml`, readable or not."""
        return os.path.lexists(self.root / SITE)

    def text(self, relative: str, beside: str = "") -> str:
        """The text of a file, named from the folder's root or from the file that it stands beside.

        Raises ReadingError when it is missing, outside, no regular file, too large or not UTF-8.
        """
        named = self.root / Path(beside).parent / relative
        try:
            real = named.resolve()
            if not real.is_relative_to(self.root):
                raise wrong(f"`{printable(relative)}` leads out of the rules folder", "put the file into the folder")
            content = _content(real)
        except (OSError, RuntimeError, ValueError) as error:
            if isinstance(error, ReadingError):
                raise
            hint = "check its name and its permissions"
            if "\\" in relative:
                hint = "write it with `/`, from the folder of this file: heroes/rain.html"
            raise wrong(f"`{printable(relative)}` cannot be read: {_reason(error)}", hint) from None
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise wrong(f"`{printable(relative)}` is not UTF-8 (byte {error.start + 1})", "save it as UTF-8") from None

    def _entries(self, under: str) -> list[os.DirEntry[str]]:
        """What is in a folder, but for hidden files and those that editors leave behind."""
        try:
            with os.scandir(self.root / under) as entries:
                return [entry for entry in entries if not entry.name.startswith((".", "#"))]
        except FileNotFoundError:  # it was deleted just now
            return []
        except OSError as error:
            raise wrong(
                f"the folder `{printable(under)}` cannot be read: {_reason(error)}", "look at its permissions"
            ) from None


def printable(name: str) -> str:
    """A file name as text: bytes that are no UTF-8 are shown by their codes."""
    return name.encode("utf-8", "backslashreplace").decode()


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads nowhere: reading it will say so
        return False


def open_folder(path: Path) -> Folder:
    """The folder at `path`. Raises ReadingError when there is none."""
    try:
        root = path.resolve(strict=True)
        if not root.is_dir():
            raise wrong(f"the rules folder `{path}` is a file", "name the folder that the rule files are in")
        os.scandir(root).close()
    except (OSError, RuntimeError, ValueError) as error:
        if isinstance(error, ReadingError):
            raise
        hint = "make one with `windsock init`, or name another with --rules"
        raise wrong(f"the rules folder `{printable(str(path))}` cannot be read: {_reason(error)}", hint) from None
    return Folder(root)


def _content(real: Path) -> bytes:
    """The bytes of a regular file; a pipe or a device is not waited for."""
    handle = os.open(real, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    with open(handle, "rb") as file:  # noqa: PTH123 - a handle, not a path
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise wrong(f"`{printable(real.name)}` is no regular file", "replace it with one")
        content = file.read(4 * LARGEST + 1)
    if len(content) > 4 * LARGEST:
        raise wrong(f"`{printable(real.name)}` is larger than {LARGEST:,} characters", "make it smaller")
    return content


def _reason(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "it does not exist"
    if isinstance(error, PermissionError):
        return "permission denied"
    return (error.strerror or "unknown error").lower() if isinstance(error, OSError) else "its path makes no sense"
