"""The gateway's own habits, beyond what every gateway must do (test_behaviours.py)."""

from __future__ import annotations

from pathlib import Path

from tests.edge.conftest import RULES
from tests.wire import RawOrigin, Served, field, get, served, talk

PLAIN = "Content-Type: text/plain"


def test_a_redirect_to_the_origins_own_port_leads_back_to_the_edge(edge: Served, origin: RawOrigin) -> None:
    origin.page("/own", b"", f"Location: http://127.0.0.1:{origin.port}/own/?a=b", status="301 Moved Permanently")
    assert field(get(edge.port, "/own")[1], "location") == ["http://site.example/own/?a=b"]


def test_the_log_holds_no_address_no_agent_and_no_query(edge: Served, origin: RawOrigin) -> None:
    origin.answer("/private?who=nora", b"rubbish\r\n\r\n")
    get(edge.port, "/private?who=nora", "User-Agent: Noras-Phone/1", "Cookie: session=secret")
    assert edge.says("/private")
    said = edge.said()
    assert not any(word in said for word in ("nora", "Noras-Phone", "secret", "127.0.0.1 "))


def test_an_upload_that_grows_too_large_is_refused_on_the_way(edge: Served, origin: RawOrigin) -> None:
    origin.page("/grows", b"ok", PLAIN)
    before = len(origin.bodies)
    chunk = b"%x\r\n" % 60_000 + b"x" * 60_000 + b"\r\n"
    raw = b"POST /grows HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk * 20 + b"0\r\n\r\n"
    said = talk(edge.port, raw, until=lambda said: b"larger" in said)
    assert said.startswith(b"HTTP/1.1 413 ")
    assert len(origin.bodies) == before


def test_only_the_hosts_that_are_named_are_served(edge: Served, origin: RawOrigin) -> None:
    origin.page("/host", b"ok", PLAIN)
    for host, status in (("a", 200), ("SITE.example", 200), ("site.example:8080", 200), ("other.example", 421)):
        said = talk(edge.port, f"GET /host HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        assert said.startswith(f"HTTP/1.1 {status} ".encode()), host


def test_what_an_operator_sets_reaches_the_origin(origin: RawOrigin, transport: str, tmp_path: Path) -> None:
    """Own headers, its own Host, a path prefix, and the word of a listed proxy."""
    for name, text in RULES.items():
        (tmp_path / name).write_text(text)
    origin.page("/site/p?a=1", b"ok", PLAIN)
    origin.page("/site/bypass", b'<html><body><section id="hero">kept</section></body></html>')
    flags = ("--origin-headers", "Authorization: Basic eA==, X-Tenant: blue", "--preserve-host", "false")
    more = ("--trusted-proxies", "127.0.0.0/8", "--bypass", "/bypass", "--origin-transport", transport)
    with served(f"{origin.url}/site/", tmp_path, *flags, *more) as edge:
        claims = ("X-Forwarded-For: 6.6.6.6, 192.0.2.1", "X-Forwarded-Proto: https", "X-Forwarded-Host: shop.example")
        get(edge.port, "/p?a=1", *claims, "X-Tenant: red", "Authorization: Basic bWU=", "X-Forwarded-Port: 443")
        head = origin.head("/site/p?a=1")
        assert field(head, "host") == [f"127.0.0.1:{origin.port}"]
        assert field(head, "authorization") == ["Basic eA=="]
        assert field(head, "x-tenant") == ["blue"]
        assert field(head, "x-forwarded-for") == ["192.0.2.1, 127.0.0.1"]
        assert field(head, "x-forwarded-proto") == ["https"]
        assert field(head, "x-forwarded-host") == ["shop.example"]
        assert field(head, "x-forwarded-port") == ["443"]

        get(edge.port, "/p?a=1", "Forwarded: for=6.6.6.6, for=192.0.2.1;proto=https")
        head = origin.head("/site/p?a=1")
        ours = "for=127.0.0.1;host=site.example;proto=http"
        assert field(head, "forwarded") == [f"for=192.0.2.1;proto=https, {ours}"]
        assert field(head, "x-forwarded-for") == ["192.0.2.1, 127.0.0.1"]
        assert field(head, "x-forwarded-proto") == ["https"]

        assert b"kept" in get(edge.port, "/bypass", "User-Agent: iPhone Mobile", "Accept-Encoding: br")[2]
        assert field(origin.head("/site/bypass"), "accept-encoding") == ["br"]

        get(edge.port, "/p?a=1", method="TRACE")
        assert field(origin.head("/site/p?a=1"), "authorization") == []


def test_a_page_that_may_not_be_transformed_passes_byte_for_byte(edge: Served, origin: RawOrigin) -> None:
    body = b'<html><body><section id="hero">kept</section></body></html>'
    origin.page("/page/kept", body, "Content-Type: text/html", "Cache-Control: public, no-transform")
    assert get(edge.port, "/page/kept", "User-Agent: iPhone Mobile")[2] == body
