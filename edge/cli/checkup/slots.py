"""Whether each combination of variants finds its slots on the page that the origin makes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Final
from urllib.parse import quote

import httpx

from edge.cli.checkup.origin import Page, fetch
from edge.decisions.decide import decide
from edge.decisions.matrix.matrix import Visitor
from edge.decisions.values import Decision
from edge.edition import Edition
from edge.pages.edit import edit
from edge.pages.values import Untouched
from edge.settings import Settings
from rules.values import Experience, Variant

_AS_WRITTEN: Final = "/%:?@!$&'()*+,;=~-._"


def missing(
    client: httpx.Client, settings: Settings, target: str, visitors: Iterable[Visitor], edition: Edition
) -> Iterator[str]:
    """A line for each variant that these visitors would not see, though it was decided; `target` is the page.

    Raises httpx.HTTPError when the origin cannot be asked.
    """

    @cache
    def page(path: str) -> Page:
        return fetch(client, settings, path)

    said: dict[str, None] = {}
    for visitor in visitors:
        decisions = decide(visitor.context, edition, visitor.draw)
        chosen = [(d, edition.named[d.experience]) for d in decisions if d.variant is not None]
        shown = [(d, x, x.variants[d.variant or ""]) for d, x in chosen]
        path = next((variant.target for _, x, variant in shown if x.delivery == "path" and variant.target), target)
        said.update(dict.fromkeys(_on(page(quote(path, safe=_AS_WRITTEN)), shown, settings)))
    yield from said


def _on(page: Page, shown: list[tuple[Decision, Experience, Variant]], settings: Settings) -> Iterator[str]:
    """What cannot be shown on one page."""
    where = f"{settings.origin}{page.path}"
    if page.status != httpx.codes.OK:
        yield f"{where} answers {page.status}: nothing can be shown there"
        return
    forms = [(x.name, variant.forms) for _, x, variant in shown if variant.forms]
    if not forms:
        return
    values: Mapping[str, Mapping[str, str]] = {d.experience: d.values for d, _, _ in shown if d.values}
    edited = edit(page.body, page.headers.get("content-type", ""), forms, values)
    if isinstance(edited, Untouched):
        yield f"{where} cannot be edited ({edited.reason}): its variants cannot be shown"
        return
    slots = {x.name: x.slots for _, x, _ in shown}
    named = {d.experience: d.variant for d, _, _ in shown}
    for experience, reason in edited.missing:
        what = _WHY.get(reason, f"cannot be edited there ({reason})").format(slot=" or ".join(slots[experience]))
        yield f"{experience}: {named[experience]} is not shown on {where}: {what}"


_WHY: Final[Mapping[str, str]] = {
    "no-match": "no element matches {slot}",
    "overlap": "its slot {slot} lies in one that an experience before it changes",
    "element": "the element at {slot} cannot be changed in this way",
    "markup": "its markup would not stay inside {slot}",
}
