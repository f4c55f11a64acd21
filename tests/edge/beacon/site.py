"""A site with experiences that count, and its event log in a folder of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from edge.beacon.intake import Intake
from edge.beacon.page import Page, Pages, Row
from edge.edition import Edition
from edge.events.log import Log
from edge.events.writer import Writer
from rules.compile import compile as compile_rules
from rules.load import load

KEY: Final = b"the key of this site, long enough to be one"
NOW: Final = 1_795_345_200.0
RULES: Final = {
    "hero": 'goal: click "#hero a"\nnot_worse: [lcp, bounce]',
    "banner": 'goal: click "#hero a"\nnot_worse: [bounce]',
    "form": "goal: {event: signup, max: 50}",
    "teaser": "goal: {visit: /thanks}\nreward_window: 30d",
    "plain": "",
}
_RULE: Final = """
experience: {name}
purpose: content
where: "*"
slot: "#{name}"
holdout: 5%
variants: {{a: original, b: {{text: B}}}}
choose: [{{split: {{a: 50, b: 50}}}}]
{more}
"""


def rules(folder: Path) -> Edition:
    """The edition of that site."""
    folder.mkdir()
    for name, more in RULES.items():
        (folder / f"{name}.yaml").write_text(_RULE.format(name=name, more=more))
    loaded = load(folder)
    assert loaded.document is not None, loaded.problems
    return Edition(compile_rules(loaded.document))


def row(experience: str, side: Any = "personal", window: float = 600.0) -> Row:
    """A decision for the variant b."""
    return (experience, "b", side, "split" if side == "personal" else "holdout", 1, "", [], "", 0.5, window)


@dataclass
class Editions:
    """Where the edition is found."""

    current: Edition | None


@dataclass
class Site:
    """Takes beacons at the moment `now`; `log` reads what is kept."""

    file: Path
    pages: Pages
    intake: Intake
    editions: Editions
    now: list[float] = field(default_factory=lambda: [NOW])

    def page(self, *experiences: str) -> str:
        """The token of a page with these."""
        return self.pages.seal([row(name) for name in experiences or ("hero",)], self.now[0])

    def id(self, token: str) -> str:
        """The name of its page."""
        page = self.pages.open(token, self.now[0])
        assert isinstance(page, Page)
        return page.id

    def kept(self, token: str) -> list[tuple[int, str, str, float]]:
        """What followed on that page: (place, event, goal, value), by place."""
        name = self.id(token)
        with Log(self.file) as log:
            found = log.outcomes_of([f"{name}.{place}" for place in range(9)])
        return sorted(
            (int(each.decision.partition(".")[2]), each.event, each.goal, each.value)
            for several in found.values()
            for each in several
        )


@asynccontextmanager
async def open_site(folder: Path, keep: float = 30 * 86_400.0) -> AsyncIterator[Site]:
    """The site for the time of a block."""
    now = [NOW]
    writer = Writer(folder / "windsock.db", "normal")
    pages, editions = Pages([KEY]), Editions(rules(folder / "rules"))
    intake = Intake(pages, editions, writer, lambda: now[0], keep)
    try:
        yield Site(folder / "windsock.db", pages, intake, editions, now)
    finally:
        await writer.close()
