"""What may be kept on a visitor's device."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.web.consent import YES, Consent, Mode
from edge.web.cookie import Stored
from edge.web.request import Request


def request(*cookies: bytes, gpc: bytes = b"") -> Request:
    headers = tuple((b"cookie", value) for value in cookies) + (((b"sec-gpc", gpc),) if gpc else ())
    return Request("GET", "https", "a", "/", b"/", b"", headers, dict(reversed(headers)))


@pytest.mark.parametrize(
    ("site", "silent", "agreed"),
    [("strict", "strict", "strict"), ("exempt", "exempt", "exempt"), ("consented", "strict", "consented")],
)
def test_the_site_decides_and_a_yes_counts_where_it_asks_for_one(site: Mode, silent: Mode, agreed: Mode) -> None:
    rule = Consent(site, "ok")
    assert (rule.of(request(), None), rule.of(request(b"ok=yes"), None)) == (silent, agreed)


@pytest.mark.parametrize("site", ["strict", "exempt", "consented"])
@pytest.mark.parametrize(("gpc", "stored"), [(b"1", None), (b"1", 7), (b"", "off")])
def test_a_visitor_who_says_no_is_strict_everywhere(site: Mode, gpc: bytes, stored: Stored) -> None:
    assert Consent(site, "ok").of(request(b"ok=yes", gpc=gpc), stored) == "strict"


@pytest.mark.parametrize("gpc", [b"0", b"true", b"11"])
def test_only_a_one_is_the_browser_s_no(gpc: bytes) -> None:
    assert Consent().of(request(gpc=gpc), None) == "exempt"


@pytest.mark.parametrize("word", sorted(YES))
def test_each_of_these_words_is_a_yes(word: str) -> None:
    assert Consent("consented", "ok").of(request(f"ok={word.upper()}".encode()), None) == "consented"


@pytest.mark.parametrize(
    ("cookies", "mode"),
    [
        ([b"ok=%22true%22"], "consented"),
        ([b'a=1; ok="yes"; b=2'], "consented"),
        ([b"ok=yes; ok=yes"], "consented"),
        ([b"ok=yes; ok=no"], "strict"),
        ([b"ok=yes", b"ok=no"], "strict"),
        ([b"ok=no"], "strict"),
        ([b"ok="], "strict"),
        ([b"ok"], "strict"),
        ([b"ok=yes, but"], "strict"),
        ([b"OK=yes"], "strict"),
        ([b"xok=yes"], "strict"),
        ([b"ok=\xff\xfe"], "strict"),
    ],
)
def test_anything_else_is_no_yes(cookies: list[bytes], mode: Mode) -> None:
    assert Consent("consented", "ok").of(request(*cookies), None) == mode


@pytest.mark.parametrize(
    ("said", "cookie", "mode"),
    [
        ("banner=statistics:true", b"banner={stamp:%27x%27%2Cstatistics:true%2Cmarketing:false}", "consented"),
        ("banner=statistics:true", b"banner={stamp:%27x%27%2Cstatistics:false}", "strict"),
        ("Groups=C0003:1", b"Groups=C0001%3A1%2CC0003%3A1", "consented"),
        ("Groups=C0003:1", b"Groups=C0001%3A1%2CC0003%3A0", "strict"),
        ("status=allow", b"status=allow", "consented"),
    ],
)
def test_a_banner_that_keeps_several_answers_is_asked_for_one(said: str, cookie: bytes, mode: Mode) -> None:
    assert Consent("consented", said).of(request(cookie), None) == mode


def test_without_a_cookie_to_say_it_nobody_has_agreed() -> None:
    assert Consent("consented").of(request(b"=yes; ok=yes"), None) == "strict"


@given(st.binary(max_size=80))
def test_whatever_is_sent_gives_a_rule(sent: bytes) -> None:
    assert Consent("consented", "ok").of(request(sent), None) in ("strict", "consented")
