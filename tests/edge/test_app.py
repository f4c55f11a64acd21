"""`edge.Personalization` around apps that people write, on the servers that they run."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pytest
import uvicorn
from fastapi import FastAPI
from granian.constants import Interfaces
from granian.server.embed import Server
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.websockets import WebSocket

import edge
from edge.errors import WindsockError
from edge.web.asgi import App, Message
from tests.asgi import Life, Page, Said, Talk, ask
from tests.wire import free_port, get

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


# Lifespan


def test_the_app_starts_and_ends_with_the_server(wrap: Wrap) -> None:
    lived = []

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[dict[str, str]]:
        lived.append("started")
        yield {"shelf": "full"}
        lived.append("ended")

    async def live() -> Said:
        app = wrap(Starlette(routes=[Route("/", _page)], lifespan=lifespan))
        async with Life(app) as life:
            assert (lived, life.state) == (["started"], {"shelf": "full"})
            return await ask(app, "/", PHONE)

    assert asyncio.run(live()).body == edited()
    assert lived == ["started", "ended"]


def test_an_app_that_cannot_start_says_so_to_the_server(wrap: Wrap) -> None:
    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        raise RuntimeError("no database")
        yield

    async def live() -> None:
        async with Life(wrap(Starlette(lifespan=lifespan))):
            pass

    with pytest.raises(AssertionError, match=r"lifespan\.startup\.failed"):
        asyncio.run(live())


def test_an_app_that_knows_no_lifespan_serves_all_the_same(wrap: Wrap) -> None:
    async def only_http(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        await Page(BODY.encode())(scope, receive, send)

    async def live() -> Said:
        app = wrap(only_http)
        with contextlib.suppress(AssertionError):  # a server takes that as: without lifespan, then
            await app({"type": "lifespan"}, asyncio.Queue[Message]().get, asyncio.Queue[Message]().put)
        try:
            return await ask(app, "/", PHONE)
        finally:
            await app.aclose()

    assert asyncio.run(live()).body == edited()


# Streams, files, sockets


def get_scope(agent: str = AGENT, **more: Any) -> dict[str, Any]:
    """A GET request."""
    return {
        "type": "http",
        "method": "GET",
        "http_version": "1.1",
        "headers": [(b"user-agent", agent.encode())],
        **more,
    }


@pytest.mark.parametrize(
    ("media_type", "agent"), [("text/event-stream", AGENT), ("text/html", "curl/8"), ("application/json", AGENT)]
)
def test_what_is_not_edited_streams_as_it_comes(wrap: Wrap, media_type: str, agent: str) -> None:
    async def stream() -> None:
        more = asyncio.Event()

        async def parts() -> AsyncIterator[bytes]:
            yield b"one"
            await more.wait()
            yield b"two"

        async def app(scope: Any, receive: Any, send: Any) -> None:
            await StreamingResponse(parts(), media_type=media_type)(scope, receive, send)

        async with Talk(wrap(app), get_scope(agent)) as server:
            await server.to.put({"type": "http.request", "body": b"", "more_body": False})
            assert (await server.next())["type"] == "http.response.start"
            assert (await server.next())["body"] == b"one"
            more.set()
            assert (await server.next())["body"] == b"two"
            assert (await server.next())["more_body"] is False

    asyncio.run(stream())


def test_a_visitor_who_leaves_ends_the_stream_as_without_us(wrap: Wrap) -> None:
    async def stream() -> None:
        ended = asyncio.Event()

        async def ticks() -> AsyncIterator[bytes]:
            try:
                while True:
                    yield b"tick"
                    await asyncio.sleep(0.01)
            finally:
                ended.set()

        async def app(scope: Any, receive: Any, send: Any) -> None:
            await StreamingResponse(ticks(), media_type="text/event-stream")(scope, receive, send)

        async with Talk(wrap(app), get_scope()) as server:
            await server.next()
            await server.next()
            await server.to.put({"type": "http.disconnect"})
            await asyncio.wait_for(ended.wait(), 5)

    asyncio.run(stream())


def test_files_are_served_and_pages_among_them_edited(wrap: Wrap, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(BODY)
    (tmp_path / "blob.bin").write_bytes(bytes(range(256)) * 1000)
    routes = [
        Route("/page", lambda _: FileResponse(tmp_path / "page.html")),
        Route("/blob", lambda _: FileResponse(tmp_path / "blob.bin")),
    ]
    app = wrap(Starlette(routes=routes))
    page = asked(app, "/page", PHONE)
    assert (page.body, page.field("content-length")) == (edited(), [str(len(edited()))])
    assert asked(app, "/blob", PHONE).body == bytes(range(256)) * 1000
    part = asked(app, "/blob", PHONE, ("Range", "bytes=1-3"))
    assert (part.status, part.body) == (206, b"\x01\x02\x03")


def test_a_server_that_sends_files_itself_is_not_told_to_send_an_unedited_page(wrap: Wrap, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(BODY)

    async def visit() -> list[Message]:
        app = wrap(FileResponse(tmp_path / "page.html"))
        async with Talk(app, get_scope(extensions={"http.response.pathsend": {}})) as server:
            await server.to.put({"type": "http.request"})
            return [await server.next(), await server.next()]

    _, body = asyncio.run(visit())
    assert body["body"] == edited()


def test_websockets_pass_through(wrap: Wrap) -> None:
    async def echo(socket: WebSocket) -> None:
        await socket.accept("chat")
        await socket.send_text(await socket.receive_text() + "!")
        await socket.close()

    async def chat() -> None:
        app = wrap(Starlette(routes=[WebSocketRoute("/ws", echo)]))
        async with Talk(app, {"type": "websocket", "path": "/ws", "subprotocols": ["chat"]}) as server:
            await server.to.put({"type": "websocket.connect"})
            assert (await server.next())["subprotocol"] == "chat"
            await server.to.put({"type": "websocket.receive", "text": "hello"})
            assert (await server.next())["text"] == "hello!"
            assert (await server.next())["type"] == "websocket.close"

    asyncio.run(chat())


def test_background_tasks_still_run_after_the_page_was_sent(wrap: Wrap) -> None:
    ran: list[str] = []
    page = HTMLResponse(BODY, background=BackgroundTask(ran.append, "mail sent"))
    assert asked(wrap(page), "/", PHONE).body == edited()
    assert ran == ["mail sent"]


def test_messages_that_belong_to_no_answer_pass_before_it_begins(wrap: Wrap) -> None:
    hint = {"type": "http.response.early_hint", "links": [b"</style.css>; rel=preload"]}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send(hint)
        await HTMLResponse(BODY)(scope, receive, send)

    async def visit() -> list[Message]:
        async with Talk(wrap(app), get_scope()) as server:
            return [await server.next(), await server.next(), await server.next()]

    first, _, body = asyncio.run(visit())
    assert (first, body["body"]) == (hint, edited())


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
    edge.Personalization(Page(), rules=rules, weather="met")
    assert [line for line in log if "weather" in line] == [
        "argument weather has no effect in this version: the weather is unknown"
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


# Servers that people run


@contextlib.contextmanager
def under_uvicorn(app: Any, lifespan: Any) -> Iterator[int]:
    """The app on a port, served by uvicorn."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, lifespan=lifespan, log_config=None))
    with _in_a_thread(server.serve, lambda: setattr(server, "should_exit", True), port):
        yield port


@contextlib.contextmanager
def under_granian(app: Any, lifespan: Any) -> Iterator[int]:
    """The app on a port, served by granian."""
    port = free_port()
    interface = Interfaces.ASGINL if lifespan == "off" else Interfaces.ASGI
    server = Server(app, port=port, interface=interface, log_enabled=False)
    with _in_a_thread(server.serve, server.stop, port):
        yield port


@contextlib.contextmanager
def _in_a_thread(
    serve: Callable[[], Coroutine[Any, Any, None]], stop: Callable[[], object], port: int
) -> Iterator[None]:
    loop = asyncio.new_event_loop()
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        thread = threading.Thread(target=runner.run, args=(serve(),))
        thread.start()
        try:
            _listening(port)
            yield
        finally:
            loop.call_soon_threadsafe(stop)
            thread.join(10)
    assert not thread.is_alive()


def _listening(port: int) -> None:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.01)


@pytest.mark.parametrize("under", [under_uvicorn, under_granian])
@pytest.mark.parametrize("lifespan", ["on", "off"])
def test_on_a_real_server_pages_fit_and_streams_stream(
    under: Callable[[Any, str], contextlib.AbstractContextManager[int]], lifespan: str, wrap: Wrap
) -> None:
    more = threading.Event()

    async def parts() -> AsyncIterator[bytes]:
        yield b"one"
        await asyncio.to_thread(more.wait, 5)
        yield b"two"

    stream = Route("/stream", lambda _: StreamingResponse(parts(), media_type="text/event-stream"))
    with under(wrap(Starlette(routes=[Route("/", _page), stream])), lifespan) as port:
        assert get(port, "/", f"User-Agent: {AGENT}")[2] == edited()
        assert get(port, "/")[2] == BODY.encode()
        request = b"GET /stream HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        with socket.create_connection(("127.0.0.1", port), timeout=5) as visitor:
            visitor.sendall(request)
            said = b""
            while b"one" not in said:
                said += visitor.recv(65536)
            assert b"two" not in said
            more.set()
            while b"two" not in said:
                said += visitor.recv(65536)
