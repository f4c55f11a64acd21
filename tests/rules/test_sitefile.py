"""What `site.yaml` says, and what is wrong with it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from rules.compile import FAR
from rules.compile import compile as compiled
from rules.load import load
from rules.problem import Problem
from rules.sitefile import NOT_USED_YET
from rules.values import Event, Load, Near, Site, Source, Spot

TODAY = date(2026, 11, 22)
PLACES = """
places:
  bergen: {name: Bergen, at: [60.39, 5.32], timezone: Europe/Oslo, country: "no", labels: {kind: coast, ski: no}}
  oslo: {name: Oslo, at: "59.91, 10.75"}
"""
STORES = """
stores:
  storo: {name: Storo, at: [59.94, 10.78]}
  moss: {name: Moss, at: [59.43, 10.66]}
"""


def read(folder: Path, text: str) -> tuple[Site | None, tuple[Problem, ...]]:
    (folder / "site.yaml").write_text(text)
    loaded = load(folder, today=TODAY)
    problems = tuple(each for each in loaded.problems if "not used yet" not in each.message)
    return (compiled(loaded.document).site if loaded.document else None), problems


def site(folder: Path, text: str) -> Site:
    found, problems = read(folder, text)
    assert problems == ()
    assert found is not None
    return found


def test_without_a_site_nothing_is_said(tmp_path: Path) -> None:
    assert site(tmp_path, "") == Site()


def test_a_place_has_a_name_and_coordinates_and_may_have_more(tmp_path: Path) -> None:
    places = site(tmp_path, PLACES).places
    assert places["oslo"] == Spot("oslo", "Oslo", 59.91, 10.75)
    bergen = Spot("bergen", "Bergen", 60.39, 5.32, "Europe/Oslo", "NO", {"kind": "coast", "ski": "no"})
    assert places["bergen"] == bergen


@pytest.mark.parametrize(
    ("about", "path", "place"),
    [
        ('"/to/{place}"', "/to/bergen", "bergen"),
        ('["/to/{place}", "/{lang}-only/x"]', "/to/oslo", "oslo"),
        ('{"/fjords*": bergen, "/to/{slug}": "{slug}"}', "/fjords/west", "bergen"),
        ('{"/fjords*": bergen, "/to/{slug}": "{slug}"}', "/to/oslo", "oslo"),
        ('"/to/{place}"', "/elsewhere", None),
    ],
)
def test_a_page_is_about_a_place(tmp_path: Path, about: str, path: str, place: str | None) -> None:
    found = None
    for each in site(tmp_path, f"{PLACES}\nabout: {about}").about:
        caught = each.path.capture(path)
        if caught is not None:
            found = each.place or next(iter(caught.values()))
            break
    assert found == place


@pytest.mark.parametrize(
    ("near", "expected"),
    [
        ("", (Near(("storo", "moss"), FAR),)),
        ("near: {within: 30}", (Near(("storo", "moss"), 30.0),)),
        ("near: {of: [storo], within: 12.5km}", (Near(("storo",), 12.5),)),
        (
            "near: [{of: [storo], within: 5}, {of: [moss], within: 80}]",
            (Near(("storo",), 5.0), Near(("moss",), 80.0)),
        ),
    ],
)
def test_near_is_the_nearest_store_within_so_many_kilometres(
    tmp_path: Path, near: str, expected: tuple[Near, ...]
) -> None:
    assert site(tmp_path, f"{STORES}\n{near}").near == expected


def test_load_has_two_numbers_and_a_margin(tmp_path: Path) -> None:
    assert site(tmp_path, "load: {busy: 600, quiet: 60}").load == Load(600.0, 60.0, 0.2)
    assert site(tmp_path, "load: {busy: 600, quiet: 60, margin: 5%}").load == Load(600.0, 60.0, 0.05)


def test_a_signal_of_its_own_comes_from_a_header_a_parameter_a_function_or_a_push(tmp_path: Path) -> None:
    text = """
signals:
  level: {header: X-Member, values: [gold, silver]}
  theme: {query: theme}
  queue: {call: "shop.queue:length", kind: number, within: 20ms}
  mood: {pushed: true, values: [calm, busy]}
"""
    assert site(tmp_path, text).signals == {
        "level": Source("level", "header", "x-member"),
        "theme": Source("theme", "query", "theme"),
        "queue": Source("queue", "call", "shop.queue:length", 0.02),
        "mood": Source("mood", "pushed", ""),
    }


def test_an_event_is_on_on_some_days(tmp_path: Path) -> None:
    text = """
events:
  black-friday: 2026-11-27
  sale: [2026-12-01 - 2026-12-24, 2027-06-01 - 2027-06-14]
"""
    assert site(tmp_path, text).events == (
        Event("black-friday", (("2026-11-27", "2026-11-27"),)),
        Event("sale", (("2026-12-01", "2026-12-24"), ("2027-06-01", "2027-06-14"))),
    )


@pytest.mark.parametrize(
    ("event", "says"),
    [("black-friday", ""), ("none", ""), ("unknown", ""), ("blackfriday", "did you mean `black-friday`?")],
)
def test_a_rule_asks_for_events_that_there_are(tmp_path: Path, event: str, says: str) -> None:
    (tmp_path / "hero.yaml").write_text(
        "experience: hero\npurpose: content\nwhere: /\nslot: h1\nvariants: {a: original, b: {text: B}}\n"
        f"choose: [{{when: {{event: {event}}}, show: b}}]\ntests: [{{given: {{event: {event}}}, expect: b}}]\n"
    )
    found, problems = read(tmp_path, "events: {black-friday: 2026-11-27}")
    assert (found is None) == bool(says)
    assert all(says in problem.hint for problem in problems if problem.severity == "error")


def test_pages_are_kept_for_a_time_by_their_paths(tmp_path: Path) -> None:
    cache = site(tmp_path, 'cache: {"/shop/*": 5m, "/account/*": never}').cache
    assert [(pattern.written, seconds) for pattern, seconds in cache] == [("/shop/*", 300.0), ("/account/*", 0.0)]


ALLOWED = "allow: [{experience: harbour, purpose: price, reason: the same for everybody, until: 2027-03-01}]"
HARBOUR = "experience: harbour\npurpose: price\nwhere: /\nslot: h1\nvariants: {a: original}\n"


def test_a_permission_is_for_one_experience_and_one_purpose(tmp_path: Path) -> None:
    (tmp_path / "harbour.yaml").write_text(HARBOUR)
    assert read(tmp_path, "")[0] is None
    assert read(tmp_path, ALLOWED)[0] is not None
    assert read(tmp_path, ALLOWED.replace("purpose: price", "purpose: credit"))[0] is None
    assert read(tmp_path, ALLOWED.replace("experience: harbour", "experience: other"))[0] is None


def test_a_permission_that_has_ended_is_told(tmp_path: Path) -> None:
    assert read(tmp_path, ALLOWED.replace("2027-03-01", "2026-11-22"))[1] == ()
    (told,) = read(tmp_path, ALLOWED.replace("2027-03-01", "2026-11-21"))[1]
    assert (told.severity, told.line, "has ended" in told.message) == ("warning", 1, True)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (PLACES.replace("at: [60.39, 5.32], ", ""), 3, "`at` is missing"),
        (PLACES.replace("60.39, 5.32", "160.39, 5.32"), 3, "latitude and longitude"),
        (PLACES.replace("Europe/Oslo", "Europe/Olso"), 3, "did you mean `Europe/Oslo`"),
        (PLACES.replace("kind: coast", "weather: rain"), 3, "fact of its own"),
        (f"{PLACES}\nabout: /to/*", 6, "which piece"),
        (f"{PLACES}\nabout: {{/fjords: begren}}", 6, "did you mean `bergen`"),
        (f'{PLACES}\nabout: {{"/to/{{slug}}": "{{place}}"}}', 6, "not caught"),
        ('about: "/to/{place}"', 1, "there are no places"),
        ("near: {within: 30}", 1, "there are no stores"),
        (f"{STORES}\nnear: {{of: [storro], within: 30}}", 6, "did you mean `storo`"),
        (f"{STORES}\nnear: {{within: 0}}", 6, "5 kilometres"),
        (f"{STORES}\nnear: {{within: wide}}", 6, "no distance"),
        (STORES + PLACES.replace("oslo:", "moss:"), 4, "as well"),
        ("load: {busy: 60, quiet: 600}", 1, "quiet is not below busy"),
        ("load: {busy: 600}", 1, "`quiet` is missing"),
        ("signals: {mood: {values: [a, b]}}", 1, "where the signal comes from"),
        ("signals: {mood: {pushed: true, query: m}}", 1, "stand together"),
        ("signals: {weather: {pushed: true}}", 1, "already"),
        ("signals: {place: {pushed: true}}", 1, "already"),
        ("signals: {Mood: {pushed: true}}", 1, "small letters"),
        ("signals: {who: {header: Cookie}}", 1, "who somebody is"),
        ("signals: {mood: {call: shop.queue}}", 1, "module:function"),
        ("signals: {mood: {call: 'a:b', within: 2s}}", 1, "1ms to 100ms"),
        ("signals: {mood: {query: a, within: 20ms}}", 1, "belongs to a `call`"),
        ("signals: {mood: {query: a, kind: word}}", 1, "the words are missing"),
        ("cache: {/shop: soon}", 1, "never, or a number"),
        ("cache: {shop: 5m}", 1, "begins with a slash"),
        (ALLOWED.replace("price", "content"), 1, "needs a permission"),
        (ALLOWED.replace("the same for everybody", "so"), 1, "reason"),
        (ALLOWED.replace("2027-03-01", "2027-02-30"), 1, "calendar"),
    ],
)
def test_what_is_wrong_is_told_on_its_line(tmp_path: Path, text: str, line: int, says: str) -> None:
    found, problems = read(tmp_path, text)
    assert found is None
    assert any(problem.line == line and says in f"{problem.message}; {problem.hint}" for problem in problems), problems
    assert all(problem.hint for problem in problems)


def test_a_key_that_nothing_acts_on_is_told_as_a_warning(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text("timezone: Europe/Oslo\n" + 'cache: {"/shop/*": 5m}')
    loaded = load(tmp_path)
    assert loaded.document is not None
    told = [(each.line, each.severity) for each in loaded.problems]
    assert told == ([(2, "warning")] if "cache" in NOT_USED_YET else [])
