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
    module: str = ""  # where it is, when not in a file of its name

    def load(self) -> Callable[..., Any]:
        """Its function; only now is its module imported, so that the others cost nothing."""
        module = importlib.import_module(f"edge.cli.{self.module or self.name}")
        function: Callable[..., Any] = getattr(module, self.name)
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
        Command("matrix", "Every combination of variants on a page, and who gets it.", "windsock matrix /pricing"),
        Command(
            "preview",
            "A signed link that forces a variant or a signal.",
            "windsock preview https://shop.example/ --variant homepage-hero=rain",
        ),
        Command(
            "signals",
            "All signals of a visitor, where each came from, how old it is.",
            "windsock signals /pricing --ip 81.2.69.160",
        ),
        Command("off", "Switch an experience off, or all of them, at once.", "windsock off homepage-hero", "switch"),
        Command("on", "Switch an experience on again, or all of them.", "windsock on homepage-hero", "switch"),
        Command(
            "doctor",
            "Origin, rules, places, clock, proxies: what is well and what is not.",
            "windsock doctor --origin http://127.0.0.1:3000",
        ),
        Command(
            "privacy",
            "Every field that is stored anywhere, why, and for how long.",
            "windsock privacy --consent strict",
        ),
        Command("log", "The event log as JSON lines.", "windsock log export --since 7d > events.jsonl"),
        Command(
            "model", "What is learned: show, export, import, reset, rollback.", "windsock model show homepage-hero"
        ),
        Command(
            "loadtest", "Many visitors at once, and what they measured.", "windsock loadtest --users 50 --duration 30s"
        ),
        Command("schema", "The JSON Schema of rule files, for editors.", "windsock schema > windsock.schema.json"),
    )
}

LATER: Final = frozenset({"report", "whatif", "purge"})
"""Commands that are promised, and not in this version."""
