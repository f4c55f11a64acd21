"""One origin and one edge for all conversations that can share them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.wire import RawOrigin, Served

RULES = {
    "hero.yaml": """
experience: hero
purpose: content
where: [/, "/page/*"]
slot: "#hero"
variants:
  classic: original
  phone: {html: '<section id="hero"><h1>Phone</h1></section>'}
choose:
  - when: {device: mobile}
    show: phone
""",
    "nav.yaml": """
experience: nav
purpose: content
where: "/nav/*"
slot: header
variants: {a: original, b: {header: {X-Nav: wide}}}
default: a
choose:
  - when: {query.nav: b}
    show: b
  - split: {a: 50, b: 50}
""",
    "home.yaml": """
experience: home
purpose: content
where: "/home*"
slot: path
variants: {one: original, two: {path: /home-b}, gone: {path: /no-such-page}}
default: one
choose:
  - when: {query.v: two}
    show: two
  - when: {query.v: gone}
    show: gone
""",
    "welcome.yaml": """
experience: welcome
purpose: content
where: /welcome
slot: redirect
variants: {here: original, german: {redirect: /de/}}
default: here
choose:
  - when: {language: de}
    show: german
""",
}


@pytest.fixture(scope="session")
def origin() -> Iterator[RawOrigin]:
    """An origin that says what a test has scripted."""
    origin = RawOrigin()
    yield origin
    origin.close()


@pytest.fixture(scope="session")
def edge(origin: RawOrigin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """`windsock serve` in front of it, with the rules above."""
    rules = tmp_path_factory.mktemp("rules")
    for name, text in RULES.items():
        (rules / name).write_text(text)
    edge = Served(origin.url, rules, "--debug-token", "open-sesame", "--max-page-bytes", "200000")
    yield edge
    edge.close()
