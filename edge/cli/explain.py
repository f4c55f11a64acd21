"""`windsock explain`: what would this visitor see, and why; or what a page has shown."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from typing import Annotated

import orjson
import typer

from edge import clock
from edge.cli.folder import edition_of, off_here, part_of, settings_of
from edge.cli.learned import with_learned_here
from edge.cli.visitor import At, Header, Ip, Json, Signal, Url, UserAgent, Visitor
from edge.decisions.explain import explain as explained
from edge.decisions.explain import tell
from edge.decisions.recount import Shown, recount, recounted
from edge.edition import Edition
from edge.errors import WindsockError
from edge.middleware.witness import Witness
from edge.question import ask
from edge.settings import Settings
from edge.settings.secret import keys_of
from edge.settings.secret import secret_file as file_of
from edge.signals.called import Called
from edge.signals.custom import longest_call
from edge.signals.given import apart
from edge.signals.read import for_questions
from edge.web.consent import Consent
from rules.spelling import advice


def explain(
    url: Url = "",
    rules: Annotated[str | None, typer.Option(metavar="DIR", help="The rules folder.  [default: rules/site]")] = None,
    signal: Signal = None,
    ip: Ip = "",
    user_agent: UserAgent = "",
    header: Header = None,
    bucket: Annotated[
        str, typer.Option(metavar="0…4095", help="The visitor's bucket; without one nothing is drawn.")
    ] = "",
    at: At = "",
    experience: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this experience; may be repeated.")
    ] = None,
    token: Annotated[
        str, typer.Option(metavar="TOKEN", help="Instead of a URL: the X-Windsock-Token of a page that has been.")
    ] = "",
    secret_file: Annotated[str | None, typer.Option(metavar="FILE", help="The key that signed the token.")] = None,
    json: Json = False,
) -> None:
    """What would this visitor see, and why. Needs no server.

    Files that `windsock check` refuses are named first. What can be understood is explained all the same, also a file
    whose own tests fail; where a file had to be left out, the exit code is 1.

    \b
    windsock explain /pricing --signal device=mobile --signal weather=rain
    windsock explain /pricing --bucket 7 --at 2026-12-24T19:00
    windsock explain / --at 08:30 --experience homepage-hero
    windsock explain --token 1.gF2x…

    To the debug token a page brings X-Windsock-Token; --token tells what that page has shown, for 30 days.

    What an edge with this store has learned is told as well: the shares, what they rest on, and how old that is.

    Signals that are given hold, with what follows from them: hour=8 is a daypart, date=2026-12-24 a weekday and a
    month, timezone=Asia/Tokyo the time there, country=IT its holidays. Schedules, holidays and events go by --at.
    """
    settings = settings_of(rules=rules, secret_file=secret_file)
    pairs = list(Visitor(url, ip, user_agent, bucket, at, signal, header).pairs())
    if token:
        pairs += [("experience", name) for name in experience or ()]
        _token(token, pairs, settings, json)
        return
    if not url:
        raise WindsockError("missing argument URL; write a path such as /pricing, or --token TOKEN")
    edition, left_out = part_of(settings.rules, "explain")
    only = [_named(name, edition, left_out) for name in experience or ()]
    now = time.time()
    edition = with_learned_here(replace(edition, off=off_here(settings)), settings, now, "explain")
    consent = Consent(settings.consent, settings.consent_cookie)
    calls = Called(longest_call(settings), clock.system)
    context, draw = ask(pairs, edition, now, consent, for_questions(settings), calls)
    for line in apart(context, signal or (), edition.rules):
        print(f"windsock explain: {line}", file=sys.stderr)
    print(_json(explained(context, edition, draw, only, now)) if json else tell(context, edition, draw, only, now))
    if left_out:
        print(f"windsock explain: this is without {', '.join(left_out)}; see above", file=sys.stderr)
        raise typer.Exit(1)


def _named(name: str, edition: Edition, left_out: tuple[str, ...]) -> str:
    """An experience of the edition. Raises WindsockError for one that there is not."""
    if name in edition.named:
        return name
    hint = advice(name, edition.named)
    if left_out and "did you mean" not in hint:
        hint = f"it may be in {' or '.join(left_out)}, which cannot be understood; see above"
    raise WindsockError(f"there is no experience `{name[:80]}`; {hint}")


def _token(token: str, pairs: list[tuple[str, str]], settings: Settings, json: bool) -> None:
    """Tell what a page has shown, by the token that came with it."""
    if pairs:
        what = "URL" if pairs[0][0] == "path" else f"--{pairs[0][0].replace('_', '-')}"
        raise WindsockError(f"--token tells of a visit that has been; leave out {what}")
    shown = Witness(keys_of(file_of(settings)), time.time).read(token)
    if not isinstance(shown, Shown):
        raise WindsockError(f"this token is {_REFUSED[shown]}")
    edition = edition_of(settings.rules, "explain")
    print(_json(recounted(shown, edition)) if json else recount(shown, edition))


_REFUSED = {
    "malformed": "none that Windsock made; copy all of X-Windsock-Token",
    "forged": "signed with another key; name the secret file of that edge with --secret-file",
    "expired": "too old to be explained; tokens are kept for 30 days",
}


def _json(data: dict[str, object]) -> str:
    return orjson.dumps(data, option=orjson.OPT_INDENT_2).decode()
