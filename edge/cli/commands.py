"""The commands: what `windsock --help` lists, and an example of each. A command's function is in a file of its name."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its name, what it does in a few words, and how it is used."""

    name: str
    summary: str
    example: str

    def load(self) -> Callable[..., Any]:
        """Its function; only now is its module imported, so that the others cost nothing."""
        function: Callable[..., Any] = getattr(importlib.import_module(f"edge.cli.{self.name}"), self.name)
        return function


COMMANDS: Final = {
    command.name: command
    for command in (
        Command(
            "demo",
            "Everything on this machine: sample site, edge, simulated visitors.",
            "windsock demo --seconds 20",
        ),
        Command(
            "serve",
            "The edge in front of a site.",
            "windsock serve --origin http://127.0.0.1:3000 --rules rules/site",
        ),
        Command("init", "A starter rules folder.", "windsock init rules/site"),
        Command("check", "Validate rules and run their tests.", "windsock check rules/site --format github"),
        Command(
            "explain",
            "What a visitor would see, and why; needs no server.",
            "windsock explain /pricing --rules rules/site --signal device=mobile",
        ),
        Command(
            "doctor",
            "Origin, rules, places, clock, proxies: what is well and what is not.",
            "windsock doctor --origin http://127.0.0.1:3000",
        ),
        Command(
            "loadtest", "Many visitors at once, and what they measured.", "windsock loadtest --users 50 --duration 30s"
        ),
        Command("schema", "The JSON Schema of rule files, for editors.", "windsock schema > windsock.schema.json"),
    )
}

LATER: Final = frozenset({"matrix", "preview", "signals", "off", "on", "report", "whatif", "purge", "privacy"})
"""Commands that are promised, and not in this version."""
