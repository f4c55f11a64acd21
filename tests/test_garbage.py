"""What hostile and broken clients send: each gets a plain status within a second, and nobody else notices."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections.abc import Iterator
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wire import RawOrigin, Served, get, talk

BODY: Final = b'<!doctype html><body><h1 id="hero">Classic</h1></body>'
EDITED: Final = BODY.replace(b"Classic", b"Phone")
RULES: Final = {
    "hero": """
experience: hero
purpose: content
where: "*"
slot: "#hero"
variants: {classic: original, phone: {text: Phone}}
choose:
  - when: {query.plain: "1"}
    show: classic
  - split: {phone: 1}
""",
    "nav": """
experience: nav
purpose: content
where: "*"
slot: header
variants: {a: original, b: {header: {X-Nav: wide}}}
choose:
  - when: {any: [{language: de}, {previous.path: "/x*"}, {utm.source: "*news*"}, {os: ios}]}
    show: b
  - split: {a: 50, b: 50}
""",
}
HOST: Final = b"Host: site.example\r\n"


def request(target: bytes = b"/", *fields: bytes, method: bytes = b"GET", version: bytes = b"HTTP/1.1") -> bytes:
    """A request with these lines."""
    line = method + b" " + target + b" " + version + b"\r\n"
    return line + HOST + b"".join(field + b"\r\n" for field in fields) + b"\r\n"


CLOSED: Final = 0
"""Instead of a status: the connection is closed without a word."""

BAD: Final = {400, CLOSED}
Case = tuple[str, bytes, set[int]]
"""What it is, the bytes, and the statuses of which one must come."""

FINE: Final[list[Case]] = [
    ("a stray percent", request(b"/%"), {200}),
    ("an escaped NUL", request(b"/%00?%00=%00"), {200}),
    ("an escape that is no UTF-8", request(b"/%ff%fe%c0%80?a=%ff"), {200}),
    ("raw UTF-8", request("/café?q=é".encode()), {200}),
    ("a climbing path", request(b"/../../../etc/passwd"), {200}),
    ("an escaped climbing path", request(b"/%2e%2e/%2e%2e/%5c..%5cx"), {200}),
    ("many slashes", request(b"/" * 4000), {200}),
    ("a target of nearly 8 KiB", request(b"/" + b"a" * 8100), {200}),
    ("a thousand parameters", request(b"/?" + b"&".join(b"a%d=1" % n for n in range(1000))), {200}),
    ("ten parameters that are escapes only", request(b"/?" + b"%25" * 2600), {200}),
    ("a long User-Agent", request(b"/", b"User-Agent: " + b"Mozilla/5.0 (" * 2000), {200}),
    ("a User-Agent of brackets", request(b"/", b"User-Agent: " + b"(" * 20_000), {200}),
    ("bytes in the User-Agent", request(b"/", b"User-Agent: \xff\xfe\x80iPhone"), {200}),
    ("hints of quotes", request(b"/", b"Sec-CH-UA: " + b'"\\' * 8000, b"Sec-CH-UA-Platform: " + b'"' * 500), {200}),
    ("languages without end", request(b"/", b"Accept-Language: " + b"de;q=0.1," * 3000), {200}),
    ("a language of commas", request(b"/", b"Accept-Language: " + b"," * 20_000), {200}),
    ("a referrer that is no URL", request(b"/", b"Referer: http://[::1"), {200}),
    ("a long referrer", request(b"/", b"Referer: https://" + b"a." * 10_000), {200}),
    ("an absurd Accept-Encoding", request(b"/", b"Accept-Encoding: " + b"gzip;q=0;q=1;q=x,*;q=,;;;," * 1000), {200}),
    ("an empty Accept-Encoding", request(b"/", b"Accept-Encoding:"), {200}),
    ("three thousand cookies", request(b"/", b"Cookie: " + b"; ".join(b"windsock=%d" % n for n in range(2000))), {200}),
    ("eighty cookie fields", request(b"/", *[b"Cookie: windsock=%d; =;;=" % n for n in range(80)]), {200}),
    ("a cookie of bytes", request(b"/", b"Cookie: windsock=\xb2\xb3; \xff=\xfe"), {200}),
    ("a bucket beyond all numbers", request(b"/", b"Cookie: windsock=" + b"9" * 20_000), {200}),
    ("validators without end", request(b"/", b"If-None-Match: " + b'W/"x",' * 4000), {200}),
    ("a token of bytes", request(b"/", b"X-Windsock-Debug: \xff\xff"), {200}),
    ("fields of ours", request(b"/", b"X-Windsock-Variants: hero=x", b"X-Windsock-Decisions: y"), {200}),
    ("a connection that names all", request(b"/", b"Connection: host, cookie, via, x-windsock-variants, close"), {200}),
    ("a forwarded chain", request(b"/", b"X-Forwarded-For: " + b"1.2.3.4, " * 2000), {200}),
    ("an address that is none", request(b"/", b"X-Forwarded-For: \xff, [::, 999.1.1.1:x"), {200}),
    ("HTTP/1.0", request(version=b"HTTP/1.0"), {200}),
    ("a target that names another host", request(b"http://evil.example/"), {200}),
    ("Expect without a body", request(b"/", b"Expect: 100-continue"), {200}),
    ("an upgrade to nothing", request(b"/", b"Connection: upgrade", b"Upgrade: tls/1.0, x"), {200}),
    ("an edge behind an edge", request(b"/", b"Via: 1.1 windsock"), {200}),
    ("a loop", request(b"/", *[b"Via: 1.1 windsock"] * 4), {502}),
]
REFUSED: Final[list[Case]] = [
    ("bytes", bytes(range(256)) + b"\r\n\r\n", BAD),
    ("a TLS greeting", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(300), BAD),
    ("a word", b"GET\r\n\r\n", BAD),
    ("HTTP/0.9", b"GET /\r\n\r\n", BAD),
    ("HTTP/9.9", request(version=b"HTTP/9.9"), BAD | {505}),
    ("a space in the target", request(b"/a b"), BAD),
    ("raw bytes that are no UTF-8", request(b"/\xff?\xfe"), BAD),
    ("a NUL in the target", request(b"/a\0b"), BAD),
    ("a fragment in the target", request(b"/#x"), {200, *BAD}),
    ("a target of 8 KiB", request(b"/" + b"a" * 8192), {414}),
    ("a target of 100 KB", request(b"/" + b"a" * 100_000), {414, *BAD}),
    ("a NUL in a value", request(b"/", b"X: a\0b"), BAD),
    ("a bare CR in a value", request(b"/", b"X: a\rb"), BAD),
    ("a NUL in a name", request(b"/", b"X\0: a"), BAD),
    ("a space before the colon", request(b"/", b"X : a"), BAD),
    ("a field without a name", request(b"/", b": a"), BAD),
    ("a field without a colon", request(b"/", b"nonsense"), BAD),
    ("a folded field", request(b"/", b"X: a", b" b"), BAD),
    ("a field of 40 KB", request(b"/", b"X: " + b"a" * 40_000), {431}),
    ("a field of 500 KB", request(b"/", b"X: " + b"a" * 500_000), {431, *BAD}),
    ("two hundred fields", request(b"/", *[b"X: a"] * 200), {431, *BAD}),
    ("no Host", b"GET / HTTP/1.1\r\n\r\n", {400}),
    ("no Host in HTTP/1.0", b"GET / HTTP/1.0\r\n\r\n", {400}),
    ("two Hosts", request(b"/", b"Host: other.example"), {400}),
    ("a Host of bytes", b"GET / HTTP/1.1\r\nHost: \xff\r\n\r\n", {400}),
    ("a Host with a user", b"GET / HTTP/1.1\r\nHost: me@site.example\r\n\r\n", {400}),
    ("a Host with a path", b"GET / HTTP/1.1\r\nHost: site.example/x\r\n\r\n", {400}),
    ("a star", request(b"*"), {400}),
    ("CONNECT", b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n", {501}),
    ("a method of signs", request(method=b"G(T"), BAD),
    ("a length that is no number", request(b"/", b"Content-Length: x", method=b"POST"), BAD),
    ("a length below nothing", request(b"/", b"Content-Length: -1", method=b"POST"), BAD),
    ("a length beyond all numbers", request(b"/", b"Content-Length: " + b"9" * 30, method=b"POST"), {413, *BAD}),
    ("two lengths", request(b"/", b"Content-Length: 1", b"Content-Length: 2", method=b"POST") + b"ab", BAD),
    ("an upload of a terabyte", request(b"/", b"Content-Length: 1000000000000", method=b"POST"), {413}),
    ("another coding", request(b"/", b"Transfer-Encoding: gzip, chunked", method=b"POST") + b"0\r\n\r\n", {501, *BAD}),
    # the server tells a broken body like a visitor who leaves, and answers for an app that has nothing more to say
    (
        "a chunk that is no number",
        request(b"/", b"Transfer-Encoding: chunked", method=b"POST") + b"xyz\r\n",
        {500, *BAD},
    ),
]


class Everywhere(dict[bytes, object]):
    """Whatever is asked for, it is the one page."""

    def get(self, key: bytes, default: object = None) -> bytes:
        """The page."""
        return b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An edge in front of a site that has everything; afterwards its log must hold no trace of a defect."""
    origin = RawOrigin()
    origin.answers = Everywhere()  # type: ignore[assignment]
    rules = tmp_path_factory.mktemp("rules")
    for name, text in RULES.items():
        (rules / f"{name}.yaml").write_text(text)
    served = Served(origin.url, rules, "--debug-token", "open-sesame")
    yield served
    said = served.said()
    served.close()
    origin.close()
    assert "Traceback" not in said
    assert [line for line in said.splitlines() if " error " in line and "failure=loop" not in line] == []


def status(port: int, raw: bytes) -> int:
    """The status of the answer, within a second."""
    start, said = time.monotonic(), b""
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # closed while we were still sending
        said = talk(port, raw, lambda said: b"\r\n\r\n" in said, timeout=2)
    assert time.monotonic() - start < 1
    return int(said.split(b" ", 2)[1]) if said.startswith(b"HTTP/1.") else CLOSED


def cases(*lists: list[Case]) -> pytest.MarkDecorator:
    """All of them, by name."""
    every = [case for some in lists for case in some]
    return pytest.mark.parametrize(("raw", "statuses"), [case[1:] for case in every], ids=[case[0] for case in every])


@cases(FINE)
def test_a_strange_request_is_answered_like_any_other(edge: Served, raw: bytes, statuses: set[int]) -> None:
    assert status(edge.port, raw) in statuses


@cases(REFUSED)
def test_what_is_no_request_is_refused(edge: Served, raw: bytes, statuses: set[int]) -> None:
    assert status(edge.port, raw) in statuses


@cases(FINE, REFUSED)
def test_the_private_listener_stands_it_too(edge: Served, raw: bytes, statuses: set[int]) -> None:
    assert status(edge.admin, raw) < 500 or 500 in statuses


def test_requests_in_one_breath_are_answered_in_their_order(edge: Served) -> None:
    three = request(b"/?plain=1") + request(b"/") + request(b"/?plain=1", b"Connection: close")
    bodies = [answer.partition(b"\r\n\r\n")[2] for answer in talk(edge.port, three).split(b"HTTP/1.1 200 OK\r\n")[1:]]
    assert bodies == [BODY, EDITED, BODY]


def test_after_a_refusal_the_rest_of_the_connection_is_not_read(edge: Served) -> None:
    said = talk(edge.port, request(b"*") + request(b"/"))
    assert (said.count(b"HTTP/1.1 "), b"Phone" in said) == (1, False)


def test_a_hundred_that_never_finish_their_request_keep_nobody_waiting(edge: Served) -> None:
    with contextlib.ExitStack() as stack:
        for number in range(100):
            lazy = stack.enter_context(socket.create_connection(("127.0.0.1", edge.port)))
            lazy.sendall(request()[: 5 + number % 40])
        assert status(edge.port, request()) == 200


@pytest.mark.parametrize(
    "rest", [b"", b"\0" * 500, b"\xff" * 500, b"\0\0\x04\x04" + bytes(5), b"\0\0\x08\x01\x05\0\0\0\x01garbage!"]
)
def test_garbage_in_http2_harms_nobody_else(edge: Served, rest: bytes) -> None:
    with socket.create_connection(("127.0.0.1", edge.port), timeout=1) as connection:
        connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + rest)
        connection.recv(65536)
    assert get(edge.port)[2] == EDITED


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.binary(max_size=60).map(lambda noise: request(b"/", b"X: " + noise))))
def test_noise_harms_nobody_else(edge: Served, noise: bytes) -> None:
    with socket.create_connection(("127.0.0.1", edge.port), timeout=1) as connection, contextlib.suppress(OSError):
        connection.sendall(noise)
        connection.shutdown(socket.SHUT_WR)
        connection.recv(65536)
    assert get(edge.port)[2] == EDITED


def test_after_all_that_pages_are_as_ever(edge: Served) -> None:
    assert get(edge.port)[2] == EDITED
    assert len(json.loads(get(edge.admin, "/readyz")[2])["workers"]) == 1
