"""What comes out of editing a page: a page and what is shown on it, or the page as it was and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal

from rules.values import Form

Reason = Literal["type", "charset", "coding", "broken", "too-large", "too-deep", "too-slow", "error"]
"""Why a whole page passes untouched; becomes the label of a metric.

`type`: not HTML. `charset`: one we do not write. `coding`: a compression we do not read. `broken`: compressed data that
is damaged. `too-large`, `too-deep`: more than the limits allow. `too-slow`: its slots are not found
in the time that a visitor is kept waiting. `error`: a fault of ours; its exception is attached.
"""

Miss = Literal[
    "no-match", "selector", "structure", "element", "markup", "attribute", "charset", "value", "overlap", "too-slow"
]
"""Why one experience is not shown; becomes the label of a metric.

`no-match`: nothing on the page matches. `selector`: it cannot be understood. `structure`: the page's bytes are so
interwoven that the rest would change. `element`: this kind of element cannot take this form. `markup`: the variant's
markup would not stay inside its place (an unclosed tag, a `div` in a `p`). `attribute`: it cannot be set. `charset`:
the variant has characters that cannot be written on this page. `value`: the value of a placeholder cannot
stand where it should. `overlap`: an earlier experience already has the place. `too-slow`: there was no time left to
prove the slot on this page.
"""

Forms = Sequence[tuple[str, Form]]
"""What an experience does to a page: (CSS selector, form)."""


Experiences = Sequence[tuple[str, Forms]]
"""Experiences in their order, each with its name and its forms."""

Values = Mapping[str, Mapping[str, str]]
"""For an experience, by its name, what stands for `{name}` in its forms."""

NO_VALUES: Final[Values] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Edited:
    """A page in which every experience is either shown whole or missing whole."""

    body: bytes
    shown: tuple[str, ...]
    missing: tuple[tuple[str, Miss], ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()  # (experience, selector of a child to be moved that is not there)
    measured: Measurable | None = None  # where it was asked for


@dataclass(frozen=True, slots=True)
class Trial:
    """What a page is tried for before it is measured: all variants of some experiences, whichever is shown."""

    name: str  # equal names, equal variants
    variants: Mapping[str, Sequence[Forms]] = field(compare=False)  # for an experience, the forms of each


@dataclass(frozen=True, slots=True)
class Measurable:
    """What measuring needs to know of an edited page."""

    foot: Foot | Miss  # of the page as it came
    at: int  # the same place in the edited page
    unfit: Mapping[str, Miss]  # experiences that have a variant which cannot be shown on this page, and why


@dataclass(frozen=True, slots=True)
class Untouched:
    """The page must go out as it came."""

    reason: Reason
    error: Exception | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Slot:
    """One element and its bytes: `page[start:end]` is all of it, `page[start:opened]` its start tag.

    `page[opened:closed]` is its content. Each form needs something else to be certain; what is not is said in `whole`
    (replace, remove, before), `behind` (after) and `inside` (text): None, or the reason.
    """

    name: str
    start: int
    opened: int
    closed: int
    end: int
    context: tuple[str, ...] = ()  # the elements around it, outermost first
    quirks: bool = False  # an old or missing doctype: a table may stand inside a `p`
    open_ended: bool = False  # no end tag closes it
    in_form: bool = False  # an earlier form is still open here: another one would be dropped
    lead: bytes = b""  # end tags that may be left out: what has to be written in front of it to put anything there,
    tail: bytes = b""  # and behind it
    whole: Miss | None = None
    behind: Miss | None = None
    inside: Miss | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A slot whose children may change their order."""

    slot: Slot
    children: tuple[Slot, ...]  # all of them, as they stand on the page
    order: tuple[int, ...]  # which of them stands where
    skipped: tuple[str, ...] = ()  # selectors of children that are not there


@dataclass(frozen=True, slots=True)
class Foot:
    """The place right before `</body>`, and what else decides whether a script of ours may run there."""

    at: int
    policies: tuple[str, ...] = ()  # the content of each `<meta http-equiv=content-security-policy>`
    base: str = ""  # the address that the page says its others are relative to
    amp: bool = False


FOOT: Final = "</body>"
"""Asks for the foot of the page; as a selector it would be none."""

Asked = str | tuple[str, tuple[str, ...]]
"""What is looked for: the slot of a selector; or that slot and its children, in the order of their selectors; or
`FOOT`."""

Slots = Mapping[Asked, Slot | Row | Foot | Miss]
"""What was found, or why nothing was."""
