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
from edge.web.consent import Consent
from edge.web.request import Request
from rules.values import RuleSet, Value

SESSION: Final = ("session.pages", "session.returning")
MOST: Final = 999
"""Pages that are counted; there it stays."""

_STORED: Final = re.compile(rb"([1-9][0-9]{0,2})(r?)")


@dataclass(frozen=True, slots=True)
class Session:
    """A session with the pages of it that have been seen."""

    pages: int  # 1 to `MOST`
    returning: bool  # the visitor had a bucket before this session began

    @property
    def signals(self) -> Mapping[str, Value]:
        """`session.pages` and `session.returning`."""
        return {"session.pages": self.pages, "session.returning": self.returning}

    @property
    def written(self) -> bytes:
        """The cookie's value."""
        return b"%d%s" % (self.pages, b"r" if self.returning else b"")


def stored(request: Request) -> Session | None:
    """The session as the device has kept it; None without one. Total over all bytes."""
    found = _STORED.fullmatch(cookie.value(request.headers, cookie.SESSION) or b"")
    return Session(int(found[1]), bool(found[2])) if found else None


def read(request: Request, bucket: cookie.Stored) -> Session:
    """The session on this page; without one it begins here. `bucket`: what else the device has kept."""
    before = stored(request)
    if before is None:
        return Session(1, isinstance(bucket, int))
    return Session(min(before.pages + 1, MOST), before.returning)


def agreed(request: Request, consent: Consent) -> Session | None:
    """The session on this page of who has consented to one; None of anybody else."""
    bucket = cookie.read(request.headers)
    return read(request, bucket) if consent.of(request, bucket) == "consented" else None


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
