"""The shape of a rule file and of `site.yaml`, as pydantic models.

Every field says what it holds, so that the models are also the source of the JSON Schema that editors use. What a
value means is read by the functions of `rules.written`, `rules.address`, `rules.phrase` and `rules.window`; whether the
parts of a file agree with each other is looked at in `rules.agree`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    GetJsonSchemaHandler,
    Tag,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from rules import address, phrase, vocabulary, window, written
from rules.problem import Mistake, ReadingError, wrong
from rules.signals import Value
from rules.spelling import listed
from rules.words import DAYPARTS

Json = dict[str, Any]

GUARDRAILS: Final = ("bounce", "lcp", "cls", "inp")
POLICIES: Final = ("visitor", "everyone", "cautious", "even", "rules")


def _read(read: Callable[[object], object], type_: str | list[str] = "string", **more: object) -> tuple[Any, Any]:
    return BeforeValidator(read), WithJsonSchema({"type": type_, **more})


def _as_list(value: object) -> object:
    if isinstance(value, list) and not value:
        raise wrong("the list is empty", "write at least one value")
    return value if isinstance(value, list) else [value]


def _one_of(words: tuple[str, ...], what: str) -> Callable[[object], str]:
    return lambda value: written.word(value, words, what)


def _dayparts(info: ValidationInfo) -> list[str]:
    return list((info.context or {}).get("dayparts", DAYPARTS))


def _when(tree: object, info: ValidationInfo) -> object:
    phrase.condition(tree, _dayparts(info))
    return tree


def _given(tree: object, info: ValidationInfo) -> object:
    return phrase.given(tree, _dayparts(info))


def _every(value: object) -> str:
    text = written.short(value)
    window.recurrence(text)
    return text


def _moment(value: object) -> str:
    text = written.short(value)
    window.moment(text, UTC)
    return text


def _where(value: object) -> object:
    return value if isinstance(value, dict | WhereFile) else {"path": value}


def _goal(value: object) -> object:
    return value if isinstance(value, dict) else written.goal(value)


def _timezone(value: object) -> str:
    return vocabulary.zone(written.short(value)).key


def _signal_name(value: object) -> str:
    return vocabulary.signal(written.short(value)).name


def _apart(dayparts: dict[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """No hour may lie in two parts of the day."""
    taken: dict[int, str] = {}
    for name, (start, end) in dayparts.items():
        for minute in window.around(round(start * 60), round(end * 60) - 1, window.DAY):
            if minute in taken:
                message = f"`{name}` and `{taken[minute]}` share the time from {minute // 60}:{minute % 60:02}"
                raise ReadingError(Mistake((name,), message, "let one end where the other begins"))
            taken[minute] = name
    return dayparts


def _original(value: object) -> str:
    if value == "original":
        return "original"
    if isinstance(value, str):
        raise wrong(f"`{value[:80]}` is no variant", "write `original`, or a form such as {text: …} or {html: …}")
    raise wrong("a variant is `original` or a form", "write for example {text: …}, {html: …} or {set: {src: …}}")


def _form_tag(raw: object) -> str:
    """Which shape a form in a list of slots is meant to have."""
    return "<page>" if isinstance(raw, dict | PageForm) else "<original>"


def _variant_tag(raw: object) -> str:
    """Which shape a variant is meant to have, judged by its keys."""
    if not isinstance(raw, dict):
        return "<original>"
    keys = set(raw) - {"never_when"}
    for key in ("header", "path", "redirect"):
        if key in keys:
            return f"<{key}>"
    forms = keys & (set(PageForm.model_fields) | set(NOT_YET))
    inner = all(isinstance(raw[key], dict) or raw[key] == "original" for key in keys)
    return "<several>" if keys and inner and not forms else "<page>"


class _Or:
    """Beside its own shape a model may be written in a shorter one, of which this is the JSON Schema."""

    def __init__(self, *shapes: Json) -> None:
        self._shapes = shapes

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [*self._shapes, handler(schema)]}


_STRING: Final[Json] = {"type": "string"}
_STRINGS: Final[Json] = {"type": "array", "items": _STRING, "minItems": 1}
_GIVEN: Final[Json] = {"x-windsock": "given"}
_WHEN: Final[Json] = {"x-windsock": "when"}
"""`rules.schema` puts the shapes of conditions in their place."""

_List = BeforeValidator(_as_list)
Text = Annotated[str, *_read(written.text, ["string", "number", "boolean"])]
Name = Annotated[str, *_read(written.name, ["string", "integer"], pattern=f"^{written.NAME}$")]
When = Annotated[Any, BeforeValidator(_when), WithJsonSchema(_WHEN)]
Share = Annotated[float, *_read(written.share, pattern="^[0-9.]+ *%$")]
Weight = Annotated[float, BeforeValidator(written.weight), WithJsonSchema({"type": ["number", "string"], "minimum": 0})]
Duration = Annotated[float, *_read(written.duration, pattern="^[0-9.]+ *(s|sec|m|min|h|d)$")]
Hours = Annotated[tuple[float, float], *_read(written.hours)]
Selector = Annotated[str, *_read(written.selector)]
PathGlobs = Annotated[list[Annotated[str, *_read(address.path_glob)]], _List, _Or(_STRING)]
HostGlobs = Annotated[list[Annotated[str, *_read(address.host_glob)]], _List, _Or(_STRING)]
Texts = Annotated[list[Text], _List, _Or(_STRING)]
Moment = Annotated[str, *_read(_moment, pattern=r"^\d{4}-\d\d-\d\d([ T]\d{1,2}:\d\d)?$")]
Attribute = Annotated[str, AfterValidator(written.attribute)]
AttributeValue = Annotated[
    str | None,
    BeforeValidator(lambda value: None if value is None else written.text(value)),
    WithJsonSchema({"type": ["string", "number", "boolean", "null"]}),
]


HeaderName = Annotated[str, AfterValidator(written.header_name)]
HeaderValue = Annotated[str, *_read(written.header_value, ["string", "number", "boolean"])]
SignalName = Annotated[str, *_read(_signal_name)]
Original = Annotated[str, BeforeValidator(_original), WithJsonSchema({"const": "original"})]

NOT_YET: Final = ("order", "group", "places", "stores", "load", "signals", "cache", "allow")
"""Keys that have a meaning in the language and are not built yet: they are refused, never passed over."""


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Variant(_Shape):
    never_when: When | None = Field(None, description="Where this holds, `split` and `learn` leave the variant out.")


class PageForm(_Variant):
    """What becomes of one element of the page: one of these."""

    html: Text | None = Field(None, description="Markup that replaces the whole element.")
    file: Text | None = Field(None, description="A file beside this one whose markup replaces the whole element.")
    text: Text | None = Field(None, description="Plain text that replaces the content of the element.")
    set: dict[Attribute, AttributeValue] | None = Field(None, description="Attributes to set; null removes one.")
    remove: Literal[True] | None = Field(None, description="true: the element is removed.")
    before: Text | None = Field(None, description="Markup that stands before the element.")
    after: Text | None = Field(None, description="Markup that stands after the element.")

    @model_validator(mode="after")
    def _one_form(self) -> PageForm:
        forms = self.model_fields_set - {"never_when"}
        if len(forms) != 1:
            found = f"{listed(sorted(forms))} stand together" if forms else "there is no form here"
            raise wrong(found, "write one of html, file, text, set, remove, before, after; list several slots for more")
        if getattr(self, form := next(iter(forms))) in (None, {}):
            raise ReadingError(Mistake((form,), f"`{form}` has no value", "write one, or `original` for no change"))
        return self


OneForm = Annotated[Original, Tag("<original>")] | Annotated[PageForm, Tag("<page>")]


class HeaderForm(_Variant):
    """Request headers for the origin, with `slot: header`."""

    header: dict[HeaderName, HeaderValue] = Field(min_length=1, description="Names and values of request headers.")


class PathForm(_Variant):
    """Another path to ask the origin for, with `slot: path`."""

    path: Annotated[str, *_read(address.target)] = Field(description="The path that the origin is asked for.")


class RedirectForm(_Variant):
    """Another page to send the visitor to, with `slot: redirect`."""

    redirect: Annotated[str, *_read(address.redirect)] = Field(description="A path of the site, or a whole address.")


class SeveralForms(_Variant):
    """With a list of slots: what becomes of each. A slot that is not named stays as it is."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Annotated[OneForm, Discriminator(_form_tag)]] = Field(init=False)


VariantFile = (
    Annotated[Original, Tag("<original>")]
    | Annotated[PageForm, Tag("<page>")]
    | Annotated[HeaderForm, Tag("<header>")]
    | Annotated[PathForm, Tag("<path>")]
    | Annotated[RedirectForm, Tag("<redirect>")]
    | Annotated[SeveralForms, Tag("<several>")]
)


class WhereFile(_Shape):
    """The pages that an experience is on."""

    path: PathGlobs = Field(default=["*"], description="Patterns of paths; `*` is any run of characters.")
    host: HostGlobs = Field(default=[], description="Patterns of host names.")
    query: dict[Text, Texts] = Field(default={}, description="Parameters of the address and patterns of their values.")


class EntryFile(_Shape):
    """One entry of `choose`: whom it is for, and what they get."""

    when: When | None = Field(None, description="Whom it is for; left out: everybody.")
    show: Name | None = Field(None, description="The variant to show.")
    split: dict[Name, Weight] | None = Field(None, min_length=1, description="Variants and their shares.")
    learn: list[Name] | None = Field(None, min_length=2, description="Variants of which the best is learned.")
    from_: list[SignalName] | None = Field(None, alias="from", min_length=1, description="Signals to learn from.")
    policy: Annotated[str, *_read(_one_of(POLICIES, "policy"), enum=[*POLICIES])] | None = Field(
        None, description="How `learn` learns; `visitor` where it is left out."
    )

    @model_validator(mode="after")
    def _one_action(self) -> EntryFile:
        actions = [action for action in ("show", "split", "learn") if getattr(self, action) is not None]
        if len(actions) != 1:
            found = f"{listed(actions)} stand together" if actions else "the entry shows nothing"
            raise wrong(found, "each entry has one of show, split, learn")
        for key, written_ in (("from", self.from_), ("policy", self.policy)):
            if written_ is not None and self.learn is None:
                raise ReadingError(Mistake((key,), f"`{key}` belongs to `learn`", "delete it here", key=True))
        if self.split is not None and not sum(self.split.values()):
            raise ReadingError(Mistake(("split",), "all shares are 0", "give at least one variant a share"))
        if self.learn is not None and len(set(self.learn)) < len(self.learn):
            raise ReadingError(Mistake(("learn",), "a variant stands here twice", "name each once"))
        return self


class GoalFile(_Shape):
    """What counts as success."""

    click: Selector | None = Field(None, description="A click on this element.")
    visit: PathGlobs | None = Field(None, description="A visit to this page.")
    event: Name | None = Field(None, description="An event that the site reports.")
    dwell: Duration | None = Field(None, description="That long on the page: 30s.")
    scroll: Share | None = Field(None, description="That far down the page: 80%.")
    max: Annotated[float, BeforeValidator(written.positive)] | None = Field(
        None, description="Largest value of the event."
    )

    @model_validator(mode="after")
    def _one_goal(self) -> GoalFile:
        goals = sorted(self.model_fields_set - {"max"})
        if len(goals) != 1:
            found = f"{listed(goals)} stand together" if goals else "there is no goal here"
            raise wrong(
                found, 'write one: click "#button", {visit: /thanks}, {event: signup}, {dwell: 30s}, {scroll: 80%}'
            )
        if self.max is not None and self.event is None:
            raise ReadingError(Mistake(("max",), "`max` belongs to an event", "delete it here", key=True))
        return self


Goal = Annotated[GoalFile, BeforeValidator(_goal), _Or(_STRING)]


class TestFile(_Shape):
    """One test of the marketer's own."""

    __test__ = False

    given: Annotated[dict[str, Value], BeforeValidator(_given), WithJsonSchema(_GIVEN)] = Field(
        description="Signals and their values; what is not named is unknown."
    )
    expect: Annotated[list[Name], _List, _Or(_STRING)] = Field(
        description="The variant that must be shown; or all variants that may be, where chance decides."
    )


class ExperienceFile(_Shape):
    """One experience: one thing on one or more pages that may differ."""

    schema_: Text | None = Field(None, alias="$schema", description="Where an editor finds the schema of this file.")
    experience: Name = Field(description="The name of the experience.")
    purpose: Annotated[str, *_read(written.purpose, enum=[*written.PURPOSES])] = Field(description="What it is about.")
    where: Annotated[WhereFile, BeforeValidator(_where), _Or(_STRING, _STRINGS)] = Field(description="Its pages.")
    slot: Annotated[list[Selector], _List, _Or(_STRING)] = Field(
        description="CSS selectors of what differs; or header, path, redirect."
    )
    starts: Moment | None = Field(None, description="When it starts, in the site's zone: 2026-11-01 09:00.")
    ends: Moment | None = Field(None, description="When it ends; a bare date includes that day.")
    every: Annotated[list[Annotated[str, *_read(_every)]], _List, _Or(_STRING)] = Field(
        default=[], description="Times of the week, in the site's zone: mon-fri 06:00-12:00."
    )
    holdout: Share = Field(0.0, description="Share of visitors who keep the default, so that the lift can be known.")
    rollout: Share = Field(1.0, description="Share of visitors who take part at all.")
    sticky: bool = Field(True, description="false: drawn anew on each request, for a screen that nobody owns.")
    variants: dict[Name, Annotated[VariantFile, Discriminator(_variant_tag)]] = Field(
        min_length=1, description="The forms it may have."
    )
    default: Name | None = Field(None, description="The variant where nothing else applies.")
    choose: list[EntryFile] = Field(default=[], description="Who sees what; the first entry that matches counts.")
    goal: Annotated[GoalFile, BeforeValidator(_goal), _Or(_STRING)] | None = Field(
        None, description="What counts as success."
    )
    not_worse: list[Annotated[str, *_read(_one_of(GUARDRAILS, "guardrail"), enum=[*GUARDRAILS])]] = Field(
        default=[], description="What must not get worse; a breach returns the experience to its default."
    )
    reward_window: Duration = Field(600.0, description="How long after it was seen a success counts: 10m.")
    tests: list[TestFile] = Field(default=[], description="What must hold; a file whose tests fail is refused.")


class SiteFile(_Shape):
    """What holds for the whole site."""

    schema_: Text | None = Field(None, alias="$schema", description="Where an editor finds the schema of this file.")
    timezone: Annotated[str, *_read(_timezone)] = Field("UTC", description="The site's zone: Europe/Oslo.")
    holdout: Share = Field(0.0, description="Share of visitors who keep every default.")
    dayparts: Annotated[dict[Name, Annotated[tuple[float, float], *_read(written.hours)]], AfterValidator(_apart)] = (
        Field(default=dict(DAYPARTS), min_length=1, description="Parts of the day: `morning: 6-12`.")
    )
