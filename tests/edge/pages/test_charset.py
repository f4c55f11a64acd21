from __future__ import annotations

import pytest

from edge.pages.charset import UNDECLARED, UTF_8, Charset, charset_of

HTML = "text/html"


def latin(codec: str) -> Charset:
    return Charset(codec, codec)


@pytest.mark.parametrize(
    ("why", "page", "content_type", "charset"),
    [
        ("the header decides", b"<p>", "text/html; charset=utf-8", UTF_8),
        ("quotes and capitals do not matter", b"<p>", 'text/html; Charset="UTF-8"', UTF_8),
        ("latin-1 means windows-1252 on the Web", b"<p>", "text/html; charset=ISO-8859-1", latin("cp1252")),
        ("ascii too", b"<p>", "text/html;charset=us-ascii", latin("cp1252")),
        ("Cyrillic", b"<p>", "text/html; charset=koi8-r", latin("koi8-r")),
        ("Turkish", b"<p>", "text/html; charset=iso-8859-9", latin("cp1254")),
        ("a byte order mark beats the header", b"\xef\xbb\xbf<p>", "text/html; charset=koi8-r", UTF_8),
        ("the header beats the page", b"<meta charset=utf-8>", "text/html; charset=latin1", latin("cp1252")),
        ("a meta tag", b"<title>x</title><META CharSet='windows-1251'>", HTML, latin("cp1251")),
        ("http-equiv", b'<meta content="text/html; charset=koi8-r" http-equiv=Content-Type>', HTML, latin("koi8-r")),
        ("content without http-equiv says nothing", b'<meta content="a; charset=koi8-r">', HTML, UNDECLARED),
        ("a meta tag in a comment says nothing", b"<!-- <meta charset=koi8-r> -->", HTML, UNDECLARED),
        ("the first meta tag counts", b"<meta charset=utf-8><meta charset=koi8-r>", HTML, UTF_8),
        ("a meta tag cannot say UTF-16 in ASCII", b"<meta charset=utf-16le>", HTML, UTF_8),
        ("a meta tag behind 1,024 bytes is not looked for", b" " * 1024 + b"<meta charset=utf-8>", HTML, UNDECLARED),
        ("nothing says anything", b"<p>", HTML, UNDECLARED),
        ("UTF-16 has no ASCII bytes", b"\xff\xfe<\0", "text/html; charset=utf-8", None),
        ("UTF-16 by header", b"<p>", "text/html; charset=utf-16", None),
        ("Japanese", b"<p>", "text/html; charset=shift_jis", None),
        ("Chinese by meta tag", b"<meta charset=gb18030>", HTML, None),
        ("an escape-coded charset", b"<p>", "text/html; charset=iso-2022-jp", None),
        ("a charset that nobody knows", b"<p>", "text/html; charset=klingon", None),
        ("a codec of Python that is no charset", b"<p>", "text/html; charset=rot13", None),
    ],
)
def test_the_charset_is_the_one_a_browser_would_use(
    why: str, page: bytes, content_type: str, charset: Charset | None
) -> None:
    assert charset_of(page, content_type) == charset, why


@pytest.mark.parametrize("label", ["koi8-u", "x-mac-cyrillic"])
def test_where_pythons_table_is_not_the_webs_only_ascii_is_written(label: str) -> None:
    found = charset_of(b"", f"text/html; charset={label}")
    assert found is not None
    assert found.writes == "ascii"


@pytest.mark.parametrize("content_type", ["", ";", "text/html;", "text/html; charset=", 'text/html; charset="', "\r\n"])
def test_a_garbled_header_declares_nothing(content_type: str) -> None:
    assert charset_of(b"<p>", content_type) == UNDECLARED
