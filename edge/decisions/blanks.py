"""What stands for the placeholders of variants here: what `where` caught of the path, and facts of places."""

from __future__ import annotations

from collections.abc import Mapping

from edge.context import Context
from rules.signals import UNKNOWN
from rules.values import Experience


def fillings(experience: Experience, context: Context) -> Mapping[str, str]:
    """What its placeholders stand for here: what `where` caught, and facts of places."""
    known = dict(experience.where.captures(context.path))
    for variant in experience.variants.values():
        for name in variant.placeholders:
            value = context.signals.get(name, UNKNOWN) if "." in name else UNKNOWN
            if value != UNKNOWN:
                known[name] = str(value)
    return known


def stands_for(experience: Experience, variant: str | None, context: Context) -> Mapping[str, str]:
    """What the placeholders of one variant stand for here, as far as that is known."""
    shown = experience.variants.get(variant or "")
    if shown is None or not shown.placeholders:
        return {}
    known = fillings(experience, context)
    return {name: known[name] for name in shown.placeholders if name in known}
