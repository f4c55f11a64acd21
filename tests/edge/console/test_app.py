from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import orjson
import pytest

from edge.console.app import private_app
from edge.console.state import State
from edge.edition import Edition
from edge.live.current import Current
from rules.load import load
from tests.asgi import Said, ask
from tests.edge.live.test_current import RULES


@dataclass
class Rules:
    problem: str = ""


@dataclass
class Workers:
    alive: dict[int, str] = field(default_factory=dict)

    def serving(self) -> dict[int, str]:
        return self.alive


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


def said(state: State, target: str, *fields: tuple[str, str], token: str = "") -> tuple[Said, dict[str, object]]:
    answer = asyncio.run(ask(private_app(state, explain, token), target, *fields))
    return answer, orjson.loads(answer.body)


def test_it_is_ready_as_soon_as_a_worker_serves_an_edition(edition: Edition) -> None:
    answer, report = said(State(Editions(edition), Rules(), Workers({7: edition.version}), reachable), "/readyz")
    assert (answer.status, report["ready"], report["edition"]) == (200, True, edition.version)


@pytest.mark.parametrize("workers", [{}, {7: ""}])
def test_without_an_edition_it_is_alive_and_not_ready(workers: dict[int, str]) -> None:
    state = State(Editions(None), Rules(), Workers(workers), reachable)
    assert said(state, "/healthz")[0].status == 200
    assert said(state, "/readyz")[0].status == 503


def test_while_nobody_can_connect_it_is_not_ready(edition: Edition) -> None:
    state = State(Editions(edition), Rules(), Workers({7: edition.version}), unreachable)
    assert said(state, "/readyz")[0].status == 503


def test_a_broken_folder_is_named_and_does_not_make_it_unready(edition: Edition) -> None:
    answer, report = said(State(Editions(edition), Rules("hero.yaml:3: no"), Workers({7: "x"}), reachable), "/readyz")
    assert (answer.status, report["problem"]) == (200, "hero.yaml:3: no")


def test_nothing_that_it_says_may_be_stored(edition: Edition) -> None:
    state = State(Editions(edition), Rules(), Workers(), reachable)
    for target in ("/healthz", "/readyz", "/explain?path=/"):
        assert said(state, target)[0].field("cache-control") == ["no-store"]


def test_a_question_that_is_not_understood_is_400_with_one_line(edition: Edition) -> None:
    answer, report = said(State(Editions(edition), Rules(), Workers(), reachable), "/explain")
    assert (answer.status, report) == (400, {"error": "ask for something"})


def test_with_a_token_explanations_need_it_and_health_does_not(edition: Edition) -> None:
    state = State(Editions(edition), Rules(), Workers(), reachable)
    assert said(state, "/explain?path=/", token="secret")[0].status == 401
    assert said(state, "/explain?path=/", ("Authorization", "Bearer guess"), token="secret")[0].status == 401
    assert said(state, "/explain?path=/", ("Authorization", "Bearer secret"), token="secret")[0].status == 200
    assert said(state, "/healthz", token="secret")[0].status == 200
