"""WebSockets through the edge: what each side hears of the other."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable

import pytest
from wsproto.events import BytesMessage, CloseConnection, Ping, Pong, TextMessage

from tests.sockets import Socket, accepting, handshake, opened
from tests.wire import RawOrigin, Served, field, get


def echo(peer: Socket) -> None:
    """Says everything back until the other side closes."""
    while True:
        event = peer.hear()
        if isinstance(event, CloseConnection):
            if event.code != 1006:
                peer.say(event.response())
            return
        if isinstance(event, TextMessage):
            peer.say(TextMessage(event.data, message_finished=event.message_finished))
        elif isinstance(event, BytesMessage):
            peer.say(BytesMessage(event.data, message_finished=event.message_finished))


def head_of(origin: RawOrigin, target: str) -> bytes:
    return next(head for head in reversed(origin.heads) if head.split(b" ")[1] == target.encode())


@pytest.mark.parametrize("message", ["grüße", "", "x" * 300_000, b"\x00\xff", b"", b"y" * 300_000])
def test_text_and_bytes_go_both_ways_whole(edge: Served, origin: RawOrigin, message: str | bytes) -> None:
    origin.answer("/echo", accepting(echo))
    visitor = opened(edge.port, "/echo")
    with visitor.raw:
        visitor.say(TextMessage(message) if isinstance(message, str) else BytesMessage(message))
        assert visitor.message() == message


def test_a_message_in_fragments_arrives_as_one_message(edge: Served, origin: RawOrigin) -> None:
    heard: list[str | bytes] = []

    def fragments(peer: Socket) -> None:
        heard.append(peer.message())
        for part, last in (("one ", False), ("two ", False), ("three", True)):
            peer.say(TextMessage(part, message_finished=last))
        peer.close()

    origin.answer("/fragments", accepting(fragments))
    visitor = opened(edge.port, "/fragments")
    with visitor.raw:
        for data, finished in ((b"a", False), (b"b", False), (b"c", True)):
            visitor.say(BytesMessage(data, message_finished=finished))
        assert visitor.message() == "one two three"
        assert heard == [b"abc"]
        visitor.say(CloseConnection(1000))


def test_the_origin_chooses_among_the_subprotocols_of_the_visitor(edge: Served, origin: RawOrigin) -> None:
    origin.answer("/protocol", accepting(echo, "Sec-WebSocket-Protocol: v2.chat"))
    head, _, connection = handshake(edge.port, "/protocol", "Sec-WebSocket-Protocol: v1.chat, v2.chat")
    connection.close()
    assert field(head, "sec-websocket-protocol") == ["v2.chat"]
    assert field(head_of(origin, "/protocol"), "sec-websocket-protocol") == ["v1.chat, v2.chat"]


def test_extensions_belong_to_one_connection_and_are_not_offered_to_the_origin(edge: Served, origin: RawOrigin) -> None:
    origin.answer("/plain", accepting(echo))
    head, _, connection = handshake(edge.port, "/plain", "Sec-WebSocket-Extensions: permessage-deflate")
    connection.close()
    assert head.startswith(b"HTTP/1.1 101 ")
    assert field(head_of(origin, "/plain"), "sec-websocket-extensions") == []
    assert field(head, "sec-websocket-extensions") == []


def test_the_origin_gets_the_visitors_target_origin_and_cookies_but_not_ours(edge: Served, origin: RawOrigin) -> None:
    origin.answer("/a%2Fb?q=", accepting(echo))
    fields = ("Origin: http://site.example", "Cookie: windsock=7; session=1", "X-Windsock-Variants: a=b", "X-A_B: 1")
    handshake(edge.port, "/a%2Fb?q=", *fields)[2].close()
    head = head_of(origin, "/a%2Fb?q=")
    assert field(head, "origin") == ["http://site.example"]
    assert field(head, "host") == ["site.example"]
    assert field(head, "cookie") == ["session=1"]
    assert field(head, "x-windsock-variants") == field(head, "x-a_b") == []
    assert field(head, "via") == ["1.1 windsock"]
    assert field(head, "x-forwarded-proto") == ["http"]
    assert field(head, "connection") == ["Upgrade"]
    assert len(field(head, "sec-websocket-key")) == 1


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        (CloseConnection(1000), (1000, "")),
        (CloseConnection(4001, "enough"), (4001, "enough")),
        (CloseConnection(1013, "später"), (1013, "später")),
    ],
)
def test_a_close_reaches_the_other_side_with_its_code_and_that_of_the_origin_with_its_reason(
    edge: Served, origin: RawOrigin, said: CloseConnection, heard: tuple[int, str]
) -> None:
    told: list[CloseConnection] = []
    done = threading.Event()

    def listen(peer: Socket) -> None:
        told.append(peer.close())
        done.set()

    origin.answer("/bye", accepting(listen))
    visitor = opened(edge.port, "/bye")
    with visitor.raw:
        visitor.say(said)
        assert visitor.close().code == said.code
    assert done.wait(5)
    assert told[0].code == said.code  # the server does not tell a visitor's reason

    def leave(peer: Socket) -> None:
        peer.say(said)
        peer.close()

    origin.answer("/bye-too", accepting(leave))
    visitor = opened(edge.port, "/bye-too")
    with visitor.raw:
        event = visitor.close()
    assert (event.code, event.reason or "") == heard


def test_pings_are_answered_on_each_side(edge: Served, origin: RawOrigin) -> None:
    answered: list[bytes] = []

    def ping(peer: Socket) -> None:
        peer.say(Ping(b"origin"))
        event = peer.hear()
        assert isinstance(event, Pong)
        answered.append(bytes(event.payload))
        peer.say(TextMessage("done"))
        peer.close()

    origin.answer("/ping", accepting(ping))
    visitor = opened(edge.port, "/ping")
    with visitor.raw:
        visitor.say(Ping(b"visitor"))
        heard = [visitor.hear(), visitor.hear()]
        assert {type(event) for event in heard} == {Pong, TextMessage}
        assert answered == [b"origin"]


FLOODS = {"pings": b"\x89\x00" * 32_768, "pongs": b"\x8a\x00" * 32_768, "fragments": b"\x00\x01x" * 21_845}


@pytest.mark.parametrize("kind", FLOODS)
def test_an_origin_that_floods_one_visitor_keeps_nobody_else_waiting(
    edge: Served, origin: RawOrigin, kind: str
) -> None:
    ended = threading.Event()

    def flood(peer: Socket) -> None:
        def listen() -> None:
            with contextlib.suppress(OSError):
                while peer.raw.recv(65536):
                    pass

        threading.Thread(target=listen, daemon=True).start()
        with contextlib.suppress(OSError):
            peer.raw.sendall(b"\x02\x00" if kind == "fragments" else b"")
            while not ended.is_set():
                peer.raw.sendall(FLOODS[kind])

    origin.answer("/flood", accepting(flood))
    origin.page("/quick", b"ok", "Content-Type: text/plain")
    visitor = opened(edge.port, "/flood")
    with visitor.raw:
        time.sleep(0.3)  # it flows
        took = []
        for _ in range(5):
            began = time.monotonic()
            assert get(edge.port, "/quick")[0] == 200
            took.append(time.monotonic() - began)
        ended.set()
    assert sorted(took)[2] < 0.25


def test_of_many_pings_at_once_the_last_is_answered(edge: Served, origin: RawOrigin) -> None:
    answered: list[bytes] = []

    def ping(peer: Socket) -> None:
        peer.raw.sendall(b"".join(b"\x89\x02%02d" % number for number in range(100)))
        while not answered or answered[-1] != b"99":
            answered.append(bytes(peer.hear().payload))
        peer.close()

    origin.answer("/pings", accepting(ping))
    visitor = opened(edge.port, "/pings")
    with visitor.raw:
        visitor.raw.settimeout(2)
        with contextlib.suppress(TimeoutError):
            visitor.hear()
    assert answered[-1] == b"99"
    assert len(answered) < 50


def test_a_text_of_many_tiny_fragments_arrives_whole(edge: Served, origin: RawOrigin) -> None:
    text = "grüße ☃ " * 2000

    def fragments(peer: Socket) -> None:
        raw = text.encode()  # cut within its letters too
        parts = [b"\x01\x01" + raw[:1], *(b"\x00\x01%c" % byte for byte in raw[1:]), b"\x80\x00"]
        peer.raw.sendall(b"".join(parts))
        peer.close()

    origin.answer("/tiny", accepting(fragments))
    visitor = opened(edge.port, "/tiny")
    with visitor.raw:
        assert visitor.message() == text
        visitor.say(CloseConnection(1000))


@pytest.mark.parametrize(
    ("answer", "status", "body"),
    [
        (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\nX-Why: you\r\n\r\nno", 403, b"no"),
        (
            b"HTTP/1.1 401 Unauthorized\r\nX-Why: you\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n",
            401,
            b"no",
        ),
        (b"HTTP/1.1 302 Found\r\nLocation: /login\r\nX-Why: you\r\nContent-Length: 0\r\n\r\n", 302, b""),
    ],
)
def test_what_the_origin_refuses_is_refused_with_its_status_and_page(
    edge: Served, origin: RawOrigin, answer: bytes, status: int, body: bytes
) -> None:
    origin.answer("/refused", answer)
    head, rest, connection = handshake(edge.port, "/refused")
    with connection:
        while len(rest) < len(body):
            rest += connection.recv(4096)
    assert int(head.split(b" ")[1]) == status
    assert (field(head, "x-why"), rest) == (["you"], body)


@pytest.mark.parametrize(
    "fields",
    [
        ("Sec-WebSocket-Accept: bm90IHRoaXMgb25l",),
        ("Sec-WebSocket-Extensions: permessage-deflate",),
        ("Sec-WebSocket-Protocol: unasked",),
    ],
)
def test_an_acceptance_that_is_wrong_is_a_502(edge: Served, origin: RawOrigin, fields: tuple[str, ...]) -> None:
    origin.answer("/wrong", accepting(echo, *fields))
    head, _, connection = handshake(edge.port, "/wrong")
    connection.close()
    assert int(head.split(b" ")[1]) == 502
    assert field(head, "proxy-status") == ["windsock; error=http_protocol_error"]


def test_an_origin_that_hangs_up_on_the_handshake_is_a_502(edge: Served, origin: RawOrigin) -> None:
    origin.answer("/hang-up", lambda head, connection: connection.close())
    head, _, connection = handshake(edge.port, "/hang-up")
    connection.close()
    assert int(head.split(b" ")[1]) == 502


def abrupt(peer: Socket) -> None:
    """Ends the connection without a word."""
    peer.raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.raw.close()


@pytest.mark.parametrize("end", [lambda peer: None, abrupt, lambda peer: peer.raw.sendall(b"\xff\xff\xff\xff")])
def test_an_origin_that_vanishes_or_talks_nonsense_ends_the_visitors_side(
    edge: Served, origin: RawOrigin, end: Callable[[Socket], None]
) -> None:
    origin.answer("/gone", accepting(end))
    visitor = opened(edge.port, "/gone")
    with visitor.raw:
        assert visitor.close().code in (1006, 1011)


def test_a_visitor_who_vanishes_ends_the_origins_side(edge: Served, origin: RawOrigin) -> None:
    told: list[CloseConnection] = []
    done = threading.Event()

    def listen(peer: Socket) -> None:
        told.append(peer.close())
        done.set()

    origin.answer("/left", accepting(listen))
    visitor = opened(edge.port, "/left")
    abrupt(visitor)
    assert done.wait(5)
    assert told[0].code in (1001, 1005)


def test_nothing_is_carried_on_a_path_of_our_own(edge: Served, origin: RawOrigin) -> None:
    head, _, connection = handshake(edge.port, "/_windsock/beacon")
    connection.close()
    assert head.startswith(b"HTTP/1.1 404 ")


def test_a_handshake_that_announces_a_body_is_refused(edge: Served) -> None:
    head, _, connection = handshake(edge.port, "/body", "Content-Length: 3")
    connection.close()
    assert head.startswith(b"HTTP/1.1 400 ")


def test_a_side_that_does_not_read_holds_the_other_back(edge: Served, origin: RawOrigin) -> None:
    """The origin sends until it may not any more; most of 60 MB stays with it."""
    sent = 0
    stuck = threading.Event()

    def pour(peer: Socket) -> None:
        nonlocal sent
        peer.raw.settimeout(0.5)
        try:
            for _ in range(600):
                peer.say(BytesMessage(b"z" * 100_000))
                sent += 1
        except TimeoutError:
            stuck.set()

    origin.answer("/pour", accepting(pour))
    visitor = opened(edge.port, "/pour")
    with visitor.raw:
        assert stuck.wait(10)
        assert sent < 300
