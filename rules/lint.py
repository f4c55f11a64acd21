"""What is allowed and probably not meant: the warnings of `windsock check`.

`rules.load` refuses what cannot be served. This looks at the document that it gave, so at whole and sound experiences,
and says where one of them does less than its author thinks. A warning says why, and is only given where it is certain
that it is right of the rules alone; what depends on the pages is looked at with `windsock check --origin`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from rules.circle import circles
from rules.compile import vocabulary, zone_of
from rules.conflict import overlaps
from rules.fact import facts, unnamed
from rules.folder import open_folder
from rules.judgement import doubts, permission, personal, place_of
from rules.learning import beside, deciding, unlearned, unmeasured
from rules.phrase import condition
from rules.problem import Mistake, Place, Problem, ReadingError
from rules.reach import Taken, possible, terms
from rules.selector import chains
from rules.shift import unsized
from rules.spelling import listed
from rules.vain import vain
from rules.values import BUCKETS
from rules.vocabulary import Own
from rules.when import Condition
from rules.yaml import Mark, Tree
from rules.yaml import read as read_yaml

Plain = Mapping[str, Any]
Advice = tuple[str, Mistake]
"""A file, and what should be looked at there."""

OLD_DAYS: Final = 90
"""A test that has run so long has told what it can."""

SHORT_VISIT: Final = 1800
"""Seconds in which hardly anybody has come to another page."""


def warnings(folder: Path, document: Plain, at: float) -> tuple[Problem, ...]:
    """Every warning about a folder whose document this is, at a moment in seconds since the epoch."""
    site = document["site"]
    today = datetime.fromtimestamp(at, zone_of(site["timezone"])).date()
    return advice(folder, lint(document, vocabulary(site), today))


def advice(folder: Path, found: Iterable[Advice]) -> tuple[Problem, ...]:
    """Mistakes in the files of a folder as problems with line and column; each file is read once."""
    by_file: dict[str, list[Mistake]] = defaultdict(list)
    for file, mistake in found:
        by_file[file].append(mistake)
    return tuple(problem for file in sorted(by_file) for problem in _placed(folder, file, by_file[file]))


def _placed(folder: Path, file: str, mistakes: Sequence[Mistake]) -> list[Problem]:
    try:
        tree = read_yaml(file, open_folder(folder).text(file))
    except ReadingError:  # it was there a moment ago
        tree = Tree(None, {}, {})
    marked = [(_mark(tree, each), each) for each in mistakes]
    problems = [Problem(file, *mark, each.severity, each.message, each.hint) for mark, each in marked]
    return sorted(problems, key=lambda each: (each.line, each.column))


def _mark(tree: Tree, mistake: Mistake) -> Mark:
    """Where it stands; for what is left out, where it matters."""
    at = mistake.at if mistake.at in tree.values else _MATTERS.get(mistake.at, mistake.at)
    return tree.mark(at, key=mistake.key)


def lint(document: Plain, own: Own, today: date) -> Iterator[Advice]:
    """Every warning about the experiences of a document; `own` are the site's words, `today` the date in its zone."""
    experiences: Sequence[Plain] = document["experiences"]
    known, visitors = facts(document["site"]), personal(document["site"])
    for each in experiences:
        yield from ((each["file"], mistake) for mistake in (*_one(each, own, today), *unnamed(each, known, own)))
        yield from (
            (each["file"], mistake) for mistake in (*doubts(each, visitors), *unmeasured(each, document["site"]))
        )
        yield from ((each["file"], mistake) for mistake in _vain(each, document["site"]["dayparts"], own, today))
    yield from overlaps(experiences, own)
    yield from circles(experiences, own)


def _one(experience: Plain, own: Own, today: date) -> Iterator[Mistake]:
    yield from _entries(experience, own)
    for look in (_elements, _shares, _unshown, _goal, _shifting):
        yield from look(experience)
    yield from unlearned(experience, own)
    yield from _old(experience, today)
    yield from permission(experience, today)


def _entries(experience: Plain, own: Own) -> Iterator[Mistake]:
    """Entries that nobody meets: their condition contradicts itself, or earlier ones have taken everybody."""
    taken = Taken(own)
    for number, entry in enumerate(experience["choose"], 1):
        found = terms(read(entry["when"], own))
        if found is None:
            continue
        real = [(term, possible(term, own)) for term in found]
        left = [term for term, trouble in real if trouble is None]
        if not left:
            yield _contradiction(number, [trouble for _, trouble in real if trouble])
        elif (by := taken.by(left)) is not None:
            yield _unreached(number, by, experience["choose"])
            if experience["choose"][by[0] - 1]["when"] is None:  # the same is so of all below
                return
        if not beside(entry):
            taken.add(number, left)


def _vain(experience: Plain, dayparts: Mapping[str, Any], own: Own, today: date) -> Iterator[Mistake]:
    """Entries that nobody meets on these pages, at these hours, from today on."""
    for at, entry in enumerate(experience["choose"]):
        found = [term for term in terms(read(entry["when"], own)) or [] if possible(term, own) is None]
        why = [vain(term, experience["where"]["path"], dayparts, today) for term in found]
        if why and all(why):
            hint = "change it, or delete the entry"
            yield Mistake(("choose", at, "when"), f"nobody can meet this condition: {why[0]}", hint, "warning")
    if experience["rollout"] == 0:
        yield Mistake(("rollout",), "a rollout of 0% shows it to nobody", "write more, or delete the file", "warning")


def _contradiction(number: int, signals: Sequence[str]) -> Mistake:
    message = f"nobody can meet this condition: no value of {listed(dict.fromkeys(signals), 'or')} fits all of it"
    return Mistake(("choose", number - 1, "when"), message, "for one or the other write a list, or `any:`", "warning")


def _unreached(number: int, by: Sequence[int], entries: Sequence[Plain]) -> Mistake:
    at: Place = ("choose", number - 1)
    if len(by) == 1 and entries[by[0] - 1]["when"] is None:
        message = f"no visitor gets to this entry: entry {by[0]} has no `when` and takes everybody"
        return Mistake(at, message, "move it up, or delete it", "warning")
    who = f"entry {by[0]} takes" if len(by) == 1 else f"entries {listed(map(str, by)).replace('`', '')} take"
    message = f"no visitor gets to this entry: {who} everybody whom it is for"
    return Mistake(at, message, "the first match counts: move the narrower entry up, or delete this one", "warning")


def _shares(experience: Plain) -> Iterator[Mistake]:
    """Shares too small for a single bucket."""
    for at, entry in enumerate(experience["choose"]):
        whole = sum(weight for _, weight in entry["shares"])
        if entry["kind"] == "split":
            yield from _too_few(experience, at, [name for name, _ in entry["shares"]], whole)
        for name, weight in entry["shares"] if entry["kind"] == "split" else ():
            if weight * BUCKETS < whole / 2:
                message = f"the share of `{name}` is less than one visitor in {BUCKETS * 2:,}: nobody would see it"
                yield Mistake(("choose", at, "split", name), message, "give it a larger share", "warning", key=True)


def _too_few(experience: Plain, at: int, names: Sequence[str], whole: float) -> Iterator[Mistake]:
    """Shares are ratios: those who are left over by them do not see the default."""
    default = experience["default"]
    if default in names or whole >= 100 or (len(names) > 1 and whole < 10):
        return
    message = f"the shares make {whole:g}, and everybody sees {listed(names, 'or')}: the rest do not see the default"
    hint = f"write `{default}: {100 - whole:g}` as well; if all of them are meant, let the shares make 100"
    yield Mistake(("choose", at, "split"), message, hint, "warning", key=True)


def _elements(experience: Plain) -> Iterator[Mistake]:
    """Selectors of elements that HTML does not have: often the sign of an id or of a class was left out."""
    slots = experience["slots"]
    for number, slot in enumerate(slots):
        for chain in chains(slot):
            for compound in chain.compounds:
                found = re.match(r"[A-Za-z][\w-]*", compound)
                if found and "-" not in found[0] and found[0].lower() not in ELEMENTS:
                    at: Place = ("slot", number) if len(slots) > 1 else ("slot",)
                    message = f"`{found[0]}` in `{slot}` is no element of HTML"
                    hint = f'for an id write "#{found[0]}", for a class ".{found[0]}"'
                    yield Mistake(at, message, hint, "warning")


def _unshown(experience: Plain) -> Iterator[Mistake]:
    """Variants that no entry shows."""
    shown = {name for entry in deciding(experience) for name, _ in entry["shares"]} | {experience["default"]}
    for name in experience["variants"]:
        if name not in shown:
            message = f"nothing shows the variant `{name}`"
            hint = "name it in `choose` (a share of 0 shows nothing), or delete it"
            yield Mistake(("variants", name), message, hint, "warning", key=True)


def _goal(experience: Plain) -> Iterator[Mistake]:
    """Success needs time to be seen."""
    if "visit" in experience["goal"] and experience["reward_window"] < SHORT_VISIT:
        message = f"who has to go to another page needs more time than {experience['reward_window'] / 60:g} minutes"
        yield Mistake(("reward_window",), message, "write for example `reward_window: 1d`", "warning")


def _shifting(experience: Plain) -> Iterator[Mistake]:
    """Markup whose size is not known before it has arrived."""
    for name, variant in experience["variants"].items():
        for selector, form in variant["forms"]:
            for what, line in unsized(form["text"]) if form["kind"] in _MARKUP else ():
                where = f" (line {line} of the markup)" if "\n" in form["text"].strip() else ""
                message = f"the {what} has no size: the page jumps when it arrives{where}"
                hint = 'add width="…" and height="…" in pixels, or style="aspect-ratio: 4 / 3"'
                yield Mistake(place_of(experience, name, selector, form["kind"]), message, hint, "warning")


def _old(experience: Plain, today: date) -> Iterator[Mistake]:
    """Experiences that were forgotten: running for long without an end, or ended."""
    starts, ends = experience["window"]["starts"], experience["window"]["ends"]
    if ends and date.fromisoformat(ends[:10]) < today:
        yield Mistake(
            ("ends",), f"it ended on {ends}: nobody sees it", "delete the file, or write a later date", "warning"
        )
    elif starts and not ends and (days := (today - date.fromisoformat(starts[:10])).days) > OLD_DAYS:
        message = f"it has been running for {days} days and has no `ends`"
        hint = "decide: give it an `ends`, or make the better variant part of the site"
        yield Mistake(("starts",), message, hint, "warning")


def read(tree: object, own: Own) -> Condition | None:
    """The condition of a `when` of the document."""
    return None if tree is None else condition(tree, own)


_MATTERS: Final[Mapping[Place, Place]] = {("reward_window",): ("goal",)}
ELEMENTS: Final = frozenset(
    re.findall(
        r"\S+",
        """
        a abbr address area article aside audio b base bdi bdo blockquote body br button canvas caption center cite code
        col colgroup data datalist dd del details dfn dialog div dl dt em embed fieldset figcaption figure font footer
        form frame frameset g h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input ins kbd label legend li
        link main map mark marquee math menu meta meter nav noscript object ol optgroup option output p param path
        picture pre progress q rect rp rt ruby s samp script search section select selectedcontent slot small source
        span strike strong style sub summary sup svg table tbody td template text textarea tfoot th thead time title tr
        track tspan tt u ul use var video wbr image circle ellipse line polygon polyline symbol defs
        """,
    )
)
"""Elements of HTML, old ones too, and of drawings in it."""

_MARKUP: Final = ("replace", "before", "after")
