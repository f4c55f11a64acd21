"""`windsock explain`: what would this visitor see, and why."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Annotated

import orjson
import typer

from edge.decisions.explain import explain as explained
from edge.decisions.explain import tell
from edge.edition import Edition
from edge.question import ask
from edge.settings import load as load_settings
from rules.compile import compile as compile_rules
from rules.load import load


def explain(
    url: Annotated[str, typer.Argument(metavar="URL", help="A path such as /pricing, or a whole address.")],
    rules: Annotated[str | None, typer.Option(metavar="DIR", help="The rules folder.  [default: rules/site]")] = None,
    signal: Annotated[list[str] | None, typer.Option(metavar="NAME=VALUE", help="A signal; may be repeated.")] = None,
    ip: Annotated[str, typer.Option(metavar="ADDRESS", help="The visitor's address.")] = "",
    user_agent: Annotated[str, typer.Option(metavar="TEXT", help="The visitor's User-Agent.")] = "",
    header: Annotated[
        list[str] | None, typer.Option(metavar="'NAME: VALUE'", help="A field of the request; may be repeated.")
    ] = None,
    bucket: Annotated[
        str, typer.Option(metavar="0…4095", help="The visitor's bucket; without one nothing is drawn.")
    ] = "",
    at: Annotated[str, typer.Option(metavar="MOMENT", help="When, on the site's clock.  [default: now]")] = "",
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """What would this visitor see, and why. Needs no server."""
    settings = load_settings({"rules": rules}, os.environ, None)
    edition = _edition(settings.rules)
    once = {"path": url, "ip": ip, "user_agent": user_agent, "bucket": bucket, "at": at}
    pairs = [(name, text) for name, text in once.items() if text or name == "path"]
    pairs += [("signal", text) for text in signal or ()] + [("header", text) for text in header or ()]
    context, draw = ask(pairs, edition, time.time(), strict=settings.consent == "strict")
    if json:
        print(orjson.dumps(explained(context, edition, draw), option=orjson.OPT_INDENT_2).decode())
    else:
        print(tell(context, edition, draw))


def _edition(folder: Path) -> Edition:
    """What the folder says now; where it cannot be served its problems are printed, and that is the end."""
    loaded = load(folder)
    if loaded.document is None:
        for problem in loaded.problems:
            print(problem if problem.file else f"windsock explain: {problem}", file=sys.stderr)
        raise typer.Exit(2)
    return Edition(compile_rules(loaded.document))
