"""The foot of a page: where a script of ours can stand and nothing else changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser

from edge.pages.edit import Edited, Untouched, edit
from edge.pages.values import Foot, Measurable, Trial
from rules.values import Form

HTML = "text/html; charset=utf-8"
BARE = Trial("nothing", {})
START = b"<!doctype html><html><head><title>T</title></head><body>"
CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.html"))
SCRIPT = b"<script probe></script>"


def measurable(page: bytes, kind: str = HTML, trial: Trial = BARE) -> Measurable:
    edited = edit(page, kind, [], trial=trial)
    assert isinstance(edited, Edited)
    assert edited.body == page
    assert edited.measured is not None
    return edited.measured


def at(page: bytes) -> int | str:
    foot = measurable(page).foot
    return foot.at if isinstance(foot, Foot) else foot


@pytest.mark.parametrize(
    "rest",
    [
        b"<p>text",
        b"<p>text</p>\n",
        b"<!-- </body> -->",
        b"<script>var end = '</body>'</script>",
        b"<p title='</body>'>text",
        b"<template></body></template>",
        b"<textarea></body></textarea>",
        b"<noscript>no</noscript>",
        b"<b>never closed",
        b"<div><ul><li>left open",
        b"<table><tr><td>left open",
        b"caf\xc3\xa9 </BODY >"[:-9],
    ],
)
@pytest.mark.parametrize("behind", [b"</body></html>", b"</BODY\n>\n</html>\n<!-- served in 3 ms -->", b"</body>"])
def test_it_is_right_before_the_end_tag_that_ends_the_body(rest: bytes, behind: bytes) -> None:
    assert at(START + rest + behind) == len(START + rest)


@pytest.mark.parametrize(
    "behind",
    [b"<!-- </body> -->", b"<template></body></template>", b"<script>'</body>'</script>", b"<p title='</body>'>"],
)
def test_what_looks_like_an_end_behind_it_is_none(behind: bytes) -> None:
    assert at(START + b"text</body>" + behind + b"</html>") == len(START + b"text")


@pytest.mark.parametrize("page", [b"", b"text", START + b"<p>text", START + b"</html>", START + b"<!-- </body> -->"])
def test_a_page_that_does_not_write_the_end_of_its_body_has_none(page: bytes) -> None:
    assert at(page) == "no-match"


@pytest.mark.parametrize(
    "open_",
    [b"<svg><g>", b"<math>", b"<template>", b"<select><option>", b"<noscript>", b"<title>x</title><svg><title>"],
)
def test_where_a_script_would_be_none_there_is_none(open_: bytes) -> None:
    assert at(START + open_ + b"</body></html>") in ("structure", "no-match")


def test_a_page_of_frames_has_none() -> None:
    assert at(b"<html><frameset><frame src=a></frameset></body></html>") == "structure"


def test_of_two_ends_the_last_one_counts() -> None:
    assert at(START + b"one</body><p>two</body></html>") == len(START + b"one</body><p>two")


def test_it_tells_what_else_decides_whether_a_script_may_run() -> None:
    page = (
        b'<!doctype html><html amp><head><meta http-equiv=CONTENT-Security-policy content="script-src &#39;self&#39;">'
        b"<meta http-equiv=refresh content=9><base href='https://a.example/'></head><body></body></html>"
    )
    foot = measurable(page).foot
    assert isinstance(foot, Foot)
    assert (foot.policies, foot.base, foot.amp) == (("script-src 'self'",), "https://a.example/", True)


def test_a_policy_outside_of_the_head_is_none_as_browsers_have_it() -> None:
    foot = measurable(START + b"<meta http-equiv=content-security-policy content=\"script-src 'none'\"></body>").foot
    assert isinstance(foot, Foot)
    assert foot.policies == ()


def test_the_lightning_bolt_is_amp_too() -> None:
    foot = measurable("<!doctype html><html ⚡><body></body></html>".encode()).foot
    assert isinstance(foot, Foot)
    assert foot.amp


def test_in_an_edited_page_it_is_where_it_was() -> None:
    page = START + b"<h1>Classic</h1><p id=last>text</p></body><!-- the end --></html>"
    forms = [("hero", [("h1", Form("text", "A longer headline"))]), ("last", [("#last", Form("after", "<p>more</p>"))])]
    edited = edit(page, HTML, forms, trial=BARE)
    assert isinstance(edited, Edited)
    assert edited.measured is not None
    assert edited.shown == ("hero", "last")
    assert edited.body[edited.measured.at :] == b"</body><!-- the end --></html>"
    assert edited.body[: edited.measured.at].endswith(b"<p id=last>text</p><p>more</p>")


def test_an_edit_that_goes_beyond_it_leaves_none() -> None:
    page, forms = START + b"<div id=hero>one</body>two</div>", [("#hero", Form("text", "three"))]
    edited = edit(page, HTML, [("hero", forms)], trial=BARE)
    assert isinstance(edited, Edited)
    assert edited.measured is not None
    assert (edited.shown, edited.measured.foot) == (("hero",), "structure")
    assert measurable(page, trial=Trial("k", {"hero": [forms]})).unfit == {"hero": "structure"}


def test_all_variants_are_tried_whichever_is_shown() -> None:
    page = START + b"<h1>Classic</h1></body>"
    fits, gone = [("h1", Form("text", "New"))], [("#gone", Form("text", "New"))]
    broken = [("h1", Form("replace", "<div>never closed"))]
    trial = Trial("k", {"good": [fits], "gone": [gone], "mixed": [fits, broken], "plain": []})
    assert measurable(page, trial=trial).unfit == {"gone": "no-match", "mixed": "markup"}


@pytest.mark.parametrize("kind", ["text/html; charset=utf-16", "application/xhtml+xml", "text/plain"])
def test_a_page_that_cannot_be_edited_has_none(kind: str) -> None:
    assert isinstance(edit(START + b"</body>", kind, [], trial=BARE), Untouched)


@pytest.mark.parametrize("charset", ["iso-8859-1", "windows-1251", "koi8-r"])
def test_it_is_found_in_every_charset_that_is_edited(charset: str) -> None:
    page = START + "Погода".encode(charset, "replace") + b"</body>"
    assert isinstance(measurable(page, f"text/html; charset={charset}").foot, Foot)


PIECES = st.sampled_from(
    b"text <p> </p> <b> </b> <table> </table> <td> <svg> </svg> <a> </a> <select> </select> <template> </template>"
    b" <!-- --> <script> </script> </body> <body> <noscript> </noscript> <form> </form> </html> <title> <ul><li>"
    b" <frameset>".split()
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=14))
def test_whatever_the_page_a_script_at_its_foot_is_one_and_the_rest_is_the_same_tree(pieces: list[bytes]) -> None:
    page = START + b"".join(pieces) + b"</body></html>"
    holds(page)


@pytest.mark.parametrize("file", CORPUS, ids=lambda file: file.stem)
def test_so_it_is_on_odd_pages(file: Path) -> None:
    holds(file.read_bytes())


def holds(page: bytes) -> None:
    """The law, for browsers with and without scripting."""
    found = at(page)
    if isinstance(found, str):
        return
    for scripting in (True, False):
        before = tree(page, scripting)
        after = tree(page[:found] + SCRIPT + page[found:], scripting)
        probes = after.css("script[probe]")
        assert len(probes) == 1
        probes[0].decompose()
        assert after.html == before.html


def tree(page: bytes, scripting: bool) -> LexborHTMLParser:
    return LexborHTMLParser(page, options=LexborDocumentOptions.WO_EVENTS, scripting=scripting)
