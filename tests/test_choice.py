"""Leaving and coming back, as a visitor does it on a running edge."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running import counted, serving, site, until, written
from tests.wire import Served, field, get

COIN = """
experience: hero
purpose: content
where: "*"
slot: "#hero"
variants: {classic: original, a: {text: A}, b: {text: B}}
choose: [{split: {a: 60, b: 40}}]
"""
FORM = b"""<!doctype html><form method=post action=/_windsock/choice><input name=choice value=CHOICE></form>
<script>document.forms[0].submit()</script>"""
CHOICE = "/_windsock/choice"


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    rules = written(tmp_path_factory.mktemp("choice") / "rules")
    (rules / "hero.yaml").write_text(COIN)
    origin = site()
    for choice in ("on", "off"):
        origin.page(f"/choose-{choice}", FORM.replace(b"CHOICE", choice.encode()))
    with serving(origin, rules) as served:
        yield served
    origin.close()


def chosen(edge: Served, choice: str, cookie: str = "") -> str:
    """The cookie of a visitor who has chosen."""
    fields = (f"Cookie: {cookie}",) if cookie else ()
    status, head, _ = get(
        edge.port,
        CHOICE,
        *fields,
        "Content-Type: application/x-www-form-urlencoded",
        "Sec-Fetch-Site: same-origin",
        "Origin: http://site.example",
        method="POST",
        body=f"choice={choice}".encode(),
    )
    assert (status, field(head, "location")) == (303, [CHOICE])
    return field(head, "set-cookie")[0]


def decisions(edge: Served) -> float:
    return counted(edge, "windsock_decisions_total")


def test_who_leaves_is_not_drawn_counted_or_given_a_cookie(edge: Served) -> None:
    off = chosen(edge, "off", "windsock=77").partition(";")[0]
    assert off == "windsock=off"
    before = decisions(edge)
    pages = [get(edge.port, "/", f"Cookie: {off}") for _ in range(20)]
    assert {body for _, _, body in pages} == {b'<!doctype html><body><h1 id="hero">A</h1></body>'}
    assert [field(head, "set-cookie") for _, head, _ in pages] == [[]] * 20
    assert decisions(edge) == before


def test_who_comes_back_is_drawn_and_counted_again(edge: Served) -> None:
    kept = chosen(edge, "on", "windsock=off")
    assert kept.startswith("windsock=;")
    assert "Max-Age=0" in kept
    before = decisions(edge)
    pages = [get(edge.port, "/") for _ in range(40)]
    assert len({body for _, _, body in pages}) == 2
    assert all(field(head, "set-cookie")[0].startswith("windsock=") for _, head, _ in pages)
    until(lambda: decisions(edge) == before + 40)


def test_looking_at_what_is_known_counts_nobody(edge: Served) -> None:
    before = decisions(edge)
    status, head, body = get(edge.port, CHOICE, "Accept: application/json", "Cookie: windsock=77")
    told = json.loads(body)
    assert (status, field(head, "set-cookie"), told["state"], told["stored"]) == (200, [], "in", 77)
    assert decisions(edge) == before


@pytest.mark.browser
@pytest.mark.parametrize(("choice", "title"), [("off", "You have left."), ("on", "Pages of this site may differ")])
def test_a_browser_sends_the_form_and_is_shown_what_it_has_chosen(
    edge: Served, tmp_path: Path, choice: str, title: str
) -> None:
    page = f"http://127.0.0.1:{edge.port}/choose-{choice}"
    command = ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=3000"]
    said = subprocess.run(
        [*command, f"--user-data-dir={tmp_path}", "--dump-dom", page], capture_output=True, timeout=60, check=True
    )
    assert title in said.stdout.decode()


def test_the_origin_is_never_asked_for_it(edge: Served) -> None:
    assert get(edge.port, CHOICE)[0] == 200
    assert get(edge.port, f"{CHOICE}/more")[0] == 404
    assert get(edge.port, f"{CHOICE}.css")[0] == 200
