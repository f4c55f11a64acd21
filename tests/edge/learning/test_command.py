"""What people can do to the models, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from edge.cli.told import told
from edge.events.log import Log
from edge.learning.command import counts, discounted, export, lift, release, reset, rollback, warm
from edge.learning.show import show
from tests.edge.learning.lesson import HERO, KEY, NOW, OVER, Lesson, log_of, rules, visits


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    """A log of which something was learned."""
    with log_of(tmp_path / "windsock.db") as log:
        visits(log, 300, {"a": 0.03, "b": 0.1, "c": 0.03})
        Lesson(log, rules(tmp_path / "rules")).until(NOW + 60 + OVER)
        yield log


def test_what_was_learned_is_told_with_its_evidence(log: Log) -> None:
    (model,) = show(log, NOW + 200)["models"]
    assert (model["model"], model["learned"], model["dropped"]) == (KEY, 300, 0)
    assert sum(each["visits"] for each in model["variants"]) == 300
    assert sum(each["share"] for each in model["variants"]) == pytest.approx(1)
    assert {tuple(each["cell"]) for each in model["cells"]} == {("mobile",), ("desktop",)}
    assert show(log, NOW, "other")["models"] == []


def test_of_an_apprentice_is_told_what_it_and_the_rules_would_earn(tmp_path: Path) -> None:
    asked = HERO.replace("from: [device]", "from: [device]\n    policy: rules\n  - split: {a: 50, b: 25, c: 25}")
    with log_of(tmp_path / "windsock.db") as log:
        rates, key = {"a": 0.02, "b": 0.3, "c": 0.02}, "hero/rules/device"
        visits(log, 1500, rates, model=key, reason="split", rule=2)
        Lesson(log, rules(tmp_path / "rules", asked)).until(NOW + 60 + OVER)
        found = show(log, NOW + 200)
        (model,) = found["models"]
    assert model["value"] > model["rewards"] > 0.05
    assert 0 < model["agreement"] < 1
    assert f"those of the rules earn {model['rewards']:.2%}" in "\n".join(told(found))


def test_nothing_is_told_of_a_log_from_which_nothing_was_learned(tmp_path: Path) -> None:
    with log_of(tmp_path / "empty.db") as log:
        assert show(log, NOW)["snapshot"] is None
        with pytest.raises(ValueError, match="nothing has been learned yet"):
            export(log, NOW)


def test_what_is_exported_can_be_imported_at_a_discount(log: Log) -> None:
    assert warm(log, export(log, NOW), NOW, "somebody") == [KEY]
    (note,) = log.notes()
    assert (note.who, note.what) == ("somebody", "import")
    visits_of_all = sum(n for _, n in orjson.loads(note.details)["models"][KEY].values())
    assert visits_of_all == pytest.approx(30)


def test_an_import_is_worth_five_hundred_visits_of_a_variant_at_most() -> None:
    assert discounted({"a": (1e6, 1e7), "b": (0, 0)}) == {"a": (50, 500), "b": (0, 0)}


@pytest.mark.parametrize(
    "content",
    [
        b"", b"junk", b"[]", b"3", b'{"kind": "other", "schema": 1, "models": {}}',
        b'{"kind": "windsock models", "schema": 2, "models": {}}',
        b'{"kind": "windsock models", "schema": 1, "models": {"m": {"a": [NaN, 1]}}}',
        b'{"kind": "windsock models", "schema": 1, "models": {"m": {"a": [1e999, 1e999]}}}',
        b'{"kind": "windsock models", "schema": 1, "models": {"m": {"a": [2, 1]}}}',
        b'{"kind": "windsock models", "schema": 1, "models": {"m": {"a": [-1, 1]}}}',
        b'{"kind": "windsock models", "schema": 1, "models": {"m": {"a": [1]}}}',
        b'{"kind": "windsock models", "schema": 1, "models": {"m": 3}}', b"[" * 100_000,
    ],
)  # fmt: skip
def test_a_file_that_is_no_export_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="no file that windsock model export has written"):
        counts(content)


def test_a_huge_file_is_refused() -> None:
    with pytest.raises(ValueError, match="more than 1,000,000 bytes"):
        counts(b" " * 1_000_001)


def test_an_export_of_other_models_is_refused_and_nothing_is_noted(log: Log) -> None:
    other = export(log, NOW).replace(b"hero/", b"other/")
    with pytest.raises(ValueError, match="no model of this file is learned here"):
        warm(log, other, NOW, "somebody")
    assert log.notes() == []


def test_forgetting_an_experience_that_nobody_knows_names_one_that_is_near(log: Log) -> None:
    with pytest.raises(ValueError, match="did you mean `hero`"):
        reset(log, "heroo", 0, NOW, "somebody")


def test_forgetting_begins_in_the_past(log: Log) -> None:
    with pytest.raises(ValueError, match="--since"):
        reset(log, "hero", NOW + 1, NOW, "somebody")


def test_rolling_back_takes_the_snapshot_before_the_latest_or_one_that_is_kept(log: Log) -> None:
    with pytest.raises(ValueError, match="no earlier snapshot"):
        rollback(log, None, NOW, "somebody")
    latest = log.snapshots()[0][0]
    log.keep({}, (latest + 1, NOW, log.snapshot() or b""))
    assert rollback(log, None, NOW, "somebody") == latest
    with pytest.raises(ValueError, match="snapshot 99 is not kept"):
        rollback(log, 99, NOW, "somebody")
    release(log, NOW, "somebody")
    assert [note.what for note in log.notes()] == ["release", "rollback"]


def test_only_a_breach_is_lifted(log: Log) -> None:
    assert lift(log, "hero", NOW, "somebody") == []
    assert log.notes() == []
