"""What is refused, what is pointed out, and what must not be held against anybody."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from rules.compile import vocabulary
from rules.lint import lint
from rules.load import load
from rules.problem import Mistake

TODAY = date(2026, 11, 22)
OFFER = """\
experience: offer
purpose: message
where: /
slot: "#offer"
variants:
  plain: original
  other: {html: TEXT}
choose:
  - WHO
    show: other
goal: click "#offer"
"""


def told(folder: Path, text: str, who: str = "when: {weather: rain}", purpose: str = "message") -> list[Mistake]:
    file = OFFER.replace("TEXT", f"'{text}'").replace("WHO", who).replace("message", purpose, 1)
    (folder / "offer.yaml").write_text(file)
    document = load(folder).document
    assert document is not None
    return [mistake for _, mistake in lint(document, vocabulary(document["site"]), TODAY)]


@pytest.mark.parametrize(
    "text",
    [
        "We see that you are in Bergen, 7 °C",
        "We noticed you’re on your phone",
        "We know you live in Oslo",
        "Since you’re in Seattle: umbrellas",
        "Because it is raining, here is a coat",
        "You are visiting from Norway",
        "You’re in {near.name}",
        "You are using an Android phone",
        "It’s snowing where you are",
        "It is 7 °C outside",
        "Currently 3 degrees",
        "Rain in your city",
        "Your location is Bergen",
        "Welcome, visitor from Germany",
        "<h1>We <b>see</b> that you are cold</h1>",
        "Vi ser at du er i Bergen",
        "Siden du bor i Oslo",
        "Det regner hos deg",
        "Det er nå 7 °C",
        "Wir sehen, dass Sie in Berlin sind",
        "Sie sind gerade in Berlin",
        "Bei dir schneit es",
        "Es sind nur 3 Grad",
        "You live in Oslo",
        "You seem to be in Bergen",
        "Looks like rain in Bergen, 7 degrees",
        "Because you are reading on your phone",
        "We think you are in Oslo",
        "Bor du i Bergen?",
        "Det regner i Bergen hos deg",
        "Sie wohnen in Berlin",
    ],
)
def test_a_text_that_says_back_what_was_guessed_is_pointed_out(tmp_path: Path, text: str) -> None:
    (mistake,) = told(tmp_path, text.replace("'", "’"))
    assert mistake.severity == "warning"
    assert "guessed about them" in mistake.message
    assert mistake.hint


@pytest.mark.parametrize(
    "text",
    [
        "Rain gear, ready to go",
        "We see the sea from every room",
        "You are in good hands",
        "You are in luck: free delivery",
        "Our shop in Bergen is open until 8",
        "A sleeping bag to −5 °C",
        "For cold days: wool",
        "Since you asked: yes, we mend zips",
        "Let us know what you think",
        "Snow is falling in the mountains",
        "Trains to {place.name}",
        "Your nearest shop: {near.name}",
        "We know our boots",
        "Du er på rett sted",
        "Vi vet hva vi lager",
        "Wir wissen, was wir nähen",
        "It is a long light in June",
        "Warm in your new coat",
        "As you are in a hurry",
        "Since you are on the go",
        "We know you are busy",
        "We know you are in a hurry",
        "Your city is waiting",
        "It is 5 degrees of separation",
        "Looks like rain in {place.name}",
    ],
)
def test_a_text_that_means_no_harm_is_left_alone(tmp_path: Path, text: str) -> None:
    assert told(tmp_path, text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Only €49",
        "$ 19.99 today",
        "299 kr",
        "NOK 99",
        "20 % off",
        "Save 15%",
        "49,- kr",
        "-20% today",
        "half price",
        "20 percent off",
    ],
)
@pytest.mark.parametrize("who", ["country: US", "device: mobile", "os: ios", "source: ads", "not: {city: Oslo}"])
def test_a_price_that_depends_on_who_is_looking_is_pointed_out(tmp_path: Path, text: str, who: str) -> None:
    (mistake,) = told(tmp_path, text, f"when: {{{who}}}")
    assert "price or a discount" in mistake.message
    assert f"`{who.removeprefix('not: {').partition(':')[0]}`" in mistake.message


@pytest.mark.parametrize("who", ["weather: rain", "hour: 9-17", "weekend: true", "utm.campaign: spring", "load: quiet"])
def test_an_offer_for_everybody_in_the_rain_is_fine(tmp_path: Path, who: str) -> None:
    assert told(tmp_path, "20 % off umbrellas", f"when: {{{who.replace('9-17', chr(34) + '9-17' + chr(34))}}}") == []


@pytest.mark.parametrize(
    "text", ["Ready in 5 minutes", "2 for the road", "100 % wool", "Size 42", "Krone", "Top 10", "5-20 % wool"]
)
def test_a_number_is_no_price(tmp_path: Path, text: str) -> None:
    assert told(tmp_path, text, "when: {country: US}") == []


@pytest.mark.parametrize(
    "who",
    [
        "session.returning: true",
        'session.pages: "> 3"',
        "member: gold",
        "theme: dark",
        "near.name: Oslo City",
        "near: oslo",
    ],
)
def test_a_price_for_who_comes_back_or_belongs_to_a_group_is_pointed_out(tmp_path: Path, who: str) -> None:
    (tmp_path / "site.yaml").write_text("signals: {member: {header: X-Member}, theme: {query: theme}}")
    (mistake,) = told(tmp_path, "Now 20 % off", f"when: {{{who}}}")
    assert f"decided by `{who.partition(':')[0]}`" in mistake.message
    (mistake,) = told(tmp_path, "Get a mortgage", f"when: {{{who}}}", purpose="content")
    assert "credit" in mistake.message


def test_an_offer_by_what_is_pushed_for_everybody_is_fine(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text('signals: {mood: {pushed: true}, queue: {call: "shop:queue"}}')
    assert told(tmp_path, "20 % off", "when: {mood: calm, queue: long}") == []


def test_a_price_that_is_learned_or_drawn_is_pointed_out(tmp_path: Path) -> None:
    drawn = OFFER.replace("TEXT", "'€ 49'").replace("WHO\n    show: other", "split: {plain: 1, other: 1}")
    (tmp_path / "offer.yaml").write_text(drawn)
    document = load(tmp_path).document
    assert document is not None
    (advice,) = lint(document, vocabulary(document["site"]), TODAY)
    assert "by chance" in advice[1].message


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("Apply for a loan today", "credit"),
        ("Flats to rent near the park", "housing"),
        ("We’re hiring drivers", "jobs"),
        ("Travel insurance included", "insurance"),
        ("Reiseforsikring", "insurance"),
        ("Ask about your symptoms", "health"),
    ],
)
def test_a_text_that_speaks_of_what_is_refused_is_pointed_out(tmp_path: Path, text: str, about: str) -> None:
    (mistake,) = told(tmp_path, text, "when: {country: US}", purpose="content")
    assert about in mistake.message
    assert told(tmp_path, text, "when: {weather: rain}", purpose="content") == []


def test_a_permission_lets_an_experience_be_about_a_price(tmp_path: Path) -> None:
    allow = 'allow: [{experience: offer, purpose: price, reason: "the same for all", until: 2026-12-31}]'
    (tmp_path / "site.yaml").write_text(allow)
    assert told(tmp_path, "Pay later", "when: {country: US}", purpose="price") == []


def test_a_permission_that_has_ended_is_pointed_out(tmp_path: Path) -> None:
    allow = 'allow: [{experience: offer, purpose: price, reason: "the same for all", until: 2026-10-31}]'
    (tmp_path / "site.yaml").write_text(allow)
    (mistake,) = told(tmp_path, "Pay later", "when: {country: US}", purpose="price")
    assert (mistake.at, mistake.severity) == (("purpose",), "warning")
    assert "ended on 2026-10-31" in mistake.message


def test_a_permission_is_for_one_experience_and_one_purpose(tmp_path: Path) -> None:
    for allowed in ("experience: other, purpose: price", "experience: offer, purpose: health"):
        (tmp_path / "site.yaml").write_text(f'allow: [{{{allowed}, reason: "seen by legal", until: 2026-12-31}}]')
        (tmp_path / "offer.yaml").write_text(
            OFFER.replace("TEXT", "'Pay later'").replace("WHO", "when: {country: US}").replace("message", "price", 1)
        )
        (problem,) = load(tmp_path).problems
        assert "Windsock does not decide on prices by who is looking" in problem.message
        assert "for everybody in the rain is a `message`" in problem.hint
        assert "`allow` in site.yaml" in problem.hint
