"""What may stand beside a key: how it is read, and what editors are told about it.

Each type is a pair of a function that reads what is written (or raises ReadingError) and a JSON Schema of what may be
written.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetJsonSchemaHandler,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from rules import address, phrase, vocabulary, window, written
from rules.problem import wrong
from rules.signals import Value

Json = dict[str, Any]


class Shape(BaseModel):
    """A mapping with these keys and no others."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def read(function: Callable[..., object], type_: str | list[str] = "string", **more: object) -> tuple[Any, Any]:
    """The two halves of a type: the function that reads it, and a JSON Schema of this type."""
    return BeforeValidator(function), WithJsonSchema({"type": type_, **more})


def _as_list(value: object) -> object:
    if isinstance(value, list) and not value:
        raise wrong("the list is empty", "write at least one value")
    return value if isinstance(value, list) else [value]


def one_of(words: tuple[str, ...], what: str) -> Callable[[object], str]:
    """A function that reads one of some words."""
    return lambda value: written.word(value, words, what)


def _own(info: ValidationInfo) -> vocabulary.Own:
    """The site's vocabulary, which the caller of a model knows."""
    own = (info.context or {}).get("own")
    return own if isinstance(own, vocabulary.Own) else vocabulary.COMMON


def _when(tree: object, info: ValidationInfo) -> object:
    phrase.condition(tree, _own(info))
    return tree


def _given(tree: object, info: ValidationInfo) -> object:
    return phrase.given(tree, _own(info))


def _every(value: object) -> str:
    text = written.short(value)
    window.recurrence(text)
    return text


def _moment(value: object) -> str:
    text = written.short(value)
    window.moment(text, UTC)
    return text


def _timezone(value: object) -> str:
    return vocabulary.zone(written.short(value)).key


def _signal_name(value: object, info: ValidationInfo) -> str:
    return vocabulary.signal(written.short(value), _own(info)).name


def _country(value: object) -> str:
    return str(vocabulary.parse_value("country", written.short(value)))


def _day(value: object) -> str:
    return window.calendar_day(written.short(value)).isoformat()


def _original(value: object) -> str:
    if value == "original":
        return "original"
    if isinstance(value, str):
        if value.lstrip().startswith("<"):
            hint = "say that it is: {html: …}, or `html: |` with the markup below it"
            raise wrong("markup alone is no variant", hint)
        if value in ("default", "none", "control", "same", "unchanged", "baseline"):
            raise wrong(f"`{value}` is called `original` here", "write `original`: the page as the site made it")
        raise wrong(f"`{value[:80]}` is no variant", "write `original`, or a form such as {text: …} or {html: …}")
    raise wrong("a variant is `original` or a form", "write for example {text: …}, {html: …} or {set: {src: …}}")


def _untouched(value: object) -> str:
    """What becomes of one slot of several, where it is no form."""
    if value == "original":
        return "original"
    shown = f'"{value[:40]}"' if isinstance(value, str) else "…"
    hint = f"write {{text: {shown}}}, or another form; or `original`"
    raise wrong("this does not say what becomes of the slot", hint)


class Or:
    """Beside its own shape a model may be written in a shorter one, of which this is the JSON Schema."""

    def __init__(self, *shapes: Json) -> None:
        self._shapes = shapes

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [*self._shapes, handler(schema)]}


STRING: Final[Json] = {"type": "string"}
STRINGS: Final[Json] = {"type": "array", "items": STRING, "minItems": 1}
GIVEN: Final[Json] = {"x-windsock": "given"}
_WHEN: Final[Json] = {"x-windsock": "when"}
"""`rules.schema` puts the shapes of conditions in their place."""

AS_LIST: Final = BeforeValidator(_as_list)
"""One value stands for a list of one."""

Text = Annotated[str, *read(written.text, ["string", "number", "boolean"])]
Name = Annotated[str, *read(written.name, ["string", "integer"], pattern=f"^{written.NAME}$")]
When = Annotated[Any, BeforeValidator(_when), WithJsonSchema(_WHEN)]
Share = Annotated[float, *read(written.share, pattern="^[0-9.]+ *%$")]
Weight = Annotated[float, BeforeValidator(written.weight), WithJsonSchema({"type": ["number", "string"], "minimum": 0})]
Duration = Annotated[float, *read(written.duration, pattern="^[0-9.]+ *(s|sec|m|min|h|d)$")]
Prior = Annotated[tuple[float, float], *read(written.prior, pattern=r"^[0-9.]+ +of +[0-9.]+$")]
Hours = Annotated[tuple[float, float], *read(written.hours)]
Selector = Annotated[str, *read(written.selector)]
PathGlobs = Annotated[list[Annotated[str, *read(address.path_glob)]], AS_LIST, Or(STRING)]
HostGlobs = Annotated[list[Annotated[str, *read(address.host_glob)]], AS_LIST, Or(STRING)]
Texts = Annotated[list[Text], AS_LIST, Or(STRING)]
Moment = Annotated[str, *read(_moment, pattern=r"^\d{4}-\d\d-\d\d([ T]\d{1,2}:\d\d)?$")]
Attribute = Annotated[str, AfterValidator(written.attribute)]
AttributeValue = Annotated[
    str | None,
    BeforeValidator(lambda value: None if value is None else written.text(value)),
    WithJsonSchema({"type": ["string", "number", "boolean", "null"]}),
]


HeaderName = Annotated[str, AfterValidator(written.header_name)]
HeaderValue = Annotated[str, *read(written.header_value, ["string", "number", "boolean"])]
SignalName = Annotated[str, *read(_signal_name)]
Original = Annotated[str, BeforeValidator(_original), WithJsonSchema({"const": "original"})]
Untouched = Annotated[str, BeforeValidator(_untouched), WithJsonSchema({"const": "original"})]
Every = Annotated[list[Annotated[str, *read(_every)]], AS_LIST, Or(STRING)]
Zone = Annotated[str, *read(_timezone)]
Country = Annotated[str, *read(_country, pattern="^[A-Za-z]{2}$")]
Day = Annotated[str, *read(_day, pattern=r"^\d{4}-\d\d-\d\d$")]
Given = Annotated[dict[str, Value], BeforeValidator(_given), WithJsonSchema(GIVEN)]
