"""`windsock check --origin`: the rules on the pages of a real server."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from edge.cli import run
from tests.edge.cli.site import Answer, Site, serving

HEAD = "<!doctype html><html><head><meta charset=utf-8><title>Shop</title></head><body>"


def page(body: str) -> Answer:
    return Answer(HEAD + body + "</body></html>")


def experience(name: str, slot: str, form: str, where: str = "/") -> str:
    return (
        f"experience: {name}\npurpose: content\nwhere: {where}\nslot: {slot}\n"
        f"variants:\n  a: original\n  b: {form}\nchoose:\n  - show: b\n"
    )


Told = list[tuple[str, int, str, str]]
Look = Callable[..., Told]


@pytest.fixture
def look(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Look:
    """What is told of some files on a site: file, line, message, hint."""

    def looked(site: Site, *more: str, **files: str) -> Told:
        for name, text in files.items():
            (tmp_path / f"{name}.yaml").write_text(text)
        with serving(site) as origin:
            assert run(["check", str(tmp_path), "--format", "json", "--origin", origin.url, *more]) == 0
        problems = json.loads(capsys.readouterr().out)["problems"]
        assert {problem["severity"] for problem in problems} <= {"warning"}
        return [(each["file"], each["line"], each["message"], each["hint"]) for each in problems]

    return looked


def test_a_slot_that_is_there_is_told_nothing(look: Look) -> None:
    assert look({"/": page("<h1 id=hero>Hi</h1>")}, hero=experience("hero", '"#hero"', "{text: B}")) == []


def test_a_slot_that_is_not_there_is_told_with_its_page(look: Look) -> None:
    ((file, line, message, _),) = look({"/": page("<h1>Hi</h1>")}, hero=experience("hero", '"#hero"', "{text: B}"))
    assert (file, line, message) == ("hero.yaml", 4, "nothing on the page / matches `#hero`")


def test_a_slot_that_is_there_several_times_is_told(look: Look) -> None:
    site = {"/": page("<p class=card>1</p><p class=card>2</p>")}
    ((_, line, message, _),) = look(site, hero=experience("hero", ".card", "{text: B}"))
    assert (line, message) == (4, "2 elements on the page / match `.card`: the first one counts")


@pytest.mark.parametrize(
    ("markup", "says"),
    [
        ("<img id=pic src=a.jpg srcset='a2.jpg 2x'>", "`srcset: null`"),
        ("<picture><source srcset=a.webp><img id=pic src=a.jpg></picture>", "the whole <picture>"),
    ],
)
def test_a_picture_that_browsers_take_from_elsewhere_is_told_where_it_is_set(
    look: Look, markup: str, says: str
) -> None:
    ((_, line, _, hint),) = look({"/": page(markup)}, pic=experience("pic", '"#pic"', "{set: {src: /b.jpg}}"))
    assert line == 7
    assert says in hint


def test_a_picture_whose_srcset_is_set_too_is_fine(look: Look) -> None:
    site = {"/": page("<img id=pic src=a.jpg srcset='a2.jpg 2x'>")}
    assert look(site, pic=experience("pic", '"#pic"', "{set: {src: /b.jpg, srcset: null}}")) == []


def test_slots_that_lie_in_each_other_on_the_page_are_told_in_the_later_file(look: Look) -> None:
    ((file, line, message, _),) = look(
        {"/": page("<main><h1 id=hero>Hi</h1></main>")},
        a=experience("all", "main", "{text: B}"),
        b=experience("hero", '"#hero"', "{text: B}"),
    )
    assert (file, line) == ("b.yaml", 4)
    assert "it takes a place of `all` (a.yaml)" in message


def test_slots_of_different_visitors_may_lie_in_each_other(look: Look) -> None:
    mobile = experience("all", "main", "{text: B}").replace("- show", "- when: {device: mobile}\n    show")
    tv = experience("hero", '"#hero"', "{text: B}").replace("- show", "- when: {device: tv}\n    show")
    assert look({"/": page("<main><h1 id=hero>Hi</h1></main>")}, a=mobile, b=tv) == []


def test_a_page_that_a_framework_takes_over_is_told(look: Look) -> None:
    site = {"/": page("<h1 id=hero>Hi</h1><script>self.__next_f.push(1)</script>")}
    ((_, line, message, _),) = look(site, hero=experience("hero", '"#hero"', "{text: B}"))
    assert line == 4
    assert "Next.js takes the page / over" in message


def test_markup_that_does_not_stay_in_its_place_is_told_at_the_variant(look: Look) -> None:
    ((_, line, message, _),) = look(
        {"/": page("<p><b id=word>Hi</b></p>")}, hero=experience("hero", '"#word"', '{html: "<div>B</div>"}')
    )
    assert line == 7
    assert "would not stay inside its place" in message


@pytest.mark.parametrize(
    ("body", "markup", "part"),
    [
        ("<h1 id=x>Hi</h1>", "<tr><td>B</td></tr>", "tr"),
        ("<ul><li id=x>Hi</li></ul>", "<th>B</th>", "th"),
        ("<h1 id=x>Hi</h1>", "<table><tr><td>B</td></tr></table>", ""),
        ("<table><tbody><tr id=x><td>Hi</td></tr></tbody></table>", "<tr><td>B</td><td>C</td></tr>", ""),
        ("<h1 id=x>Hi</h1>", "<p>a &lt;tr&gt;</p>", ""),
    ],
)
def test_a_part_of_a_table_that_browsers_drop_is_told(look: Look, body: str, markup: str, part: str) -> None:
    told = look({"/": page(body)}, hero=experience("hero", '"#x"', f"{{html: '{markup}'}}"))
    assert [(line, message) for _, line, message, _ in told] == (
        [(7, f"on the page / browsers drop its <{part}>, which stands in no table there")] if part else []
    )


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Answer("", 404), "answers 404"),
        (Answer("", 500), "answers 500"),
        (Answer("", 302, location="/home"), "sends visitors on to /home"),
        (Answer("{}", kind="application/json"), "no HTML but application/json"),
        (Answer(HEAD, kind="text/html; charset=utf-7"), "charset that cannot be edited"),
    ],
)
def test_a_page_that_cannot_be_edited_is_told_at_where(look: Look, answer: Answer, says: str) -> None:
    ((_, line, message, hint),) = look({"/": answer}, hero=experience("hero", '"#hero"', "{text: B}"))
    assert line == 3
    assert says in message
    assert hint


def test_another_page_in_a_pages_place_should_name_the_one_to_be_found(look: Look) -> None:
    layout = experience("layout", "path", "{path: /home-b}")
    plain, named = page("<h1>Hi</h1>"), Answer(HEAD + "<link rel=canonical href=/>")
    ((_, line, _, hint),) = look({"/": plain, "/home-b": plain}, layout=layout)
    assert (line, '<link rel="canonical" href="/">' in hint) == (7, True)
    assert look({"/": plain, "/home-b": named}, layout=layout) == []


def test_a_page_that_visitors_are_sent_to_must_be_there(look: Look) -> None:
    ((_, line, message, _),) = look({"/": page("")}, away=experience("away", "redirect", "{redirect: /de/}"))
    assert (line, message) == (7, "the page /de/ answers 404")


SITEMAP = Answer(
    "<urlset>"
    + "".join(f"<url><loc>https://shop.example/gear/{name}</loc></url>" for name in "abcdefgh")
    + "<url><loc>https://shop.example/journal/a</loc></url></urlset>",
    kind="text/xml",
)


def test_the_pages_of_a_pattern_come_from_the_sitemap_and_only_a_few_are_asked(tmp_path: Path) -> None:
    site = {f"/gear/{name}": page("<h1 id=hero>Hi</h1>") for name in "abcdefgh"} | {"/sitemap.xml": SITEMAP}
    (tmp_path / "hero.yaml").write_text(experience("hero", '"#hero"', "{text: B}", where="/gear/*"))
    with serving(site) as origin:
        assert run(["check", str(tmp_path), "--origin", origin.url]) == 0
    assert origin.asked == ["/sitemap.xml", "/gear/a", "/gear/b", "/gear/c"]


def test_a_page_may_be_named_for_a_pattern(tmp_path: Path) -> None:
    (tmp_path / "hero.yaml").write_text(experience("hero", '"#hero"', "{text: B}", where="/gear/*"))
    with serving({"/gear/boot": page("<h1 id=hero>Hi</h1>")}) as origin:
        assert run(["check", str(tmp_path), "--origin", origin.url, "--page", "/gear/boot"]) == 0
    assert origin.asked == ["/gear/boot"]


def test_a_pattern_without_a_known_page_is_told(look: Look) -> None:
    ((_, line, message, hint),) = look({}, hero=experience("hero", '"#hero"', "{text: B}", where="/gear/*"))
    assert (line, message) == (3, "no page was looked at: the sitemap has none for `/gear/*`")
    assert "--page /gear/" in hint


def test_each_page_is_asked_for_once_however_many_experiences_it_has(tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / f"e{number}.yaml").write_text(experience(f"e{number}", f'"#e{number}"', "{text: B}"))
    with serving({"/": page("")}) as origin:
        assert run(["check", str(tmp_path), "--origin", origin.url]) == 0
    assert origin.asked == ["/"]


def test_no_more_pages_than_a_visit_has_are_asked_for(tmp_path: Path) -> None:
    for number in range(60):
        file = experience(f"e{number}", '"#hero"', "{text: B}", where=f"/{number}")
        (tmp_path / f"e{number:02}.yaml").write_text(file)
    with serving({f"/{number}": page("<h1 id=hero>Hi</h1>") for number in range(60)}) as origin:
        assert run(["check", str(tmp_path), "--origin", origin.url]) == 0
    assert len(origin.asked) == 50


def test_an_origin_that_does_not_answer_is_one_line_below_what_was_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "hero.yaml").write_text(experience("hero", '"#hero"', "{text: B}"))
    with serving({}) as gone:
        pass
    assert run(["check", str(tmp_path), "--origin", gone.url]) == 2
    told = capsys.readouterr()
    assert told.out == f"{tmp_path}: 1 experience, all is well\n"
    assert told.err == f"windsock check: {gone.url} refuses connections: nothing listens there; " + (
        "start the site or correct --origin\n"
    )


def test_a_page_that_is_no_path_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "hero.yaml").write_text(experience("hero", '"#hero"', "{text: B}"))
    assert run(["check", str(tmp_path), "--origin", "http://127.0.0.1:9", "--page", "boots"]) == 2
    assert "write a path such as --page /shop/boots" in capsys.readouterr().err


def test_a_broken_file_is_told_before_any_page_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "hero.yaml").write_text("experience: [")
    with serving({"/": page("")}) as origin:
        assert run(["check", str(tmp_path), "--origin", origin.url]) == 1
    assert origin.asked == []


def test_an_origin_that_does_not_answer_leaves_json_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "hero.yaml").write_text(experience("hero", '"#hero"', "{html: '<p id=hero><img src=/a.png></p>'}"))
    with serving({}) as gone:
        pass
    assert run(["check", str(tmp_path), "--format", "json", "--origin", gone.url]) == 2
    told = capsys.readouterr()
    assert [problem["severity"] for problem in json.loads(told.out)["problems"]] == ["warning"]
    assert "nothing listens there" in told.err


def test_the_pages_of_the_files_that_are_right_are_looked_at(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "hero.yaml").write_text(experience("hero", '"#gone"', "{text: B}"))
    (tmp_path / "wrong.yaml").write_text("experience: [")
    with serving({"/": page("<h1 id=hero>Hi</h1>")}) as origin:
        assert run(["check", str(tmp_path), "--format", "json", "--origin", origin.url]) == 1
    problems = json.loads(capsys.readouterr().out)["problems"]
    assert [(each["file"], each["severity"]) for each in problems] == [
        ("hero.yaml", "warning"),
        ("wrong.yaml", "error"),
    ]
