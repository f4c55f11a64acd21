"""Facts about places that nobody has named: `place.temp`, `{near.town}`.

Whatever is pushed for a place is a fact about it, so a name that is not known here may be right all the same. But most
often it is misspelled, and then it is unknown for ever. A label in `site.yaml` names a fact.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from rules.index import signals_of
from rules.phrase import condition
from rules.placeholder import named
from rules.problem import Mistake, Place
from rules.spelling import listed, nearest
from rules.vocabulary import Own
from rules.words import FACTS, SIGNALS

Plain = Mapping[str, Any]
Asked = Iterator[tuple[Place, str]]
"""Names, each with its place."""


def facts(site: Plain) -> Mapping[str, frozenset[str]]:
    """Family -> the names of the facts that the places of a site have."""
    spots = [*site["places"].values(), *site["stores"].values()]
    labels = {label for spot in spots for label in spot["labels"]}
    return {family: frozenset(names) | labels for family, names in FACTS.items()}


def unnamed(experience: Plain, known: Mapping[str, frozenset[str]], own: Own) -> Iterator[Mistake]:
    """A warning for each fact that an experience of the document asks for and no place has."""
    told: set[str] = set()
    for at, name in (*_conditions(experience, own), *_texts(experience)):
        family, dot, fact = name.partition(".")
        if dot and fact not in known.get(family, {fact}) and name not in told:
            told.add(name)
            yield Mistake(at, f"`{name}` is no fact that a place has by itself", _hint(family, fact, known), "warning")


def _conditions(experience: Plain, own: Own) -> Asked:
    for number, entry in enumerate(experience["choose"]):
        yield from _of(entry["when"], ("choose", number, "when"), own)
        yield from ((("choose", number, "from"), name) for name in entry["signals"])
    for name, variant in experience["variants"].items():
        yield from _of(variant["never_when"], ("variants", name, "never_when"), own)


def _of(tree: object, at: Place, own: Own) -> Asked:
    names = () if tree is None else sorted(signals_of(condition(tree, own)))
    yield from (((*at, name), name) for name in names)


def _texts(experience: Plain) -> Asked:
    for variant, plain in experience["variants"].items():
        for selector, form in plain["forms"]:
            slot = (selector,) if len(experience["slots"]) > 1 else ()
            texts: list[tuple[tuple[str, ...], str]] = [((_KEYS.get(form["kind"], form["kind"]),), form["text"])]
            texts += [(("set", name), value or "") for name, value in form["attributes"]]
            yield from ((("variants", variant, *slot, *at), name) for at, text in texts for name in named(text))


def _hint(family: str, fact: str, known: Mapping[str, frozenset[str]]) -> str:
    near = nearest(fact, known[family]) or next((each for each in sorted(known[family]) if each.startswith(fact)), None)
    if near:
        meant = f"did you mean `{family}.{near}`?"
    elif fact in SIGNALS["weather"].words and "weather" in known[family]:
        meant = f"did you mean `{family}.weather: {fact}`?"
    else:
        meant = f"there are {listed(f'{family}.{each}' for each in sorted(known[family]))}."
    return f"{meant} If it is pushed, name it as a label of the place in site.yaml: `labels: {{{fact}: none}}`"


_KEYS: Final = {"replace": "html"}
