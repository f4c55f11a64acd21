"""Whether the parts of one experience agree with each other: names, slots and forms, dates, placeholders.

This looks at the plain data of a file, whatever state it is in, so that a misspelled variant and a misspelled signal
are reported together. What has the wrong shape is passed over here; `rules.validate` has said so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC
from typing import Any, Final

from rules import window, written
from rules.crawler import refusals
from rules.glob import captures
from rules.markup import misplaced
from rules.placeholder import named, placed, placed_value
from rules.problem import Mistake, Place, ReadingError
from rules.spelling import advice, listed, nearest
from rules.stray import strays
from rules.variant import PageForm

Plain = Mapping[str, Any]

DELIVERIES: Final = ("header", "path", "redirect")
PAGE_FORMS: Final = tuple(name for name in PageForm.model_fields if name != "never_when")
MARKUP: Final = ("html", "before", "after")


def disagreements(data: object) -> Iterator[Mistake]:
    """Everything in a rule file that does not fit together."""
    if isinstance(data, dict):
        for look in (_names, _default, _slots, _dates, refusals, _placeholders, _markup):
            yield from look(data)


def empty_values(data: object, path: Place = ()) -> Iterator[Place]:
    """Where a key or an entry has no value, except for an attribute that is to be removed."""
    items: Iterable[tuple[str | int, object]] = ()
    if isinstance(data, dict):
        items = data.items()
    elif isinstance(data, list):
        items = enumerate(data)
    for step, value in items:
        if value is None and path[-1:] != ("set",):
            yield (*path, step)
        else:
            yield from empty_values(value, (*path, step))


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _entries(data: Plain) -> list[tuple[int, dict[str, Any]]]:
    choose = data.get("choose")
    return [(at, _mapping(entry)) for at, entry in enumerate(choose)] if isinstance(choose, list) else []


def _as_list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _names(data: Plain) -> Iterator[Mistake]:
    """Variants that are named must exist."""
    variants = _mapping(data.get("variants"))
    if not variants:
        return
    named = list(_named(data))
    renamed = _renamed(variants, Counter(name for _, name, _ in named))
    for name, (near, often) in renamed.items():
        message = f"`{near[:80]}` is called `{name[:80]}` in {often} other lines, and not named anywhere"
        yield Mistake(("variants", near), message, f"write `{name[:80]}`", key=True)
    for path, name, key in named:
        if name not in variants and name not in renamed:
            hint = advice(name, variants, all_of_them="the variants are")
            yield Mistake(path, f"there is no variant `{name[:80]}`", hint, key=key)


def _renamed(variants: Plain, named: Mapping[str, int]) -> dict[str, tuple[str, int]]:
    """Names that are used several times for a variant that is spelled nearly so: where it begins is the mistake."""
    unnamed = [variant for variant in variants if variant not in named]
    missing = {name: often for name, often in named.items() if name not in variants and often > 1}
    near = {name: nearest(name, unnamed) for name in missing}
    return {name: (found, missing[name]) for name, found in near.items() if found}


def _named(data: Plain) -> Iterator[tuple[Place, str, bool]]:
    """Each place that names a variant, the name, and whether it is a key."""
    for path, name, key in _naming(data):
        if isinstance(name, str | int | float):
            yield path, written.text(name), key


def _naming(data: Plain) -> Iterator[tuple[Place, object, bool]]:
    if "default" in data:
        yield ("default",), data["default"], False
    for at, entry in _entries(data):
        if "show" in entry:
            yield ("choose", at, "show"), entry["show"], False
        for name in _mapping(entry.get("split")):
            yield ("choose", at, "split", name), name, True
        if isinstance(entry.get("learn"), list):
            yield from ((("choose", at, "learn", place), name, False) for place, name in enumerate(entry["learn"]))
    for at, test in enumerate(data["tests"] if isinstance(data.get("tests"), list) else []):
        expect = _mapping(test).get("expect")
        for place, name in enumerate(_as_list(expect)):
            yield ("tests", at, "expect", *([place] if isinstance(expect, list) else [])), name, False


def _default(data: Plain) -> Iterator[Mistake]:
    """Without `default` there must be exactly one variant that is `original`."""
    variants = _mapping(data.get("variants"))
    if "default" in data or not variants:
        return
    originals = [name for name, variant in variants.items() if variant == "original"]
    if len(originals) != 1:
        found = "no variant is `original`" if not originals else f"{listed(originals)} are `original`"
        hint = f"add for example `default: {(originals or list(variants))[0]}`"
        yield Mistake(("variants",), f"the default is not clear: {found}", hint, key=True)


def _slots(data: Plain) -> Iterator[Mistake]:
    """The forms of the variants must suit the slot."""
    slot = data.get("slot")
    for place, each in enumerate(_as_list(slot) if isinstance(slot, list) else []):
        if each in DELIVERIES:
            yield Mistake(("slot", place), f"`{each}` stands alone", f"write `slot: {each}`, or a selector")
        elif each in slot[:place]:  # type: ignore[index]  # it is a list here
            yield Mistake(("slot", place), f"`{each}` stands here twice", "keep one of them")
    for name, variant in _mapping(data.get("variants")).items():
        if isinstance(variant, dict) and slot is not None:
            yield from _form(("variants", name), variant, slot)


def _form(path: Place, variant: Plain, slot: object) -> Iterator[Mistake]:
    keys = [key for key in variant if key != "never_when"]
    if slot in DELIVERIES:
        if slot not in keys:
            yield Mistake(path, f"with `slot: {slot}` a variant is `original` or {_LIKE[str(slot)]}", _element(slot))
        return
    for key in keys:
        if key in DELIVERIES:
            yield Mistake((*path, key), f"`{key}` needs `slot: {key}`", "write page forms: html, text, set …", key=True)
    if isinstance(slot, list):
        yield from _forms_of_slots(path, keys, [str(each).strip() for each in slot])
    elif keys and not {*keys} & {*PAGE_FORMS, *DELIVERIES, "order"} and all(_is_form(variant[key]) for key in keys):
        quoted = ", ".join(f'"{key}"' for key in keys)
        hint = f"write the form itself, or a list: `slot: [{quoted}]`"
        yield Mistake((*path, keys[0]), f"`{keys[0]}` is no form, and there is only one slot", hint, key=True)


def _is_form(value: object) -> bool:
    return value == "original" or isinstance(value, dict)


def _element(slot: object) -> str:
    if slot == "header":
        return "for the element <header> of the page write `slot: body header`"
    return f"write {_LIKE[str(slot)]}; what stands on the page needs a selector as its `slot`"


def _forms_of_slots(path: Place, keys: list[str], slots: list[str]) -> Iterator[Mistake]:
    for key in keys:
        if key in PAGE_FORMS:
            hint = f'write {{"{slots[0] if slots else "#hero"}": {{{key}: …}}}}, or make `slot` a single selector'
            yield Mistake((*path, key), "`slot` is a list, so a form needs its slot", hint, key=True)
            return
        if key.strip() not in slots and key not in DELIVERIES:
            yield Mistake((*path, key), f"`{key}` is not in the list of slots", advice(key, slots), key=True)


def _dates(data: Plain) -> Iterator[Mistake]:
    """An experience must start before it ends."""
    try:
        starts = window.moment(written.text(data.get("starts")), UTC)
        ends = window.moment(written.text(data.get("ends")), UTC, whole_day=True)
    except ReadingError:
        return
    if ends <= starts:
        yield Mistake(("ends",), "it ends before it starts", f"write a date after {data['starts']}")


def _placeholders(data: Plain) -> Iterator[Mistake]:
    for name, variant in _mapping(data.get("variants")).items():
        for path, text in _texts(variant, ("variants", name)):
            yield from _placeholders_of(data, path, text)


def contents(data: object, path: Place, text: str) -> Iterator[Mistake]:
    """What is wrong with the markup of a file that a variant names there."""
    yield from _placeholders_of(data, path, text)
    yield from misplaced(text, path)


def _markup(data: Plain) -> Iterator[Mistake]:
    """Markup must be able to stand somewhere."""
    for name, variant in _mapping(data.get("variants")).items():
        for path, text in _texts(variant, ("variants", name)):
            if path[-1] in MARKUP and "set" not in path[2:-1]:
                yield from misplaced(text, path)


def _placeholders_of(data: object, path: Place, text: str) -> Iterator[Mistake]:
    """Placeholders may only stand where their values can be encoded: what `where` catches, places."""
    where = _mapping(data).get("where")
    globs = _as_list(where.get("path") if isinstance(where, dict) else where)
    caught = {name for glob in globs for name in captures(str(glob))}
    names = {name for name in named(text) if "." in name or name in caught}
    yield from strays(path, text, sorted(caught))
    yield from _missing_in_default(data, path, sorted(names), globs)
    if names and "set" in path[2:-1]:
        yield from placed_value(str(path[-1]), text, path, names)
    elif names and path[-1] != "text":
        yield from placed(text, path, names)


def _missing_in_default(data: object, path: Place, names: list[str], globs: list[Any]) -> Iterator[Mistake]:
    """The default stands where nothing else does, so it may need no value that can be missing."""
    variants, default = _mapping(_mapping(data).get("variants")), _mapping(data).get("default")
    for name in names:
        always = "." not in name and all(name in captures(str(glob)) for glob in globs)
        if path[1] == default and default in variants and not always:
            message = f"the default needs `{{{name}}}`, which may be unknown"
            yield Mistake(path, message, "make a variant without it the default, such as one that is `original`")


def named_files(data: object) -> Iterator[tuple[Place, str]]:
    """The files that the variants name, each with its place."""
    for name, variant in _mapping(_mapping(data).get("variants")).items():
        for path, form in [((name,), variant), *(((name, slot), form) for slot, form in _mapping(variant).items())]:
            file = _mapping(form).get("file")
            if isinstance(file, str) and file:
                yield ("variants", *path, "file"), file


def _texts(value: object, path: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(value, str):
        yield path, value
    for key, inner in _mapping(value).items():
        if key != "never_when":
            yield from _texts(inner, (*path, key))


_LIKE: Final = {"header": "{header: {X-Nav: wide}}", "path": "{path: /home-b}", "redirect": "{redirect: /de/}"}
