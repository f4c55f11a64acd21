"""From the world to the workers, each part when it has changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.live.published import content, read
from edge.signals.facts import FOR_EVER, Facts, facts
from edge.signals.weather.reading import Reading
from edge.signals.weather.sheet import Sheet, Told
from edge.world.tell import Teller

WEATHER = {"59.75,10.75": Told((Reading(0, "rain"),), FOR_EVER), "*": Told((Reading(0, "clear"),), FOR_EVER)}


def _told(folder: Path) -> Facts:
    """What a worker knows."""
    return facts(read(folder / "facts.json") or {}, Facts(Sheet(content(folder / "weather") or b"")))


def _identities(folder: Path) -> tuple[int, int]:
    return (folder / "facts.json").stat().st_ino, (folder / "weather").stat().st_ino


@pytest.fixture
def teller(tmp_path: Path) -> Teller:
    teller = Teller(tmp_path / "facts.json", tmp_path / "weather")
    teller(Facts(WEATHER, {"mood": ("calm", 2000.0)}, "quiet"))
    return teller


def test_workers_know_what_they_are_told(teller: Teller, tmp_path: Path) -> None:
    assert _told(tmp_path) == Facts(WEATHER, {"mood": ("calm", 2000.0)}, "quiet")


def test_a_push_leaves_the_weather_where_it_is(teller: Teller, tmp_path: Path) -> None:
    before = _identities(tmp_path)
    teller(Facts(WEATHER, {"mood": ("busy", 2000.0)}, "quiet"))
    after = _identities(tmp_path)
    assert (after[0] != before[0], after[1] == before[1]) == (True, True)
    assert _told(tmp_path).value("mood", 1000.0) == "busy"


def test_new_weather_leaves_pushes_where_they_are(teller: Teller, tmp_path: Path) -> None:
    before = _identities(tmp_path)
    teller(Facts({}, {"mood": ("calm", 2000.0)}, "quiet"))
    after = _identities(tmp_path)
    assert (after[0] == before[0], after[1] != before[1]) == (True, True)
    assert _told(tmp_path).weather == {}


def test_weather_that_found_no_room_is_told_with_the_next_call(
    teller: Teller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = Facts({"*": WEATHER["*"]}, {"mood": ("calm", 2000.0)}, "quiet")
    with monkeypatch.context() as full:
        full.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError("no space left on device")))
        with pytest.raises(OSError, match="no space"):
            teller(known)
    teller(known)
    assert _told(tmp_path) == known


def test_a_push_does_not_wait_for_room_for_the_weather(
    teller: Teller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(content: bytes, path: Path) -> None:
        raise OSError(f"no space left on device for {path.name}")

    monkeypatch.setattr("edge.world.tell.put", full)
    with pytest.raises(OSError, match="for weather"):
        teller(Facts({"*": WEATHER["*"]}, {"mood": ("busy", 2000.0)}, "quiet"))
    assert _told(tmp_path).value("mood", 1000.0) == "busy"
