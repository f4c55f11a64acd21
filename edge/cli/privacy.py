"""`windsock privacy`: every field that is stored anywhere, why, and for how long."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import asdict
from typing import Final

import orjson

from edge.cli.flags import settings_options
from edge.cli.show_config import shown
from edge.cli.visitor import Json
from edge.privacy import NEVER, PLACES, SHOWN, Kept, kept
from edge.settings import Settings
from edge.settings.table import BY_NAME

_WIDTH: Final = 100
_NAMES: Final = (("what", "what"), ("why", "why"), ("until", "how long"))


@settings_options
def privacy(
    settings: Settings,
    as_json: Json = False,
) -> None:
    """Every field that is stored anywhere, why, and for how long; with the settings that are in force here.

    Takes the settings of `serve`. Needs no server.
    """
    print(_json(settings) if as_json else "\n".join(_text(settings)))


def _json(settings: Settings) -> str:
    rows = [asdict(each) for each in kept(settings)]
    values = dict(_settings(settings))
    return orjson.dumps({"settings": values, "kept": rows, "never": NEVER}, option=orjson.OPT_INDENT_2).decode()


def _settings(settings: Settings) -> Iterator[tuple[str, str]]:
    for name in SHOWN:
        yield name, shown(BY_NAME[name], settings)


def _text(settings: Settings) -> Iterator[str]:
    yield from textwrap.wrap(NEVER, _WIDTH)
    rows = kept(settings)
    for where, heading in PLACES.items():
        yield f"\n{heading}"
        for each in rows:
            if each.where == where:
                yield from _row(each)
    yield "\nSettings that this depends on"
    for name, value in _settings(settings):
        yield f"  {name} = {value}  ({settings.source(name)})"


def _row(each: Kept) -> Iterator[str]:
    yield f"  {each.name}{'' if each.now else '  (not with these settings)'}"
    for name, label in _NAMES:
        lead = f"    {label:<8}  "
        yield from textwrap.wrap(
            getattr(each, name), _WIDTH, initial_indent=lead, subsequent_indent=" " * len(lead), break_long_words=False
        )
