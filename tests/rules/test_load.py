from __future__ import annotations

import json
from pathlib import Path

import pytest

from rules.load import Loaded, Read, load
from rules.memory import Memory
from tests.rules.hero import HERO

CASES = Path(__file__).parent / "cases"


def folder(root: Path, **files: str) -> Path:
    """A folder with these files; `sub__x` is `sub/x.yaml`."""
    for name, text in files.items():
        path = root / (name.replace("__", "/") + ".yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def messages(loaded: Loaded) -> list[str]:
    return [str(problem) for problem in loaded.problems]


def named(name: str) -> str:
    return HERO.replace("hero", name)


def test_an_empty_folder_has_no_experiences_and_no_problems(tmp_path: Path) -> None:
    loaded = load(tmp_path)
    assert loaded.problems == ()
    assert loaded.document is not None
    assert loaded.document["experiences"] == []


def test_a_missing_folder_is_one_problem(tmp_path: Path) -> None:
    loaded = load(tmp_path / "nowhere")
    assert loaded.document is None
    assert len(loaded.problems) == 1
    assert "does not exist" in loaded.problems[0].message


def test_a_file_in_place_of_the_folder_is_one_problem(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert "is a file" in load(tmp_path / "file").problems[0].message


def test_files_are_read_in_the_order_of_their_paths_also_from_subfolders(tmp_path: Path) -> None:
    loaded = load(folder(tmp_path, b=named("b"), a__z=named("z"), c__site=named("s")))
    assert loaded.document is not None
    assert [each["file"] for each in loaded.document["experiences"]] == ["a/z.yaml", "b.yaml", "c/site.yaml"]


def test_both_endings_are_read_and_nothing_hidden(tmp_path: Path) -> None:
    folder(tmp_path, hero=HERO)
    (tmp_path / "nav.yml").write_text(named("nav"))
    for name in (".hero.yaml.swp", ".hidden.yaml", "hero.yaml~", "#hero.yaml#", "notes.txt"):
        (tmp_path / name).write_text("not: [yaml")
    loaded = load(tmp_path)
    assert messages(loaded) == []
    assert loaded.document is not None
    assert len(loaded.document["experiences"]) == 2


def test_the_document_can_be_published_as_json() -> None:
    document = load(CASES).document
    assert json.loads(json.dumps(document)) == document


def test_equal_folders_have_equal_versions(tmp_path: Path) -> None:
    one = load(folder(tmp_path / "one", hero=HERO)).document
    other = load(folder(tmp_path / "other", hero="# a comment\n" + HERO)).document
    assert one is not None
    assert one == other


@pytest.mark.parametrize(
    "change", [("device: mobile", "device: tablet"), ("text: B", "text: C"), ("experience: hero", "experience: h")]
)
def test_any_change_changes_the_version(tmp_path: Path, change: tuple[str, str]) -> None:
    before = load(folder(tmp_path / "one", hero=HERO)).document
    after = load(folder(tmp_path / "other", hero=HERO.replace(*change))).document
    assert before is not None
    assert after is not None
    assert before["version"] != after["version"]


def test_a_change_in_a_named_file_changes_the_version(tmp_path: Path) -> None:
    folder(tmp_path, hero=HERO.replace("{text: B}", "{file: b.html}"))
    versions = set()
    for text in ("<p>one</p>", "<p>two</p>"):
        (tmp_path / "b.html").write_text(text)
        document = load(tmp_path).document
        assert document is not None
        versions.add(document["version"])
    assert len(versions) == 2


def test_a_file_is_named_from_the_file_that_names_it(tmp_path: Path) -> None:
    folder(tmp_path, sub__hero=HERO.replace("{text: B}", "{file: ../b.html}"))
    (tmp_path / "b.html").write_text("<p>B</p>")
    document = load(tmp_path).document
    assert document is not None
    assert document["experiences"][0]["variants"]["b"]["forms"][0][1]["text"] == "<p>B</p>"


def test_one_bad_file_keeps_the_whole_folder_from_being_served(tmp_path: Path) -> None:
    assert load(folder(tmp_path, good=HERO, bad="experience: [")).document is None


def test_the_problems_of_all_files_are_found_at_once(tmp_path: Path) -> None:
    loaded = load(
        folder(
            tmp_path,
            a=HERO.replace("device: mobile", "devise: mobile").replace("show: b", "show: c"),
            b=named("b").replace("purpose: content", "purpose: price"),
            site="timezone: Nowhere",
        )
    )
    assert [(problem.file, problem.line) for problem in loaded.problems] == [
        ("a.yaml", 7),
        ("a.yaml", 8),
        ("b.yaml", 2),
        ("site.yaml", 1),
    ]


def test_two_experiences_of_one_name_are_an_error_even_if_one_of_them_is_broken(tmp_path: Path) -> None:
    loaded = load(folder(tmp_path, a=HERO, b=HERO.replace("slot: h1", "slot: '['")))
    assert loaded.document is None
    assert any("the other is in a.yaml" in message for message in messages(loaded))


def test_names_may_look_like_numbers_or_flags(tmp_path: Path) -> None:
    text = HERO.replace("hero", "404").replace("{a: original, b: {text: B}}", "{1: original, true: {text: B}}")
    one = folder(tmp_path, a=text.replace("show: b", "show: true"))
    assert load(one).problems == ()
    assert "the other is in a.yaml" in "".join(messages(load(folder(one, b=named("404")))))


def test_an_empty_file_is_an_error_and_an_empty_site_is_not(tmp_path: Path) -> None:
    assert load(folder(tmp_path / "one", site="# nothing yet\n")).document is not None
    assert "the file is empty" in messages(load(folder(tmp_path / "two", hero="# nothing yet\n")))[0]


@pytest.mark.parametrize("text", ["just words", "- a\n- list", "42", '""'])
def test_a_file_that_is_no_mapping_is_one_problem(tmp_path: Path, text: str) -> None:
    (problem,) = load(folder(tmp_path, hero=text)).problems
    assert (problem.file, problem.line) == ("hero.yaml", 1)
    assert problem.hint


def test_a_broken_site_does_not_hide_what_is_wrong_elsewhere(tmp_path: Path) -> None:
    loaded = load(folder(tmp_path, hero=HERO.replace("show: b", "show: c"), site="dayparts: [oops"))
    assert {problem.file for problem in loaded.problems} == {"hero.yaml", "site.yaml"}


OWN_WORDS = "dayparts: {lunch: 11-14}\nsignals: {mood: {pushed: true, values: [calm]}}\nevents: {sale: 2026-12-01}\n"


@pytest.mark.parametrize("slip", ["timezone: Europe/Osl", "holdout: 2", "near: {within: 1}", "colour: red", "load: {"])
def test_a_slip_in_the_site_does_not_make_right_files_wrong(tmp_path: Path, slip: str) -> None:
    right = HERO.replace("{device: mobile}", "{daypart: lunch, mood: calm, event: sale}")
    loaded = load(folder(tmp_path, hero=right, site=OWN_WORDS + slip + "\n"))
    assert loaded.document is None
    assert {problem.file for problem in loaded.problems} == {"site.yaml"}


def test_a_slip_in_an_entry_of_the_site_is_told_there_alone(tmp_path: Path) -> None:
    right = HERO.replace("{device: mobile}", "{daypart: lunch, mood: calm, event: sale}")
    for slip in (("11-14", "noon"), ("pushed: true", "push: yes"), ("2026-12-01", "christmas")):
        loaded = load(folder(tmp_path, hero=right, site=OWN_WORDS.replace(*slip)))
        assert {problem.file for problem in loaded.problems} == {"site.yaml"}


def test_what_is_wrong_with_other_names_is_told_all_the_same(tmp_path: Path) -> None:
    wrong = HERO.replace("device: mobile", "daypart: brunch")
    loaded = load(folder(tmp_path, hero=wrong, site=OWN_WORDS + "timezone: Europe/Osl"))
    assert {problem.file for problem in loaded.problems} == {"site.yaml", "hero.yaml"}


@pytest.mark.parametrize("name", ["site.yml", "Site.yaml", "SITE.YAML", "sub/site.yaml"])
def test_a_site_file_of_another_name_is_not_passed_over(tmp_path: Path, name: str) -> None:
    made = folder(tmp_path, hero=HERO)
    (made / name).parent.mkdir(exist_ok=True)
    (made / name).write_text("timezone: Europe/Oslo\n")
    (problem,) = load(made).problems
    assert (problem.file, problem.line) == (name, 1)
    assert "rename it to site.yaml" in problem.hint


@pytest.mark.parametrize("name", ["E.YAML", "e.YML", "e.Yaml"])
def test_an_ending_in_capitals_is_read_too(tmp_path: Path, name: str) -> None:
    made = folder(tmp_path, hero=HERO)
    (made / "hero.yaml").rename(made / name)
    document = load(made).document
    assert document is not None
    assert [each["file"] for each in document["experiences"]] == [name]


def test_the_dayparts_of_the_site_may_be_used(tmp_path: Path) -> None:
    text = HERO.replace("device: mobile", "daypart: lunch")
    assert load(folder(tmp_path / "one", hero=text, site="dayparts: {lunch: 11-14}")).problems == ()
    assert "lunch" in messages(load(folder(tmp_path / "two", hero=text)))[0]


def test_a_schema_may_be_named_in_the_file(tmp_path: Path) -> None:
    assert load(folder(tmp_path, hero="$schema: windsock.schema.json\n" + HERO)).problems == ()


def test_a_test_may_expect_all_variants_that_chance_decides_between(tmp_path: Path) -> None:
    text = HERO + "  - split: {a: 1, b: 1}\ntests:\n  - {given: {}, expect: [b, a]}\n"
    assert load(folder(tmp_path, hero=text)).problems == ()


def test_a_thousand_experiences_without_coins_stay_small(tmp_path: Path) -> None:
    import tracemalloc

    from rules.compile import compile as compiled

    document = load(folder(tmp_path, hero=HERO)).document
    assert document is not None
    document["experiences"] = [{**document["experiences"][0], "name": f"e{n}"} for n in range(1000)]
    tracemalloc.start()
    rules = compiled(document)
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(rules.experiences) == 1000
    assert size < 5_000_000


# What was read before


FILES = {
    "site": "timezone: Europe/Oslo\ndayparts: {lunch: 11-14}\n",
    "a": named("a").replace("device: mobile", "daypart: lunch"),
    "b": named("b").replace("{text: B}", "{file: words.html}"),
    "c__c": named("c") + "tests: [{given: {device: mobile}, expect: b}]\n",
}
EDITS = {
    "nothing": {},
    "one file": {"a.yaml": named("a")},
    "a name that is taken": {"a.yaml": named("b")},
    "a file that breaks": {"c/c.yaml": "experience: ["},
    "a file that is named": {"words.html": "<b>Other</b>"},
    "a named file that is gone": {"words.html": None},
    "the site": {"site.yaml": "timezone: Asia/Tokyo\ndayparts: {lunch: 12-13}\n"},
    "the site's words": {"site.yaml": "timezone: Europe/Oslo\n"},
    "a new file": {"0.yaml": named("z")},
    "a file that is gone": {"b.yaml": None},
    "only a comment": {"a.yaml": "# new\n" + FILES["a"]},
}


@pytest.fixture
def several(tmp_path: Path) -> Path:
    (tmp_path / "words.html").write_text("<b>B</b>")
    return folder(tmp_path, **FILES)


def edit(root: Path, files: dict[str, str | None]) -> None:
    for name, text in files.items():
        (root / name).unlink() if text is None else (root / name).write_text(text)


@pytest.mark.parametrize("files", EDITS.values(), ids=EDITS.keys())
def test_with_what_was_read_before_a_folder_reads_the_same_as_without(
    several: Path, files: dict[str, str | None]
) -> None:
    memory = Memory[Read]()
    before = load(several, memory)
    assert before.document is not None
    edit(several, files)
    assert load(several, memory) == load(several)
    edit(
        several, {"words.html": "<b>B</b>", **{f"{name.replace('__', '/')}.yaml": text for name, text in FILES.items()}}
    )
    (several / "0.yaml").unlink(missing_ok=True)
    assert load(several, memory) == before


def test_only_the_files_that_changed_are_checked_again(several: Path) -> None:
    memory = Memory[Read]()
    before = load(several, memory).document
    (several / "a.yaml").write_text(named("a"))
    after = load(several, memory).document
    assert before is not None
    assert after is not None
    kept = [one is other for one, other in zip(before["experiences"], after["experiences"], strict=True)]
    assert kept == [False, True, True]


@pytest.mark.parametrize(
    ("right", "misspelt"), [("slot", "slots"), ("experience", "experiense"), ("where", "wher"), ("variants", "variant")]
)
def test_a_misspelled_key_is_told_as_that_and_not_as_missing(right: str, misspelt: str, tmp_path: Path) -> None:
    (told,) = messages(load(folder(tmp_path, hero=HERO.replace(f"{right}:", f"{misspelt}:", 1))))
    assert f"unknown key `{misspelt}` (did you mean `{right}`?)" in told


def test_a_key_that_belongs_elsewhere_does_not_hide_a_missing_one(tmp_path: Path) -> None:
    told = messages(load(folder(tmp_path, hero=HERO.replace("where: /", "when: {device: mobile}"))))
    assert any("`where` is missing" in each for each in told)
    assert any("`when` does not belong here" in each for each in told)


def test_a_group_shares_one_coin_so_all_of_it_must_be_sticky_or_none(tmp_path: Path) -> None:
    grouped = HERO + "group: top\n"
    other = grouped.replace("experience: hero", "experience: nav") + "sticky: false\n"
    loaded = load(folder(tmp_path / "one", hero=grouped, nav=other))
    assert loaded.document is None
    (problem,) = (each for each in loaded.problems if each.severity == "error")
    assert (problem.file, "`sticky`" in problem.message, bool(problem.hint)) == ("nav.yaml", True, True)
    assert load(folder(tmp_path / "two", hero=grouped + "sticky: false\n", nav=other)).document is not None


def test_a_permission_that_changes_is_seen_by_a_memory(tmp_path: Path) -> None:
    files = folder(tmp_path, hero=HERO.replace("purpose: content", "purpose: price"), site="timezone: UTC\n")
    memory: Memory[Read] = Memory()
    assert load(files, memory).document is None
    allow = "allow: [{experience: hero, purpose: price, reason: the same for everybody, until: 2999-01-01}]"
    (files / "site.yaml").write_text(allow)
    assert load(files, memory).document is not None
    (files / "site.yaml").write_text("")
    assert load(files, memory).document is None


def test_what_can_be_understood_of_a_broken_folder_is_there_for_who_explains_it(tmp_path: Path) -> None:
    fails = named("fails") + "tests:\n  - {given: {device: tv}, expect: b}\n"
    broken = named("broken").replace("slot", "slots")
    loaded = load(folder(tmp_path, one=named("one"), two=fails, three=broken, zwei=named("one")))
    assert loaded.document is None
    assert loaded.part is not None
    found = [(each["name"], each["file"]) for each in loaded.part["experiences"]]
    assert found == [("one", "one.yaml"), ("fails", "two.yaml")]


def test_without_a_sound_site_file_no_part_is_understood(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text("timezone: Mars\n")
    assert load(folder(tmp_path, one=named("one"))).part is None
