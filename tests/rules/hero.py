"""One experience: as its file is written, and bare, as data that is compiled."""

from __future__ import annotations

from typing import Any, Final

HERO: Final = """\
experience: hero
purpose: content
where: /
slot: h1
variants: {a: original, b: {text: B}}
choose:
  - when: {device: mobile}
    show: b
"""

BARE: Final[dict[str, Any]] = {
    "name": "hero",
    "file": "hero.yaml",
    "purpose": "content",
    "delivery": "page",
    "slots": ["h1"],
    "where": {"path": ["*"], "host": [], "query": {}},
    "window": {"starts": None, "ends": None, "every": []},
    "holdout": 0.0,
    "rollout": 1.0,
    "sticky": True,
    "default": "a",
    "goal": {},
}
"""Everywhere and always, without variants and entries."""
