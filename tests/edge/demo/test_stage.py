"""The demo's stage: everything starts, and nothing is left behind."""

from __future__ import annotations

import contextlib
import socket
from pathlib import Path

import httpx
import pytest

from edge.demo.stage import Stage
from edge.errors import WindsockError


def answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def test_shop_edge_and_door_answer_until_the_stage_is_cleared() -> None:
    with Stage() as stage:
        at = stage.at
        assert answers(f"{at.shop}/")
        assert answers(f"{at.site}/")
        assert answers(f"{at.admin}/readyz")
        assert answers(f"{at.door}/as/")
    for url in (at.shop, at.site, at.admin, at.door):
        assert not answers(f"{url}/")


def test_another_port_is_taken_where_somebody_has_the_usual_one() -> None:
    with socket.socket() as somebody:
        with contextlib.suppress(OSError):  # somebody else has it, which is as good
            somebody.bind(("127.0.0.1", 8080))
        with Stage(door=False) as stage:
            assert stage.at.site != "http://127.0.0.1:8080"
            assert answers(f"{stage.at.site}/")


def test_rules_that_cannot_be_used_are_told_in_one_line_and_nothing_stays(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "nowhere", door=False)
    with pytest.raises(WindsockError, match="the edge did not start") as told, stage:
        pass
    assert "nowhere" in str(told.value)
    assert "\n" not in str(told.value)
    assert not answers(f"{stage.at.shop}/")


def test_the_operators_own_settings_play_no_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINDSOCK_ORIGIN", "http://127.0.0.1:9")
    monkeypatch.setenv("WINDSOCK_BYPASS", "/*")
    with Stage(door=False) as stage:
        fields = {"X-Windsock-Debug": stage.debug_token}
        page = httpx.get(f"{stage.at.site}/", headers=fields, trust_env=False)
    assert "hero-picture=" in page.headers["x-windsock-decisions"]


def test_a_part_that_ends_on_its_own_is_noticed() -> None:
    with Stage(door=False) as stage:
        stage.check()
        stage._processes[0].ask_to_end()
        stage._processes[0].end()
        with pytest.raises(WindsockError, match="has ended"):
            stage.check()
