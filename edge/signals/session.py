"""`session.pages` and `session.returning`: what a visitor has done in this visit, for those who consented to it.

All of it is in one cookie on the visitor's own device, `windsock-session=3r`: so many pages seen, and `r` for who had
been here before this session. The cookie ends with the browser's session. Nothing of it is written anywhere else, and
it is kept only where a rule of the site asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from edge.signals.wanted import wanted
from edge.web import cookie
from edge.web.request import Request
from rules.values import RuleSet, Value

SESSION: Final = ("session.pages", "session.returning")
MOST: Final = 999
"""Pages that are counted; there it stays."""

_STORED: Final = re.compile(rb"([1-9][0-9]{0,2})(r?)")


@dataclass(frozen=True, slots=True)
class Session:
    """A session as it is on the page that is asked for."""

    pages: int  # this page included, 1 to `MOST`
    returning: bool  # the visitor had a bucket before this session began

    @property
    def signals(self) -> Mapping[str, Value]:
        """`session.pages` and `session.returning`."""
        return {"session.pages": self.pages, "session.returning": self.returning}

    @property
    def written(self) -> bytes:
        """The cookie's value once this page has been seen."""
        return b"%d%s" % (self.pages, b"r" if self.returning else b"")


def read(request: Request, stored: cookie.Stored) -> Session:
    """The session of this page. `stored`: what else the device has kept. Total over all bytes."""
    found = _STORED.fullmatch(cookie.value(request.headers, cookie.SESSION) or b"")
    if found is None:
        return Session(1, isinstance(stored, int))
    return Session(min(int(found[1]) + 1, MOST), bool(found[2]))


class Sessions:
    """Remembers whether the rules of the present edition ask for a session: they all come from one `RuleSet`."""

    def __init__(self) -> None:
        self._rules: RuleSet | None = None
        self._asked = False

    def asked(self, rules: RuleSet) -> bool:
        """Whether any of these rules mentions one of the signals."""
        if rules is not self._rules:
            self._rules, self._asked = rules, not wanted(rules).signals.isdisjoint(SESSION)
        return self._asked
