"""What a page that counts something carries, right before its `</body>`: its data, and the snippet that reads them.

    {"t": TOKEN, "g": [[goal, kind, what], …], "m": [measure, …], "v": [goal, …], "w": seconds}

`g`: the goals of what is decided on this page. `v`: goals of other pages that a visit to this one reaches. `w`: how
long the token waits for such a page. Its name has a hyphen: an element called `windsock` would be in the way of the
function of that name. It is in ASCII, which is the same in every charset that is edited.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

from cachetools import LRUCache

from edge.edition import Edition
from rules.values import Experience

_BEFORE: Final = b'<script type="application/json" id="windsock-data">{"t":"'
_BEHIND: Final = b'</script><script src="/_windsock/w.js" defer></script>'
_REMEMBERED: Final = 1024


class Blocks:
    """Makes them; what is the same for many pages is made once."""

    def __init__(self) -> None:
        self._made: LRUCache[tuple[str, tuple[str, ...], tuple[str, ...]], bytes] = LRUCache(_REMEMBERED)

    def block(self, token: str, counted: tuple[str, ...], reached: tuple[str, ...], edition: Edition) -> bytes:
        """The markup for a page with these counted experiences, that reaches these goals; empty for neither."""
        if not token and not reached:
            return b""
        key = (edition.version, counted if token else (), reached)
        rest = self._made.get(key)
        if rest is None:
            rest = self._made[key] = _rest([edition.named[name] for name in key[1]], reached)
        return b"".join((_BEFORE, token.encode("ascii"), rest))


def _rest(counted: Sequence[Experience], reached: Sequence[str]) -> bytes:
    """All of the block behind its token."""
    said = {
        "g": [list(goal) for goal in dict.fromkeys(_goals(counted))],
        "m": list(dict.fromkeys(measure for experience in counted for measure in experience.not_worse)),
        "v": list(reached),
        "w": max((experience.reward_window for experience in counted), default=0.0),
    }
    text = json.dumps(said, separators=(",", ":")).replace("<", "\\u003c").replace(">", "\\u003e")
    return b'",' + text[1:].encode("ascii") + _BEHIND


def _goals(counted: Iterable[Experience]) -> Iterable[tuple[str, str, Any]]:
    """(text, kind, what the snippet must know): the pages of a `visit` are the later page's affair."""
    for experience in counted:
        for kind, what in experience.goal.items():
            if kind != "max":
                yield experience.goal_text, kind, "" if kind == "visit" else what
