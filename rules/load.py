"""From a rules folder to a checked document, or to everything that is wrong with it.

Each file goes through the same steps, and each step sees as much as the one before could read: text, tree, shape,
agreement of its parts, document, the file's own tests. A folder with any error gives no document, so that a bad file
never replaces a good one; what is wrong is reported all at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from rules import document
from rules.agree import contents, disagreements, empty_values, named_files
from rules.circle import to_itself
from rules.compile import experience as compiled
from rules.compile import vocabulary
from rules.folder import SITE, Folder, open_folder, printable
from rules.memory import Memory, Texts
from rules.model import ExperienceFile
from rules.problem import Mistake, Place, Problem, ReadingError
from rules.sitefile import SiteFile, remarks
from rules.sound import independent, sound
from rules.stop import line_of
from rules.trap import without_value
from rules.trial import failures
from rules.validate import validate
from rules.vocabulary import THERE_ARE
from rules.written import text
from rules.yaml import Mark, Tree, read

Json = dict[str, Any]

NO_SITE: Final[Json] = document.site(SiteFile())
"""What holds where there is no `site.yaml`."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a folder holds: a document, or at least one problem of severity error. Warnings may stand beside either.

    `part` is for who explains a folder that cannot be served: a document of the files that can be understood, those
    among them whose own tests fail.
    """

    document: Json | None
    problems: tuple[Problem, ...]
    part: Json | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """One rule file after all steps: the experience in the form of the document, unless something is wrong with it."""

    file: str
    name: str | None = None  # of the experience, as far as it is known
    at: Mark = (1, 1)  # where the name stands
    plain: Json | None = None
    problems: tuple[Problem, ...] = ()


def load(folder: Path, memory: Memory[Read] | None = None, today: date | None = None) -> Loaded:
    """Read and check every rule file of a folder. Never raises for what is in it, nor for its absence.

    With the `memory` of an earlier call only the files that changed are checked again; the result is the same. `today`
    is the day on which permissions are looked at, if it is not this one.
    """
    try:
        opened = open_folder(folder)
        files = opened.rule_files()
    except ReadingError as error:
        return Loaded(None, tuple(Problem("", 1, 1, "error", each.message, each.hint) for each in error.mistakes))
    site, problems, content = _site(opened, today or datetime.now(UTC).date())
    clear = all(each.severity != "error" for each in problems)
    read_files = _read(opened, files, site, memory or Memory())
    told = [problem for each in read_files for problem in each.problems]
    problems += told if clear else independent(told, content)
    problems += _twice(read_files)
    problems += _mixed(read_files)
    problems.sort(key=lambda each: (each.file, each.line, each.column))
    if not clear:
        return Loaded(None, tuple(problems))
    named: dict[str | None, Json] = {}
    for each in read_files:
        if each.plain:
            named.setdefault(each.name, each.plain)
    whole: Json = {"site": site, "experiences": [*named.values()]}
    found: Json = {**whole, "version": document.version(whole)}
    if any(each.severity == "error" for each in problems):
        return Loaded(None, tuple(problems), found)
    return Loaded(found, tuple(problems))


def _read(folder: Folder, files: list[str], site: Json, memory: Memory[Read]) -> list[Read]:
    memory.under(site, set(files))
    return [memory.told(file, folder, partial(load_file, file=file, site=site)) for file in files]


def load_file(folder: Texts, file: str, site: Json) -> Read:
    """All steps for one rule file; `site` is the document's."""
    tree, content = _tree(folder, file)
    shown, (name, at) = printable(file), _name(tree)
    if tree.data is None or _is_site(file, tree.data):
        return Read(shown, name, at, None, (*tree.problems, *_misplaced_site(file, tree)))
    allowed = {(each["experience"], each["purpose"]): each["until"] for each in site["allow"]}
    model, mistakes = validate(ExperienceFile, tree.data, {"own": vocabulary(site), "allowed": allowed})
    texts, missing = _contents(folder, file, tree.data)
    problems = [*tree.problems, *_told(shown, tree, content, [*mistakes, *disagreements(tree.data), *missing])]
    if model is None or any(each.severity == "error" for each in problems):
        return Read(shown, name, at, None, tuple(problems))
    plain = document.experience(shown, model, texts, allowed.get((model.experience, model.purpose)))
    problems += _told(shown, tree, content, to_itself(plain))
    if model.tests:
        problems += _told(shown, tree, content, failures(compiled(plain, site, drawn=False), model.tests, site))
    return Read(shown, name, at, plain, tuple(problems))


def _site(folder: Folder, today: date) -> tuple[Json, list[Problem], str]:
    """What holds by `site.yaml` or without one, as far as it can be understood; what is wrong with it, and its text."""
    if not folder.has_site():
        return NO_SITE, [], ""
    tree, content = _tree(folder, SITE)
    if tree.data is None and not tree.problems:
        return NO_SITE, [], content
    model, mistakes = validate(SiteFile, tree.data) if tree.data is not None else (None, ())
    problems = [*tree.problems, *_told(SITE, tree, content, [*mistakes, *remarks(tree.data, today)])]
    return document.site(model or sound(tree.data)), problems, content


def _is_site(file: str, data: object) -> bool:
    """Whether a rule file seems to be meant as what holds for the whole site."""
    named = file.rpartition("/")[2].lower() in (SITE, "site.yml")
    return named and not (isinstance(data, dict) and "experience" in data)


def _misplaced_site(file: str, tree: Tree) -> Iterator[Problem]:
    if _is_site(file, tree.data) and tree.data is not None:
        message = f"what holds for the whole site stands in `{SITE}`, beside the rule files: this file is not read"
        yield Problem(printable(file), 1, 1, "error", message, f"rename it to {SITE}, or move it to where that belongs")


def _tree(folder: Texts, file: str) -> tuple[Tree, str]:
    """What a file says, and its text."""
    try:
        content = folder.text(file)
    except ReadingError as error:
        problems = (Problem(printable(file), 1, 1, "error", each.message, each.hint) for each in error.mistakes)
        return Tree(None, {}, {}, tuple(problems)), ""
    tree = read(printable(file), content)
    if tree.data is None and not tree.problems and file != SITE:
        hint = "begin with `experience: NAME`, or delete the file"
        return Tree(None, {}, {}, (Problem(printable(file), 1, 1, "error", "the file is empty", hint),)), content
    return tree, content


def _name(tree: Tree) -> tuple[str | None, Mark]:
    name = tree.data.get("experience") if isinstance(tree.data, dict) else None
    return (text(name) if isinstance(name, str | int | float) else None), tree.mark(("experience",))


def _contents(folder: Texts, file: str, data: object) -> tuple[dict[str, str], list[Mistake]]:
    """The texts of the files that variants name, and what is wrong with those."""
    texts: dict[str, str] = {}
    mistakes: list[Mistake] = []
    for path, named in named_files(data):
        try:
            texts[named] = folder.text(named, beside=file)
            mistakes += contents(data, path, texts[named])
        except ReadingError as error:
            mistakes += (mistake.under(*path) for mistake in error.mistakes)
    return texts, mistakes


def _told(file: str, tree: Tree, content: str, mistakes: Iterable[Mistake]) -> list[Problem]:
    """Mistakes as problems with line and column.

    Where a value is missing nothing else is said about it, and warnings wait until there are no errors.
    """
    empty = set(empty_values(tree.data))
    silent = empty | {path[:-1] for path in empty if len(path) > 1}
    rest = [each for each in mistakes if each.at not in silent and not _inside(each.at, empty)]
    found = []
    for mistake in [*(_empty(tree, content, path) for path in empty), *rest]:
        line, column = tree.mark(mistake.at, key=mistake.key)
        found.append(Problem(file, line, column, mistake.severity, mistake.message, mistake.hint))
    errors = [problem for problem in found if problem.severity == "error"]
    return list(_listed_once(errors or found))


def _listed_once(problems: Iterable[Problem]) -> Iterator[Problem]:
    """The list of all signals is long: the first problem of a file tells it."""
    listed_in = 0
    for each in sorted(problems, key=lambda each: (each.line, each.column)):
        before, there_are, _ = each.hint.partition(THERE_ARE)
        if there_are and listed_in:
            yield replace(each, hint=f"{before}{THERE_ARE} listed for line {listed_in}")
        else:
            listed_in = each.line if there_are else listed_in
            yield each


def _inside(path: Place, outer: set[Place]) -> bool:
    return any(path[:depth] in outer for depth in range(len(path)))


def _empty(tree: Tree, content: str, path: Place) -> Mistake:
    line, column = tree.mark(path, key=True)
    lines = content.splitlines()
    message, hint = without_value(path[-1], line_of(lines, line), column, line_of(lines, line + 1))
    return Mistake(path, message, hint, key=True)


def _twice(files: Iterable[Read]) -> Iterator[Problem]:
    """Two experiences may not have the same name."""
    first: dict[str, str] = {}
    for each in files:
        if each.name is None:
            continue
        if each.name in first:
            message = f"there are two experiences `{each.name}`; the other is in {first[each.name]}"
            yield Problem(each.file, *each.at, "error", message, "give one of them another name")
        first.setdefault(each.name, each.file)


def _mixed(files: Iterable[Read]) -> Iterator[Problem]:
    """The experiences of a group share one coin, so all of them must read it off the same bucket."""
    first: dict[str, Read] = {}
    for each in files:
        group = each.plain["group"] if each.plain else ""
        other = first.setdefault(group, each) if group else each
        if each.plain and other.plain and each.plain["sticky"] != other.plain["sticky"]:
            message = f"`sticky` is not the same for all of the group `{group}`; compare {other.file}"
            yield Problem(each.file, *each.at, "error", message, "write the same in both, or take one out of the group")
