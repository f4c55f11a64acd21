from __future__ import annotations

from dataclasses import replace

import pytest

from edge.pages.charset import UTF_8
from edge.pages.locate import locate, unused
from edge.pages.prove import Proof
from edge.pages.select import Target
from edge.pages.steps import Steps
from edge.pages.values import Slot

PAGE = "<!doctype html><html><body>{}</body></html>"


def guess(page: bytes, name: str, markup: bytes, **more: bytes) -> Slot:
    """A slot that somebody believes to be just these bytes."""
    start = page.index(markup)
    end = start + len(markup)
    context = ("html", "body", "ul") if name == "li" else ("html", "body")
    return replace(Slot(name, start, page.index(b">", start) + 1, end, end, context), **more)  # type: ignore[arg-type]


def proof(page: bytes, steps: int = 10_000_000) -> Proof:
    return Proof(page, UTF_8, unused(page), Steps(steps))


@pytest.mark.parametrize(
    ("why", "page", "name", "markup", "more"),
    [
        ("less than the element", "<p id=x>a<b>b</b></p>", "p", b"<p id=x>a", {}),
        ("more than the element", "<p id=x>a</p>b", "p", b"<p id=x>a</p>b", {}),
        ("an end tag before it that ends nothing", "<p>a</p><p id=x>b</p>", "p", b"<p id=x>b</p>", {"lead": b"</p>"}),
        ("an end tag that opens", "a<br><p id=x>b</p>", "p", b"<p id=x>b</p>", {"lead": b"</br>"}),
        ("an end tag behind it that ends nothing", "<p id=x>b</p>c", "p", b"<p id=x>b</p>", {"tail": b"</p>"}),
    ],
)
def test_a_wrong_guess_is_not_believed(why: str, page: str, name: str, markup: bytes, more: dict[str, bytes]) -> None:
    source = PAGE.format(page).encode()
    found = proof(source).prove({Target("#x"): guess(source, name, markup, **more)})[Target("#x")]
    assert isinstance(found, str) or found.whole == "structure", why


@pytest.mark.parametrize(
    ("why", "page", "one", "two", "more"),
    [
        ("a <b> runs on", "<p><b>1</p><p>2</p>", b"<p><b>1</p>", b"<p>2</p>", {}),
        (
            "a form is left open",
            "<div><form>1</div><div><form>2</form></div>",
            b"<div><form>1</div>",
            b"<div><form>2</form></div>",
            {},
        ),
        ("an end tag makes an element", "<p>1</p><p>2</p>", b"<p>1</p>", b"<p>2</p>", {"tail": b"</p>"}),
        ("one is only a part", "<p>1<i>a</i></p><p>2</p>", b"<p>1", b"<p>2</p>", {}),
    ],
)
def test_what_would_not_be_the_same_elsewhere_does_not_move(
    why: str, page: str, one: bytes, two: bytes, more: dict[str, bytes]
) -> None:
    source = PAGE.format(page).encode()
    name = one[1:].partition(b">")[0].decode()
    slots = [guess(source, name, one, **more), guess(source, name, two)]
    assert proof(source).moved(slots, (1, 0)) == "structure", why


def test_what_is_the_same_elsewhere_moves() -> None:
    source = PAGE.format("<p>1</p> <p>2</p>").encode()
    slots = [guess(source, "p", b"<p>1</p>"), guess(source, "p", b"<p>2</p>")]
    assert proof(source).moved(slots, (1, 0)) is None
    assert proof(source, 10).moved(slots, (1, 0)) == "too-slow"


def test_a_right_guess_is_what_the_search_finds() -> None:
    source = PAGE.format("a<p id=x>b</p>c").encode()
    mine = guess(source, "p", b"<p id=x>b</p>")
    found = proof(source).prove({Target("#x"): replace(mine, closed=mine.end - 4)})[Target("#x")]
    slots = locate(source, UTF_8, ["#x"])
    assert isinstance(slots, dict)
    assert found == slots["#x"]
