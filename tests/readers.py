"""Two readers of Python's documentation, the rules of a site that cares for them, and the page that each should get.

What a page should be is made by replacing text in the site's own page, so that the edge's way of editing has no part
in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

RULES: Final = {
    "shelf.yaml": """
experience: shelf
purpose: content
where: [/, /index.html]
slot: table.contentstable
variants:
  all: original
  short: {html: '<ul id="shelf"><li><a href="tutorial/index.html">Tutorial</a></li></ul>'}
choose:
  - when: {device: mobile}
    show: short
""",
    "measure.yaml": """
experience: measure
purpose: content
where: [/, "/*.html"]
slot: .body
variants:
  narrow: {set: {class: body narrow}}
  wide: {set: {class: body wide}}
default: narrow
choose:
  - split: {narrow: 50, wide: 50}
""",
    "whole-index.yaml": """
experience: whole-index
purpose: content
where: /genindex-all.html
slot: path
variants:
  whole: original
  letters: {path: /genindex.html}
choose:
  - when: {device: mobile}
    show: letters
""",
}
"""One slot on the start page, one attribute on every page, one address that shows another document."""

_SHELF: Final = re.compile(rb'<table class="contentstable".*?</table>', re.DOTALL)
_SHORT: Final = b'<ul id="shelf"><li><a href="tutorial/index.html">Tutorial</a></li></ul>'
_BODY: Final = b'class="body"'


@dataclass(frozen=True, slots=True)
class Reader:
    """How a visitor's browser introduces itself, the bucket it has stored, and what its reader should be shown.

    `measure` is what the bucket stands for: should it ever change, visitors would see another variant than yesterday.
    """

    name: str
    agent: str
    bucket: int
    measure: str
    phone: bool = False

    @property
    def fields(self) -> dict[str, str]:
        """What the browser sends with every request."""
        return {"User-Agent": self.agent, "Accept-Encoding": "gzip", "Cookie": f"windsock={self.bucket}"}

    def document(self, address: str) -> str:
        """The document that stands at that address for this reader."""
        return "/genindex.html" if self.phone and address == "/genindex-all.html" else address

    @staticmethod
    def cares(path: str) -> bool:
        """Whether the rules are about that page, so that each reader has one of their own."""
        return path == "/" or path.endswith(".html")

    def page(self, path: str, page: bytes) -> bytes | None:
        """What this reader should get for a page of the site; None if the page has not just one place for it."""
        if page.count(_BODY) != 1:
            return None
        page = page.replace(_BODY, b'class="body %b"' % self.measure.encode())
        if not self.phone or path not in ("/", "/index.html"):
            return page
        page, shelves = _SHELF.subn(_SHORT, page, count=1)
        return page if shelves else None


READERS: Final = (
    Reader(
        name="at a desk",
        agent="Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
        bucket=8,
        measure="narrow",
    ),
    Reader(
        name="with a phone",
        agent="Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "Version/17.5 Mobile/15E148 Safari/604.1",
        bucket=4000,
        measure="wide",
        phone=True,
    ),
)
