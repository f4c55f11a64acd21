"""A decision: what one visitor gets of one experience, why, and how likely that was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Reason = Literal["rule", "split", "learned", "holdout", "default", "off", "outside", "preview", "timeout", "error"]


@dataclass(frozen=True, slots=True)
class Draw:
    """The chance that goes into a decision, drawn beforehand: `decide` itself is pure.

    `bucket` is the visitor's (None: not known, so nothing drawn has a variant yet), `fresh` one of this request alone.
    `strict`: nothing may be drawn; the largest share is shown. `forced`: a preview shows these variants, whatever else
    would be shown; names that do not exist are passed over.
    """

    bucket: int | None
    fresh: int | None = None
    strict: bool = False
    forced: Mapping[str, str] = field(default_factory=dict)  # experience -> variant


@dataclass(frozen=True, slots=True)
class Decision:
    """One experience, one request."""

    experience: str
    variant: str | None  # None only where it would be drawn and the bucket is not known
    reason: Reason
    rule: int | None  # the 1-based entry of `choose`
    probability: float | None  # with which this variant was drawn, given that entry
    distribution: Mapping[str, float]
    drawn: bool = False  # whether the visitor's bucket had a part in it (a coin of any kind)
    values: Mapping[str, str] = field(default_factory=dict)  # what the variant's placeholders stand for
    model: str = ""  # what an exposure of it is learned into
    cell: tuple[str, ...] = ()  # the values of the signals of that model
    snapshot: str = ""  # the version of the numbers that it was drawn by; empty where there were none
