"""A request goes over the wire exactly as it was given, or not at all."""

from __future__ import annotations

import h11
import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.gateway.transport.question import question
from tests.edge.gateway.transport.answers import INTERESTING, names, values
from tests.edge.gateway.transport.scripted import Body

Fields = list[tuple[bytes, bytes]]
HOST = (b"host", b"site.example")


def written(method: str, target: bytes, fields: Fields) -> bytes:
    """The head on the wire."""
    request = httpx.Request(
        method, "http://site.example/", headers=fields, stream=Body(), extensions={"target": target}
    )
    return question(request).head


def test_fields_keep_their_order_number_and_case_and_none_is_added() -> None:
    fields = [HOST, (b"X-B", b"1"), (b"x-a", b""), (b"X-B", b"2 "), (b"Cookie", b"a=\xc3\xa9")]
    assert written("GET", b"/", fields) == (
        b"GET / HTTP/1.1\r\nhost: site.example\r\nX-B: 1\r\nx-a: \r\nX-B: 2 \r\nCookie: a=\xc3\xa9\r\n\r\n"
    )


@pytest.mark.parametrize(
    "target", [b"/", b"*", b"//host/x", b"/a%2Fb/..;x/../%00", b"/a?", b"/?a=%zz&b=\xff[]|\\^", b"/\xc3\xa9"]
)
def test_a_target_is_not_touched(target: bytes) -> None:
    assert written("OPTIONS", target, [HOST]).split(b" ")[1] == target


def test_without_a_raw_target_it_is_that_of_the_url() -> None:
    asked = question(httpx.Request("GET", "http://site.example/a%2Fb?c=d", stream=Body()))
    assert asked.head == b"GET /a%2Fb?c=d HTTP/1.1\r\n\r\n"


@pytest.mark.parametrize(
    "target", [b" /", b"/a b", b"/a\tb", b"/a\r\nX: y", b"/a\nb", b"/a\rb", b"/\x00", b"/\x7f", b"/ HTTP/1.1\r\nX: y"]
)
def test_a_target_that_could_be_read_as_more_is_refused(target: bytes) -> None:
    with pytest.raises(httpx.LocalProtocolError):
        written("GET", target, [HOST])


BAD_FIELDS: dict[str, Fields] = {
    "a line end in a value": [(b"x", b"a\r\ny: b")],
    "LF in a value": [(b"x", b"a\nb")],
    "CR in a value": [(b"x", b"a\rb")],
    "NUL in a value": [(b"x", b"a\x00b")],
    "an end of the head in a value": [(b"x", b"a\r\n\r\nGET /admin HTTP/1.1")],
    "a line end in a name": [(b"x: a\r\ny", b"b")],
    "a colon in a name": [(b"x:y", b"b")],
    "a field in a name": [(b"transfer-encoding: chunked, x", b"b")],
    "a space in a name": [(b"x ", b"b")],
    "no name": [(b"", b"b")],
    "a comma in a name": [(b"a,b", b"c")],
    "a length and chunks": [(b"content-length", b"1"), (b"transfer-encoding", b"chunked")],
    "differing lengths": [(b"content-length", b"1"), (b"Content-Length", b"2")],
    "a list of lengths": [(b"content-length", b"1, 1")],
    "a length that is no number": [(b"content-length", b"-1")],
    "another coding": [(b"transfer-encoding", b"gzip, chunked")],
    "chunked twice": [(b"transfer-encoding", b"chunked"), (b"transfer-encoding", b"chunked")],
}


@pytest.mark.parametrize("fields", BAD_FIELDS.values(), ids=BAD_FIELDS.keys())
def test_fields_that_could_be_read_as_more_or_otherwise_are_refused(fields: Fields) -> None:
    with pytest.raises(httpx.LocalProtocolError):
        written("GET", b"/", [HOST, *fields])


@pytest.mark.parametrize("method", ["", "GET ", "GE T", "GET\r\n", "GET /x HTTP/1.1\r\nX:", "CONNECT", "MÉTHODE"])
def test_a_method_that_is_no_token_or_is_not_carried_is_refused(method: str) -> None:
    with pytest.raises((httpx.LocalProtocolError, UnicodeEncodeError)):
        written(method, b"/", [HOST])


def test_a_body_that_cannot_be_awaited_is_refused() -> None:
    class Blocking(httpx.SyncByteStream):
        pass

    with pytest.raises(httpx.LocalProtocolError, match="awaited"):
        question(httpx.Request("POST", "http://site.example/", stream=Blocking()))


hostile = st.binary(max_size=6) | st.lists(st.sampled_from(INTERESTING), max_size=6).map(bytes)
targets = st.one_of(st.just(b"/a?b"), hostile.map(lambda raw: b"/" + raw))
fields_ = st.lists(st.tuples(names | hostile, values | hostile), max_size=5)
framings = st.sampled_from(
    [[], [(b"Content-Length", b"3")], [(b"transfer-encoding", b"chunked")], [(b"content-length", b"3")] * 2]
)


@settings(max_examples=1500, deadline=None)
@given(st.sampled_from(["GET", "HEAD", "POST", "PURGE"]), targets, fields_, framings)
def test_h11_reads_what_we_write_as_the_request_that_was_given(
    method: str, target: bytes, fields: Fields, framing: Fields
) -> None:
    given_ = [HOST, *fields, *framing]
    try:
        raw = written(method, target, given_)
    except httpx.LocalProtocolError:
        return
    if not target.isascii():
        return  # h11 wants ASCII; old links hold raw UTF-8, which delimits nothing and is passed on as it came
    server = h11.Connection(h11.SERVER)
    server.receive_data(raw)
    request = server.next_event()
    assert isinstance(request, h11.Request)
    assert (request.method, request.target) == (method.encode(), target)
    read = [(bytes(name), bytes(value)) for name, value in request.headers.raw_items()]
    once = [pair for pair in given_ if pair not in framing] + framing[:1]
    assert sorted(read) == sorted((name, value.strip(b" \t")) for name, value in once)
    event = server.next_event()
    assert (event is h11.NEED_DATA) if framing else isinstance(event, h11.EndOfMessage)
