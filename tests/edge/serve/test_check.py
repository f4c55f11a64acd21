from __future__ import annotations

import logging
import resource

import pytest

from edge.serve.check import room


@pytest.mark.parametrize(
    ("files", "places"),
    [(1024, 480), (65_536, 16_384), (80, 8), (10, 1), (resource.RLIM_INFINITY, 16_384)],
)
def test_each_visitor_finds_a_file_for_the_way_to_the_origin(
    monkeypatch: pytest.MonkeyPatch, files: int, places: int
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (files, files))
    assert room() == places


@pytest.mark.parametrize(("files", "warned"), [(512, True), (1024, False)])
def test_an_operator_is_told_when_few_fit(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, files: int, warned: bool
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (files, files))
    with caplog.at_level(logging.WARNING, "windsock"):
        room()
    assert ("LimitNOFILE=65536" in caplog.text) is warned
