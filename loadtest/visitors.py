"""Who comes to the shop: thirteen people to step into, and as many of them as one likes.

A *persona* is what one kind of visitor sends with a request: nothing a server could not see from anybody.
A *visit* is one persona opening its start page and following a few links. Which links and how long it reads is drawn
beforehand from a seed, so that two runs with one seed send the same people on the same ways.

Nothing here talks to a network and nothing here knows how the site is built: links are taken from the pages.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

Fields = tuple[tuple[str, str], ...]
"""Request header fields, as pairs."""

MOST_PAGES: Final = 8
"""The longest visit, in pages."""


@dataclass(frozen=True, slots=True)
class Home:
    """Where a visitor is, as a CDN would say it."""

    city: str
    country: str  # ISO 3166-1
    region: str  # the part of ISO 3166-2 behind the country
    continent: str
    timezone: str
    latitude: float
    longitude: float

    @property
    def fields(self) -> Fields:
        """The fields that Cloudflare adds on its way; an edge believes them from a proxy that it trusts."""
        return (
            ("CF-IPCountry", self.country),
            ("CF-Region-Code", self.region),
            ("CF-IPCity", self.city),
            ("CF-IPContinent", self.continent),
            ("CF-Timezone", self.timezone),
            ("CF-IPLatitude", f"{self.latitude:.4f}"),
            ("CF-IPLongitude", f"{self.longitude:.4f}"),
        )


@dataclass(frozen=True, slots=True)
class Persona:
    """One kind of visitor, as its requests look."""

    name: str  # stands in URLs: small letters and hyphens
    sentence: str  # who that is
    user_agent: str
    language: str  # Accept-Language
    start: str = "/"  # the first page, with its query
    referer: str = ""  # where the first page was linked from
    hints: Fields = ()  # client hints and other fields of the browser
    cookies: bool = True  # whether it keeps cookies at all
    weight: int = 4  # how often it comes, against the others
    home: Home | None = None

    def __post_init__(self) -> None:
        if not self.name.replace("-", "").isalnum() or self.name != self.name.lower():
            raise ValueError(f"persona {self.name!r}: a name is small letters, digits and hyphens")
        if not self.start.startswith("/"):
            raise ValueError(f"persona {self.name}: start {self.start!r} must begin with /")

    def fields(self, referer: str | None = None) -> Fields:
        """Give the header fields of a request; without `referer` it is that of the first page."""
        came_from = self.referer if referer is None else referer
        place = self.home.fields if self.home else ()
        always = (("User-Agent", self.user_agent), ("Accept-Language", self.language), *self.hints, *place)
        return (*always, ("Referer", came_from)) if came_from else always


@dataclass(frozen=True, slots=True)
class Step:
    """One page of a visit after the first: which link, and how long the page before was read."""

    luck: float  # in [0, 1): its place among the links of the page before
    pause: float  # seconds


@dataclass(frozen=True, slots=True)
class Visit:
    """One persona's walk through the site."""

    persona: Persona
    keeps_cookies: bool
    steps: tuple[Step, ...] = field(default=())

    @property
    def pages(self) -> int:
        """How many pages it opens, if every page has a link to follow."""
        return 1 + len(self.steps)


def visits(seed: int) -> Iterator[Visit]:
    """Give visits without end, the same ones for the same seed."""
    luck = random.Random(seed)  # noqa: S311 -- simulated people need a seed, not a secret
    weights = [persona.weight for persona in PERSONAS]
    while True:
        persona = luck.choices(PERSONAS, weights)[0]
        keeps = persona.cookies and luck.random() < 0.9
        yield Visit(persona, keeps, _steps(luck))


def _steps(luck: random.Random) -> tuple[Step, ...]:
    """Draw a short walk: a third of the people leave after one page, few see all eight."""
    steps: list[Step] = []
    while len(steps) < MOST_PAGES - 1 and luck.random() < 0.68:
        steps.append(Step(luck.random(), min(8.0, luck.lognormvariate(0.6, 0.6))))
    return tuple(steps)


def persona(name: str) -> Persona | None:
    """Find a persona by its name."""
    return next((one for one in PERSONAS if one.name == name), None)


def _chrome(version: int, platform: str, mobile: bool = False) -> Fields:
    """Give the client hints that a Chromium browser sends unasked."""
    brands = f'"Chromium";v="{version}", "Google Chrome";v="{version}", "Not?A_Brand";v="24"'
    return (
        ("Sec-CH-UA", brands),
        ("Sec-CH-UA-Mobile", "?1" if mobile else "?0"),
        ("Sec-CH-UA-Platform", f'"{platform}"'),
    )


_WEBKIT: Final = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
_BLINK: Final = "AppleWebKit/537.36 (KHTML, like Gecko)"
_IPHONE: Final = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X)"

_LEEDS: Final = Home("Leeds", "GB", "ENG", "EU", "Europe/London", 53.80, -1.55)
_SEATTLE: Final = Home("Seattle", "US", "WA", "NA", "America/Los_Angeles", 47.61, -122.33)
_DENVER: Final = Home("Denver", "US", "CO", "NA", "America/Denver", 39.74, -104.99)
_GLASGOW: Final = Home("Glasgow", "GB", "SCT", "EU", "Europe/London", 55.86, -4.25)
_BERLIN: Final = Home("Berlin", "DE", "BE", "EU", "Europe/Berlin", 52.52, 13.40)
_VIENNA: Final = Home("Vienna", "AT", "9", "EU", "Europe/Vienna", 48.21, 16.37)
_OSLO: Final = Home("Oslo", "NO", "03", "EU", "Europe/Oslo", 59.91, 10.75)
_LISBON: Final = Home("Lisbon", "PT", "11", "EU", "Europe/Lisbon", 38.72, -9.14)
_DUBLIN: Final = Home("Dublin", "IE", "L", "EU", "Europe/Dublin", 53.35, -6.26)
_AUCKLAND: Final = Home("Auckland", "NZ", "AUK", "OC", "Pacific/Auckland", -36.85, 174.76)

PERSONAS: Final = (
    Persona(
        "early-bird",
        "Reads the shop over breakfast, on a laptop in Leeds.",
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_BLINK} Chrome/142.0.0.0 Safari/537.36",
        "en-GB,en;q=0.9",
        hints=_chrome(142, "Windows"),
        weight=10,
        home=_LEEDS,
    ),
    Persona(
        "sofa",
        "Looks for boots from the sofa in Seattle, phone in hand.",
        f"{_IPHONE} {_WEBKIT} Version/18.6 Mobile/15E148 Safari/604.1",
        "en-GB,en;q=0.9",
        weight=10,
        home=_SEATTLE,
    ),
    Persona(
        "letter-reader",
        "Opened this month's letter on a tablet and tapped the first link.",
        f"Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) {_WEBKIT} Version/18.6 Mobile/15E148 Safari/604.1",
        "en-GB,en;q=0.9",
        start="/?utm_source=letter&utm_medium=email&utm_campaign=field-notes",
        weight=6,
        home=_GLASGOW,
    ),
    Persona(
        "advert",
        "Tapped an advert for a two-person tent on the way home.",
        f"Mozilla/5.0 (Linux; Android 10; K) {_BLINK} Chrome/142.0.0.0 Mobile Safari/537.36",
        "en-GB,en-US;q=0.9,en;q=0.8",
        start="/?utm_source=google&utm_medium=cpc&utm_campaign=tents&gclid=Cj0KCQ",
        referer="https://www.google.com/",
        hints=_chrome(142, "Android", mobile=True),
        weight=6,
        home=_LEEDS,
    ),
    Persona(
        "berlin",
        "Speaks German and typed the address printed on the catalogue.",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0",
        "de-DE,de;q=0.8,en-US;q=0.5,en;q=0.3",
        start="/welcome",
        home=_BERLIN,
    ),
    Persona(
        "vienna",
        "Speaks German too, but came to the English page on a phone.",
        f"Mozilla/5.0 (Linux; Android 10; K) {_BLINK} Chrome/142.0.0.0 Mobile Safari/537.36",
        "de-AT,de;q=0.9,en;q=0.6",
        hints=_chrome(142, "Android", mobile=True),
        home=_VIENNA,
    ),
    Persona(
        "oslo",
        "Reads Norwegian in Oslo, and searched for a place to pitch near Lisbon.",
        f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_WEBKIT} Version/18.6 Safari/605.1.15",
        "nb-NO,nb;q=0.9,no;q=0.8,nn;q=0.7,en;q=0.5",
        start="/to/lisbon",
        referer="https://duckduckgo.com/",
        home=_OSLO,
    ),
    Persona(
        "lisbon",
        "Typed the address on a bench in the sun of Lisbon.",
        f"{_IPHONE} {_WEBKIT} Version/18.6 Mobile/15E148 Safari/604.1",
        "en-GB,en;q=0.9,pt;q=0.8",
        home=_LISBON,
    ),
    Persona(
        "searcher",
        "Searched for boots in Denver and landed straight on a product.",
        "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
        "en-GB,en;q=0.5",
        start="/gear/skerry-boot",
        referer="https://www.google.com/",
        home=_DENVER,
    ),
    Persona(
        "friend",
        "Followed a friend's picture of a campsite from a social network.",
        f"{_IPHONE} {_WEBKIT} Mobile/15E148 Instagram 390.0.0",
        "en-IE,en;q=0.9",
        start="/journal/a-night-on-the-bealach",
        referer="https://l.instagram.com/",
        home=_DUBLIN,
    ),
    Persona(
        "living-room",
        "Shows the shop to a family in Auckland, on the television.",
        f"Mozilla/5.0 (SMART-TV; Linux; Tizen 8.0) {_WEBKIT} SamsungBrowser/5.0 Chrome/108.0 TV Safari/537.36",
        "en-GB",
        weight=1,
        home=_AUCKLAND,
    ),
    Persona(
        "private",
        "Keeps no cookies and asks every site not to sell or share anything.",
        "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
        "en-US,en;q=0.5",
        hints=(("Sec-GPC", "1"), ("DNT", "1")),
        cookies=False,
        home=_SEATTLE,
    ),
    Persona(
        "crawler",
        "Reads every page for a search engine and never keeps a cookie.",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "en",
        cookies=False,
        weight=2,
    ),
)
"""Everyone who comes, in the order in which they are introduced."""
