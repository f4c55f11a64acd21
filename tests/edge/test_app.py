"""`edge.Personalization` around apps that people write: what it gives, what stops it, what an edit does."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route

import edge
from edge.errors import WindsockError
from edge.web.asgi import App
from tests.asgi import Page, Said, ask

BODY: Final = '<!doctype html><body><h1 id="hero">Classic</h1><p>café</p></body>'
HERO: Final = """
experience: hero
purpose: content
where: "*"
slot: "#hero"
variants: {classic: original, phone: {text: Phone}}
choose:
  - when: {device: mobile}
    show: phone
"""
AGENT: Final = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"
PHONE: Final = ("User-Agent", AGENT)


def edited(form: str = "Phone") -> bytes:
    """The page that a phone gets."""
    return BODY.replace("Classic", form).encode()


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A folder with one experience."""
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "hero.yaml").write_text(HERO)
    return folder


Wrap = Callable[[App], Any]


@pytest.fixture
def wrap(rules: Path) -> Wrap:
    """Around any app."""
    return lambda app, **settings: edge.Personalization(app, rules=rules, **settings)


def asked(app: Any, target: str = "/", *fields: tuple[str, str], method: str = "GET") -> Said:
    """One request, in a loop of its own."""

    async def once() -> Said:
        try:
            return await ask(app, target, *fields, method=method)
        finally:
            await app.aclose()

    return asyncio.run(once())


# Apps that people write


async def _page(_: Request) -> Response:
    return HTMLResponse(BODY)


async def _data(request: Request) -> Response:
    return JSONResponse({"sent": (await request.body()).decode(), "path": request.url.path})


async def _boom(_: Request) -> Response:
    raise ZeroDivisionError("a defect of the app")


def starlette_app() -> App:
    """Routes without a framework around them."""
    return Starlette(routes=[Route("/", _page), Route("/data", _data, methods=["POST"]), Route("/boom", _boom)])


def fastapi_app() -> App:
    """The same, as FastAPI has it."""
    app = FastAPI()

    @app.get("/", response_class=HTMLResponse)
    def page() -> str:
        return BODY

    @app.post("/data")
    async def data(request: Request) -> Any:
        return {"sent": (await request.body()).decode(), "path": request.url.path}

    @app.get("/boom")
    def boom() -> None:
        raise ZeroDivisionError("a defect of the app")

    return app


def django_app() -> App:
    """The same, as Django has it; it comes without types, so it is imported without a word to mypy."""
    asgi, conf, http, urls = (import_module(f"django.{name}") for name in ("core.asgi", "conf", "http", "urls"))

    def page(_: object) -> object:
        return http.HttpResponse(BODY)

    def data(request: Any) -> object:
        return http.JsonResponse({"sent": request.body.decode(), "path": request.path})

    def boom(_: object) -> object:
        raise ZeroDivisionError("a defect of the app")

    if not conf.settings.configured:
        paths = (urls.path("", page), urls.path("data", data), urls.path("boom", boom))
        conf.settings.configure(ROOT_URLCONF=paths, ALLOWED_HOSTS=["*"], SECRET_KEY="none", LOGGING_CONFIG=None)
    app: App = asgi.get_asgi_application()
    return app


FRAMEWORKS: Final = pytest.mark.parametrize("make", [starlette_app, fastapi_app, django_app])


@FRAMEWORKS
def test_around_any_framework_each_visitor_gets_the_page_that_fits(make: Callable[[], App], wrap: Wrap) -> None:
    assert asked(wrap(make()), "/", PHONE).body == edited()
    assert asked(wrap(make()), "/").body == BODY.encode()


@FRAMEWORKS
def test_what_is_no_page_passes_untouched(make: Callable[[], App], wrap: Wrap) -> None:
    plain, ours = asyncio.run(ask(make(), "/none", PHONE)), asked(wrap(make()), "/none", PHONE)
    assert (ours.status, ours.body) == (plain.status, plain.body) == (404, plain.body)
    said = asked(wrap(make()), "/data", PHONE, method="POST")
    assert json.loads(said.body) == {"sent": "", "path": "/data"}
    assert said.field("cache-control") == []


@FRAMEWORKS
def test_an_exception_of_the_app_behaves_as_without_us(make: Callable[[], App], wrap: Wrap) -> None:
    def outcome(call: Callable[[], Said]) -> object:
        try:
            return call().status
        except ZeroDivisionError as error:
            return repr(error)

    assert outcome(lambda: asked(wrap(make()), "/boom", PHONE)) == outcome(lambda: asyncio.run(ask(make(), "/boom")))


@pytest.mark.parametrize("framework", [Starlette, FastAPI])
def test_it_stands_in_a_frameworks_own_list_of_middleware(framework: Any, rules: Path) -> None:
    app = framework(routes=[Route("/", _page)], middleware=[Middleware(edge.Personalization, rules=str(rules))])
    assert asyncio.run(ask(app, "/", PHONE)).body == edited()


def test_it_may_be_mounted_below_a_path(wrap: Wrap) -> None:
    app = Starlette(routes=[Mount("/shop", app=wrap(starlette_app()))])
    assert asyncio.run(ask(app, "/shop/", PHONE)).body == edited()


def test_to_import_the_package_loads_nothing_until_the_middleware_is_asked_for() -> None:
    code = "import sys, edge; print(*{m.split('.')[0] for m in sys.modules}); edge.Personalization; print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30).stdout
    before, after = said.splitlines()
    heavy = {"httpx", "pydantic", "starlette", "granian", "prometheus_client", "rules"}
    assert not heavy & set(before.split())
    assert "rules" in after.split()


# What stops a start


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (HERO.replace("text:", "txt:"), r"hero\.yaml:6:\d+: .*txt.*text"),
        ("experience: [", r"hero\.yaml:\d+:\d+: "),
        (HERO + "tests: [{given: {device: mobile}, expect: classic}]", r"hero\.yaml:\d+:\d+: "),
    ],
)
def test_a_folder_that_is_not_right_is_one_clear_error_where_the_app_is_made(rules: Path, text: str, line: str) -> None:
    (rules / "hero.yaml").write_text(text)
    with pytest.raises(WindsockError, match=line) as raised:
        edge.Personalization(Page(), rules=rules)
    assert "\n" not in str(raised.value)


def test_a_folder_that_is_not_there_is_named_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(WindsockError, match=r"nowhere.*windsock init"):
        edge.Personalization(Page(), rules=tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"debug_tokn": "x"}, "argument debug_tokn is no setting; did you mean debug_token?"),
        ({"consent": "maybe"}, "argument consent"),
        ({"decision_budget_ms": 500}, "argument decision_budget_ms"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(rules: Path, settings: dict[str, Any], line: str) -> None:
    with pytest.raises(WindsockError, match=line.replace("?", r"\?")):
        edge.Personalization(Page(), rules=rules, **settings)


def test_settings_are_given_as_python_writes_them(rules: Path) -> None:
    observing = edge.Personalization(Page(BODY.encode()), rules=rules, observe=True, debug_token="open-sesame")
    said = asked(observing, "/", PHONE, ("X-Windsock-Debug", "open-sesame"))
    assert (said.body, said.field("x-windsock-decisions")) == (BODY.encode(), ["hero=phone;p=1;r=rule"])
    bypassed = edge.Personalization(Page(BODY.encode()), rules=rules, bypass=["/admin/*"], max_page_bytes=10_000)
    assert asked(bypassed, "/admin/x", PHONE).body == BODY.encode()


@pytest.fixture
def log() -> Iterator[list[str]]:
    """What Windsock says while the test runs."""
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger("windsock").addHandler(handler)
    yield lines
    logging.getLogger("windsock").removeHandler(handler)


def test_a_setting_whose_part_is_not_built_yet_says_so_once(rules: Path, log: list[str]) -> None:
    edge.Personalization(Page(), rules=rules, cache_profile="strict")
    assert [line for line in log if "cache_profile" in line] == [
        "argument cache_profile has no effect in this version: no page is stored"
    ]


# Rules edited while the app runs


async def until(done: Callable[[], Any], seconds: float = 5.0) -> float:
    """Ask again and again; the seconds that it took."""
    start = time.monotonic()
    while not await done():
        assert time.monotonic() - start < seconds, "not in time"
        await asyncio.sleep(0.01)
    return time.monotonic() - start


def test_an_edit_shows_within_a_second_and_a_broken_one_never(rules: Path, wrap: Wrap, log: list[str]) -> None:
    async def edit() -> None:
        app = wrap(Page(BODY.encode()))

        async def shows(form: str) -> bool:
            return (await ask(app, "/", PHONE)).body == edited(form)

        async def complained() -> bool:
            assert await shows("Telephone")
            return any("hero.yaml:6" in line for line in log)

        assert await shows("Phone")
        (rules / "hero.yaml").write_text(HERO.replace("text: Phone", "text: Telephone"))
        assert await until(lambda: shows("Telephone")) < 1
        (rules / "hero.yaml").write_text(HERO.replace("text:", "txt:"))
        await until(complained)
        assert await shows("Telephone")
        (rules / "hero.yaml").write_text(HERO.replace("text: Phone", "text: Mobile"))
        assert await until(lambda: shows("Mobile")) < 1
        await app.aclose()

    asyncio.run(edit())


# Metrics


def test_the_app_can_serve_its_counters_where_it_likes(rules: Path) -> None:
    async def metrics(_: Request) -> Response:
        return Response(app.exposition(), media_type="text/plain; version=0.0.4")

    app = edge.Personalization(Starlette(routes=[Route("/", _page), Route("/metrics", metrics)]), rules=rules)
    asked(app, "/", PHONE)
    line = b'windsock_decisions_total{experience="hero",reason="rule",variant="phone"} 1.0'
    assert line in asked(app, "/metrics").body
