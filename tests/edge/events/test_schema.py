"""Whose file it is, and of which version."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path

import pytest

from edge.errors import WindsockError
from edge.events.database import connect, read_only
from edge.events.log import Log
from edge.events.schema import VERSION


def changed(file: Path, statement: str) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(statement)
        connection.commit()


def test_a_file_is_made_where_there_is_none(tmp_path: Path) -> None:
    with Log(tmp_path / "windsock.db") as log:
        assert log.exposures() == []
    with closing(read_only(tmp_path / "windsock.db")) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_file_of_a_later_version_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "windsock.db"
    Log(file).close()
    changed(file, f"PRAGMA user_version = {VERSION + 1}")
    before = file.read_bytes()
    for attempt in (connect, read_only):
        with pytest.raises(
            WindsockError, match=f"later Windsock .version {VERSION + 1} of its tables.*update this one"
        ):
            attempt(file)
    assert file.read_bytes() == before


@pytest.mark.parametrize("statement", ["CREATE TABLE customers (name TEXT)", "PRAGMA application_id = 7"])
def test_a_file_of_another_program_is_refused_and_left_as_it_is(tmp_path: Path, statement: str) -> None:
    file = tmp_path / "shop.db"
    changed(file, statement)
    with pytest.raises(WindsockError, match=r"shop\.db belongs to another program; name another file with store"):
        connect(file)
    with closing(sqlite3.connect(file)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master")]
    assert "exposures" not in tables


def test_an_empty_file_becomes_a_log(tmp_path: Path) -> None:
    (tmp_path / "windsock.db").touch()
    Log(tmp_path / "windsock.db").close()


def test_a_folder_is_no_log(tmp_path: Path) -> None:
    with pytest.raises(WindsockError, match="is no file; name one with store"):
        connect(tmp_path)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "there is no event log at"),
        (b"nonsense" * 999, "cannot be read as an event log"),
        (b"", "holds no events"),
    ],
)
def test_who_only_reads_is_told_why_that_cannot_be(tmp_path: Path, content: bytes | None, told: str) -> None:
    file = tmp_path / "windsock.db"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(WindsockError, match=told):
        read_only(file)
    assert (file.read_bytes() if file.exists() else None) == content


def _open(file: Path) -> bool:
    with Log(file) as log:
        return log.exposures() == []


def test_processes_that_start_at_once_make_one_file(tmp_path: Path) -> None:
    with ProcessPoolExecutor(6, mp_context=get_context("spawn")) as processes:
        assert all(processes.map(_open, [tmp_path / "windsock.db"] * 12))
