"""What arrives at the origin and what goes out to the visitor, byte by byte."""

from __future__ import annotations

import socket

import pytest

from tests.wire import RawOrigin, Served, field, get, talk


def head_of(origin: RawOrigin, target: str) -> bytes:
    """The last request head that the origin got for that target."""
    return next(head for head in reversed(origin.heads) if head.split(b" ")[1] == target.encode())


@pytest.mark.parametrize(
    "target",
    ["/a%2Fb", "/a/../b", "/a;x=1", "//host/p", "/p?q=", "/p?a=1&a=2", "/caf%C3%A9", "/a%00b", "/p?u=http://x/y"],
)
def test_the_target_reaches_the_origin_as_it_came(edge: Served, origin: RawOrigin, target: str) -> None:
    origin.page(target, b"ok", "Content-Type: text/plain")
    assert get(edge.port, target)[2] == b"ok"
    assert head_of(origin, target).startswith(f"GET {target} HTTP/1.1\r\n".encode())


def test_fields_of_one_connection_stay_there_in_both_directions(edge: Served, origin: RawOrigin) -> None:
    origin.page("/hop", b"ok", "Content-Type: text/plain", "Connection: X-Drop", "X-Drop: 1", "Keep-Alive: timeout=5")
    _, head, _ = get(edge.port, "/hop", "TE: trailers", "Connection: X-Mine", "X-Mine: 1", "X-Kept: 1")
    sent = head_of(origin, "/hop").lower()
    assert b"x-kept: 1" in sent
    assert b"x-mine" not in sent
    assert b"\r\nte:" not in sent
    assert field(head, "x-drop") == field(head, "keep-alive") == []


def test_repeated_fields_keep_their_number_and_order(edge: Served, origin: RawOrigin) -> None:
    origin.page("/twice", b"ok", "Content-Type: text/plain", "Set-Cookie: a=1", "X-B: 1", "Set-Cookie: b=2", "X-B: 2")
    _, head, _ = get(edge.port, "/twice", "X-A: 1", "X-A: 2", "Cookie: c=3")
    assert field(head, "set-cookie") == ["a=1", "b=2"]
    assert field(head, "x-b") == ["1", "2"]
    assert field(head_of(origin, "/twice"), "x-a") == ["1", "2"]


def test_the_origin_is_told_the_facts_of_the_connection_and_no_claims(edge: Served, origin: RawOrigin) -> None:
    origin.page("/facts", b"ok", "Content-Type: text/plain")
    get(edge.port, "/facts", "X-Forwarded-For: 6.6.6.6", "X-Forwarded-Proto: https", "Forwarded: for=6.6.6.6")
    sent = head_of(origin, "/facts")
    assert field(sent, "x-forwarded-for") == ["127.0.0.1"]
    assert field(sent, "x-forwarded-proto") == ["http"]
    assert field(sent, "x-forwarded-host") == ["site.example"]
    assert field(sent, "host") == ["site.example"]
    assert field(sent, "via") == ["1.1 windsock"]
    assert field(sent, "forwarded") == []


def test_nothing_else_is_invented_for_the_origin(edge: Served, origin: RawOrigin) -> None:
    origin.page("/bare", b"ok", "Content-Type: text/plain")
    get(edge.port, "/bare")
    names = sorted(line.split(b":")[0] for line in head_of(origin, "/bare").split(b"\r\n")[1:])
    assert names == [b"host", b"via", b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto"]


def test_fields_that_choose_another_url_or_method_do_not_pass(edge: Served, origin: RawOrigin) -> None:
    origin.page("/other", b"ok", "Content-Type: text/plain")
    get(edge.port, "/other", "X-Original-URL: /admin", "X-HTTP-Method-Override: DELETE", "X-Rewrite-URL: /admin")
    assert b"admin" not in head_of(origin, "/other")
    assert b"DELETE" not in head_of(origin, "/other")


def test_a_request_that_has_been_here_before_is_not_sent_round_again(edge: Served) -> None:
    status, head, _ = get(edge.port, "/loop", "Via: 1.1 windsock")
    assert status == 502
    assert field(head, "proxy-status") == ["windsock; error=proxy_loop_detected"]


def test_an_upload_arrives_whole_with_its_length(edge: Served, origin: RawOrigin) -> None:
    origin.page("/up", b"ok", "Content-Type: text/plain")
    assert get(edge.port, "/up", method="POST", body=b"x" * 300_000)[0] == 200
    assert origin.bodies[-1] == b"x" * 300_000
    assert field(head_of(origin, "/up"), "content-length") == ["300000"]


def test_an_upload_of_unknown_length_is_sent_on_in_chunks(edge: Served, origin: RawOrigin) -> None:
    origin.page("/chunks", b"ok", "Content-Type: text/plain")
    raw = b"POST /chunks HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert b" 200 " in talk(edge.port, raw + b"3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n")
    assert field(head_of(origin, "/chunks"), "transfer-encoding") == ["chunked"]
    assert b"abc" in origin.bodies[-1]


def test_head_has_the_length_of_the_page_and_no_body(edge: Served, origin: RawOrigin) -> None:
    origin.answer("/head", b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1234\r\n\r\n")
    _, head, body = get(edge.port, "/head", method="HEAD")
    assert (field(head, "content-length"), body) == (["1234"], b"")


def test_a_range_is_the_origins_to_answer(edge: Served, origin: RawOrigin) -> None:
    fields = ("Content-Type: video/mp4", "Content-Range: bytes 0-1/9")
    origin.page("/range", b"ab", *fields, status="206 Partial Content")
    status, head, body = get(edge.port, "/range", "Range: bytes=0-1")
    assert (status, body, field(head, "content-range")) == (206, b"ab", ["bytes 0-1/9"])
    assert field(head_of(origin, "/range"), "range") == ["bytes=0-1"]


def test_not_modified_passes_without_a_body(edge: Served, origin: RawOrigin) -> None:
    origin.answer("/same", b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n')
    status, head, body = get(edge.port, "/same", 'If-None-Match: "a"')
    assert (status, field(head, "etag"), body) == (304, ['"a"'], b"")


def test_redirects_and_compressed_bytes_pass_as_they_are(edge: Served, origin: RawOrigin) -> None:
    origin.page("/moved", b"", "Location: http://elsewhere/", status="301 Moved Permanently")
    origin.page("/zip", b"\x1f\x8bnot really", "Content-Type: text/css", "Content-Encoding: gzip")
    assert field(get(edge.port, "/moved")[1], "location") == ["http://elsewhere/"]
    _, head, body = get(edge.port, "/zip", "Accept-Encoding: br")
    assert (field(head, "content-encoding"), body) == (["gzip"], b"\x1f\x8bnot really")


def test_a_redirect_to_the_origins_own_port_leads_back_to_the_edge(edge: Served, origin: RawOrigin) -> None:
    origin.page("/own", b"", f"Location: http://127.0.0.1:{origin.port}/own/?a=b", status="301 Moved Permanently")
    assert field(get(edge.port, "/own")[1], "location") == ["http://site.example/own/?a=b"]


def test_a_body_that_is_too_short_never_looks_complete(edge: Served, origin: RawOrigin) -> None:
    def cut(_: bytes, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")

    origin.answer("/cut", cut)
    _, head, body = get(edge.port, "/cut")
    assert field(head, "content-length") == ["100"]
    assert body == b"abc"


def test_chunks_that_break_off_never_look_complete(edge: Served, origin: RawOrigin) -> None:
    def cut(_: bytes, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")

    origin.answer("/cut-chunk", cut)
    assert not get(edge.port, "/cut-chunk")[2].endswith(b"0\r\n\r\n")


def test_what_the_origin_streams_arrives_as_it_is_sent(edge: Served, origin: RawOrigin) -> None:
    gate = socket.socketpair()

    def stream(_: bytes, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: one\n\n")
        gate[1].recv(1)
        connection.sendall(b"data: two\n\n")

    origin.answer("/events", stream)
    raw = b"GET /events HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    with gate[0], gate[1], socket.create_connection(("127.0.0.1", edge.port), timeout=5) as visitor:
        visitor.sendall(raw)
        said = b""
        while b"one" not in said:
            said += visitor.recv(4096)
        gate[0].send(b"!")
        while b"two" not in said:
            said += visitor.recv(4096)


def test_the_head_of_a_stream_does_not_wait_for_its_first_bytes(edge: Served, origin: RawOrigin) -> None:
    gate = socket.socketpair()

    def silent(_: bytes, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
        gate[1].recv(1)

    origin.answer("/silent", silent)
    with gate[0], gate[1], socket.create_connection(("127.0.0.1", edge.port), timeout=5) as visitor:
        visitor.sendall(b"GET /silent HTTP/1.1\r\nHost: a\r\n\r\n")
        assert visitor.recv(4096).startswith(b"HTTP/1.1 200 OK")
        gate[0].send(b"!")


def test_a_visitor_who_leaves_ends_the_origins_work(edge: Served, origin: RawOrigin) -> None:
    heard = socket.socketpair()

    def endless(_: bytes, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nfirst")
        connection.settimeout(5)
        heard[1].send(b"gone" if connection.recv(1) == b"" else b"?")

    origin.answer("/endless", endless)
    with heard[0], heard[1]:
        with socket.create_connection(("127.0.0.1", edge.port), timeout=5) as visitor:
            visitor.sendall(b"GET /endless HTTP/1.1\r\nHost: a\r\n\r\n")
            visitor.recv(4096)
        heard[0].settimeout(5)
        assert heard[0].recv(4) == b"gone"


def test_an_origin_that_is_down_gives_a_plain_502_whose_reference_is_in_the_log(
    edge: Served, origin: RawOrigin
) -> None:
    def hang_up(_: bytes, connection: socket.socket) -> None:
        connection.close()

    origin.answer("/down", hang_up)
    status, head, body = get(edge.port, "/down")
    assert status == 502
    assert field(head, "proxy-status") == ["windsock; error=connection_terminated"]
    reference = body.split(b"Reference: ")[1].strip().decode()
    assert edge.says(reference)


def test_garbage_from_the_origin_is_a_502(edge: Served, origin: RawOrigin) -> None:
    origin.answer("/garbage", b"ICY 200 OK\r\n\r\nhello")
    status, head, _ = get(edge.port, "/garbage")
    assert (status, field(head, "proxy-status")) == (502, ["windsock; error=http_protocol_error"])


def test_the_log_holds_no_address_no_agent_and_no_query(edge: Served, origin: RawOrigin) -> None:
    origin.answer("/private?who=nora", b"rubbish\r\n\r\n")
    get(edge.port, "/private?who=nora", "User-Agent: Noras-Phone/1", "Cookie: session=secret")
    assert edge.says("/private")
    said = edge.said()
    assert not any(word in said for word in ("nora", "Noras-Phone", "secret", "127.0.0.1 "))
