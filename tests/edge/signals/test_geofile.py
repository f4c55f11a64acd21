"""The geo database on disk, on good days and on bad ones."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import maxminddb
import pytest

from edge.signals.atlas import Atlas
from edge.signals.geofile import GeoFile, sealed
from edge.signals.kept import Kept, pair
from tests.geo import DATABASE, bomb, encoded, made
from tests.work import lines

STOCKHOLM = "89.160.20.112"
WHOLE = DATABASE.read_bytes()
with maxminddb.open_database(DATABASE) as _reader:
    TREE = _reader.metadata().node_count * _reader.metadata().record_size // 4
END = WHOLE.rindex(b"\xab\xcd\xefMaxMind.com")
POOR = made("GeoLite2-City", encoded({"continent": {"code": "EU"}}), 0)


class Desk:
    """A file that an operator replaces, and an atlas that follows it. `passes` is the time between two looks."""

    def __init__(self, path: Path, kept: Kept | None = None) -> None:
        self.path = path
        self.atlas = Atlas()
        self.taken = 0
        self.file = GeoFile(path, self._take, kept=kept)
        self._moment = 1_000

    def _take(self, document: dict[str, object]) -> None:
        self.taken += 1
        assert self.atlas.take(document)

    def write(self, content: bytes) -> None:
        """Copied over it, in place."""
        self.path.write_bytes(content)
        self._touch()

    def rename(self, content: bytes) -> None:
        beside = self.path.with_suffix(".new")
        beside.write_bytes(content)
        beside.replace(self.path)
        self._touch()

    def _touch(self) -> None:
        self._moment += 1
        os.utime(self.path, (self._moment, self._moment))

    def passes(self, looks: int = 2) -> None:
        for _ in range(looks):
            self.file.look()

    @property
    def country(self) -> str:
        return self.atlas.find(STOCKHOLM).country


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "places.mmdb")
    yield desk
    desk.file.close()


@pytest.fixture
def serving(desk: Desk) -> Desk:
    desk.write(WHOLE)
    desk.file.look()
    assert desk.country == "SE"
    return desk


def test_a_file_that_is_there_is_taken_at_the_first_look(serving: Desk) -> None:
    assert (serving.taken, serving.file.problem) == (1, "")


def test_a_file_that_stays_as_it_is_is_read_once(serving: Desk) -> None:
    serving.passes(5)
    assert serving.taken == 1


def test_a_new_one_is_taken_after_a_rename(serving: Desk) -> None:
    serving.rename(WHOLE)
    serving.passes()
    assert (serving.taken, serving.country) == (2, "SE")


def test_a_new_one_is_taken_after_a_copy_in_place(serving: Desk) -> None:
    serving.write(WHOLE)
    serving.passes()
    assert (serving.taken, serving.country) == (2, "SE")


def test_one_copy_is_kept_in_memory_a_while_after_another_has_taken_its_place(serving: Desk) -> None:
    def copies() -> int:
        files = [file for file in Path("/proc/self/fd").iterdir() if file.is_symlink()]
        return sum("windsock-geo" in str(file.readlink()) for file in files)

    alone = copies()
    serving.rename(WHOLE)
    serving.passes()
    assert (serving.taken, copies()) == (2, alone + 1)
    serving.passes(60)
    assert (serving.country, copies()) == ("SE", alone)


def test_while_it_is_still_changing_nothing_is_read(serving: Desk) -> None:
    for size in (1000, 8000, 16000):
        serving.write(WHOLE[:size])
        serving.passes(1)
    assert (serving.taken, serving.file.problem) == (1, "")
    serving.write(WHOLE)
    serving.passes()
    assert (serving.taken, serving.file.problem) == (2, "")


def _damaged(start: float, byte: bytes) -> bytes:
    """The data section has this byte instead, from this share of it on."""
    begin = TREE + 16 + int((END - TREE - 16) * start)
    return WHOLE[:begin] + byte * (END - begin) + WHOLE[END:]


BAD = {
    "with zeros for data": _damaged(0, b"\0"),
    "with ones for data": _damaged(0, b"\xff"),
    "with other bytes for data": _damaged(0, b"\x5a"),
    "with zeros for half of its data": _damaged(0.5, b"\0"),
    "with ones for the last of its data": _damaged(0.9, b"\xff"),
    "with zeros for a tree": b"\0" * TREE + WHOLE[TREE:],
    "with a tree in circles": bytes((0, 0, 0, 0, 0, 0, 0)) * (TREE // 7) + WHOLE[TREE:],
    "empty": b"",
    "truncated": WHOLE[: len(WHOLE) // 2],
    "truncated by a byte": WHOLE[:-1],
    "garbage": random.Random(7).randbytes(20_000),
    "text": b"<html>404</html>",
    "with a broken tree": b"\xff" * 4000 + WHOLE[4000:],
    "without its data": WHOLE[:2000] + WHOLE[-600:],
    "with pointers to pointers without end": bomb(60),
    "with pointers to pointers": bomb(14),
}


def test_a_small_file_that_says_much_is_refused_before_it_has_said_it(serving: Desk) -> None:
    serving.rename(bomb(14))
    assert lines(serving.passes) < 200_000
    assert "too large to be places" in serving.file.problem


def test_an_address_that_was_not_tried_has_no_place_in_a_file_that_leads_nowhere(tmp_path: Path) -> None:
    atlas, file = Atlas(), tmp_path / "places.mmdb"
    file.write_bytes(bomb(60))
    assert atlas.take({"path": str(file)})
    assert lines(lambda: atlas.find(STOCKHOLM)) < 1000
    assert atlas.find(STOCKHOLM).country == ""


@pytest.mark.parametrize("content", BAD.values(), ids=BAD)
def test_a_bad_one_changes_nothing_and_is_named(
    serving: Desk, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    serving.write(content)
    serving.passes(4)
    assert serving.country == "SE"
    assert str(serving.path) in serving.file.problem
    assert caplog.text.count("the last good one stays") == 1


@pytest.mark.parametrize("content", BAD.values(), ids=BAD)
def test_a_bad_one_that_is_renamed_into_place_changes_nothing(serving: Desk, content: bytes) -> None:
    serving.rename(content)
    serving.passes(4)
    assert (serving.taken, serving.country) == (1, "SE")


def test_one_that_knows_far_less_than_the_running_one_is_refused_and_says_so(serving: Desk) -> None:
    serving.rename(POOR)
    serving.passes()
    assert (serving.taken, serving.country) == (1, "SE")
    assert "knows the country of 0% of its networks, the running one of 97%" in serving.file.problem


def test_one_that_knows_little_is_taken_where_none_runs(desk: Desk) -> None:
    desk.write(POOR)
    desk.file.look()
    assert (desk.taken, desk.file.problem) == (1, "")


@pytest.fixture
def kept() -> Iterator[Kept]:
    ends = pair()
    yield Kept(ends)
    for end in ends:
        end.close()


@pytest.mark.parametrize("content", [*BAD.values(), None], ids=[*BAD, "missing"])
def test_the_next_process_goes_on_from_the_last_good_copy_whatever_is_on_disk(
    tmp_path: Path, kept: Kept, content: bytes | None
) -> None:
    before = Desk(tmp_path / "places.mmdb", kept)
    before.write(WHOLE)
    before.file.look()
    before.file.close()
    if content is None:
        before.path.unlink()
    else:
        before.write(content)
    after = Desk(before.path, kept)
    after.file.recall()
    after.passes()
    assert (after.taken, after.country) == (1, "SE")
    assert str(after.path) in after.file.problem
    after.file.close()


def test_the_next_process_does_not_read_again_what_has_not_changed(tmp_path: Path, kept: Kept) -> None:
    before = Desk(tmp_path / "places.mmdb", kept)
    before.write(WHOLE)
    before.file.look()
    before.file.close()
    after = Desk(before.path, kept)
    after.file.recall()
    after.passes()
    assert (after.taken, after.country, after.file.problem) == (1, "SE", "")
    after.file.close()


def test_a_copy_of_another_file_is_not_gone_on_from(tmp_path: Path, kept: Kept) -> None:
    before = Desk(tmp_path / "old.mmdb", kept)
    before.write(WHOLE)
    before.file.look()
    before.file.close()
    after = Desk(tmp_path / "new.mmdb", kept)
    after.file.recall()
    assert after.taken == 0


@pytest.mark.parametrize("content", BAD.values(), ids=BAD)
def test_a_good_one_after_a_bad_one_is_taken(serving: Desk, content: bytes) -> None:
    serving.write(content)
    serving.passes()
    serving.write(WHOLE)
    serving.passes()
    assert (serving.taken, serving.file.problem) == (2, "")


def test_a_file_that_is_truncated_under_our_feet_kills_nobody(serving: Desk) -> None:
    os.truncate(serving.path, 0)
    for number in range(256):
        serving.atlas.find(f"89.160.20.{number}")
    assert serving.country == "SE"


def test_a_missing_one_is_named_and_changes_nothing(serving: Desk) -> None:
    serving.path.unlink()
    serving.passes()
    assert serving.country == "SE"
    assert serving.file.problem == f"{serving.path} is missing"


def test_a_file_that_comes_back_is_taken(serving: Desk) -> None:
    serving.path.unlink()
    serving.passes()
    serving.write(WHOLE)
    serving.passes()
    assert (serving.taken, serving.file.problem) == (2, "")


def test_one_that_is_missing_from_the_start_is_taken_when_it_comes(desk: Desk) -> None:
    desk.passes()
    assert (desk.country, desk.file.problem) == ("", f"{desk.path} is missing")
    desk.write(WHOLE)
    desk.passes()
    assert (desk.country, desk.file.problem) == ("SE", "")


def test_a_pipe_is_not_waited_for(desk: Desk) -> None:
    os.mkfifo(desk.path)
    desk.passes()
    assert "is not a file" in desk.file.problem


def test_a_folder_instead_of_a_file_is_named(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.passes()
    assert desk.file.problem == f"{tmp_path} cannot be read (Is a directory)"


def test_a_database_of_something_else_is_refused(desk: Desk) -> None:
    desk.write(WHOLE.replace(b"GeoIP2-City", b"GeoLite-ASN"))
    desk.passes()
    assert "knows no places" in desk.file.problem


@pytest.mark.parametrize("seed", range(40))
def test_damaged_bytes_never_raise(desk: Desk, seed: int) -> None:
    chance = random.Random(seed)
    damaged = bytearray(WHOLE)
    for _ in range(chance.choice([1, 20, 2000])):
        damaged[chance.randrange(len(damaged))] = chance.randrange(256)
    desk.write(bytes(damaged))
    desk.passes()
    for number in range(256):
        desk.atlas.find(f"89.160.20.{number}")
        desk.atlas.find(f"2001:218::{number:x}")


@pytest.mark.parametrize("change", [lambda path: os.truncate(path, 10), lambda path: os.utime(path, (1, 1))])
def test_a_file_that_changes_while_it_is_read_is_read_again_later(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], None]
) -> None:
    desk.write(WHOLE)
    real = os.fstat

    def first(handle: int) -> os.stat_result:
        status = real(handle)
        monkeypatch.setattr(os, "fstat", real)
        change(desk.path)
        return status

    monkeypatch.setattr(os, "fstat", first)
    desk.file.look()
    assert "changed while it was read" in desk.file.problem
    desk.write(WHOLE)
    desk.passes()
    assert (desk.country, desk.file.problem) == ("SE", "")


def test_a_copy_that_cannot_be_passed_on_is_tried_again(tmp_path: Path) -> None:
    answers: list[Exception | None] = [OSError(28, "No space left on device"), None]

    def take(document: dict[str, object]) -> None:
        error = answers.pop(0)
        if error is not None:
            raise error

    file = GeoFile(DATABASE, take)
    file.look()
    assert file.problem == f"{DATABASE} cannot be passed on (No space left on device)"
    file.look()
    assert (file.problem, answers) == ("", [])
    file.close()


def test_a_copy_cannot_be_changed_by_anybody() -> None:
    with sealed(DATABASE) as copy:
        for change in (lambda: os.truncate(copy.path, 10), lambda: Path(copy.path).write_bytes(b"x")):
            with pytest.raises(PermissionError):
                change()


def test_a_copy_outlives_its_path_for_whoever_has_it_open() -> None:
    atlas = Atlas()
    file = GeoFile(DATABASE, atlas.take)
    file.look()
    file.close()
    assert atlas.find(STOCKHOLM).country == "SE"


def test_another_process_maps_the_same_copy() -> None:
    with sealed(DATABASE) as copy:
        code = (
            "import sys\nfrom edge.signals.atlas import Atlas\natlas = Atlas()\n"
            "assert atlas.take({'path': sys.argv[1], 'source': '/nowhere'})\n"
            f"assert atlas.find({STOCKHOLM!r}).country == 'SE'\n"
            "print([line for line in open('/proc/self/maps') if 'windsock-geo' in line])\n"
        )
        ran = subprocess.run([sys.executable, "-c", code, copy.path], capture_output=True, text=True, check=True)
        assert f"{os.fstat(copy.file.fileno()).st_ino} " in ran.stdout
