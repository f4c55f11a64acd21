"""From the log to the snapshot: each closed row once, whatever happens in between."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import orjson
import pytest

from edge.events.log import Audit, Log
from edge.learning.learner import RENEW, Learner, last_good
from edge.learning.orders import Orders
from online_models.snapshot import read, write
from tests.edge.learning.lesson import (
    GOAL,
    HERO,
    KEY,
    NOW,
    OVER,
    Lesson,
    clicked,
    log_of,
    measure,
    put,
    rules,
    shown,
    visits,
)  # fmt: skip

RATES = {"a": 0.03, "b": 0.1, "c": 0.03}


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    with log_of(tmp_path / "windsock.db") as log:
        yield log


def evidence(lesson: Lesson, now: float, key: str = KEY) -> dict[str, tuple[float, float]]:
    return {arm: counts for arm, counts in lesson.until(now).models[key].evidence.items() if counts[0]}


def order(log: Log, what: str, at: float = NOW, **details: object) -> None:
    log.note(Audit(at, "somebody", what, orjson.dumps(details).decode()))


def test_an_exposure_is_learned_once_its_window_is_over_and_not_before(log: Log, tmp_path: Path) -> None:
    put(log, [shown("one")], [clicked("one")])
    lesson = Lesson(log, rules(tmp_path / "rules"))
    assert evidence(lesson, NOW + OVER - 3) == {}
    assert evidence(lesson, NOW + OVER) == {"b": (1, 1)}
    assert evidence(lesson, NOW + 10 * OVER) == {"b": (1, 1)}


def test_a_reward_that_came_after_the_window_is_not_learned(log: Log, tmp_path: Path) -> None:
    put(log, [shown("one"), shown("two")], [clicked("one", NOW + 60), clicked("two", NOW + 60.1)])
    assert evidence(Lesson(log, rules(tmp_path / "rules")), NOW + OVER) == {"b": (2, 1)}


def test_what_was_no_success_is_learned_as_that(log: Log, tmp_path: Path) -> None:
    put(log, [shown("one"), shown("two", "a")], [clicked("two", goal="another goal"), measure("one", "bounce", 1)])
    assert evidence(Lesson(log, rules(tmp_path / "rules")), NOW + OVER) == {"b": (1, 0), "a": (1, 0)}


def test_a_reward_that_stands_twice_in_the_log_counts_once(log: Log, tmp_path: Path) -> None:
    put(log, [shown("one")], [clicked("one")])
    put(log, [shown("one")], [clicked("one"), clicked("one", NOW + 2)])
    assert evidence(Lesson(log, rules(tmp_path / "rules")), NOW + OVER) == {"b": (1, 1)}


def test_the_holdout_never_trains(log: Log, tmp_path: Path) -> None:
    put(log, [shown("one", "a", side="holdout", reason="holdout"), shown("two")])
    assert evidence(Lesson(log, rules(tmp_path / "rules")), NOW + OVER) == {"b": (1, 0)}


def test_rows_of_no_model_and_of_other_experiences_are_passed_over(log: Log, tmp_path: Path) -> None:
    put(log, [shown("one", model="", cell=()), shown("two", experience="other", model="other/visitor/device")])
    put(log, [shown("three")])
    assert evidence(Lesson(log, rules(tmp_path / "rules")), NOW + OVER) == {"b": (1, 0)}


def test_a_row_that_waits_keeps_back_only_those_behind_it(log: Log, tmp_path: Path) -> None:
    put(log, [shown("one"), shown("two", at=NOW + 30), shown("three", "a", NOW + 10)])
    lesson = Lesson(log, rules(tmp_path / "rules"))
    assert evidence(lesson, NOW + OVER + 15) == {"b": (1, 0)}
    assert evidence(lesson, NOW + OVER + 30) == {"b": (2, 0), "a": (1, 0)}


def test_nobody_waits_for_the_day_of_a_clock_that_was_wrong_for_a_moment(log: Log, tmp_path: Path) -> None:
    lesson = Lesson(log, rules(tmp_path / "rules"))
    put(log, [shown("wrong", at=NOW + 400 * 86_400)])
    lesson.learner.step(NOW + 1)
    put(log, [shown("right", at=NOW + 2)])
    assert evidence(lesson, NOW + 2 + OVER) == {"b": (1, 0)}


def test_while_the_clock_of_the_learner_itself_is_wrong_nothing_is_passed_over(log: Log, tmp_path: Path) -> None:
    put(log, [shown("one"), shown("two")])
    lesson = Lesson(log, rules(tmp_path / "rules"), 0.0)
    lesson.learner.step(10.0)
    assert evidence(lesson, NOW + OVER) == {"b": (2, 0)}


def test_a_snapshot_comes_in_the_same_second_as_the_window_closes(log: Log, tmp_path: Path) -> None:
    put(log, [shown("one")])
    lesson = Lesson(log, rules(tmp_path / "rules"))
    lesson.until(NOW)
    lesson.learner.step(NOW + OVER)
    assert lesson.published[-1].models[KEY].evidence["b"] == (1, 0)


def test_there_is_one_snapshot_a_second_at_most(log: Log, tmp_path: Path) -> None:
    lesson = Lesson(log, rules(tmp_path / "rules"))
    for tenth in range(50):
        put(log, [shown(str(tenth), at=NOW + tenth / 10)])
        lesson.learner.step(NOW + OVER + tenth / 10)
    assert len(lesson.published) <= 6
    assert [each.number for each in lesson.published] == sorted({each.number for each in lesson.published})


def test_a_learner_without_news_renews_what_it_says(log: Log, tmp_path: Path) -> None:
    lesson = Lesson(log, rules(tmp_path / "rules"))
    first = lesson.until(NOW)
    assert lesson.learner.step(NOW + 20) is False
    assert lesson.learner.snapshot == first
    lesson.learner.step(NOW + 20 + RENEW)
    assert lesson.learner.snapshot.made == NOW + 20 + RENEW


def test_what_was_published_last_serves_at_once_after_a_restart(log: Log, tmp_path: Path) -> None:
    visits(log, 300, RATES)
    before = Lesson(log, rules(tmp_path / "rules")).until(NOW + 60 + OVER)
    again: list[bytes] = []
    Learner(log, again.append).step(NOW + 200)
    assert read(again[0]) == before


def test_a_learner_that_goes_on_has_the_numbers_of_one_that_never_stopped(log: Log, tmp_path: Path) -> None:
    visits(log, 900, RATES)
    ruleset = rules(tmp_path / "rules")
    for second in range(0, 60, 7):
        Lesson(log, ruleset).until(NOW + second + OVER)
    there = Lesson(log, ruleset).until(NOW + 60 + OVER)
    with log_of(tmp_path / "other.db") as other:
        visits(other, 900, RATES)
        assert Lesson(other, ruleset).until(NOW + 60 + OVER).models == there.models
    assert sum(n for n, _ in there.models[KEY].evidence.values()) == 900


class Dies(Exception):  # noqa: N818 - no error of anybody
    """In the midst of it."""


def test_whoever_dies_at_any_moment_of_a_step_has_learned_each_row_once(log: Log, tmp_path: Path) -> None:
    visits(log, 600, RATES)
    ruleset, rng = rules(tmp_path / "rules"), random.Random(9)
    real = log.keep

    def keep(*given: object, **named: object) -> None:
        if rng.random() < 0.4:
            raise Dies
        real(*given, **named)  # type: ignore[arg-type]
        if rng.random() < 0.4:
            raise Dies

    log.keep = keep  # type: ignore[method-assign]
    for second in range(40):
        with suppress(Dies):
            Lesson(log, ruleset, NOW).learner.step(NOW + OVER + second * 1.5)
    log.keep = real  # type: ignore[method-assign]
    learned = Lesson(log, ruleset).until(NOW + 60 + OVER)
    assert sum(n for n, _ in learned.models[KEY].evidence.values()) == 600
    with log_of(tmp_path / "other.db") as other:
        visits(other, 600, RATES)
        assert Lesson(other, ruleset).until(NOW + 60 + OVER).models == learned.models


@pytest.mark.parametrize(
    "state",
    ["", "no JSON", "[]", "{}", '{"schema": 99}', '{"schema": 1, "course": {}}', "null", '{"schema":1,"course":null}'],
)
def test_a_state_that_is_damaged_or_foreign_is_made_anew_from_the_log(state: str, log: Log, tmp_path: Path) -> None:
    visits(log, 300, RATES)
    ruleset = rules(tmp_path / "rules")
    before = Lesson(log, ruleset).until(NOW + 60 + OVER)
    log.keep({KEY: (300, state)})
    assert Lesson(log, ruleset).until(NOW + 61 + OVER).models == before.models


def test_a_state_whose_parts_are_damaged_is_made_anew(log: Log, tmp_path: Path) -> None:
    visits(log, 300, RATES)
    ruleset = rules(tmp_path / "rules")
    before = Lesson(log, ruleset).until(NOW + 60 + OVER)
    whole = orjson.loads(log.states()[KEY][1])
    for part in ("policy", "guard", "rows", "alarms"):
        damages: tuple[object, ...] = (None, [], "x", {})
        for damage in damages:
            if part != "alarms" or damage != {}:
                log.keep({KEY: (300, orjson.dumps(whole | {part: damage}).decode())})
                assert Lesson(log, ruleset).until(NOW + 61 + OVER).models == before.models, (part, damage)


def test_a_snapshot_that_is_damaged_gives_way_to_the_one_before(log: Log, tmp_path: Path) -> None:
    lesson = Lesson(log, rules(tmp_path / "rules"))
    first = lesson.until(NOW)
    log.keep({}, (first.number + 1, NOW, b"damaged"))
    assert last_good(log) == first


def test_twenty_snapshots_are_kept_and_reach_back_far(log: Log, tmp_path: Path) -> None:
    lesson = Lesson(log, rules(tmp_path / "rules"))
    for second in range(300):
        put(log, [shown(str(second), at=NOW + second * 2)])
        lesson.learner.step(NOW + OVER + second * 2)
    kept = log.snapshots()
    assert len(kept) == 20
    assert kept[0][1] - kept[-1][1] > 300


def test_another_half_life_is_learned_from_the_whole_log_again(log: Log, tmp_path: Path) -> None:
    visits(log, 300, RATES)
    Lesson(log, rules(tmp_path / "rules")).until(NOW + 60 + OVER)
    other = rules(tmp_path / "rules", HERO.replace("    from:", "    half_life: 1h\n    from:"))
    again = Lesson(log, other).until(NOW + 61 + OVER)
    with log_of(tmp_path / "other.db") as fresh:
        visits(fresh, 300, RATES)
        assert Lesson(fresh, other).until(NOW + 61 + OVER).models == again.models


def test_rules_that_change_nothing_for_a_model_leave_it_as_it_is(log: Log, tmp_path: Path) -> None:
    visits(log, 300, RATES)
    lesson = Lesson(log, rules(tmp_path / "rules"))
    before = lesson.until(NOW + 60 + OVER)
    lesson.learner.take(rules(tmp_path / "rules", HERO.replace("holdout: 10%", "holdout: 20%")), NOW + 200)
    assert lesson.until(NOW + 210).models == before.models
    assert not [note for note in log.notes() if note.what == "rebuild"]


def test_a_variant_that_is_added_or_taken_away_costs_the_others_nothing(log: Log, tmp_path: Path) -> None:
    visits(log, 300, RATES)
    lesson = Lesson(log, rules(tmp_path / "rules"))
    before = lesson.until(NOW + 60 + OVER).models[KEY]
    fewer = HERO.replace("learn: [a, b, c]", "learn: [a, b]")
    lesson.learner.take(rules(tmp_path / "rules", fewer), NOW + 200)
    less = lesson.until(NOW + 210).models[KEY]
    assert less.arms == ("a", "b")
    assert less.evidence == before.evidence
    more = HERO.replace("c: {text: C}", "c: {text: C}, d: {text: D}").replace("[a, b, c]", "[a, b, c, d]")
    lesson.learner.take(rules(tmp_path / "rules", more), NOW + 220)
    new = lesson.until(NOW + 230).models[KEY]
    assert new.arms == ("a", "b", "c", "d")
    assert "d" in new.young
    assert {arm: counts for arm, counts in new.evidence.items() if counts[0]} == before.evidence


def test_another_policy_takes_over_what_was_learned_of_the_experience(log: Log, tmp_path: Path) -> None:
    visits(log, 300, RATES)
    Lesson(log, rules(tmp_path / "rules")).until(NOW + 60 + OVER)
    everyone = rules(tmp_path / "rules", HERO.replace("    from: [device]", "    policy: everyone"))
    lesson = Lesson(log, everyone, NOW + 200)
    assert sum(n for n, _ in evidence(lesson, NOW + 201, "hero/everyone/").values()) == 300


def test_with_another_goal_what_was_learned_of_the_old_one_counts_no_more(log: Log, tmp_path: Path) -> None:
    visits(log, 300, RATES)
    Lesson(log, rules(tmp_path / "rules")).until(NOW + 60 + OVER)
    other = rules(tmp_path / "rules", HERO.replace(GOAL, "{event: signup, max: 1}"))
    lesson = Lesson(log, other, NOW + 200)
    assert evidence(lesson, NOW + 201) == {}
    put(log, [shown("new", at=NOW + 300)], [clicked("new", NOW + 301, goal="event signup")])
    assert evidence(lesson, NOW + 300 + OVER) == {"b": (1, 1)}
    assert evidence(Lesson(log, other, NOW + 500), NOW + 500) == {"b": (1, 1)}


def test_a_machine_that_clicks_does_not_win(log: Log, tmp_path: Path) -> None:
    visits(log, 2000, {"a": 0.03, "b": 0.03, "c": 0.03})
    bots = [shown(f"bot{n}", "c", NOW + 61 + n / 100, cell=("tv",)) for n in range(2000)]
    put(log, bots, [clicked(each.decision, each.at + 1) for each in bots])
    lesson = Lesson(log, rules(tmp_path / "rules"))
    assert evidence(lesson, NOW + 200)["c"][1] < 60
    assert lesson.learner.room.pupils[KEY].learned.guard.dropped > 1900


def test_a_large_move_is_held_and_then_serves(log: Log, tmp_path: Path) -> None:
    visits(log, 6000, {"a": 0.02, "b": 0.045, "c": 0.035})
    lesson = Lesson(log, rules(tmp_path / "rules"))
    before = lesson.until(NOW + 60 + OVER)
    visits(log, 1200, {"a": 0.02, "b": 0.0, "c": 0.12}, NOW + 1000, name="w")
    now = NOW + 1060 + OVER
    held = lesson.until(now)
    assert held.models[KEY] == before.models[KEY]
    assert "hero" in held.held
    after = lesson.until(now + 700)
    assert not after.held
    assert after.models[KEY] != before.models[KEY]


def test_what_was_learned_from_little_may_move_by_much(log: Log, tmp_path: Path) -> None:
    lesson = Lesson(log, rules(tmp_path / "rules"))
    lesson.until(NOW)
    visits(log, 1500, {"a": 0.02, "b": 0.3, "c": 0.02})
    assert lesson.until(NOW + 60 + OVER).held == ""


def test_forgetting_makes_the_model_anew_from_the_rest_of_the_log(log: Log, tmp_path: Path) -> None:
    visits(log, 300, RATES)
    visits(log, 300, {"c": 0.9}, NOW + 100, name="bot")
    ruleset = rules(tmp_path / "rules")
    lesson = Lesson(log, ruleset)
    lesson.until(NOW + 160 + OVER)
    order(log, "reset", experience="hero", since=NOW + 90, until=NOW + 400)
    forgotten = lesson.until(NOW + 401)
    with log_of(tmp_path / "other.db") as other:
        visits(other, 300, RATES)
        without = Lesson(other, ruleset).until(NOW + 401)
    assert forgotten.models == without.models
    assert Lesson(log, ruleset).until(NOW + 500).models == without.models


def test_a_model_begins_with_what_was_imported(log: Log, tmp_path: Path) -> None:
    lesson = Lesson(log, rules(tmp_path / "rules"))
    before = lesson.until(NOW)
    order(log, "import", models={KEY: {"b": [50, 200], "a": [2, 200], "c": [2, 200]}})
    assert lesson.until(NOW + 5).models[KEY].numbers != before.models[KEY].numbers


def test_an_earlier_snapshot_serves_while_it_is_rolled_back_to_and_learning_goes_on(log: Log, tmp_path: Path) -> None:
    visits(log, 300, RATES)
    lesson = Lesson(log, rules(tmp_path / "rules"))
    first = lesson.until(NOW + 60 + OVER)
    visits(log, 300, RATES, NOW + 200, name="w")
    lesson.until(NOW + 260 + OVER)
    order(log, "rollback", number=first.number)
    back = lesson.until(NOW + 400)
    assert back.models == first.models
    assert str(first.number) in back.held
    restarted = Lesson(log, rules(tmp_path / "rules"), NOW + 500).until(NOW + 500)
    assert restarted.models == first.models
    order(log, "release")
    assert sum(n for n, _ in evidence(lesson, NOW + 600).values()) == 600


def test_orders_that_make_no_sense_are_passed_over(log: Log, tmp_path: Path) -> None:
    log.note(Audit(NOW, "somebody", "reset", "no JSON"))
    log.note(Audit(NOW, "somebody", "rollback", '{"number": "x"}'))
    log.note(Audit(NOW, "somebody", "import", '{"models": 3}'))
    order(log, "something else")
    orders = Orders()
    assert orders.read(log.noted()) is False
    assert orders.upto == 4


def test_a_breach_stops_the_experience_until_somebody_lifts_it_and_then_begins_anew(log: Log, tmp_path: Path) -> None:
    rng, exposures, outcomes = random.Random(4), [], []
    for number in range(4000):
        out = rng.random() < 0.1
        row = shown(f"v{number}", "a" if out else "b", NOW + number / 100, side="holdout" if out else "personal")
        exposures.append(row)
        outcomes.append(measure(row.decision, "bounce", float(rng.random() < (0.3 if out else 0.6)), row.at + 1))
    put(log, exposures, outcomes)
    ruleset = rules(tmp_path / "rules")
    lesson = Lesson(log, ruleset)
    stopped = lesson.until(NOW + 700)
    assert stopped.breached["hero"].startswith("bounce is worse")
    assert [note.what for note in log.notes()] == ["breach"]
    assert "hero" in Lesson(log, ruleset).until(NOW + 800).breached
    order(log, "lift", NOW + 900, experience="hero")
    assert not lesson.until(NOW + 901).breached
    assert not Lesson(log, ruleset, NOW + 950).until(NOW + 950).breached
    assert [note.what for note in log.notes()].count("breach") == 1


def test_one_model_that_fails_keeps_its_last_numbers_and_the_others_learn(
    log: Log, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    second = HERO.replace("experience: hero", "experience: other").replace("slot: h1", "slot: h2")
    visits(log, 100, RATES)
    lesson = Lesson(log, rules(tmp_path / "rules", HERO, second))
    first = lesson.until(NOW + 60 + OVER)
    put(log, [shown("w", at=NOW + 200)])
    put(log, [shown("o", at=NOW + 200, experience="other", model="other/visitor/device")])

    def fail(*given: object) -> None:
        raise ArithmeticError

    lesson.learner.room.pupils[KEY].learned.policy.learn = fail  # type: ignore[method-assign,assignment]
    after = lesson.until(NOW + 300)
    assert after.models[KEY] == first.models[KEY]
    assert after.models["other/visitor/device"].evidence["b"] == (1, 0)


def test_models_that_are_too_large_together_leave_the_last_snapshot_in_place(
    log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = HERO.replace("experience: hero", "experience: other").replace("slot: h1", "slot: h2")
    visits(log, 100, RATES)
    lesson = Lesson(log, rules(tmp_path / "rules", HERO))
    first = lesson.until(NOW + 60 + OVER)
    monkeypatch.setattr("online_models.snapshot.LIMIT", len(write(first)) + 100)
    lesson.learner.take(rules(tmp_path / "rules", HERO, second), NOW + 80)
    put(log, [shown("o", at=NOW + 100, experience="other", model="other/visitor/device")])
    assert lesson.until(NOW + 200) == first
    assert log.states()["other/visitor/device"][0] == log.last()


def test_what_comes_out_of_addresses_is_told_apart_once_it_was_seen_often_also_on_the_first_day(
    log: Log, tmp_path: Path
) -> None:
    ruleset = rules(tmp_path / "rules", HERO.replace("[device]", "[device, utm.source]"))
    key, day = "hero/visitor/device,utm.source", int(NOW // 86_400)
    assert Lesson(log, ruleset).until(NOW).models[key].values == (None, frozenset())
    with log.transaction() as connection:
        for value, n in (("news", 20), ("jane", 10)):
            connection.execute("INSERT INTO seen VALUES (?, ?, 'utm.source', ?, ?)", (day, key, value, n))
    assert Lesson(log, ruleset).until(NOW + 5).models[key].values == (None, frozenset({"news"}))


def test_a_row_that_is_damaged_is_passed_over_and_those_behind_it_are_learned(log: Log, tmp_path: Path) -> None:
    put(log, [shown("a"), shown("b"), shown("c")])
    with log.transaction() as connection:
        connection.execute("UPDATE exposures SET cell = '[' WHERE decision = 'a'")
        connection.execute("UPDATE exposures SET cell = '7' WHERE decision = 'b'")
    assert Lesson(log, rules(tmp_path / "rules")).until(NOW + 700).models[KEY].evidence == {"b": (1, 0)}


def test_a_snapshot_that_finds_no_room_is_published_as_soon_as_there_is(log: Log, tmp_path: Path) -> None:
    lesson, full = Lesson(log, rules(tmp_path / "rules")), True

    def publish(body: bytes) -> None:
        if full:
            raise OSError(28, "No space left on device")
        lesson.published.append(read(body))

    lesson.learner._publish = publish
    lesson.learner.step(NOW)
    assert not lesson.published
    full = False
    lesson.learner.step(NOW + 0.1)
    assert lesson.published == [lesson.learner.snapshot]


def test_a_log_that_cannot_be_written_loses_nothing(log: Log, tmp_path: Path) -> None:
    visits(log, 300, RATES)
    ruleset = rules(tmp_path / "rules")
    lesson = Lesson(log, ruleset)
    with sqlite3.connect(tmp_path / "windsock.db", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        log._connection.execute("PRAGMA busy_timeout = 10")
        with pytest.raises(sqlite3.OperationalError):
            lesson.learner.step(NOW + 60 + OVER)
        assert not lesson.published
        other.execute("ROLLBACK")
    other.close()
    assert sum(n for n, _ in evidence(Lesson(log, ruleset), NOW + 60 + OVER).values()) == 300


def test_what_all_have_read_may_be_swept(log: Log, tmp_path: Path) -> None:
    put(log, [shown("one"), shown("two", at=NOW + 1000)])
    lesson = Lesson(log, rules(tmp_path / "rules", HERO.replace("not_worse: [bounce, lcp]\n", "")))
    lesson.until(NOW + OVER)
    assert lesson.learner.room.upto(log.last()) == 1
