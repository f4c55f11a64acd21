"""Characters that come with a text that was copied, look like a space or like nothing, and change what a line means."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

SHOWN: Final = frozenset({"html", "text", "before", "after", "set", "name", "reason"})
"""Keys of texts that people read: there such a character may be meant."""


def unseen(text: str, below: Iterable[object] = ()) -> tuple[str, str] | None:
    """Message and hint for a text with such a character; `below` are the keys that it stands under."""
    found = None if text.isascii() else _UNSEEN.search(text)
    if found is None or not SHOWN.isdisjoint(below):
        return None
    name, hint = _SPACE if found[0].isspace() else _NOTHING
    seen = _UNSEEN.sub(" ", text).strip()[:40]
    return f"`{seen}` holds {name} (U+{ord(found[0]):04X})", hint


_UNSEEN: Final = re.compile("[\u00a0\u00ad\u200b\u202f\u2060\ufeff]")
_SPACE: Final = ("a space that is none to YAML", "replace it with an ordinary space, or type the line anew")
_NOTHING: Final = ("a character that nobody sees", "type it anew, without copying it")
