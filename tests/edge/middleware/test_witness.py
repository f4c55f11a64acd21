"""Decision tokens: what a page has shown can be asked for afterwards, and nobody is in it."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from collections.abc import Callable

import orjson
import pytest

from edge.decisions.recount import Shown
from edge.decisions.values import Decision
from edge.edition import Edition
from edge.middleware.personalize import Options, Personalize
from edge.middleware.witness import LIFETIME, Witness
from edge.web.token import Keys
from tests.asgi import Page, ask
from tests.edge.middleware.conftest import NOW
from tests.edge.middleware.site import run

SECRET = b"0123456789abcdefghijklmnopqrstuv"
RAIN = Decision("hero", "rain", "split", 2, 0.625, {"rain": 0.625, "sun": 0.375}, drawn=True)
PLAIN = Decision("nav", "a", "holdout", None, 1.0, {"a": 1.0})
HERO = """
experience: hero
purpose: content
where: /
slot: "#hero"
variants: {classic: original, rain: {text: Rain}}
choose: [{split: {classic: 50, rain: 50}}]
"""


def witness(now: float = NOW) -> Witness:
    return Witness([SECRET], lambda: now)


def test_it_says_what_was_shown_and_why() -> None:
    shown = witness().read(witness().seal([RAIN, PLAIN], "/", "v1"))
    assert isinstance(shown, Shown)
    assert (shown.path, shown.version, shown.at, shown.left_out) == ("/", "v1", int(NOW), 0)
    assert [(d.experience, d.variant, d.reason, d.rule, d.probability) for d in shown.decisions] == [
        ("hero", "rain", "split", 2, 0.625),
        ("nav", "a", "holdout", None, 1.0),
    ]


def test_of_very_many_decisions_the_first_fit_and_the_others_are_counted() -> None:
    many = [Decision(f"experience-{number}", "a" * 60, "rule", 1, 1.0, {}) for number in range(1000)]
    shown = witness().read(witness().seal(many, "/" + "é" * 4000, "v1"))
    assert isinstance(shown, Shown)
    assert len(shown.decisions) > 10
    assert len(shown.decisions) + shown.left_out == 1000


def test_it_is_kept_for_thirty_days() -> None:
    token = witness().seal([RAIN], "/", "v1")
    assert witness(NOW + LIFETIME).read(token) == "expired"


@pytest.mark.parametrize(
    "body",
    [{}, {"d": 1, "n": 0, "p": "/", "v": "1"}, {"d": [[1]], "n": 0, "p": "/", "v": "1"},
     {"d": [["x", "a", "whim", 1, "1"]], "n": 0, "p": "/", "v": "1"},
     {"d": [["x", "a", "rule", "1", "1"]], "n": 0, "p": "/", "v": "1"},
     {"d": [["x", "a", "rule", 1, "one"]], "n": 0, "p": "/", "v": "1"}],
)  # fmt: skip
def test_what_says_something_else_is_none(body: dict[str, object]) -> None:
    assert witness().read(Keys([SECRET], "decision").seal(body, NOW, 60)) == "malformed"


def test_who_holds_the_debug_token_gets_it_with_the_page(
    edition: Callable[..., Edition], wrap: Callable[..., Personalize]
) -> None:
    rules = edition(hero=HERO)
    app = wrap(Page(b"<h1 id=hero>x</h1>"), rules, options=Options(debug_token="open-sesame", secrets=(SECRET,)))
    said = run(ask(app, "/", ("X-Windsock-Debug", "open-sesame"), ("Cookie", "windsock=7")))
    shown = witness().read(said.field("x-windsock-token")[0])
    assert isinstance(shown, Shown)
    assert (shown.path, shown.version, shown.decisions[0].experience) == ("/", rules.version, "hero")
    assert f"hero={shown.decisions[0].variant};" in said.field("x-windsock-decisions")[0]
    assert run(ask(app, "/")).field("x-windsock-token") == []


def test_it_names_nobody() -> None:
    token = witness().seal([RAIN], "/", "v1")
    said = orjson.loads(urlsafe_b64decode(token.split(".")[2] + "=="))
    assert said["body"].keys() == {"d", "n", "p", "v"}
