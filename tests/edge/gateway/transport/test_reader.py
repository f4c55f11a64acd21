"""One answer is read in one way, however its bytes are cut, and as h11 reads it; or it is refused."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.edge.gateway.transport.answers import Written, answers, cut, damaged
from tests.edge.gateway.transport.oracle import alike, oracle, ours

CASES: dict[str, dict[str, Any]] = tomllib.loads((Path(__file__).parent / "answers.toml").read_text())
places = st.lists(st.integers(0, 400), max_size=6)


@settings(max_examples=700, deadline=None)
@given(answers())
def test_a_well_formed_answer_is_read_as_it_was_written(written: Written) -> None:
    read = ours(written.method, [written.raw])
    assert read is not None
    assert (read.status, read.body, read.surplus) == (written.status, written.body, False)
    assert alike(read.fields) == alike(_once(written.fields))


@settings(max_examples=700, deadline=None)
@given(answers(), places)
def test_an_answer_reads_the_same_however_it_is_cut(written: Written, places: list[int]) -> None:
    assert ours(written.method, cut(written.raw, places)) == ours(written.method, [written.raw])


@settings(max_examples=700, deadline=None)
@given(damaged(), places)
def test_a_damaged_answer_reads_the_same_however_it_is_cut(sent: tuple[str, bytes], places: list[int]) -> None:
    method, raw = sent
    whole = ours(method, [raw])
    assert ours(method, cut(raw, places)) == whole
    assert ours(method, [bytes([byte]) for byte in raw]) == whole


@settings(max_examples=1500, deadline=None)
@given(damaged())
def test_a_damaged_answer_is_read_as_h11_reads_it_or_refused(sent: tuple[str, bytes]) -> None:
    _agree(*sent)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_the_corpus_is_read_as_h11_reads_it_or_refused(case: dict[str, Any]) -> None:
    method, raw = case.get("method", "GET"), case["raw"].encode("latin-1")
    read = ours(method, [raw])
    assert ours(method, [bytes([byte]) for byte in raw]) == read
    if case["verdict"] == "refused":
        assert read is None
    else:
        assert read is not None
        assert read.surplus == (case["verdict"] == "surplus")
        assert read.body == case["body"].encode("latin-1")
    _agree(method, raw)


def _agree(method: str, raw: bytes) -> None:
    read = ours(method, [raw])
    if read is None:
        return
    other = oracle(method, raw)
    assert other is not None, "h11 refuses what we read"
    assert (read.status, read.body, read.surplus) == (other.status, other.body, other.surplus)
    assert alike(read.fields) == alike(other.fields)


def _once(fields: tuple[tuple[bytes, bytes], ...]) -> list[tuple[bytes, bytes]]:
    """A length that was given twice is one field."""
    lengths = [pair for pair in fields if pair[0].lower() == b"content-length"]
    return [pair for pair in fields if pair not in lengths] + lengths[:1]
