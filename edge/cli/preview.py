"""`windsock preview`: a signed link that forces a variant or a signal."""

from __future__ import annotations

import sys
import time
from datetime import datetime
from typing import Annotated, Final
from urllib.parse import urlsplit

import typer

from edge.cli.folder import edition_of, off_here, settings_of
from edge.context import Context
from edge.edition import EVERYTHING, Edition
from edge.errors import WindsockError
from edge.middleware.preview import LONGEST, PARAMETER, Preview, Previews
from edge.question import ask
from edge.question import signal as read_signal
from edge.settings import Settings
from edge.settings.secret import keys_of, make
from edge.settings.secret import secret_file as file_of
from edge.signals.read import for_questions
from rules.problem import ReadingError
from rules.spelling import advice
from rules.written import duration


def preview(
    url: Annotated[str, typer.Argument(metavar="URL", help="A path such as /pricing, or a whole address.")],
    variant: Annotated[
        list[str] | None, typer.Option(metavar="EXPERIENCE=VARIANT", help="Show this variant; may be repeated.")
    ] = None,
    signal: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="As if this were so; may be repeated.")
    ] = None,
    expires: Annotated[str, typer.Option(metavar="TIME", help="How long it is valid: 30m, 8h, up to 7d.")] = "1h",
    rules: Annotated[str | None, typer.Option(metavar="DIR", help="The rules folder.  [default: rules/site]")] = None,
    secret_file: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="The edge's key; made if it is not there.  [default: beside its store]"),
    ] = None,
) -> None:
    """A link that shows a page as somebody else would see it, until it expires.

    \b
    windsock preview https://shop.example/ --variant homepage-hero=rain
    windsock preview https://shop.example/ --signal weather=rain --signal country=NO --expires 2d

    The page says what is forced. Who follows the link is not counted, no cookie is set and no cache keeps the page. The
    link is valid for this path, with any query; with a whole address only on that host.
    """
    settings = settings_of(rules=rules, secret_file=secret_file)
    seconds = _seconds(expires)
    edition = edition_of(settings.rules, "preview")
    now = time.time()
    context = ask([("path", url)], edition, now, signals=for_questions(settings))[0]
    forced = _forced(variant or [], edition, context)
    for written in signal or ():
        read_signal(written, edition.rules.own)
    if not forced and not signal:
        raise WindsockError("nothing is forced; write --variant EXPERIENCE=VARIANT or --signal NAME=VALUE")
    shown = Preview(forced, tuple(signal or ()), context.path, context.host)
    previews = Previews(_keys(settings))
    try:
        token = previews.seal(shown, now, seconds)
    except ValueError as error:
        raise WindsockError(f"this is too much for a link: {error}; force less") from None
    print(_with(url, token))
    _say(forced, edition, off_here(settings), now + seconds)


def _keys(settings: Settings) -> tuple[bytes, ...]:
    """The keys of the edge; where none has been started yet, a new one in the place where it will look."""
    file = file_of(settings)
    if not file.exists():
        try:
            make(file)
        except OSError as error:
            raise WindsockError(
                f"secret_file {file} cannot be made ({error.strerror}); name the edge's own with --secret-file"
            ) from None
        print(f"{file} is new: the link works on an edge that reads this file", file=sys.stderr)
    return keys_of(file)


_SHORTEST: Final = 1


def _seconds(written: str) -> int:
    try:
        seconds = duration(written)
    except ReadingError as error:
        raise WindsockError(f"--expires {error}") from None
    if not _SHORTEST <= seconds <= LONGEST:
        raise WindsockError(f"--expires `{written}` is out of reach; write a time of up to 7d, such as 1h")
    return int(seconds)


def _forced(written: list[str], edition: Edition, context: Context) -> dict[str, str]:
    """Experience -> variant. Raises WindsockError for one that there is not, or that is not on this page."""
    forced: dict[str, str] = {}
    for each in written:
        name, equals, variant = each.partition("=")
        if not equals:
            raise WindsockError(f"--variant `{each[:80]}` has no variant; write it as homepage-hero=rain")
        experience = edition.named.get(name)
        if experience is None:
            raise WindsockError(f"there is no experience `{name[:80]}`; {advice(name, edition.named)}")
        if variant not in experience.variants:
            raise WindsockError(f"{name} has no variant `{variant[:80]}`; {advice(variant, experience.variants)}")
        if not experience.where.matches(context.path, context.host, context.query):
            raise WindsockError(f"{name} is not on this page; see windsock explain {context.path}")
        if name in forced:
            raise WindsockError(f"{name} is given twice; give it once")
        forced[name] = variant
    return forced


def _with(url: str, token: str) -> str:
    """The address with the parameter, before what stands after a #."""
    parts = urlsplit(url)
    parameter = f"{PARAMETER.decode()}={token}"
    query = f"{parts.query}&{parameter}" if parts.query else parameter
    return parts._replace(query=query, path=parts.path or "/").geturl()


def _say(forced: dict[str, str], edition: Edition, off: frozenset[str], until: float) -> None:
    """What to know about the link; not on the line that is copied."""
    zone = edition.rules.zone
    print(f"valid until {datetime.fromtimestamp(until, zone):%Y-%m-%d %H:%M} ({zone})", file=sys.stderr)
    for name in forced:
        if name in off or EVERYTHING in off:
            print(f"{name} is switched off, so the link shows its default; see windsock on", file=sys.stderr)
