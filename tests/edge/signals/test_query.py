"""The query string."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.signals import query
from tests.hostile import PIECES
from tests.work import lines


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (b"", {}),
        (b"a=1", {"a": "1"}),
        (b"a=1&b=2", {"a": "1", "b": "2"}),
        (b"a=1&a=2", {"a": "1"}),  # the first counts
        (b"a=&a=2", {"a": ""}),
        (b"dark", {"dark": ""}),
        (b"a=b=c", {"a": "b=c"}),
        (b"q=rain+coat", {"q": "rain coat"}),
        (b"q=rain%20coat%2B", {"q": "rain coat+"}),
        (b"q=%C3%A9t%C3%A9", {"q": "été"}),
        (b"%61=1", {"a": "1"}),
        (b"q=caf\xc3\xa9", {"q": "café"}),  # unescaped, as some clients send it
        (b"q=100%", {"q": "100%"}),  # escapes that are none stay as written
        (b"q=%zz%2", {"q": "%zz%2"}),
        (b"q=%FF", {"q": "\N{REPLACEMENT CHARACTER}"}),
        (b"&&&=x&", {}),
        (b"no=NO&on=on", {"no": "NO", "on": "on"}),
    ],
)
def test_parameters_are_decoded_and_the_first_of_a_name_counts(written: bytes, read: dict[str, str]) -> None:
    assert query.parse(written) == read


def test_campaign_parameters_have_two_names() -> None:
    found = query.signals({"utm_source": "news", "utm_": "x", "utm": "y"})
    assert found == {"query.utm_source": "news", "utm.source": "news", "query.utm_": "x", "query.utm": "y"}


def test_only_the_first_hundred_parameters_are_read() -> None:
    assert len(query.parse(b"&".join(b"p%d=1" % number for number in range(1000)))) == query.MOST


def test_a_long_value_is_cut_and_a_long_name_skipped() -> None:
    read = query.parse(b"a=" + b"x" * 5000 + b"&" + b"n" * 65 + b"=1")
    assert read == {"a": "x" * query.LONGEST_VALUE}


@given(st.binary(max_size=500))
@settings(max_examples=300)
def test_every_query_string_gives_text_within_the_limits(written: bytes) -> None:
    for name, value in query.parse(written).items():
        assert 0 < len(name) <= query.LONGEST_NAME
        assert len(value) <= query.LONGEST_VALUE
        (name + value).encode("utf-8")


@pytest.mark.parametrize("piece", PIECES)
def test_however_much_is_sent_the_work_is_that_of_a_hundred_parameters(piece: bytes) -> None:
    written = piece * (10 * query.LONGEST // len(piece))
    assert query.parse(written) == query.parse(written[: query.LONGEST])
    assert lines(lambda: query.signals(query.parse(written))) < 25 * query.MOST + 2 * query.LONGEST
