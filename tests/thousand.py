"""A thousand visitors whom chance has made up, always the same, and rules as rich as the language.

The site stands in a zone where it is about noon, so that no clock strikes between two answers to one question; and so
do its visitors, wherever a CDN says that they are.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Final

TOKEN: Final = "open-sesame"

NOW: Final = time.time()
_OFFSET: Final = 12 - datetime.fromtimestamp(NOW, UTC).hour
ZONE: Final = f"Etc/GMT{-_OFFSET:+d}"  # POSIX counts the other way round: Etc/GMT-5 is five hours ahead
TODAY: Final = datetime.fromtimestamp(NOW, timezone(timedelta(hours=_OFFSET)))


def day(days: int) -> str:
    """A date of the site, some days from today."""
    return (TODAY + timedelta(days=days)).strftime("%Y-%m-%d")


def weekday(days: int) -> str:
    """A day of the week, some days from today."""
    return (TODAY + timedelta(days=days)).strftime("%a").lower()


MONTH: Final = TODAY.strftime("%b").lower()
RULES: Final = {
    "site": f"""
timezone: {ZONE}
holdout: 4%
dayparts: {{forenoon: 0-10, noon: 10-15, rest: 15-24}}
places: {{oslo: {{name: Oslo, at: [59.91, 10.75]}}}}
stores: {{pier: {{name: The pier, at: [47.6, -122.34]}}, belem: {{name: Belém, at: [38.7, -9.2]}}}}
about: "/kiosk/{{place}}"
near: {{within: 50}}
""",
    "01-welcome": """
experience: welcome
purpose: content
where: [/welcome, "/de/*"]
slot: redirect
variants: {here: original, german: {redirect: /de/}, sale: {redirect: "https://sale.example/now"}}
default: here
choose:
  - when: {language: de, not: {device: other}}
    show: german
  - when: {source: [ads, email]}
    split: {here: 1, sale: 2}
""",
    "02-hero": """
experience: hero
purpose: content
where: {path: [/, "/home*", "/caf\u00e9/*"], host: ["*.example"]}
slot: "#hero"
holdout: 10%
variants:
  classic: original
  phone: {text: hero is phone}
  cosy: {text: hero is cosy, never_when: {browser: safari}}
  keen: {text: hero is keen, never_when: {any: [{device: tablet}, {language: no}]}}
choose:
  - when: {all: [{device: mobile}, {not: {any: [{language: [de, fr]}, {source: direct}]}}]}
    show: phone
  - when: {any: [{query.dark: "1"}, {os: [ios, android], daypart: noon}]}
    split: {classic: 20, cosy: 50, keen: 30}
  - learn: [classic, cosy, keen]
    from: [device, language]
""",
    "03-nav": """
experience: nav
purpose: content
where: "*"
slot: header
rollout: 60%
variants: {a: original, b: {header: {X-Nav: wide}}, c: {header: {X-Nav: narrow}}}
choose:
  - when: {save_data: true}
    show: c
  - split: {a: 1, b: 1, c: 1}
""",
    "04-home": """
experience: home
purpose: content
where: {path: "/home*", query: {v: "*"}}
slot: path
variants: {one: original, two: {path: /home-b}, three: {path: "/c\u00f4te"}}
default: one
choose:
  - when: {query.v: two}
    show: two
  - when: {query.v: [three, "3"]}
    show: three
  - split: {one: 90, two: 10}
""",
    "05-season": f"""
experience: season
purpose: content
where: ["*"]
slot: .season
starts: {day(-1)}
ends: {day(0)}
every: {weekday(0)} 08:00-18:00
variants: {{plain: original, fits: {{set: {{title: season is fits}}}}, odd: {{set: {{title: season is odd}}}}}}
choose:
  - when: {{month: {MONTH}, weekday: {weekday(0)}, hour: "9-15", source: [search, social, referral]}}
    show: fits
  - when: {{date: "< {day(0)}"}}
    show: odd
  - when: {{not: {{language: unknown}}, date: "{day(-3)} - {day(3)}"}}
    show: fits
""",
    "06-over": f"""
experience: over
purpose: content
where: "*"
slot: "#over"
ends: {day(-1)}
variants: {{plain: original, late: {{text: over is late}}}}
choose: [{{show: late}}]
""",
    "07-tomorrow": f"""
experience: tomorrow
purpose: content
where: "*"
slot: header
every: {weekday(1)}
variants: {{plain: original, early: {{header: {{X-Early: "1"}}}}}}
choose: [{{split: {{early: 1}}}}]
""",
    "08-screen": """
experience: screen
purpose: product
where: ["/kiosk/{shop}", "*.html"]
slot: "#screen"
sticky: false
variants: {left: {text: screen is left}, right: {text: screen is right}}
default: left
choose: [{split: {left: 50, right: 50}}]
""",
    "09-crumb": """
experience: crumb
purpose: content
where: "/products/{slug}"
slot: "#crumb"
rollout: 80%
holdout: 20%
variants:
  none: original
  back: {text: crumb is back}
  robot: {text: crumb is robot}
choose:
  - when: {device: desktop, browser: edge}
    show: robot
  - when: {previous.path: "/products*"}
    show: back
  - when: {utm.source: newsletter}
    split: {none: 999, back: 1}
  - when: {browser: [chrome, edge], os: unknown}
    show: robot
""",
    "10-sky": """
experience: sky
purpose: content
where: "*"
slot: "#sky"
variants:
  plain: original
  wet: {text: sky is wet}
  white: {text: sky is white}
  cold: {text: sky is cold}
  near: {text: sky is near}
  south: {text: sky is south}
choose:
  - when: {place.weather: snow, place.temperature: "< 0"}
    show: white
  - when: {weather: [rain, storm], is_day: true, not: {country: NO}}
    split: {plain: 1, wet: 3}
  - when: {temperature: "< 41F"}
    show: cold
  - when: {near: [pier, belem], not: {language: [de, fr]}}
    show: near
  - when: {any: [{city: são paulo}, {region: PT-11}, {weather: clear, wind: "> 3"}]}
    show: south
""",
}  # fmt: skip
WEATHER: Final = """{
  "47.61,-122.33": {"weather": "rain", "temperature": 9, "is_day": true},
  "59.91,10.75": {"weather": "snow", "temperature": -3, "wind": 2},
  "38.72,-9.14": {"weather": "clear", "temperature": 19, "wind": 5}
}"""
"""Where it is known what it is like."""

CDN: Final = (
    "country: X-Country, region: X-Region, city: X-City, timezone: X-Zone, latitude: X-Latitude, longitude: X-Longitude"
)
SEATTLE: Final = (("X-Country", "US"), ("X-Region", "WA"), ("X-Latitude", "47.6"), ("X-Longitude", "-122.3"))
PLACES: Final[tuple[tuple[tuple[str, str], ...], ...]] = (
    (),
    SEATTLE,
    (("X-Country", "NO"), ("X-City", "Oslo"), ("X-Latitude", "59.9"), ("X-Longitude", "10.8")),
    (("X-Country", "PT"), ("X-Region", "11"), ("X-Latitude", "38.7"), ("X-Longitude", "-9.1")),
    (("X-Country", "BR"), ("X-City", "SÃO PAULO"), ("X-Latitude", "-23.5"), ("X-Longitude", "-46.6")),
    (("X-Country", "CA"), ("X-City", "Montr%C3%A9al")),
    (("X-Country", "XX"), ("X-Latitude", "47.6"), ("X-Longitude", "-122.3")),
    (("X-Country", "US"), ("X-Latitude", "nan"), ("X-Longitude", "1e999")),
)
"""Where visitors are, as the CDN in front says it."""

TOLD: Final = ("nav", "home", "tomorrow")
"""Experiences that the origin is told of."""

IN_PAGES: Final = {"hero": "classic", "season": "plain", "over": "plain", "screen": "", "crumb": "none", "sky": "plain"}
"""Experiences of the page, and the variant that leaves the origin's content."""

REDIRECTS: Final = {"german": "/de/", "sale": "https://sale.example/now"}
"""Where the variants of `welcome` send a visitor."""

BODY: Final = b"""<!doctype html><html><head><title>Shop</title></head><body>
<h1 id=hero>hero is as it was</h1><p class="season" title="season is as it was">spring</p>
<p id=over>over is as it was</p><p id="screen">screen is as it was</p><nav id='crumb'>crumb is as it was</nav>
<p id=sky>sky is as it was</p>
</body></html>"""

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile Safari/604.1"
DESKTOP = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36"
TABLET = "Mozilla/5.0 (Linux; Android 14; SM-X710) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36"
AGENTS: Final = (
    "",
    PHONE,
    DESKTOP,
    TABLET,
    "Googlebot/2.1 (+http://www.google.com/bot.html)",
    "curl/8.5.0",
    "caf\u00e9/1.0",
)
HINTS: Final = (
    (),
    (("Sec-CH-UA-Mobile", "?1"), ("Sec-CH-UA-Platform", '"Android"')),
    (("Sec-CH-UA", '"Not/A)Brand";v="8", "Microsoft Edge";v="126"'), ("Sec-CH-UA-Mobile", "?0")),
    (("Sec-CH-UA-Platform", '"Chrome OS"'), ("Save-Data", "on")),
)
PATHS: Final = (
    "/", "/home", "/home/x", "/%68ome", "/home-b", "/welcome", "/de/", "/d%65/", "/de/x", "/caf%C3%A9/menu",
    "/caf\u00e9/menu", "/caf%E9/x",
    "/products/shoe-1", "/products/a%2Fb", "/products/", "//double//slash", "/kiosk/oslo", "/a.html",
    "/with%20space", "/a;b=c/@x:y", "/100%", "/%zz", "/x/../y", "/.", "/\"quoted\"", "/[a]|b^c{d}",
)  # fmt: skip
QUERIES: Final = (
    "", "", "", "v=two", "v=three&v=two", "v=3", "v", "v=x&dark=1", "dark=1", "dark=%31&q=a+b", "utm_source=newsletter",
    "utm_source=google&utm_medium=cpc", "utm_medium=email", "gclid=1", "%76=two", "=x&&&v=", "a=%zz&b=%ff",
    "q='[]{}|%22%3C", "?v=two", "x=1;v=two", "utm_=1&utm_x=2",
)  # fmt: skip
LANGUAGES: Final = ("", "", "de", "no, en;q=0.5", "fr-CA;q=0.4, de;q=0.9", "*", "en-US,en;q=0.9", "xx;q=9", ", ,")
REFERERS: Final = (
    "", "", "http://shop.example/products/x", "https://www.google.com/", "https://t.co/abc", "https://news.other/",
    "https://shop.example/a?b#c", "android-app://com.google.android.gm/", "no url", "http://[::1", "https://caf\u00e9.example/",
)  # fmt: skip
HOSTS: Final = ("shop.example", "shop.example", "SHOP.example:8080", "www.shop.example", "shop.test", "[::1]:80")


BAD_COOKIES: Final = (
    "windsock=off",
    "windsock=4096",
    "windsock=-1",
    "windsock=",
    "windsock=7; windsock=8",
    "windsock=007",
)


@dataclass(frozen=True, slots=True)
class Visitor:
    """One request, to be told in several ways."""

    host: str
    target: str
    fields: tuple[tuple[str, str], ...]
    cookie: str  # what the browser has stored
    bucket: str  # the same as a bucket, where a question is to say it that way

    @property
    def new(self) -> bool:
        """Whether nothing that counts was stored."""
        return not self.bucket and (not self.cookie.startswith("x=1; ")) and self.cookie != "windsock=off"

    @property
    def query(self) -> str:
        """The query as it came, with its question mark; empty without one."""
        query = self.target.partition("?")[2]
        return f"?{query}" if query else ""

    def wire(self) -> list[tuple[str, str]]:
        """The fields as a browser sends them."""
        cookie = self.cookie or (f"windsock={self.bucket}" if self.bucket else "")
        return [*self.fields, *([("Cookie", cookie)] if cookie else []), ("X-Windsock-Debug", TOKEN)]

    def question(self, bucket: str = "") -> list[tuple[str, str]]:
        """The question about such a visitor."""
        sent = [*self.fields, *([("Cookie", self.cookie)] if self.cookie else [])]
        named = [("user_agent", v) if n == "User-Agent" else ("header", f"{n}: {v}") for n, v in sent]
        buckets = [("bucket", bucket or self.bucket)] if bucket or self.bucket else []
        at = datetime.fromtimestamp(NOW, UTC).isoformat()
        return [("path", f"http://{self.host}{self.target}"), *named, *buckets, ("at", at)]

    def command(self, rules: Path, bucket: str = "") -> list[str]:
        """The question as it is typed."""
        (_, url), *rest = self.question(bucket)
        flags = [text for name, value in rest for text in (f"--{name.replace('_', '-')}", value)]
        return ["explain", url, *flags, "--rules", str(rules), "--json"]


def made_up(chance: random.Random) -> Visitor:
    """A visitor whom chance has sent."""
    query = chance.choice(QUERIES)
    named = (("User-Agent", AGENTS), ("Accept-Language", LANGUAGES), ("Referer", REFERERS))
    fields = [(name, value) for name, values in named if (value := chance.choice(values))]
    fields += [
        *chance.choice((*HINTS, (), ())),
        *chance.choice(((), (), (), (), (("Sec-GPC", "1"),), (("Sec-GPC", "0"),))),
    ]
    chance.shuffle(fields)
    stored, bucket = chance.random(), str(chance.randrange(4096))
    host, target = chance.choice(HOSTS), chance.choice(PATHS) + (f"?{query}" if query else "")
    cookie = "" if stored < 0.6 else chance.choice(("a=1; b", f"x=1; windsock={bucket}", *BAD_COOKIES))
    place = chance.choice(PLACES)
    here = (*place, ("X-Zone", ZONE)) if place else ()
    return Visitor(host, target, (*fields, *here), cookie, bucket if stored < 0.5 else "")


THOUSAND: Final = tuple(made_up(random.Random(number)) for number in range(1000))
