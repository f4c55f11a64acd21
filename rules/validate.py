"""From what pydantic says about a file to what a person needs to know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from rules.model import NOT_YET, EntryFile, ExperienceFile, GoalFile, SiteFile, TestFile, WhereFile
from rules.problem import Mistake, Place, ReadingError
from rules.spelling import advice, nearest
from rules.variant import NO_FORMS_YET, HeaderForm, PageForm, PathForm, RedirectForm

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
        told = [each for each in errors if each["type"] != "missing" or each["loc"] not in meant]
        return None, tuple(mistake for each in told for mistake in _mistakes(each, model, data))


def _meant(steps: tuple[str | int, ...], model: type[BaseModel]) -> tuple[str | int | None, ...]:
    """Where the key stands that was misspelled here: it is not missing as well."""
    key = str(steps[-1])
    known = key in _BELONGS or key in (*NOT_YET, *NO_FORMS_YET)
    return (*steps[:-1], None if known else nearest(key, _keys(_model_at(steps[:-1], model))))


def _keys(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _mistakes(error: Any, model: type[BaseModel], data: object) -> Iterator[Mistake]:
    steps = error["loc"]
    path = _path(steps, data)
    key = bool(steps) and path[-1:] != steps[-1:] and steps[-1] == _KEY
    reason = error.get("ctx", {}).get("error")
    if isinstance(reason, ReadingError):
        for mistake in reason.mistakes:
            inner = mistake.under(*path)
            yield Mistake(inner.at, inner.message, inner.hint, inner.severity, inner.key or key)
    elif error["type"] == "missing":
        yield Mistake(path[:-1], f"`{path[-1]}` is missing", _MISSING.get(str(path[-1]), f"add `{path[-1]}: …`"))
    elif error["type"] == "extra_forbidden":
        yield _unknown_key(path, _model_at(steps[:-1], model))
    else:
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
    if key in (*NOT_YET, *NO_FORMS_YET):
        return Mistake(path, f"`{key}` is not available yet", "delete it for now", key=True)
    if model is SiteFile and key in ExperienceFile.model_fields:
        return Mistake(path, f"`{key}` does not belong here", "give the experience a file of its own", key=True)
    if key in _BELONGS:
        return Mistake(path, f"`{key}` does not belong here", _BELONGS[key], key=True)
    return Mistake(path, f"unknown key `{key[:80]}`", advice(key, allowed, all_of_them="the keys here are"), key=True)


def _model_at(steps: tuple[str | int, ...], model: type[BaseModel]) -> type[BaseModel]:
    """The model whose keys stand under these steps of a location."""
    for step in reversed(steps):
        if step in _MODELS:
            return _MODELS[str(step)]
    return model


def _plain(error: Any, path: Place) -> tuple[str, str]:
    """Message and hint for a value of the wrong kind."""
    name = f"`{path[-1]}`" if path and isinstance(path[-1], str) else "this"
    if error["input"] is None:
        return f"{name} has no value", "write one, or delete the key"
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
    **dict.fromkeys(("when", "show", "split", "learn", "from", "policy"), "put it into an entry of `choose`"),
    **dict.fromkeys(("html", "file", "text", "set", "remove", "before", "after"), "put it into one of the `variants`"),
    **dict.fromkeys(("path", "host", "query"), "put it into `where`"),
    **dict.fromkeys(("timezone", "dayparts"), "put it into site.yaml"),
    **dict.fromkeys(ExperienceFile.model_fields, "put it at the left edge of the file"),
    "never_when": "put it into one of the `variants`",
}
"""Key -> where it belongs."""

_KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "dict_type": ("needs keys with values below it", "write them indented, one `key: value` per line"),
    "model_type": ("needs keys with values below it", "write them indented, one `key: value` per line"),
    "model_attributes_type": ("needs keys with values below it", "write them indented, one `key: value` per line"),
    "list_type": ("is a list", "begin each entry with `- `, or write [one, two]"),
    "bool_type": ("is either true or false", "write true or false, without quotes"),
    "literal_error": ("can only be true", "write `remove: true`, or `original` for a variant without a change"),
    "string_type": ("is a text", "put quotes round it"),
}
