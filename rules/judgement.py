"""What a page may depend on, and what it may not.

Some things are refused: a price or an offer of credit, housing, jobs, insurance or health that depends on who is
looking; content that depends on whether a crawler asks; places finer than a city. Other things only people can judge,
and are pointed out with a reason: a text that says back to visitors what was inferred about them, a price that is shown
to some, a text that speaks of what its `purpose` does not say.

The refusals look at the plain data of a file, in whatever state it is; the doubts at an experience that is sound.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any, Final

from rules.phrase import condition
from rules.problem import Mistake, Place, ReadingError
from rules.reach import Fact, Term, terms
from rules.telltale import PRICE, SAID_BACK, SENSITIVE
from rules.words import SIGNALS
from rules.written import REFUSED

Plain = Mapping[str, Any]

WHO: Final = frozenset(
    re.findall(
        r"\S+",
        "country region city continent timezone device os browser language near source save_data previous.path",
    )
)
"""Signals that say something about the visitor, not about the hour or the weather."""


def permission(experience: Plain, today: date) -> Iterator[Mistake]:
    """The permission that a refused purpose has in `site.yaml` ends on its day, and the experience with it."""
    until = experience["until"]
    if until and date.fromisoformat(until) < today:
        message = f"the permission for `{experience['purpose']}` in site.yaml ended on {until}: nobody sees it"
        hint = "look at it again: renew `until` there with a reason, or make it content, product or message"
        yield Mistake(("purpose",), message, hint, "warning")


def refusals(data: Plain) -> Iterator[Mistake]:
    """Conditions that no experience may have."""
    for path, tree in _conditions(data):
        yield from _crawlers(tree, path)


def doubts(experience: Plain) -> Iterator[Mistake]:
    """What a person should look at again, in an experience of the document."""
    shown = _who_decides(experience)
    for name, variant in experience["variants"].items():
        texts = list(_texts(experience, name, variant))
        yield from _said_back(texts)
        if name in shown:
            yield from _first(_priced(texts, shown[name]))
            yield from _first(_sensitive(texts, shown[name], experience["purpose"]))


# Crawlers


def _conditions(data: Plain) -> Iterator[tuple[Place, object]]:
    choose, variants = data.get("choose"), data.get("variants")
    for at, entry in enumerate(choose if isinstance(choose, list) else []):
        if isinstance(entry, dict):
            yield ("choose", at, "when"), entry.get("when")
    for name, variant in variants.items() if isinstance(variants, dict) else ():
        if isinstance(variant, dict):
            yield ("variants", name, "never_when"), variant.get("never_when")


def _crawlers(tree: object, path: Place) -> Iterator[Mistake]:
    """What is shown may not depend on whether a search engine asks."""
    named = list(_naming_crawlers(tree, path))
    for at in named:
        yield Mistake(at, _CLOAKING, "leave it out: crawlers get what any first-time visitor gets")
    if not named and _all_but_crawlers(tree):
        yield Mistake(
            path, _CLOAKING, "these devices are all there are, but for crawlers: leave `device` out, or name fewer"
        )


def _naming_crawlers(tree: object, path: Place) -> Iterator[Place]:
    if isinstance(tree, list):
        for place, part in enumerate(tree):
            yield from _naming_crawlers(part, (*path, place))
    for key, value in tree.items() if isinstance(tree, dict) else ():
        if key in ("any", "all", "not"):
            yield from _naming_crawlers(value, (*path, key))
        elif _tells_crawlers(key) and any(_CRAWLER.search(str(item)) for item in _as_list(value)):
            yield (*path, key)


def _tells_crawlers(name: object) -> bool:
    """Whether a signal may hold what a client calls itself: `device` and the like, and those of the site's own."""
    return name in ("device", "browser", "os") or (name not in SIGNALS and "." not in str(name))


def _all_but_crawlers(tree: object) -> bool:
    try:
        found = terms(condition(tree)) if isinstance(tree, dict) else None
    except ReadingError:
        return False
    return any(_splits_off_crawlers(term) for term in found or ())


def _splits_off_crawlers(term: Term) -> bool:
    facts: tuple[Fact, ...] = term.get("device", ())
    allowed = {word for word in _DEVICES if all(fact.allows(word) for fact in facts)}
    return bool(facts) and allowed in ({"bot"}, _DEVICES - {"bot"})


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


def _who_decides(experience: Plain) -> Mapping[str, str]:
    """Variant -> the signal about the visitor, or the coin, by which some see it and others do not."""
    shown: dict[str, str] = {}
    for entry in experience["choose"]:
        signals = sorted(WHO & {*_signals(entry["when"]), *entry["signals"]})
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


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


_CLOAKING: Final = "content may not depend on whether a crawler asks: search engines call that cloaking"
_CRAWLER: Final = re.compile(
    r"bot\b|crawl|spider|slurp|google|bing|baidu|yandex|duckduck|facebookexternalhit|lighthouse", re.IGNORECASE
)
_DEVICES: Final = frozenset(SIGNALS["device"].words)

_KEYS: Final = {"replace": "html"}
_READ: Final = ("alt", "title", "aria-label", "placeholder", "value", "content")
"""Attributes that hold text for people."""
