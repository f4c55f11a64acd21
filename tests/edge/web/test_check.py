"""The request check as a table: what goes on, what is refused and with which status."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.web.asgi import Scope
from edge.web.check import Check, Refusal
from edge.web.host import Hosts

HOST = (b"host", b"site.example")


def scope(**changes: Any) -> Scope:
    """A good request with these changes."""
    good: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "raw_path": b"/",
        "query_string": b"",
        "headers": [HOST, (b"accept", b"*/*")],
    }
    return {**good, **changes}


def fields(*more: tuple[bytes, bytes]) -> Scope:
    """A good request with these fields besides its Host."""
    return scope(headers=[HOST, *more])


def hosts(*values: bytes) -> Scope:
    return scope(headers=[(b"host", value) for value in values])


def target(raw_path: bytes, query: bytes = b"", method: str = "GET") -> Scope:
    return scope(raw_path=raw_path, query_string=query, method=method)


def status(asked: Scope, check: Check | None = None) -> int:
    """What becomes of it: 0 when it goes on."""
    said = (check or Check(max_upload_bytes=1000))(asked)
    return said.status if isinstance(said, Refusal) else 0


GOES_ON = [
    scope(),
    *(scope(method=method) for method in ("HEAD", "POST", "TRACE", "PROPFIND", "get", "M-SEARCH", "x!#$%&'*+-.^_`|~")),
    *(target(path) for path in (b"/a%2Fb", b"//host/p", b"/../a", b"/a;x", b"/\xc3\xa9", b'/a"b', b"/%", b"/*")),
    target(b"/p", b"a=b&c=?/:@"),
    target(b"*", method="OPTIONS"),
    target(b"/" + b"a" * 8000),
    *(hosts(host) for host in (b"a", b"SHOP.example.", b"my_app:8080", b"192.0.2.1:1", b"[::1]", b"[2001:db8::1]:443")),
    fields((b"cookie", b"a=\xff\xfe"), (b"x-tab", b"a\tb"), (b"x-empty", b"")),
    scope(headers=[HOST] + [(b"x", b"1")] * 99),
    fields((b"x", b"a" * 32_000)),
    fields((b"content-length", b"1000")),
    fields((b"content-length", b"0")),
    fields((b"transfer-encoding", b"chunked")),
    fields((b"transfer-encoding", b" Chunked ")),
    {**fields((b"upgrade", b"websocket")), "type": "websocket"},
    {**fields((b"content-length", b"0")), "type": "websocket"},
]

REFUSED: list[tuple[int, str, list[Scope]]] = [
    (400, "a method that is no token", [scope(method=method) for method in ("", "G T", "G\x00T", "GÉT", "G" * 65)]),
    (501, "CONNECT", [scope(method="CONNECT"), target(b"", method="CONNECT")]),
    (
        400,
        "a target that is no path",
        [
            *(
                target(path)
                for path in (b"*", b"", b"a", b"http://x/", b"/a b", b"/a\r\n", b"/\x00", b"/\x7f", b"/a#b")
            ),
            target(b"/", b"a b"),
            target(b"/", b"a\n"),
            target(b"*", b"a", "OPTIONS"),
        ],
    ),
    (414, "a long target", [target(b"/" + b"a" * 8192), target(b"/", b"a" * 8192)]),
    (400, "no host, or several", [scope(headers=[]), hosts(b""), hosts(b"a", b"a"), hosts(b"a", b"b")]),
    (400, "a host that is none", [hosts(host) for host in (b"a b", b"a/b", b"a@b", b"a:b", b"a\xc3\xa9", b"[::1")]),
    (
        400,
        "a malformed field",
        [
            *(fields((name, b"1")) for name in (b"", b"x y", b"x:", b"x\xe9", b"x\x00")),
            *(fields((b"x", value)) for value in (b"a\x00", b"a\rb", b"a\nb", b"\x1b", b"\x7f")),
        ],
    ),
    (431, "too many fields", [scope(headers=[HOST] + [(b"x", b"1")] * 100), fields((b"x", b"a" * 32_768))]),
    (413, "a body that is too large", [fields((b"content-length", b"1001")), fields((b"content-length", b"9" * 18))]),
    (400, "a length that is none", [fields((b"content-length", value)) for value in (b"", b"-1", b"1, 1", b"9" * 19)]),
    (
        400,
        "two framings",
        [
            fields((b"content-length", b"1"), (b"content-length", b"2")),
            fields((b"content-length", b"1"), (b"transfer-encoding", b"chunked")),
            fields((b"transfer-encoding", b"chunked"), (b"transfer-encoding", b"chunked")),
        ],
    ),
    (
        501,
        "another coding",
        [fields((b"transfer-encoding", value)) for value in (b"gzip, chunked", b"x", b"", b"\x0b")[:3]],
    ),
    (
        400,
        "a handshake with a body",
        [
            {**fields((b"content-length", b"3")), "type": "websocket"},
            {**fields((b"transfer-encoding", b"chunked")), "type": "websocket"},
        ],
    ),
]


@pytest.mark.parametrize("asked", GOES_ON, ids=lambda asked: f"{asked['method']} {str(asked['raw_path'])[:20]}")
def test_a_good_request_goes_on_as_it_came(asked: Scope) -> None:
    assert Check(max_upload_bytes=1000)(asked) is asked


@pytest.mark.parametrize(
    ("code", "asked"),
    [pytest.param(code, asked, id=f"{what} {i}") for code, what, cases in REFUSED for i, asked in enumerate(cases)],
)
def test_what_is_not_clearly_a_request_to_this_site_is_refused(code: int, asked: Scope) -> None:
    assert status(asked) == code


def test_a_refusal_is_one_plain_line_that_repeats_nothing_of_the_request() -> None:
    for _, _, cases in REFUSED:
        for asked in cases:
            refusal = Check(max_upload_bytes=1000)(asked)
            assert isinstance(refusal, Refusal)
            assert refusal.reason.isascii()
            assert refusal.reason.endswith(".")
            assert "\n" not in refusal.reason


def test_names_that_cgi_would_take_for_others_are_dropped() -> None:
    asked = fields((b"x_forwarded_for", b"6.6.6.6"), (b"x-kept", b"1"))
    went_on = Check()(asked)
    assert not isinstance(went_on, Refusal)
    assert went_on["headers"] == [HOST, (b"x-kept", b"1")]
    assert len(asked["headers"]) == 3


def test_a_host_that_is_not_served_here_is_misdirected() -> None:
    check = Check(Hosts(["shop.example"]))
    assert status(hosts(b"shop.example:8080"), check) == 0
    assert status(hosts(b"other.example"), check) == 421


@settings(max_examples=300, deadline=None)
@given(
    st.builds(
        scope,
        method=st.text(max_size=8),
        raw_path=st.binary(max_size=20).map(lambda rest: b"/" + rest),
        query_string=st.binary(max_size=20),
        headers=st.lists(
            st.tuples(
                st.sampled_from([b"host", b"content-length", b"transfer-encoding", b"x_y"]), st.binary(max_size=9)
            )
            | st.tuples(st.binary(max_size=9), st.binary(max_size=20)),
            max_size=6,
        ),
    )
)
def test_whatever_arrives_there_is_a_verdict_and_what_goes_on_has_one_line_per_field(asked: Scope) -> None:
    said = Check()(asked)
    if isinstance(said, Refusal):
        assert 400 <= said.status < 600
        return
    assert [name for name, _ in said["headers"]].count(b"host") == 1
    line = said["raw_path"] + b"?" + said["query_string"]
    assert not set(line) & set(b"\r\n\0 ")
    for name, value in said["headers"]:
        assert name
        assert not set(name + value) & set(b"\r\n\0")
