"""From what pydantic says about a file to what a person needs to know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from rules.meant import hint_for, key_meant
from rules.model import EntryFile, ExperienceFile, GoalFile, TestFile, WhereFile
from rules.problem import Mistake, Place, ReadingError
from rules.sitefile import AllowFile, LoadFile, NearFile, PlaceFile, SiteFile, SourceFile
from rules.spelling import advice, listed, nearest
from rules.variant import HeaderForm, PageForm, PathForm, RedirectForm

Model = TypeVar("Model", bound=BaseModel)


def validate(
    model: type[Model], data: object, context: Mapping[str, object] | None = None
) -> tuple[Model | None, tuple[Mistake, ...]]:
    """The data as a model, or everything that is wrong with its shape."""
    try:
        return model.model_validate(data, context=dict(context or {})), ()
    except ValidationError as error:
        errors = error.errors(include_url=False)
        meant = {_meant(each["loc"], model) for each in errors if each["type"] == "extra_forbidden"}
        lost = _lost(data)
        told = [each for each in errors if each["loc"] not in (meant if each["type"] == "missing" else lost)]
        found = [mistake for each in told for mistake in _mistakes(each, model, data)]
        return None, (*_missing([each["loc"] for each in told if each["type"] == "missing"], data), *found)


def _meant(steps: tuple[str | int, ...], model: type[BaseModel]) -> tuple[str | int | None, ...]:
    """Where the key stands that was misspelled here: it is not missing as well."""
    key = str(steps[-1])
    here = _model_at(steps[:-1], model)
    keys = _keys(here)
    return (*steps[:-1], key_meant(key, here.__name__, keys) or (None if key in _BELONGS else nearest(key, keys)))


def _lost(data: object) -> set[Place]:
    """Keys that follow one without a value: they belong below it, and only their indentation is missing."""
    lost: set[Place] = set()
    open_key = False
    for key, value in data.items() if isinstance(data, dict) else ():
        known = key in ExperienceFile.model_fields or key in SiteFile.model_fields
        if open_key and not known:
            lost.add((key,))
        else:
            open_key = known and value is None
    return lost


def _missing(places: list[tuple[str | int, ...]], data: object) -> Iterator[Mistake]:
    """One mistake for all the keys that are missing at one place."""
    by_place: dict[Place, list[str]] = {}
    for steps in places:
        path = _path(steps, data)
        by_place.setdefault(path[:-1], []).append(str(path[-1]))
    for path, keys in by_place.items():
        are = "are" if len(keys) > 1 else "is"
        advised = [_MISSING.get(key, f"add `{key}: …`") for key in keys]
        yield Mistake(path, f"{listed(keys)} {are} missing", "; ".join(advised))


def _keys(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _mistakes(error: Any, model: type[BaseModel], data: object) -> Iterator[Mistake]:
    steps = error["loc"]
    path = _path(steps, data)
    key = bool(steps) and path[-1:] != steps[-1:] and steps[-1] == _KEY
    reason = error.get("ctx", {}).get("error")
    if path[-1:] == ("show",) and isinstance(error["input"], list):
        yield Mistake(path, "`show` takes one variant", "for several write `split: {a: 50, b: 50}` or `learn: [a, b]`")
    elif isinstance(reason, ReadingError):
        for mistake in reason.mistakes:
            inner = mistake.under(*path)
            yield Mistake(inner.at, inner.message, inner.hint, inner.severity, inner.key or key)
    elif error["type"] == "extra_forbidden":
        yield _unknown_key(path, _model_at(steps[:-1], model))
    elif error["type"] != "missing":
        yield Mistake(path, *_plain(error, path), key=key or (bool(path) and isinstance(path[-1], str)))


def _path(steps: tuple[str | int, ...], data: object) -> Place:
    """A location of pydantic as a place in the data: it also names the branch that was taken, and keys."""
    path: list[str | int] = []
    for step in steps:
        inside = isinstance(data, dict) and step in data
        if inside or step not in _NO_STEPS:
            path.append(step)
            data = data[step] if isinstance(data, dict) and inside else _item(data, step)
    return tuple(path)


def _item(data: object, step: str | int) -> object:
    return data[step] if isinstance(data, list) and isinstance(step, int) and step < len(data) else None


def _unknown_key(path: Place, model: type[BaseModel]) -> Mistake:
    key = str(path[-1])
    allowed = _keys(model)
    if (meant := key_meant(key, model.__name__, allowed)) is not None:
        return Mistake(path, f"`{key[:80]}` is called `{meant}` here", f"write `{meant}`", key=True)
    if model is SiteFile and key in ExperienceFile.model_fields:
        return Mistake(path, f"`{key}` does not belong here", "give the experience a file of its own", key=True)
    if key in _BELONGS:
        return Mistake(path, f"`{key}` does not belong here", _BELONGS[key], key=True)
    keys = [each for each in allowed if not each.startswith("$")]
    hint = hint_for(key, model.__name__, allowed) or advice(key, keys, all_of_them="the keys here are")
    return Mistake(path, f"unknown key `{key[:80]}`", hint, key=True)


def _model_at(steps: tuple[str | int, ...], model: type[BaseModel]) -> type[BaseModel]:
    """The model whose keys stand under these steps of a location."""
    for step in reversed(steps):
        if step in _MODELS:
            return _MODELS[str(step)]
    return model


def _plain(error: Any, path: Place) -> tuple[str, str]:
    """Message and hint for a value of the wrong kind."""
    key = path[-2] if len(path) > 1 and isinstance(path[-1], int) else path[-1] if path else ""
    name = f"`{path[-1]}`" if path and isinstance(path[-1], str) else "this"
    if error["input"] is None:
        return f"{name} has no value", "write one, or delete the key"
    if not path:
        return "this is no rule file", _NO_FILE
    if error["type"] == "literal_error" and path[-1] != "remove":
        return f"{name} cannot have this value", f"write {error['ctx']['expected'].replace(chr(39), '`')}"
    if (key, error["type"].replace("model", "dict")) in _SHAPES:
        return f"{name} {_KINDS[error['type']][0]}", _SHAPES[str(key), error["type"].replace("model", "dict")]
    if error["type"] in _KINDS:
        what, hint = _KINDS[error["type"]]
        return f"{name} {what}", hint
    if error["type"] == "too_short":
        return f"{name} needs at least {error['ctx']['min_length']}", "add what is missing, or delete the key"
    return f"{name} cannot have this value ({error['msg'].lower()})", "compare it with an example in rules/README.md"


_KEY: Final = "[key]"
_NO_STEPS: Final = frozenset({_KEY, "<original>", "<page>", "<header>", "<path>", "<redirect>", "<several>"})
"""What stands in a location of pydantic and not in the data."""

_MODELS: Final[Mapping[str, type[BaseModel]]] = {
    "where": WhereFile,
    "choose": EntryFile,
    "goal": GoalFile,
    "tests": TestFile,
    "places": PlaceFile,
    "stores": PlaceFile,
    "near": NearFile,
    "load": LoadFile,
    "signals": SourceFile,
    "allow": AllowFile,
    "<page>": PageForm,
    "<header>": HeaderForm,
    "<path>": PathForm,
    "<redirect>": RedirectForm,
}
"""Step of a location -> the model below it."""

_MISSING: Final = {
    "experience": "give it a name: `experience: homepage-hero`",
    "purpose": "say what it is about: `purpose: content` (or product, message)",
    "where": "say on which pages it is: `where: /`",
    "slot": 'say what on the page may differ: `slot: "#hero"` (or header, path, redirect)',
    "variants": "list the forms that it may have, one of them `classic: original`",
    "given": "name signals and values: `given: {country: US}`",
    "expect": "name the variant that must be shown: `expect: rain`",
}

_BELONGS: Final = {
    **dict.fromkeys(
        ("when", "show", "split", "learn", "from", "policy", "half_life", "prior"), "put it into an entry of `choose`"
    ),
    **dict.fromkeys(("html", "file", "text", "set", "remove", "before", "after"), "put it into one of the `variants`"),
    **dict.fromkeys(("path", "host", "query"), "put it into `where`"),
    **dict.fromkeys(("timezone", "dayparts", "events"), "put it into site.yaml"),
    **dict.fromkeys(ExperienceFile.model_fields, "put it at the left edge of the file"),
    "never_when": "put it into one of the `variants`",
}
"""Key -> where it belongs."""

_NO_FILE: Final = "begin with `experience: NAME`; behind each key stand a colon and a space; see rules/README.md"

_SHAPES: Final[Mapping[tuple[str, str], str]] = {
    ("variants", "dict_type"): "write each as `name: form` without a dash, such as `rain: {text: It rains}`",
    ("choose", "list_type"): "begin each entry with a dash: `- when: {weather: rain}`, and `show: rain` below it",
    ("tests", "list_type"): "begin each test with a dash: `- {given: {weather: rain}, expect: rain}`",
    ("split", "dict_type"): "name the variants and their shares: `split: {a: 50, b: 50}`",
    ("learn", "list_type"): "name the variants: `learn: [a, b]`",
    ("from", "list_type"): "name the signals: `from: [device, daypart]`",
    ("prior", "dict_type"): "write what is known of each variant: `prior: {rain: 8 of 200}`",
    ("set", "dict_type"): "name the attribute: `set: {src: /img/rain.jpg}`",
    ("places", "dict_type"): "write each with a name and coordinates: `bergen: {name: Bergen, at: [60.39, 5.32]}`",
    ("stores", "dict_type"): "write each with a name and coordinates: `city: {name: City, at: [59.91, 10.75]}`",
    ("near", "dict_type"): "say how near, in kilometres: `near: {within: 30}`",
    ("load", "dict_type"): "name page views a minute: `load: {busy: 600, quiet: 60}`",
    ("signals", "dict_type"): "say where each comes from: `mood: {pushed: true, values: [calm, busy]}`",
    ("events", "dict_type"): "write each as `name: day`, such as `sale: 2026-12-01 - 2026-12-24`",
    ("cache", "dict_type"): 'name pages and times: `cache: {"/shop/*": 5m}`',
    ("allow", "list_type"): "write a list: `- {experience: NAME, purpose: price, reason: …, until: 2027-03-01}`",
    ("given", "dict_type"): "name signals and values: `given: {weather: rain}`",
    ("not_worse", "list_type"): "write a list: `not_worse: [bounce, lcp]`",
    ("dayparts", "dict_type"): "write each as `name: hours`, such as `morning: 6-12`; one `key: value` per line",
}
"""Key and what is wrong with the shape of its value -> what to write."""

_KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "dict_type": ("needs keys with values below it", "write them indented, one `key: value` per line"),
    "model_type": ("needs keys with values below it", "write them indented, one `key: value` per line"),
    "model_attributes_type": ("needs keys with values below it", "write them indented, one `key: value` per line"),
    "list_type": ("needs a list", "begin each entry with `- `, or write [one, two]"),
    "bool_type": ("is either true or false", "write true or false, without quotes"),
    "literal_error": ("can only be true", "write `remove: true`, or `original` for a variant without a change"),
    "string_type": ("is a text", "put quotes round it"),
}
