"""The schema is tried as an editor would: by a validator of the part of draft 7 that it uses."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import rules
from rules.model import ExperienceFile
from rules.schema import DRAFT, schema
from rules.words import SIGNALS
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
    "anyOf", "allOf", "propertyNames",
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


EXAMPLES = [path for path in CASES.glob("*.yaml") if path.stem != "site"]
STARTER = Path(rules.__file__).parent / "starter" / "hello.yaml"


@pytest.mark.parametrize("file", [*EXAMPLES, STARTER], ids=lambda path: path.stem)
def test_it_accepts_what_check_accepts(file: Path) -> None:
    assert accepts(SCHEMA, read(file.name, file.read_text()).data)


WHOLE = (CASES / "whole.yaml").read_text()
DAMAGES = [
    ("purpose: content", "purpose: price"),
    ("purpose: content\n", ""),
    ("default: classic", "defualt: classic"),
    ("{country: [US, CA]", "{contry: [US, CA]"),
    ("weather: [rain, storm]", "weather: [sunny]"),
    ("holdout: 5%", "holdout: 5"),
    ("policy: visitor", "policy: greedy"),
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


def test_it_is_draft_7_and_plain_json() -> None:
    assert SCHEMA["$schema"] == DRAFT
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA


def test_every_key_is_there_with_a_description() -> None:
    keys = [field.alias or name for name, field in ExperienceFile.model_fields.items()]
    assert list(SCHEMA["properties"]) == keys
    assert all(shape.get("description") for shape in SCHEMA["properties"].values())


def test_editors_can_complete_signals_and_their_values() -> None:
    when = SCHEMA["definitions"]["when"]["properties"]
    assert set(SIGNALS) | {"any", "all", "not"} == set(when)
    assert "storm" in when["weather"]["anyOf"][0]["enum"]
    assert all(shape.get("description") for shape in when.values())


def test_every_reference_leads_somewhere() -> None:
    named = set(re.findall(r'"#/definitions/(\w+)"', json.dumps(SCHEMA)))
    assert named <= set(SCHEMA["definitions"])
