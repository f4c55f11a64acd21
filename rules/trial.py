"""The marketer's own tests: for given signals, which variant is shown?

A test asks what a visitor with these signals would see: `where` and `choose` are asked, no schedule and no coin. What
follows from the signals is filled in (`rules.derived`), a page that is about a place gives the place's own facts, and a
placeholder without a value takes its variant away, as on the page. Without a `path` it is a page that `where` means.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rules.choose import Choice, choose
from rules.compile import zone_of
from rules.derived import completed
from rules.glob import Glob, pattern
from rules.model import TestFile
from rules.problem import Mistake
from rules.signals import UNKNOWN, Signals
from rules.spelling import listed
from rules.values import Experience
from rules.where import Where

Plain = Mapping[str, Any]


def failures(experience: Experience, tests: list[TestFile], site: Plain) -> Iterator[Mistake]:
    """A mistake for each test that does not hold; `site` is the document's."""
    zone, elsewhere = zone_of(site["timezone"]), 0
    for at, test in enumerate(tests):
        signals = completed({**_place(_page(experience.where, test.given), site), **test.given}, zone, site["dayparts"])
        outside = _outside(experience.where, signals)
        elsewhere += outside is not None
        choice = _default(experience) if outside else choose(experience, signals, _values(experience, signals))
        if {variant for variant, _ in choice.shares} != set(test.expect):
            wanted = "" if outside else _wanting(experience, test, signals)
            yield Mistake(("tests", at), *(_told_outside(experience, test, outside) or _told(choice, test, wanted)))
    if tests and elsewhere == len(tests):
        message = "no test asks for a page that is one of these"
        yield Mistake(("where",), message, "correct it, or give a test the path of such a page", "warning")


def _page(where: Where, given: Signals) -> str | None:
    """The path that is given, or the one that `where` names."""
    path = given.get("path", UNKNOWN)
    if path != UNKNOWN:
        return str(path)
    only = where.paths[0] if len(where.paths) == 1 else None
    return only.written if isinstance(only, Glob) and "*" not in only.written else None


def _place(path: str | None, site: Plain) -> Signals:
    """What `site.yaml` says of the place that a page is about; the first pattern that matches settles it."""
    for written, key in site["about"].items() if path else ():
        caught = pattern(written).capture(path or "")
        if caught is not None:
            place = caught.get(key.strip("{}"), key)
            spot = site["places"].get(place) or site["stores"].get(place)
            country = {"country": spot["country"]} if spot and spot["country"] else {}
            facts = {"name": spot["name"], **country, **spot["labels"]} if spot else {}
            return {f"place.{name}": value for name, value in facts.items()}
    return {}


def _outside(where: Where, signals: Signals) -> str | None:
    """The signal that says that the page is none of `where`; what is not given is as `where` wants it."""
    asked = (("path", where.paths), ("host", where.hosts), *((_parameter(name), globs) for name, globs in where.query))
    for name, patterns in asked:
        value = signals.get(name, UNKNOWN)
        if value != UNKNOWN and patterns and not any(each.matches(str(value)) for each in patterns):
            return name
    return None


def _parameter(name: str) -> str:
    return f"utm.{name[4:]}" if name.startswith("utm_") else f"query.{name}"


def _default(experience: Experience) -> Choice:
    return Choice(None, "default", ((experience.default, 1.0),))


def _values(experience: Experience, signals: Signals) -> dict[str, str]:
    """What stands for its placeholders: without a path whatever `where` catches does."""
    path = str(signals.get("path", UNKNOWN))
    names = {name for variant in experience.variants.values() for name in variant.placeholders}
    caught = dict.fromkeys(names, "") if path == UNKNOWN else dict(experience.where.captures(path))
    facts = {name: str(signals[name]) for name in names if signals.get(name, UNKNOWN) != UNKNOWN}
    return {name: value for name, value in caught.items() if "." not in name} | facts


def _wanting(experience: Experience, test: TestFile, signals: Signals) -> str:
    """The placeholder for want of which a variant is not shown that the test expects."""
    known, unhindered = _values(experience, signals), choose(experience, signals)
    for variant, _ in unhindered.shares:
        for name in experience.variants[variant].placeholders if variant in test.expect else ():
            if name not in known:
                return name
    return ""


def _told_outside(experience: Experience, test: TestFile, signal: str | None) -> tuple[str, str] | None:
    if signal is None:
        return None
    message = f"this test fails: {signal}={test.given[signal]} is outside `where`, so the default is shown"
    return f"{message}, `{experience.default}`, not {listed(test.expect, 'or')}", _another(signal)


def _another(signal: str) -> str:
    return f"write another `{signal}` into the test, leave it out, or correct `where`"


def _told(choice: Choice, test: TestFile, wanting: str) -> tuple[str, str]:
    given = ", ".join(f"{name}={_shown(value)}" for name, value in test.given.items()) or "nothing"
    shown = [variant for variant, _ in choice.shares]
    if wanting:
        message = f"this test fails: given {given}, nothing is known to stand for `{{{wanting}}}`, so {listed(shown)}"
        example = "Bergen" if wanting.endswith(".name") else "…"
        return (
            f"{message} is shown",
            f"add `{wanting}: {example}` to `given`, or the `path` of a page where it is known",
        )
    by = f"by entry {choice.rule}" if choice.rule else "as the default, since no entry matches"
    what = f"{listed(shown)} {'is shown' if len(shown) == 1 else 'are drawn from'} {by}"
    never = [name for name in test.expect if name not in shown]
    if never and set(shown) < set(test.expect):
        message = f"this test fails: given {given}, {what}, and `expect` also names {listed(never)}, which is not shown"
        return message, f"write `expect: {_written(shown)}`, or change `choose`"
    message = f"this test fails: given {given}, {what}, not {listed(test.expect, 'or')}"
    if len(shown) > 1:
        return message, f"write `expect: {_written(shown)}`, or change `choose`"
    return message, "change `choose`, or the test; signals that are not given, and do not follow, are unknown"


def _written(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"[{', '.join(names)}]"


def _shown(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value
