"""A visitor who is made up on a command line: the flags of `explain` and `signals`, and the question that they make."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

import typer

Url = Annotated[str, typer.Argument(metavar="URL", help="A path such as /pricing, or a whole address.")]
Signal = Annotated[list[str] | None, typer.Option(metavar="NAME=VALUE", help="A signal; may be repeated.")]
Ip = Annotated[str, typer.Option(metavar="ADDRESS", help="The visitor's address.")]
UserAgent = Annotated[str, typer.Option(metavar="TEXT", help="The visitor's User-Agent.")]
Header = Annotated[
    list[str] | None, typer.Option(metavar="'NAME: VALUE'", help="A field of the request; may be repeated.")
]
At = Annotated[
    str, typer.Option(metavar="MOMENT", help="When, on the site's clock: 2026-12-24T19:00, or 19:00.  [default: now]")
]
Json = Annotated[bool, typer.Option("--json", help="For programs.")]


@dataclass(frozen=True, slots=True)
class Visitor:
    """What is said of the visitor; empty is left out."""

    path: str
    ip: str = ""
    user_agent: str = ""
    bucket: str = ""
    at: str = ""
    signal: Sequence[str] | None = None
    header: Sequence[str] | None = None

    def pairs(self) -> Iterator[tuple[str, str]]:
        """The question, as `edge.question` takes it."""
        for name in ("path", "ip", "user_agent", "bucket", "at"):
            if text := getattr(self, name):
                yield name, text
        yield from (("signal", text) for text in self.signal or ())
        yield from (("header", text) for text in self.header or ())
