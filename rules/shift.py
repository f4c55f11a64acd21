"""Markup that lets the page jump after it has been painted.

What the edge puts into a page is there from the first byte, so words and boxes shift nothing, wherever they stand. What
does shift the rest is an element whose content arrives later and whose size the browser cannot know until then: a
picture, a frame, a film. It keeps its place when it says its size itself, by `width` and `height` (browsers take the
ratio from them, whatever the style says) or by a style. (HTML, "Dimension attributes"; web.dev, "Optimize CLS".)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Final

_LATE: Final = {"img": "picture", "iframe": "frame", "video": "film", "embed": "plug-in", "object": "object"}
"""Elements whose content comes later -> what they are called."""

_SIZED: Final = re.compile(r"aspect-ratio\s*:|(?<![-\w])height\s*:|position\s*:\s*(?:absolute|fixed)", re.IGNORECASE)


def unsized(markup: str) -> Iterator[tuple[str, int]]:
    """The elements that say no size: what each is called, and its line in the markup, from 1."""
    if not any(f"<{name}" in markup.lower() for name in _LATE):
        return
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    yield from reader.found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        if tag not in _LATE:
            return
        named = dict(attrs)
        sized = ("width" in named and "height" in named) or _SIZED.search(named.get("style") or "")
        if not sized and "hidden" not in named:
            self.found.append((f"{_LATE[tag]} (<{tag}>)", self.getpos()[0]))
