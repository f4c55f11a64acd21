"""What a page may depend on, and what it may not.

Some things are refused: a price or an offer of credit, housing, jobs, insurance or health that depends on who is
looking; content that depends on whether a crawler asks; places finer than a city. Other things only people can judge,
and are pointed out with a reason: a text that says back to visitors what was inferred about them, a price that is shown
to some, a text that speaks of what its `purpose` does not say.

What is refused, `rules.written` (purposes), `rules.words` (places, persons) and `rules.crawler` say; here are the
doubts about an experience that is sound.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any, Final

from rules.learning import deciding
from rules.problem import Mistake, Place
from rules.telltale import PRICE, SAID_BACK, SENSITIVE
from rules.written import REFUSED

Plain = Mapping[str, Any]

WHO: Final = frozenset(
    re.findall(
        r"\S+",
        "country region city continent timezone device os browser language near source save_data previous.path",
    )
)
"""Signals that say something about the visitor, not about the hour or the weather; so do `session.*` and `near.*`."""


def personal(site: Plain) -> frozenset[str]:
    """The signals of the site's own that say something about the visitor: what a request brings with it."""
    return frozenset(name for name, source in site["signals"].items() if source["header"] or source["query"])


def permission(experience: Plain, today: date) -> Iterator[Mistake]:
    """The permission that a refused purpose has in `site.yaml` ends on its day, and the experience with it."""
    until = experience["until"]
    if until and date.fromisoformat(until) < today:
        message = f"the permission for `{experience['purpose']}` in site.yaml ended on {until}: nobody sees it"
        hint = "look at it again: renew `until` there with a reason, or make it content, product or message"
        yield Mistake(("purpose",), message, hint, "warning")


def doubts(experience: Plain, own: Collection[str] = ()) -> Iterator[Mistake]:
    """What a person should look at again, in an experience of the document; `own` are the site's `personal` signals."""
    shown = _who_decides(experience, own)
    for name, variant in experience["variants"].items():
        texts = list(_texts(experience, name, variant))
        yield from _said_back(texts)
        if name in shown:
            yield from _first(_priced(texts, shown[name]))
            yield from _first(_sensitive(texts, shown[name], experience["purpose"]))


# What a text says


def place_of(experience: Plain, variant: str, selector: str, kind: str) -> Place:
    """Where a form of an experience of the document stands in its file."""
    slot = (selector,) if len(experience["slots"]) > 1 else ()
    return ("variants", variant, *slot, _KEYS.get(kind, kind))


def _texts(experience: Plain, name: str, variant: Plain) -> Iterator[tuple[Place, str]]:
    """The texts of a variant that visitors read, each with its place."""
    for selector, form in variant["forms"]:
        place = place_of(experience, name, selector, form["kind"])
        if form["text"]:
            yield place, _visible(form["text"])
        yield from (
            ((*place, attribute), value) for attribute, value in form["attributes"] if value and attribute in _READ
        )


def _visible(markup: str) -> str:
    """About what a visitor reads of some markup."""
    return re.sub(
        r"\s+", " ", re.sub(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", " ", markup, flags=re.DOTALL | re.IGNORECASE)
    )


def _said_back(texts: Collection[tuple[Place, str]]) -> Iterator[Mistake]:
    for place, text in texts:
        found = next((match for pattern in SAID_BACK if (match := pattern.search(text))), None)
        if found:
            message = f"“{found[0].strip()}” tells visitors what was guessed about them: it is often wrong, and uncanny"
            hint = "say what is on offer, not what you think of them: “Rain gear, ready to go”"
            yield Mistake(place, message, hint, "warning")


def _who_decides(experience: Plain, own: Collection[str]) -> Mapping[str, str]:
    """Variant -> the signal about the visitor, or the coin, by which some see it and others do not."""
    shown: dict[str, str] = {}
    for entry in deciding(experience):
        asked = {*_signals(entry["when"]), *entry["signals"]}
        signals = sorted(name for name in asked if name in WHO or name in own or name.startswith(_VISITOR))
        by = f"`{signals[0]}`" if signals else "chance" if len(entry["shares"]) > 1 else ""
        for name, _ in entry["shares"] if by else ():
            shown.setdefault(name, by)
    return shown


def _signals(tree: object) -> Iterator[str]:
    if isinstance(tree, list):
        for part in tree:
            yield from _signals(part)
    for key, value in tree.items() if isinstance(tree, dict) else ():
        if key in ("any", "all", "not"):
            yield from _signals(value)
        else:
            yield str(key)


def _priced(texts: Collection[tuple[Place, str]], by: str) -> Iterator[Mistake]:
    for place, text in texts:
        if found := PRICE.search(text):
            message = f"“{found[0].strip()}” is a price or a discount, and who sees it is decided by {by}"
            hint = "two people should see one price; an offer for everybody, in the rain or this week, is a `message`"
            yield Mistake(place, message, hint, "warning")


def _sensitive(texts: Collection[tuple[Place, str]], by: str, written: str) -> Iterator[Mistake]:
    if written in REFUSED or by == "chance":
        return
    for place, text in texts:
        for about, pattern in SENSITIVE.items():
            if found := pattern.search(text):
                message = f"“{found[0].strip()}” sounds like {about}, and who sees it is decided by {by}"
                yield Mistake(place, message, f"Windsock does not decide on {about}: show it to everybody", "warning")


def _first(mistakes: Iterator[Mistake]) -> Iterator[Mistake]:
    yield from (each for each, _ in zip(mistakes, range(1), strict=False))


_VISITOR: Final = ("session.", "near.")
_KEYS: Final = {"replace": "html"}
_READ: Final = ("alt", "title", "aria-label", "placeholder", "value", "content")
"""Attributes that hold text for people."""
