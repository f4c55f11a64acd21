"""A small site that commands look at, and rules for it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Final, NamedTuple

RULES: Final = """experience: hero
purpose: content
where: /
slot: "#hero"
ends: 2099-01-01
variants: {classic: original, phone: {text: Hello}}
choose:
  - when: {device: mobile}
    show: phone
"""


class Answer(NamedTuple):
    """What a page answers."""

    body: str
    status: int = 200
    kind: str = "text/html"
    location: str = ""


Site = dict[str, Answer]


class Origin(NamedTuple):
    """A site that is being served, and the paths that were asked for."""

    url: str
    asked: list[str]


@contextlib.contextmanager
def serving(site: Site) -> Iterator[Origin]:
    """The site on a port of its own; what it does not have is 404."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            answer = site.get(self.path, Answer("", 404))
            body = answer.body.encode()
            self.send_response_only(answer.status)
            self.send_header("Content-Type", answer.kind)
            if answer.location:
                self.send_header("Location", answer.location)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield Origin(f"http://127.0.0.1:{server.server_port}", asked)
        finally:
            server.shutdown()
            thread.join()
