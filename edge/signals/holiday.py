"""Public holidays, by country, from the `holidays` package.

A country's calendar is worked out in a thread when its first visitor comes, since that costs up to a twentieth of a
second; until then `holiday` is unknown. A day that is none is `none`: that is known, where `unknown` is not.

A day has the name of what is celebrated, whether that is on its date, estimated by the moon, or on a Friday in its
place: `Independence Day (observed)` is `Independence Day`. A day of several holidays has all their names, `All Saints'
Day; National Unity Day`, and a rule that names one of them is met (`rules.signals.names`).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from threading import Thread
from typing import Final

from rules.signals import SEVERAL
from rules.words import NONE

_log = logging.getLogger("windsock")

_MOST: Final = 1024
"""Calendars that are kept: more than there are countries, each for two years or three."""

_REMARK: Final = re.compile(
    r"\s*\((?:(?:observed|estimated|substitute day|in lieu|additional holiday)(?:, )?)+\)|\s*\(substituted from [^)]*\)"
)
"""What the package adds to a name where the day is not, or may not be, the holiday's own."""

_Days = Mapping[str, str]  # date as YYYY-MM-DD -> name


class Holidays:
    """The calendars of all countries, each year when it is asked for. `waits`: ask, and have the answer at once."""

    def __init__(self, waits: bool = False) -> None:
        self._waits = waits
        self._known: dict[tuple[str, int], _Days | None] = {}  # None: being worked out, or there is none

    def on(self, country: str, date: str) -> str | None:
        """The holiday's name in English, `none`, or None when it is not known (yet). `date` as YYYY-MM-DD."""
        key = (country, int(date[:4]))
        if key not in self._known:
            self._begin(key)
        days = self._known.get(key)
        return None if days is None else days.get(date, NONE)

    def _begin(self, key: tuple[str, int]) -> None:
        if len(self._known) >= _MOST:
            self._known = {}
        self._known[key] = None
        if self._waits:
            self._load(key)
        elif key[0]:
            Thread(target=self._load, args=(key,), name=f"holidays of {key[0]}", daemon=True).start()

    def _load(self, key: tuple[str, int]) -> None:
        try:
            self._known[key] = calendar(*key)
        except Exception:  # whatever is wrong with one country's calendar costs that country's holidays
            _log.exception("the holidays of a country are unknown", extra={"country": key[0]})


def calendar(country: str, year: int) -> Mapping[str, str] | None:
    """The public holidays of a year, date as YYYY-MM-DD -> name; None for a country that the package does not know."""
    import holidays

    try:
        days = holidays.country_holidays(country, years=year, language="en_US")
    except NotImplementedError:
        return None
    return {date.isoformat(): _named(name) for date, name in days.items()}


def _named(written: str) -> str:
    """The names of a day, each one once."""
    return SEVERAL.join(dict.fromkeys(_REMARK.sub("", name) for name in written.split(SEVERAL)))
