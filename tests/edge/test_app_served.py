"""`edge.Personalization` between an app and a server: lifespans, streams, files, WebSockets, and real servers."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from granian.constants import Interfaces
from granian.server.embed import Server
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

import edge
from edge.web.asgi import Message
from tests.asgi import Life, Page, Said, Talk, ask
from tests.edge.test_app import AGENT, BODY, HERO, PHONE, Wrap, asked, edited
from tests.wire import free_port, get


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A folder with one experience."""
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "hero.yaml").write_text(HERO)
    return folder


@pytest.fixture
def wrap(rules: Path) -> Wrap:
    """Around any app."""
    return lambda app, **settings: edge.Personalization(app, rules=rules, **settings)


async def _page(_: Request) -> Response:
    return HTMLResponse(BODY)


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
