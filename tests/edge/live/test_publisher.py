"""What workers are told; a folder that is not there stands for a disk without room."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from edge.live.current import Current, Document
from edge.live.published import read
from edge.live.publisher import Publisher
from edge.live.switches import load
from rules.load import load as load_rules
from tests.edge.live.test_current import RULES


@pytest.fixture
def document(tmp_path: Path) -> Document:
    return written(tmp_path, "Hello")


def written(path: Path, word: str) -> Document:
    """The rules with this word in them."""
    folder = path / word
    folder.mkdir()
    (folder / "hero.yaml").write_text(RULES.replace("Hello", word))
    found = load_rules(folder).document
    assert found is not None
    return found


class Edge:
    """A publisher, and what it has published."""

    def __init__(self, path: Path, *, store: bool = True) -> None:
        self.run, self.store = path / "run", path / "store"
        for folder in (self.run, self.store):
            folder.mkdir(exist_ok=True)
        self.current = Current(lambda: 7.0)
        kept, file = (self.store / f"windsock.{what}.json" if store else None for what in ("edition", "off"))
        self.publisher = Publisher(self.current, self.run / "edition.json", kept, file, "rules")

    @property
    def published(self) -> dict[str, Any]:
        """What workers read."""
        return dict(read(self.run / "edition.json") or {})

    def full(self) -> None:
        """No more room."""
        self.run.rename(self.run.with_name("away"))

    def room(self) -> None:
        """Room again."""
        self.run.with_name("away").rename(self.run)


def test_rules_and_switches_are_published_together_and_kept_beside_the_store(
    tmp_path: Path, document: Document
) -> None:
    edge = Edge(tmp_path)
    assert edge.publisher.take(document)
    assert edge.publisher.switch("hero", on=False) == ""
    assert (edge.published["version"], edge.published["off"]) == (document["version"], ["hero"])
    assert edge.current.current is not None
    assert edge.current.current.off == {"hero"}
    assert load(edge.store / "windsock.off.json") == {"hero"}
    kept = read(edge.store / "windsock.edition.json")
    assert kept is not None
    assert (kept["version"], kept["folder"]) == (document["version"], "rules")


def test_without_room_the_last_edition_serves_on_the_problem_is_named_and_the_new_one_follows_when_there_is_room(
    tmp_path: Path, document: Document
) -> None:
    edge = Edge(tmp_path)
    edge.publisher.take(document)
    newer = written(tmp_path, "Hei")
    edge.full()
    assert edge.publisher.take(newer)
    assert edge.publisher.problem.startswith("the edition could not be published (No such file or directory)")
    assert "make room" in edge.publisher.problem
    assert edge.current.current is not None
    assert edge.current.current.version == document["version"]
    edge.room()
    edge.publisher.again()
    assert (edge.published["version"], edge.publisher.problem) == (newer["version"], "")
    assert edge.current.current.version == newer["version"]


def test_who_comes_when_there_is_no_room_answers_from_what_workers_serve(tmp_path: Path, document: Document) -> None:
    Edge(tmp_path).publisher.take(document)
    again = Edge(tmp_path)
    (again.run / f".edition.json.{os.getpid()}").mkdir()  # nothing can be written there
    again.publisher.take(written(tmp_path, "Hei"))
    assert again.publisher.problem
    assert again.current.current is not None
    assert again.current.current.version == document["version"]


def test_a_switch_without_room_is_not_lost_either(tmp_path: Path, document: Document) -> None:
    edge = Edge(tmp_path)
    edge.publisher.take(document)
    edge.full()
    edge.publisher.switch("hero", on=False)
    assert edge.publisher.problem
    edge.room()
    edge.publisher.again()
    assert edge.published["off"] == ["hero"]


def test_a_document_that_makes_no_sense_is_not_waited_for(tmp_path: Path, document: Document) -> None:
    edge = Edge(tmp_path)
    edge.publisher.take(document)
    assert not edge.publisher.take({"version": "1"})
    edge.publisher.switch("hero", on=False)
    assert edge.published["version"] == document["version"]


def test_where_it_cannot_be_kept_it_is_published_all_the_same_and_said_why(
    tmp_path: Path, document: Document, caplog: pytest.LogCaptureFixture
) -> None:
    edge = Edge(tmp_path)
    edge.store.rmdir()
    assert edge.publisher.take(document)
    assert "cannot be written" in edge.publisher.switch("hero", on=False)
    assert edge.published["off"] == ["hero"]
    assert "could not be kept for the next start" in caplog.text


def test_a_store_that_is_no_file_keeps_no_switches_and_says_so(tmp_path: Path, document: Document) -> None:
    edge = Edge(tmp_path, store=False)
    edge.publisher.take(document)
    assert "the store is no file" in edge.publisher.switch("hero", on=False)
    again = Edge(tmp_path, store=False)
    again.publisher.recall()
    assert again.publisher.off == {"hero"}


def aged(file: Path, seconds: int) -> None:
    """Written that long ago."""
    os.utime(file, (1_000_000_000 - seconds,) * 2)


@pytest.mark.parametrize(("file", "edition", "off"), [(10, 20, {"hero"}), (20, 10, set[str]())])
def test_of_the_file_and_the_edition_that_serves_the_newer_one_says_what_is_off(
    tmp_path: Path, document: Document, file: int, edition: int, off: set[str]
) -> None:
    """A command may have written the file while the control process was away; the disk may have been full before."""
    edge = Edge(tmp_path)
    edge.publisher.take(document)
    (edge.store / "windsock.off.json").write_text('{"off": ["hero"]}')
    aged(edge.store / "windsock.off.json", file)
    aged(edge.run / "edition.json", edition)
    again = Edge(tmp_path)
    again.publisher.recall()
    assert again.publisher.off == off


def test_in_doubt_everything_is_off_but_for_a_running_edge_which_stays_as_it_is(
    tmp_path: Path, document: Document
) -> None:
    edge = Edge(tmp_path)
    (edge.store / "windsock.off.json").write_text("garbage")
    edge.publisher.recall()
    assert edge.publisher.off == {"*"}
    edge.publisher.switch(None, on=True)
    edge.publisher.switch("hero", on=False)
    edge.publisher.take(document)
    (edge.store / "windsock.off.json").write_text("garbage")
    again = Edge(tmp_path)
    again.publisher.recall()
    assert again.publisher.off == {"hero"}
