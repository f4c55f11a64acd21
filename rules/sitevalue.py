"""Small things that `site.yaml` holds: coordinates, distances, where signals come from, permissions.

Each function takes what stands in the file and gives what it means, or raises ReadingError.
"""

from __future__ import annotations

import re
from typing import Final

from rules.problem import ReadingError, wrong
from rules.window import calendar_day
from rules.words import FINER, PERSONAL
from rules.written import HEADER, LONGEST, REFUSED, duration, short, text, word

NEAREST_KM: Final = 5
"""A smaller circle is finer than a city."""

_SAYS_WHO: Final = frozenset(
    re.findall(
        r"\S+",
        """
        authorization proxy-authorization cookie cookie2 forwarded from via x-forwarded-for x-forwarded
        x-original-forwarded-for x-envoy-external-address cloudfront-viewer-address x-amzn-oidc-data
        x-amzn-oidc-identity x-session-id x-request-id x-correlation-id traceparent
        """,
    )
)
"""Headers with the address, the name or a number of who asks."""

_FINE: Final = re.compile(r"latitude|longitude|latlong|postal|postcode|zipcode|clientip|access-jwt")


def refused(written: object) -> str:
    """One of the purposes that need a permission."""
    return word(written, REFUSED, "purpose that needs a permission")


def sentence(written: object) -> str:
    """A reason that somebody else can understand later."""
    value = " ".join(text(written).split())
    if len(value) < 10 or len(value) > 4 * LONGEST or not value.isprintable():
        raise wrong("this does not tell the reason", "write a short sentence, such as: seen by legal, the same for all")
    return value


def coordinates(written: object) -> tuple[float, float]:
    """Latitude and longitude of `[60.39, 5.32]` or `60.39, 5.32`."""
    parts = written if isinstance(written, list) else short(written).split(",")
    found = [re.fullmatch(r"-?\d{1,3}(\.\d{1,9})?", short(part), re.ASCII) for part in parts]
    numbers = [float(each[0]) for each in found if each]
    if len(parts) != 2 or len(numbers) != 2 or not (abs(numbers[0]) <= 90 and abs(numbers[1]) <= 180):
        raise wrong("this is no place on earth", "write latitude and longitude in degrees, such as [60.39, 5.32]")
    return numbers[0], numbers[1]


def kilometres(written: object) -> float:
    """`30` or `30km`."""
    value = short(written).removesuffix("km").rstrip()
    if not re.fullmatch(r"\d{1,5}(\.\d{1,3})?", value, re.ASCII) or float(value) > 20_000:
        raise wrong(f"`{short(written)}` is no distance", f"write kilometres, from {NEAREST_KM} to 20000, such as 30")
    if float(value) < NEAREST_KM:
        message = f"`{short(written)}` is finer than a city: an address on the net does not tell that, and need not"
        raise wrong(message, f"write {NEAREST_KM} kilometres or more")
    return float(value)


def signal_name(written: object) -> str:
    """The name of a signal of the site's own."""
    value = short(written)
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,63}", value, re.ASCII):
        raise wrong(f"`{value}` cannot be the name of a signal", "use small letters, digits and `_`, such as mood")
    return value


def signal_header(written: object) -> str:
    """A request header that a signal may be read from: none that says who asks, from where exactly, or with what."""
    value = short(written)
    lower = value.lower()
    if not HEADER.fullmatch(value):
        raise wrong(f"a signal cannot be read from the header `{value}`", "name one that the proxy sets: X-Member")
    if lower == "user-agent" or lower.startswith("sec-ch-ua"):
        message = f"`{value}` tells crawlers from visitors, and one visitor from another"
        raise wrong(message, "use `device`, `os` and `browser`: `when: {device: mobile}`")
    if lower in _SAYS_WHO or _FINE.search(lower) or _last_words(lower) & (FINER | PERSONAL):
        message = f"`{value}` says who somebody is, or where to a street: no signal may"
        raise wrong(message, "use `country`, `region` or `city`, or let the proxy set a group of many: X-Member")
    return lower


def _last_words(header: str) -> set[str]:
    """What a header is about, by its name: `user` and `remote_user` for x-remote-user."""
    words = header.split("-")
    return {words[-1], "_".join(words[-2:])}


def days(written: object) -> tuple[str, str]:
    """First and last day of `2026-11-27` or `2026-12-01 - 2026-12-24`."""
    value = short(written)
    first, _, last = value.partition(" - ")
    try:
        begins, ends = calendar_day(first.strip()), calendar_day((last or first).strip())
    except ReadingError as error:
        hint = "write a day such as 2026-11-27, or the first and the last one: 2026-12-01 - 2026-12-24"
        raise wrong(error.mistakes[0].message, hint) from None
    if ends < begins:
        raise wrong(f"`{value}` ends before it begins", f"write {ends} - {begins}")
    return begins.isoformat(), ends.isoformat()


def callable_name(written: object) -> str:
    """`package.module:function`."""
    value = short(written)
    if not re.fullmatch(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*", value, re.ASCII):
        raise wrong(f"`{value}` names no function", "write module:function, such as shop.queue:length")
    return value


def moment_of_waiting(written: object) -> float:
    """Seconds of `50ms`, at most 100 ms."""
    value = short(written)
    found = re.fullmatch(r"(\d{1,3})\s*ms", value, re.ASCII)
    if found is None or not 1 <= int(found[1]) <= 100:
        raise wrong(f"a visitor does not wait `{value}`", "write 1ms to 100ms")
    return int(found[1]) / 1000


def cache_time(written: object) -> float:
    """Seconds of `5m`; 0 for `never`."""
    value = short(written)
    if value == "never":
        return 0.0
    try:
        return duration(value)
    except ReadingError:
        raise wrong(f"`{value}` is no length of time", "write never, or a number with s, m, h or d: 5m") from None
