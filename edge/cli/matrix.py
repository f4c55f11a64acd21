"""`windsock matrix`: every combination of variants that a page can show, each with a visitor who gets it."""

from __future__ import annotations

import shlex
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated
from urllib.parse import urlsplit

import httpx
import orjson
import typer

from edge.cli.asking import Asked
from edge.cli.folder import edition_of, settings_of
from edge.cli.visitor import Json, Url
from edge.decisions.matrix.blocks import blocks, part
from edge.decisions.matrix.matrix import Matrix, Shown, Visitor
from edge.decisions.matrix.matrix import matrix as matrix_of
from edge.errors import WindsockError
from edge.settings import Settings
from edge.signals.read import for_questions


def matrix(
    url: Url,
    rules: Annotated[str | None, typer.Option(metavar="DIR", help="The rules folder.  [default: rules/site]")] = None,
    signal: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="Only visitors with this signal; may be repeated.")
    ] = None,
    at: Annotated[
        str, typer.Option(metavar="MOMENT", help="Only this moment, on the site's clock.  [default: from now on]")
    ] = "",
    origin: Annotated[
        str | None, typer.Option(metavar="URL", help="Look at the page of this site, too: does it have every slot?")
    ] = None,
    json: Json = False,
) -> None:
    """Every combination of variants that this page can show, each with a visitor who gets it.

    Exits with 1 when a variant can be seen by nobody, a file is missing, or, with --origin, a slot.

    \b
    windsock matrix /
    windsock matrix /pricing --signal country=NO --at 2026-12-24T19:00
    windsock matrix / --origin http://127.0.0.1:3000 --json

    Each visitor is written as `windsock explain` takes it. Experiences that have nothing to do with each other stand in
    lists of their own. Signals count as independent of each other, but for clock, calendar and the place they are of,
    country and region, and the two names of a campaign's parameter.
    """
    settings = settings_of(rules=rules, origin=origin)
    edition = edition_of(settings.rules, "matrix", broken=1)
    asked = Asked(url, tuple(signal or ()), at, edition, for_questions(settings), time.time())
    found = matrix_of(asked.page(), edition)
    wrong = [*_unreachable(found), *(_missing(found, asked, settings) if origin else ())]
    print(_json(found, asked, wrong) if json else "\n".join(_told(found, asked, wrong)))
    if wrong:
        raise typer.Exit(1)


def _unreachable(found: Matrix) -> Iterator[str]:
    for experience, variant in found.never:
        yield (
            f"{experience}: nobody gets {variant}; no entry shows it to anybody whom the entries above it leave over, "
            "on any page, from now on"
        )


def _missing(found: Matrix, asked: Asked, settings: Settings) -> list[str]:
    """What the origin's page lacks. Raises WindsockError when it cannot be asked."""
    from edge.cli.checkup.origin import client_of, trouble
    from edge.cli.checkup.slots import missing

    page = urlsplit(asked.url)
    target = (page.path or "/") + (f"?{page.query}" if page.query else "")
    try:
        with client_of(settings) as client:
            return list(missing(client, settings, target, _visitors(found), asked.edition))
    except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError) as error:
        raise WindsockError(f"{settings.origin} {trouble(error, settings)}") from None


def _visitors(found: Matrix) -> Iterable[Visitor]:
    if found.combinations is not None:
        return found.combinations.values()
    return [visitor for visitors in found.variants.values() for visitor in visitors.values()]


def _told(found: Matrix, asked: Asked, wrong: list[str]) -> Iterator[str]:
    context = asked.context
    if not found.experiences:
        yield f"{context.path}: no experience is on this page"
    elif found.combinations is None:
        yield f"{context.path}: too many combinations to list them; each experience by itself"
        for experience, visitors in found.variants.items():
            yield from ("", experience)
            yield from _columns({name: asked.arguments(visitor) for name, visitor in visitors.items()})
    else:
        several = "combination" if len(found.combinations) == 1 else "combinations"
        yield f"{context.path}: {len(found.combinations)} {several} of {', '.join(found.experiences)}"
        groups = blocks([*found.combinations])
        if len(groups) > 1:
            yield "each line of a list below goes with each line of the others; --json lists every combination"
        said = {shown: asked.arguments(visitor) for shown, visitor in found.combinations.items()}
        for names in groups:
            yield ""
            yield from _columns(_shortest(said, names))
    for experience, variant in found.elsewhere:
        yield f"\n{experience}: {variant} is not shown here{' at this time' if asked.at else ''}, but may be elsewhere"
    for experience in found.unsettled:
        yield f"\n{experience}: it asks for more than can be looked through; whether all of it is reached is not known"
    yield from (f"\n{each}" for each in wrong)


def _shortest(said: Mapping[Shown, list[str]], names: Sequence[str]) -> dict[str, list[str]]:
    """For each combination of these experiences, the visitor of whom the least has to be said."""
    found: dict[str, list[str]] = {}
    for shown, arguments in said.items():
        own = ", ".join(f"{name}={variant}" for name, variant in part(shown, names)) or f"without {', '.join(names)}"
        if own not in found or len(arguments) < len(found[own]):
            found[own] = arguments
    return found


def _columns(rows: Mapping[str, list[str]]) -> Iterator[str]:
    width = max(map(len, rows), default=0)
    for name, said in rows.items():
        yield f"  {name:{width}}  {shlex.join(said) or 'anybody'}".rstrip()


def _json(found: Matrix, asked: Asked, wrong: list[str]) -> str:
    listed = None if found.combinations is None else found.combinations.items()
    combinations = listed and [{"variants": dict(one), "arguments": asked.arguments(who)} for one, who in listed]
    experiences = {
        experience: {name: asked.arguments(visitor) for name, visitor in visitors.items()}
        for experience, visitors in found.variants.items()
    }
    said: dict[str, object] = {
        "path": asked.context.path,
        "combinations": combinations,
        "experiences": experiences,
        "unreachable": [list(pair) for pair in found.never],
        "elsewhere": [list(pair) for pair in found.elsewhere],
        "unsettled": list(found.unsettled),
        "problems": wrong,
    }
    return orjson.dumps(said, option=orjson.OPT_INDENT_2).decode()
