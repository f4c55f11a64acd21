"""What a gateway must do, as conversations: what arrives at the origin, and what goes out to the visitor.

Each is held through both transports. Interim answers and trailers may be dropped; they are never misread.

     1  hop-by-hop fields of the request       15  uploads are streamed
     2  hop-by-hop fields of the answer        16  downloads are streamed
     3  repeated request fields                17  trailers
     4  repeated response fields               18  103 Early Hints
     5  the raw target                         19  truncation by length
     6  `//host/` paths                        20  truncation by chunk
     7  Via, and loops                         21  a visitor who leaves
     8  X-Forwarded-For and its kin            22  WebSocket (test_websocket.py)
     9  no invented fields                     23  Content-Length with Transfer-Encoding, both ways
    10  Host: one, valid                       24  differing Content-Lengths, both ways
    11  every method                           25  an origin that is down, or talks nonsense
    12  Expect                                 26  redirects and gzip bytes as they are
    13  HEAD, 204 and 304 have no body         27  Max-Forwards and TRACE
    14  Range and conditions
"""

from __future__ import annotations

import socket
import time

import pytest

from tests.wire import RawOrigin, Served, field, get, talk

PLAIN = "Content-Type: text/plain"


def names(head: bytes) -> list[str]:
    """The names of all fields of a head, sorted."""
    return sorted(line.split(b":")[0].decode().lower() for line in head.split(b"\r\n")[1:])


# 1, 2


def test_fields_of_the_visitors_connection_end_at_the_edge(edge: Served, origin: RawOrigin) -> None:
    origin.page("/hop", b"ok", PLAIN)
    fields = ("TE: trailers", "Keep-Alive: timeout=5", "Upgrade: h2c", "Proxy-Connection: keep-alive", "Trailer: X-T")
    get(
        edge.port, "/hop", *fields, "Connection: X-Mine, keep-alive", "X-Mine: 1", "Proxy-Authorization: x", "X-Kept: 1"
    )
    assert names(origin.head("/hop")) == sorted(
        ["host", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-kept"]
    )


def test_a_visitor_cannot_have_our_fields_or_the_host_dropped_by_naming_them(edge: Served, origin: RawOrigin) -> None:
    origin.page("/named", b"ok", PLAIN)
    get(edge.port, "/named", "Connection: Host, Via, X-Forwarded-For, Cookie, Content-Length", "Cookie: a=1")
    head = origin.head("/named")
    assert field(head, "host") == ["site.example"]
    assert field(head, "x-forwarded-for") == ["127.0.0.1"]
    assert field(head, "cookie") == ["a=1"]


def test_fields_of_the_origins_connection_end_at_the_edge(edge: Served, origin: RawOrigin) -> None:
    origin.page("/hop2", b"ok", PLAIN, "Connection: X-Drop", "X-Drop: 1", "Keep-Alive: timeout=5", "X-Kept: 1")
    _, head, _ = get(edge.port, "/hop2")
    assert field(head, "x-drop") == field(head, "keep-alive") == []
    assert field(head, "x-kept") == ["1"]


# 3, 4


def test_repeated_fields_keep_their_number_and_order(edge: Served, origin: RawOrigin) -> None:
    origin.page("/twice", b"ok", PLAIN, "Set-Cookie: a=1", "X-B: 1", "Set-Cookie: b=2", "X-B: 2")
    _, head, _ = get(edge.port, "/twice", "X-A: 1", "X-A: 2", "Cookie: c=3", "Cookie: d=4")
    assert field(head, "set-cookie") == ["a=1", "b=2"]
    assert field(head, "x-b") == ["1", "2"]
    assert field(origin.head("/twice"), "x-a") == ["1", "2"]
    assert field(origin.head("/twice"), "cookie") == ["c=3", "d=4"]


# 5, 6


@pytest.mark.parametrize(
    "target",
    [
        *("/a%2Fb", "/a%2fb", "/a/../b", "/a/./b", "/a;x=1", "/p?q=", "/p?a=1&a=2", "/p??", "/caf%C3%A9", "/a%00b"),
        *("//host/p", "//host", "/p?u=http://x/y", "/%", "/a|b", "/p?{}`^|", "/a'b", '/a"b', "/*", "/p?a#".rstrip("#")),
    ],
)
def test_the_target_reaches_the_origin_as_it_came(edge: Served, origin: RawOrigin, target: str) -> None:
    origin.page(target, b"ok", PLAIN)
    assert get(edge.port, target)[2] == b"ok"
    assert origin.head(target).startswith(f"GET {target} HTTP/1.1\r\n".encode())


def test_a_question_mark_without_a_query_is_lost_in_the_server(edge: Served, origin: RawOrigin) -> None:
    origin.page("/lost", b"ok", PLAIN)
    assert get(edge.port, "/lost?")[2] == b"ok"


def test_a_target_that_names_another_host_is_asked_of_this_origin(edge: Served, origin: RawOrigin) -> None:
    origin.page("/absolute", b"ok", PLAIN)
    assert get(edge.port, "http://elsewhere.example/absolute")[2] == b"ok"
    assert field(origin.head("/absolute"), "host") == ["site.example"]


# 7, 8, 9, 10


def test_the_gateway_names_itself_behind_those_before_it(edge: Served, origin: RawOrigin) -> None:
    origin.page("/via", b"ok", PLAIN)
    get(edge.port, "/via", "Via: 1.0 fred, 1.1 other (comment)")
    assert field(origin.head("/via"), "via") == ["1.0 fred, 1.1 other (comment), 1.1 windsock"]
    talk(edge.port, b"GET /via HTTP/1.0\r\nHost: a\r\n\r\n")
    assert field(origin.head("/via"), "via") == ["1.0 windsock"]


def test_a_request_that_has_been_here_before_is_not_sent_round_again(edge: Served) -> None:
    status, head, _ = get(edge.port, "/loop", "Via: 1.1 windsock, 1.1 windsock", "Via: 1.0 windsock, 2 windsock")
    assert (status, field(head, "proxy-status")) == (502, ["windsock; error=proxy_loop_detected"])


def test_the_origin_is_told_the_facts_of_the_connection_and_no_claims(edge: Served, origin: RawOrigin) -> None:
    origin.page("/facts", b"ok", PLAIN)
    claims = ("X-Forwarded-For: 6.6.6.6", "X-Forwarded-Proto: https", "Forwarded: for=6.6.6.6", "X-Real-IP: 6.6.6.6")
    get(edge.port, "/facts", *claims, "X-Forwarded-Host: evil.example", "X_Forwarded_For: 6.6.6.6")
    sent = origin.head("/facts")
    assert field(sent, "x-forwarded-for") == ["127.0.0.1"]
    assert field(sent, "x-forwarded-proto") == ["http"]
    assert field(sent, "x-forwarded-host") == ["site.example"]
    assert b"6.6.6.6" not in sent


def test_nothing_else_is_invented_for_the_origin(edge: Served, origin: RawOrigin) -> None:
    origin.page("/bare", b"ok", PLAIN)
    get(edge.port, "/bare")
    assert names(origin.head("/bare")) == ["host", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"]


def test_fields_that_choose_another_url_or_method_do_not_pass(edge: Served, origin: RawOrigin) -> None:
    origin.page("/other", b"ok", PLAIN)
    get(edge.port, "/other", "X-Original-URL: /admin", "X-HTTP-Method-Override: DELETE", "X-Rewrite-URL: /admin")
    assert b"admin" not in origin.head("/other")
    assert b"DELETE" not in origin.head("/other")


@pytest.mark.parametrize(
    "hosts", [b"", b"Host: a\r\nHost: a\r\n", b"Host: a\r\nHost: b\r\n", b"Host:\r\n", b"Host: a b\r\n"]
)
def test_a_request_without_exactly_one_host_is_refused(edge: Served, origin: RawOrigin, hosts: bytes) -> None:
    said = talk(edge.port, b"GET /hosts HTTP/1.1\r\n" + hosts + b"\r\n")
    assert said.startswith(b"HTTP/1.1 400 ")
    assert not any(b" /hosts " in head for head in origin.heads)


# 11, 12


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "get", "M-SEARCH"])
def test_every_method_passes_as_it_is(edge: Served, origin: RawOrigin, method: str) -> None:
    origin.page("/method", b"ok", PLAIN)
    assert get(edge.port, "/method", method=method, body=b"x" if method == "DELETE" else b"")[2] == b"ok"
    assert origin.head("/method").startswith(f"{method} /method ".encode())


def test_a_visitor_who_waits_for_leave_to_send_gets_it(edge: Served, origin: RawOrigin) -> None:
    origin.page("/expect", b"ok", PLAIN)
    head = b"POST /expect HTTP/1.1\r\nHost: a\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"
    with socket.create_connection(("127.0.0.1", edge.port), timeout=5) as visitor:
        visitor.sendall(head)
        assert visitor.recv(4096).startswith(b"HTTP/1.1 100 ")
        visitor.sendall(b"abc")
        assert b" 200 " in visitor.recv(4096)
    assert origin.bodies[-1] == b"abc"
    assert field(origin.head("/expect"), "expect") == []


@pytest.mark.parametrize("length", [b"2000000", b"99999999999999999"])
def test_an_upload_that_is_refused_is_refused_before_it_is_sent(edge: Served, length: bytes) -> None:
    head = b"POST /large HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: " + length + b"\r\n\r\n"
    said = talk(edge.port, head)
    assert said.startswith(b"HTTP/1.1 413 ")
    assert b" 100 " not in said


# 13, 14


def test_head_has_the_length_of_the_page_and_no_body(edge: Served, origin: RawOrigin) -> None:
    origin.answer("/head", b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1234\r\n\r\n")
    _, head, body = get(edge.port, "/head", method="HEAD")
    assert (field(head, "content-length"), body) == (["1234"], b"")


def test_head_of_a_page_of_unknown_length_invents_none(edge: Served, origin: RawOrigin) -> None:
    origin.answer("/head2", b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n")
    _, head, body = get(edge.port, "/head2", method="HEAD")
    assert (field(head, "content-length"), body) == ([], b"")


@pytest.mark.parametrize("fields", [b"", b"Content-Length: 0\r\n", b"Content-Length: 5\r\n"])
def test_no_content_has_neither_body_nor_length(edge: Served, origin: RawOrigin, fields: bytes) -> None:
    origin.answer("/none", b"HTTP/1.1 204 No Content\r\nX-A: 1\r\n" + fields + b"\r\n")
    status, head, body = get(edge.port, "/none")
    assert (status, body, field(head, "x-a")) == (204, b"", ["1"])
    assert field(head, "content-length") == field(head, "transfer-encoding") == []


def test_not_modified_passes_without_a_body(edge: Served, origin: RawOrigin) -> None:
    origin.answer("/same", b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\nContent-Length: 99\r\n\r\n')
    for _ in range(2):
        status, head, body = get(edge.port, "/same", 'If-None-Match: "a"', "If-Modified-Since: never")
        assert (status, field(head, "etag"), body) == (304, ['"a"'], b"")
    assert field(origin.head("/same"), "if-none-match") == ['"a"']
    assert field(origin.head("/same"), "if-modified-since") == ["never"]


def test_a_range_is_the_origins_to_answer(edge: Served, origin: RawOrigin) -> None:
    fields = ("Content-Type: video/mp4", "Content-Range: bytes 0-1/9")
    origin.page("/range", b"ab", *fields, status="206 Partial Content")
    status, head, body = get(edge.port, "/range", "Range: bytes=0-1", 'If-Range: "a"')
    assert (status, body, field(head, "content-range")) == (206, b"ab", ["bytes 0-1/9"])
    assert field(origin.head("/range"), "range") == ["bytes=0-1"]
    assert field(origin.head("/range"), "if-range") == ['"a"']


# 15, 16


def test_an_upload_arrives_whole_with_its_length(edge: Served, origin: RawOrigin) -> None:
    origin.page("/up", b"ok", PLAIN)
    assert get(edge.port, "/up", method="POST", body=b"x" * 300_000)[0] == 200
    assert origin.bodies[-1] == b"x" * 300_000
    assert field(origin.head("/up"), "content-length") == ["300000"]


def test_an_upload_of_unknown_length_is_sent_on_in_chunks(edge: Served, origin: RawOrigin) -> None:
    origin.page("/chunks", b"ok", PLAIN)
    raw = b"POST /chunks HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert b" 200 " in talk(edge.port, raw + b"3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n")
    assert field(origin.head("/chunks"), "transfer-encoding") == ["chunked"]
    assert b"abc" in origin.bodies[-1]


def test_an_upload_reaches_the_origin_while_it_is_being_sent(edge: Served, origin: RawOrigin) -> None:
    heard = socket.socketpair()
    origin.page("/slow-up", b"ok", PLAIN)
    before = origin._body  # the origin reads the body itself here

    def body(head: bytes, pending: bytes, connection: socket.socket) -> bytes:
        if b"/slow-up" not in head:
            return before(head, pending, connection)
        while b"one" not in pending:
            pending += connection.recv(4096)
        heard[1].send(b"!")
        while b"two" not in pending:
            pending += connection.recv(4096)
        return b""

    origin._body = body  # type: ignore[method-assign]
    try:
        with heard[0], heard[1], socket.create_connection(("127.0.0.1", edge.port), timeout=5) as visitor:
            visitor.sendall(b"POST /slow-up HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 6\r\n\r\none")
            heard[0].settimeout(5)
            assert heard[0].recv(1) == b"!"
            visitor.sendall(b"two")
            assert b" 200 " in visitor.recv(4096)
    finally:
        origin._body = before  # type: ignore[method-assign]


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


# 17, 18


def test_trailers_are_dropped_and_never_merged_into_the_fields(edge: Served, origin: RawOrigin) -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n3\r\nabc\r\n"
    origin.answer("/trailers", chunked + b"0\r\nX-T: 1\r\nSet-Cookie: a=1\r\n\r\n")
    for _ in range(2):
        status, head, body = get(edge.port, "/trailers")
        assert (status, body) == (200, b"3\r\nabc\r\n0\r\n\r\n")
        assert field(head, "x-t") == field(head, "set-cookie") == []


def test_trailers_of_an_upload_do_not_become_fields(edge: Served, origin: RawOrigin) -> None:
    origin.page("/trailed", b"ok", PLAIN)
    raw = b"POST /trailed HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert b" 200 " in talk(edge.port, raw + b"3\r\nabc\r\n0\r\nX-Original-URL: /admin\r\n\r\n")
    assert b"admin" not in origin.head("/trailed") + origin.bodies[-1]


def test_interim_answers_are_not_taken_for_the_answer(edge: Served, origin: RawOrigin) -> None:
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"
    origin.answer("/hints", hints + hints + b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    for _ in range(2):
        status, head, body = get(edge.port, "/hints")
        assert (status, body, field(head, "link")) == (200, b"ok", [])


# 19, 20, 21


def test_a_body_that_is_too_short_never_looks_complete(edge: Served, origin: RawOrigin) -> None:
    def cut(_: bytes, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")

    origin.answer("/cut", cut)
    _, head, body = get(edge.port, "/cut")
    assert field(head, "content-length") == ["100"]
    assert body == b"abc"


@pytest.mark.parametrize("end", [b"", b"5\r\nde", b"0\r\n", b"zz\r\n"])
def test_chunks_that_break_off_never_look_complete(edge: Served, origin: RawOrigin, end: bytes) -> None:
    def cut(_: bytes, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n" + end)

    origin.answer("/cut-chunk", cut)
    assert not get(edge.port, "/cut-chunk")[2].endswith(b"0\r\n\r\n")


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


def test_a_visitor_who_leaves_before_the_answer_ends_the_origins_work_too(edge: Served, origin: RawOrigin) -> None:
    heard, asked = socket.socketpair(), socket.socketpair()

    def thinking(_: bytes, connection: socket.socket) -> None:
        asked[1].send(b"!")
        connection.settimeout(5)
        heard[1].send(b"gone" if connection.recv(1) == b"" else b"?")

    origin.answer("/thinking", thinking)
    with heard[0], heard[1], asked[0], asked[1]:
        with socket.create_connection(("127.0.0.1", edge.port), timeout=5) as visitor:
            visitor.sendall(b"POST /thinking HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx")
            asked[0].settimeout(5)
            asked[0].recv(1)
        heard[0].settimeout(5)
        assert heard[0].recv(4) == b"gone"


def test_an_upload_that_breaks_off_never_looks_complete_to_the_origin(edge: Served, origin: RawOrigin) -> None:
    origin.page("/broken-up", b"ok", PLAIN)
    before = len(origin.bodies)
    with socket.create_connection(("127.0.0.1", edge.port), timeout=5) as visitor:
        visitor.sendall(b"POST /broken-up HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
        time.sleep(0.1)
    time.sleep(0.1)
    assert not any(b"abc" in body for body in origin.bodies[before:])


# 23, 24


@pytest.mark.parametrize("chunks", ["zz\r\nabc\r\n0\r\n\r\n", "-1\r\nabc\r\n", "3\r\nabc\r\nwhat?\r\n"])
def test_chunks_that_are_none_are_the_visitors_fault(edge: Served, origin: RawOrigin, chunks: str) -> None:
    origin.page("/chunks", b"ok", PLAIN)
    head = "POST /chunks HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert talk(edge.port, (head + chunks).encode()).startswith(b"HTTP/1.1 400 ")


def test_of_content_length_and_transfer_encoding_a_request_keeps_one(edge: Served, origin: RawOrigin) -> None:
    origin.page("/both", b"ok", PLAIN)
    fields = b"Host: a\r\nConnection: close\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert b" 200 " in talk(edge.port, b"POST /both HTTP/1.1\r\n" + fields + b"3\r\nabc\r\n0\r\n\r\n")
    head = origin.head("/both")
    assert (field(head, "transfer-encoding"), field(head, "content-length")) == (["chunked"], [])


@pytest.mark.parametrize("coding", [b"gzip, chunked", b"xchunked", b"chunked, identity", b"identity"])
def test_no_other_transfer_coding_is_taken(edge: Served, coding: bytes) -> None:
    raw = b"POST /coded HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: " + coding + b"\r\n\r\n0\r\n\r\n"
    assert talk(edge.port, raw)[9:12] in (b"400", b"501")


def test_a_request_with_differing_lengths_is_refused(edge: Served) -> None:
    raw = b"POST /differ HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef"
    assert talk(edge.port, raw).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    "fields",
    [
        b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        b"Content-Length: 3\r\nContent-Length: 4\r\n",
        b"Content-Length: 3, 4\r\n",
        b"Content-Length: -3\r\n",
    ],
)
def test_an_answer_whose_end_is_ambiguous_is_a_502(edge: Served, origin: RawOrigin, fields: bytes) -> None:
    origin.answer("/ambiguous", b"HTTP/1.1 200 OK\r\n" + fields + b"\r\n3\r\nabc\r\n0\r\n\r\n")
    status, head, _ = get(edge.port, "/ambiguous")
    assert (status, field(head, "proxy-status")) == (502, ["windsock; error=http_protocol_error"])


# 25


def test_an_origin_that_hangs_up_gives_a_plain_502_whose_reference_is_in_the_log(
    edge: Served, origin: RawOrigin
) -> None:
    origin.answer("/down", lambda head, connection: connection.close())
    status, head, body = get(edge.port, "/down")
    assert status == 502
    assert field(head, "proxy-status") == ["windsock; error=connection_terminated"]
    assert edge.says(body.split(b"Reference: ")[1].strip().decode())


@pytest.mark.parametrize(
    "raw",
    [b"ICY 200 OK\r\n\r\nhello", b"HTTP/1.1 200 OK\r\nX A: 1\r\n\r\n", b"HTTP/1.1 101 Switching Protocols\r\n\r\n"],
)
def test_nonsense_from_the_origin_is_a_502(edge: Served, origin: RawOrigin, raw: bytes) -> None:
    origin.answer("/nonsense", raw)
    status, head, _ = get(edge.port, "/nonsense")
    assert (status, field(head, "proxy-status")) == (502, ["windsock; error=http_protocol_error"])


# 26


def test_redirects_and_compressed_bytes_pass_as_they_are(edge: Served, origin: RawOrigin) -> None:
    origin.page("/moved", b"", "Location: http://elsewhere/", status="301 Moved Permanently")
    origin.page("/zip", b"\x1f\x8bnot really", "Content-Type: text/css", "Content-Encoding: gzip")
    assert field(get(edge.port, "/moved")[1], "location") == ["http://elsewhere/"]
    _, head, body = get(edge.port, "/zip", "Accept-Encoding: br")
    assert (field(head, "content-encoding"), body) == (["gzip"], b"\x1f\x8bnot really")
    assert field(origin.head("/zip"), "accept-encoding") == ["br"]


# 27


@pytest.mark.parametrize("method", ["TRACE", "OPTIONS"])
def test_max_forwards_counts_down(edge: Served, origin: RawOrigin, method: str) -> None:
    origin.page("/hops", b"ok", PLAIN)
    get(edge.port, "/hops", "Max-Forwards: 3", method=method)
    assert field(origin.head("/hops"), "max-forwards") == ["2"]


def test_where_max_forwards_ends_the_edge_answers_itself(edge: Served, origin: RawOrigin) -> None:
    status, head, _ = get(edge.port, "/last-hop", "Max-Forwards: 0", method="OPTIONS")
    assert (status, "TRACE" in field(head, "allow")[0]) == (200, True)
    status, head, body = get(edge.port, "/last-hop?a=1", "Max-Forwards: 0", "Cookie: s=1", "X-A: 1", method="TRACE")
    assert (status, field(head, "content-type")) == (200, ["message/http"])
    assert body.startswith(b"TRACE /last-hop?a=1 HTTP/1.1\r\n")
    assert b"x-a: 1" in body
    assert b"s=1" not in body
    assert not any(b"/last-hop" in head for head in origin.heads)


def test_a_trace_carries_no_secrets_to_an_origin_that_would_show_them(edge: Served, origin: RawOrigin) -> None:
    origin.page("/trace", b"ok", "Content-Type: message/http")
    get(edge.port, "/trace", "Cookie: s=1", "Authorization: Basic x", "X-A: 1", method="TRACE")
    assert field(origin.head("/trace"), "cookie") == field(origin.head("/trace"), "authorization") == []
    assert field(origin.head("/trace"), "x-a") == ["1"]
