"""What the doctor sees of an origin: each sentence on a real server."""

from __future__ import annotations

import contextlib
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from edge.cli.checkup.finding import Finding
from edge.cli.checkup.origin import origin
from edge.settings import default

HTML = b"<!doctype html><html><head><meta charset=utf-8><title>Shop</title></head><body><p>Hello</p></body></html>"
CERTIFICATE = Path(__file__).with_name("certificate.pem")  # a key and a certificate for 127.0.0.1, made for this test
NOW = 1_790_000_000.0

Answer = tuple[int, Mapping[str, str], bytes]
Site = Callable[[str], Answer]


@contextlib.contextmanager
def _serving(site: Site, *, tls: bool = False) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = site(self.path)
            self.send_response_only(status)
            self.send_header("Date", formatdate(NOW, usegmt=True))
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client that refuses us is expected
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(CERTIFICATE)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def _page(body: bytes = HTML, kind: str = "text/html", cookie: str = "theme=dark") -> Site:
    """A site with a start page and nothing else."""
    return lambda path: (200, {"Content-Type": kind, "Set-Cookie": cookie}, body) if path == "/" else (404, {}, b"")


def _look(url: str, **changes: object) -> dict[str, Finding]:
    settings = replace(default(), origin=url, **changes)  # type: ignore[arg-type]  # the caller names fields
    return {finding.about: finding for finding in origin(settings, lambda: NOW)}


def _seen(site: Site, **changes: object) -> dict[str, Finding]:
    with _serving(site) as url:
        return _look(url, **changes)


def test_a_plain_site_is_well() -> None:
    found = _seen(_page())
    assert {finding.state for finding in found.values()} == {"ok"}
    assert "answers 200" in found["origin"].text
    assert "HTML in utf-8" in found["pages"].text
    assert "clock" in found
    assert "edits stay" in found["hydration"].text


def test_without_an_origin_there_is_nothing_to_look_at() -> None:
    assert _look("") == {
        "origin": Finding("origin", "fail", "none is set: give --origin http://…, the site behind the edge")
    }


def test_a_start_page_elsewhere_on_the_site_is_followed() -> None:
    def site(path: str) -> Answer:
        return (302, {"Location": "/en/"}, b"") if path == "/" else _page()("/" if path == "/en/" else path)

    found = _seen(site)
    assert (found["origin"].state, found["pages"].state) == ("ok", "ok")
    assert "its start page is /en/" in found["origin"].text


def test_a_redirect_to_another_site_is_worth_a_warning() -> None:
    found = _seen(lambda _: (301, {"Location": "https://www.shop.example/"}, b""))
    assert found["origin"].state == "warn"
    assert "https://www.shop.example/" in found["origin"].text


def test_an_endless_redirect_ends() -> None:
    assert _seen(lambda _: (302, {"Location": "/"}, b""))["origin"].state == "warn"


def test_a_path_prefix_is_part_of_the_origin() -> None:
    def site(path: str) -> Answer:
        return _page()("/" if path == "/shop/" else path)

    with _serving(site) as url:
        assert _look(url + "/shop")["pages"].state == "ok"


@pytest.mark.parametrize(("status", "state"), [(500, "fail"), (503, "fail"), (404, "warn"), (401, "warn")])
def test_an_error_of_the_site_is_told(status: int, state: str) -> None:
    assert _seen(lambda _: (status, {}, b""))["origin"].state == state


@pytest.mark.parametrize(
    ("site", "told"),
    [
        (_page(b"{}", "application/json"), "not HTML but application/json"),
        (_page(HTML, "text/html; charset=utf-16"), "charset that cannot be edited"),
        (_page(HTML + b" " * 2000), "larger than 1000 bytes"),
    ],
)
def test_a_page_that_passes_untouched_is_worth_a_warning(site: Site, told: str) -> None:
    found = _seen(site, max_page_bytes=1000)["pages"]
    assert found.state == "warn"
    assert told in found.text


def test_a_page_that_a_framework_takes_over_is_worth_a_warning() -> None:
    page = HTML.replace(b"<p>", b'<script id="__NEXT_DATA__" type="application/json">{}</script><p>')
    found = _seen(_page(page))["hydration"]
    assert found.state == "warn"
    assert "Next.js" in found.text


@pytest.mark.parametrize(("apart", "state"), [(0, "ok"), (29, "ok"), (-29, "ok"), (31, "warn"), (-3600, "warn")])
def test_a_clock_that_differs_by_more_than_half_a_minute_is_worth_a_warning(apart: float, state: str) -> None:
    with _serving(_page()) as url:
        settings = replace(default(), origin=url)
        found = {finding.about: finding for finding in origin(settings, lambda: NOW + apart)}
    assert found["clock"].state == state


def test_a_cookie_of_our_name_would_break_the_site() -> None:
    found = _seen(_page(cookie="windsock=1; Path=/"))["names"]
    assert found.state == "fail"
    assert "cookie named windsock" in found.text


def test_pages_under_our_prefix_would_be_out_of_reach() -> None:
    found = _seen(lambda path: (200, {}, b"") if path in ("/", "/_windsock/") else (404, {}, b""))["names"]
    assert found.state == "fail"
    assert "/_windsock/" in found.text


def test_a_site_that_answers_every_path_does_not_clash() -> None:
    assert _seen(lambda _: (200, {}, HTML))["names"].state == "ok"


def test_a_site_that_is_not_there_is_told_in_plain_words() -> None:
    with _serving(_page()) as url:
        pass
    found = _look(url)["origin"]
    assert found.state == "fail"
    assert "refuses connections" in found.text


def test_a_name_that_is_nobodys_is_told_in_plain_words() -> None:
    assert "cannot be found; check the spelling" in _look("http://nobody.invalid")["origin"].text


def test_a_certificate_that_nobody_vouches_for_is_told_in_plain_words() -> None:
    with _serving(_page(), tls=True) as url:
        found = _look(url)["origin"]
    assert "certificate that is not trusted (self-signed certificate)" in found.text
    assert "--origin-ca" in found.text


def test_a_certificate_with_its_authority_named_is_well() -> None:
    with _serving(_page(), tls=True) as url:
        assert _look(url, origin_ca=CERTIFICATE)["origin"].state == "ok"


def test_https_to_a_site_that_speaks_http_is_told_in_plain_words() -> None:
    with _serving(_page()) as url:
        assert "is it http rather than https?" in _look(url.replace("http", "https"))["origin"].text


def test_a_site_that_never_answers_is_given_up_in_time() -> None:
    def site(path: str) -> Answer:
        time.sleep(0.5)
        return _page()(path)

    assert "did not answer within 0.05 s" in _seen(site, first_byte_timeout=0.05)["origin"].text


def test_an_authority_file_that_is_none_is_told() -> None:
    found = _look("https://127.0.0.1:1", origin_ca=Path(__file__))["origin"]
    assert found.state == "fail"
