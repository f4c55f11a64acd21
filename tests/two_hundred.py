"""Two hundred people in Chromium walk through the demo's shop, and each keeps a diary of what they did.

    python -m tests.two_hundred [PEOPLE]

Then the event log is compared with the diaries, page by page: which pages were seen, and which goals were reached from
them; on one page, across pages, tabs, back and forward, by people without JavaScript, and by people who ask not to be
counted. It prints what was compared and exits with 0, or with 1 and a line for each difference.
"""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from itertools import cycle, islice
from pathlib import Path
from typing import Final

from edge.beacon.page import Page, Pages
from edge.demo.stage import Stage
from edge.events.log import Log
from edge.settings.secret import keys_of
from tests.chromium import Chromium, Person, Tab

PEOPLE: Final = 200
AT_ONCE: Final = 4
PATIENCE: Final = 30.0
"""Seconds until the log must be what the diaries say."""

WINDOW: Final = 'click "#row-shop a"'
HERO: Final = 'click "#hero-words a"'
GEAR: Final = "visit /gear/*"
THANKS: Final = "visit /thanks"
LETTER: Final = "event letter"
STAYED: Final = "dwell 2s"
READ: Final = "scroll 80%"

MORE_RULES: Final = {
    "letter-words": """
where: [/, /home-b]
slot: "#row-departments"
variants: {plain: original, warm: {before: '<p class="hint">Write to us.</p>'}}
choose: [{split: {plain: 50, warm: 50}}]
goal: {event: letter}
""",
    "story-picture": """
where: /journal/*
slot: "main h1"
variants: {plain: original, warm: {after: '<p class="hint">A story for the evening.</p>'}}
choose: [{split: {plain: 50, warm: 50}}]
goal: {dwell: 2s}
""",
    "about-words": """
where: /about
slot: "main h1"
variants: {plain: original, warm: {after: '<p class="hint">And where we come from.</p>'}}
choose: [{split: {plain: 50, warm: 50}}]
holdout: 20%
goal: {scroll: 80%}
""",
}
"""Besides the demo's own: goals that none of those has."""


@dataclass(slots=True)
class Diary:
    """What happened, page by page, as those remember who did it."""

    seen: dict[str, set[str]] = field(default_factory=dict)  # token -> the goals that were reached from it
    unseen: set[str] = field(default_factory=set)  # tokens of pages that nobody saw, or that must not count
    wrong: list[str] = field(default_factory=list)  # what should not have been

    def expect(self, right: object, what: str) -> None:
        """Note what is wrong, if it is."""
        if not right:
            self.wrong.append(what)


class Visitor:
    """One person at the shop."""

    def __init__(self, site: str, person: Person, diary: Diary, luck: random.Random) -> None:
        self.site, self.person, self.diary, self.luck = site, person, diary, luck

    def open(self, path: str) -> Tab:
        """Open the first page, in a tab of its own."""
        tab = self.person.tab()
        tab.open(self.site + path)
        self.sees(tab)
        return tab

    def sees(self, tab: Tab) -> str:
        """Note the page that is in view; its token, or an empty text where it counts nothing."""
        if token := token_of(tab):
            self.diary.seen.setdefault(token, set())
        return token

    def reaches(self, token: str, *goals: str) -> None:
        """Note goals that were reached from a page, if it counts at all."""
        if token:
            self.diary.seen[token].update(goals)

    def follows(self, tab: Tab, selector: str) -> str:
        """Click on one of these links; the path of the page it led to, which is noted."""
        count = int(tab.run(f"document.querySelectorAll({selector!r}).length"))
        with tab.arriving():
            tab.click(selector, self.luck.randrange(count))
        self.sees(tab)
        return path_of(tab)


def token_of(tab: Tab) -> str:
    """The token of the page in a tab; empty where it has none."""
    return str(tab.run("JSON.parse(document.getElementById('windsock-data')?.textContent ?? '{}').t ?? ''"))


def path_of(tab: Tab) -> str:
    """The path of the page in a tab."""
    return str(tab.run("location.pathname"))


def looks_around(visitor: Visitor) -> None:
    """The shop window, a page from there, and back, and forward again."""
    tab = visitor.open("/")
    home = token_of(tab)
    path = visitor.follows(tab, "#row-shop a")
    visitor.reaches(home, WINDOW, *([GEAR] if path.startswith("/gear/") else []))
    for steps in (1, -1):
        tab.back(steps)
        visitor.sees(tab)  # the same token where the browser had kept the page, and another where it asked again
    if path.startswith("/gear/") and token_of(tab):
        tab.back(1)
        visitor.sees(tab)
    tab.close()


def returns(visitor: Visitor) -> None:
    """Goes away from home twice: a goal that was reached is not reached again."""
    tab = visitor.open("/")
    for _ in range(2):
        home = token_of(tab)
        path = visitor.follows(tab, "#row-shop a")
        visitor.reaches(home, WINDOW, *([GEAR] if path.startswith("/gear/") else []))
        tab.back(1)
        visitor.sees(tab)
    tab.close()


def reads_on(visitor: Visitor) -> None:
    """Follows the words on the picture."""
    tab = visitor.open("/")
    home = token_of(tab)
    path = visitor.follows(tab, "#hero-words a")
    visitor.reaches(home, HERO, *([GEAR] if path.startswith("/gear/") else []))
    tab.close()


def buys(visitor: Visitor) -> None:
    """From home to a boot and to the till, with a look at its department in between."""
    tab = visitor.open("/")
    home = token_of(tab)
    tab.open(visitor.site + "/footwear")
    visitor.sees(tab)
    visitor.follows(tab, ".shelf a[href='/gear/skerry-boot'], .shelf a[href='/gear/machair-shoe']")
    visitor.reaches(home, GEAR)
    boot = token_of(tab)
    with tab.arriving():
        tab.click("#buy button")
    visitor.sees(tab)
    visitor.diary.expect(path_of(tab) == "/thanks", "an order did not lead to /thanks")
    visitor.reaches(boot, THANKS)
    tab.close()


def opens_tabs(visitor: Visitor) -> None:
    """A second tab waits behind the first one: it is seen when it is brought to the front, or never."""
    tab = visitor.open("/")
    behind = visitor.person.tab(background=True)
    behind.open(f"{visitor.site}/gear/skerry-boot")
    visitor.diary.expect(behind.run("document.visibilityState") == "hidden", "a tab behind another one was in view")
    if visitor.luck.random() < 0.5:
        behind.show()
        visitor.sees(behind)  # it is another tab, so no goal of the first one was reached
    else:
        visitor.diary.unseen.add(token_of(behind))
    behind.close()
    tab.close()


def opens_a_link_behind(visitor: Visitor) -> None:
    """A click with the middle button is a click, and what it opens is another tab."""
    tab = visitor.open("/")
    home = token_of(tab)
    behind = visitor.person.opened_by(lambda: tab.click("#row-shop a", 1, button="middle"))
    visitor.reaches(home, WINDOW)
    behind.loaded()
    visitor.diary.expect(behind.run("document.visibilityState") == "hidden", "a link behind was in view")
    behind.show()
    visitor.sees(behind)
    behind.close()
    tab.close()


def stays(visitor: Visitor) -> None:
    """Reads a story for more than two seconds, or leaves at once."""
    tab = visitor.open("/journal/the-long-light")
    story = token_of(tab)
    if visitor.luck.random() < 0.5 or float(tab.run("performance.now()")) > 1200:
        tab.run("new Promise(done => setTimeout(done, 2600))")
        visitor.reaches(story, STAYED)
    tab.close()


def scrolls(visitor: Visitor) -> None:
    """Reads about the shop, to the end or not."""
    tab = visitor.open("/about")
    about = token_of(tab)
    tall = bool(tab.run("innerHeight < 0.75 * document.scrollingElement.scrollHeight"))
    visitor.diary.expect(tall, "/about is too short for this")
    if visitor.luck.random() < 0.5:
        tab.run("scrollTo({top: 1e6, behavior: 'instant'})")
        tab.run("new Promise(done => requestAnimationFrame(() => setTimeout(done, 100)))")
        visitor.reaches(about, READ)
    tab.close()


def writes(visitor: Visitor) -> None:
    """The site's own script says that a letter was ordered, here or on the next page."""
    tab = visitor.open("/")
    home = token_of(tab)
    if visitor.luck.random() < 0.5:
        path = visitor.follows(tab, "#row-shop a")
        visitor.reaches(home, WINDOW, *([GEAR] if path.startswith("/gear/") else []))
    if tab.run("typeof windsock") == "function":
        tab.run("windsock('event', 'letter')")
        visitor.reaches(home, LETTER)
    tab.close()


def reloads(visitor: Visitor) -> None:
    """A page that is asked for again is another page."""
    tab = visitor.open("/")
    first = token_of(tab)
    with tab.arriving():
        tab.ask("Page.reload")
    visitor.diary.expect(token_of(tab) != first, "a page that was asked for again has the same token")
    visitor.sees(tab)
    tab.close()


def has_no_scripts(visitor: Visitor) -> None:
    """Without JavaScript the pages are whole, and nothing is counted."""
    tab = visitor.person.tab(scripts=False)
    tab.open(f"{visitor.site}/")
    for _ in range(2):
        whole = tab.run("!!document.querySelector('main h1') && !!document.querySelector('footer address')")
        visitor.diary.expect(whole, f"{path_of(tab)} is not whole without JavaScript")
        broken = tab.run("[...document.images].filter(each => each.complete && !each.naturalWidth).length")
        visitor.diary.expect(broken == 0, f"{path_of(tab)} lacks pictures without JavaScript")
        visitor.diary.unseen.add(token_of(tab))
        with tab.arriving():
            tab.click("#row-shop a, main a")
    tab.close()


def is_private(visitor: Visitor) -> None:
    """Who asks not to be counted has nothing on the device, and nothing in the page."""
    tab = visitor.open("/")
    for selector in ("#row-shop a", "main a"):
        visitor.diary.expect(not token_of(tab), f"{path_of(tab)} has a token for somebody with Sec-GPC")
        kept = tab.run("sessionStorage.length + localStorage.length")
        visitor.diary.expect(kept == 0 and not visitor.person.cookies(), "something is on the device with Sec-GPC")
        with tab.arriving():
            tab.click(selector)
    tab.close()


DEEDS: Final[tuple[Callable[[Visitor], None], ...]] = (
    looks_around, buys, is_private, opens_tabs, has_no_scripts, stays, opens_a_link_behind, writes,
    returns, scrolls, reads_on, reloads,
)  # fmt: skip
"""What people do, in turn."""
PRIVATE: Final = {"Sec_GPC": "1"}


@dataclass(frozen=True, slots=True)
class Report:
    """What was compared."""

    people: int
    pages: int  # that were seen
    unseen: int
    rewards: Mapping[str, int]  # goal -> how often it was reached, by the diaries
    differences: list[str]


@contextmanager
def stage() -> Iterator[Stage]:
    """The demo's shop with an edge in front of it, and more rules."""
    with tempfile.TemporaryDirectory() as folder:
        rules = Path(folder, "site")
        shutil.copytree(Path(str(files("rules") / "site")), rules)
        for name, rest in MORE_RULES.items():
            (rules / f"{name}.yaml").write_text(f"experience: {name}\npurpose: content\n{rest}")
        with Stage(rules, door=False) as shop:
            yield shop


def walk(people: int = PEOPLE, told: Callable[[int], None] = lambda done: None) -> Report:
    """Let so many people walk through the shop, then compare the log with their diaries.

    Nobody throws the whole browser away behind them: beacons that are on their way would go with it.
    """
    diaries: list[Diary] = []
    with stage() as shop, Chromium() as chromium, ExitStack() as all_of_them:

        def come(number: int, deed: Callable[[Visitor], None]) -> Diary:
            diary = Diary()
            fields = PRIVATE if deed is is_private else {}
            person = all_of_them.enter_context(chromium.person(**fields))
            try:
                deed(Visitor(shop.at.site, person, diary, random.Random(number)))
            except (RuntimeError, TimeoutError) as error:
                diary.wrong.append(f"person {number} could not go on ({deed.__name__}): {error}")
            return diary

        with ThreadPoolExecutor(AT_ONCE) as crowd:
            for diary in crowd.map(come, range(people), islice(cycle(DEEDS), people)):
                diaries.append(diary)
                told(len(diaries))
        return compared(shop.store, diaries)


def compared(store: Path, diaries: list[Diary]) -> Report:
    """Compare the log with the diaries, once it says the same or the time is over."""
    pages = Pages(keys_of(store.with_suffix(".secret")))
    wanted = {opened(pages, token).id: goals for diary in diaries for token, goals in diary.seen.items()}
    rows = {page.id: len(page.rows) for page in (opened(pages, token) for diary in diaries for token in diary.seen)}
    unseen = {opened(pages, token).id for diary in diaries for token in diary.unseen if token}
    with Log(store) as log:
        end = time.monotonic() + PATIENCE
        while (found := differences(log, wanted, rows, unseen)) and time.monotonic() < end:
            time.sleep(0.2)
    wrong = [line for diary in diaries for line in diary.wrong]
    rewards = Counter(goal for goals in wanted.values() for goal in goals)
    return Report(len(diaries), len(wanted), len(unseen), dict(sorted(rewards.items())), [*wrong, *found])


def opened(pages: Pages, token: str) -> Page:
    """What a token of the edge says."""
    page = pages.open(token, time.time())
    assert isinstance(page, Page), page
    return page


def differences(log: Log, wanted: Mapping[str, set[str]], rows: Mapping[str, int], unseen: set[str]) -> list[str]:
    """A line for each page of which the log says something else than the diaries."""
    exposures = [exposure for _, exposure in log.exposures(0, 1_000_000)]
    shown = Counter(exposure.decision.partition(".")[0] for exposure in exposures)
    outcomes = log.outcomes_of([exposure.decision for exposure in exposures])
    reached: dict[str, set[str]] = {page: set() for page in shown}
    for decision, all_of_it in outcomes.items():
        reached[decision.partition(".")[0]].update(each.goal for each in all_of_it if each.event == "reward")
    found = [
        f"page {page}: seen, and the log has {shown[page]} of {rows[page]} decisions"
        for page in wanted
        if shown[page] != rows[page]
    ]
    found += [f"page {page}: nobody saw it, and the log says so" for page in unseen if page in shown]
    found += [
        f"page {page}: in the log, and in no diary" for page in shown if page not in wanted and page not in unseen
    ]
    return found + [
        f"page {page}: reached {sorted(goals)}, and the log has {sorted(reached[page])}"
        for page, goals in wanted.items()
        if page in reached and reached[page] != goals
    ]


def main(people: int = PEOPLE) -> int:
    """Print what was compared; 1 if anything differs."""
    began = time.monotonic()

    def told(done: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{done} of {people} people", end="", file=sys.stderr, flush=True)

    report = walk(people, told)
    print(f"{report.people} people in {time.monotonic() - began:.0f} s")
    print(f"{report.pages} pages that were seen, and {report.unseen} that were not")
    for goal, times in report.rewards.items():
        print(f"{times:5}  {goal}")
    for line in report.differences:
        print(line)
    print("the log equals the diaries" if not report.differences else f"{len(report.differences)} differences")
    return 1 if report.differences else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2])))
