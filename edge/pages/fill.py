"""Markup with places for values, and values as bytes for such places.

Where the places are and what each one is (`rules/placeholder.py`) is found once for a variant; a parser is asked then
whether values stay in them. For each request the values are encoded for their places, and joined.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from types import MappingProxyType
from typing import Final
from urllib.parse import quote

from edge.pages.charset import UTF_8, Charset
from edge.pages.values import Miss
from rules.placeholder import Kind, Spot, parted, text_spots

NOTHING: Final[Mapping[str, str]] = MappingProxyType({})

TEXT: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;", "\0": "\ufffd"})
ATTRIBUTE: Final = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;", "`": "&#96;", "\r": "&#13;", "\0": "\ufffd"}
)


@dataclass(frozen=True, slots=True)
class Template:
    """Bytes between places: one piece more than there are `spots`."""

    pieces: tuple[bytes, ...]
    spots: tuple[Spot, ...]

    @staticmethod
    def of(markup: str, spots: Sequence[Spot]) -> Template | None:
        """Some markup in pieces, in UTF-8; None when it is no text at all."""
        exact = written(markup, UTF_8)
        if exact is None:
            return None
        starts, ends = [0, *(spot.end for spot in spots)], [*(spot.start for spot in spots), len(exact)]
        return Template(tuple(exact[start:end] for start, end in zip(starts, ends, strict=True)), tuple(spots))

    @staticmethod
    def of_text(text: str, names: Sequence[str]) -> Template | None:
        """A plain text in pieces, encoded for the inside of an element."""
        found = text_spots(text, names)
        exact = [written(part.translate(TEXT), UTF_8) for part in parted(text, found) if isinstance(part, str)]
        whole = tuple(part for part in exact if part is not None)
        return Template(whole, found) if len(whole) == len(exact) else None

    def joined(self, values: Sequence[bytes]) -> bytes:
        """The pieces with these bytes between them; with none, just the pieces."""
        if not values:
            return b"".join(self.pieces)
        inner = (part for pair in zip(self.pieces[1:], values, strict=True) for part in pair[::-1])
        return b"".join((self.pieces[0], *inner))

    def token(self, number: int) -> str:
        """A word that does not occur in the pieces."""
        return f"ws{blake2b(b''.join(self.pieces), digest_size=16).hexdigest()}x{number}z"

    def like(self, body: bytes) -> Template:
        """The same places in a body that has the tokens in them, such as one in another charset."""
        pieces: list[bytes] = []
        for number in range(len(self.spots)):
            piece, _, body = body.partition(self.token(number).encode())
            pieces.append(piece)
        return replace(self, pieces=(*pieces, body))

    def filled(self, values: Mapping[str, str], charset: Charset) -> bytes | Miss:
        """The bytes for one request; `value` when one of the values cannot stand in its place."""
        if not self.spots:
            return self.pieces[0]
        found: list[bytes] = []
        for spot in self.spots:
            own = encoded(values[spot.name], spot.kind)
            exact = None if own is None else written(own, charset)
            if exact is None:
                return "value"
            found.append(exact)
        return self.joined(found)


def written(text: str, charset: Charset) -> bytes | None:
    """Return text as bytes, with references for what the charset lacks; None when it is not text at all."""
    try:
        exact = text.encode()
    except UnicodeEncodeError:  # half a surrogate pair
        return None
    return exact if charset is UTF_8 else text.encode(charset.writes, "xmlcharrefreplace")


def encoded(value: str, kind: Kind) -> str | None:
    """A value for its place; None where it cannot stand: nothing, or only dots, in an address would be another page."""
    if kind == "text":
        return value.translate(TEXT)
    if kind == "attribute":
        return value.translate(ATTRIBUTE)
    return quote(value, safe="", errors="replace") if value.strip(".") else None


@dataclass(frozen=True, slots=True)
class Probe:
    """A value to try a place with: as it is encoded, and as a parser writes it again."""

    encoded: Mapping[Kind, bytes]
    written: Mapping[Kind, str]


def _probe(value: str, in_text: str, in_attribute: str, address: str) -> Probe:
    kinds: tuple[Kind, ...] = ("text", "attribute")
    own = {kind: (encoded(value, kind) or "").encode() for kind in kinds}
    return Probe({**own, "address": address.encode()}, {"text": in_text, "attribute": in_attribute, "address": address})


PROBES: Final = (
    _probe("", "", "", "x"),
    _probe(" ", " ", " ", "%20"),
    _probe("\n</a>", "\n&lt;/a&gt;", "\n&lt;/a&gt;", "%3C"),
    _probe("a>'=<b &", "a&gt;'=&lt;b &amp;", "a&gt;'=&lt;b &amp;", "a%26"),
)
