"""The schema is tried as an editor would: by a validator of the part of draft 7 that it uses."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

import rules
from rules.model import ExperienceFile
from rules.schema import DRAFT, schema
from rules.sitefile import SiteFile
from rules.vocabulary import Own
from rules.words import SIGNALS, Signal
from rules.yaml import read

CASES = Path(__file__).parent / "cases"
SCHEMA = schema()
TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "null": type(None),
}
KNOWN = {"$schema", "$ref", "title", "description", "definitions", "type", "enum", "const", "pattern", "properties"} | {
    "patternProperties", "required", "items", "additionalProperties", "minItems", "minProperties", "minimum", "maximum",
    "anyOf", "allOf", "propertyNames", "if", "then", "else", "not", "examples",
}  # fmt: skip
"""The words of draft 7 that this validator understands; the schema uses no others."""


def is_of(value: object, name: str) -> bool:
    return isinstance(value, TYPES[name]) and not (isinstance(value, bool) and name in ("integer", "number"))


def accepts(shape: dict[str, Any], value: object) -> bool:
    assert set(shape) <= KNOWN, set(shape) - KNOWN
    if "$ref" in shape:
        return accepts(SCHEMA["definitions"][shape["$ref"].removeprefix("#/definitions/")], value)
    names = shape.get("type", [])
    return (
        (not names or any(is_of(value, name) for name in ([names] if isinstance(names, str) else names)))
        and ("enum" not in shape or value in shape["enum"])
        and ("const" not in shape or value == shape["const"])
        and ("pattern" not in shape or not isinstance(value, str) or re.search(shape["pattern"], value) is not None)
        and ("minimum" not in shape or isinstance(value, str) or value >= shape["minimum"])
        and ("maximum" not in shape or isinstance(value, str) or value <= shape["maximum"])
        and all(accepts(each, value) for each in shape.get("allOf", []))
        and ("anyOf" not in shape or any(accepts(each, value) for each in shape["anyOf"]))
        and ("not" not in shape or not accepts(shape["not"], value))
        and ("if" not in shape or accepts(shape["then" if accepts(shape["if"], value) else "else"], value))
        and (not isinstance(value, list) or accepts_list(shape, value))
        and (not isinstance(value, dict) or accepts_mapping(shape, value))
    )


def accepts_list(shape: dict[str, Any], value: list[object]) -> bool:
    return len(value) >= shape.get("minItems", 0) and all(accepts(shape.get("items", {}), item) for item in value)


def accepts_mapping(shape: dict[str, Any], value: dict[str, object]) -> bool:
    return (
        len(value) >= shape.get("minProperties", 0)
        and all(key in value for key in shape.get("required", []))
        and all(any(accepts(each, inner) for each in shapes_of(shape, key)) for key, inner in value.items())
    )


def shapes_of(shape: dict[str, Any], key: str) -> Iterator[dict[str, Any]]:
    named = [shape["properties"][key]] if key in shape.get("properties", {}) else []
    named += [inner for pattern, inner in shape.get("patternProperties", {}).items() if re.search(pattern, key)]
    more = shape.get("additionalProperties", True)
    yield from named or ([{}] if more is True else [] if more is False else [more])


PACKAGE = Path(rules.__file__).parent
EXAMPLES = sorted([*CASES.glob("*.yaml"), *PACKAGE.glob("starter/*.yaml"), *PACKAGE.glob("site/*.yaml")])


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_it_accepts_what_check_accepts(file: Path) -> None:
    assert accepts(SCHEMA, read(file.name, file.read_text()).data)


WHOLE = (CASES / "whole.yaml").read_text()
DAMAGES = [
    ("purpose: content", "purpose: prize"),
    ("purpose: content\n", ""),
    ("default: classic", "defualt: classic"),
    ("{country: [US, CA]", "{contry: [US, CA]"),
    ("weather: [rain, storm]", "weather: [sunny]"),
    ("holdout: 5%", "holdout: 5"),
    ("policy: visitor", "policy: clever"),
    ("policy: visitor", "half_life: soon"),
    ("policy: visitor", "prior: {rain: 8/200}"),
    ("  cosy: {file: heroes/cosy.html}", "  cosy: {htm: x}"),
    ("  classic: original", "  classic: orginal"),
    ("not_worse: [bounce, lcp]", "not_worse: [bounces]"),
    ("sticky: true", "sticky: on"),
    ("reward_window: 10m", "reward_window: soon"),
]


@pytest.mark.parametrize(("old", "new"), DAMAGES)
def test_it_underlines_what_an_editor_can_know(old: str, new: str) -> None:
    assert WHOLE.count(old) == 1
    assert not accepts(SCHEMA, read("whole.yaml", WHOLE.replace(old, new)).data)


SITE = """
timezone: Europe/Oslo
holdout: 2%
dayparts: {morning: 5-11, rest: 11-5}
places:
  bergen: {name: Bergen, at: [60.39, 5.32], timezone: Europe/Oslo, country: "NO", labels: {kind: coast}}
about: "/to/{place}"
stores: {oslo-city: {name: Oslo City, at: "59.91, 10.75"}}
near: {within: 30}
load: {busy: 600, quiet: 60, margin: 20%}
signals:
  membership: {header: X-Member, values: [gold, silver]}
  queue: {call: "shop.queue:length", kind: number, within: 50ms}
  mood: {pushed: true, values: [calm, busy]}
cache: {"/shop/*": 5m, "/account/*": never}
allow:
  - {experience: harbour-price, purpose: price, reason: the same for all, until: 2027-03-01}
"""
SITE_DAMAGES = [
    ("timezone: Europe/Oslo\nholdout", "timezon: Europe/Oslo\nholdout"),
    ("holdout: 2%", "holdout: 2"),
    ("at: [60.39, 5.32]", "position: [60.39, 5.32]"),
    ("near: {within: 30}", "near: {of: [oslo-city]}"),
    ("busy: 600", "busi: 600"),
    ("pushed: true", "pushed: 1"),
    ("kind: number", "kind: digits"),
    ("membership: {", "Membership: {"),
    ('"/shop/*": 5m', '"/shop/*": soon'),
    ("purpose: price", "purpose: prize"),
    (", until: 2027-03-01", ""),
    ("until: 2027-03-01", "until: March"),
]


def test_it_accepts_a_whole_site() -> None:
    assert accepts(SCHEMA, read("site.yaml", SITE).data)
    assert accepts(SCHEMA, read("site.yaml", "holdout: 2%").data)


@pytest.mark.parametrize(("old", "new"), SITE_DAMAGES)
def test_it_underlines_what_is_wrong_in_a_site(old: str, new: str) -> None:
    assert SITE.count(old) == 1
    assert not accepts(SCHEMA, read("site.yaml", SITE.replace(old, new)).data)


def test_with_a_site_it_knows_the_signals_of_its_own() -> None:
    own = schema(Own(signals={"mood": Signal("mood", "word", "a signal of its own", ("calm", "busy"))}))
    assert "calm" in own["definitions"]["when"]["properties"]["mood"]["anyOf"][0]["enum"]


def test_it_is_draft_7_and_plain_json() -> None:
    assert SCHEMA["$schema"] == DRAFT
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA


@pytest.mark.parametrize(("name", "model"), [("experience", ExperienceFile), ("site", SiteFile)])
def test_every_key_is_there_with_a_description(name: str, model: type[BaseModel]) -> None:
    keys = [field.alias or name for name, field in model.model_fields.items()]
    assert list(SCHEMA["definitions"][name]["properties"]) == keys
    for made in SCHEMA["definitions"].values():
        assert all(shape.get("description") for shape in made.get("properties", {}).values())


def test_editors_can_complete_signals_and_their_values() -> None:
    when = SCHEMA["definitions"]["when"]["properties"]
    assert set(SIGNALS) | {"any", "all", "not"} == set(when)
    assert "storm" in when["weather"]["anyOf"][0]["enum"]
    assert all(shape.get("description") for shape in when.values())


def test_every_reference_leads_somewhere() -> None:
    named = set(re.findall(r'"#/definitions/(\w+)"', json.dumps(SCHEMA)))
    assert named <= set(SCHEMA["definitions"])
