"""`windsock check`: everything that is wrong with a rules folder, at once, each with file, line and what to do."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from edge import clock
from edge.cli.checkup.report import Format, report
from edge.errors import WindsockError
from edge.settings import Settings
from edge.settings import load as load_settings
from rules.lint import Advice, advice, warnings
from rules.load import Json, Loaded, load


def check(
    rules: Annotated[
        Path | None, typer.Argument(metavar="RULES", help="The rules folder.  [default: rules/site]")
    ] = None,
    named: Annotated[
        Path | None, typer.Option("--rules", metavar="DIR", help="The same, as in the other commands.")
    ] = None,
    output: Annotated[
        Format, typer.Option("--format", help="For people, for programs, or as annotations of a pull request.")
    ] = "text",
    origin: Annotated[
        str | None,
        typer.Option("--origin", metavar="URL", help="Look at the pages of this site, too: does every slot exist?"),
    ] = None,
    page: Annotated[
        list[str] | None,
        typer.Option("--page", metavar="PATH", help="With --origin: a page that a pattern is about. May be repeated."),
    ] = None,
) -> None:
    """Check every rule file of a folder and run the tests in them.

    Exits with 1 when something is wrong that keeps the rules from being served; warnings do not.
    """
    settings = load_settings({} if origin is None else {"origin": origin}, os.environ, None)
    if rules is not None and named is not None:
        raise WindsockError(f"the folder is named twice: {rules} and --rules {named}; name it once")
    if page and origin is None:
        raise WindsockError(f"--page {page[0]} is a page of a site; name the site, too: --origin https://…")
    folder = rules or named or settings.rules
    loaded = load(folder)
    missing = any(not problem.file for problem in loaded.problems)
    if missing and output != "json":
        raise WindsockError(str(loaded.problems[0]))
    loaded, trouble = _with_warnings(folder, loaded, settings if origin is not None else None, page or [])
    report(folder, loaded, output)
    if trouble:
        raise WindsockError(trouble)
    if loaded.document is None:
        raise typer.Exit(2 if missing else 1)


def _with_warnings(folder: Path, loaded: Loaded, settings: Settings | None, named: Sequence[str]) -> tuple[Loaded, str]:
    """With every warning about the files that are right, also while others are not; and what kept pages from telling.

    The pages are asked where there are settings for that.
    """
    document = loaded.document or loaded.part
    if document is None:
        return loaded, ""
    wrong = {problem.file for problem in loaded.problems if problem.severity == "error"}
    seen, trouble = _on_pages(document, settings, named) if settings is not None else ([], "")
    found = [*warnings(folder, document, clock.system()), *advice(folder, seen)]
    problems = [*loaded.problems, *(each for each in found if each.file not in wrong)]
    problems.sort(key=lambda each: (each.file, each.line, each.column))
    return replace(loaded, problems=tuple(problems)), trouble


def _on_pages(document: Json, settings: Settings, named: Sequence[str]) -> tuple[list[Advice], str]:
    """What can be seen on the pages of the origin, and why that is not all, when it could not be asked."""
    import ssl

    import httpx

    from edge.cli.checkup.origin import client_of, trouble
    from edge.cli.checkup.pages import look
    from edge.cli.checkup.visit import Visit, named_page
    from rules.compile import compile as compiled

    pages = [named_page(each) for each in named]
    seen: list[Advice] = []
    try:
        with client_of(settings) as client:
            seen.extend(look(compiled(document), document, Visit(client, settings, pages)))
    except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError) as error:
        return seen, f"{settings.origin} {trouble(error, settings)}"
    return seen, ""
