"""What is known of a session: a number and a letter in one cookie."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.signals.session import MOST, Session, Sessions, agreed, read, stored
from edge.web.consent import Consent
from edge.web.cookie import Stored
from edge.web.request import Request
from rules.compile import compile as compile_rules
from rules.load import load
from rules.values import RuleSet

RULE = """
experience: hero
purpose: content
where: /
slot: "#hero"
variants: {{classic: original, other: {{text: Other}}}}
choose: [{{when: {{{when}}}, show: other}}]
"""


def request(value: bytes) -> Request:
    headers = ((b"cookie", value),)
    return Request("GET", "https", "a", "/", b"/", b"", headers, dict(headers))


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (b"windsock-session=1", Session(1, False)),
        (b"a=1; windsock-session=3r; b=2", Session(3, True)),
        (b"windsock-session=999r", Session(999, True)),
        (b"windsock-session=0", None),
        (b"windsock-session=03", None),
        (b"windsock-session=1000", None),
        (b"windsock-session=-1", None),
        (b"windsock-session=3R", None),
        (b"windsock-session=3rr", None),
        (b"windsock-session=r", None),
        (b"windsock-session=", None),
        (b"windsock-session=\xd9\xa3", None),
        (b"windsock-session=2; windsock-session=3", None),
        (b"windsock=3", None),
    ],
)
def test_what_is_not_written_as_we_write_it_counts_as_absent(value: bytes, found: Session | None) -> None:
    assert stored(request(value)) == found


@pytest.mark.parametrize(("bucket", "returning"), [(None, False), (77, True), ("off", False)])
def test_a_session_begins_with_page_one_and_remembers_who_had_a_bucket(bucket: Stored, returning: bool) -> None:
    assert read(request(b"a=1"), bucket) == Session(1, returning)


def test_each_page_is_one_more_and_a_bucket_of_this_session_makes_nobody_returning() -> None:
    assert read(request(b"windsock-session=1"), 77) == Session(2, False)
    assert read(request(b"windsock-session=7r"), None) == Session(8, True)


def test_the_count_ends_somewhere() -> None:
    assert read(request(b"windsock-session=%d" % MOST), None).pages == MOST


@given(st.integers(1, MOST), st.booleans())
def test_what_is_written_is_read_back(pages: int, returning: bool) -> None:
    session = Session(pages, returning)
    assert stored(request(b"windsock-session=" + session.written)) == session


@given(st.binary(max_size=40))
def test_whatever_a_device_has_kept_is_a_session_or_none(value: bytes) -> None:
    assert 1 <= read(request(b"windsock-session=" + value), None).pages <= MOST


def test_nobody_has_a_session_who_has_not_agreed_to_it() -> None:
    rule = Consent("consented", "ok")
    assert agreed(request(b"windsock-session=3"), rule) is None
    assert agreed(request(b"windsock-session=3; ok=yes; windsock=off"), rule) is None
    assert agreed(request(b"windsock-session=3; ok=yes"), rule) == Session(4, False)


@pytest.mark.parametrize(
    ("when", "asked"), [('session.pages: "> 2"', True), ("session.returning: true", True), ("device: mobile", False)]
)
def test_a_session_is_asked_for_by_a_rule(tmp_path: Path, when: str, asked: bool) -> None:
    sessions = Sessions()
    assert [sessions.asked(rules(tmp_path, when)) for _ in range(2)] == [asked, asked]


def test_with_new_rules_it_is_asked_again(tmp_path: Path) -> None:
    sessions = Sessions()
    assert not sessions.asked(rules(tmp_path, "device: mobile"))
    assert sessions.asked(rules(tmp_path, "session.returning: true"))


def rules(folder: Path, when: str) -> RuleSet:
    (folder / "hero.yaml").write_text(RULE.format(when=when))
    document = load(folder).document
    assert document is not None
    return compile_rules(document)
