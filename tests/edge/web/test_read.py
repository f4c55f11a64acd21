from __future__ import annotations

from typing import Any

import pytest

from edge.web.peer import Trust
from edge.web.read import decoded, hostname, read


def scope(**changes: Any) -> dict[str, Any]:
    return {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "path": "/",
        "raw_path": b"/",
        "query_string": b"",
        "headers": [],
        "client": ("192.0.2.1", 5000),
        **changes,
    }


def test_the_path_is_decoded_for_rules_and_kept_as_it_came_for_the_origin() -> None:
    request = read(scope(path="/a/b", raw_path=b"/a%2Fb", query_string=b"q=%20"), Trust())
    assert (request.path, request.raw_path, request.query_string) == ("/a/b", b"/a%2Fb", b"q=%20")


def test_names_are_lower_case_and_the_first_of_repeated_fields_is_at_hand() -> None:
    request = read(scope(headers=[(b"X-A", b"1"), (b"x-a", b"2")]), Trust())
    assert request.headers == ((b"x-a", b"1"), (b"x-a", b"2"))
    assert request.fields[b"x-a"] == b"1"


def test_a_request_that_is_printed_names_nobody() -> None:
    printed = repr(read(scope(headers=[(b"user-agent", b"Nora's phone"), (b"cookie", b"a=1")]), Trust()))
    assert "192.0.2.1" not in printed
    assert "Nora" not in printed
    assert "cookie" not in printed


@pytest.mark.parametrize(
    ("authority", "host"),
    [
        (b"Shop.Example:8080", "shop.example"),
        (b"shop.example", "shop.example"),
        (b"[::1]:80", "[::1]"),
        (b"", ""),
    ],
)
def test_the_host_is_lower_case_without_its_port(authority: bytes, host: str) -> None:
    assert hostname(authority) == host


def test_bytes_that_are_no_text_do_not_stop_a_request() -> None:
    assert decoded(b"/caf%C3%A9/%FF") == "/café/\ufffd"
