from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import orjson
import pytest

from edge.console.app import private_app
from edge.console.guard import Guard
from edge.console.state import State
from edge.edition import Edition
from edge.live.current import Current
from edge.live.switches import switched_off, switched_on
from edge.run import Serves
from rules.load import load
from tests.asgi import Said, ask
from tests.edge.live.test_current import RULES

Reach = Callable[[], Awaitable[bool]]


@dataclass
class Rules:
    problem: str = ""


@dataclass
class Workers:
    alive: dict[int, Serves] = field(default_factory=dict)

    def serving(self) -> dict[int, Serves]:
        return self.alive


@dataclass
class Switches:
    """Switches whose workers follow at once, or never."""

    workers: Workers
    problem: str = ""
    off: frozenset[str] = frozenset()
    lost: str = ""

    def names(self) -> tuple[str, ...]:
        return ("hero", "banner")

    def switch(self, name: str | None, *, on: bool) -> str:
        self.off = switched_on(self.off, name, self.names()) if on else switched_off(self.off, name)
        if not self.problem:
            self.workers.alive = {pid: Serves(was.version, self.off) for pid, was in self.workers.alive.items()}
        return self.lost


async def reachable() -> bool:
    return True


async def unreachable() -> bool:
    return False


@pytest.fixture
def edition(tmp_path: Path) -> Edition:
    (tmp_path / "hero.yaml").write_text(RULES)
    current, document = Current(lambda: 0.0), load(tmp_path).document
    assert document is not None
    current.take(document)
    assert current.current is not None
    return current.current


@dataclass
class Editions:
    current: Edition | None


def explain(_: State, pairs: list[tuple[str, str]]) -> dict[str, object]:
    if not pairs:
        raise ValueError("ask for something")
    return {"asked": pairs}


def of(edition: Edition | None, problem: str = "", workers: Workers | None = None, reached: Reach = reachable) -> State:
    """An edge like that."""
    workers = workers or Workers()
    return State(Editions(edition), Rules(problem), workers, Switches(workers), reached)


def said(
    state: State, target: str, *fields: tuple[str, str], token: str = "", host: str = "127.0.0.1:8081"
) -> tuple[Said, dict[str, object]]:
    answer = asyncio.run(ask(private_app(state, explain, Guard(token, "10.0.0.7")), target, *fields, host=host))
    return answer, orjson.loads(answer.body)


def test_it_is_ready_as_soon_as_a_worker_serves_an_edition(edition: Edition) -> None:
    answer, report = said(of(edition, workers=Workers({7: Serves(edition.version)})), "/readyz")
    assert (answer.status, report["ready"], report["edition"]) == (200, True, edition.version)


@pytest.mark.parametrize("workers", [{}, {7: Serves("")}])
def test_without_an_edition_it_is_alive_and_not_ready(workers: dict[int, Serves]) -> None:
    state = of(None, workers=Workers(workers))
    assert said(state, "/healthz")[0].status == 200
    assert said(state, "/readyz")[0].status == 503


def test_while_nobody_can_connect_it_is_not_ready(edition: Edition) -> None:
    state = of(edition, workers=Workers({7: Serves(edition.version)}), reached=unreachable)
    assert said(state, "/readyz")[0].status == 503


def test_a_broken_folder_is_named_and_does_not_make_it_unready(edition: Edition) -> None:
    answer, report = said(of(edition, "hero.yaml:3: no", Workers({7: Serves("x")})), "/readyz")
    assert (answer.status, report["problem"]) == (200, "hero.yaml:3: no")


def test_nothing_that_it_says_may_be_stored(edition: Edition) -> None:
    state = of(edition)
    for target in ("/healthz", "/readyz", "/explain?path=/"):
        assert said(state, target)[0].field("cache-control") == ["no-store"]


def test_a_question_that_is_not_understood_is_400_with_one_line(edition: Edition) -> None:
    answer, report = said(of(edition), "/explain")
    assert (answer.status, report) == (400, {"error": "ask for something"})


def test_with_a_token_explanations_need_it_and_health_does_not(edition: Edition) -> None:
    state = of(edition)
    assert said(state, "/explain?path=/", token="secret")[0].status == 401
    assert said(state, "/explain?path=/", ("Authorization", "Bearer guess"), token="secret")[0].status == 401
    assert said(state, "/explain?path=/", ("Authorization", "Bearer secret"), token="secret")[0].status == 200
    assert said(state, "/healthz", token="secret")[0].status == 200


# Who may ask

LOCAL = ("127.0.0.1", "127.0.0.1:8081", "localhost:9000", "LOCALHOST", "[::1]:8081", "127.9.9.9", "10.0.0.7:8081")
FOREIGN = (
    "evil.example",
    "169.254.169.254",
    "localhost.evil.example",
    "10.0.0.8",
    "",
    "127.0.0.1@evil.example:1",
    "[::1",
)


@pytest.mark.parametrize("target", ["/readyz", "/explain?path=/"])
def test_it_answers_under_names_of_this_machine_only(edition: Edition, target: str) -> None:
    """A page from elsewhere may have a name that leads here; what it asked under that name it could read."""
    state = of(edition, workers=Workers({7: Serves(edition.version)}))
    assert [said(state, target, host=host)[0].status for host in LOCAL] == [200] * len(LOCAL)
    assert [said(state, target, host=host)[0].status for host in FOREIGN] == [403] * len(FOREIGN)


def test_with_a_token_any_name_will_do_since_no_page_has_the_token(edition: Edition) -> None:
    state, known = of(edition), ("Authorization", "Bearer secret")
    assert said(state, "/explain?path=/", known, token="secret", host="edge.internal")[0].status == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site", "nonsense"])
def test_what_another_site_caused_is_refused_but_for_health_and_metrics(edition: Edition, site: str) -> None:
    state, caused = of(edition), ("Sec-Fetch-Site", site)
    for target in ("/readyz", "/explain?path=/"):
        assert said(state, target, caused)[0].status == 403
    assert said(state, "/healthz", caused, host="evil.example")[0].status == 200


@pytest.mark.parametrize("site", ["none", "same-origin"])
def test_who_types_the_address_or_is_here_already_may_ask(edition: Edition, site: str) -> None:
    assert said(of(edition), "/explain?path=/", ("Sec-Fetch-Site", site))[0].status == 200


def test_who_asks_for_long_keeps_nobody_else_waiting(edition: Edition) -> None:
    ends = threading.Event()

    def slow(_: State, pairs: list[tuple[str, str]]) -> dict[str, object]:
        return {"others": ends.wait(20)}

    async def both() -> bytes:
        app = private_app(of(edition), slow, Guard("", "127.0.0.1"))
        question = asyncio.ensure_future(ask(app, "/explain", host="127.0.0.1:8081"))
        await asyncio.sleep(0)
        assert (await ask(app, "/healthz", host="127.0.0.1:8081")).status == 200
        ends.set()
        return (await question).body

    assert orjson.loads(asyncio.run(both())) == {"others": True}
