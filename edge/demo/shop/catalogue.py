"""What the shop sells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Category:
    """One shelf of the shop."""

    slug: str
    name: str
    claim: str  # one sentence over its goods
    picture: str  # file name in /img/


@dataclass(frozen=True, slots=True)
class Product:
    """One thing to buy; its picture is `/img/SLUG.svg`."""

    slug: str
    name: str
    category: str  # a category's slug
    price: int  # pounds
    line: str  # under its name in a grid
    story: str
    facts: tuple[str, ...]
    sizes: tuple[str, ...] = ()


CATEGORIES: Final = (
    Category(
        "shelter", "Shelter", "A dry night is a good night. Pitched, soaked and slept in before we sell it.", "hero-day.svg"
    ),
    Category("clothing", "Clothing", "Layers for a coast where all four seasons turn up before lunch.", "hero-rain.svg"),
    Category("footwear", "Footwear", "For bog, rock, sand and the walk back from the pub.", "summer.svg"),
    Category("camp", "Packs & camp", "Carry less, carry it well, and have something hot at the end.", "hero-evening.svg"),
)

PRODUCTS: Final = (
    Product(
        "bothy-two",
        "Bothy Two",
        "shelter",
        289,
        "Two-person tent, 1.9 kg",
        "Named after the huts that have no lock and always a kettle. The Bothy Two stands in four minutes, inner and "
        "outer together, so the part you sleep in stays dry when the rest of the day did not.",
        ("Sleeps two, with room for wet boots", "1.9 kg packed, 42 × 14 cm", "Stands in a force 8 with all guys out"),
    ),
    Product(
        "lee-tarp",
        "Lee Tarp",
        "shelter",
        95,
        "Shelter for four and a kettle",
        "Three by three metres of quiet. Pitch it low between two trees for the night or high on walking poles for lunch; "
        "twelve loops mean that there is always one where you need it.",
        ("3 × 3 m, 620 g", "Recycled ripstop, proofed without fluorine", "Six pegs and four lines are in the bag"),
    ),
    Product(
        "eider-bag",
        "Eider Three",
        "shelter",
        210,
        "Sleeping bag, down to −4 °C",
        "Warm enough for a clear night in March and small enough to forget until you need it. The down is traced to the "
        "farm, the foot is cut wide, and the zip does not eat the lining.",
        ("Comfortable to −4 °C", "980 g, packs to the size of a loaf", "Regular to 1.85 m, long to 2.00 m"),
        ("Regular", "Long"),
    ),
    Product(
        "smirr-jacket",
        "Smirr jacket",
        "clothing",
        165,
        "Rain jacket in three layers",
        "Smirr is the word up here for rain so fine that you only notice it when you are wet. This jacket notices first: "
        "three layers, taped seams, a hood that turns with your head.",
        ("Waterproof to 20,000 mm", "Hood fits over a helmet", "Pockets clear of a rucksack’s belt"),
        ("XS", "S", "M", "L", "XL"),
    ),
    Product(
        "haar-jumper",
        "Haar jumper",
        "clothing",
        89,
        "Lambswool, knitted on the islands",
        "For the morning fog that comes in off the sea and stays for coffee. Knitted from Scottish lambswool by eleven "
        "people on two islands, and mended by them for as long as you own it.",
        ("100 % lambswool", "Knitted without side seams", "Wash cool, dry flat, wear for years"),
        ("S", "M", "L", "XL"),
    ),
    Product(
        "gannet-hat",
        "Gannet hat",
        "clothing",
        24,
        "Ribbed wool, one size",
        "A hat that stays on in the ferry’s wind. Double brim over the ears, a bobble for whoever walks behind you.",
        ("Merino and lambswool", "Double brim", "One size, made to stretch"),
    ),
    Product(
        "skerry-boot",
        "Skerry boot",
        "footwear",
        179,
        "Waterproof leather, resoleable",
        "A boot for wet rock and long days. One piece of leather, so there are few seams to leak, on a sole that a "
        "cobbler can replace. Most of ours are on their second.",
        ("Waxed full-grain leather", "Stitched sole, replaceable", "640 g each in size 42"),
        ("38", "39", "40", "41", "42", "43", "44", "45"),
    ),
    Product(
        "machair-shoe",
        "Machair shoe",
        "footwear",
        115,
        "Light trail shoe, dries in an hour",
        "The machair is the strip of flowers between the dunes and the hills. This is the shoe for it: light, low, and "
        "made to let the water out again instead of pretending that it never comes in.",
        ("285 g each in size 42", "Four-millimetre lugs", "Drains and dries in about an hour"),
        ("37", "38", "39", "40", "41", "42", "43", "44"),
    ),
    Product(
        "tussock-socks",
        "Tussock socks",
        "footwear",
        19,
        "Two pairs, mid-weight merino",
        "Two pairs, because one is always on the line. Padded where a boot rubs, thin where it does not.",
        ("Two pairs", "68 % merino", "Guaranteed against holes for three years"),
        ("36–38", "39–41", "42–44", "45–47"),
    ),
    Product(
        "cairn-pack",
        "Cairn 28",
        "camp",
        98,
        "Day pack, twenty-eight litres",
        "One big space, one lid, two pockets that you can reach without taking it off. The straps are sewn where they can "
        "be sewn again.",
        ("28 litres, 890 g", "Waxed cotton over recycled nylon", "Fits backs from 42 to 52 cm"),
    ),
    Product(
        "ember-stove",
        "Ember stove",
        "camp",
        62,
        "Boils a litre in four minutes",
        "Folds to the size of a fist and stands like a table. The flame goes from roar to simmer, because porridge matters.",
        ("Half a litre in two minutes", "86 g without the pot", "Screws onto any threaded canister"),
    ),
    Product(
        "wick-lantern",
        "Wick lantern",
        "camp",
        38,
        "Paraffin lamp, twenty hours",
        "Our oldest piece, hardly changed since the shop opened: pressed steel, a glass that you can still buy "
        "separately, and the kindest light there is to read a map by.",
        ("Burns twenty hours on one fill", "Spare glass and wick always in stock", "24 cm high"),
    ),
)


def shelf(category: str) -> tuple[Product, ...]:
    """Give the goods of one category."""
    return tuple(product for product in PRODUCTS if product.category == category)


def product(slug: str) -> Product:
    """Give the product of that name; KeyError when the shop does not sell it."""
    for one in PRODUCTS:
        if one.slug == slug:
            return one
    raise KeyError(slug)
