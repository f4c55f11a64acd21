"""Pages that count something: what is added to them, to which of them, and what stands in the way."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.decisions.values import Decision
from edge.edition import Edition
from edge.middleware.hold import Limits
from edge.middleware.personalize import Options, Personalize
from edge.telemetry.metrics import Metrics
from edge.web.asgi import App, Receive, Scope, Send
from edge.web.consent import Consent
from edge.web.peer import Trust
from rules.values import HELD, Signals
from tests.asgi import Page, Said, ask
from tests.edge.middleware.conftest import NOW, Editions
from tests.edge.middleware.site import NAV, Make, run

BODY = b"<!doctype html><html><body><h1 id=hero>Classic</h1><p>caf\xc3\xa9</p></body></html>\n"
HTML = (b"content-type", b"text/html; charset=utf-8")
HERO = """
experience: hero
purpose: content
where: /
slot: "#hero"
variants: {classic: original, one: {text: One}, two: {text: Two}}
choose: [{split: {one: 50, two: 50}}]
holdout: 20%
goal: click "#hero"
"""
ORDER = """
experience: order
purpose: content
where: /
slot: "#order"
variants: {classic: original, one: {text: One}}
choose: [{split: {classic: 50, one: 50}}]
goal: {visit: [/thanks, "/done/*"]}
"""
TWO_SLOTS = """
experience: hero
purpose: content
where: /
slot: ["#hero", "#gone"]
variants: {classic: original, one: {"#hero": {text: One}}, two: {"#hero": {text: Two}, "#gone": {text: Two}}}
choose: [{split: {one: 50, two: 50}}]
goal: click "#hero"
"""
PLAIN = HERO.replace("hero", "plain").replace('goal: click "#plain"', "")
REDIRECT = """
experience: welcome
purpose: content
where: /
slot: redirect
variants: {here: original, there: {redirect: /there}}
choose: [{split: {here: 50, there: 50}}]
goal: {visit: /thanks}
"""
PATH = """
experience: home
purpose: content
where: /
slot: path
variants: {here: original, there: {path: /there}}
choose: [{show: there}]
holdout: 20%
goal: {visit: /thanks}
"""


@dataclass
class Marks:
    """Makes a mark that is another one each time, and remembers for what."""

    told: list[tuple[list[Decision], tuple[str, ...]]] = field(default_factory=list)
    broken: bool = False

    def block(
        self, decisions: Sequence[Decision], reached: tuple[str, ...], edition: Edition, signals: Signals
    ) -> bytes:
        if self.broken:
            raise OSError("no room left")
        if not (decisions or reached):
            return b""
        self.told.append((list(decisions), reached))
        return b"<script>%d</script>" % len(self.told) if decisions else b"<script>visit</script>"

    @property
    def names(self) -> list[str]:
        return [decision.experience for decision in self.told[-1][0]]


@pytest.fixture
def marks() -> Marks:
    return Marks()


@pytest.fixture
def wrap(metrics: Metrics, marks: Marks) -> Callable[..., Personalize]:
    def make(app: App, edition: Edition, **options: Any) -> Personalize:
        return Personalize(app, Editions(edition), metrics, lambda: NOW, Trust(), Options(**options), marks=marks)

    return make


def unmeasured(metrics: Metrics) -> dict[str, float]:
    metrics.flush()
    found = metrics.registry.get_sample_value
    reasons = [
        s.labels["reason"] for m in metrics.registry.collect() if m.name == "windsock_unmeasured" for s in m.samples
    ]
    return {reason: found("windsock_unmeasured_total", {"reason": reason}) or 0.0 for reason in reasons}


def on_each_side(edition: Edition, name: str = "hero") -> tuple[int, int]:
    """A bucket in play, and one that is held out."""
    rank = list(edition.named[name].seats.rank)
    return next(bucket for bucket, each in enumerate(rank) if each < HELD), rank.index(HELD)


def visit(app: Personalize, bucket: int = 0, *fields: tuple[str, str], path: str = "/", method: str = "GET") -> Said:
    return run(ask(app, path, ("Cookie", f"windsock={bucket}"), *fields, method=method))


def test_both_sides_carry_the_mark_right_before_the_end_of_the_body(edition: Make, wrap: Any, marks: Marks) -> None:
    rules = edition(hero=HERO)
    app = wrap(Page(BODY), rules)
    personal, held = (visit(app, bucket).body for bucket in on_each_side(rules))
    assert held == BODY.replace(b"</body>", b"<script>2</script></body>")
    assert personal.replace(b"One", b"Classic").replace(b"Two", b"Classic") == BODY.replace(
        b"</body>", b"<script>1</script></body>"
    )
    assert [decisions[0].reason for decisions, _ in marks.told] == ["split", "holdout"]


@pytest.mark.parametrize("side", [0, 1])
def test_without_the_mark_and_the_slot_it_is_the_origins_page(
    edition: Make, wrap: Any, marks: Marks, side: int
) -> None:
    rules = edition(hero=HERO)
    marks.told.append(([], ()))
    said = visit(wrap(Page(BODY), rules), on_each_side(rules)[side])
    assert said.field("content-length") == [str(len(said.body))]
    assert b"<script>2</script>" in said.body


def test_a_page_that_counts_nothing_is_as_it_was(edition: Make, wrap: Any, marks: Marks) -> None:
    rules = edition(plain=PLAIN.replace("#plain", "#hero"))
    for bucket in on_each_side(rules, "plain"):
        assert b"<script>" not in visit(wrap(Page(BODY), rules), bucket).body
    assert marks.told == []


def test_each_answer_is_another_page_and_never_an_old_one(edition: Make, wrap: Any) -> None:
    app = wrap(Page(BODY), edition(hero=HERO))
    first = visit(app)
    again = visit(app, 0, ("If-None-Match", first.field("etag")[0]))
    assert (again.status, first.field("cache-control")) == (200, ["private, no-cache"])
    assert first.field("etag") != again.field("etag")


def test_a_compressed_page_is_compressed_again_with_its_mark(edition: Make, wrap: Any) -> None:
    body = BODY.replace(b"caf", b"long " * 500)
    fields = (HTML, (b"content-encoding", b"gzip"), (b"content-length", b"9"))
    said = visit(wrap(Page(gzip.compress(body), fields), edition(hero=HERO)), 0, ("Accept-Encoding", "gzip"))
    assert said.field("content-encoding") == ["gzip"]
    assert said.field("content-length") == [str(len(said.body))]
    assert b"<script>1</script></body>" in gzip.decompress(said.body)


# Who is not measured

WHO: dict[str, tuple[tuple[str, str], ...]] = {
    "asks for privacy": (("Sec-GPC", "1"),),
    "has left": (("Cookie", "windsock=off"),),
    "is a robot": (("User-Agent", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"),),
    "fetches it in a script": (("Sec-Fetch-Dest", "empty"),),
    "wants a picture": (("Sec-Fetch-Dest", "image"),),
    "shows it in an object": (("Sec-Fetch-Dest", "object"),),
}


@pytest.mark.parametrize("fields", WHO.values(), ids=WHO)
def test_who_is_not_measured_gets_a_page_without_it(
    edition: Make, wrap: Any, marks: Marks, fields: tuple[tuple[str, str], ...]
) -> None:
    said = run(ask(wrap(Page(BODY), edition(hero=HERO)), "/", *fields))
    assert (marks.told, b"<script>" in said.body) == ([], False)


@pytest.mark.parametrize("dest", ["document", "iframe", "frame"])
def test_a_document_is_measured(edition: Make, wrap: Any, marks: Marks, dest: str) -> None:
    visit(wrap(Page(BODY), edition(hero=HERO)), 0, ("Sec-Fetch-Dest", dest))
    assert marks.names == ["hero"]


def test_a_page_that_is_fetched_ahead_is_marked_since_it_may_be_shown(edition: Make, wrap: Any, marks: Marks) -> None:
    visit(wrap(Page(BODY), edition(hero=HERO)), 0, ("Sec-Purpose", "prefetch"))
    assert marks.names == ["hero"]


@pytest.mark.parametrize("options", [{"observe": True}, {"consent": Consent("strict")}, {"bypass": lambda path: True}])
def test_a_site_that_only_looks_on_or_stores_nothing_measures_nothing(
    edition: Make, wrap: Any, marks: Marks, options: dict[str, Any]
) -> None:
    assert b"<script>" not in visit(wrap(Page(BODY), edition(hero=HERO), **options)).body
    assert marks.told == []


@pytest.mark.parametrize("status", [201, 203, 206, 304, 404, 500])
def test_an_answer_that_is_not_200_is_not_measured(edition: Make, wrap: Any, marks: Marks, status: int) -> None:
    visit(wrap(Page(BODY, status=status), edition(hero=HERO)))
    assert marks.told == []


def test_what_is_no_page_is_not_measured(edition: Make, wrap: Any, marks: Marks, metrics: Metrics) -> None:
    said = visit(wrap(Page(b"{}", ((b"content-type", b"application/json"),)), edition(hero=HERO)))
    assert (said.body, marks.told, unmeasured(metrics)) == (b"{}", [], {})


def test_head_says_what_get_would_as_far_as_it_can(edition: Make, wrap: Any, marks: Marks) -> None:
    fields = (HTML, (b"content-length", b"99"), (b"etag", b'"a"'), (b"cache-control", b"max-age=60"))
    app = wrap(Page(b"", fields), edition(hero=HERO, order=ORDER))
    said = visit(app, method="HEAD")
    assert (said.field("content-length"), said.field("etag"), marks.told) == ([], [], [])
    assert visit(app, path="/thanks", method="HEAD").field("content-length") == []


@pytest.mark.parametrize("word", ["off", "outside"])
def test_an_experience_that_is_switched_off_or_out_of_its_time_counts_for_nobody(
    edition: Make, wrap: Any, marks: Marks, word: str
) -> None:
    rules = edition(hero=HERO if word == "off" else f"{HERO}ends: 2026-01-01\n")
    app = wrap(Page(BODY), Edition(rules.rules, off=frozenset({"hero"})) if word == "off" else rules)
    assert (visit(app).body, marks.told) == (BODY, [])


# What stands in the way, on both sides alike

POLICY = b"content-security-policy"
WAYS: dict[str, tuple[bytes, tuple[tuple[bytes, bytes], ...], str]] = {
    "no end of the body": (BODY.replace(b"</body>", b""), (HTML,), "no-body"),
    "an end in a comment": (BODY.replace(b"</body>", b"<!-- </body> -->"), (HTML,), "no-body"),
    "a charset": (BODY, ((b"content-type", b"text/html; charset=utf-16"),), "charset"),
    "xhtml": (BODY, ((b"content-type", b"application/xhtml+xml"),), "type"),
    "a compression": (BODY, (HTML, (b"content-encoding", b"br")), "coding"),
    "damage": (BODY, (HTML, (b"content-encoding", b"gzip")), "broken"),
    "no-transform": (BODY, (HTML, (b"cache-control", b"no-transform")), "no-transform"),
    "the slot": (BODY.replace(b"id=hero", b"id=nero"), (HTML,), "no-match"),
    "amp": (BODY.replace(b"<html", b"<html amp"), (HTML,), "amp"),
    "a base elsewhere": (BODY.replace(b"<body>", b"<base href=//cdn.example/><body>"), (HTML,), "base"),
    "a policy": (BODY, (HTML, (POLICY, b"script-src 'none'")), "csp-script"),
    "a policy of sending": (BODY, (HTML, (POLICY, b"connect-src 'none'")), "csp-connect"),
    "a sandbox": (BODY, (HTML, (POLICY, b"sandbox")), "csp-sandbox"),
    "a policy of the page": (
        BODY.replace(b"<body>", b"<meta http-equiv=content-security-policy content=\"default-src 'none'\"><body>"),
        (HTML,),
        "csp-script",
    ),
    "its length": (BODY + b"x" * 5000, (HTML,), "too-large"),
}


@pytest.mark.parametrize("side", [0, 1], ids=["personal", "holdout"])
@pytest.mark.parametrize(("body", "fields", "reason"), WAYS.values(), ids=WAYS)
def test_what_cannot_be_measured_is_on_neither_side_and_counted(
    edition: Make, wrap: Any, marks: Marks, metrics: Metrics, body: bytes, fields: Any, reason: str, side: int
) -> None:
    rules = edition(hero=HERO)
    said = visit(wrap(Page(body, fields), rules, held=Limits(page=4000)), on_each_side(rules)[side])
    assert (marks.told, unmeasured(metrics)) == ([], {reason: 1})
    assert b"<script>" not in said.body
    assert side == 0 or said.body == body
    assert [(name, value) for name, value in said.headers if name == POLICY] == [f for f in fields if f[0] == POLICY]


def test_a_page_that_may_not_be_measured_is_personal_all_the_same(edition: Make, wrap: Any) -> None:
    rules = edition(hero=HERO)
    page = Page(BODY, (HTML, (POLICY, b"script-src 'nonce-a' 'strict-dynamic'")))
    assert b"Classic" not in visit(wrap(page, rules), on_each_side(rules)[0]).body


def test_one_variant_that_is_impossible_here_takes_the_experience_out_whatever_is_shown(
    edition: Make, wrap: Any, marks: Marks, metrics: Metrics
) -> None:
    rules = edition(hero=TWO_SLOTS, other=HERO.replace(": hero", ": other"))
    app = wrap(Page(BODY), rules)
    for bucket in range(0, 4096, 128):
        visit(app, bucket)
    assert {tuple(d.experience for d in decisions) for decisions, _ in marks.told} == {("other",)}
    assert unmeasured(metrics) == {"no-match": 32}


def test_what_fails_for_one_visitor_alone_stays_on_its_side_and_teaches_nothing(
    edition: Make, wrap: Any, marks: Marks
) -> None:
    rules = edition(hero=HERO, other=HERO.replace(": hero", ": other"))
    app = wrap(Page(BODY), rules)
    for bucket in range(0, 4096, 64):
        visit(app, bucket)
    lost = [d for decisions, _ in marks.told for d in decisions if d.reason == "error"]
    assert {(d.experience, d.variant, d.probability, d.model) for d in lost} == {("other", "classic", 1.0, "")}
    both = [decisions for decisions, _ in marks.told if {d.reason for d in decisions} == {"holdout"}]
    assert all(len(decisions) == 2 for decisions, _ in marks.told)
    assert both


def test_a_path_that_fails_is_told_as_the_default_on_its_side(edition: Make, wrap: Any, marks: Marks) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await Page(BODY, status=404 if scope["path"] == "/there" else 200)(scope, receive, send)

    rules = edition(home=PATH)
    visit(wrap(app, rules), on_each_side(rules, "home")[0])
    [decision] = marks.told[-1][0]
    assert (decision.variant, decision.reason, decision.model) == ("here", "error", "")


def test_a_redirect_is_not_measured_on_either_side(edition: Make, wrap: Any, marks: Marks, metrics: Metrics) -> None:
    app = wrap(Page(BODY), edition(welcome=REDIRECT))
    statuses = {visit(app, bucket).status for bucket in range(0, 4096, 128)}
    assert (statuses, marks.told) == ({200, 302}, [])
    assert unmeasured(metrics).keys() == {"redirect"}


def test_a_field_for_the_origin_is_measured_like_any_other(edition: Make, wrap: Any, marks: Marks) -> None:
    visit(wrap(Page(BODY), edition(nav=f"{NAV}goal: {{visit: /thanks}}\n")))
    assert marks.names == ["nav"]


def test_a_page_that_could_not_be_marked_is_a_page_all_the_same(
    edition: Make, wrap: Any, marks: Marks, metrics: Metrics
) -> None:
    marks.broken = True
    rules = edition(hero=HERO)
    said = visit(wrap(Page(BODY), rules), on_each_side(rules)[0])
    assert (said.status, b"Classic" in said.body, unmeasured(metrics)) == (200, False, {"error": 1})


# Pages that only reach a goal

PUBLIC = (
    HTML,
    (b"etag", b'"origin"'),
    (b"last-modified", b"Sun, 22 Nov 2026 10:00:00 GMT"),
    (b"cache-control", b"public, max-age=3600"),
    (b"content-digest", b"sha-256=:abc:"),
    (b"content-length", b"%d" % len(BODY)),
)


@pytest.mark.parametrize("path", ["/thanks", "/done/1"])
def test_a_page_that_reaches_a_goal_tells_it_and_stays_as_public_as_it_was(
    edition: Make, wrap: Any, marks: Marks, path: str
) -> None:
    page = Page(BODY, PUBLIC)
    said = visit(wrap(page, edition(order=ORDER)), path=path)
    assert marks.told == [([], ("visit /thanks /done/*",))]
    assert said.body == BODY.replace(b"</body>", b"<script>visit</script></body>")
    assert said.field("content-length") == [str(len(said.body))]
    assert said.field("cache-control") == ["public, max-age=3600"]
    assert said.field("last-modified") == ["Sun, 22 Nov 2026 10:00:00 GMT"]
    assert (said.field("content-digest"), said.field("set-cookie")) == ([], [])
    assert said.field("etag") not in ([], ['"origin"'])


def test_who_has_that_very_page_gets_304_and_the_origin_never_hears_of_our_validator(edition: Make, wrap: Any) -> None:
    page = Page(BODY, PUBLIC)
    app = wrap(page, edition(order=ORDER))
    tag = visit(app, path="/thanks").field("etag")[0]
    again = visit(app, 0, ("If-None-Match", tag), ("If-Modified-Since", "x"), path="/thanks")
    assert (again.status, again.field("etag"), again.field("cache-control")) == (304, [tag], ["public, max-age=3600"])
    assert (page.asked("if-none-match"), page.asked("if-modified-since")) == ([], [])


def test_who_has_the_page_as_it_was_before_the_goal_gets_the_new_one(edition: Make, wrap: Any) -> None:
    said = visit(wrap(Page(BODY, PUBLIC), edition(order=ORDER)), 0, ("If-None-Match", '"origin"'), path="/thanks")
    assert (said.status, b"<script>visit</script>" in said.body) == (200, True)


def test_such_a_page_that_cannot_be_measured_is_the_origins_with_its_validator(edition: Make, wrap: Any) -> None:
    page = Page(BODY.replace(b"</body>", b""), PUBLIC[:-1])
    app = wrap(page, edition(order=ORDER))
    said = visit(app, path="/thanks")
    assert (said.body, said.headers[: len(PUBLIC) - 1]) == (page.body, PUBLIC[:-1])
    assert visit(app, 0, ("If-None-Match", '"origin"'), path="/thanks").status == 304


def test_a_form_that_is_sent_to_such_a_page_reaches_the_goal(edition: Make, wrap: Any) -> None:
    assert (
        b"<script>visit</script>" in visit(wrap(Page(BODY), edition(order=ORDER)), path="/thanks", method="POST").body
    )


def test_another_page_passes_as_it_comes(edition: Make, wrap: Any) -> None:
    said = visit(wrap(Page(BODY, PUBLIC), edition(order=ORDER)), path="/else")
    assert (said.body, said.headers[: len(PUBLIC)]) == (BODY, PUBLIC)


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="<>&"), max_size=60)


@settings(max_examples=60, deadline=None)
@given(before=TEXT, behind=TEXT, tail=st.sampled_from(["", "\n", "</html>", "</html>\n<!-- end -->"]))
def test_bytes_outside_are_the_origins(before: str, behind: str, tail: str) -> None:
    import tempfile
    from pathlib import Path

    from rules.compile import compile as compiled
    from rules.load import load

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "hero.yaml").write_text(HERO)
        document = load(Path(folder)).document
    assert document is not None
    rules = Edition(compiled(document))
    marks = Marks()
    page = f"<!doctype html><html><body>{before}<h1 id=hero>Classic</h1>{behind}</body>{tail}".encode()
    app = Personalize(Page(page), Editions(rules), Metrics(), lambda: NOW, Trust(), marks=marks)
    held = visit(app, on_each_side(rules)[1]).body
    assert held.replace(b"<script>1</script>", b"", 1) == page
    personal = visit(app, on_each_side(rules)[0]).body.replace(b"<script>2</script>", b"", 1)
    assert personal in [page.replace(b">Classic<", b">%s<" % word) for word in (b"One", b"Two")]
