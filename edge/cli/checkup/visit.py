"""Which pages of a site the rules are about, and what they are: few requests, one after the other.

A plain path names its page. A pattern names none, so its pages are looked for among those that were given by hand and
in the site's sitemap; a few of them stand for all.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import httpx

from edge.cli.checkup.origin import Page, fetch
from edge.errors import WindsockError
from edge.settings import Settings
from rules.glob import pattern

MOST_PAGES: Final = 50
"""Pages that are asked for."""

MOST_SECONDS: Final = 60.0
"""Time for all of them together."""

EACH_PATTERN: Final = 3
"""Pages that stand for all of a pattern."""

_SITEMAPS: Final = 5
_LOCATION: Final = re.compile(r"<loc>\s*([^<\s]+)\s*</loc>")
_WILD: Final = re.compile(r"[*{]")


@dataclass(slots=True)
class Visit:
    """One visit to a site: each page is asked for once."""

    client: httpx.Client
    settings: Settings
    named: Sequence[str] = ()
    _pages: dict[str, Page] = field(default_factory=dict)
    _listed: list[str] | None = None
    _until: float = field(default_factory=lambda: time.monotonic() + MOST_SECONDS)

    def page(self, path: str) -> Page | None:
        """A page of the site; None when enough have been asked for."""
        if path not in self._pages:
            if len(self._pages) >= MOST_PAGES or time.monotonic() > self._until:
                return None
            self._pages[path] = fetch(self.client, self.settings, path)
        return self._pages[path]

    def pages_of(self, where: Mapping[str, Any]) -> list[str]:
        """The paths of some pages that a `where` is about; none when none is known."""
        return list(dict.fromkeys(path for glob in where["path"] for path in self._of(glob)))

    def _of(self, glob: str) -> Iterator[str]:
        if not _WILD.search(glob):
            yield glob
            return
        found = list(_matching(glob, self.named)) or list(_matching(glob, self._from_sitemap()))
        yield from found[:EACH_PATTERN]

    def _from_sitemap(self) -> list[str]:
        if self._listed is None:
            self._listed = ["/", *self._sitemap("/sitemap.xml")]
        return self._listed

    def _sitemap(self, first: str) -> Iterator[str]:
        """The paths in a sitemap, and in those that it lists."""
        waiting, read = [first], 0
        while waiting and read < _SITEMAPS:
            read += 1
            page = fetch(self.client, self.settings, waiting.pop(0))
            if page.status != httpx.codes.OK:
                continue
            for path in map(_path, _LOCATION.findall(page.body.decode("utf-8", "replace"))):
                if path.endswith(".xml"):
                    waiting.append(path)
                else:
                    yield path


def _matching(glob: str, paths: Iterable[str]) -> Iterator[str]:
    return (path for path in paths if pattern(glob).matches(unquote(urlsplit(path).path)))


def _path(address: str) -> str:
    return urlsplit(unescape(address)).path or "/"


def named_page(written: str) -> str:
    """A page that was named by hand, as a path. Raises WindsockError."""
    path = urlsplit(written).path if "://" in written else written
    if not path.startswith("/"):
        raise WindsockError(f"`{written}` is no page: write a path such as --page /shop/boots")
    return path
