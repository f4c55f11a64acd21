"""The shapes that a variant may have: `original`, one form of a page's element, several, or no page at all."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Discriminator, Field, Tag, model_validator

from rules import address
from rules.field import (
    Attribute,
    AttributeValue,
    HeaderName,
    HeaderValue,
    Original,
    Selector,
    Shape,
    Text,
    Untouched,
    When,
    read,
)
from rules.problem import Mistake, ReadingError, wrong
from rules.spelling import listed


def _form_tag(raw: object) -> str:
    """Which shape a form in a list of slots is meant to have."""
    return "<page>" if isinstance(raw, dict | PageForm) else "<original>"


def variant_tag(raw: object) -> str:
    """Which shape a variant is meant to have, judged by its keys."""
    if not isinstance(raw, dict):
        return "<original>"
    keys = set(raw) - {"never_when"}
    for key in ("header", "path", "redirect"):
        if key in keys:
            return f"<{key}>"
    forms = keys & set(PageForm.model_fields)
    inner = all(isinstance(raw[key], dict) or raw[key] == "original" or key[:1] in ("#", ".") for key in keys)
    return "<several>" if keys and inner and not forms else "<page>"


class _Variant(Shape):
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
    order: list[Selector] | None = Field(
        None, min_length=2, description="CSS selectors of children of the element, in their new order."
    )

    @model_validator(mode="after")
    def _one_form(self) -> PageForm:
        forms = self.model_fields_set - {"never_when"}
        if len(forms) != 1:
            found = f"{listed(sorted(forms))} stand together" if forms else "there is no form here"
            raise wrong(
                found, "write one of html, file, text, set, remove, before, after, order; list several slots for more"
            )
        if getattr(self, form := next(iter(forms))) in (None, {}):
            raise ReadingError(Mistake((form,), f"`{form}` has no value", "write one, or `original` for no change"))
        if self.order is not None and len(set(self.order)) < len(self.order):
            raise ReadingError(Mistake(("order",), "a selector stands here twice", "name each child once"))
        return self


OneForm = Annotated[Untouched, Tag("<original>")] | Annotated[PageForm, Tag("<page>")]


class HeaderForm(_Variant):
    """Request headers for the origin, with `slot: header`."""

    header: dict[HeaderName, HeaderValue] = Field(min_length=1, description="Names and values of request headers.")


class PathForm(_Variant):
    """Another path to ask the origin for, with `slot: path`."""

    path: Annotated[str, *read(address.target)] = Field(description="The path that the origin is asked for.")


class RedirectForm(_Variant):
    """Another page to send the visitor to, with `slot: redirect`."""

    redirect: Annotated[str, *read(address.redirect)] = Field(description="A path of the site, or a whole address.")


class SeveralForms(_Variant):
    """With a list of slots: what becomes of each. A slot that is not named stays as it is."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Annotated[OneForm, Discriminator(_form_tag)]] = Field(init=False)

    @model_validator(mode="after")
    def _whole_variant(self) -> SeveralForms:
        """All slots change together, so a part of them cannot be left out of a draw."""
        forms = (self.__pydantic_extra__ or {}).items()
        inside = [slot for slot, form in forms if isinstance(form, PageForm) and form.never_when is not None]
        hint = "write it beside the slots, for all of them together"
        if inside:
            message = "`never_when` belongs to the variant, not to one of its slots"
            raise ReadingError(*(Mistake((slot, "never_when"), message, hint, key=True) for slot in inside))
        return self


VariantFile = (
    Annotated[Original, Tag("<original>")]
    | Annotated[PageForm, Tag("<page>")]
    | Annotated[HeaderForm, Tag("<header>")]
    | Annotated[PathForm, Tag("<path>")]
    | Annotated[RedirectForm, Tag("<redirect>")]
    | Annotated[SeveralForms, Tag("<several>")]
)
