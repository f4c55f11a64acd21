"""`windsock log export`: the event log as JSON lines."""

from __future__ import annotations

import re
import sys
import time
from datetime import UTC, datetime
from typing import Annotated, Final

import orjson
import typer

from edge.cli.folder import settings_of
from edge.errors import WindsockError
from edge.events.export import rows
from edge.run import events

_UNITS: Final = {"m": 60, "h": 3600, "d": 86_400}


def log(
    action: Annotated[str, typer.Argument(metavar="export", help="What to do with it.")],
    store: Annotated[str | None, typer.Option(metavar="URL", help="The store of the edge.")] = None,
    since: Annotated[
        str, typer.Option(metavar="WHEN", help="Only what came since: 2026-11-22, 2026-11-22T19:00 (UTC), 24h or 7d.")
    ] = "",
) -> None:
    """The event log as JSON lines: exposures, rewards, measures, and counts of decisions; an edge may run meanwhile.

    \b
    windsock log export --since 7d > events.jsonl

    The columns are described in edge/events/README.md.
    """
    if action != "export":
        raise WindsockError(f"a log cannot {action!r}; write windsock log export")
    file = events(settings_of(store=store))
    if file is None:
        raise WindsockError("this store is no file, so there is no event log; name one with --store sqlite:///PATH")
    for row in rows(file, moment(since, time.time())):
        sys.stdout.buffer.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))


def moment(written: str, now: float) -> float:
    """Seconds since the epoch."""
    if not written:
        return 0.0
    if ago := re.fullmatch(r"([0-9]{1,6})([mhd])", written, re.ASCII):
        return now - int(ago[1]) * _UNITS[ago[2]]
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise WindsockError(f"--since is {written!r}: write 2026-11-22, 2026-11-22T19:00, 24h or 7d") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
