"""Who holds the page: realistic clients from `clients.toml`, and strings that nobody should send."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.signals import agent, client, hints
from edge.signals.client import Client, recognise
from rules.words import SIGNALS
from tests.hostile import PIECES, SIZE
from tests.work import lines

CLIENTS: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("clients.toml").read_text("utf-8"))["client"]


@pytest.mark.parametrize("case", CLIENTS, ids=[case["name"] for case in CLIENTS])
def test_a_client_is_known_by_what_it_says(case: dict[str, Any]) -> None:
    hints = [hint.encode() for hint in case.get("hints", ["", "", ""])]
    assert recognise(case["agent"].encode(), *hints) == Client(*case["is"])


def test_every_value_is_a_word_that_rules_can_ask_for() -> None:
    for signal, values in (("os", agent.OS), ("browser", agent.BROWSER)):
        assert {*values.values(), "other"} == set(SIGNALS[signal].words)


def test_a_hint_that_cannot_be_read_counts_as_absent() -> None:
    phone = b"Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/125.0.0.0 Mobile Safari/537.36"
    assert recognise(phone, b"Google Chrome", b"Windows", b"0") == Client("mobile", "android", "chrome")


def test_escapes_in_a_brand_are_understood() -> None:
    assert recognise(b"", rb'"Not\\A\"Brand";v="8", "Microsoft Edge";v="126"', b'"Windows"', b"?0").browser == "edge"


@pytest.mark.parametrize(("field", "wanted"), [(b"on", True), (b" ON ", True), (b"off", False), (b"", False)])
def test_a_visitor_may_ask_for_light_pages(field: bytes, wanted: bool) -> None:
    assert client.light(field) is wanted


@given(st.binary(max_size=300), st.binary(max_size=100), st.binary(max_size=50), st.binary(max_size=10))
@settings(max_examples=300)
def test_whatever_is_sent_gives_a_word(name: bytes, brands: bytes, platform: bytes, mobile: bytes) -> None:
    found = recognise(name, brands, platform, mobile)
    assert found.device in (*SIGNALS["device"].words, "unknown")
    assert found.os in (*SIGNALS["os"].words, "unknown")
    assert found.browser in (*SIGNALS["browser"].words, "unknown")


@pytest.mark.parametrize("piece", PIECES)
def test_of_eight_kilobytes_of_anything_only_the_beginning_is_looked_at(
    piece: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[int] = []
    device, both = agent.device, agent.system_and_browser

    def seen(name: str) -> str:
        looked.append(len(name))
        return name

    monkeypatch.setattr(agent, "device", lambda name: device(seen(name)))
    monkeypatch.setattr(agent, "system_and_browser", lambda name: both(seen(name)))
    sent = piece * (SIZE // len(piece))
    assert client.read(b"1" + sent, sent, sent, sent) == client.recognise(
        (b"1" + sent)[: agent.LONGEST], *[sent[: hints.LONGEST]] * 3
    )
    assert all(length <= agent.LONGEST for length in looked)
    assert lines(lambda: client.read(b"2" + sent, sent, sent, sent)) < 10 * hints.LONGEST


def test_what_follows_the_limit_is_not_kept() -> None:
    padding = b"Mozilla/5.0 (X11; Linux x86_64) Firefox/127.0 ".ljust(agent.LONGEST, b".")
    assert client.read(padding + b" Googlebot/2.1").device == "desktop"


def test_a_name_that_was_seen_is_not_looked_at_again() -> None:
    assert client.read(b"curl/8.5.0 once") is client.read(b"curl/8.5.0 once")


def test_names_that_differ_after_the_limit_are_kept_as_one() -> None:
    long = b"curl/8.5.0".ljust(agent.LONGEST, b" ")
    assert client.read(long + b"a") is client.read(long + b"b")


def test_where_the_hints_tell_all_the_name_is_not_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent, "system_and_browser", lambda name: pytest.fail("taken apart"))
    brands = b'"Not/A)Brand";v="8", "Chromium";v="126", "Google Chrome";v="126"'
    assert recognise(b"Mozilla/5.0", brands, b'"Windows"', b"?0") == Client("desktop", "windows", "chrome")
