"""Words by which a text gives away what it is about: that somebody was watched, a price, something that is refused.

In English, Norwegian (Danish is near) and German; data, to be read and extended. A pattern should rather miss a text
than find one that means no harm: it asks for the whole turn of phrase ("we see that you are in"), not for a word.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final


def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_RAIN: Final = r"(?:raining|rain|snowing|snow|sunny|windy|cloudy|stormy|cold|hot|warm|-?\d+ ?°(?: ?[CF])?)"
_DEVICE: Final = r"(?:i?phone|ipad|mac|android|windows|linux|tablet|desktop|laptop|mobile|computer)"
_DEGREES: Final = r"(?:minus |[-−])?\d+ ?(?:°|degrees|grader|Grad\b)(?! of\b)"
_DOING: Final = r"(?: reading| browsing| visiting| coming| here)?"
_NAME: Final = r"(?-i:\{|[A-ZÆØÅÄÖÜ])"
"""How the name of a place begins."""

SAID_BACK: Final = (
    _any_of(
        r"\b(?:we|i)(?: can|['’]ve| have)? (?:see|seen|noticed?|detect(?:ed)?)(?: that)?"
        r" you(?:['’]re| are| live| come| came| use| have)\b.{0,40}",
        r"\b(?:we|i)(?: can)? (?:know|guess|tell|think)(?: that)?"
        r" you(?: live| come| came| use|(?:['’]re| are) (?:in|from|near|on|at|using|visiting|reading)(?! an?\b))\b"
        r".{0,40}",
        rf"\b(?:since|because|as) you(?:['’]re| are){_DOING} (?:in|from|near) {_NAME}.{{0,30}}",
        rf"\b(?:since|because|as) you(?:['’]re| are){_DOING} (?:on|from|using) (?:an? |your )?{_DEVICE}\b.{{0,30}}",
        rf"\b(?:since|because|as) it(?:['’]s| is) {_RAIN}\b.{{0,30}}",
        r"\byou(?:['’]re| are| live| (?:seem|appear|look) to be| must be)"
        rf" (?:in|from|near|visiting from|coming from|browsing from) {_NAME}.{{0,30}}",
        rf"\blooks like {_RAIN} (?:in|near|around) (?-i:[A-Z]).{{0,30}}",
        rf"\byou(?:['’]re| are) (?:on|using) (?:an? |your )?{_DEVICE}\b.{{0,20}}",
        rf"\b{_RAIN} (?:where you(?:['’]re| are| live)|at your place|outside your window)",
        rf"\b{_RAIN} in your (?:area|city|town|region)\b",
        r"\byour (?:location|ip address|city|town|region|country)"
        rf" (?:is (?:{_NAME}|\d)|(?:seems|appears) to be\b).{{0,30}}",
        rf"\b(?:it(?:['’]s| is)|currently|right now:?) (?:now |only |just )?{_DEGREES}.{{0,20}}",
        r"\b(?:hello|hi|welcome),? (?:visitors?|guests?|you) (?:from|in)\b.{0,30}",
    ),
    _any_of(
        r"\bvi (?:ser|vet|har sett|tror|merker|legger merke til) at du\b.{0,40}",
        r"\b(?:siden|fordi|ettersom) du (?:er|bor|befinner deg|kommer|sitter) (?:i|på|fra|ved)\b.{0,30}",
        rf"\b(?:du (?:er|bor|befinner deg)|(?:er|bor) du|befinner du deg) (?:nå )?i {_NAME}.{{0,30}}",
        r"\b(?:regner|snør|blåser|sol|kaldt|varmt|\d+ ?°C?)(?: nå)?(?: i [^\s,.]+)? (?:hos deg|der du (?:er|bor))\b",
        rf"\bdet er (?:nå |bare )?{_DEGREES}.{{0,20}}",
    ),
    _any_of(
        r"\bwir (?:sehen|wissen|merken|glauben|haben bemerkt),? (?:dass )?(?:sie|du)\b.{0,40}",
        r"\b(?:sie (?:sind|wohnen|befinden sich)|du (?:bist|wohnst|befindest dich)"
        rf"|(?:wohnen|sind) sie|(?:wohnst|bist) du) (?:gerade )?in {_NAME}.{{0,30}}",
        r"\bbei (?:ihnen|dir) (?:regnet|schneit|scheint|stürmt|ist es)\b.{0,30}",
        r"\b(?:regen|schnee|sonne|\d+ ?°C?) (?:bei ihnen|bei dir|wo (?:sie|du) gerade (?:sind|bist))\b",
        rf"\bes (?:ist|sind|hat) (?:gerade |jetzt |nur )?{_DEGREES}.{{0,20}}",
    ),
)
"""Turns of phrase that tell visitors what was found out about them, by language."""

_CURRENCY: Final = r"(?:USD|EUR|GBP|NOK|SEK|DKK|CHF|kr|kroner|kronor|euros?|dollars?|pounds?)"

_PERCENT: Final = r"(?:%|per ?cent\b|prosent\b|prozent\b)"

PRICE: Final = _any_of(
    rf"(?:[€$£¥]|\b{_CURRENCY}\.?) ?\d[\d.,]*",
    rf"\b\d[\d.,]* ?(?:[€£¥]|{_CURRENCY}\b|,-)",
    rf"\b\d{{1,2}} ?{_PERCENT} ?(?:off|discount|cheaper|rabatt|avslag|billigere|günstiger)\b",
    rf"\b(?:save|spar|sparen sie|spare) \d{{1,2}} ?{_PERCENT}",
    r"(?<![\w.%])[-−–] ?\d{1,2} ?%",
    r"\b(?:half[- ]price|half the price|halv pris|halve prisen|zum halben preis|halber preis)\b",
    r"\{price\}",
)
"""An amount of money, or a discount."""

SENSITIVE: Final[Mapping[str, re.Pattern[str]]] = {
    "credit": _any_of(
        r"\b(?:personal loan|apply for a loan|loan offer|credit card|credit limit|mortgage|instal?ment plan)s?\b",
        r"\b(?:interest rate|APR) (?:of|from)\b",
        r"\b(?:forbrukslån|boliglån|kredittkort|ratenkredit|darlehen|kreditkarte)\b",
    ),
    "housing": _any_of(
        r"\b(?:apartment|flat|house|home|room)s? (?:for|to) (?:rent|let)\b",
        r"\b(?:rent an apartment|leiligheter til leie|bolig til leie)\b",
        r"\bmietwohnung(?:en)?\b",
    ),
    "jobs": _any_of(
        r"\b(?:we(?:['’]re| are) hiring|job (?:offer|opening|vacanc)\w*|open positions?|vacancies)\b",
        r"\b(?:ledige? stillinger?|søk jobben|stellenangebote?|offene stellen)\b",
    ),
    "insurance": _any_of(r"\b\w*(?:insurance|forsikring|versicherung)\w*\b"),
    "health": _any_of(
        r"\b(?:prescription|diagnos[ie]s|symptoms?|antidepressants?|painkillers?|clinical trial|pregnan(?:t|cy))\b",
        r"\b(?:legemidd\w+|diagnosen?|resept|gravid|medikamente?|schwanger)\b",
    ),
}
"""What is refused as a purpose -> words that speak of it."""
