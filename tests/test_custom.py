"""A site's own functions, in a running edge: whatever they do, pages come, and the edge ends when it is told to."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator
from typing import Final

import pytest

from tests.running import site, until
from tests.wire import Served, get

FUNCTIONS: Final = """
import time

def fine():
    return 12

def hangs():
    time.sleep(3600)

async def raises():
    raise ZeroDivisionError
"""
SITE: Final = """
signals:
  fine: {call: "functions_of_the_shop:fine", kind: number}
  hangs: {call: "functions_of_the_shop:hangs", kind: number}
  raises: {call: "functions_of_the_shop:raises", kind: number}
  missing: {call: "functions_of_the_shop:missing", kind: number}
"""
RULE: Final = """
experience: hero
purpose: content
where: /
slot: "#hero"
variants: {classic: original, bad: {text: Bad}, fine: {text: Fine}}
choose:
  - {when: {any: [{hangs: "> 0"}, {raises: "> 0"}, {missing: "> 0"}]}, show: bad}
  - {when: {fine: "> 5", hangs: unknown, raises: unknown, missing: unknown}, show: fine}
"""


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder, origin = tmp_path_factory.mktemp("site"), site()
    (folder / "functions_of_the_shop.py").write_text(FUNCTIONS)
    (folder / "rules").mkdir()
    (folder / "rules" / "site.yaml").write_text(SITE)
    (folder / "rules" / "hero.yaml").write_text(RULE)
    path = os.pathsep.join(filter(None, (str(folder), os.environ.get("PYTHONPATH"))))
    served = Served(origin.url, folder / "rules", environment={"PYTHONPATH": path})
    yield served
    served.close()
    origin.close()


def shown(served: Served) -> str:
    found = re.search('id="hero">([^<]*)<', get(served.port, "/")[2].decode())
    assert found is not None
    return found[1]


def test_one_that_answers_counts_and_those_that_hang_raise_or_are_missing_are_unknown(edge: Served) -> None:
    until(lambda: shown(edge) == "Fine")
    assert edge.says("the signal missing stays unknown")


def test_pages_come_and_soon_nobody_waits_for_them(edge: Served) -> None:
    times = []
    for _ in range(60):
        start = time.monotonic()
        assert shown(edge) in ("Fine", "Classic")
        times.append(time.monotonic() - start)
    assert max(times) < 2
    assert edge.says("the signal hangs fails (TimeoutError); it is left alone for 10 s")
    assert edge.says("the signal raises fails (ZeroDivisionError); it is left alone for 10 s")


@pytest.mark.parametrize("given", [False, True])
def test_explain_of_the_running_edge_calls_them_as_a_page_does_unless_the_signal_is_given(
    edge: Served, given: bool
) -> None:
    def variant() -> str:
        question = "/explain?path=/" + ("&signal=fine%3D1" if given else "")
        told = json.loads(get(edge.admin, question)[2])
        return str(told["decisions"][0]["variant"])

    until(lambda: variant() == ("classic" if given else "fine"))


def test_signals_of_the_running_edge_says_which_function_told_and_which_did_not(edge: Served) -> None:
    def told() -> dict[str, dict[str, object]]:
        found: dict[str, dict[str, object]] = json.loads(get(edge.admin, "/signals?path=/")[2])["signals"]
        return found

    until(lambda: told()["fine"]["value"] != "unknown")
    assert told()["fine"]["source"] == "the function functions_of_the_shop:fine"
    assert told()["hangs"]["source"] == "the function functions_of_the_shop:hangs does not tell in time"


def test_an_edge_whose_function_hangs_ends_when_it_is_told_to(edge: Served) -> None:
    start = time.monotonic()
    edge.close()
    assert time.monotonic() - start < 10
