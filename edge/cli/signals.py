"""`windsock signals`: all signals of a visitor, where each came from, and how old it is."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

import orjson
import typer

from edge import clock
from edge.cli.folder import edition_of, settings_of
from edge.cli.running import asked
from edge.cli.visitor import At, Header, Ip, Json, Signal, Url, UserAgent, Visitor
from edge.question import whence
from edge.settings import Settings
from edge.signals.called import Called
from edge.signals.custom import longest_call
from edge.signals.read import for_questions

_DAY = 86_400
_LONGEST = 40
"""Characters of a value in the table."""


def signals(
    url: Url,
    rules: Annotated[str | None, typer.Option(metavar="DIR", help="The rules folder; then no edge is asked.")] = None,
    signal: Signal = None,
    ip: Ip = "",
    user_agent: UserAgent = "",
    header: Header = None,
    at: At = "",
    admin: Annotated[
        str | None, typer.Option(metavar="ADDRESS:PORT", help="The private listener of the edge that is asked.")
    ] = None,
    json: Json = False,
) -> None:
    """All signals of such a visitor, where each came from and how old it is; of an unknown one why nobody knows it.

    \b
    windsock signals / --ip 81.2.69.160
    windsock signals /to/lisbon --header "Accept-Language: nb"

    The running edge is asked, which knows the weather, the load and what is pushed. Where none runs, or with --rules,
    the answer is worked out here.
    """
    settings = settings_of(rules=rules, admin=admin)
    pairs = list(Visitor(url, ip, user_agent, at=at, signal=signal, header=header).pairs())
    found = None if rules else asked(settings, "GET", f"/signals?{urlencode(pairs)}", "signals")
    if found is None:
        found = _here(pairs, settings, alone=rules is None)
    print(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode() if json else "\n".join(_table(found["signals"])))


def _here(pairs: list[tuple[str, str]], settings: Settings, *, alone: bool) -> dict[str, Any]:
    """The answer of this process. `alone`: an edge would have known more, and none is there."""
    if alone:
        print(f"no edge answers at {settings.admin}: weather, load and pushes are not known here", file=sys.stderr)
    edition = edition_of(settings.rules, "signals")
    calls = Called(longest_call(settings), clock.system)
    return whence(pairs, edition, time.time(), settings, for_questions(settings), calls)


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
