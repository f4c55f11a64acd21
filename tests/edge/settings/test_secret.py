"""The secret file: made once, private, and never one that can be guessed."""

from __future__ import annotations

import logging
from pathlib import Path
from threading import Thread

import pytest

from edge.errors import WindsockError
from edge.settings import Settings, load
from edge.settings.secret import fresh, keys_again, keys_at_start, keys_from_now_on, keys_of, make, secret_file

KEY, OLD = b"0123456789abcdefghijklmnopqrstuv", b"zyxwvutsrqponmlkjihgfedcba987654"


def settings(tmp_path: Path, **given: str) -> Settings:
    return load(given, {}, None, {"store": f"sqlite:///{tmp_path}/windsock.db"})


def test_it_lies_beside_the_store_unless_it_has_a_name(tmp_path: Path) -> None:
    assert secret_file(settings(tmp_path)) == tmp_path / "windsock.secret"
    assert secret_file(settings(tmp_path, secret_file="/run/key")) == Path("/run/key")


def test_it_is_made_at_the_first_start_for_nobody_else_to_read(tmp_path: Path) -> None:
    first = keys_at_start(settings(tmp_path))
    file = tmp_path / "windsock.secret"
    assert file.stat().st_mode & 0o777 == 0o600
    assert len(first) == 1
    assert len(first[0]) >= 32
    assert keys_at_start(settings(tmp_path)) == first
    assert list(tmp_path.iterdir()) == [file]


def test_of_several_who_make_it_at_once_one_succeeds(tmp_path: Path) -> None:
    file = tmp_path / "key"
    makers = [Thread(target=make, args=(file,)) for _ in range(8)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    assert len(keys_of(file)) == 1
    assert list(tmp_path.iterdir()) == [file]


def test_the_first_line_is_current_and_those_below_still_verify(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(KEY + b"\r\n\n" + OLD + b"\n")
    assert keys_of(tmp_path / "key") == (KEY, OLD)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", "is empty; delete it, and the next start makes a new one"),
        (b"\n \n", "is empty"),
        (b"short\n", "holds a key that can be guessed; write at least 32 random characters on a line"),
        (KEY + b"\nshort\n", "holds a key that can be guessed"),
        (b"0123456789abcdef", "holds a key that can be guessed"),
        (b"a" * 64, "holds a key that can be guessed"),
        (b"\n".join([KEY] * 17), "holds a key that can be guessed"),
    ],
)
def test_a_key_that_can_be_guessed_stops_the_start_with_one_line(tmp_path: Path, content: bytes, line: str) -> None:
    (tmp_path / "windsock.secret").write_bytes(content)
    with pytest.raises(WindsockError, match=line) as error:
        keys_at_start(settings(tmp_path))
    assert "\n" not in str(error.value)
    assert content == b"" or KEY.decode() not in str(error.value)


def test_a_file_with_a_name_of_its_own_that_cannot_be_made_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(WindsockError, match=r"cannot be made \(No such file or directory\)"):
        keys_at_start(settings(tmp_path, secret_file=str(tmp_path / "no" / "key")))


def test_where_nothing_can_be_written_an_edge_goes_on_with_a_key_of_its_own(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    nowhere = load({}, {}, None, {"store": f"sqlite:///{tmp_path}/no/windsock.db"})
    with caplog.at_level(logging.WARNING, "windsock"):
        assert len(keys_at_start(nowhere)) == 1
    assert "cannot be made" in caplog.text


def test_a_worker_that_comes_later_has_the_keys_of_now_and_else_those_of_before(tmp_path: Path) -> None:
    here, file = settings(tmp_path), tmp_path / "windsock.secret"
    assert keys_again(here, (OLD,)) == (OLD,)
    file.write_bytes(KEY)
    assert keys_again(here, (OLD,)) == (KEY,)
    file.write_bytes(b"")
    assert keys_again(here, (OLD,)) == (OLD,)


def test_while_the_file_cannot_be_used_the_keys_of_before_stay_in_use(tmp_path: Path) -> None:
    file, keys = tmp_path / "windsock.secret", keys_from_now_on(settings(tmp_path))
    file.write_bytes(KEY)
    assert keys() == (KEY,)
    file.write_bytes(b"short")
    assert keys() == (KEY,)
    file.unlink()
    assert keys() == (KEY,)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(WindsockError, match="cannot be read"):
        keys_of(tmp_path)


def test_keys_are_fresh() -> None:
    assert fresh() != fresh()
