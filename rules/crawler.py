"""Nothing that is shown may depend on whether a crawler asks: search engines call that cloaking.

Naming one is refused wherever it stands. So is naming everybody else: no single condition may leave out crawlers
alone, and all entries of an experience together must give them what some other device gets too, for a visitor of the
same kind otherwise. To see that, conditions are taken apart into terms (`rules.reach`) in which only the device has a
meaning; all other facts are letters that are so or not. The kinds of visitors are then what stands beside `device` in
some term, each also joined with those others that are about other signals.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from rules.glob import glob
from rules.phrase import condition
from rules.problem import Mistake, Place, ReadingError
from rules.reach import Fact, terms
from rules.when import AllOf, AnyOf, Condition, Is, Not
from rules.words import SIGNALS

Plain = Mapping[str, Any]
Rest = frozenset[Fact]
"""What a term says of anything but the device."""

Case = tuple[frozenset[str], Rest]
"""A term: the devices that it is for, and what must be so beside them."""

Rule = tuple[tuple[Case, ...], object]
"""Whom it is for, and what they get."""

MOST_KINDS: Final = 50
"""Kinds of visitors that are compared in one experience."""


def refusals(data: Plain) -> Iterator[Mistake]:
    """Conditions of a rule file, in whatever state it is, by which a crawler would get something of its own."""
    entries, outs = list(_entries(data)), list(_never(data))
    conditions = [*((path, tree) for path, tree, _ in entries), *outs]
    found = [mistake for path, tree in conditions for mistake in _one(tree, path)]
    yield from found
    about = [path for path, tree, _ in entries if _asks(tree)]
    if about and not found and _apart([(_cases(tree), shown) for _, tree, shown in entries], _untouched(data)):
        yield Mistake(
            about[-1], _CLOAKING, "together the entries name every device but crawlers: leave one of them out"
        )


def _entries(data: Plain) -> Iterator[tuple[Place, object, object]]:
    """Place, condition and outcome of each entry of `choose`."""
    choose = data.get("choose")
    for at, entry in enumerate(choose if isinstance(choose, list) else []):
        if isinstance(entry, dict) and entry.get("policy") != "rules":
            shown = entry.get("show") or repr([entry.get("split"), entry.get("learn")])
            yield ("choose", at, "when"), entry.get("when"), shown


def _never(data: Plain) -> Iterator[tuple[Place, object]]:
    variants = data.get("variants")
    for name, variant in variants.items() if isinstance(variants, dict) else ():
        if isinstance(variant, dict):
            yield ("variants", name, "never_when"), variant.get("never_when")


def _untouched(data: Plain) -> object:
    """What those get whom no entry is for."""
    variants = data.get("variants")
    originals = (name for name, each in variants.items() if each == "original") if isinstance(variants, dict) else ()
    return data.get("default") or next(iter(originals), None)


def _one(tree: object, path: Place) -> Iterator[Mistake]:
    """What is wrong with one condition by itself."""
    named = list(_naming(tree, path))
    for at in named:
        yield Mistake(at, _CLOAKING, "leave it out: crawlers get what any first-time visitor gets")
    cases = () if named or not _asks(tree) else _cases(tree)
    alone = any(devices in ({"bot"}, _DEVICES - {"bot"}) for devices, _ in cases)
    if alone or _apart([(cases, True)], False):
        hint = "these devices are all there are, but for crawlers: leave `device` out, or name fewer"
        yield Mistake(path, _CLOAKING, hint)


def _naming(tree: object, path: Place) -> Iterator[Place]:
    """Where a condition names a crawler."""
    if isinstance(tree, list):
        for place, part in enumerate(tree):
            yield from _naming(part, (*path, place))
    for key, value in tree.items() if isinstance(tree, dict) else ():
        if key in _JOINTS:
            yield from _naming(value, (*path, key))
        elif _tells_crawlers(key) and any(_is_crawler(str(item)) for item in _as_list(value)):
            yield (*path, key)


def _tells_crawlers(name: object) -> bool:
    """Whether a signal may hold what a client calls itself: `device` and the like, and those of the site's own."""
    return name in ("device", "browser", "os") or (name not in SIGNALS and "." not in str(name))


def _is_crawler(written: str) -> bool:
    """Whether this is a name of crawlers, or a pattern that they have and browsers have not."""
    if _CRAWLER.search(written):
        return True
    pattern = glob(written.lower())
    return any(map(pattern.matches, _CRAWLERS)) and not any(map(pattern.matches, _BROWSERS))


# All but crawlers


def _asks(tree: object) -> bool:
    """Whether a condition asks for the device."""
    if isinstance(tree, list):
        return any(map(_asks, tree))
    found = tree.items() if isinstance(tree, dict) else ()
    return any(key == "device" or (key in _JOINTS and _asks(value)) for key, value in found)


def _cases(tree: object) -> tuple[Case, ...]:
    """Whom a condition is for; nobody where it cannot be read or is too long."""
    try:
        found = terms(None if tree is None else _plain(tree))
    except ReadingError:
        return ()
    return tuple(_case([fact for facts in term.values() for fact in facts]) for term in found or ())


def _case(facts: Sequence[Fact]) -> Case:
    about = [fact for fact in facts if fact.phrase.signal == "device"]
    devices = frozenset(word for word in _DEVICES if all(fact.allows(word) for fact in about))
    return devices, frozenset(facts) - frozenset(about)


def _plain(tree: object) -> Condition:
    """A condition in which every phrase but that of the device is a letter that is so or not."""
    if isinstance(tree, list):
        return AnyOf(tuple(_plain(part) for part in tree))
    parts = [_part(str(key), value) for key, value in tree.items()] if isinstance(tree, dict) else []
    if not parts:
        raise ReadingError
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts))


def _part(key: str, value: object) -> Condition:
    if key == "not":
        return Not(_plain(value))
    if key in ("any", "all"):
        each = value if isinstance(value, list) else [{name: part} for name, part in _items(value)]
        parts = tuple(_plain(part) for part in each)
        return AnyOf(parts) if key == "any" else AllOf(parts)
    return condition({key: value}) if key == "device" else Is(key, frozenset({repr(value)}))


def _items(value: object) -> Iterable[tuple[object, object]]:
    return value.items() if isinstance(value, dict) else ()


def _apart(rules: Sequence[Rule], otherwise: object) -> bool:
    """Whether some kind of visitor gets, as a crawler, what no device of a person gets."""
    for kind in _kinds(rules):
        meant = [(devices, shown) for cases, shown in rules for devices, rest in cases if rest <= kind]
        got = {word: next((shown for devices, shown in meant if word in devices), otherwise) for word in _DEVICES}
        if got["bot"] not in [got[word] for word in _DEVICES - {"bot"}]:
            return True
    return False


def _kinds(rules: Sequence[Rule]) -> list[Rest]:
    """What may be so of a visitor, as far as it stands beside a device."""
    rests = dict.fromkeys(rest for cases, _ in rules for devices, rest in cases if devices != _DEVICES)
    first = list(islice(rests, MOST_KINDS))
    return list(dict.fromkeys((*first, *(_joined(rest, first) for rest in first))))


def _joined(kind: Rest, others: Iterable[Rest]) -> Rest:
    """A kind of visitor of whom as much else is so as can be."""
    for other in others:
        if not {fact.phrase.signal for fact in kind} & {fact.phrase.signal for fact in other}:
            kind |= other
    return kind


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


_CLOAKING: Final = "content may not depend on whether a crawler asks: search engines call that cloaking"
_CRAWLER: Final = re.compile(
    r"bot\b|crawl|spider|slurp|google|bing|baidu|yandex|duckduck|facebookexternalhit|lighthouse", re.IGNORECASE
)
_CRAWLERS: Final = (
    "mozilla/5.0 (compatible; googlebot/2.1; +http://www.google.com/bot.html)",
    "mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "mozilla/5.0 (compatible; yandexbot/3.0; +http://yandex.com/bots)",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "googlebot",
    "bingbot",
)
_BROWSERS: Final = (
    "mozilla/5.0 (iphone; cpu iphone os 17_0 like mac os x) applewebkit/605.1.15 version/17.0 mobile safari/604.1",
    "mozilla/5.0 (windows nt 10.0; win64; x64) applewebkit/537.36 (khtml, like gecko) chrome/120.0.0.0 safari/537.36",
    "mozilla/5.0 (x11; linux x86_64; rv:120.0) gecko/20100101 firefox/120.0",
    "gold",
)
"""What crawlers and browsers call themselves, in small letters; and a word that is about neither."""

_JOINTS: Final = ("any", "all", "not")
_DEVICES: Final = frozenset(SIGNALS["device"].words)
