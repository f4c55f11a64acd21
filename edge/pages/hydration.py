"""Which framework takes a page over in the browser.

A page that hydrates is compared with what its script would have written; a difference is a warning at best, and an edit
that is undone before the visitor's eyes at worst. `windsock doctor` says so before a marketer wonders.
"""

from __future__ import annotations

import itertools
import re
from typing import Final

from rules.scan import attributes, scan

_ATTRIBUTES: Final = {
    b"ng-version": "Angular",
    b"ng-server-context": "Angular",
    b"data-reactroot": "React",
    b"data-server-rendered": "Vue",
    b"data-sveltekit-preload-data": "SvelteKit",
    b"q:container": "Qwik",
    b"data-hk": "Solid",
}
"""Attributes that only one framework writes."""

_TAGS: Final = {b"astro-island": "Astro islands"}

_IDS: Final = {
    b"__next": "Next.js",
    b"__next_data__": "Next.js",
    b"__nuxt": "Nuxt",
    b"__nuxt_data__": "Nuxt",
    b"___gatsby": "Gatsby",
    b"ng-state": "Angular",
}
"""Ids of the element that a framework owns, or of its data; in lower case."""

_SCRIPTS: Final = (
    (re.compile(rb"self\.__next_f\b"), "Next.js"),
    (re.compile(rb"window\.__NUXT__"), "Nuxt"),
    (re.compile(rb"window\.__remixContext"), "Remix"),
    (re.compile(rb"window\.__reactRouterContext"), "React Router"),
    (re.compile(rb"\b__sveltekit_\w+ *="), "SvelteKit"),
    (re.compile(rb"window\.___(?:gatsby|chunkMapping|webpackCompilationHash)"), "Gatsby"),
    (re.compile(rb"window\._\$HY|\b_\$HY *="), "Solid"),
    (re.compile(rb"window\.__INITIAL_STATE__"), "Vue"),
)
"""What the inline scripts hold by which a framework hands its data to the browser."""


def framework(page: bytes) -> str | None:
    """Return the name of the framework that will take a page over in the browser, or None when none is seen."""
    tags = tuple(scan(page))
    for tag, following in itertools.zip_longest(tags, tags[1:]):
        if tag.closing:
            continue
        found = _TAGS.get(tag.name) or _by_attributes(page[tag.start : tag.end])
        if found is None and tag.name == b"script" and following is not None:
            found = _by_script(page[tag.end : following.start])
        if found is not None:
            return found
    return None


def _by_attributes(tag: bytes) -> str | None:
    for attribute in attributes(tag):
        found = _ATTRIBUTES.get(attribute.name)
        if found is None and attribute.name == b"id":
            found = _IDS.get(tag[attribute.value : attribute.end].strip(b"\"'").lower())
        if found is not None:
            return found
    return None


def _by_script(script: bytes) -> str | None:
    return next((name for sign, name in _SCRIPTS if sign.search(script)), None)
