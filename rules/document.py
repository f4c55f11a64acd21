"""The document: a rules folder as plain data, ready for JSON.

    {"site": {"timezone", "holdout", "dayparts": {name: [from, until]}, "places", "stores", "about", "near", "load",
              "signals", "events", "cache", "allow"},
     "experiences": [{"name", "file", "purpose", "delivery", "slots", "where", "window", "holdout", "rollout", "group",
                      "sticky", "variants", "default", "choose", "goal", "not_worse", "reward_window"}],
     "version"}

Everything that may be written in more than one way is written in one here, contents of files included. Conditions keep
the words of the file: `rules.compile` reads them with the same code that checked them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from rules.model import EntryFile, ExperienceFile
from rules.sitefile import SiteFile
from rules.values import HALF_LIFE
from rules.variant import HeaderForm, PageForm, PathForm, RedirectForm, SeveralForms

Json = dict[str, Any]
Contents = Mapping[str, str]
"""The texts of the files that variants name."""


def site(read: SiteFile) -> Json:
    """What `site.yaml` says."""
    return {
        "timezone": read.timezone,
        "holdout": read.holdout,
        "dayparts": {name: list(span) for name, span in read.dayparts.items()},
        **read.model_dump(
            mode="json", include={"places", "stores", "about", "near", "load", "signals", "events", "cache", "allow"}
        ),
    }


def experience(file: str, read: ExperienceFile, contents: Contents, until: str | None = None) -> Json:
    """One experience; `file` is its name in messages, `until` the last day of the permission that it needs."""
    delivery = read.slot[0] if read.slot[0] in ("header", "path", "redirect") else "page"
    return {
        "name": read.experience,
        "file": file,
        "purpose": read.purpose,
        "delivery": delivery,
        "slots": read.slot if delivery == "page" else [],
        "where": {"path": read.where.path, "host": read.where.host, "query": read.where.query},
        "window": {"starts": read.starts, "ends": read.ends, "every": read.every},
        "group": read.group or "",
        "holdout": read.holdout,
        "rollout": read.rollout,
        "sticky": read.sticky,
        "variants": {name: _variant(variant, read.slot, contents) for name, variant in read.variants.items()},
        "until": until,
        "default": read.default or next(name for name, variant in read.variants.items() if variant == "original"),
        "choose": [_entry(entry) for entry in read.choose],
        "goal": read.goal.model_dump(exclude_none=True) if read.goal else {},
        "not_worse": read.not_worse,
        "reward_window": read.reward_window,
    }


def version(document: Json) -> str:
    """A name for a document: equal documents have equal ones, different ones different ones."""
    return blake2b(json.dumps(document, separators=(",", ":")).encode(), digest_size=16).hexdigest()


def _variant(variant: object, slots: list[str], contents: Contents) -> Json:
    plain: Json = {"forms": [], "headers": [], "target": "", "never_when": getattr(variant, "never_when", None)}
    match variant:
        case HeaderForm():
            plain["headers"] = [[name, value] for name, value in variant.header.items()]
        case PathForm():
            plain["target"] = variant.path
        case RedirectForm():
            plain["target"] = variant.redirect
        case SeveralForms():
            named = {selector.strip(): form for selector, form in (variant.__pydantic_extra__ or {}).items()}
            forms = [(slot, named.get(slot)) for slot in slots]
            plain["forms"] = [[slot, _form(form, contents)] for slot, form in forms if isinstance(form, PageForm)]
        case PageForm():
            plain["forms"] = [[slots[0], _form(variant, contents)]]
    return plain


def _form(form: PageForm, contents: Contents) -> Json:
    kind = next(iter(form.model_fields_set - {"never_when"}))
    plain: Json = {"kind": kind, "text": "", "attributes": [], "order": []}
    match kind:
        case "set":
            return plain | {"attributes": [[name, value] for name, value in (form.set or {}).items()]}
        case "order":
            return plain | {"order": form.order}
        case "remove":
            return plain
        case "html" | "file":
            return plain | {"kind": "replace", "text": form.html if kind == "html" else contents[form.file or ""]}
    return plain | {"text": getattr(form, kind)}


def _entry(entry: EntryFile) -> Json:
    plain: Json = {"when": entry.when, "kind": "show", "shares": [], "signals": [], "policy": ""}
    if entry.show is not None:
        plain["shares"] = [[entry.show, 1.0]]
    elif entry.split is not None:
        plain |= {"kind": "split", "shares": [[name, weight] for name, weight in entry.split.items() if weight > 0]}
    elif entry.learn is not None:
        plain |= {"kind": "learn", "shares": [[name, 1.0] for name in entry.learn]}
        plain |= {"signals": entry.from_ or [], "policy": entry.policy or "visitor"}
        plain |= {"half_life": entry.half_life or HALF_LIFE}
        plain |= {"prior": {name: list(counts) for name, counts in (entry.prior or {}).items()}}
    return plain
