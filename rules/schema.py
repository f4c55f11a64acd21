"""The JSON Schema of rule files and of `site.yaml`, for editors that complete and underline.

It comes from the models that read the files. What an editor can use and the models do not say is added here: which
signals there are and which values they have. It knows one spelling of each: `windsock check` forgives more, such as
`weather: RAIN` or a number in quotes, and editors underline that. And it accepts more than check does, since it cannot
know the names of variants.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rules.model import ExperienceFile
from rules.signals import UNKNOWN
from rules.sitefile import SiteFile
from rules.vocabulary import COMMON, Own, signal
from rules.window import WEEKDAYS
from rules.words import FAMILIES, MONTHS, SIGNALS, Signal

Json = dict[str, Any]

DRAFT: Final = "http://json-schema.org/draft-07/schema#"
"""The draft that the common YAML language servers support."""

FILE: Final = "windsock.schema.json"
"""The name under which examples refer to it."""


def schema(own: Own = COMMON) -> Json:
    """The JSON Schema (draft 7) of a rule file and of `site.yaml`; `own` is the site's vocabulary.

    One name serves both: a file with a key that only `site.yaml` has is taken for that.
    """
    definitions: Json = {"when": _when(own), "given": _given(own)}
    for name, model in (("experience", ExperienceFile), ("site", SiteFile)):
        made = model.model_json_schema(ref_template="#/definitions/{model}")
        definitions |= made.pop("$defs") | {name: made}
    return {
        "$schema": DRAFT,
        "title": "Windsock rules",
        "if": {"anyOf": [*({"required": [key]} for key in _SITE_KEYS), _ONLY_A_HOLDOUT]},
        "then": {"$ref": "#/definitions/site"},
        "else": {"$ref": "#/definitions/experience"},
        "definitions": _tidy_names(definitions),
    }


def _tidy(part: Any) -> Any:
    """Draft 7 without what only pydantic's readers need: titles of fields, null for what may be left out."""
    if isinstance(part, list):
        return [_tidy(item) for item in part]
    if not isinstance(part, dict):
        return part
    if "x-windsock" in part:
        rest = {key: value for key, value in part.items() if key == "description"}
        return {**rest, "allOf": [{"$ref": f"#/definitions/{part['x-windsock']}"}]}
    kept = {key: value for key, value in part.items() if key not in ("default", "discriminator", "title")}
    if "patternProperties" in kept:
        kept = {"additionalProperties": False, **kept}
    tidy: Json = {key: _tidy_names(value) if key in _NAMED else _tidy(value) for key, value in kept.items()}
    branches = [each for each in tidy.pop("anyOf", tidy.pop("oneOf", [])) if each != {"type": "null"}]
    if len(branches) == 1:
        return {**branches[0], **tidy} if "$ref" not in branches[0] else {**tidy, "allOf": branches}
    return {**tidy, "anyOf": branches} if branches else tidy


def _tidy_names(part: Json) -> Json:
    """A mapping whose keys are names, not words of the schema language."""
    return {name: _tidy(value) for name, value in part.items()}


def _when(own: Own) -> Json:
    """Conditions: signals with a value or a list of them, and any, all, not around other conditions."""
    this = {"$ref": "#/definitions/when"}
    several = {"anyOf": [{"type": "array", "items": this, "minItems": 1}, this]}
    joints = {
        "any": {**several, "description": "One of these must hold."},
        "all": {**several, "description": "All of these must hold."},
        "not": {"allOf": [this], "description": "This must not hold; unknown stays unknown."},
    }
    one_or_more = {name: _one_or_more(about) for name, about in _all(own).items()}
    families = {_family(name): _one_or_more(signal(f"{name}.x")) for name in FAMILIES}
    return _signals({**one_or_more, **joints}, families) | {"minProperties": 1}


def _given(own: Own) -> Json:
    """The signals of a test: one value each."""
    values = {name: {**_value(about), "description": about.about} for name, about in _all(own).items()}
    return _signals(values, {_family(name): _value(signal(f"{name}.x")) for name in FAMILIES})


def _all(own: Own) -> Mapping[str, Signal]:
    return {**SIGNALS, **own.signals}


def _signals(properties: Json, patterns: Json) -> Json:
    return {
        "type": "object",
        "properties": properties,
        "patternProperties": patterns,
        "additionalProperties": False,
    }


def _family(name: str) -> str:
    return f"^{name}\\..+$"


def _one_or_more(about: Signal) -> Json:
    value = _value(about)
    return {"description": about.about, "anyOf": [value, {"type": "array", "items": value, "minItems": 1}]}


def _value(about: Signal) -> Json:
    """What may be written beside a signal; words are enumerated only where no file may add to them."""
    if about.kind == "word" and not about.name.endswith(("daypart", "event")):
        spellings = [*about.words, *(word.lower() for word in about.words if word != word.lower()), UNKNOWN]
        return {"enum": spellings}
    return _KINDS.get(about.kind, _ANYTHING)


def _named(names: tuple[str, ...], most: int) -> Json:
    whole = {"type": "integer", "minimum": 1, "maximum": most}
    return {"anyOf": [{"enum": [*names, UNKNOWN]}, whole, {"type": "string"}]}


_SITE_KEYS: Final = tuple(key for key in SiteFile.model_fields if key not in ExperienceFile.model_fields)
_ONLY_A_HOLDOUT: Final[Json] = {"required": ["holdout"], "not": {"required": ["experience"]}}

_NAMED: Final = ("properties", "patternProperties", "definitions")
_ANYTHING: Final[Json] = {"type": ["string", "number", "boolean"]}
_KINDS: Final[Mapping[str, Json]] = {
    "flag": {"anyOf": [{"type": "boolean"}, {"enum": ["yes", "no", "true", "false", UNKNOWN]}]},
    "number": {"type": ["number", "string"]},
    "temperature": {"type": ["number", "string"]},
    "hour": {"anyOf": [{"type": "integer", "minimum": 0, "maximum": 23}, {"type": "string"}]},
    "weekday": _named(WEEKDAYS, 7),
    "month": _named(MONTHS, 12),
    "country": {"type": "string", "pattern": f"^([A-Za-z]{{2}}|{UNKNOWN})$"},
    "region": {"type": "string", "pattern": f"^([A-Za-z]{{2}}-[A-Za-z0-9]{{1,3}}|{UNKNOWN})$"},
    "language": {"type": "string", "pattern": f"^([A-Za-z]{{2,3}}|{UNKNOWN})$"},
    "date": {"type": "string"},
    "zone": {"type": "string"},
}
"""Kind of signal -> what its values look like in a file."""
