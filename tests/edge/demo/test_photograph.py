"""The pictures of the README."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import httpx
import pytest

from edge.demo.darkroom import Darkroom
from edge.demo.door import COOKIE
from edge.demo.photograph import FOLDER, MIDDAY, moved, shoot
from rules.load import load

SITE = """timezone: Europe/London
dayparts:
  morning: 5-11
  day: 11-17
  night: 22-5
"""


def test_parts_of_the_day_are_moved_around_the_clock() -> None:
    assert moved(SITE, 3).splitlines()[2:] == ["  morning: 8-14", "  day: 14-20", "  night: 1-8"]
    assert moved(SITE, -6).splitlines()[2:] == ["  morning: 23-5", "  day: 5-11", "  night: 16-23"]


def test_nothing_else_is_moved() -> None:
    assert moved(SITE, 3).splitlines()[:2] == SITE.splitlines()[:2]
    assert moved(SITE, 0) == SITE


@pytest.mark.parametrize("hour", range(24))
def test_it_is_day_in_the_pictures_whenever_they_are_taken(hour: int, tmp_path: Path) -> None:
    site = (Path(str(files("rules") / "site")) / "site.yaml").read_text("utf-8")
    (tmp_path / "site.yaml").write_text(moved(site, hour - MIDDAY))
    loaded = load(tmp_path)
    assert loaded.problems == ()
    assert loaded.document is not None
    assert in_daypart(hour, dict(loaded.document["site"]["dayparts"])["day"])


def in_daypart(hour: int, hours: tuple[float, float]) -> bool:
    begin, end = hours
    return begin <= hour < end if begin < end else hour >= begin or hour < end


def test_the_darkroom_makes_a_browser_a_persona_with_that_bucket_on_that_page(tmp_path: Path) -> None:
    with Darkroom(tmp_path) as room:
        answer = httpx.get(room.step_in("http://door", "sofa", "/to/lisbon", 7), trust_env=False)
    assert answer.headers["location"] == "http://door/to/lisbon"
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


@pytest.mark.parametrize("name", ["two-visitors", "other-pages", "terminal", "personas"])
def test_the_pictures_in_the_readme_are_there_and_light(name: str) -> None:
    picture = FOLDER / f"{name}.png"
    assert size(picture)[0] > 1000
    assert picture.stat().st_size < 300_000


def size(picture: Path) -> tuple[int, int]:
    """Width and height of a PNG, from its header."""
    data = picture.read_bytes()
    assert data.startswith(b"\x89PNG\r\n")
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
