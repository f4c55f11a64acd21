"""`windsock signals`: all signals of a visitor, where each came from, and how old it is."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

import orjson
import typer

from edge.cli.folder import edition_of, settings_of
from edge.cli.running import asked
from edge.question import whence
from edge.settings import Settings
from edge.signals.read import for_questions

_DAY = 86_400
_LONGEST = 40
"""Characters of a value in the table."""


def signals(
    url: Annotated[str, typer.Argument(metavar="URL", help="A path such as /pricing, or a whole address.")],
    rules: Annotated[str | None, typer.Option(metavar="DIR", help="The rules folder; then no edge is asked.")] = None,
    signal: Annotated[list[str] | None, typer.Option(metavar="NAME=VALUE", help="A signal; may be repeated.")] = None,
    ip: Annotated[str, typer.Option(metavar="ADDRESS", help="The visitor's address.")] = "",
    user_agent: Annotated[str, typer.Option(metavar="TEXT", help="The visitor's User-Agent.")] = "",
    header: Annotated[
        list[str] | None, typer.Option(metavar="'NAME: VALUE'", help="A field of the request; may be repeated.")
    ] = None,
    at: Annotated[str, typer.Option(metavar="MOMENT", help="When, on the site's clock.  [default: now]")] = "",
    admin: Annotated[
        str | None, typer.Option(metavar="ADDRESS:PORT", help="The private listener of the edge that is asked.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """All signals of such a visitor, where each came from and how old it is; of an unknown one why nobody knows it.

    \b
    windsock signals / --ip 81.2.69.160
    windsock signals /to/lisbon --header "Accept-Language: nb"

    The running edge is asked, which knows the weather, the load and what is pushed. Where none runs, or with --rules,
    the answer is worked out here.
    """
    settings = settings_of(rules=rules, admin=admin)
    once = {"path": url, "ip": ip, "user_agent": user_agent, "at": at}
    pairs = [(name, text) for name, text in once.items() if text]
    pairs += [("signal", text) for text in signal or ()] + [("header", text) for text in header or ()]
    found = None if rules else asked(settings, "GET", f"/signals?{urlencode(pairs)}", "signals")
    if found is None:
        found = _here(pairs, settings, alone=rules is None)
    print(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode() if json else "\n".join(_table(found["signals"])))


def _here(pairs: list[tuple[str, str]], settings: Settings, *, alone: bool) -> dict[str, Any]:
    """The answer of this process. `alone`: an edge would have known more, and none is there."""
    if alone:
        print(f"no edge answers at {settings.admin}: weather, load and pushes are not known here", file=sys.stderr)
    edition = edition_of(settings.rules, "signals")
    return whence(pairs, edition, time.time(), settings, for_questions(settings))


def _table(found: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Name, value, where from and how old; what is known comes first."""
    rows = [(name, _shown(each["value"]), _source(each)) for name, each in found.items()]
    name_width = max(len(name) for name, _, _ in rows)
    value_width = max(len(value) for _, value, _ in rows)
    for name, value, source in sorted(rows, key=lambda row: row[1] == "unknown"):
        yield f"{name:<{name_width}}  {value:<{value_width}}  {source}".rstrip()


def _shown(value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    text = "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _source(each: Mapping[str, Any]) -> str:
    return each["source"] if each["age"] is None else f"{each['source']} ({_age(each['age'])} old)"


def _age(seconds: float) -> str:
    for name, length in (("day", _DAY), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            count = int(seconds // length)
            return f"{count} {name}{'s' * (count != 1)}"
    return f"{seconds:.0f} s"
