"""The page that every target serves: 20 KB of HTML as a shop would send it, the same bytes on every machine."""

from __future__ import annotations

import random
from typing import Final

SIZE: Final = 20_480

_WORDS: Final = (
    *("tent", "stove", "lantern", "rope", "boot", "wool", "rain", "ridge", "loch", "birch", "heather", "summit"),
    *("warm", "light", "dry", "sturdy", "quiet", "packable", "repairable", "waxed", "for", "with", "and", "under"),
)
_HEAD: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Northward: things for outdoors</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/static/site.css"><script src="/static/site.js" defer></script></head>
<body><header><a href="/">Northward</a><nav><a href="/tents">Tents</a> <a href="/boots">Boots</a></nav></header>
<p id="banner">Free delivery from sixty pounds</p>
<section id="hero"><h1>Out before the rain</h1><img src="/static/hero.jpg" alt="A tent by a loch"></section>
<section id="picks"><h2>Picked for you</h2><ul><li>Lantern</li><li>Stove</li><li>Rope</li></ul></section>
<main>
"""
_FOOT: Final = "</main><footer><p>Northward, by the pier</p></footer></body></html>\n"


def page() -> bytes:
    """Exactly `SIZE` bytes."""
    chance = random.Random(20)  # noqa: S311 -- the same page every time, nothing is kept secret
    text = _HEAD
    number = 0
    while len(text) + len(_FOOT) + 600 < SIZE:
        number += 1
        text += _article(number, chance)
    filling = "." * (SIZE - len(text) - len(_FOOT) - len("<!--  -->"))
    return f"{text}<!-- {filling} -->{_FOOT}".encode("ascii")


def _article(number: int, chance: random.Random) -> str:
    name = " ".join(chance.choices(_WORDS, k=3)).capitalize()
    words = " ".join(chance.choices(_WORDS, k=24)).capitalize()
    price = chance.randrange(900, 39_900) / 100
    return (
        f'<article class="card" data-sku="{number:05d}"><a href="/p/{number:05d}"><img loading="lazy" '
        f'src="/static/p/{number:05d}.webp" alt="{name}" width="320" height="240"></a>'
        f'<h3>{name}</h3><p>{words}.</p><p class="price">&pound;{price:.2f}</p></article>\n'
    )
