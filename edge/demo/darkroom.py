"""A little web server for pictures of pages beside each other.

A page that shows the shop in a frame must come from the same host, or the browser keeps the shop's cookies away. And
a browser without hands cannot choose who it is: `/as/PERSONA/BUCKET` gives it the cookies and sends it to the door.
"""

from __future__ import annotations

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self
from urllib.parse import parse_qs, urlencode, urlsplit

from edge.demo.door import COOKIE


class Darkroom:
    """Serves a folder on loopback; a context manager."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(self.folder)))
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def put(self, name: str, text: str) -> None:
        """Put a page into the folder."""
        (self.folder / name).write_text(text, "utf-8")

    def url(self, path: str) -> str:
        """Give the address of something in the folder."""
        return f"http://127.0.0.1:{self._server.server_port}/{path}"

    def step_in(self, door: str, persona: str, path: str = "/", bucket: int = 0) -> str:
        """Give the address that makes a browser that persona with that bucket, on that page of the shop."""
        return self.url("as?" + urlencode({"to": door + path, "persona": persona, "bucket": bucket}))


class _Handler(SimpleHTTPRequestHandler):
    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path != "/as":
            super().do_GET()
            return
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.send_response(302)
        self.send_header("Location", asked["to"])
        for name, value in ((COOKIE, asked["persona"]), ("windsock", asked["bucket"])):
            self.send_header("Set-Cookie", f"{name}={value}; Path=/; SameSite=Lax")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Stay quiet."""
