"""Small things that marketers write: texts, names, shares, durations, selectors, header fields.

Each function takes what stands in the file and gives what it means, or raises ReadingError.
"""

from __future__ import annotations

import re
from typing import Final

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from rules.problem import wrong
from rules.selector import costly
from rules.spelling import advice, nearest

LONGEST: Final = 256
"""Characters of a short text."""

NAME: Final = r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}"
"""Names of experiences and variants: they appear in header fields, metrics and file names."""

PURPOSES: Final = ("content", "product", "message")

REFUSED: Final = ("price", "credit", "housing", "jobs", "insurance", "health")
"""Purposes for which a page must not depend on who is looking at it."""

HEADER: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}")
"""The name of a header field."""
_NOT_OURS: Final = frozenset(
    re.findall(
        r"\S+",
        """
        accept-encoding authorization connection content-encoding content-length content-type cookie expect forwarded
        host keep-alive range te trailer transfer-encoding upgrade via
        """,
    )
)
"""Request headers that frame the message or say who asks: a rule may not set them."""

MOST_VISITS: Final = 1_000_000
"""Visits that may be known beforehand: as many as a model would ever believe."""

_PRIOR: Final = re.compile(r"(\d{1,7}(?:\.\d{1,3})?)\s+of\s+(\d{1,7}(?:\.\d{1,3})?)", re.ASCII)
_DURATION: Final = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)\s*(s|sec|m|min|h|d)")
_SECONDS: Final = {"s": 1.0, "sec": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}


def text(written: object) -> str:
    """Any scalar as it was written."""
    if isinstance(written, bool):
        return "true" if written else "false"
    if isinstance(written, str | int | float):
        return str(written)
    if written is None:
        raise wrong("there is no value here", "write one; a text that begins with `#` needs quotes")
    raise wrong("a text is expected here", "put quotes round it if it holds brackets or braces")


def short(written: object) -> str:
    """A scalar of one short line, without the spaces around it."""
    value = text(written).strip()
    if len(value) > LONGEST or not value.isprintable():
        raise wrong("this is too long, or holds a line break or a control character", "write one short line")
    if value and (value[0] in _PROSE_QUOTES or value[-1] in _PROSE_QUOTES):
        plain = value.strip(_PROSE_QUOTES)
        raise wrong(f"`{value}` has the quotes of a text processor", f'write straight ones: "{plain}"')
    return value


def name(written: object) -> str:
    """A name of letters, digits, `-` and `_`."""
    value = short(written)
    if not re.fullmatch(NAME, value):
        plain = re.sub(r"[^A-Za-z0-9]+", "-", value).strip("-").lower()[:64]
        example = f", such as {plain}" if plain else ""
        raise wrong(f"`{value}` cannot be a name", f"use up to 64 letters a-z, digits, `-` and `_`, no spaces{example}")
    return value


def word(written: object, words: tuple[str, ...], what: str) -> str:
    """One of some words."""
    value = short(written)
    if value not in words:
        raise wrong(f"`{value}` is no {what}", advice(value, words))
    return value


def purpose(written: object) -> str:
    """`content`, `product` or `message`; the others are refused with a reason."""
    value = short(written)
    if value in REFUSED:
        message = f"Windsock does not decide on {_ABOUT.get(value, value)} by who is looking"
        raise wrong(message, _ALLOWED)
    if value not in PURPOSES and nearest(value, PURPOSES) is None:
        raise wrong(f"`{value}` is no purpose", _KINDS_OF_PURPOSE)
    return word(value, PURPOSES, "purpose")


def share(written: object) -> float:
    """`5%` as 0.05."""
    value = short(written)
    found = re.fullmatch(r"(\d{1,3}(?:\.\d{1,6})?)\s*%", value, re.ASCII)
    if found is None or float(found[1]) > 100:
        digits = re.fullmatch(r"\d{1,3}(\.\d+)?", value, re.ASCII)
        example = f"{value}%" if digits and float(value) >= 1 else "5%"
        raise wrong(f"`{value}` is no share of the visitors", f"write a percentage from 0% to 100%, such as {example}")
    return float(found[1]) / 100


def weight(written: object) -> float:
    """A part of a split: a number from 0, with or without `%`."""
    value = short(written).removesuffix("%").rstrip()
    if not re.fullmatch(r"\d{1,9}(\.\d{1,9})?", value, re.ASCII):
        raise wrong(f"`{value}` is no share", "write a number from 0, such as 50")
    return float(value)


def positive(written: object) -> float:
    """A number above 0."""
    value = short(written)
    if not re.fullmatch(r"\d{1,12}(\.\d{1,6})?", value, re.ASCII) or not float(value):
        raise wrong(f"`{value}` is no number above 0", "write digits, such as 1 or 99.5")
    return float(value)


def prior(written: object) -> tuple[float, float]:
    """Successes and visits of `8 of 200`."""
    value = short(written)
    found = _PRIOR.fullmatch(value)
    if found is None:
        loose = re.fullmatch(r"([\d.]+)\s*(?:/|:|out of|in|from)\s*([\d.]+)", value, re.ASCII)
        example = f"{loose[1]} of {loose[2]}" if loose else "8 of 200"
        raise wrong(f"`{value}` is no experience to begin with", f"write successes and visits, such as {example}")
    successes, visits = float(found[1]), float(found[2])
    if not 0 < visits <= MOST_VISITS:
        raise wrong(f"`{value}` is out of reach", f"write a number of visits from 1 to {MOST_VISITS:,}, without commas")
    if successes > visits:
        raise wrong(
            f"`{value}` has more successes than visits", f"write successes first, such as {found[2]} of {found[1]}"
        )
    return successes, visits


def hours(written: object) -> tuple[float, float]:
    """A part of the day, `6-12` or `22:30-6`, as hours from and until; over midnight where it ends before it starts."""
    value = short(written)
    found = re.fullmatch(r"(\d{1,2})(?::([0-5]\d))?\s*[-–]\s*(\d{1,2})(?::([0-5]\d))?", value, re.ASCII)
    start, end = (_hour(found[1], found[2]), _hour(found[3], found[4])) if found else (0.0, 0.0)
    if start == end or start >= 24 or end > 24:
        raise wrong(f"`{value}` is no part of the day", "write hours from and until, such as 6-12 or 22-6")
    return start, end


def _hour(hour: str, minute: str | None) -> float:
    return int(hour) + int(minute or 0) / 60


def goal(written: object) -> dict[str, str]:
    """`click "#hero a"` as {"click": "#hero a"}."""
    value = short(written)
    verb, _, rest = value.partition(" ")
    rest = rest.strip().removeprefix('"').removesuffix('"').strip()
    if verb == "click" and rest:
        return {"click": rest}
    if verb == "click":
        hint = """`#` begins a comment in YAML: write goal: 'click "#hero a"', or goal: {click: "#hero a"}"""
        raise wrong("it is not said what is to be clicked", hint)
    raise wrong(f"`{value}` is no goal", 'write click "#button", or {visit: /thanks}, {event: signup}, {dwell: 30s}')


def duration(written: object) -> float:
    """Seconds of `30s`, `10m`, `2h`, `7d`."""
    value = short(written)
    found = _DURATION.fullmatch(value)
    if found is None:
        spelled = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhd])[a-z]*", value.lower())
        example = f"{spelled[1]}{spelled[2]}" if spelled else "10m"
        raise wrong(f"`{value}` is no length of time", f"write a number with s, m, h or d, such as {example}")
    seconds = float(found[1]) * _SECONDS[found[2]]
    if not 0 < seconds <= 90 * 86400:
        raise wrong(f"`{value}` is out of reach", "write a length of time of up to 90 days")
    return seconds


def selector(written: object) -> str:
    """A CSS selector that the page parser understands."""
    value = short(written)
    if not value:
        raise wrong("the selector is empty", 'write one in quotes, such as "#hero"')
    try:
        _PAGE.css_first(value)
    except (SelectolaxError, ValueError):
        raise wrong(f"`{value}` is no CSS selector", f"write {_selector_meant(value)}") from None
    if (why := costly(value)) is not None:
        hint = "choose an element with an id, or the class of the element itself: a long search keeps visitors waiting"
        raise wrong(f"`{value}` is too much of a search: {why}", hint)
    return value


def _selector_meant(value: str) -> str:
    """For a tag the selector of its element."""
    found = re.search(r"""<[^>]*\b(id|class)=["']?([\w-]+)""", value)
    sign = "#" if found and found[1] == "id" else "."
    return f'"{sign}{found[2]}"' if found else 'one such as "#hero", ".teaser" or "main h1"'


def header_name(written: str) -> str:
    """The name of a request header that may be added for the origin."""
    if not HEADER.fullmatch(written):
        raise wrong(f"`{written[:80]}` is no name of a header", "use letters, digits and `-`, such as X-Nav")
    lower = written.lower()
    if lower in _NOT_OURS or lower.startswith(("x-forwarded-", "x-windsock-", "sec-", "proxy-", "if-")):
        raise wrong(f"the header `{written}` cannot be set by a rule", "use a name of your own, such as X-Nav")
    return written


def header_value(written: object) -> str:
    """The value of a request header: visible ASCII, spaces inside."""
    value = text(written)
    if not re.fullmatch(r"[!-~]([ -~]{0,1022}[!-~])?", value):
        raise wrong("this cannot be the value of a header", "use up to 1,024 ASCII characters in one line")
    return without_placeholder(value)


def without_placeholder(value: str) -> str:
    """A value in which braces would be sent as they stand."""
    if found := re.search(r"\{[A-Za-z][\w.]*\}", value):
        hint = "a placeholder may stand in html, text and set; here write out each value, as a variant of its own"
        raise wrong(f"`{found[0]}` stands for nothing here", hint)
    return value


def attribute(written: str) -> str:
    """The name of an attribute of an element."""
    if not re.fullmatch(r"[a-zA-Z_:@][a-zA-Z0-9_:.@-]{0,63}", written):
        raise wrong(f"`{written[:80]}` is no attribute", "write a name such as src, href, alt or class")
    if written != written.lower():
        raise wrong(f"the attribute `{written}` holds capitals", f"write `{written.lower()}`; browsers read both alike")
    return written


_PAGE: Final = LexborHTMLParser("<p></p>")
_ABOUT: Final = {"price": "prices"}
_ALLOWED: Final = (
    "an offer for everybody in the rain is a `message`; a picture or a text is `content`; where it is lawful and fair "
    "all the same, `allow` in site.yaml names the experience, the reason and a last day"
)
_KINDS_OF_PURPOSE: Final = (
    "write `content` (what the page says and looks like), `product` (which goods stand in front) "
    "or `message` (news, an offer for everybody)"
)
_PROSE_QUOTES: Final = "“”„«»‘’‚"
