"""What is a beacon, and what is none."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.beacon.said import LONGEST, MalformedError, Said, read

UNDERSTOOD = [
    (b'{"token": "1.a", "event": "exposure"}', Said("1.a", "exposure")),
    (b' {"event":"exposure","token":"1.a","goal":null}\n', Said("1.a", "exposure")),
    (b'{"token": "1.a", "event": "reward", "goal": "click \\"#a\\""}', Said("1.a", "reward", 'click "#a"')),
    (b'{"token": "1.a", "event": "reward", "goal": "signup", "value": 3}', Said("1.a", "reward", "signup", 3.0)),
    (b'{"token": "1.a", "event": "measure", "goal": "cls", "value": 0.25}', Said("1.a", "measure", "cls", 0.25)),
    ('{"token": "1.a", "event": "reward", "goal": "größer"}'.encode(), Said("1.a", "reward", "größer")),
]

HOSTILE = {
    "nothing": b"",
    "no JSON": b"token=1.a&event=exposure",
    "cut off": b'{"token": "1.a", "event": "expo',
    "more after it": b'{"token": "1.a", "event": "exposure"} {}',
    "no UTF-8": b'{"token": "1.a\xff", "event": "exposure"}',
    "UTF-16": '{"token": "1.a", "event": "exposure"}'.encode("utf-16"),
    "a mark before it": b'\xef\xbb\xbf{"token": "1.a", "event": "exposure"}',
    "a list": b'[{"token": "1.a", "event": "exposure"}]',
    "a number": b"1",
    "null": b"null",
    "a text": b'"1.a"',
    "a name twice": b'{"token": "1.a", "token": "1.b", "event": "exposure"}',
    "a name twice, spelled differently": b'{"token": "1.a", "\\u0074oken": "1.b", "event": "exposure"}',
    "an unknown name": b'{"token": "1.a", "event": "exposure", "p": 1}',
    "no token": b'{"event": "exposure"}',
    "an empty token": b'{"token": "", "event": "exposure"}',
    "a token that is a number": b'{"token": 1, "event": "exposure"}',
    "a token that is a list": b'{"token": ["1.a"], "event": "exposure"}',
    "no event": b'{"token": "1.a"}',
    "an unknown event": b'{"token": "1.a", "event": "refund", "goal": "x"}',
    "an event that is an object": b'{"token": "1.a", "event": {"exposure": 1}}',
    "a reward without a goal": b'{"token": "1.a", "event": "reward"}',
    "a goal that is true": b'{"token": "1.a", "event": "reward", "goal": true}',
    "a goal that is a list": b'{"token": "1.a", "event": "reward", "goal": ["x"]}',
    "an exposure with a goal that is a list": b'{"token": "1.a", "event": "exposure", "goal": [1]}',
    "a measure without a value": b'{"token": "1.a", "event": "measure", "goal": "lcp"}',
    "a value that is a text": b'{"token": "1.a", "event": "reward", "goal": "x", "value": "1"}',
    "a value that is true": b'{"token": "1.a", "event": "reward", "goal": "x", "value": true}',
    "NaN": b'{"token": "1.a", "event": "reward", "goal": "x", "value": NaN}',
    "Infinity": b'{"token": "1.a", "event": "reward", "goal": "x", "value": -Infinity}',
    "infinite in effect": b'{"token": "1.a", "event": "reward", "goal": "x", "value": 1e999}',
    "a whole number beyond all": b'{"token": "1.a", "event": "measure", "goal": "x", "value": ' + b"9" * 4000 + b"}",
    "a whole number too long to read": b'{"token": "1.a", "event": "reward", "goal": "x", "value": ' + b"9" * 8000,
    "deep lists": b"[" * LONGEST,
    "deep lists that end": b"[" * 4000 + b"]" * 4000,
    "deep objects": b'{"a":' * 1600 + b"1" + b"}" * 1600,
    "deep in a member": b'{"token": "1.a", "event": "exposure", "goal": ' + b"[" * 4000 + b"]" * 4000 + b"}",
    "a control byte": b'{"token": "1.a\n", "event": "exposure"}',
}  # fmt: skip


@pytest.mark.parametrize(("body", "said"), UNDERSTOOD)
def test_a_beacon_is_understood(body: bytes, said: Said) -> None:
    assert read(body) == said


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_anything_else_is_refused_with_a_reason(body: bytes) -> None:
    with pytest.raises(MalformedError, match=r"^\S.{5,80}$"):
        read(body)


@given(st.binary(max_size=200) | st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists).map(
    lambda value: json.dumps({"token": value, "event": "reward", "goal": value, "value": value}).encode()
))  # fmt: skip
def test_every_body_is_a_beacon_or_refused(body: bytes) -> None:
    try:
        said = read(body)
    except MalformedError:
        return
    assert said.token
    assert said.value is None or abs(said.value) < float("inf")
