"""What may be kept on a visitor's device: what the site has decided, and what this visitor wants.

| the site's `consent` | nothing said | the consent cookie says yes | `Sec-GPC: 1`, or opted out |
|---|---|---|---|
| `strict` | strict | strict | strict |
| `exempt` | exempt | exempt | strict |
| `consented` | strict | consented | strict |

A visitor who is strict has nothing stored, drawn, counted or learned; an exempt one has a bucket; one who has consented
has a bucket and a session.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from edge.web import cookie
from edge.web.read import decoded
from edge.web.request import Headers, Request

Mode = Literal["strict", "exempt", "consented"]

YES: Final = frozenset(
    ("1", "true", "yes", "y", "on", "all", "allow", "allowed", "accept", "accepted", "agree", "agreed", "granted")
)
"""What a consent cookie says when it says yes, in any case."""


class Consent:
    """The rule of one site. `said` names the consent cookie: `NAME`, or `NAME=TEXT` where it must hold that text."""

    def __init__(self, mode: Mode = "exempt", said: str = "") -> None:
        self._mode = mode
        name, _, text = said.partition("=")
        self._text = re.compile(rf"(?<![\w.-]){re.escape(text)}(?![\w.-])") if text else None  # a word of its own
        self._name = name.strip().encode("latin-1", "replace")

    def of(self, request: Request, stored: cookie.Stored) -> Mode:
        """What holds for this visitor, whose device has stored that."""
        if self._mode == "strict" or stored == "off" or request.fields.get(b"sec-gpc", b"").strip() == b"1":
            return "strict"
        if self._mode == "exempt":
            return "exempt"
        return "consented" if self._agreed(request.headers) else "strict"

    def _agreed(self, headers: Headers) -> bool:
        """Whether the consent cookie says yes; one that is there twice and says two things does not."""
        value = cookie.value(headers, self._name) if self._name else None
        if value is None:
            return False
        said = decoded(value)
        return bool(self._text.search(said)) if self._text else said.strip(' "').lower() in YES


EXEMPT: Final = Consent()
"""The rule of a site that has decided nothing."""
