"""How the shop's goods look in HTML.

Every page is a fragment in `html/` whose first line names its title, its description and, where it is another form of
a page, that page; `layout.html` goes around it.
The navigation comes in two forms, and which one is the request's wish: this is the shop that reads `X-Nav`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from string import Template
from typing import Final, Literal

from edge.demo.shop.catalogue import CATEGORIES, PRODUCTS, Category, Product, product, shelf
from edge.demo.shop.guide import PLACES, WALKS, Outing

Navigation = Literal["compact", "wide"]
"""One line of names, or a second line with a picture and a claim for each department."""

_FOLDER: Final = files("edge.demo.shop") / "html"

ENGLISH: Final = {
    "lang": "en", "home": "/", "other_home": "/de/", "other_lang": "de", "other_name": "Deutsch",
    "skip": "Skip to the page", "notice": "Free delivery in the UK over £60, and sixty days to send it back",
    "shelter": "Shelter", "clothing": "Clothing", "footwear": "Footwear", "camp": "Packs &amp; camp",
    "journal": "Journal", "basket": "Basket", "shop": "Shop", "help": "Help", "visit": "Visit us",
    "delivery": "Delivery and returns", "repairs": "Repairs", "about": "About Leeside",
    "walks_name": "Walks", "places_name": "Further away", "cafe": "The pier café",
    "claim": "Gear for honest weather, made and mended on the pier.", "hours": "Every day from nine to five",
}  # fmt: skip
GERMAN: Final = {
    "lang": "de", "home": "/de/", "other_home": "/", "other_lang": "en", "other_name": "English",
    "skip": "Zum Inhalt", "notice": "Versand nach Deutschland und Österreich für 9 £, Zoll und Steuern inbegriffen",
    "shelter": "Zelte", "clothing": "Kleidung", "footwear": "Schuhe", "camp": "Rucksäcke &amp; Kochen",
    "journal": "Journal", "basket": "Korb", "shop": "Laden", "help": "Hilfe", "visit": "Besuch",
    "delivery": "Versand und Rückgabe", "repairs": "Reparaturen", "about": "Über Leeside",
    "walks_name": "Wanderungen", "places_name": "Weiter weg", "cafe": "Das Café am Pier",
    "claim": "Ausrüstung für ehrliches Wetter, am Pier gemacht und repariert.", "hours": "Täglich von neun bis fünf",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fragment:
    """What stands between header and footer of one page."""

    title: str
    description: str
    body: str
    words: Mapping[str, str]  # ENGLISH or GERMAN
    canonical: str = ""  # the page that this one is another form of


def whole(fragment: Fragment, navigation: Navigation) -> str:
    """Put header and footer around a fragment."""
    words = fragment.words
    return _template("layout").substitute(
        words,
        title=fragment.title,
        description=fragment.description,
        canonical=f'\n<link rel="canonical" href="{fragment.canonical}">' if fragment.canonical else "",
        body=fragment.body,
        navigation=_names(words),
        shelves=_departments(words) if navigation == "wide" else "",
    )


def fragment(name: str, words: Mapping[str, str] = ENGLISH) -> Fragment:
    """Read a page from `html/NAME.html` and put the goods where it asks for them."""
    first, _, body = (_FOLDER / f"{name}.html").read_text("utf-8").partition("\n")
    title, description, canonical = (*first.removeprefix("<!--").removesuffix("-->").strip().split(" | "), "")[:3]
    goods = {
        "featured": grid(product(slug) for slug in _FEATURED),
        "beginners": grid(product(slug) for slug in _FEATURED[:4]),
        "tiles": "\n".join(_tile(category, words) for category in CATEGORIES),
        "walks": _outings("/walk", WALKS),
        "places": _outings("/to", PLACES),
    }
    return Fragment(title, description, Template(body).substitute(goods), words, canonical)


_FEATURED: Final = (
    "smirr-jacket", "skerry-boot", "bothy-two", "wick-lantern",
    "cairn-pack", "haar-jumper", "ember-stove", "gannet-hat",
)  # fmt: skip


def department(category: Category) -> Fragment:
    """Show one shelf."""
    body = _template("category").substitute(
        name=escape(category.name),
        claim=escape(category.claim),
        picture=category.picture,
        grid=grid(shelf(category.slug), "three"),
    )
    return Fragment(f"{escape(category.name)} | Leeside", escape(category.claim), body, ENGLISH)


def thing(one: Product) -> Fragment:
    """Show one product, and what goes with it."""
    beside = [other for other in PRODUCTS if other.category != one.category and other.slug in _FEATURED][:4]
    body = _template("product").substitute(
        slug=one.slug,
        name=escape(one.name),
        line=escape(one.line),
        story=escape(one.story),
        price=one.price,
        category=one.category,
        category_name=next(escape(shelf.name) for shelf in CATEGORIES if shelf.slug == one.category),
        sizes=_sizes(one),
        facts="\n".join(f"<li>{escape(fact)}</li>" for fact in one.facts),
        beside=grid(beside),
    )
    return Fragment(f"{escape(one.name)} | Leeside", escape(one.line), body, ENGLISH)


def outing(template: str, one: Outing) -> Fragment:
    """Show one walk, or one place: `template` is which."""
    body = _template(template).substitute(slug=one.slug, name=escape(one.name), line=escape(one.line))
    return Fragment(f"{escape(one.name)} | Leeside", escape(one.line), body, ENGLISH)


def grid(products: Iterable[Product], columns: str = "") -> str:
    """Lay products out in a grid."""
    cards = "\n".join(map(_card, products))
    return f'<div class="{" ".join(("grid", *columns.split()))}">\n{cards}\n</div>'


def _card(one: Product) -> str:
    return (
        f'<a class="card" href="/gear/{one.slug}">'
        f'<img src="/img/{one.slug}.svg" width="400" height="400" alt="" loading="lazy">'
        f'<h3>{escape(one.name)}</h3><p>{escape(one.line)}</p><p class="price">£{one.price}</p></a>'
    )


def _outings(under: str, outings: Iterable[Outing]) -> str:
    cards = "\n".join(
        f'<a class="card" href="{under}/{one.slug}">'
        f'<img src="/art/{one.slug}-day.svg" width="1200" height="600" alt="">'
        f"<h3>{escape(one.name)}</h3><p>{escape(one.line)}</p></a>"
        for one in outings
    )
    return f'<div class="grid three">\n{cards}\n</div>'


def _tile(category: Category, words: Mapping[str, str]) -> str:
    picture = f'<img src="/img/{category.picture}" width="1600" height="800" alt="" loading="lazy">'
    return f'<a href="/{category.slug}">{picture}<strong>{words[category.slug]}</strong></a>'


def _names(words: Mapping[str, str]) -> str:
    items = "".join(f'<li><a href="/{one.slug}">{words[one.slug]}</a></li>' for one in CATEGORIES)
    return f'<nav aria-label="{words["shop"]}"><ul>{items}</ul></nav>'


def _departments(words: Mapping[str, str]) -> str:
    def one(category: Category) -> str:
        goods = shelf(category.slug)
        names = ", ".join(escape(product.name) for product in goods)
        picture = f'<img src="/img/{goods[0].slug}.svg" width="400" height="400" alt="">'
        return f'<a href="/{category.slug}">{picture}<span><strong>{words[category.slug]}</strong>{names}</span></a>'

    return f'<div class="shelves">{"".join(map(one, CATEGORIES))}</div>'


def _sizes(one: Product) -> str:
    if not one.sizes:
        return ""
    options = "".join(f"<option>{escape(size)}</option>" for size in one.sizes)
    return f'<div><label for="size">Size</label><select id="size" name="size">{options}</select></div>'


def _template(name: str) -> Template:
    return Template((_FOLDER / f"{name}.html").read_text("utf-8"))
