"""The pictures of the README."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from edge.demo.darkroom import Darkroom
from edge.demo.door import COOKIE
from edge.demo.photograph import FOLDER, shoot, zone_where_it_is


@pytest.mark.parametrize("utc_hour", range(24))
@pytest.mark.parametrize("hour", [8, 20])
def test_somewhere_it_is_that_hour_now(hour: int, utc_hour: int) -> None:
    now = datetime(2026, 11, 22, utc_hour, 30, tzinfo=UTC)
    assert now.astimezone(ZoneInfo(zone_where_it_is(hour, utc_hour))).hour == hour


def test_the_darkroom_makes_a_browser_a_persona_with_that_bucket(tmp_path: Path) -> None:
    with Darkroom(tmp_path) as room:
        answer = httpx.get(room.step_in("http://door", "sofa", 7), trust_env=False)
    assert answer.headers["location"] == "http://door/"
    cookies = [field.partition(";")[0] for field in answer.headers.get_list("set-cookie")]
    assert cookies == [f"{COOKIE}=sofa", "windsock=7"]


def test_the_darkroom_shows_what_is_put_into_it(tmp_path: Path) -> None:
    with Darkroom(tmp_path) as room:
        room.put("page.html", "<p>Ja</p>")
        assert httpx.get(room.url("page.html"), trust_env=False).text == "<p>Ja</p>"


@pytest.mark.browser
def test_a_picture_has_the_size_of_the_window(tmp_path: Path) -> None:
    with Darkroom(tmp_path) as room:
        room.put("page.html", "<body style='background: teal'>")
        shoot(room.url("page.html"), tmp_path / "page.png", 640, 480)
    assert size(tmp_path / "page.png") == (640, 480)


@pytest.mark.parametrize("name", ["two-visitors", "terminal", "personas"])
def test_the_pictures_in_the_readme_are_there_and_light(name: str) -> None:
    picture = FOLDER / f"{name}.png"
    assert size(picture)[0] > 1000
    assert picture.stat().st_size < 300_000


def size(picture: Path) -> tuple[int, int]:
    """Width and height of a PNG, from its header."""
    data = picture.read_bytes()
    assert data.startswith(b"\x89PNG\r\n")
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
