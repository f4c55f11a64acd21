"""What people do in a real browser, and what the event log holds of it: the same, whatever they do.

A person opens pages of a site behind the edge, clicks, waits, scrolls, goes back, opens tabs. The site allows its own
files only (`script-src 'self'`). What a page told is found in the log by the page's token; before a test says that
there is nothing more, somebody else comes by whose beacons arrive later.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.beacons import rows
from tests.chromium import Chromium, Person, Tab
from tests.running import serving, until
from tests.wire import RawOrigin, Served

pytestmark = pytest.mark.browser

GOALS: Final = {
    "buy": 'click "#buy a"',
    "deep": "{scroll: 80%}",
    "order": "{visit: /thanks}",
    "signup": "{event: signup}",
    "stay": "{dwell: 1s}",
}
TEXTS: Final = {
    "buy": 'click "#buy a"',
    "deep": "scroll 80%",
    "order": "visit /thanks",
    "signup": "event signup",
    "stay": "dwell 1s",
}
MEASURES: Final = {"bounce", "lcp", "cls", "inp", "errors"}

HEAD: Final = "<!doctype html><html><head><meta charset=utf-8><title>Shop</title>"
SLOTS: Final = "".join(f"<section id={name}><h2>{name}</h2></section>" for name in GOALS if name != "buy")
HOME: Final = (
    f"{HEAD}</head><body><h1>A shop with a long page</h1>{SLOTS}"
    "<section id=buy><a href=/next><b><i>Buy now</i></b></a></section><a id=other href=/thanks>Thanks</a>"
    "<div style='height:3000px'></div><p id=end>The end</p></body></html>\n"
)
EARLY: Final = HOME.replace("</head>", "<script src=/early.js></script></head>")
CLASH: Final = HOME.replace("<h1>", "<base href=https://elsewhere.example/><h1>")
AHEAD: Final = (
    f'{HEAD}<script type=speculationrules>{{"prerender": [{{"urls": ["/"], "eagerness": "immediate"}}]}}</script>'
    "</head><body><a href=/>Home</a></body></html>"
)
STUB: Final = (
    b"window.windsock = window.windsock || function () { (windsock.q = windsock.q || []).push(arguments) };"
    b"windsock('event', 'other'); windsock('event', 'signup');"
)
POLICY: Final = (
    "Content-Security-Policy: default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'unsafe-inline'"
)
HTML: Final = "Content-Type: text/html; charset=utf-8"


def rule(name: str) -> str:
    guarded = "not_worse: [bounce, lcp, cls, inp, errors]" if name == "buy" else ""
    return f"""
experience: {name}
purpose: content
where: "/{{, early, clash, strict}}"
slot: "#{name}"
variants: {{classic: original, other: {{set: {{title: other}}}}}}
choose: [{{split: {{classic: 50, other: 50}}}}]
holdout: 20%
goal: {GOALS[name]}
reward_window: 10m
{guarded}
""".replace('"/{, early, clash, strict}"', "[/, /early, /clash, /strict]")


@pytest.fixture(scope="module")
def origin() -> Iterator[RawOrigin]:
    origin = RawOrigin()
    for path, page in (("/", HOME), ("/early", EARLY), ("/clash", CLASH), ("/next", HOME), ("/thanks", HOME)):
        origin.page(path, page.encode(), HTML, POLICY)
    origin.page("/strict", HOME.encode(), HTML, "Content-Security-Policy: script-src 'nonce-abc' 'strict-dynamic'")
    origin.page("/ahead", AHEAD.encode(), HTML)
    origin.page("/early.js", STUB, "Content-Type: text/javascript")
    yield origin
    origin.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("browsed")
    (folder / "rules").mkdir()
    for name in GOALS:
        (folder / "rules" / f"{name}.yaml").write_text(rule(name))
    return folder


@pytest.fixture(scope="module")
def edge(origin: RawOrigin, folder: Path) -> Iterator[Served]:
    with serving(origin, folder / "rules") as edge:
        yield edge


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    with Chromium() as chromium:
        yield chromium


@pytest.fixture
def person(chromium: Chromium) -> Iterator[Person]:
    with chromium.person() as person:
        yield person


class Site:
    """The site as people find it, and what its log holds."""

    def __init__(self, edge: Served, folder: Path, chromium: Chromium) -> None:
        self.url, self._folder, self._chromium = f"http://127.0.0.1:{edge.port}", folder, chromium

    def open(self, tab: Tab, path: str = "/") -> str:
        """Open a page; the name of it in the log, empty where it has none."""
        tab.open(self.url + path)
        return name_of(tab)

    def exposures(self, page: str) -> list[str]:
        """The experiences that this page has told to be seen, each as often as it stands in the log."""
        return sorted(row[2] for row in rows(self._folder, "exposures") if row[1].startswith(f"{page}."))

    def rewards(self, page: str) -> list[str]:
        """The goals that were reached from this page, each as often as it stands in the log."""
        return sorted(row[3] for row in self._outcomes(page) if row[2] == "reward")

    def measures(self, page: str) -> dict[str, float]:
        """What was measured on this page."""
        return {row[3]: row[4] for row in self._outcomes(page) if row[2] == "measure"}

    def pages(self) -> set[str]:
        """All pages that have told anything."""
        return {row[1].partition(".")[0] for table in ("exposures", "outcomes") for row in rows(self._folder, table)}

    def settled(self) -> str:
        """Whatever was told before is in the log; the name of the page with which somebody else came by."""
        with self._chromium.person() as somebody:
            tab = somebody.tab()
            page = self.open(tab)
            until(lambda: self.exposures(page) == sorted(GOALS))
            tab.open("about:blank")
            until(lambda: set(self.measures(page)) >= MEASURES - {"inp"})
            return page

    def _outcomes(self, page: str) -> list[tuple[Any, ...]]:
        return [row for row in rows(self._folder, "outcomes") if row[1].startswith(f"{page}.")]


@pytest.fixture
def site(edge: Served, folder: Path, chromium: Chromium) -> Site:
    return Site(edge, folder, chromium)


def name_of(tab: Tab) -> str:
    """The name in the log of the page that a tab shows."""
    token = tab.run("JSON.parse((document.getElementById('windsock-data') || {textContent: '{}'}).textContent).t")
    if not token:
        return ""
    payload = token.split(".")[2]
    name: str = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["body"]["i"]
    return name


def waiting(tab: Tab) -> list[Any]:
    """What the tab keeps for later pages."""
    kept: list[Any] = json.loads(tab.run("sessionStorage.getItem('windsock')") or "[]")
    return kept


def press(tab: Tab, selector: str, key: str = "Enter") -> None:
    """Focus an element and press a key."""
    tab.run(f"document.querySelector({json.dumps(selector)}).focus()")
    for kind in ("keyDown", "keyUp"):
        tab.ask("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=13, text="\r")


def test_a_page_that_is_seen_tells_so_once_for_each_experience_and_goals_that_need_nothing_else(
    site: Site, person: Person
) -> None:
    page = site.open(person.tab())
    until(lambda: site.exposures(page) == sorted(GOALS))
    until(lambda: site.rewards(page) == ["dwell 1s"])
    site.settled()
    assert (site.exposures(page), site.rewards(page)) == (sorted(GOALS), ["dwell 1s"])


def test_a_click_that_leaves_the_page_is_told_before_it_goes_however_deep_inside_it_was(
    site: Site, person: Person
) -> None:
    tab = person.tab()
    page = site.open(tab)
    with tab.arriving():
        tab.click("#buy a i")
    assert tab.run("location.pathname") == "/next"
    until(lambda: TEXTS["buy"] in site.rewards(page))
    until(lambda: set(site.measures(page)) >= MEASURES - {"inp"})
    assert site.measures(page)["bounce"] == 0


def test_a_key_counts_as_a_click(site: Site, person: Person) -> None:
    tab = person.tab()
    page = site.open(tab)
    with tab.arriving():
        press(tab, "#buy a")
    until(lambda: TEXTS["buy"] in site.rewards(page))


def test_a_middle_click_counts_and_a_right_click_and_a_click_beside_it_do_not(site: Site, person: Person) -> None:
    tab = person.tab()
    page = site.open(tab)
    box = tab.run(
        "(() => { const b = document.querySelector('#buy a').getBoundingClientRect(); return [b.x + 5, b.y + 5] })()"
    )

    def click(button: str, dx: int = 0) -> None:
        for kind in ("mousePressed", "mouseReleased"):
            at = {"x": box[0] + dx, "y": box[1], "button": button, "clickCount": 1}
            tab.ask("Input.dispatchMouseEvent", type=kind, **at)

    click("right")
    click("left", dx=400)
    tab.run("document.querySelector('#buy a').addEventListener('click', event => event.preventDefault())")
    tab.run("document.querySelector('#buy a').click()")  # no person did that
    site.settled()
    assert TEXTS["buy"] not in site.rewards(page)
    click("middle")
    until(lambda: TEXTS["buy"] in site.rewards(page))


def test_a_visit_is_told_by_the_later_page_two_pages_on(site: Site, person: Person) -> None:
    tab = person.tab()
    page = site.open(tab)
    until(lambda: site.exposures(page))
    site.open(tab, "/next")
    site.settled()
    assert "visit /thanks" not in site.rewards(page)
    assert site.open(tab, "/thanks") == ""
    until(lambda: "visit /thanks" in site.rewards(page))
    assert [each[2] for each in waiting(tab)] == [["event signup"]]


def test_each_page_of_a_tab_that_waits_for_a_visit_is_told_of_it_and_no_page_of_another_tab(
    site: Site, person: Person
) -> None:
    tab = person.tab()
    pages = [site.open(tab)]
    until(lambda: site.exposures(pages[0]))
    pages.append(site.open(tab))
    until(lambda: site.exposures(pages[1]))
    elsewhere = site.open(person.tab())
    until(lambda: site.exposures(elsewhere))
    assert len({*pages, elsewhere}) == 3
    tab.show()
    site.open(tab, "/thanks")
    until(lambda: all("visit /thanks" in site.rewards(page) for page in pages))
    site.settled()
    assert "visit /thanks" not in site.rewards(elsewhere)


def test_an_event_counts_when_it_is_said_on_the_page_and_on_a_later_one(site: Site, person: Person) -> None:
    tab = person.tab()
    first = site.open(tab)
    until(lambda: site.exposures(first))
    second = site.open(tab)
    until(lambda: site.exposures(second))
    tab.run("windsock('event', 'else')")
    site.settled()
    assert "event signup" not in site.rewards(first) + site.rewards(second)
    tab.run("windsock('event', 'signup'); windsock('event', 'signup')")
    until(lambda: site.rewards(first).count("event signup") == site.rewards(second).count("event signup") == 1)


def test_an_event_that_was_said_before_the_snippet_came_counts(site: Site, person: Person) -> None:
    page = site.open(person.tab(), "/early")
    until(lambda: "event signup" in site.rewards(page))


def test_who_reads_on_reaches_the_goal_of_the_scroll(site: Site, person: Person) -> None:
    tab = person.tab()
    page = site.open(tab)
    site.settled()
    tab.show()
    assert "scroll 80%" not in site.rewards(page)
    tab.run("document.getElementById('end').scrollIntoView({behavior: 'instant'})")
    until(lambda: "scroll 80%" in site.rewards(page))


def test_a_page_in_the_background_is_seen_when_it_comes_to_the_front(site: Site, person: Person) -> None:
    front = person.tab()
    front.open("about:blank")
    hidden = person.tab(background=True)
    page = site.open(hidden)
    assert hidden.run("document.visibilityState") == "hidden"
    hidden.run("windsock('event', 'signup')")
    site.settled()
    assert (site.exposures(page), site.rewards(page), waiting(hidden)) == ([], [], [])
    hidden.show()
    until(lambda: site.exposures(page) == sorted(GOALS))
    until(lambda: "event signup" in site.rewards(page))


def test_a_page_that_is_rendered_ahead_is_seen_when_it_is_shown(site: Site, person: Person, origin: RawOrigin) -> None:
    def asked() -> list[bytes]:
        return [head for head in origin.heads if head.startswith(b"GET / ")]

    tab, before = person.tab(), site.pages()
    site.open(tab, "/ahead")
    until(lambda: b"prerender" in asked()[-1])
    last = site.settled()
    assert site.pages() - before == {last}
    times = len(asked())
    tab.show()
    tab.click("a")
    until(lambda: len(site.pages() - before) == 2)
    assert len(asked()) == times


def test_going_back_and_forward_shows_the_same_page_again_which_is_not_a_second_exposure(
    site: Site, person: Person
) -> None:
    tab = person.tab()
    page = site.open(tab)
    until(lambda: site.exposures(page))
    tab.run("addEventListener('pageshow', event => { window.restored = event.persisted })")
    site.open(tab, "/next")
    tab.back()
    assert (tab.run("window.restored"), name_of(tab)) == (True, page)
    tab.back(-1)
    tab.back()
    with tab.arriving():
        tab.click("#buy a")
    until(lambda: TEXTS["buy"] in site.rewards(page))
    site.settled()
    assert site.exposures(page) == sorted(GOALS)


def test_a_page_that_is_asked_for_again_is_another_page(site: Site, person: Person) -> None:
    tab = person.tab()
    first = site.open(tab)
    with tab.arriving():
        tab.ask("Page.reload")
    second = name_of(tab)
    assert first != second
    until(lambda: site.exposures(first) == site.exposures(second) == sorted(GOALS))


def test_what_is_measured_is_told_when_the_page_is_left(site: Site, person: Person) -> None:
    tab = person.tab()
    page = site.open(tab)
    until(lambda: site.exposures(page))
    tab.run("setTimeout(() => { throw new Error('oops') }); Promise.reject(new Error('oops')); 0")
    tab.run("new Promise(done => setTimeout(done, 50))")
    tab.open("about:blank")
    until(lambda: set(site.measures(page)) >= MEASURES - {"inp"})
    found = site.measures(page)
    assert (found["bounce"], found["errors"]) == (1, 2)
    assert 0 < found["lcp"] < 30_000
    assert 0 <= found["cls"] < 1


def test_where_privacy_is_asked_for_nothing_is_on_the_device_and_nothing_in_the_log(
    site: Site, chromium: Chromium
) -> None:
    site.settled()
    with chromium.person(Sec_GPC="1") as person:
        tab = person.tab()
        before = site.pages()
        assert site.open(tab) == ""
        with tab.arriving():
            tab.click("#buy a")
        site.open(tab, "/thanks")
        assert tab.run("[sessionStorage.length, localStorage.length, document.scripts.length]") == [0, 0, 0]
        assert person.cookies() == {}
        assert site.open(tab) == ""
        last = site.settled()
        assert site.pages() - before == {last}


def test_who_leaves_takes_along_what_waited_and_is_not_counted_from_then_on(site: Site, person: Person) -> None:
    tab = person.tab()
    page = site.open(tab)
    until(lambda: waiting(tab))
    site.open(tab, "/_windsock/choice")
    assert waiting(tab)
    with tab.arriving():
        tab.click("button")
    assert tab.run("sessionStorage.length") == 0
    before = site.pages()
    assert site.open(tab) == ""
    site.open(tab, "/thanks")
    assert tab.run("[sessionStorage.length, document.scripts.length]") == [0, 0]
    last = site.settled()
    assert (site.pages() - before, "visit /thanks" in site.rewards(page)) == ({last}, False)


def test_a_robot_sees_the_page_and_is_not_counted(site: Site, chromium: Chromium) -> None:
    before = {site.settled(), *site.pages()}
    with chromium.person(User_Agent="Mozilla/5.0 (compatible; Googlebot/2.1)") as robot:
        tab = robot.tab()
        assert site.open(tab) == ""
    last = site.settled()
    assert site.pages() - before == {last}


def test_the_slowest_reaction_and_what_moved_are_measured(site: Site, person: Person) -> None:
    tab = person.tab()
    page = site.open(tab)
    tab.run(
        "document.getElementById('end').parentNode.addEventListener('pointerdown', () => {"
        " const end = performance.now() + 120; while (performance.now() < end); })"
    )
    tab.run(
        "new Promise(done => setTimeout(() => { document.querySelector('h1').style.height = '300px';"
        " requestAnimationFrame(() => setTimeout(done, 50)) }, 600))"
    )
    tab.click("h1")
    tab.run("new Promise(done => requestAnimationFrame(() => setTimeout(done, 100)))")
    tab.open("about:blank")
    until(lambda: set(site.measures(page)) == MEASURES)
    found = site.measures(page)
    assert found["inp"] >= 100
    assert found["cls"] > 0.01
    assert found["bounce"] == 0


def test_without_scripts_the_page_is_whole_and_nothing_is_counted(site: Site, person: Person) -> None:
    before = {site.settled(), *site.pages()}
    tab = person.tab(scripts=False)
    tab.open(f"{site.url}/")
    document = tab.ask("DOM.getDocument", depth=0)["root"]["nodeId"]
    shown = tab.ask("DOM.getOuterHTML", nodeId=document)["outerHTML"]
    assert "The end" in shown
    tab.open(f"{site.url}/thanks")
    last = site.settled()
    assert site.pages() - before == {last}


@pytest.mark.parametrize("path", ["/strict", "/clash"])
def test_a_page_on_which_the_snippet_may_not_run_is_shown_without_it(site: Site, person: Person, path: str) -> None:
    tab = person.tab()
    assert site.open(tab, path) == ""
    assert tab.run("document.scripts.length") == 0


def test_the_page_has_no_other_global_and_complains_of_nothing(site: Site, person: Person) -> None:
    tab = person.tab()
    tab.ask("Log.enable")
    site.open(tab)
    bare = person.tab()
    site.open(bare, "/strict")
    names = "Object.getOwnPropertyNames(window)"
    assert set(tab.run(names)) - set(bare.run(names)) == {"windsock"}
    assert [each["entry"]["text"] for each in tab.told("Log.entryAdded") if each["entry"]["level"] == "error"] == []
