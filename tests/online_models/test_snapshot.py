"""A snapshot is believed only when it is sound."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from online_models.distribution import distribution
from online_models.policies import NAMES, make
from online_models.snapshot import LIMIT, Model, Snapshot, read, seal, write

ARMS = ("a", "b", "c")


def _model(policy: str) -> Model:
    signals = ("device", "country")
    bandit = make(policy, ARMS, signals)
    for n in range(300):
        bandit.learn(
            (("mobile", "desktop")[n % 2], ("NO", "DE")[n // 2 % 2]), ARMS[n % 3], float(n % 7 == 0), 1e9 + n, 1 / 3
        )
    return bandit.model((None, frozenset(("NO", "DE"))))


SNAPSHOT = seal(
    Snapshot(
        7, made=1e9, upto=4711, models={name: _model(name) for name in NAMES}, breached={"hero": "slow"}, held="wait"
    )
)
BODY: dict[str, Any] = orjson.loads(write(SNAPSHOT))


def _signed(body: Any) -> bytes:
    """Written by someone who can count checksums."""
    plain = {key: value for key, value in body.items() if key != "version"}
    checksum = hashlib.sha256(orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
    return orjson.dumps(plain | {"version": checksum}, option=orjson.OPT_SORT_KEYS)


def _changed(change: Callable[[dict[str, Any]], object]) -> bytes:
    body = orjson.loads(orjson.dumps(BODY))
    change(body)
    return _signed(body)


def test_what_is_written_is_what_is_read() -> None:
    assert read(write(SNAPSHOT)) == SNAPSHOT


def test_what_is_read_and_written_again_has_the_same_version() -> None:
    assert write(read(write(SNAPSHOT))) == write(SNAPSHOT)


def test_the_version_changes_with_anything_in_it() -> None:
    changed = [
        replace(SNAPSHOT, number=8),
        replace(SNAPSHOT, held=""),
        replace(SNAPSHOT, breached={}),
        replace(SNAPSHOT, models={}),
    ]
    assert len({seal(each).version for each in [SNAPSHOT, *changed]}) == 5


def test_a_snapshot_without_models_is_sound() -> None:
    assert read(write(Snapshot(1))).models == {}


@pytest.mark.parametrize(
    "raw", [b"", b"{}", b"[]", b"7", b"null", b"\xff", b"{" * 9, b"[" * 100_000, b'{"a":' * 500 + b"1" + b"}" * 500]
)
def test_what_is_no_snapshot_is_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read(raw)


def test_a_large_one_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(ValueError, match="bytes; at most"):
        read(b" " * (LIMIT + 1))


def test_a_changed_byte_is_refused() -> None:
    with pytest.raises(ValueError, match="checksum"):
        read(write(SNAPSHOT).replace(b'"number":7', b'"number":8'))


def test_a_policy_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="no policy 'oracle'"):
        read(_changed(lambda body: body["models"]["visitor"].update(policy="oracle")))


def test_another_schema_is_refused() -> None:
    with pytest.raises(ValueError, match="schema is not 1"):
        read(_changed(lambda body: body.update(schema=2)))


@pytest.mark.parametrize("number", ["1e400", "NaN", "-Infinity", "1e10", "true", '"1"', "null", "[]"])
def test_a_number_that_is_none_or_out_of_bounds_is_refused(number: str) -> None:
    raw = write(Snapshot(1, models={"m": Model("everyone", ("a",), {"arms": {"a": [0.25, 0.125]}, "new": [0.5, 0.5]})}))
    with pytest.raises(ValueError, match=r"."):
        read(_resigned(raw.replace(b"0.125", number.encode())))


def _resigned(raw: bytes) -> bytes:
    try:
        return _signed(orjson.loads(raw))
    except orjson.JSONDecodeError:
        return raw


def test_a_snapshot_that_would_be_refused_is_not_written() -> None:
    endless = Model("everyone", ("a",), {"arms": {"a": [float("nan"), 1.0]}, "new": [0.0, 1.0]})
    with pytest.raises(ValueError, match="number"):
        write(Snapshot(1, models={"m": endless}))


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(deeper for key, each in inner for deeper in _places(each, (*path, key)))]


PLACES = [path for path in _places(BODY) if path]
junk = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(deadline=None, max_examples=400)
@given(st.sampled_from(PLACES), junk)
def test_junk_anywhere_is_refused_or_can_be_decided_by(path: tuple[Any, ...], junk: Any) -> None:
    body = orjson.loads(orjson.dumps(BODY))
    at = body
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = junk
    try:
        snapshot = read(_signed(body))
    except ValueError:
        return
    for model in snapshot.models.values():
        shares = distribution(model, model.policy, ("mobile", "NO"), ARMS)
        assert sum(shares) == pytest.approx(1)
        assert min(shares) >= 0.02 / 3 - 1e-9


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=200) | junk.map(orjson.dumps))
def test_garbage_is_refused_with_a_value_error(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read(raw)
