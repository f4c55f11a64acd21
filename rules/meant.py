"""Keys that people write, and what they are called here: for messages, as data.

A misspelled key is found by its spelling (`rules.spelling`); these are right words of another language than this one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_ATTRIBUTES: Final = re.findall(
    r"\S+",
    "src href alt class id style title srcset width height target rel placeholder value aria-label hidden loading",
)


def _all(words: str, meant: str) -> dict[str, str]:
    return dict.fromkeys(words.split(), meant)


EXPERIENCE: Final[Mapping[str, str]] = {
    **_all("name title id test_name campaign", "experience"),
    **_all("page pages url urls path_pattern location site on", "where"),
    **_all("selector element elements css target", "slot"),
    **_all("versions version options forms contents content", "variants"),
    **_all("rules conditions targeting targeting_rules audience audiences choices", "choose"),
    **_all("from start_date begin begins since", "starts"),
    **_all("until stop to end_date expires expiry till", "ends"),
    **_all("schedule recurring repeat hours days", "every"),
    **_all("control_group holdback control", "holdout"),
    **_all("traffic percentage percent ramp allocation", "rollout"),
    **_all("metric conversion kpi success", "goal"),
    **_all("fallback original baseline", "default"),
    **_all("guardrails guardrail", "not_worse"),
    **_all("examples expect checks", "tests"),
    **_all("type category kind about", "purpose"),
}

ENTRY: Final[Mapping[str, str]] = {
    **_all("if condition conditions audience for match matches where", "when"),
    **_all("then variant use display serve value", "show"),
    **_all("weights random shares distribution ab", "split"),
    **_all("bandit optimize optimise auto", "learn"),
    **_all("signals features by per depends_on", "from"),
    **_all("algorithm method strategy mode learner", "policy"),
    **_all("halflife half-life decay memory forget forgetting", "half_life"),
    **_all("priors known history start_from warm_start", "prior"),
}

TEST: Final[Mapping[str, str]] = {
    **_all("when if signals context with", "given"),
    **_all("show then expected shows should result variant", "expect"),
}

FORM: Final[Mapping[str, str]] = {
    **_all("markup replace replace_with code", "html"),
    **_all("content headline innertext caption label copy", "text"),
    **_all("attributes attrs attribute attr", "set"),
    **_all("hide delete hidden removed", "remove"),
    **_all("append insert_after below", "after"),
    **_all("prepend insert_before above", "before"),
    **_all("include template import partial", "file"),
    **_all("sort reorder rows", "order"),
}

SITE: Final[Mapping[str, str]] = {
    **_all("time_zone tz zone", "timezone"),
    **_all("day_parts parts", "dayparts"),
    **_all("shops branches offices", "stores"),
    **_all("allow_list allowlist allowed exceptions", "allow"),
    **_all("custom custom_signals", "signals"),
}

ALIASES: Final[Mapping[str, Mapping[str, str]]] = {
    "ExperienceFile": EXPERIENCE,
    "EntryFile": ENTRY,
    "TestFile": TEST,
    "PageForm": FORM,
    "SiteFile": SITE,
}
"""Name of a model -> what people write -> its key."""


def key_meant(written: str, model: str, keys: list[str]) -> str | None:
    """The key that was meant by one that does not exist, if that is known."""
    plain = written.strip().lower().replace(" ", "_")
    found = ALIASES.get(model, {}).get(plain)
    return found if found in keys else next((key for key in keys if key == plain != written), None)


def hint_for(written: str, model: str, keys: list[str]) -> str | None:
    """What to do about a key that does not exist, where its words tell more than its spelling."""
    first, _, rest = written.strip().partition(" ")
    if rest and first in keys:
        return f"a colon is missing behind `{first}`: write `{first}: …`"
    if model == "WhereFile" and written.lower() in ("not", "except", "exclude", "without"):
        return 'pages are left out in the entries: `when: {not: {path: "/de/*"}}`'
    if model == "EntryFile" and written in ("else", "otherwise", "default"):
        return "for everybody else write a last entry without `when`: `- show: NAME`, or name the `default`"
    if model == "PageForm" and written.lower() in _ATTRIBUTES:
        return f"it is an attribute: write {{set: {{{written}: …}}}}"
    if model == "PageForm" and written.lower() in ("image", "img", "picture", "photo", "link", "url"):
        attribute = "href" if written.lower() in ("link", "url") else "src"
        return f"write {{set: {{{attribute}: …}}}}; the slot is the element itself"
    return None


def value_meant(name: str, kind: str, written: str) -> str | None:
    """What to write in place of a value of a signal that means nothing, where its words tell."""
    text = written.strip()
    if name == "city":  # of one with a comma the reading itself says what to write
        return None
    if known := _measured(name, kind, text):
        return known
    if found := re.fullmatch(r"(?:(?:!=?|≠|<>)\s*|(?:not|no|nicht|ikke)\s+)([^\d\s].*)", text, re.IGNORECASE):
        return f"to leave one out write not: {{{name}: {found[1]}}}"
    if (kind != "zone" or "," in text) and (
        found := re.fullmatch(r"(.+?)(?:\s*,\s*|\s*/\s*|\s+(?:and|or|und|oder|og|eller)\s+|\s*&\s*|\s*\|\s*)(.+)", text)
    ):
        return f"one of several is a list: {name}: [{found[1]}, {found[2]}]"
    if kind in ("number", "temperature", "hour") and (found := _COMPARED.fullmatch(text)):
        sign = "<" if found[1].lower() in _BELOW else ">"
        return f'write the sign, in quotes: {name}: "{sign} {found[2].strip()}"'
    if name == "weather" and text.lower() in _FELT:
        return f"that is another signal: {_FELT[text.lower()]}"
    if kind == "weekday" and text.lower() in _DAYS:
        return f"write {_DAYS[text.lower()]}"
    if kind == "hour":
        return _hour_meant(text)
    if name == "daypart" and re.fullmatch(r"\d{1,2}(:\d\d)?\s*-\s*\d{1,2}(:\d\d)?", text):
        return f'hours are another signal: hour: "{text}"'
    return None


def signal_meant(name: str) -> str | None:
    """What to write in place of a signal that does not exist, where its words tell more than its spelling."""
    return _SIGNALS.get(name.strip().lower().replace(" ", "_").replace("-", "_"))


def _measured(name: str, kind: str, text: str) -> str | None:
    """A speed with its unit; from one day or month to another in words."""
    if found := _UNIT.fullmatch(text) if name.endswith("wind") else None:
        return _in_metres(name, found)
    if kind in ("weekday", "month") and (found := _FROM_TO.fullmatch(text)):
        return f"from one to another is written with a dash: {name}: {found[1][:3].lower()}-{found[2][:3].lower()}"
    return None


def _in_metres(name: str, found: re.Match[str]) -> str:
    """A speed of the wind as the bare number of metres per second."""
    factor = _METRES[found[3].lower().replace(" ", "")]
    numbers = re.sub(r"\d+(?:\.\d+)?", lambda number: f"{round(float(number[0]) * factor, 1):g}", found[2])
    return f'it is in m/s, without a unit: {name}: "{found[1]}{" " if found[1] else ""}{numbers}"'


def condition_meant(tree: object) -> str:
    """What to write in place of a condition that is none."""
    if isinstance(tree, list):
        return "leave the dashes out: {country: NO, device: mobile} asks for both; for one of them write any: […]"
    found = re.fullmatch(r"([a-z_.]+)\s*(?:is|=+|:|in)\s*(\S.*)", str(tree).strip(), re.IGNORECASE)
    return f"write {{{found[1]}: {found[2]}}}" if found else "write for example {country: NO}"


def _hour_meant(text: str) -> str | None:
    clocks = re.findall(r"(\d{1,2})(?::00)?\s*([ap])\.?m\.?", text, re.IGNORECASE)
    if clocks and all(0 < int(hour) <= 12 for hour, _ in clocks):
        hours = [str(int(hour) % 12 + (12 if half in "pP" else 0)) for hour, half in clocks]
        return f'count the hours from 0 to 23: hour: "{"-".join(hours)}"'
    return f"that is a part of the day: daypart: {text.lower()}" if re.fullmatch(r"[A-Za-z]+", text) else None


_METRES: Final = {"m/s": 1.0, "ms": 1.0, "mps": 1.0, "km/h": 1 / 3.6, "kmh": 1 / 3.6, "kph": 1 / 3.6, "mph": 0.44704}
_UNIT: Final = re.compile(r"([<>]=?|)\s*(\d[\d.]*(?:\s*-\s*\d[\d.]*)?)\s*(m/s|ms|mps|km/h|kmh|kph|mph)", re.IGNORECASE)
_FROM_TO: Final = re.compile(r"([a-z]{3,9})\s+(?:to|until|till|through|thru|bis|til)\s+([a-z]{3,9})", re.IGNORECASE)
_SIGNALS: Final = {
    **_all("time time_of_day clock day_part part_of_day", 'the time is `daypart` (evening) or `hour` ("17-22")'),
    **_all("day dayofweek day_of_week", "the day is `weekday` (mon-fri) or `date`"),
    **_all("temp degrees", "write `temperature`"),
    **_all("state province", "write `region`, such as US-CO"),
    **_all("lang locale", "write `language`"),
    **_all("town", "write `city`"),
    **_all("referrer referer", "write `source` (email, search, social), or `previous.path`"),
}
_BELOW: Final = ("below", "under", "less than", "colder than", "before", "at most", "up to", "lower than")
_COMPARED: Final = re.compile(
    rf"({'|'.join(_BELOW)}|above|over|more than|warmer than|hotter than|after|at least|from|higher than)"
    r"\s+(-?\d+(?:\.\d+)?\s*°?[CF]?)(?:\s*degrees)?",
    re.IGNORECASE,
)
_FELT: Final = {
    **dict.fromkeys(("hot", "warm", "heat"), 'temperature: "> 25"'),
    **dict.fromkeys(("cold", "freezing", "cool", "frost"), 'temperature: "< 5"'),
    **dict.fromkeys(("windy", "wind", "gale"), 'wind: "> 10"'),
    **dict.fromkeys(("dark", "night"), "is_day: false"),
}
_DAYS: Final = {
    **dict.fromkeys(("weekdays", "weekday", "workdays", "working days"), "mon-fri"),
    **dict.fromkeys(("weekend", "weekends"), "sat-sun, or use the signal `weekend: true`"),
}
