"""What rule files said when they were last read, so that one edit among a thousand files costs one file.

What a rule file says depends on the texts that are read for it (its own, and those of the files that it names) and on
the site. So those texts are noted while a file is checked, and it is checked again only when one of them, or the site,
is not what it was. What is remembered is what the check gave: with a memory and without, a folder reads the same.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Generic, Protocol, TypeVar

from rules.problem import ReadingError

Told = TypeVar("Told")


class Texts(Protocol):
    """Where texts are read from, as from `rules.folder.Folder`."""

    def text(self, relative: str, beside: str = "") -> str:
        """The text of a file; raises ReadingError when it cannot be read."""


@dataclass(frozen=True, slots=True)
class _Noted:
    """Texts, and how each of them was found: by its digest, or by what was wrong with it."""

    texts: Texts
    found: dict[tuple[str, str], bytes] = field(default_factory=dict)

    def text(self, relative: str, beside: str = "") -> str:
        try:
            text = self.texts.text(relative, beside)
        except ReadingError as error:
            self.found[relative, beside] = _digest(f"wrong\n{error}")
            raise
        self.found[relative, beside] = _digest(f"read\n{text}")
        return text

    def same_in(self, texts: Texts) -> bool:
        """Whether all of them are found there as they were here."""
        now = _Noted(texts)
        return all(_found(now, *asked) == digest for asked, digest in self.found.items())


class Memory(Generic[Told]):
    """One folder as it was read last. Without a first reading it remembers nothing."""

    def __init__(self) -> None:
        self._site: object = None
        self._files: dict[str, tuple[_Noted, Told]] = {}

    def under(self, site: object, files: Collection[str]) -> None:
        """From now on files are read under this site (compared by value), and there are no others than these."""
        if site != self._site:
            self._site, self._files = site, {}
        self._files = {file: known for file, known in self._files.items() if file in files}

    def told(self, file: str, texts: Texts, check: Callable[[Texts], Told]) -> Told:
        """What the file says: as it was checked before, or checked now."""
        known = self._files.get(file)
        if known is not None and known[0].same_in(texts):
            return known[1]
        noted = _Noted(texts)
        told = check(noted)
        self._files[file] = noted, told
        return told


def _found(noted: _Noted, relative: str, beside: str) -> bytes:
    with suppress(ReadingError):
        noted.text(relative, beside)
    return noted.found[relative, beside]


def _digest(text: str) -> bytes:
    return blake2b(text.encode(errors="surrogatepass"), digest_size=32).digest()
