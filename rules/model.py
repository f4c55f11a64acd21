"""The shape of a rule file, as pydantic models; that of `site.yaml` is in `rules.sitefile`.

Every field says what it holds, so that the models are also the source of the JSON Schema that editors use. What a
value means is read by the functions of `rules.written`, `rules.address`, `rules.phrase` and `rules.window`; whether the
parts of a file agree with each other is looked at in `rules.agree`.
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import BeforeValidator, Discriminator, Field, ValidationInfo, model_validator

from rules import written
from rules.field import (
    AS_LIST,
    STRING,
    STRINGS,
    Duration,
    Every,
    Given,
    HostGlobs,
    Moment,
    Name,
    Or,
    PathGlobs,
    Prior,
    Selector,
    Shape,
    Share,
    SignalName,
    Text,
    Texts,
    Weight,
    When,
    one_of,
    read,
)  # fmt: skip
from rules.problem import Mistake, ReadingError, wrong
from rules.spelling import advice, listed
from rules.variant import VariantFile, variant_tag

GUARDRAILS: Final = ("bounce", "lcp", "cls", "inp", "errors")
POLICIES: Final = ("visitor", "everyone", "cautious", "even", "rules", "greedy", "gap")


def _where(value: object) -> object:
    return value if isinstance(value, dict | WhereFile) else {"path": value}


def _goal(value: object) -> object:
    return value if isinstance(value, dict) else written.goal(value)


def _purpose(value: object, info: ValidationInfo) -> str:
    """A purpose; one that is refused needs a permission in `site.yaml` for this experience."""
    allowed = (info.context or {}).get("allowed", ())
    if isinstance(value, str) and (info.data.get("experience"), value) in allowed:
        return value
    return written.purpose(value)


class WhereFile(Shape):
    """The pages that an experience is on."""

    path: PathGlobs = Field(default=["*"], description="Patterns of paths; `*` is any run of characters.")
    host: HostGlobs = Field(default=[], description="Patterns of host names.")
    query: dict[Text, Texts] = Field(default={}, description="Parameters of the address and patterns of their values.")


class EntryFile(Shape):
    """One entry of `choose`: whom it is for, and what they get."""

    when: When | None = Field(None, description="Whom it is for; left out: everybody.")
    show: Name | None = Field(None, description="The variant to show.")
    split: dict[Name, Weight] | None = Field(None, min_length=1, description="Variants and their shares.")
    learn: list[Name] | None = Field(None, min_length=2, description="Variants of which the best is learned.")
    from_: list[SignalName] | None = Field(None, alias="from", min_length=1, description="Signals to learn from.")
    policy: Annotated[str, *read(one_of(POLICIES, "policy"), enum=[*POLICIES])] | None = Field(
        None, description="How `learn` learns; `visitor` where it is left out."
    )
    half_life: Duration | None = Field(
        None, description="After how long what was learned counts half: 14d. A short one follows what is trending."
    )
    prior: dict[Name, Prior] | None = Field(
        None, min_length=1, description="What is known of variants before the start: `rain: 8 of 200` visits succeeded."
    )

    @model_validator(mode="after")
    def _one_action(self) -> EntryFile:
        actions = [action for action in ("show", "split", "learn") if getattr(self, action) is not None]
        if len(actions) != 1:
            found = f"{listed(actions)} stand together" if actions else "the entry shows nothing"
            raise wrong(found, "each entry has one of show, split, learn")
        for name in ("from_", "policy", "half_life", "prior"):
            if getattr(self, name) is not None and self.learn is None:
                key = name.rstrip("_")
                raise ReadingError(Mistake((key,), f"`{key}` belongs to `learn`", "delete it here", key=True))
        for name in self.prior or ():
            if name not in (self.learn or ()):
                hint = advice(name, self.learn or (), all_of_them="it learns of")
                raise ReadingError(Mistake(("prior", name), f"`{name}` is not learned of here", hint, key=True))
        if self.split is not None and not sum(self.split.values()):
            raise ReadingError(Mistake(("split",), "all shares are 0", "give at least one variant a share"))
        if self.learn is not None and len(set(self.learn)) < len(self.learn):
            raise ReadingError(Mistake(("learn",), "a variant stands here twice", "name each once"))
        return self


class GoalFile(Shape):
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


Goal = Annotated[GoalFile, BeforeValidator(_goal), Or(STRING)]


class TestFile(Shape):
    """One test of the marketer's own."""

    __test__ = False

    given: Given = Field(description="Signals and their values; what is not named is unknown.")
    expect: Annotated[list[Name], AS_LIST, Or(STRING)] = Field(
        description="The variant that must be shown; or all variants that may be, where chance decides."
    )


class ExperienceFile(Shape):
    """One experience: one thing on one or more pages that may differ."""

    schema_: Text | None = Field(None, alias="$schema", description="Where an editor finds the schema of this file.")
    experience: Name = Field(description="The name of the experience.")
    purpose: Annotated[str, *read(_purpose, enum=[*written.PURPOSES, *written.REFUSED])] = Field(
        description="What it is about: content, product or message. The others need a permission in site.yaml."
    )
    where: Annotated[WhereFile, BeforeValidator(_where), Or(STRING, STRINGS)] = Field(description="Its pages.")
    slot: Annotated[list[Selector], AS_LIST, Or(STRING)] = Field(
        description="CSS selectors of what differs; or header, path, redirect."
    )
    starts: Moment | None = Field(None, description="When it starts, in the site's zone: 2026-11-01 09:00.")
    ends: Moment | None = Field(None, description="When it ends; a bare date includes that day.")
    every: Every = Field(default=[], description="Times of the week, in the site's zone: mon-fri 06:00-12:00.")
    holdout: Share = Field(0.0, description="Share of visitors who keep the default, so that the lift can be known.")
    rollout: Share = Field(1.0, description="Share of visitors who take part at all.")
    group: Name | None = Field(
        None, description="At most one experience of a group meets a visitor: each has an equal part of them."
    )
    sticky: bool = Field(True, description="false: drawn anew on each request, for a screen that nobody owns.")
    variants: dict[Name, Annotated[VariantFile, Discriminator(variant_tag)]] = Field(
        min_length=1, description="The forms it may have."
    )
    default: Name | None = Field(None, description="The variant where nothing else applies.")
    choose: list[EntryFile] = Field(default=[], description="Who sees what; the first entry that matches counts.")
    goal: Goal | None = Field(None, description="What counts as success.")
    not_worse: list[Annotated[str, *read(one_of(GUARDRAILS, "guardrail"), enum=[*GUARDRAILS])]] = Field(
        default=[], description="What must not get worse; a breach returns the experience to its default."
    )
    reward_window: Duration = Field(600.0, description="How long after it was seen a success counts: 10m.")
    tests: list[TestFile] = Field(default=[], description="What must hold; a file whose tests fail is refused.")
