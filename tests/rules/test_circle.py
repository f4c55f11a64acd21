"""Redirects that lead in circles, and those that do not."""

from __future__ import annotations

from pathlib import Path

from rules.circle import circles
from rules.compile import vocabulary
from rules.load import load


def told(folder: Path, **files: str) -> list[tuple[str, str]]:
    """The warnings about these files: file and message."""
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)
    loaded = load(folder)
    assert loaded.document is not None, loaded.problems
    found = circles(loaded.document["experiences"], vocabulary(loaded.document["site"]))
    return [(file, mistake.message) for file, mistake in found]


def redirect(name: str, where: str, target: str, when: str) -> str:
    return (
        f"experience: {name}\npurpose: content\nwhere: {where}\nslot: redirect\n"
        f"variants:\n  stay: original\n  go: {{redirect: {target}}}\nchoose:\n  - when: {{{when}}}\n    show: go\n"
    )


def test_two_redirects_that_lead_to_each_other_are_told(tmp_path: Path) -> None:
    ((file, message),) = told(
        tmp_path,
        de=redirect("to-german", "/", "/de/", "language: de"),
        home=redirect("to-home", '"/de/*"', "/", "country: DE"),
    )
    assert file == "home.yaml"
    assert "sends visitors back here" in message


def test_redirects_for_different_visitors_are_fine(tmp_path: Path) -> None:
    files = {
        "de": redirect("to-german", "/", "/de/", "language: de"),
        "en": redirect("to-english", "/de/", "/", "language: en"),
    }
    assert told(tmp_path, **files) == []


def test_redirects_one_after_the_other_are_fine(tmp_path: Path) -> None:
    files = {
        "a": redirect("first", "/a", "/b", "language: de"),
        "b": redirect("second", "/b", "/c", "language: de"),
    }
    assert told(tmp_path, **files) == []


def test_a_redirect_that_spares_its_own_pages_is_fine(tmp_path: Path) -> None:
    file = redirect("to-german", '"*"', "/de/", 'language: de, not: {path: "/de/*"}')
    assert told(tmp_path, one=file) == []


def test_a_redirect_whose_way_ends_on_one_of_its_own_pages_is_fine(tmp_path: Path) -> None:
    assert told(tmp_path, one=redirect("to-german", '"*"', "/de/", "language: de")) == []


def test_a_redirect_to_another_host_is_no_circle(tmp_path: Path) -> None:
    file = redirect("to-shop", "{path: /*, host: old.example}", "https://new.example/", "language: de")
    assert told(tmp_path, one=file) == []


def test_a_redirect_to_the_only_page_it_stands_on_is_refused(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(redirect("to-german", "/de/", "/de/", "language: de"))
    (problem,) = load(tmp_path).problems
    assert "they would stay where they are" in problem.message
